//! Invalid values: each is refused by the name of its field, and nothing is written.

use serde_json::{Value, json};
use tests::TestApp;
use tests::app::{Person, Session, Thread};

use crate::http::{CODE, FILENAME};

async fn scene(app: &TestApp) -> (Person, Session, Thread) {
    let ada = app.signs_up("ada").await;
    let session = ada.creates(FILENAME, CODE).await;
    let thread = ada.opens_thread(&session, 33..=35).await;
    (ada, session, thread)
}

/// The body with one field changed.
fn with(mut body: Value, field: &str, value: Value) -> Value {
    body[field] = value;
    body
}

#[tokio::test]
async fn an_empty_or_invalid_file_name_is_refused() {
    let app = TestApp::new().await;
    let ada = app.signs_up("ada").await;
    let before = app.table().raw().census().await;
    let file = json!({ "filename": FILENAME, "code_content": CODE });
    for name in ["", "  ", ".", "..", "src/", "a/..", "\u{200b}", "\u{0}\u{1}", &*"x".repeat(256)] {
        ada.posts("/sessions", &with(file.clone(), "filename", name.into())).await.invalid("filename");
    }
    for value in [json!(null), json!(7), json!(["a.rs"])] {
        ada.posts("/sessions", &with(file.clone(), "filename", value)).await.invalid("filename");
    }
    assert_eq!(app.table().raw().census().await, before);
}

#[tokio::test]
async fn only_the_file_name_of_a_path_is_stored() {
    let app = TestApp::new().await;
    let ada = app.signs_up("ada").await;
    for (sent, kept) in [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\ada\\main.rs", "main.rs"),
        ("C:main.rs", "main.rs"),
        ("\\\\server\\share\\a.go", "a.go"),
        ("..\\..\\a.go", "a.go"),
        ("a.go..", "a.go"),
        ("aux.c", "_aux.c"),
        (" ab.py ", "ab.py"),
        ("<img src=x>.html", "<img src=x>.html"),
        ("\u{1F469}\u{1F3FD}\u{200D}\u{1F4BB}.md", "\u{1F469}\u{1F3FD}\u{200D}\u{1F4BB}.md"),
    ] {
        let created = ada.posts("/sessions", &json!({ "filename": sent, "code_content": "x" })).await.is(201);
        assert_eq!(created["session"]["filename"], kept);
        let path = format!("/sessions/{}/metadata", created["session"]["session_id"].as_str().unwrap());
        let renamed = ada.patches(&path, &json!({ "filename": sent })).await.is(200);
        assert_eq!(renamed["session"]["filename"], kept);
        // A cleaned name is reported as it was sent.
        let given = if sent == kept { Value::Null } else { sent.into() };
        assert_eq!((&created["filename_given"], &renamed["filename_given"]), (&given, &given));
        let other = ada.patches(&path, &json!({ "language_override": "Go" })).await.is(200);
        assert_eq!(other.get("filename_given"), None);
    }
}

#[tokio::test]
async fn names_and_addresses_with_invisible_characters_are_refused() {
    let app = TestApp::new().await;
    let ada = app.signs_up("ada").await;
    let session = ada.creates(FILENAME, CODE).await;
    for hidden in
        ["\u{2060}", "\u{AD}", "\u{202E}", "\u{200B}", "\u{FEFF}", "\u{E0041}", "\u{3164}", "\u{200D}", "\u{2028}"]
    {
        let name = format!("a{hidden}b");
        let file = json!({ "filename": format!("{name}.rs"), "code_content": "x" });
        ada.posts("/sessions", &file).await.invalid("filename");
        ada.patches(&format!("{}/metadata", session.path), &file).await.invalid("filename");
        ada.puts("/users/me", &json!({ "name": name })).await.invalid("name");
        ada.puts("/users/me", &json!({ "email": format!("{name}@example.com") })).await.invalid("email");
    }
    for name in ["Zoë", "می\u{200C}خواهم", "\u{1F469}\u{1F3FD}\u{200D}\u{1F4BB}"] {
        let changed = ada.puts("/users/me", &json!({ "name": name })).await.is(200);
        assert_eq!(changed["user"]["name"], name);
    }
}

#[tokio::test]
async fn an_unsupported_language_is_refused() {
    let app = TestApp::new().await;
    let (ada, session, _) = scene(&app).await;
    for language in ["", "Klingon", "rs", "C+++", " "] {
        let file = json!({ "filename": FILENAME, "code_content": CODE, "language_override": language });
        let error = ada.posts("/sessions", &file).await.refused(400, "INVALID_LANGUAGE");
        assert_eq!(error["field"], "language_override");
        let save = json!({ "expected_version_number": 1, "language_override": language });
        let error = ada.puts(&session.path, &save).await.refused(400, "INVALID_LANGUAGE");
        assert_eq!(error["field"], "language_override");
    }
    let file = json!({ "filename": FILENAME, "code_content": CODE, "language_override": "typeSCRIPT" });
    let created = ada.posts("/sessions", &file).await.is(201);
    assert_eq!(created["session"]["language_override"], "TypeScript");
}

