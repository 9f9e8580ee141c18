//! One argument: from JSON, as typed by a person, to the stored attribute value.

use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use modyne::AttributeValue;
use serde_json::Value;
use table_runtime::Blob;

use crate::generated::schema::ENTITIES;
use crate::{Date, Digest, Expiry, Timestamp};
use table_runtime::registry::{Entity, Field};

/// Why a value is invalid, and where inside it. The value itself is not repeated.
pub(super) struct Wrong {
    /// Empty for the value itself, else the field.
    pub(super) path: String,
    pub(super) reason: String,
}

impl Wrong {
    fn here(reason: impl Into<String>) -> Self {
        Self { path: String::new(), reason: reason.into() }
    }

    fn within(self, field: &str) -> Self {
        let path = if self.path.is_empty() { field.to_owned() } else { format!("{field}.{}", self.path) };
        Self { path, ..self }
    }
}

/// The attribute value of this kind: a scalar type of the documents, an entity, or an entity's key.
pub(super) fn attribute(value: &Value, kind: &str) -> Result<AttributeValue, Wrong> {
    match kind {
        "count" => {
            let count = number(value).filter(|count| count.as_n().is_ok_and(|count| count.parse::<u32>().is_ok()));
            count.ok_or_else(|| Wrong::here("a whole number, 0 or more, is expected"))
        }
        "amount" => number(value).ok_or_else(|| Wrong::here("a whole number is expected")),
        "time" => moment(value, |text| text.parse::<Timestamp>().ok().map(Timestamp::millis))
            .ok_or_else(|| Wrong::here("a time is expected, such as 2026-11-23T09:00:00Z, or milliseconds since 1970")),
        "expiry" => moment(value, |text| text.parse::<Timestamp>().ok().map(|time| Expiry::seconds(time.expiry())))
            .ok_or_else(|| Wrong::here("a time is expected, such as 2026-11-23T09:00:00Z, or seconds since 1970")),
        "flag" => flag(value).map(AttributeValue::Bool).ok_or_else(|| Wrong::here("true or false is expected")),
        "bytes" => bytes(value).ok_or_else(|| Wrong::here("bytes in base64 are expected")),
        "texts" | "text_set" => texts(value).ok_or_else(|| Wrong::here("an array of texts is expected")),
        "date" => form::<Date>(value).ok_or_else(|| Wrong::here("a UTC day is expected, such as 2026-11-23")),
        "digest" => form::<Digest>(value).ok_or_else(|| Wrong::here("a SHA-256 in 64 hex digits is expected")),
        _ => match entity_of(kind) {
            Some((entity, is_key)) => item(value, entity, is_key),
            // Ids, enums and text check their own form when they are decoded.
            None => match records_of(kind) {
                Some(fields) => records(value, fields),
                None => value
                    .as_str()
                    .map(|text| AttributeValue::S(text.to_owned()))
                    .ok_or_else(|| Wrong::here("a text is expected")),
            },
        },
    }
}

/// The entity that a kind names, and whether the kind is only its key.
fn entity_of(kind: &str) -> Option<(&'static Entity, bool)> {
    let (name, is_key) = kind.strip_suffix(" key").map_or((kind, false), |name| (name, true));
    ENTITIES.iter().find(|entity| entity.name == name).map(|entity| (*entity, is_key))
}

/// The fields of the records, if the kind is a list of records.
fn records_of(kind: &str) -> Option<&'static [Field]> {
    let lists = ENTITIES.iter().flat_map(|entity| entity.fields);
    lists.filter(|field| is_list(field)).find(|field| field.kind == kind).map(|field| field.fields)
}

fn is_list(field: &Field) -> bool {
    field.kind.starts_with('[')
}

fn records(value: &Value, wanted: &[Field]) -> Result<AttributeValue, Wrong> {
    let Value::Array(list) = value else { return Err(Wrong::here("an array of JSON objects is expected")) };
    let wanted: Vec<&Field> = wanted.iter().collect();
    let each = list.iter().enumerate();
    let each = each.map(|(i, value)| fields(value, &wanted).map_err(|wrong| wrong.within(&i.to_string())));
    Ok(AttributeValue::L(each.collect::<Result<_, _>>()?))
}

fn item(value: &Value, entity: &'static Entity, is_key: bool) -> Result<AttributeValue, Wrong> {
    let wanted: Vec<&Field> =
        entity.fields.iter().filter(|field| !is_key || entity.key.contains(&field.name)).collect();
    fields(value, &wanted)
}

fn fields(value: &Value, wanted: &[&Field]) -> Result<AttributeValue, Wrong> {
    let Value::Object(given) = value else { return Err(Wrong::here("a JSON object is expected")) };
    if let Some(unknown) = given.keys().find(|name| !wanted.iter().any(|field| field.name == **name)) {
        return Err(Wrong::here("there is no such field").within(unknown));
    }
    let mut members = std::collections::HashMap::new();
    for field in wanted {
        let value = match given.get(field.name) {
            None | Some(Value::Null) if field.optional => continue,
            None | Some(Value::Null) => return Err(Wrong::here("it is missing").within(field.name)),
            Some(value) => value,
        };
        let attribute = if field.fields.is_empty() {
            attribute(value, field.kind)
        } else if is_list(field) {
            records(value, field.fields)
        } else {
            fields(value, &field.fields.iter().collect::<Vec<_>>())
        };
        members.insert(field.stored_as.to_owned(), attribute.map_err(|wrong| wrong.within(field.name))?);
    }
    Ok(AttributeValue::M(members))
}

/// A number, or a text that holds one: arguments of a command line are always texts.
fn number(value: &Value) -> Option<AttributeValue> {
    let number = value.as_i64().or_else(|| value.as_str()?.parse().ok())?;
    Some(AttributeValue::N(number.to_string()))
}

fn moment(value: &Value, parse: impl Fn(&str) -> Option<i64>) -> Option<AttributeValue> {
    let parsed = value.as_str().and_then(parse);
    parsed.map(|moment| AttributeValue::N(moment.to_string())).or_else(|| number(value))
}

/// A text that parses as this type.
fn form<T: FromStr>(value: &Value) -> Option<AttributeValue> {
    let text = value.as_str().filter(|text| text.parse::<T>().is_ok())?;
    Some(AttributeValue::S(text.to_owned()))
}

fn flag(value: &Value) -> Option<bool> {
    value.as_bool().or_else(|| value.as_str()?.parse().ok())
}

fn bytes(value: &Value) -> Option<AttributeValue> {
    STANDARD.decode(value.as_str()?).ok().map(|bytes| AttributeValue::B(Blob::new(bytes)))
}

fn texts(value: &Value) -> Option<AttributeValue> {
    let texts = value.as_array()?.iter().map(|text| text.as_str().map(|text| AttributeValue::S(text.to_owned())));
    texts.collect::<Option<_>>().map(AttributeValue::L)
}
