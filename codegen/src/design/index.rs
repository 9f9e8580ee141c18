//! The indexes of the table, and the keys of entities in them.

use crate::design::{Segment, Template};
use crate::source::At;

/// A global secondary index: a string partition key, a sort key (number or text) and a projection.
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
    /// The attribute names of its partition key and its sort key.
    pub fn key_attributes(&self) -> [&String; 2] {
        [&self.partition_key, &self.sort_key]
    }

    /// The type letter of its sort key in DynamoDB JSON.
    pub fn sort_letter(&self) -> &'static str {
        if self.sorts_texts { "S" } else { "N" }
    }
}

/// The key of an entity in one index of the table.
#[derive(Debug)]
pub struct IndexKey {
    pub index: usize,
    pub pk: Template,
    /// The template of a text, or a single numeric field.
    pub sk: Template,
    /// Whether the sort key is a text.
    pub sorts_texts: bool,
    pub shards: Option<Shards>,
    pub at: At,
}

/// The shards of an index key: each partition is split into several, so that concurrent writers use different ones.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shards {
    pub count: u32,
    /// The field whose hash selects the shard. It is part of the entity's own key, so it never changes.
    pub by: String,
}

impl IndexKey {
    /// The fields that determine the partition of an item, including its shard.
    pub fn partition_fields(&self) -> impl Iterator<Item = &str> {
        self.pk.fields().chain(self.shards.iter().map(|shards| shards.by.as_str()))
    }

    /// The field that is the sort key, if the sort key is a number.
    pub fn number(&self) -> Option<&str> {
        self.sk.fields().next().filter(|_| !self.sorts_texts)
    }

    /// The fields of both attributes of the key, each once.
    pub fn fields(&self) -> Vec<&str> {
        let mut fields: Vec<&str> = Vec::new();
        for field in self.pk.fields().chain(self.sk.fields()) {
            if !fields.contains(&field) {
                fields.push(field);
            }
        }
        fields
    }

    /// The partition key template as the lock has it, with its shard: `{user_id%8}`.
    pub fn stored(&self) -> Template {
        let shard = self
            .shards
            .iter()
            .map(|Shards { count, by }| Segment::Field { name: format!("{by}%{count}"), width: None });
        Template { segments: self.pk.segments.iter().cloned().chain(shard).collect() }
    }
}
