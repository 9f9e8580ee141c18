//! `codesensei table`: create, describe, compare and update.

use codesensei::engine::Engine;
use serde_json::Value;

use crate::process::{CommandResult, codesensei, run_to_end, send};

async fn at(engine: &Engine, arguments: &[&str]) -> CommandResult {
    let mut command = codesensei(arguments);
    command.args(["--endpoint-url", engine.url()]);
    run_to_end(command).await
}

#[tokio::test]
async fn create_follows_the_schema_and_does_not_change_an_existing_table() {
    let engine = Engine::in_memory().await.unwrap();
    let end = at(&engine, &["table", "create"]).await;
    assert_eq!((end.code, end.stdout.as_str()), (Some(0), ""));
    assert!(end.stderr.contains("Created the table codesensei at http://"), "{}", end.stderr);
    let end = at(&engine, &["table", "create", "--unprotected"]).await;
    assert_eq!(end.code, Some(0));
    assert!(end.stderr.contains("The table codesensei already exists at http://"), "{}", end.stderr);
    let end = at(&engine, &["table", "diff", "--format", "table"]).await;
    assert_eq!((end.code, end.stderr.as_str()), (Some(0), ""));
    insta::assert_snapshot!(end.stdout);
}

#[tokio::test]
async fn a_difference_is_shown_with_exit_code_1() {
    let engine = Engine::in_memory().await.unwrap();
    assert_eq!(at(&engine, &["table", "create", "--unprotected"]).await.code, Some(0));
    let end = at(&engine, &["table", "diff", "--format", "table"]).await;
    assert_eq!((end.code, end.stderr.as_str()), (Some(1), ""));
    insta::assert_snapshot!(end.stdout);
    let end = at(&engine, &["table", "diff"]).await;
    let output: Value = serde_json::from_str(&end.stdout).unwrap();
    let expected = serde_json::json!([{ "fact": "deletion_protection", "defined": "on", "live": "off" }]);
    assert_eq!((end.code, &output["differences"]), (Some(1), &expected));
    assert_eq!(output["unreported"], serde_json::json!(["point_in_time_recovery"]));
}

#[tokio::test]
async fn a_live_table_is_described_for_people_and_for_programs() {
    let engine = Engine::in_memory().await.unwrap();
    assert_eq!(at(&engine, &["table", "create"]).await.code, Some(0));
    let end = at(&engine, &["table", "describe", "--format", "table"]).await;
    insta::assert_snapshot!(end.stdout);
    let end = at(&engine, &["table", "describe"]).await;
    let output: Value = serde_json::from_str(&end.stdout).unwrap();
    assert_eq!(output["facts"]["time_to_live"], "expires_at");
    assert_eq!(output["unreported"], serde_json::json!(["point_in_time_recovery"]));
}

#[tokio::test]
async fn a_missing_table_is_reported() {
    let engine = Engine::in_memory().await.unwrap();
    for action in ["describe", "diff"] {
        let end = at(&engine, &["table", action]).await;
        assert_eq!((end.code, end.stdout.as_str()), (Some(1), ""));
        assert!(end.stderr.contains("the table codesensei does not exist at http://"), "{}", end.stderr);
    }
}

#[tokio::test]
async fn a_table_with_other_keys_is_reported_as_such_and_not_as_unreachable() {
    let engine = Engine::in_memory().await.unwrap();
    let definition = serde_json::json!({
        "TableName": "codesensei",
        "KeySchema": [{ "AttributeName": "id", "KeyType": "HASH" }],
        "AttributeDefinitions": [{ "AttributeName": "id", "AttributeType": "S" }],
        "BillingMode": "PAY_PER_REQUEST",
    });
    send(engine.url(), "CreateTable", &definition).await;
    let end = at(&engine, &["query", "find_username_claim", "--username-key", "ada"]).await;
    assert_eq!((end.code, end.stdout.as_str()), (Some(1), ""));
    assert!(end.stderr.contains("refused a request") && end.stderr.contains("table diff"), "{}", end.stderr);
}

