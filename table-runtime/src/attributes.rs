//! The attributes that say which entity and which version of it an item is.

use modyne::Item;

/// Says which entity an item is.
pub const ENTITY_ATTRIBUTE: &str = "et";
/// Says which version of its entity an item is.
pub const VERSION_ATTRIBUTE: &str = "v";

/// The entity an item says it is, for queries that return several kinds.
pub fn entity_of(item: &Item) -> Option<&str> {
    item.get(ENTITY_ATTRIBUTE)?.as_s().ok().map(String::as_str)
}

/// The version that an item says it has.
#[must_use]
pub fn version_of(item: &Item) -> Option<u32> {
    item.get(VERSION_ATTRIBUTE)?.as_n().ok()?.parse().ok()
}
