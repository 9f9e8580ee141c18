//! Loads `[[sample]]` of an entity: example items.

use toml::Value;

use crate::design::{Field, Record, Sample, Type};
use crate::load::raw::{Map, Word, in_order};
use crate::problem::Problems;
use crate::source::At;

const CHECK: &str = "samples-are-items";

pub fn load(
    raw: Vec<Map<Value>>,
    fields: &[Field],
    records: &[Record],
    (at, (entity, entity_at)): (At, &(String, At)),
    problems: &mut Problems,
) -> Vec<Sample> {
    let known: Vec<&str> = fields.iter().map(|field| field.name.as_str()).collect();
    let value = |(word, value): (Word, Value), problems: &mut Problems| {
        let at = at.plus(word.span().start);
        let name = word.into_inner();
        match fields.iter().find(|field| field.name == name) {
            None => {
                let message = format!("`{name}` is not a field");
                problems.missing_field(CHECK, at, message, (entity, *entity_at, &name), (&known, "a sample"));
            }
            Some(field) => {
                if let Err(wanted) = fits(&field.ty, records, &value) {
                    problems.push(CHECK, at, format!("`{name}` must be {wanted}"));
                }
            }
        }
        (name, value)
    };
    raw.into_iter().map(|sample| in_order(sample).into_iter().map(|pair| value(pair, problems)).collect()).collect()
}

/// Checks that a value has the type in its stored form. The error is the expected form.
fn fits(ty: &Type, records: &[Record], value: &Value) -> Result<(), String> {
    let fits = match ty {
        Type::Count(_) => value.as_integer().is_some_and(|number| u32::try_from(number).is_ok()),
        Type::Expiry | Type::Time => value.as_integer().is_some_and(|number| number >= 0),
        Type::Amount => value.is_integer(),
        Type::Flag => value.is_bool(),
        Type::Texts => value.as_array().is_some_and(|texts| texts.iter().all(Value::is_str)),
        Type::TextSet => value.as_array().is_some_and(|texts| !texts.is_empty() && texts.iter().all(Value::is_str)),
        Type::Enum { values, .. } => value.as_str().is_some_and(|value| values.iter().any(|known| known == value)),
        Type::Record { record, .. } => record_fits(record, records, value),
        Type::Records { record, .. } => {
            value.as_array().is_some_and(|list| list.iter().all(|value| record_fits(record, records, value)))
        }
        Type::Uuid(_) | Type::Extern { .. } | Type::Text | Type::Bytes | Type::Date | Type::Digest => value.is_str(),
    };
    if fits { Ok(()) } else { Err(expected_form(ty)) }
}

fn record_fits(record: &str, records: &[Record], value: &Value) -> bool {
    let parts = records.iter().find(|known| known.name == record).map_or(&[][..], |record| &record.fields);
    let part_fits = |(name, value): (&String, &Value)| {
        parts.iter().any(|part| part.name == *name && fits(&part.ty, records, value).is_ok())
    };
    value.as_table().is_some_and(|table| {
        let all_there = parts.iter().all(|part| part.optional || table.contains_key(&part.name));
        all_there && table.iter().all(part_fits)
    })
}

fn expected_form(ty: &Type) -> String {
    match ty {
        Type::Count(_) => format!("a number from 0 to {}", u32::MAX),
        Type::Time => "a number of milliseconds since 1970".to_owned(),
        Type::Expiry => "a number of seconds since 1970".to_owned(),
        Type::Amount => "a whole number".to_owned(),
        Type::Flag => "true or false".to_owned(),
        Type::Texts => "a list of texts".to_owned(),
        Type::TextSet => "a list of texts that is not empty".to_owned(),
        Type::Enum { values, .. } => format!("one of \"{}\"", values.join("\", \"")),
        Type::Record { record, .. } => format!("a table with the fields of `[records.{record}]`"),
        Type::Records { record, .. } => format!("a list of tables with the fields of `[records.{record}]`"),
        Type::Bytes => "bytes in base64, in quotes".to_owned(),
        Type::Uuid(_) | Type::Extern { .. } | Type::Text | Type::Date | Type::Digest => "a text in quotes".to_owned(),
    }
}
