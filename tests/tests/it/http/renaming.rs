//! Another name or language of a session, and the fields that stay unchanged.

use serde_json::{Value, json};
use tests::app::{Person, Session};
use tests::{TestApp, concurrently};

use crate::http::{CODE, FILENAME, user};

/// A script that only its first line identifies as Python.
const TOOL: &str = "#!/usr/bin/env python3\nprint('hello')\n";

fn metadata(session: &Session) -> String {
    format!("{}/metadata", session.path)
}

async fn renamed(person: &Person, session: &Session, change: Value) -> Value {
    person.patches(&metadata(session), &change).await.is(200)["session"].take()
}

#[tokio::test]
async fn a_rename_changes_only_the_name_and_the_time() {
    let app = TestApp::new().await;
    let ada = app.signs_up("ada").await;
    let session = ada.creates(FILENAME, CODE).await;
    let thread = ada.opens_thread(&session, 33..=35).await;
    let before = ada.opens(&session).await.json;
    app.advance(std::time::Duration::from_mins(1));
    let answer = ada.patches(&metadata(&session), &json!({ "filename": "src/Other.py" })).await;
    let costs: Vec<_> = answer.bill.iter().map(|call| (call.pattern.id, call.requests)).collect();
    assert_eq!(costs, [("AP-23", 1), ("AP-25", 1)]);
    let mut shown = answer.is(200)["session"].take();
    let opened = ada.opens(&session).await;
    assert!(opened.code == CODE);
    assert_ne!(shown["updated_at"], before["updated_at"]);
    let mut expected = before;
    expected["filename"] = "Other.py".into();
    expected["updated_at"] = shown["updated_at"].clone();
    expected["last_activity_at"] = shown["updated_at"].clone();
    shown["code_content"] = CODE.into();
    assert_eq!((&shown, &opened.json), (&expected, &expected));
    assert_eq!(ada.gets(&thread.path).await.is(200)["thread"], thread.json);
    // A page that was open before the change saves without a conflict.
    ada.saves(&session, 1, "new").await.is(200);
    assert_eq!(ada.opens(&session).await.json["filename"], "Other.py");
}

#[tokio::test]
async fn a_rename_detects_the_language_by_the_name_or_else_the_first_line() {
    let app = TestApp::new().await;
    let ada = app.signs_up("ada").await;
    let session = ada.creates("tool.rb", TOOL).await;
    assert_eq!(session.json["language_detected"], "Ruby");
    for (name, language) in [
        ("tool.rs", "Rust"),
        ("tool", "Python"),
        ("tool.unknown", "Python"),
        ("Dockerfile", "Dockerfile"),
        ("notes.unknown", "Python"),
        ("TOOL.GO", "Go"),
    ] {
        let shown = renamed(&ada, &session, json!({ "filename": name })).await;
        assert_eq!((&shown["filename"], &shown["language_detected"]), (&name.into(), &language.into()));
    }
    // The language follows the code only if the name does not determine it and this process has the code in memory.
    let calls = |answer: tests::app::Response| answer.bill.iter().map(|call| call.pattern.id).collect::<Vec<_>>();
    assert_eq!(calls(ada.patches(&metadata(&session), &json!({ "filename": "x" })).await), ["AP-23", "AP-25"]);
    assert_eq!(calls(ada.patches(&metadata(&session), &json!({ "filename": "y" })).await), ["AP-23", "AP-25"]);
    ada.saves(&session, 1, "#!/bin/sh\n").await.is(200);
    assert_eq!(ada.opens(&session).await.json["language_detected"], "Shell");
}

#[tokio::test]
async fn a_language_override_stays_until_null_removes_it() {
    let app = TestApp::new().await;
    let ada = app.signs_up("ada").await;
    let session = ada.creates(FILENAME, CODE).await;
    let shown = renamed(&ada, &session, json!({ "language_override": "kotlin" })).await;
    assert_eq!((&shown["language_override"], &shown["filename"]), (&json!("Kotlin"), &json!(FILENAME)));
    let shown = renamed(&ada, &session, json!({ "filename": "a.go" })).await;
    assert_eq!((&shown["language_override"], &shown["language_detected"]), (&json!("Kotlin"), &json!("Go")));
    let shown = renamed(&ada, &session, json!({ "filename": "a.rs", "language_override": null })).await;
    assert_eq!((shown.get("language_override"), &shown["language_detected"]), (None, &json!("Rust")));
    // A save sets the override in the same way, with code and without.
    let mut version = 1;
    for code in [Some("new"), None] {
        for (language, shown) in
            [(Some(json!("Swift")), Some("Swift")), (None, Some("Swift")), (Some(json!(null)), None)]
        {
            let mut save = json!({ "expected_version_number": version });
            if let Some(code) = code {
                save["code_content"] = format!("{code} {version}").into();
                version += 1;
            }
            if let Some(language) = language {
                save["language_override"] = language;
            }
            ada.puts(&session.path, &save).await.is(200);
            let opened = ada.opens(&session).await.json;
            assert_eq!(opened.get("language_override").and_then(Value::as_str), shown, "{save}");
            assert_eq!(opened["version_number"], version, "only code is another version");
        }
    }
}

#[tokio::test]
async fn an_invalid_change_names_its_field_and_changes_nothing() {
    let app = TestApp::new().await;
    let ada = app.signs_up("ada").await;
    let session = ada.creates(FILENAME, CODE).await;
    let path = metadata(&session);
    let before = app.table().raw().items().await;
    for nothing in [json!({}), json!({ "name": "a.py" }), json!({ "version_number": 7 })] {
        assert_eq!(ada.patches(&path, &nothing).await.refused(400, "INVALID_INPUT").get("field"), None);
    }
    for name in [json!(null), json!(7), json!(["a.py"]), json!(""), json!(".."), json!("a/"), json!("x".repeat(256))] {
        ada.patches(&path, &json!({ "filename": name, "language_override": "Go" })).await.invalid("filename");
    }
    for language in [json!(7), json!(["Go"]), json!({})] {
        let change = json!({ "filename": "a.py", "language_override": language });
        ada.patches(&path, &change).await.invalid("language_override");
    }
    for language in ["", "Klingon", "py"] {
        let change = json!({ "filename": "a.py", "language_override": language });
        let error = ada.patches(&path, &change).await.refused(400, "INVALID_LANGUAGE");
        assert_eq!(error["field"], "language_override");
    }
    assert!(app.table().raw().items().await == before, "something was written");
}

#[tokio::test(flavor = "multi_thread")]
async fn concurrent_changes_of_name_and_language_are_all_kept() {
    let app = TestApp::new().await;
    let ada = app.signs_up("ada").await;
    let session = ada.creates(FILENAME, CODE).await;
    concurrently(20, |number| {
        let (ada, path) = (ada.clone(), metadata(&session));
        let change = if number % 2 == 0 {
            json!({ "filename": format!("file-{number}.rs") })
        } else {
            json!({ "language_override": "Swift" })
        };
        async move { ada.patches(&path, &change).await.is(200) }
    })
    .await;
    let opened = ada.opens(&session).await.json;
    assert_eq!((&opened["language_override"], &opened["language_detected"]), (&json!("Swift"), &json!("Rust")));
    assert!(opened["filename"].as_str().unwrap().starts_with("file-"));
    let owner = user(&app, "ada").await.user_id;
    let head = app.table().sessions().get(owner, session.id.parse().unwrap()).await.unwrap();
    // Ten names, and one language: unchanged values are not written.
    assert_eq!((head.settings_changes, head.version_number), (11, model::SessionVersion::new(1)));
}
