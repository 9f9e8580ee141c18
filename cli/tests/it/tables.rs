//! `codesensei table`: made, shown and compared.

use codesensei::engine::Engine;
use serde_json::Value;

use crate::process::{Ended, codesensei, ended, send};

async fn at(engine: &Engine, arguments: &[&str]) -> Ended {
    let mut command = codesensei(arguments);
    command.args(["--endpoint-url", engine.url()]);
    ended(command).await
}

#[tokio::test]
async fn a_table_is_made_as_the_schema_says_and_left_as_it_is_the_next_time() {
    let engine = Engine::in_memory().await.unwrap();
    let end = at(&engine, &["table", "create"]).await;
    assert_eq!((end.code, end.stdout.as_str()), (Some(0), ""));
    assert!(end.stderr.contains("is ready"), "{}", end.stderr);
    let end = at(&engine, &["table", "create", "--unprotected"]).await;
    assert_eq!(end.code, Some(0));
    assert!(end.stderr.contains("The table codesensei exists already, at http://"), "{}", end.stderr);
    let end = at(&engine, &["table", "diff", "--format", "table"]).await;
    assert_eq!((end.code, end.stderr.as_str()), (Some(0), ""));
    insta::assert_snapshot!(end.stdout);
}

#[tokio::test]
async fn a_difference_is_shown_and_ends_with_1() {
    let engine = Engine::in_memory().await.unwrap();
    assert_eq!(at(&engine, &["table", "create", "--unprotected"]).await.code, Some(0));
    let end = at(&engine, &["table", "diff", "--format", "table"]).await;
    assert_eq!((end.code, end.stderr.as_str()), (Some(1), ""));
    insta::assert_snapshot!(end.stdout);
    let end = at(&engine, &["table", "diff"]).await;
    let told: Value = serde_json::from_str(&end.stdout).unwrap();
    let expected = serde_json::json!([{ "fact": "deletion_protection", "defined": "on", "live": "off" }]);
    assert_eq!((end.code, &told["differences"]), (Some(1), &expected));
}

#[tokio::test]
async fn a_live_table_is_described_for_people_and_for_programs() {
    let engine = Engine::in_memory().await.unwrap();
    assert_eq!(at(&engine, &["table", "create"]).await.code, Some(0));
    let end = at(&engine, &["table", "describe", "--format", "table"]).await;
    insta::assert_snapshot!(end.stdout);
    let end = at(&engine, &["table", "describe"]).await;
    let told: Value = serde_json::from_str(&end.stdout).unwrap();
    assert_eq!(told["facts"]["time_to_live"], "expires_at");
}

#[tokio::test]
async fn a_table_that_is_not_there_cannot_be_compared() {
    let engine = Engine::in_memory().await.unwrap();
    for action in ["describe", "diff"] {
        let end = at(&engine, &["table", action]).await;
        assert_eq!((end.code, end.stdout.as_str()), (Some(1), ""));
        assert!(end.stderr.contains("there is no table codesensei at http://"), "{}", end.stderr);
    }
}

/// Makes the table of the definition before, which had no index.
async fn without_an_index(engine: &Engine) {
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../schema/generated/create-table.json"));
    let mut definition: Value = serde_json::from_str(&text.unwrap()).unwrap();
    definition.as_object_mut().unwrap().remove("GlobalSecondaryIndexes");
    definition["AttributeDefinitions"].as_array_mut().unwrap().truncate(2);
    send(engine.url(), "CreateTable", &definition).await;
}

#[tokio::test]
async fn a_table_is_given_the_index_that_it_lacks_and_left_alone_the_next_time() {
    let engine = Engine::in_memory().await.unwrap();
    let end = at(&engine, &["table", "update"]).await;
    assert!(end.code == Some(1) && end.stderr.contains("there is no table codesensei at http://"), "{}", end.stderr);
    without_an_index(&engine).await;
    let end = at(&engine, &["table", "diff"]).await;
    assert!(end.code == Some(1) && end.stdout.contains("index.GSI1.projection"), "{}", end.stdout);
    let end = at(&engine, &["verify"]).await;
    assert_eq!((end.code, end.stdout.as_str()), (Some(1), ""));
    let lacks = "The table lacks GSI1, which the schema has; `codesensei table update` adds it.";
    assert!(end.stderr.starts_with(lacks), "{}", end.stderr);
    let end = at(&engine, &["query", "top_users_by_cost", "--date", "2026-09-03"]).await;
    assert_eq!((end.code, end.stdout.as_str()), (Some(1), ""));
    assert!(end.stderr.contains("the table lacks GSI1; `codesensei table update` adds it"), "{}", end.stderr);
    let end = at(&engine, &["table", "update"]).await;
    assert_eq!((end.code, end.stdout.as_str()), (Some(0), ""));
    for told in ["GSI1: asked for\n", "GSI1: ready\n", "has GSI1. `codesensei verify --fix` puts the items in it"] {
        assert!(end.stderr.contains(told), "{}", end.stderr);
    }
    let end = at(&engine, &["table", "update"]).await;
    assert!(end.code == Some(0) && end.stderr.contains("has every index of the schema"), "{}", end.stderr);
    let end = at(&engine, &["table", "diff"]).await;
    assert!(!end.stdout.contains("index."), "{}", end.stdout);
}

#[tokio::test]
async fn a_name_that_dynamodb_takes_for_no_table_is_refused() {
    for command in [&["table", "create"][..], &["seed"], &["serve"]] {
        let end = ended(codesensei(&[command, &["--table", "bad name"]].concat())).await;
        assert_eq!(end.code, Some(2), "{}", end.stderr);
        assert!(end.stderr.contains("3 to 255 of the characters a-z, A-Z, 0-9, _, - and ."), "{}", end.stderr);
    }
}

#[tokio::test]
async fn commands_that_read_make_no_data_folder() {
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
        let end = ended(codesensei(&[command, &["--data-dir", data.to_str().unwrap()]].concat())).await;
        assert_eq!((end.code, end.stdout.as_str()), (Some(1), ""), "{command:?}");
        assert!(end.stderr.contains(&format!("there is no folder {}", data.display())), "{}", end.stderr);
        assert!(end.stderr.contains("`codesensei table create`"), "{}", end.stderr);
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "nothing was made");
    let end = ended(codesensei(&["verify", "--data-dir", folder.path().to_str().unwrap()])).await;
    assert!(end.code == Some(1) && end.stderr.contains("there is no table codesensei at"), "{}", end.stderr);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "nothing was made in a folder of something else");
    let create = ["table", "create", "--data-dir", data.to_str().unwrap()];
    assert_eq!(ended(codesensei(&create)).await.code, Some(0));
    assert_eq!(ended(codesensei(&["verify", "--data-dir", data.to_str().unwrap()])).await.code, Some(0));
}
