//! The JSON Schemas describe all stored items exactly.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use tests::JsonSchema;

use super::FullTable;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../schema/generated/json-schema")
}

fn schema(kind: &str) -> Value {
    let text = fs::read_to_string(folder().join(format!("{kind}.json"))).expect("every entity has a schema");
    serde_json::from_str(&text).expect("a schema is JSON")
}

/// In a schema of plain JSON, bytes are base64, as in DynamoDB's JSON.
fn base64(text: &str) -> Value {
    text.into()
}

#[tokio::test]
async fn items_of_every_entity_match_their_schema() {
    let full_table = FullTable::new().await;
    let mut kinds = BTreeSet::new();
    for item in full_table.table.raw().items().await {
        let schema = schema(item.kind());
        let (validator, plain) = (JsonSchema::new(&schema), item.plain(base64));
        // The errors, without the contents of the item.
        let errors = validator.mismatches(&plain);
        assert!(errors.is_empty(), "{}: {errors:?}", item.kind());
        let known = schema["properties"].as_object().unwrap();
        let unknown: Vec<&String> = item.0.keys().filter(|name| !known.contains_key(*name)).collect();
        assert!(unknown.is_empty(), "the schema of {} has no {unknown:?}", item.kind());
        for (name, value) in &item.0 {
            let letter = value.as_object().unwrap().keys().next().unwrap();
            assert_eq!(known[name]["x-dynamodb-type"], letter.as_str(), "{}: {name}", item.kind());
        }
        kinds.insert(item.kind().to_owned());
    }
    let files = fs::read_dir(folder()).unwrap().map(|file| file.unwrap().path());
    let described: BTreeSet<String> =
        files.map(|file| file.file_stem().unwrap().to_string_lossy().into_owned()).collect();
    assert_eq!(kinds, described, "every entity has an item and a schema");
}

#[test]
fn every_schema_is_valid_and_matches_its_examples() {
    for file in fs::read_dir(folder()).unwrap() {
        let name = file.unwrap().path().file_stem().unwrap().to_string_lossy().into_owned();
        let schema = schema(&name);
        let validator = JsonSchema::new(&schema);
        let examples = schema["examples"].as_array().unwrap();
        assert!(!examples.is_empty() && examples.iter().all(|example| validator.is_valid(example)), "{name}");
    }
}

#[test]
fn a_schema_refuses_invalid_items() {
    let schema = schema("daily_usage");
    let validator = JsonSchema::new(&schema);
    let whole = &schema["examples"][0];
    let wrong = [
        ("PK", Value::from("USER#ada")),
        ("SK", "SESSION#2026-11-23".into()),
        ("et", "user".into()),
        ("v", 99.into()),
        ("requests", (-1).into()),
        ("cost_micros", "5".into()),
    ];
    for (name, value) in wrong {
        let mut item = whole.clone();
        item[name] = value;
        assert!(!validator.is_valid(&item), "{name}");
    }
}

#[test]
fn personal_and_expiring_attributes_are_marked() {
    let user = &schema("user")["properties"];
    for (name, personal) in [("email", true), ("name", true), ("password_hash", true), ("user_id", false)] {
        assert_eq!(user[name]["x-pii"] == true, personal, "{name}");
    }
    assert_eq!(schema("username_claim")["properties"]["PK"]["x-pii"], true, "a name is in this key");
    assert_eq!(schema("refresh_family")["properties"]["expires_at"]["x-ttl"], true);
}
