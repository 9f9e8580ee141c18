//! Masks personal values, and shows compressed code as its size.

use model::registry::Field;
use model::{ENTITIES, Row};
use serde_json::Value;

/// The replacement of a masked value.
const MASK: &str = "***";
/// The type of values that are always masked.
const ALWAYS_MASKED: &str = "password_hash";

/// The fields of a row with masked values, after the name of the entity.
pub(super) fn mask_row(row: Row, show_pii: bool) -> Vec<(&'static str, Value)> {
    let fields = ENTITIES.iter().find(|entity| entity.name == row.entity).map_or(&[][..], |entity| entity.fields);
    let entity = ("entity", Value::from(row.entity));
    let of = |name: &str| fields.iter().find(|field| field.name == name);
    let display_row = row.fields.into_iter().map(|(name, value)| (name, mask_value(value, of(name), show_pii)));
    std::iter::once(entity).chain(display_row).collect()
}

fn mask_value(value: Value, field: Option<&Field>, show_pii: bool) -> Value {
    let Some(field) = field else { return value };
    if field.kind == ALWAYS_MASKED || field.pii && !show_pii {
        return MASK.into();
    }
    match value {
        // Base64: four characters for every three bytes.
        Value::String(text) if field.kind == "bytes" => format!("({} bytes, compressed)", decoded(&text)).into(),
        Value::Object(members) if !field.fields.is_empty() => {
            let of = |name: &str| field.fields.iter().find(|field| field.name == name);
            members.into_iter().map(|(name, value)| (name.clone(), mask_value(value, of(&name), show_pii))).collect()
        }
        value => value,
    }
}

/// The decoded length of a text in padded base64.
fn decoded(text: &str) -> usize {
    text.len() / 4 * 3 - text.bytes().rev().take_while(|byte| *byte == b'=').count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn personal_values_are_masked_also_inside_records() {
        let patch = json!({ "start_line": 3, "original": "let key = SECRET;", "replacement": "" });
        let row = || Row {
            entity: "message",
            fields: vec![("seq", 2.into()), ("content", "hm".into()), ("patch", patch.clone())],
        };
        let masked_row = Value::from_iter(mask_row(row(), false));
        assert_eq!(masked_row["seq"], 2);
        assert_eq!(masked_row["content"], "***");
        assert_eq!(masked_row["patch"], json!({ "start_line": 3, "original": "***", "replacement": "***" }));
        assert_eq!(Value::from_iter(mask_row(row(), true))["patch"], patch);
    }

    #[test]
    fn a_password_hash_is_never_shown() {
        let row = Row { entity: "user", fields: vec![("name", "Ada".into()), ("password_hash", "$2b$…".into())] };
        let display_row = Value::from_iter(mask_row(row, true));
        assert_eq!((&display_row["name"], &display_row["password_hash"]), (&"Ada".into(), &"***".into()));
    }

    #[test]
    fn compressed_code_is_shown_as_its_size() {
        let row = Row { entity: "code", fields: vec![("inline", "aGVsbG8=".into())] };
        assert_eq!(mask_row(row, true)[1].1, "(5 bytes, compressed)");
    }
}
