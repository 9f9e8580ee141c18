//! What an entity knows of its keys in indexes: their words for the lock, and the fields that they are made from.

use crate::design::{Entity, Field, IndexKey};

impl Entity {
    /// The same of its key in an index, and all else that decides where an item is found there.
    pub fn index_key_words(&self, key: &IndexKey) -> Vec<String> {
        vec![self.stored_template(&key.stored()).to_string(), self.stored_template(&key.sk).to_string()]
    }

    /// Every index whose key a change of this field would change.
    pub fn index_keys_of(&self, field: &str) -> impl Iterator<Item = &IndexKey> {
        self.index_keys.iter().filter(move |key| key.fields().contains(&field))
    }

    /// Every field that its key in an index is made from.
    pub fn fields_of(&self, key: &IndexKey) -> impl Iterator<Item = &Field> {
        key.fields().into_iter().filter_map(|name| self.field(name))
    }

    /// Whether both parts of the key are written together: where it is not sparse and sorts numbers, each is for itself.
    pub fn is_rewritten_whole(&self, key: &IndexKey) -> bool {
        key.sorts_texts || self.fields_of(key).any(|field| field.optional)
    }

    /// The optional fields that its key in an index is made from: the item is in the index only if it has all of them.
    pub fn sparse_fields(&self, key: &IndexKey) -> Vec<&Field> {
        self.fields_of(key).filter(|field| field.optional).collect()
    }
}
