//! Items that do not decode, and that a list leaves out if it is configured to.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use aws_sdk_dynamodb::types::AttributeValue;

use crate::error::CorruptItem;
use crate::error::StoreError;
use crate::item::Item;
use crate::key_attributes::KeyAttributes;

/// Collects the items that lists left out. Clones share one collection.
#[derive(Clone, Debug, Default)]
pub struct Unreadable(Arc<Mutex<Vec<UnreadableItem>>>);

/// An item that does not decode. Its key is not printed.
#[derive(Clone, PartialEq, Eq)]
pub struct UnreadableItem {
    /// The partition key.
    pub pk: String,
    /// The sort key.
    pub sk: String,
    /// The problem, without the item's values.
    pub reason: String,
}

impl Unreadable {
    /// An empty collection.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The items since the last `take`.
    #[must_use]
    pub fn take(&self) -> Vec<UnreadableItem> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(crate) fn add(&self, [pk, sk]: [String; 2], corrupt: &CorruptItem) {
        let item = UnreadableItem { pk, sk, reason: corrupt.reason().to_owned() };
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(item);
    }
}

impl fmt::Debug for UnreadableItem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "UnreadableItem({})", self.reason)
    }
}

/// Replaces an item that does not decode by `None`.
pub fn readable<T>(found: Result<Option<T>, StoreError>) -> Result<Option<T>, StoreError> {
    match found {
        Err(StoreError::Corrupt { .. }) => Ok(None),
        found => found,
    }
}

/// The item's partition key and sort key; empty if it has none.
pub(crate) fn key(item: &Item, names: &KeyAttributes) -> [String; 2] {
    [names.partition(), names.sort()]
        .map(|name| item.get(name).and_then(|value: &AttributeValue| value.as_s().ok()).cloned().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unreadable_item_prints_its_reason_and_no_key() {
        let unreadable = Unreadable::new();
        let key = ["USER#canary".to_owned(), "PROFILE".to_owned()];
        unreadable.add(key, &CorruptItem::new("plant", "it is another kind of item".to_owned()));
        assert_eq!(format!("{:?}", unreadable.take()), "[UnreadableItem(it is another kind of item)]");
        assert_eq!(unreadable.take().len(), 0);
    }
}
