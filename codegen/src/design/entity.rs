//! The table and its entities: keys, fields and types.

use std::collections::BTreeMap;

use crate::design::{Generate, Index, IndexKey, Literal, Segment, Template};
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
    pub removed_entities: Vec<Removed>,
    pub generate: Generate,
    /// The first byte of the document.
    pub at: At,
}

/// An entity that was removed from the schema.
#[derive(Debug)]
pub struct Removed {
    pub name: String,
    /// How its items were handled.
    pub reason: String,
    pub at: At,
}

/// A domain type of the product, from `table.toml`.
#[derive(Debug, Clone)]
pub struct Domain {
    pub name: String,
    pub kind: DomainKind,
    /// The Rust type: the name of a generated type, or the path of a hand-written one.
    pub rust: String,
    pub copy: bool,
    pub doc: String,
    /// An example value, the same as a user types it and as it is stored.
    pub example: Option<String>,
    pub at: At,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DomainKind {
    Uuid,
    Extern,
    /// A count with a type of its own.
    Count,
}

/// `schema/<entity>.toml`.
#[derive(Debug)]
pub struct Entity {
    pub name: String,
    pub type_name: String,
    pub version: u32,
    /// An older version that items are still written in, because running programs cannot read `version`.
    pub write_version: Option<u32>,
    pub summary: String,
    /// Whether every other item of its partition needs this item to exist.
    pub root: bool,
    pub pk: Template,
    pub sk: Template,
    pub index_keys: Vec<IndexKey>,
    pub fields: Vec<Field>,
    pub records: Vec<Record>,
    /// The steps from the first version to the current version.
    pub history: Vec<Step>,
    pub migrations: Vec<Migration>,
    /// Example items: the fields that are worth showing, by name.
    pub samples: Vec<Sample>,
    /// The position of its name.
    pub at: At,
    /// The position of its partition key template.
    pub key_at: At,
}

#[derive(Debug, Clone)]
pub struct Field {
    pub name: String,
    pub ty: Type,
    pub optional: bool,
    pub pii: bool,
    /// Enum values that are read but not yet written, because running programs do not know them.
    pub announced: Vec<String>,
    pub doc: String,
    /// The attribute name in the table, if it differs from the field name.
    pub stored_as: Option<String>,
    /// An example value as a user types it, if the example of the type does not fit.
    pub example: Option<String>,
    pub at: At,
}

impl Field {
    /// The attribute name of the field in the table.
    pub fn stored_name(&self) -> &str {
        self.stored_as.as_deref().unwrap_or(&self.name)
    }
}

/// The fields of an example item. Each missing required field gets a default value of its type.
pub type Sample = BTreeMap<String, toml::Value>;

/// A structure inside an item.
#[derive(Debug)]
pub struct Record {
    pub name: String,
    pub fields: Vec<Field>,
    pub at: At,
}

/// How an item of one version becomes an item of the next: renames first, then defaults for missing fields, then
/// removals.
#[derive(Debug)]
pub struct Step {
    /// The older version.
    pub version: u32,
    /// The reason for the newer version.
    pub because: String,
    /// Pairs of an old name and a new name.
    pub rename: Vec<(String, String)>,
    /// Fields that the older version lacks, with their default values.
    pub default: Vec<(String, Literal)>,
    pub remove: Vec<String>,
    /// Fields that every item of the older version has, and that are optional in the next version.
    pub optional: Vec<String>,
    /// Indexes that lack items of the older version, or have another key for them.
    pub index: Vec<String>,
    pub at: At,
}

impl Step {
    /// The fields that an older item may lack before this step.
    pub fn fills(&self) -> impl Iterator<Item = &str> {
        let renamed = self.rename.iter().map(|(_, new)| new.as_str());
        renamed.chain(self.default.iter().map(|(field, _)| field.as_str()))
    }
}

/// The old key templates of items that have to move.
#[derive(Debug)]
pub struct Migration {
    /// The index whose keys change; `None` for the key of the table.
    pub index: Option<String>,
    pub pk: Template,
    pub sk: Template,
    pub at: At,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Type {
    Uuid(String),
    Extern {
        rust: String,
        copy: bool,
    },
    Text,
    Texts,
    /// A set of texts; absent if empty.
    TextSet,
    /// A count, with the name of its own Rust type if it has one.
    Count(Option<String>),
    Amount,
    Flag,
    Bytes,
    Time,
    Expiry,
    Date,
    Digest,
    Enum {
        rust: String,
        values: Vec<String>,
    },
    Record {
        record: String,
        rust: String,
    },
    /// A list of records.
    Records {
        record: String,
        rust: String,
    },
}

impl Type {
    /// The name of the type in messages.
    pub fn word(&self) -> &str {
        match self {
            Type::Uuid(rust)
            | Type::Count(Some(rust))
            | Type::Extern { rust, .. }
            | Type::Enum { rust, .. }
            | Type::Record { rust, .. }
            | Type::Records { rust, .. } => rust,
            Type::Text => "text",
            Type::Texts => "texts",
            Type::TextSet => "text_set",
            Type::Count(None) => "count",
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
        matches!(self, Type::Count(_) | Type::Amount | Type::Time | Type::Expiry)
    }

    /// Whether `size` works on it.
    pub fn has_size(&self) -> bool {
        matches!(self, Type::Text | Type::Texts | Type::TextSet | Type::Bytes | Type::Records { .. })
    }

    /// Whether its values can be part of a string key.
    pub fn fits_a_key(&self) -> bool {
        let in_no_key =
            matches!(self, Type::Texts | Type::TextSet | Type::Amount | Type::Flag | Type::Bytes | Type::Expiry);
        !in_no_key && self.record().is_none()
    }

    /// The record of the type, by its name in the document and in Rust.
    pub fn record(&self) -> Option<(&str, &str)> {
        match self {
            Type::Record { record, rust } | Type::Records { record, rust } => Some((record, rust)),
            _ => None,
        }
    }

    /// Whether the Rust type is `Copy`.
    pub fn is_copy(&self) -> bool {
        match self {
            Type::Extern { copy, .. } => *copy,
            Type::Text | Type::Texts | Type::TextSet | Type::Bytes | Type::Record { .. } | Type::Records { .. } => {
                false
            }
            _ => true,
        }
    }
}

impl Entity {
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.name == name)
    }

