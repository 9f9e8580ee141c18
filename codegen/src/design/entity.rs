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

/// An entity that is no more.
#[derive(Debug)]
pub struct Removed {
    pub name: String,
    /// What became of its items.
    pub reason: String,
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
    /// A value as a person types it and as it is stored, for examples and samples.
    pub example: Option<String>,
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
    /// An older version that items are still written in, because running programs do not read this one.
    pub write_version: Option<u32>,
    pub summary: String,
    /// Whether no other item of its partition may be made without it.
    pub root: bool,
    pub pk: Template,
    pub sk: Template,
    pub index_keys: Vec<IndexKey>,
    pub fields: Vec<Field>,
    pub records: Vec<Record>,
    /// From its first version to the one before the current one.
    pub history: Vec<Step>,
    pub migrations: Vec<Migration>,
    /// Items as they could be stored: their fields by name, those that a reader should see.
    pub samples: Vec<Sample>,
    /// The place of its name.
    pub at: At,
    /// The place of its partition key template.
    pub key_at: At,
}

#[derive(Debug, Clone)]
pub struct Field {
    pub name: String,
    pub ty: Type,
    pub optional: bool,
    pub pii: bool,
    /// Values of an enum that are read and not yet written, because running programs do not know them.
    pub announced: Vec<String>,
    pub doc: String,
    /// What it is called in the table, where that is not its name.
    pub stored_as: Option<String>,
    /// A value as a person types it, where that of its type does not do.
    pub example: Option<String>,
    pub at: At,
}

impl Field {
    /// The name that it is stored under.
    pub fn stored_name(&self) -> &str {
        self.stored_as.as_deref().unwrap_or(&self.name)
    }
}

/// What a sample item says of its fields. A required field that it does not mention has a value of its type.
pub type Sample = BTreeMap<String, toml::Value>;

/// A structure inside an item.
#[derive(Debug)]
pub struct Record {
    pub name: String,
    pub fields: Vec<Field>,
    pub at: At,
}

/// How an item of one version becomes one of the next: names first, then what it lacks, then what nobody reads any more.
#[derive(Debug)]
pub struct Step {
    /// The older version.
    pub version: u32,
    /// Why there is a newer one.
    pub because: String,
    /// Old names and new ones.
    pub rename: Vec<(String, String)>,
    /// Fields that the older version lacks, and their values.
    pub default: Vec<(String, Literal)>,
    pub remove: Vec<String>,
    /// Fields that the older version always has, and the next one may lack.
    pub optional: Vec<String>,
    /// Indexes that items of the older version are not in.
    pub index: Vec<String>,
    pub at: At,
}

impl Step {
    /// The fields that an older item may lack.
    pub fn fills(&self) -> impl Iterator<Item = &str> {
        let renamed = self.rename.iter().map(|(_, new)| new.as_str());
        renamed.chain(self.default.iter().map(|(field, _)| field.as_str()))
    }
}

/// The key templates that items are moved from.
#[derive(Debug)]
pub struct Migration {
    /// The index whose keys move; `None` for the table's own.
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
    /// A set of texts, which is absent when it is empty.
    TextSet,
    Count,
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
    /// The word for it in a message.
    pub fn word(&self) -> &str {
        match self {
            Type::Uuid(rust)
            | Type::Extern { rust, .. }
            | Type::Enum { rust, .. }
            | Type::Record { rust, .. }
            | Type::Records { rust, .. } => rust,
            Type::Text => "text",
            Type::Texts => "texts",
            Type::TextSet => "text_set",
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

    /// Whether a condition may ask how large it is.
    pub fn has_size(&self) -> bool {
        matches!(self, Type::Text | Type::Texts | Type::TextSet | Type::Bytes | Type::Records { .. })
    }

    /// Whether a value of it may stand in a string key.
    pub fn fits_a_key(&self) -> bool {
        let in_no_key =
            matches!(self, Type::Texts | Type::TextSet | Type::Amount | Type::Flag | Type::Bytes | Type::Expiry);
        !in_no_key && self.record().is_none()
    }

    /// The record that it is made of, by its name in the document and in Rust.
    pub fn record(&self) -> Option<(&str, &str)> {
        match self {
            Type::Record { record, rust } | Type::Records { record, rust } => Some((record, rust)),
            _ => None,
        }
    }

    /// Whether Rust passes it by value.
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

    /// The version that items are written in.
    pub fn written(&self) -> u32 {
        self.write_version.unwrap_or(self.version)
    }

    /// The field that is stored under this name.
    pub fn stored(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.stored_name() == name)
    }

    /// The name that a field is stored under.
    pub fn stored_name<'e>(&'e self, field: &'e str) -> &'e str {
        self.field(field).map_or(field, Field::stored_name)
    }

    /// Its fields, and those of its records.
    pub fn all_fields(&self) -> impl Iterator<Item = &Field> {
        self.fields.iter().chain(self.records.iter().flat_map(|record| &record.fields))
    }

    /// Each field with its path in the item: those of a record after the record's field and a dot.
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

    /// The steps of its history that items of this version, and of later ones, go through.
    pub fn steps_from(&self, version: u32) -> impl Iterator<Item = &Step> {
        self.history.iter().filter(move |step| step.version >= version)
    }

    /// The two templates of its key.
    pub fn key_words(&self) -> Vec<String> {
        vec![self.stored_template(&self.pk).to_string(), self.stored_template(&self.sk).to_string()]
    }

    /// The template with the names that its fields are stored under.
    pub fn stored_template(&self, template: &Template) -> Template {
        let stored = |segment: &Segment| match segment {
            Segment::Field { name, width } => Segment::Field { name: self.stored_name(name).to_owned(), width: *width },
            Segment::Literal(_) => segment.clone(),
        };
        Template { segments: template.segments.iter().map(stored).collect() }
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

    /// Whether each of its items expires: the expiry may be optional.
    pub fn always_expires(&self, table: &Table) -> bool {
        self.field(&table.ttl_attribute).is_some_and(|field| !field.optional)
    }

    /// Its name as words of a sentence.
    pub fn words(&self) -> String {
        self.name.replace('_', " ")
    }

    /// Its name as words of a sentence, with an article.
    pub fn a(&self) -> String {
        // `user` begins with the sound of a `y`.
        let an = self.name.starts_with(['a', 'e', 'i', 'o', 'u']) && !self.name.starts_with("us");
        format!("{} {}", if an { "an" } else { "a" }, self.words())
    }
}
