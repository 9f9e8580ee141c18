//! Sample items: the samples of the documents, completed with default values and keys.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

use crate::design::{Design, DomainKind, Entity, Field, IndexKey, Record, Sample, Segment, Shards, Template, Type};

/// The time of the samples: 23 November 2026, 09:00 UTC.
const MORNING_MS: i64 = 1_795_424_400_000;
/// The expiry of the samples: the end of the century, so that a table does not delete them.
const EXPIRY_S: i64 = 4_102_444_800;
const DAY: &str = "2026-11-23";
const DIGEST: &str = "6ca13d52ca70c883e0f0bb101e425a89e8624de51db2d2392593af6a84118090";

/// The fields of a sample item as plain JSON.
pub type Row = BTreeMap<String, Value>;

/// The samples of an entity; one with default values if its document has none.
pub fn rows(design: &Design, entity: &Entity) -> Vec<Row> {
    let of_nothing = [Sample::new()];
    let samples = if entity.samples.is_empty() { &of_nothing } else { entity.samples.as_slice() };
    samples.iter().map(|sample| row(design, entity, sample)).collect()
}

fn row(design: &Design, entity: &Entity, sample: &Sample) -> Row {
    let value = |field: &Field| match sample.get(&field.name) {
        Some(value) => Some((field.name.clone(), plain(value))),
        None if field.optional => None,
        None => Some((field.name.clone(), default(design, &entity.records, field))),
    };
    entity.fields.iter().filter_map(value).collect()
}

/// Adds a default value for each of these fields that the row lacks.
pub fn filled(design: &Design, entity: &Entity, mut row: Row, names: &[&str]) -> Row {
    for field in names.iter().filter_map(|name| entity.field(name)) {
        row.entry(field.name.clone()).or_insert_with(|| default(design, &entity.records, field));
    }
    row
}

fn plain(value: &toml::Value) -> Value {
    serde_json::to_value(value).expect("the loader takes numbers, texts, flags, lists and tables")
}

/// A default value of the field's type. Each id type has one default, so that samples of different entities refer to
/// each other.
fn default(design: &Design, records: &[Record], field: &Field) -> Value {
    let domain = |rust: &str, kind: DomainKind| {
        design.table.domains.iter().enumerate().find(|(_, domain)| domain.rust == rust && domain.kind == kind)
    };
    match &field.ty {
        Type::Uuid(rust) => {
            let number = domain(rust, DomainKind::Uuid).map_or(0, |(number, _)| number + 1);
            json!(format!("0198c5e2-8a00-7000-8000-{number:012}"))
        }
        Type::Extern { rust, .. } => {
            let example = domain(rust, DomainKind::Extern).and_then(|(_, domain)| domain.example.as_deref());
            json!(example.unwrap_or(&field.name))
        }
        Type::Text => json!(field.name),
        Type::Texts | Type::TextSet => json!([field.name]),
        Type::Count(Some(rust)) => {
            let example = domain(rust, DomainKind::Count).and_then(|(_, domain)| domain.example.as_deref());
            json!(example.and_then(|example| example.parse::<u32>().ok()).unwrap_or(1))
        }
        Type::Count(None) | Type::Amount => json!(1),
        Type::Flag => json!(true),
        // The word "sample" in base64.
        Type::Bytes => json!("c2FtcGxl"),
        Type::Time => json!(MORNING_MS),
        Type::Expiry => json!(EXPIRY_S),
        Type::Date => json!(DAY),
        Type::Digest => json!(DIGEST),
        Type::Enum { values, .. } => json!(values.first()),
        Type::Record { record, .. } => default_record(design, records, record),
        Type::Records { record, .. } => json!([default_record(design, records, record)]),
    }
}

fn default_record(design: &Design, records: &[Record], record: &str) -> Value {
    let required = parts_of(records, record).iter().filter(|part| !part.optional);
    required.map(|part| (part.name.clone(), default(design, records, part))).collect()
}

/// The item in DynamoDB JSON, with its keys, its type and its version.
pub fn item(design: &Design, entity: &Entity, row: &Row) -> Value {
    let table = &design.table;
    let text = |template: &Template| json!({ "S": key(template, row) });
    let mut item = Map::new();
    item.insert(table.partition_key.clone(), text(&entity.pk));
    item.insert(table.sort_key.clone(), text(&entity.sk));
    let is_in = |index_key: &&IndexKey| index_key.fields().iter().all(|field| row.contains_key(*field));
    for key in entity.index_keys.iter().filter(is_in) {
        let index = &table.indexes[key.index];
        item.insert(index.partition_key.clone(), json!({ "S": index_partition(key, row) }));
        let sort = match key.number() {
            Some(field) => json!({ "N": row[field].to_string() }),
            None => text(&key.sk),
        };
        item.insert(index.sort_key.clone(), sort);
    }
    item.insert(table.entity_attribute.clone(), json!({ "S": entity.type_name }));
    item.insert(table.version_attribute.clone(), json!({ "N": entity.written().to_string() }));
    item.extend(attributes(&entity.fields, &entity.records, row));
    Value::Object(item)
}