#[tokio::test]
async fn a_save_without_a_positive_integer_version_is_refused() {
    let app = TestApp::new().await;
    let (ada, session, _) = scene(&app).await;
    for version in [json!(0), json!(-1), json!(1.5), json!("1"), json!(null), json!(true), json!(4_294_967_296_u64)] {
        let save = json!({ "expected_version_number": version, "code_content": "new" });
        ada.puts(&session.path, &save).await.invalid("expected_version_number");
    }
    for code in [json!(7), json!(["new"]), json!({})] {
        let save = json!({ "expected_version_number": 1, "code_content": code });
        ada.puts(&session.path, &save).await.invalid("code_content");
    }
    assert!(ada.opens(&session).await.code == CODE);
}

#[tokio::test]
async fn lines_outside_the_file_are_refused() {
    let app = TestApp::new().await;
    let (ada, session, _) = scene(&app).await;
    let threads = format!("{}/threads", session.path);
    let block = |start: Value, end: Value| json!({ "type": "block", "start_line": start, "end_line": end, "selected_text": "x" });
    let last = CODE.split('\n').count();
    for (start, end, field) in [
        (json!(0), json!(1), "start_line"),
        (json!(1), json!(0), "end_line"),
        (json!(5), json!(4), "end_line"),
        (json!(1), json!(last + 1), "end_line"),
        (json!(4_000_000_000_u64), json!(4_000_000_000_u64), "end_line"),
        (json!(-1), json!(1), "start_line"),
        (json!(1), json!(4_294_967_296_u64), "end_line"),
        (json!("1"), json!(1), "start_line"),
        (json!(1.5), json!(2), "start_line"),
        (json!(null), json!(1), "start_line"),
    ] {
        ada.posts(&threads, &block(start, end)).await.invalid(field);
    }
    ada.posts(&threads, &block(json!(1), json!(last))).await.is(201);
    for kind in [json!("line"), json!(""), json!(null), json!(1), json!("Block")] {
        ada.posts(&threads, &with(block(json!(1), json!(1)), "type", kind)).await.invalid("type");
    }
    assert_eq!(ada.gets(&threads).await.is(200)["threads"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn a_thread_on_the_whole_file_needs_no_lines_and_stays_when_they_change() {
    let app = TestApp::new().await;
    let (ada, session, _) = scene(&app).await;
    let threads = format!("{}/threads", session.path);
    let opened = ada.posts(&threads, &json!({ "type": "file" })).await.is(201);
    assert_eq!((&opened["thread"]["type"], &opened["thread"]["anchor_status"]), (&json!("file"), &json!("stable")));
    for field in ["start_line", "end_line", "selected_text"] {
        assert_eq!(opened["thread"].get(field), None, "the whole file has no {field}");
    }
    let saved = ada.saves(&session, 1, "print()").await.is(200);
    assert_eq!(saved["threads"][1], opened["thread"]);
    let lines = json!({ "type": "file", "start_line": 1, "end_line": u32::MAX, "selected_text": "x" });
    let other = ada.posts(&threads, &lines).await.is(201);
    assert_eq!((other["thread"].get("end_line"), other["thread"].get("selected_text")), (None, None));
}

#[tokio::test]
async fn a_selection_that_differs_from_its_lines_is_approximate() {
    let app = TestApp::new().await;
    let (ada, session, thread) = scene(&app).await;
    assert_eq!(thread.json["anchor_status"], "stable");
    let block = json!({ "type": "block", "start_line": 1, "end_line": 1, "selected_text": "something else" });
    let opened = ada.posts(&format!("{}/threads", session.path), &block).await.is(201);
    assert_eq!(opened["thread"]["anchor_status"], "approximate");
}

#[tokio::test]
async fn a_message_must_have_1_to_5000_characters() {
    let app = TestApp::new().await;
    let (ada, _, thread) = scene(&app).await;
    let note = |content: Value| json!({ "content": content, "ask": false });
    for content in [json!(""), json!(" \n\t"), json!("\u{2060}\u{AD} \u{202E}"), json!(null), json!(7), json!([])] {
        ada.posts(&thread.messages(), &note(content)).await.invalid("content");
    }
    let crab = "\u{1f980}";
    ada.posts(&thread.messages(), &note(crab.repeat(5_000).into())).await.is(201);
    let error = ada.posts(&thread.messages(), &note(crab.repeat(5_001).into())).await.refused(400, "MESSAGE_TOO_LONG");
    assert_eq!(error["field"], "content");
    let question = json!({ "content": "x".repeat(5_001) });
    ada.posts(&thread.messages(), &question).await.refused(400, "MESSAGE_TOO_LONG");
    let asked = json!({ "content": "x", "ask": "yes" });
    ada.posts(&thread.messages(), &asked).await.invalid("ask");
    assert_eq!(ada.gets(&thread.messages()).await.is(200)["messages"].as_array().unwrap().len(), 1);
    assert!(app.bedrock().seen().is_empty());
}