/// Creates the table without the index, as an earlier schema did.
async fn without_an_index(engine: &Engine) {
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../schema/generated/create-table.json"));
    let mut definition: Value = serde_json::from_str(&text.unwrap()).unwrap();
    definition.as_object_mut().unwrap().remove("GlobalSecondaryIndexes");
    definition["AttributeDefinitions"].as_array_mut().unwrap().truncate(2);
    send(engine.url(), "CreateTable", &definition).await;
}

#[tokio::test]
async fn update_adds_a_missing_index_once() {
    let engine = Engine::in_memory().await.unwrap();
    let end = at(&engine, &["table", "update"]).await;
    assert!(
        end.code == Some(1) && end.stderr.contains("the table codesensei does not exist at http://"),
        "{}",
        end.stderr
    );
    without_an_index(&engine).await;
    let end = at(&engine, &["table", "diff"]).await;
    assert!(end.code == Some(1) && end.stdout.contains("index.GSI1.projection"), "{}", end.stdout);
    let end = at(&engine, &["verify"]).await;
    assert_eq!((end.code, end.stdout.as_str()), (Some(1), ""));
    let lacks = "The table lacks GSI1 of the schema; `codesensei table update` adds it.";
    assert!(end.stderr.starts_with(lacks), "{}", end.stderr);
    let end = at(&engine, &["query", "top_users_by_cost", "--date", "2026-09-03"]).await;
    assert_eq!((end.code, end.stdout.as_str()), (Some(1), ""));
    assert!(end.stderr.contains("the table lacks GSI1; `codesensei table update` adds it"), "{}", end.stderr);
    let end = at(&engine, &["table", "update"]).await;
    assert_eq!((end.code, end.stdout.as_str()), (Some(0), ""));
    for text in [
        "GSI1: requested\n",
        "GSI1: ready\n",
        "now has GSI1. To add items that were stored before: codesensei verify --fix",
    ] {
        assert!(end.stderr.contains(text), "{}", end.stderr);
    }
    let end = at(&engine, &["table", "update"]).await;
    assert!(end.code == Some(0) && end.stderr.contains("has all indexes of the schema"), "{}", end.stderr);
    let end = at(&engine, &["table", "diff"]).await;
    assert!(!end.stdout.contains("index."), "{}", end.stdout);
}

#[tokio::test]
async fn an_invalid_table_name_is_refused() {
    for command in [&["table", "create"][..], &["seed"], &["serve"]] {
        let end = run_to_end(codesensei(&[command, &["--table", "bad name"]].concat())).await;
        assert_eq!(end.code, Some(2), "{}", end.stderr);
        assert!(end.stderr.contains("3 to 255 of the characters a-z, A-Z, 0-9, _, - and ."), "{}", end.stderr);
    }
}

#[tokio::test]
async fn commands_that_only_read_create_no_data_folder() {
    let folder = tempfile::tempdir().unwrap();
    let [data, out] = ["data", "out"].map(|name| folder.path().join(name));
    let out = out.to_str().unwrap();
    for command in [
        &["table", "describe"][..],
        &["table", "diff"],
        &["table", "update"],
        &["query", "AP-80", "--date", "2026-09-03"],
        &["verify"],
        &["sweep"],
        &["export", "--out", out],
    ] {
        let end = run_to_end(codesensei(&[command, &["--data-dir", data.to_str().unwrap()]].concat())).await;
        assert_eq!((end.code, end.stdout.as_str()), (Some(1), ""), "{command:?}");
        assert!(end.stderr.contains(&format!("the folder {} does not exist", data.display())), "{}", end.stderr);
        assert!(end.stderr.contains("`codesensei table create`"), "{}", end.stderr);
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "no files were created");
    let end = run_to_end(codesensei(&["verify", "--data-dir", folder.path().to_str().unwrap()])).await;
    assert!(end.code == Some(1) && end.stderr.contains("the table codesensei does not exist at"), "{}", end.stderr);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "no files were created in an existing folder");
    let create = ["table", "create", "--data-dir", data.to_str().unwrap()];
    assert_eq!(run_to_end(codesensei(&create)).await.code, Some(0));
    assert_eq!(run_to_end(codesensei(&["verify", "--data-dir", data.to_str().unwrap()])).await.code, Some(0));
}