/// The values of some fields, by attribute name, each under its type letter.
fn attributes<'r>(
    fields: &[Field],
    records: &[Record],
    values: impl IntoIterator<Item = (&'r String, &'r Value)>,
) -> Map<String, Value> {
    let one = |(name, value): (&String, &Value)| {
        let Some(field) = fields.iter().find(|field| field.name == *name) else {
            panic!("the loader accepted `{name}`, which is not a field");
        };
        (field.stored_name().to_owned(), attribute(field, records, value))
    };
    values.into_iter().map(one).collect()
}

/// The value of a field under its type letter.
fn attribute(field: &Field, records: &[Record], value: &Value) -> Value {
    let members = |record: &str, parts: &Map<String, Value>| attributes(parts_of(records, record), records, parts);
    let value = match (&field.ty, value) {
        (Type::Record { record, .. }, Value::Object(parts)) => Value::Object(members(record, parts)),
        (Type::Records { record, .. }, Value::Array(list)) => {
            let parts = list.iter().filter_map(Value::as_object);
            parts.map(|parts| json!({ "M": members(record, parts) })).collect()
        }
        (Type::Texts, Value::Array(texts)) => texts.iter().map(|text| json!({ "S": text })).collect(),
        (_, Value::Number(number)) => json!(number.to_string()),
        _ => value.clone(),
    };
    json!({ letter(&field.ty): value })
}

/// The fields of a record.
pub fn parts_of<'r>(records: &'r [Record], name: &str) -> &'r [Field] {
    records.iter().find(|record| record.name == name).map_or(&[], |record| &record.fields)
}

/// The letter of a type in DynamoDB JSON.
pub fn letter(ty: &Type) -> &'static str {
    match ty {
        Type::Count(_) | Type::Amount | Type::Time | Type::Expiry => "N",
        Type::Flag => "BOOL",
        Type::Bytes => "B",
        Type::Texts | Type::Records { .. } => "L",
        Type::TextSet => "SS",
        Type::Record { .. } => "M",
        Type::Uuid(_) | Type::Extern { .. } | Type::Text | Type::Date | Type::Digest | Type::Enum { .. } => "S",
    }
}

/// The key of a row. It has the same format as `key` of `table-runtime`.
pub fn key(template: &Template, row: &Row) -> String {
    let segment = |segment: &Segment| match segment {
        Segment::Literal(text) => text.clone(),
        Segment::Field { name, width } => match row.get(name) {
            Some(Value::Number(number)) => padded(number, *width),
            Some(Value::String(text)) => escaped(text),
            other => panic!("`{name}` is {other:?} in a sample, which cannot be part of a key"),
        },
    };
    template.segments.iter().map(segment).collect::<Vec<_>>().join("#")
}

/// The partition key of a row in an index.
pub fn index_partition(index_key: &IndexKey, row: &Row) -> String {
    let partition = key(&index_key.pk, row);
    match &index_key.shards {
        None => partition,
        Some(Shards { count, by }) => {
            let by = Template { segments: vec![Segment::Field { name: by.clone(), width: None }] };
            format!("{partition}#{}", shard(&key(&by, row), *count))
        }
    }
}

/// The same computation as `key::shard` of `table-runtime`.
fn shard(text: &str, shards: u32) -> u32 {
    let digest = Sha256::digest(text);
    u32::from_be_bytes([digest[0], digest[1], digest[2], digest[3]]) % shards
}

/// Pads a number: a count to the width of the template. A time has 13 digits already.
fn padded(number: &serde_json::Number, width: Option<usize>) -> String {
    let (number, width) = (number.to_string(), width.unwrap_or(0));
    format!("{number:0>width$}")
}

fn escaped(text: &str) -> String {
    let special = |byte: u8| matches!(byte, b'#' | b'%' | b'/') || byte.is_ascii_control() || !byte.is_ascii();
    let one = |byte: u8| if special(byte) { format!("%{byte:02X}") } else { char::from(byte).to_string() };
    text.bytes().map(one).collect()
}
