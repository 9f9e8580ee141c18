//! The attributes with an item's entity, its version and the id of the write that stored it.

use modyne::Item;

/// The name of an item's entity.
pub const ENTITY_ATTRIBUTE: &str = "et";
/// The version of an item's entity.
pub const VERSION_ATTRIBUTE: &str = "v";

/// The attribute with the id of the write that stored an item.
///
/// A response can be lost after the write was applied. A repeat then finds the item of its own first attempt, and its
/// condition is false only for that reason. So a conditional write stores a new id in this attribute, and a refusal by
/// an item with this id counts as a success.
pub(crate) const WRITE_ID: &str = "write_id";

/// The entity of an item, for queries that return several kinds.
pub fn entity_of(item: &Item) -> Option<&str> {
    item.get(ENTITY_ATTRIBUTE)?.as_s().ok().map(String::as_str)
}

/// The version of an item.
#[must_use]
pub fn version_of(item: &Item) -> Option<u32> {
    item.get(VERSION_ATTRIBUTE)?.as_n().ok()?.parse().ok()
}