    /// The version that new items are written in.
    pub fn written(&self) -> u32 {
        self.write_version.unwrap_or(self.version)
    }

    /// The field with this attribute name.
    pub fn stored(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.stored_name() == name)
    }

    /// The attribute name of a field.
    pub fn stored_name<'e>(&'e self, field: &'e str) -> &'e str {
        self.field(field).map_or(field, Field::stored_name)
    }

    /// The fields of the entity and of its records.
    pub fn all_fields(&self) -> impl Iterator<Item = &Field> {
        self.fields.iter().chain(self.records.iter().flat_map(|record| &record.fields))
    }

    /// Each field with its path in the item. The path of a record's field is the attribute of the record, a dot and
    /// the field.
    pub fn stored_fields(&self) -> Vec<(String, &Field)> {
        let mut found = Vec::new();
        self.stored_under("", &self.fields, &mut found);
        found
    }

    fn stored_under<'e>(&'e self, before: &str, fields: &'e [Field], found: &mut Vec<(String, &'e Field)>) {
        for field in fields {
            let path = format!("{before}{}", field.stored_name());
            if let Some((record, _)) = field.ty.record()
                && let Some(record) = self.records.iter().find(|known| known.name == record)
            {
                self.stored_under(&format!("{path}."), &record.fields, found);
            }
            found.push((path, field));
        }
    }

    /// The history steps that an item of this version goes through.
    pub fn steps_from(&self, version: u32) -> impl Iterator<Item = &Step> {
        self.history.iter().filter(move |step| step.version >= version)
    }

    /// The two templates of its key, as the lock has them.
    pub fn key_words(&self) -> Vec<String> {
        vec![self.stored_template(&self.pk).to_string(), self.stored_template(&self.sk).to_string()]
    }

    /// The template with attribute names instead of field names.
    pub fn stored_template(&self, template: &Template) -> Template {
        let stored = |segment: &Segment| match segment {
            Segment::Field { name, width } => Segment::Field { name: self.stored_name(name).to_owned(), width: *width },
            Segment::Literal(_) => segment.clone(),
        };
        Template { segments: template.segments.iter().map(stored).collect() }
    }

    /// The fields of the primary key, each once, those of the partition key first.
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

    /// Whether every item expires: the `expiry` field is required.
    pub fn always_expires(&self, table: &Table) -> bool {
        self.field(&table.ttl_attribute).is_some_and(|field| !field.optional)
    }

    /// The name as words of a sentence.
    pub fn words(&self) -> String {
        self.name.replace('_', " ")
    }

    /// The name as words of a sentence, with an article.
    pub fn a(&self) -> String {
        // `user` begins with a consonant sound.
        let an = self.name.starts_with(['a', 'e', 'i', 'o', 'u']) && !self.name.starts_with("us");
        format!("{} {}", if an { "an" } else { "a" }, self.words())
    }
}
