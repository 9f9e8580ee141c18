//! The index keys of an entity: their form in the lock, and the fields that they are made of.

use crate::design::{Entity, Field, IndexKey};

impl Entity {
    /// The templates of its key in an index as the lock has them, including the shards.
    pub fn index_key_words(&self, key: &IndexKey) -> Vec<String> {
        vec![self.stored_template(&key.stored()).to_string(), self.stored_template(&key.sk).to_string()]
    }

    /// Every index key that changes when this field changes.
    pub fn index_keys_of(&self, field: &str) -> impl Iterator<Item = &IndexKey> {
        self.index_keys.iter().filter(move |key| key.fields().contains(&field))
    }

    /// The fields of the entity that its key in an index is made of.
    pub fn fields_of(&self, key: &IndexKey) -> impl Iterator<Item = &Field> {
        key.fields().into_iter().filter_map(|name| self.field(name))
    }

    /// Whether an update must write both attributes of the key together. The attributes of a dense key with a numeric
    /// sort key can be written separately.
    pub fn is_rewritten_whole(&self, key: &IndexKey) -> bool {
        key.sorts_texts || self.fields_of(key).any(|field| field.optional)
    }

    /// The optional fields of an index key. An item is in the index only if it has all of them.
    pub fn sparse_fields(&self, key: &IndexKey) -> Vec<&Field> {
        self.fields_of(key).filter(|field| field.optional).collect()
    }
}
