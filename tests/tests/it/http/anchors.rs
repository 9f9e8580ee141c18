//! Moving a thread: the editor sends the new lines, and the server checks them against the saved code.

use serde_json::{Value, json};
use tests::TestApp;
use tests::app::{Person, Session, Thread};

use crate::http::{CODE, FILENAME};

/// Three different lines, and an empty one after the last line feed.
const THREE: &str = "one\r\ntwo\nthree\n";

async fn scene(app: &TestApp) -> (Person, Session, Thread) {
    let ada = app.signs_up("ada").await;
    let session = ada.creates("a.txt", THREE).await;
    let thread = ada.opens_thread(&session, 1..=2).await;
    (ada, session, thread)
}

async fn moved(person: &Person, thread: &Thread, to: Value) -> Value {
    person.puts(&thread.path, &to).await.is(200)["thread"].take()
}

#[tokio::test]
async fn an_anchor_is_stable_if_and_only_if_its_text_equals_its_lines() {
    let app = TestApp::new().await;
    let (ada, session, thread) = scene(&app).await;
    app.advance(std::time::Duration::from_mins(1));
    for (to, status) in [
        (json!({ "start_line": 2, "end_line": 3 }), "approximate"),
        (json!({ "selected_text": "two\nthree" }), "stable"),
        (json!({ "selected_text": "two\nthree\n" }), "stable"),
        (json!({ "selected_text": "two\r\nthree" }), "stable"),
        (json!({ "start_line": 3 }), "approximate"),
        (json!({ "start_line": 1, "end_line": 2, "selected_text": "one\ntwo" }), "stable"),
        (json!({ "end_line": 4 }), "approximate"),
        (json!({ "start_line": 4, "selected_text": "" }), "stable"),
        (json!({ "type": "block" }), "stable"),
        (json!({ "selected_text": "ONE" }), "approximate"),
    ] {
        let shown = moved(&ada, &thread, to.clone()).await;
        assert_eq!(shown["anchor_status"], status, "{to}");
        for (field, value) in to.as_object().unwrap() {
            assert_eq!(shown[field], *value);
        }
        assert_eq!(ada.gets(&thread.path).await.is(200)["thread"], shown);
        assert_eq!(shown["created_at"], thread.json["created_at"]);
        assert_ne!(shown["updated_at"], thread.json["updated_at"]);
    }
    let opened = ada.opens(&session).await;
    assert!(opened.code == THREE && opened.json["version_number"] == 1, "the session is not touched");
}

#[tokio::test]
async fn moving_a_thread_costs_one_read_and_one_write() {
    let app = TestApp::new().await;
    let (ada, _, thread) = scene(&app).await;
    let bill = ada.puts(&thread.path, &json!({ "end_line": 3 })).await.bill;
    let mut calls: Vec<_> = bill.iter().map(|call| (call.pattern.id, call.requests)).collect();
    calls.sort_unstable();
    assert_eq!(calls, [("AP-33", 1), ("AP-47", 1)]);
}

#[tokio::test]
async fn changing_the_type_of_a_thread_requires_the_fields_of_that_type() {
    let app = TestApp::new().await;
    let (ada, session, thread) = scene(&app).await;
    let whole = moved(&ada, &thread, json!({ "type": "file" })).await;
    let anchor = ["type", "start_line", "end_line", "selected_text", "anchor_status"].map(|name| whole[name].clone());
    assert_eq!(anchor, [json!("file"), json!(null), json!(null), json!(null), json!("stable")]);
    ada.saves(&session, 1, "x").await.is(200);
    assert_eq!(ada.gets(&thread.path).await.is(200)["thread"], whole, "a thread on the file does not move");
    for field in ["start_line", "end_line"] {
        ada.puts(&thread.path, &json!({ (field): 1 })).await.invalid(field);
    }
    ada.puts(&thread.path, &json!({ "selected_text": "x" })).await.invalid("selected_text");
    assert_eq!(ada.gets(&thread.path).await.is(200)["thread"], whole, "no field was changed");
    for (to, field) in [
        (json!({ "type": "block" }), "start_line"),
        (json!({ "type": "block", "start_line": 1 }), "end_line"),
        (json!({ "type": "block", "start_line": 1, "end_line": 2, "selected_text": "x" }), "end_line"),
    ] {
        ada.puts(&thread.path, &to).await.invalid(field);
    }
    let block = json!({ "type": "block", "start_line": 1, "end_line": 1, "selected_text": "x" });
    assert_eq!(moved(&ada, &thread, block).await["anchor_status"], "stable");
}

#[tokio::test]
async fn invalid_lines_are_refused_and_the_thread_does_not_move() {
    let app = TestApp::new().await;
    let (ada, _, thread) = scene(&app).await;
    let before = app.table().raw().items().await;
    for (to, field) in [
        (json!({ "start_line": 0 }), "start_line"),
        (json!({ "end_line": 0 }), "end_line"),
        (json!({ "start_line": 3 }), "start_line"),
        (json!({ "start_line": 3, "end_line": 2 }), "end_line"),
        (json!({ "end_line": 5 }), "end_line"),
        (json!({ "start_line": 4_000_000_000_u64, "end_line": 4_000_000_000_u64 }), "end_line"),
        (json!({ "start_line": -1 }), "start_line"),
        (json!({ "end_line": 4_294_967_296_u64 }), "end_line"),
        (json!({ "end_line": "2" }), "end_line"),
        (json!({ "end_line": 2.5 }), "end_line"),
        (json!({ "end_line": null }), "end_line"),
        (json!({ "start_line": [1] }), "start_line"),
        (json!({ "type": null }), "type"),
        (json!({ "type": "line" }), "type"),
        (json!({ "selected_text": null }), "selected_text"),
        (json!({ "selected_text": 7 }), "selected_text"),
        (json!({ "selected_text": "x".repeat(64 * 1024 + 1) }), "selected_text"),
    ] {
        ada.puts(&thread.path, &to).await.invalid(field);
    }
    for nothing in [json!({}), json!({ "anchor_status": "stable" }), json!({ "session_id": "x" })] {
        assert_eq!(ada.puts(&thread.path, &nothing).await.refused(400, "INVALID_INPUT").get("field"), None);
    }
    assert!(app.table().raw().items().await == before, "something was written");
}

#[tokio::test]
async fn a_save_moves_a_moved_thread_from_its_new_lines() {
    let app = TestApp::new().await;
    let ada = app.signs_up("ada").await;
    let session = ada.creates(FILENAME, CODE).await;
    let thread = ada.opens_thread(&session, 1..=2).await;
    let selected: Vec<&str> = CODE.lines().skip(32).take(3).collect();
    let to = json!({ "start_line": 33, "end_line": 35, "selected_text": selected.join("\n") });
    assert_eq!(moved(&ada, &thread, to).await["anchor_status"], "stable");
    let saved = ada.saves(&session, 1, &format!("# one more line\n{CODE}")).await.is(200);
    let anchor = ["start_line", "end_line", "anchor_status"].map(|name| saved["threads"][0][name].clone());
    assert_eq!(anchor, [json!(34), json!(36), json!("stable")]);
    let (question, _) = ada.asks(&thread, "Is this comparison right?").await;
    assert_eq!(question["reply_state"], "answered");
    assert!(app.bedrock().seen()[0].body.to_string().contains("best == None"));
}
