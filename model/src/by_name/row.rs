//! Rows: the result of a pattern, field by field, in the order of the schema.

use std::collections::HashMap;
use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use modyne::AttributeValue;
use serde::Serialize;
use serde_json::{Number, Value};

use crate::generated::schema::ENTITIES;
use crate::{Expiry, Timestamp};
use table_runtime::StoredItem;
use table_runtime::key::ItemKey;
use table_runtime::registry::Field;

/// One result of a pattern. Times are shown as RFC 3339, and bytes as base64.
#[derive(Clone, PartialEq)]
pub struct Row {
    /// The entity that it is an item or a projection of, or `key`, `count` or `unknown`.
    pub entity: &'static str,
    /// Its fields. Absent attributes are left out.
    pub fields: Vec<(&'static str, Value)>,
}

impl Row {
    /// The fields that an item, or a projection of it, has.
    pub(crate) fn of<T: Serialize>(entity: &'static str, item: &T) -> Self {
        let item = serde_dynamo::aws_sdk_dynamodb_1::to_item(item)
            .expect("entities are structs of types that all have a form in the table");
        Self::known(entity, item)
    }

    /// The fields of an item by the entity that it names. The item need not decode.
    pub(crate) fn stored(item: &StoredItem) -> Self {
        let entity = ENTITIES.iter().find(|entity| Some(entity.name) == item.entity());
        let (pk, sk) = (("PK", item.pk().into()), ("SK", item.sk().into()));
        // Of an unknown entity it is not known which fields are personal, so none is shown.
        entity.map_or_else(
            || Self { entity: "unknown", fields: vec![pk, sk] },
            |entity| Self::known(entity.name, item.attributes().clone()),
        )
    }

    fn known(entity: &'static str, mut item: modyne::Item) -> Self {
        let known = ENTITIES.iter().find(|known| known.name == entity).map_or(&[][..], |known| known.fields);
        let fields = known.iter().filter_map(|field| {
            let value = item.remove(field.stored_as)?;
            Some((field.name, shown(value, field))).filter(|(_, value)| !value.is_null())
        });
        Self { entity, fields: fields.collect() }
    }

    /// A key from a keys-only query.
    pub(crate) fn key(key: &ItemKey) -> Self {
        let key = key.primary();
        Self { entity: "key", fields: vec![("PK", key.hash.into()), ("SK", key.range.into())] }
    }

    /// A number of items.
    pub(crate) fn count(count: u64) -> Self {
        Self { entity: "count", fields: vec![("count", count.into())] }
    }

    /// The field's value.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.fields.iter().find(|(known, _)| *known == name).map(|(_, value)| value)
    }
}

impl fmt::Debug for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The schema marks personal fields; the caller hides them.
        write!(f, "Row({})", self.entity)
    }
}

fn shown(value: AttributeValue, field: &Field) -> Value {
    match (field.kind, value) {
        ("time", AttributeValue::N(millis)) => {
            let time = millis.parse().ok().and_then(|millis| Timestamp::from_millis(millis).ok());
            time.map_or(Value::Null, |time| time.to_rfc3339().into())
        }
        ("expiry", AttributeValue::N(seconds)) => {
            let expiry = seconds.parse::<i64>().ok().and_then(|seconds| Expiry::try_from(seconds).ok());
            expiry.map_or(Value::Null, |expiry| expiry.at().to_rfc3339().into())
        }
        (_, AttributeValue::M(members)) if !field.fields.is_empty() => shown_record(members, field.fields),
        (_, AttributeValue::L(list)) if !field.fields.is_empty() => {
            let records = list.into_iter().filter_map(|record| match record {
                AttributeValue::M(members) => Some(shown_record(members, field.fields)),
                _ => None,
            });
            records.collect()
        }
        (_, value) => plain(value),
    }
}

fn shown_record(mut members: HashMap<String, AttributeValue>, fields: &[Field]) -> Value {
    let one = |field: &Field| {
        let value = members.remove(field.stored_as)?;
        Some((field.name.to_owned(), shown(value, field)))
    };
    Value::Object(fields.iter().filter_map(one).collect())
}

fn plain(value: AttributeValue) -> Value {
    match value {
        AttributeValue::S(text) => text.into(),
        AttributeValue::N(number) => number.parse::<Number>().map_or(Value::Null, Value::Number),
        AttributeValue::Bool(flag) => flag.into(),
        AttributeValue::B(bytes) => STANDARD.encode(bytes).into(),
        AttributeValue::L(list) => list.into_iter().map(plain).collect(),
        AttributeValue::M(members) => members.into_iter().map(|(name, value)| (name, plain(value))).collect(),
        // No entity has a type with another stored form.
        _ => Value::Null,
    }
}
