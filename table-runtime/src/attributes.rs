//! The attributes with an item's entity and its version.

use modyne::Item;

/// The name of an item's entity.
pub const ENTITY_ATTRIBUTE: &str = "et";
/// The version of an item's entity.
pub const VERSION_ATTRIBUTE: &str = "v";

/// The entity of an item, for queries that return several kinds.
pub fn entity_of(item: &Item) -> Option<&str> {
    item.get(ENTITY_ATTRIBUTE)?.as_s().ok().map(String::as_str)
}

/// The version of an item.
#[must_use]
pub fn version_of(item: &Item) -> Option<u32> {
    item.get(VERSION_ATTRIBUTE)?.as_n().ok()?.parse().ok()
}
