//! The table and its entities: keys, fields and types.

use crate::design::Template;
use crate::source::At;

/// `schema/table.toml`.
#[derive(Debug)]
pub struct Table {
    pub name: String,
    pub partition_key: String,
    pub sort_key: String,
    pub entity_attribute: String,
    pub version_attribute: String,
    pub ttl_attribute: String,
    pub billing_mode: String,
    pub encryption: String,
    pub point_in_time_recovery: bool,
    pub deletion_protection: bool,
    pub functions: Vec<String>,
    pub indexes: Vec<Index>,
    pub domains: Vec<Domain>,
}

/// A global secondary index: a string partition key, a numeric sort key, and what it shows.
#[derive(Debug)]
pub struct Index {
    pub name: String,
    pub partition_key: String,
    pub sort_key: String,
    pub projection: Vec<String>,
    pub at: At,
}

/// A type of this product, named in `table.toml`.
#[derive(Debug, Clone)]
pub struct Domain {
    pub name: String,
    pub kind: DomainKind,
    /// The Rust type: a name to generate, or the path of a hand-written one.
    pub rust: String,
    pub copy: bool,
    pub doc: String,
    pub at: At,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DomainKind {
    Uuid,
    Extern,
}

/// `schema/<entity>.toml`.
#[derive(Debug)]
pub struct Entity {
    pub name: String,
    pub type_name: String,
    pub version: u32,
    pub summary: String,
    pub pk: Template,
    pub sk: Template,
    pub index_keys: Vec<IndexKey>,
    pub fields: Vec<Field>,
    pub records: Vec<Record>,
    pub migration: Option<Migration>,
    pub at: At,
}

/// The entity's key in one of the table's indexes.
#[derive(Debug)]
pub struct IndexKey {
    pub index: usize,
    pub pk: Template,
    /// The numeric field that is the sort key.
    pub sk: String,
}

#[derive(Debug, Clone)]
pub struct Field {
    pub name: String,
    pub ty: Type,
    pub optional: bool,
    pub pii: bool,
    pub doc: String,
    pub at: At,
}

/// A structure inside an item.
#[derive(Debug)]
pub struct Record {
    pub name: String,
    pub fields: Vec<Field>,
}

/// How items move from the locked key templates to the present ones.
#[derive(Debug)]
pub struct Migration {
    pub from_pk: String,
    pub from_sk: String,
    pub at: At,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Type {
    Uuid(String),
    Extern { rust: String, copy: bool },
    Text,
    Count,
    Amount,
    Flag,
    Bytes,
    Time,
    Expiry,
    Date,
    Digest,
    Enum { rust: String, values: Vec<String> },
    Record { record: String, rust: String },
}

impl Type {
    /// The word for it in a message.
    pub fn word(&self) -> &str {
        match self {
            Type::Uuid(rust)
            | Type::Extern { rust, .. }
            | Type::Enum { rust, .. }
            | Type::Record { rust, .. } => rust,
            Type::Text => "text",
            Type::Count => "count",
            Type::Amount => "amount",
            Type::Flag => "flag",
            Type::Bytes => "bytes",
            Type::Time => "time",
            Type::Expiry => "expiry",
            Type::Date => "date",
            Type::Digest => "digest",
        }
    }

    pub fn is_number(&self) -> bool {
        matches!(self, Type::Count | Type::Amount | Type::Time | Type::Expiry)
    }

    /// Whether a value of it may stand in a string key.
    pub fn fits_a_key(&self) -> bool {
        !matches!(
            self,
            Type::Amount | Type::Flag | Type::Bytes | Type::Expiry | Type::Record { .. }
        )
    }

    /// Whether Rust passes it by value.
    pub fn is_copy(&self) -> bool {
        match self {
            Type::Extern { copy, .. } => *copy,
            Type::Text | Type::Bytes | Type::Record { .. } => false,
            _ => true,
        }
    }
}

impl Entity {
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.name == name)
    }

    /// The fields of the primary key, partition first, each once.
    pub fn key_fields(&self) -> Vec<&Field> {
        let mut fields: Vec<&Field> = Vec::new();
        for name in self.pk.fields().chain(self.sk.fields()) {
            if let Some(field) = self.field(name)
                && !fields.iter().any(|seen| seen.name == field.name)
            {
                fields.push(field);
            }
        }
        fields
    }

    pub fn expires(&self, table: &Table) -> bool {
        self.field(&table.ttl_attribute).is_some()
    }

    /// Every index whose key a change of this field would change.
    pub fn index_keys_of(&self, field: &str) -> impl Iterator<Item = &IndexKey> {
        self.index_keys
            .iter()
            .filter(move |key| key.sk == field || key.pk.fields().any(|part| part == field))
    }
}
