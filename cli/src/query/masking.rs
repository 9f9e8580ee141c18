//! What is personal is masked, and compressed code is not shown as such.

use model::registry::Field;
use model::{ENTITIES, Row};
use serde_json::Value;

/// Stands for what is personal.
const MASK: &str = "***";
/// Never shown.
const NEVER_SHOWN: &str = "password_hash";

/// A row's fields as they may be seen, the entity's name first where the row may be of several.
pub(super) fn masked(row: Row, show_pii: bool) -> Vec<(&'static str, Value)> {
    let fields = ENTITIES.iter().find(|entity| entity.name == row.entity).map_or(&[][..], |entity| entity.fields);
    let entity = ("entity", Value::from(row.entity));
    let of = |name: &str| fields.iter().find(|field| field.name == name);
    let shown = row.fields.into_iter().map(|(name, value)| (name, seen(value, of(name), show_pii)));
    std::iter::once(entity).chain(shown).collect()
}

fn seen(value: Value, field: Option<&Field>, show_pii: bool) -> Value {
    let Some(field) = field else { return value };
    if field.kind == NEVER_SHOWN || field.pii && !show_pii {
        return MASK.into();
    }
    match value {
        // Base64: four characters for every three bytes.
        Value::String(text) if field.kind == "bytes" => format!("({} bytes, compressed)", decoded(&text)).into(),
        Value::Object(members) if !field.fields.is_empty() => {
            let of = |name: &str| field.fields.iter().find(|field| field.name == name);
            members.into_iter().map(|(name, value)| (name.clone(), seen(value, of(&name), show_pii))).collect()
        }
        value => value,
    }
}

/// How many bytes a text in padded base64 stands for.
fn decoded(text: &str) -> usize {
    text.len() / 4 * 3 - text.bytes().rev().take_while(|byte| *byte == b'=').count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_personal_is_masked_also_inside_a_record_unless_it_is_asked_for() {
        let patch = json!({ "start_line": 3, "original": "let key = SECRET;", "replacement": "" });
        let row = || Row {
            entity: "message",
            fields: vec![("seq", 2.into()), ("content", "hm".into()), ("patch", patch.clone())],
        };
        let masked_row = Value::from_iter(masked(row(), false));
        assert_eq!(masked_row["seq"], 2);
        assert_eq!(masked_row["content"], "***");
        assert_eq!(masked_row["patch"], json!({ "start_line": 3, "original": "***", "replacement": "***" }));
        assert_eq!(Value::from_iter(masked(row(), true))["patch"], patch);
    }

    #[test]
    fn a_password_hash_is_never_shown() {
        let row = Row { entity: "user", fields: vec![("name", "Ada".into()), ("password_hash", "$2b$…".into())] };
        let shown = Value::from_iter(masked(row, true));
        assert_eq!((&shown["name"], &shown["password_hash"]), (&"Ada".into(), &"***".into()));
    }

    #[test]
    fn compressed_code_is_a_number_of_bytes() {
        let row = Row { entity: "code", fields: vec![("inline", "aGVsbG8=".into())] };
        assert_eq!(masked(row, true)[1].1, "(5 bytes, compressed)");
    }
}
