//! Indexes of the table, and the keys that entities have in them.

use crate::design::{Segment, Template};
use crate::source::At;

/// A global secondary index: a string partition key, a sort key that is a number or a text, and what it shows.
#[derive(Debug)]
pub struct Index {
    pub name: String,
    pub partition_key: String,
    pub sort_key: String,
    /// Whether the sort key is a text; otherwise it is a number.
    pub sorts_texts: bool,
    pub projection: Vec<String>,
    pub at: At,
}

impl Index {
    /// The attributes of its partition key and its sort key.
    pub fn key_attributes(&self) -> [&String; 2] {
        [&self.partition_key, &self.sort_key]
    }

    /// The letter of its sort key's type in DynamoDB's JSON.
    pub fn sort_letter(&self) -> &'static str {
        if self.sorts_texts { "S" } else { "N" }
    }
}

/// The entity's key in one of the table's indexes.
#[derive(Debug)]
pub struct IndexKey {
    pub index: usize,
    pub pk: Template,
    /// The template of a text, or one numeric field.
    pub sk: Template,
    /// Whether the sort key is a text.
    pub sorts_texts: bool,
    pub shards: Option<Shards>,
    pub at: At,
}

/// Each partition of an index key is cut into several, so that many writers at once meet in none of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shards {
    pub count: u32,
    /// The field whose hash says which. It is in the entity's own key, so it never changes.
    pub by: String,
}

impl IndexKey {
    /// The fields that say in which partition an item is.
    pub fn partition_fields(&self) -> impl Iterator<Item = &str> {
        self.pk.fields().chain(self.shards.iter().map(|shards| shards.by.as_str()))
    }

    /// The field that is the sort key, if that is a number.
    pub fn number(&self) -> Option<&str> {
        self.sk.fields().next().filter(|_| !self.sorts_texts)
    }

    /// The fields that both of its parts are made from, each once.
    pub fn fields(&self) -> Vec<&str> {
        let mut fields: Vec<&str> = Vec::new();
        for field in self.pk.fields().chain(self.sk.fields()) {
            if !fields.contains(&field) {
                fields.push(field);
            }
        }
        fields
    }

    /// The partition as it is stored: with its shard, as `{user_id%8}`.
    pub fn stored(&self) -> Template {
        let shard = self
            .shards
            .iter()
            .map(|Shards { count, by }| Segment::Field { name: format!("{by}%{count}"), width: None });
        Template { segments: self.pk.segments.iter().cloned().chain(shard).collect() }
    }
}
