//! Puts the schemas of fields where they are used: only objects have names in the document.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

/// The names of fields begin like this (`fields.rs`), and those of objects do not.
const PREFIX: &str = "field.";
const SCHEMAS: &str = "#/components/schemas/";

/// Replaces each reference to a field by the field's schema. An optional field of a request may be `null`; an answer
/// leaves out an absent field.
pub(super) fn fields(schemas: &mut Map<String, Value>, paths: &Value) {
    let fields: Map<String, Value> = schemas
        .iter()
        .filter(|(name, _)| name.starts_with(PREFIX))
        .map(|(name, field)| (name.clone(), field.clone()))
        .collect();
    schemas.retain(|name, _| !name.starts_with(PREFIX));
    let sent = of_requests(schemas, paths);
    for (name, schema) in schemas {
        inline(schema, &fields, sent.contains(name));
    }
}

/// The names of all schemas that a request's body refers to, directly or through other schemas.
fn of_requests(schemas: &Map<String, Value>, paths: &Value) -> BTreeSet<String> {
    let operations =
        paths.as_object().into_iter().flat_map(Map::values).filter_map(Value::as_object).flat_map(Map::values);
    let mut found = BTreeSet::new();
    let mut to_visit = Vec::new();
    operations.for_each(|operation| references(&operation["requestBody"], &mut to_visit));
    while let Some(name) = to_visit.pop() {
        if let Some(schema) = schemas.get(&name)
            && found.insert(name)
        {
            references(schema, &mut to_visit);
        }
    }
    found
}

fn references(value: &Value, names: &mut Vec<String>) {
    names.extend(referred(value).map(str::to_owned));
    match value {
        Value::Array(items) => items.iter().for_each(|item| references(item, names)),
        Value::Object(fields) => fields.values().for_each(|field| references(field, names)),
        _ => {}
    }
}

/// The name of the schema that this one refers to.
fn referred(schema: &Value) -> Option<&str> {
    schema.get("$ref")?.as_str()?.strip_prefix(SCHEMAS)
}

fn inline(schema: &mut Value, fields: &Map<String, Value>, is_sent: bool) {
    if let Some(field) = referred(schema).and_then(|name| fields.get(name)) {
        *schema = field.clone();
    } else if let Some(field) = optional(schema).and_then(|name| fields.get(name)) {
        *schema = field.clone();
        if is_sent {
            schema["type"] = Value::from(vec![schema["type"].take(), "null".into()]);
        }
    } else {
        match schema {
            Value::Array(items) => items.iter_mut().for_each(|item| inline(item, fields, is_sent)),
            Value::Object(members) => members.values_mut().for_each(|member| inline(member, fields, is_sent)),
            _ => {}
        }
    }
}

/// The name of the schema in `oneOf: [a reference, null]`, which utoipa makes of an `Option`.
fn optional(schema: &Value) -> Option<&str> {
    match schema.get("oneOf")?.as_array()?.as_slice() {
        [reference, null] if null["type"] == "null" => referred(reference),
        _ => None,
    }
}
