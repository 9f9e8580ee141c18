//! Emits `json-schema/`: a schema for the items of each entity as plain JSON.

use serde_json::{Map, Value, json};

use crate::check::attributes::WRITE_ID;
use crate::design::{Design, Entity, Field, Record, Segment, Template, Type};
use crate::emit::rust::camel;
use crate::emit::sample;
use crate::emitted::Emitted;

const MAPPING: &str = "A stored item in plain JSON instead of DynamoDB's JSON: S is a string, N a number, BOOL a \
 boolean, B a string in base64 (`contentEncoding`), L an array, M an object, SS an array of unique strings. No \
 attribute is NULL: an attribute without a value is absent. `x-pii` marks personal data, `x-ttl` the time after \
 which DynamoDB may delete the item, `x-dynamodb-type` the type of the attribute.";
const UUID: &str = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}";

pub fn emit(design: &Design) -> Vec<Emitted> {
    design.entities.iter().map(|entity| emitted(design, entity)).collect()
}

fn emitted(design: &Design, entity: &Entity) -> Emitted {
    let table = &design.table;
    let mut properties = keys(design, entity);
    let kind = json!({ "const": entity.type_name, "description": "The entity of the item.", "x-dynamodb-type": "S" });
    properties.insert(table.entity_attribute.clone(), kind);
    let version = json!({
        "const": entity.written(), "x-dynamodb-type": "N",
        "description": "The version of the entity. Items of older versions are read too, and may lack newer \
         attributes.",
    });
    properties.insert(table.version_attribute.clone(), version);
    let sparse = entity.index_keys.iter().filter(|key| !entity.sparse_fields(key).is_empty());
    let may_be_absent: Vec<&String> = sparse.flat_map(|key| table.indexes[key.index].key_attributes()).collect();
    let mut required: Vec<String> = properties.keys().filter(|name| !may_be_absent.contains(name)).cloned().collect();
    for field in &entity.fields {
        let mut schema = field_schema(&entity.records, field);
        if field.name == table.ttl_attribute {
            schema["x-ttl"] = true.into();
        }
        properties.insert(field.stored_name().to_owned(), schema);
    }
    let write_id = json!({
        "type": "string", "x-dynamodb-type": "S",
        "description": "The id of the last single write, by which its repeat is recognised. Transactions write no id.",
    });
    properties.insert(WRITE_ID.to_owned(), write_id);
    let of_fields = entity.fields.iter().filter(|field| !field.optional).map(|field| field.stored_name().to_owned());
    required.extend(of_fields);
    let examples = sample::rows(design, entity).into_iter().map(|row| {
        let item = sample::item(design, entity, &row);
        plain(&item)
    });
    let schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": camel(&entity.name),
        "description": entity.summary,
        "$comment": MAPPING,
        "type": "object",
        "properties": properties,
        "required": required,
        "examples": examples.collect::<Vec<_>>(),
    });
    let path = format!("{}/json-schema/{}.json", design.table.generate.schema, entity.name);
    Emitted { path, text: format!("{schema:#}\n") }
}

/// The key attributes of the table and of the entity's indexes.
fn keys(design: &Design, entity: &Entity) -> Map<String, Value> {
    let table = &design.table;
    let mut keys = Map::new();
    keys.insert(table.partition_key.clone(), text_key(entity, "The table's partition key", &entity.pk));
    keys.insert(table.sort_key.clone(), text_key(entity, "The table's sort key", &entity.sk));
    for key in &entity.index_keys {
        let index = &table.indexes[key.index];
        let about = format!("The partition key of {}", index.name);
        keys.insert(index.partition_key.clone(), text_key(entity, &about, &key.stored()));
        let about = format!("The sort key of {}", index.name);
        let sort = match key.number() {
            Some(_) => {
                json!({ "type": "integer", "description": format!("{about}: `{}`.", key.sk), "x-dynamodb-type": "N" })
            }
            None => text_key(entity, &about, &key.sk),
        };
        keys.insert(index.sort_key.clone(), sort);
    }
    keys
}

