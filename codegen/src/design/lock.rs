//! `schema.lock`: the properties that stored items and running programs depend on, as of the last generation.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::design::{Design, Entity, Field, Pattern, Table, Type};

/// The default names of a table's key attributes.
pub const USUAL_KEY: [&str; 2] = ["PK", "SK"];

/// The lock. Nothing is locked if the file does not exist.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Lock {
    /// Whether the file exists, so that it is updated.
    #[serde(skip)]
    pub is_kept: bool,
    pub ttl_attribute: Option<String>,
    /// The names of the table's key attributes, if they differ from [`USUAL_KEY`].
    pub key_attributes: Option<[String; 2]>,
    pub index: BTreeMap<String, LockedIndex>,
    pub entity: BTreeMap<String, LockedEntity>,
    pub pattern: BTreeMap<String, LockedPattern>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LockedIndex {
    /// The attribute names of its partition key and its sort key.
    pub keys: [String; 2],
    /// Whether the sort key is a text.
    #[serde(default)]
    pub sorts_texts: bool,
    pub projection: Vec<String>,
    /// Whether the index was removed from the schema. The deployed table may still have it.
    #[serde(default)]
    pub removed: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LockedEntity {
    #[serde(rename = "type")]
    pub type_name: String,
    /// The version that items are written in.
    pub version: u32,
    /// A newer version that every running program can read and that is not written yet.
    #[serde(default)]
    pub reads: Option<u32>,
    /// A newer version that only the newest program can read.
    #[serde(default)]
    pub announced: Option<u32>,
    pub key: Vec<String>,
    #[serde(default)]
    pub index: BTreeMap<String, Vec<String>>,
    /// The fields by attribute name. The key of a record's field is the attribute of the record, a dot and the field.
    #[serde(default)]
    pub field: BTreeMap<String, LockedField>,
    #[serde(default)]
    pub removed: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LockedField {
    #[serde(rename = "type")]
    pub type_name: String,
    #[serde(default)]
    pub optional: bool,
    /// The enum values that every running program can read.
    #[serde(default)]
    pub values: Vec<String>,
    /// Enum values that only the newest program can read, until it is deployed everywhere.
    #[serde(default)]
    pub announced: Vec<String>,
    /// Whether the field was removed. Items may still have the attribute.
    #[serde(default)]
    pub removed: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LockedPattern {
    /// Every name of the function so far, the newest last.
    pub names: Vec<String>,
    /// The operation and the entities.
    pub asks: String,
    #[serde(default)]
    pub removed: bool,
}

impl Lock {
    /// The lock after the design is accepted: the whole design, and the removed parts that this lock still has.
    pub fn after(&self, design: &Design) -> Lock {
        let mut next =
            Lock { is_kept: true, ttl_attribute: Some(design.table.ttl_attribute.clone()), ..Lock::default() };
        let key = [&design.table.partition_key, &design.table.sort_key];
        next.key_attributes = (key != USUAL_KEY).then(|| key.map(Clone::clone));
        for index in &design.table.indexes {
            let mut projection = index.projection.clone();
            projection.sort();
            let keys = [index.partition_key.clone(), index.sort_key.clone()];
            next.index.insert(
                index.name.clone(),
                LockedIndex { keys, sorts_texts: index.sorts_texts, projection, removed: false },
            );
        }
        for entity in &design.entities {
            let locked = LockedEntity::after(self.entity.get(&entity.name), &design.table, entity);
            next.entity.insert(entity.name.clone(), locked);
        }
        for pattern in &design.patterns {
            let before = self.pattern.get(&pattern.id);
            next.pattern.insert(pattern.id.clone(), LockedPattern::after(before, design, pattern));
        }
        keep_removed(&mut next.index, &self.index, |index| index.removed = true);
        keep_removed(&mut next.entity, &self.entity, |entity| entity.removed = true);
        keep_removed(&mut next.pattern, &self.pattern, |pattern| pattern.removed = true);
        next
    }

    /// The names of the table's key attributes; `None` if nothing is locked.
    pub fn locked_key(&self) -> Option<[&str; 2]> {
        self.ttl_attribute.as_ref()?;
        Some(self.key_attributes.as_ref().map_or(USUAL_KEY, |[partition, sort]| [partition, sort]))
    }

    /// Marks every announced value and version as known to all running programs.
    pub fn deployed(&mut self) {
        for field in self.entity.values_mut().flat_map(|entity| entity.field.values_mut()) {
            field.values.append(&mut field.announced);
        }
        for entity in self.entity.values_mut() {
            entity.reads = entity.announced.take().or(entity.reads);
        }
    }
}

/// Keeps the entries that are missing in `now`, marked as removed.
fn keep_removed<T: Clone>(now: &mut BTreeMap<String, T>, before: &BTreeMap<String, T>, mark: impl Fn(&mut T)) {
    for (name, old) in before {
        now.entry(name.clone()).or_insert_with(|| {
            let mut old = old.clone();
            mark(&mut old);
            old
        });
    }
}

impl LockedEntity {
    fn after(before: Option<&LockedEntity>, table: &Table, entity: &Entity) -> LockedEntity {
        let index = entity.index_keys.iter().map(|key| {
            let name = table.indexes[key.index].name.clone();
            (name, entity.index_key_words(key))
        });
        let mut field = BTreeMap::new();
        for (path, known) in entity.stored_fields() {
            let before = before.and_then(|before| before.field.get(&path));
            let locked = LockedField::after(before, table, known);
            field.insert(path, locked);
        }
        if let Some(before) = before {
            keep_removed(&mut field, &before.field, |field| field.removed = true);
        }
        let newer = entity.write_version.map(|_| entity.version);
        let is_read = |version| before.is_some_and(|before| before.reads == Some(version));
        LockedEntity {
            type_name: entity.type_name.clone(),
            version: entity.written(),
            reads: newer.filter(|version| is_read(*version)),
            announced: newer.filter(|version| !is_read(*version)),
            key: entity.key_words(),
            index: index.collect(),
            field,
            removed: false,
        }
    }
}

impl LockedField {
    fn after(before: Option<&LockedField>, table: &Table, field: &Field) -> LockedField {
        let known = |value: &String| before.is_some_and(|before| before.values.contains(value));
        let (announced, values) = match &field.ty {
            Type::Enum { values, .. } => {
                values.iter().cloned().partition(|value| field.announced.contains(value) && !known(value))
            }
            _ => (Vec::new(), Vec::new()),
        };
        let type_name = stored_type(table, &field.ty);
        LockedField { type_name, optional: field.optional, values, announced, removed: false }
    }
}

impl LockedPattern {
    fn after(before: Option<&LockedPattern>, design: &Design, pattern: &Pattern) -> LockedPattern {
        let mut names = before.map(|before| before.names.clone()).unwrap_or_default();
        names.retain(|name| *name != pattern.name);
        names.push(pattern.name.clone());
        LockedPattern { names, asks: asks(design, pattern), removed: false }
    }
}

/// The operation and entities of a pattern. A pattern can be renamed as long as they stay the same.
pub fn asks(design: &Design, pattern: &Pattern) -> String {
    let mut words = vec![pattern.api().to_owned()];
    words.extend(pattern.entities().into_iter().map(|entity| design.entity(entity).name.clone()));
    words.join(" ")
}

/// The name of a stored type. The path of its Rust type is not part of it.
pub fn stored_type(table: &Table, ty: &Type) -> String {
    match ty {
        Type::Uuid(_) => "uuid".to_owned(),
        Type::Extern { rust, .. } => {
            let domain = table.domains.iter().find(|domain| domain.rust == *rust);
            domain.map_or_else(|| rust.clone(), |domain| domain.name.clone())
        }
        // A count of its own type is stored like any other.
        Type::Count(_) => "count".to_owned(),
        Type::Enum { .. } => "enum".to_owned(),
        Type::Record { .. } => "record".to_owned(),
        Type::Records { .. } => "records".to_owned(),
        other => other.word().to_owned(),
    }
}