fn text_key(entity: &Entity, about: &str, template: &Template) -> Value {
    let is_personal = |name: &str| entity.field(name).is_some_and(|field| field.pii);
    let mut key = json!({
        "type": "string",
        "pattern": pattern(entity, template),
        "description": format!("{about}: `{template}`."),
        "x-dynamodb-type": "S",
    });
    if template.fields().any(is_personal) {
        key["x-pii"] = true.into();
    }
    key
}

/// The template as a regular expression.
fn pattern(entity: &Entity, template: &Template) -> String {
    let segment = |segment: &Segment| match segment {
        Segment::Literal(text) => text.replace('.', "\\."),
        Segment::Field { name, width } => match entity.field(name).map(|field| &field.ty) {
            Some(Type::Uuid(_)) => UUID.to_owned(),
            Some(Type::Digest) => "[0-9a-f]{64}".to_owned(),
            Some(Type::Date) => "[0-9]{4}-[0-9]{2}-[0-9]{2}".to_owned(),
            Some(Type::Time) => "[0-9]{13}".to_owned(),
            Some(Type::Count(_)) => format!("[0-9]{{{},}}", width.unwrap_or(1)),
            Some(Type::Enum { values, .. }) => format!("({})", values.join("|")),
            // In escaped text, a delimiter is `%23`.
            _ => "[^#]*".to_owned(),
        },
    };
    format!("^{}$", template.segments.iter().map(segment).collect::<Vec<_>>().join("#"))
}

fn field_schema(records: &[Record], field: &Field) -> Value {
    let mut schema = match &field.ty {
        Type::Uuid(_) => json!({ "type": "string", "format": "uuid", "pattern": format!("^{UUID}$") }),
        Type::Extern { .. } | Type::Text => json!({ "type": "string" }),
        Type::Texts => json!({ "type": "array", "items": { "type": "string" } }),
        Type::TextSet => {
            json!({ "type": "array", "items": { "type": "string" }, "minItems": 1, "uniqueItems": true })
        }
        Type::Count(_) => json!({ "type": "integer", "minimum": 0, "maximum": u32::MAX }),
        Type::Amount => json!({ "type": "integer" }),
        Type::Flag => json!({ "type": "boolean" }),
        Type::Bytes => json!({ "type": "string", "contentEncoding": "base64" }),
        Type::Time => json!({ "type": "integer", "minimum": 0, "x-unit": "milliseconds since 1970" }),
        Type::Expiry => json!({ "type": "integer", "minimum": 0, "x-unit": "seconds since 1970" }),
        Type::Date => json!({ "type": "string", "format": "date" }),
        Type::Digest => json!({ "type": "string", "pattern": "^[0-9a-f]{64}$" }),
        Type::Enum { values, .. } => json!({ "enum": values }),
        Type::Record { record, .. } => record_schema(records, record),
        Type::Records { record, .. } => json!({ "type": "array", "items": record_schema(records, record) }),
    };
    schema["description"] = field.doc.as_str().into();
    schema["x-dynamodb-type"] = sample::letter(&field.ty).into();
    if field.stored_as.is_some() {
        schema["title"] = field.name.as_str().into();
    }
    if field.pii {
        schema["x-pii"] = true.into();
    }
    schema
}

fn record_schema(records: &[Record], record: &str) -> Value {
    let parts = sample::parts_of(records, record);
    let properties: Map<_, _> =
        parts.iter().map(|part| (part.stored_name().to_owned(), field_schema(records, part))).collect();
    let required: Vec<_> = parts.iter().filter(|part| !part.optional).map(Field::stored_name).collect();
    json!({ "type": "object", "properties": properties, "required": required })
}

/// Converts DynamoDB JSON to plain JSON.
fn plain(item: &Value) -> Value {
    let object =
        |fields: &Map<String, Value>| fields.iter().map(|(name, value)| (name.clone(), value_of(value))).collect();
    item.as_object().map(object).unwrap_or_default()
}

fn value_of(attribute: &Value) -> Value {
    let Some((letter, value)) = attribute.as_object().and_then(|attribute| attribute.iter().next()) else {
        return Value::Null;
    };
    match (letter.as_str(), value) {
        ("N", Value::String(number)) => number.parse().map_or(Value::Null, Value::Number),
        ("L", Value::Array(values)) => values.iter().map(value_of).collect(),
        ("M", record) => plain(record),
        (_, value) => value.clone(),
    }
}
