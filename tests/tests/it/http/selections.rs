//! Selections of editors: parts of lines, nothing at all, or all of a large file.

use std::time::Duration;

use serde_json::{Value, json};
use tests::TestApp;
use tests::app::{Person, Session};
use tests::texts::noise;

use crate::http::{CODE, FILENAME};

const LIMIT: usize = 64 * 1024;

fn block(first: usize, last: usize, selected: &str) -> Value {
    json!({ "type": "block", "start_line": first, "end_line": last, "selected_text": selected })
}

async fn opened(person: &Person, session: &Session, thread: &Value) -> Value {
    person.posts(&format!("{}/threads", session.path), thread).await.is(201)["thread"].take()
}

#[tokio::test]
async fn selections_of_parts_of_lines_stay_stable_when_their_lines_move() {
    let app = TestApp::new().await;
    let ada = app.signs_up("ada").await;
    let code = "fn f() {\n    if a == b {\n        g(a);\n    }\n}\n";
    let session = ada.creates("a.rs", code).await;
    for (first, last, selected) in [
        (2, 2, "a == b"),
        (2, 2, "if a == b {"),
        (2, 2, "if a == b {\n"),
        (2, 4, "if a == b {\n        g(a);\n    }"),
        (2, 4, "if a == b {\r\n        g(a);\r\n    }\r\n"),
        (2, 5, "if a == b {\n        g(a);\n    }\n"),
        (3, 3, "        g(a);"),
    ] {
        let thread = opened(&ada, &session, &block(first, last, selected)).await;
        assert_eq!(thread["anchor_status"], "stable", "{selected:?}");
        assert_eq!(thread["selected_text"], selected, "the selection is stored as it was sent");
    }
    assert_eq!(opened(&ada, &session, &block(2, 2, "a != b")).await["anchor_status"], "approximate");
    let saved = ada.saves(&session, 1, &format!("use x;\r\n{}", code.replace('\n', "\r\n"))).await.is(200);
    let threads = saved["threads"].as_array().unwrap();
    for thread in &threads[..7] {
        assert_eq!(thread["anchor_status"], "stable", "{thread}");
    }
    let moved = threads[..3].iter().all(|thread| thread["start_line"] == 3 && thread["end_line"] == 3);
    assert!(moved && threads[3]["end_line"] == 5, "{threads:?}");
    let changed = code.replace("a == b", "a <= b");
    let saved = ada.saves(&session, 2, &changed).await.is(200);
    let status = |n: usize| saved["threads"][n]["anchor_status"].clone();
    assert_eq!([status(0), status(6)], ["approximate", "stable"]);
}

#[tokio::test]
async fn an_empty_selection_is_the_text_of_its_lines() {
    let app = TestApp::new().await;
    let ada = app.signs_up("ada").await;
    let session = ada.creates("a.txt", "one\n  two\r\nthree\n\nfive\n").await;
    let absent = json!({ "type": "block", "start_line": 2, "end_line": 2 });
    for (selection, selected) in [
        (block(2, 2, ""), "  two"),
        (block(2, 2, "  "), "  two"),
        (block(2, 2, "\n"), "  two"),
        (absent, "  two"),
        (block(2, 3, ""), "  two\r\nthree"),
        (block(4, 4, ""), ""),
    ] {
        let thread = opened(&ada, &session, &selection).await;
        assert_eq!((&thread["selected_text"], &thread["anchor_status"]), (&json!(selected), &json!("stable")));
    }
    let saved = ada.saves(&session, 1, "zero\none\n  two\nthree\n\nfive\n").await.is(200);
    let threads = saved["threads"].as_array().unwrap();
    assert!(threads.iter().all(|thread| thread["anchor_status"] == "stable"), "{threads:?}");
    assert_eq!(threads[0]["start_line"], 3);
}

#[tokio::test]
async fn a_selection_of_64_kib_is_stored_and_a_larger_one_refused_with_advice() {
    let app = TestApp::new().await;
    let ada = app.signs_up("ada").await;
    let text = noise(LIMIT, 1).replace(['\n', '\r', '\0'], "x");
    let session = ada.creates(FILENAME, &format!("{text}y\nend\n")).await;
    let threads = format!("{}/threads", session.path);
    let answer = ada.posts(&threads, &block(1, 1, &text)).await;
    let cost: f64 = answer.bill.iter().map(|call| call.wcu).sum();
    println!("a selection of {LIMIT} bytes that do not compress: {cost} WCU");
    assert!(cost <= 130.0, "{cost}");
    let thread = answer.is(201)["thread"].take();
    assert_eq!((&thread["anchor_status"], &thread["selected_text"]), (&json!("stable"), &json!(text)));
    let path = format!("/threads/{}", thread["thread_id"].as_str().unwrap());
    assert_eq!(ada.gets(&path).await.is(200)["thread"], thread);
    assert_eq!(ada.gets(&threads).await.is(200)["threads"][0], thread);
    for too_long in [format!("{text}y"), "\u{e9}".repeat(LIMIT / 2 + 1)] {
        let error = ada.posts(&threads, &block(1, 1, &too_long)).await.refused(400, "INVALID_INPUT");
        assert_eq!(error["field"], "selected_text");
        assert!(error["message"].as_str().unwrap().contains("whole file"), "{error}");
        ada.puts(&path, &json!({ "selected_text": too_long })).await.invalid("selected_text");
    }
    // A cursor without a selection, on a line longer than the limit.
    ada.posts(&threads, &block(1, 1, "")).await.invalid("selected_text");
    let short = ada.puts(&path, &json!({ "selected_text": "y" })).await.is(200);
    assert_eq!(ada.gets(&path).await.is(200), short, "the long text is removed");
    assert_eq!((&short["thread"]["anchor_status"], &short["thread"]["selected_text"]), (&json!("stable"), &json!("y")));
    let saved = ada.saves(&session, 1, &format!("new\n{text}y\nend\n")).await.is(200);
    assert_eq!(
        (&saved["threads"][0]["start_line"], &saved["threads"][0]["anchor_status"]),
        (&json!(2), &json!("stable"))
    );
}

#[tokio::test]
async fn a_question_can_be_about_a_whole_file_of_any_size() {
    let app = TestApp::new().await;
    let ada = app.signs_up("ada").await;
    let line = "let value = compute(value);\n";
    let large = line.repeat(5 * 1024 * 1024 / line.len());
    for (code, kind) in [(CODE, "block"), (&*large, "file")] {
        let session = ada.creates(FILENAME, code).await;
        let lines = code.matches('\n').count();
        for selection in [block(1, lines, code), block(1, lines + 1, code), block(1, lines, "")] {
            let thread = opened(&ada, &session, &selection).await;
            assert_eq!((&thread["type"], &thread["anchor_status"]), (&json!(kind), &json!("stable")));
            let messages = format!("/threads/{}/messages", thread["thread_id"].as_str().unwrap());
            let asked = ada.posts(&messages, &json!({ "content": "What is this?" })).await.is(201);
            assert_eq!(asked["message"]["reply_state"], "answered");
        }
    }
}

#[tokio::test]
async fn a_save_updates_only_the_threads_that_it_moves() {
    let app = TestApp::new().await;
    let ada = app.signs_up("ada").await;
    let session = ada.creates("a.txt", "one\ntwo\nthree\n").await;
    let above = opened(&ada, &session, &block(1, 1, "one")).await;
    let below = opened(&ada, &session, &block(3, 3, "three")).await;
    app.advance(Duration::from_mins(1));
    let saved = ada.saves(&session, 1, "one\nnew\ntwo\nthree\n").await.is(200);
    assert_eq!(saved["threads"][0], above, "it stayed");
    assert_eq!(saved["threads"][1]["updated_at"], saved["session"]["updated_at"]);
    assert_ne!(saved["threads"][1]["updated_at"], below["updated_at"]);
    let listed = ada.gets(&format!("{}/threads", session.path)).await.is(200);
    assert_eq!(listed["threads"], saved["threads"]);
    app.advance(Duration::from_mins(1));
    let again = ada.saves(&session, 2, "one\nnew\ntwo\nthree\nfour\n").await.is(200);
    assert_eq!(again["threads"], saved["threads"], "neither moved");
    // A message is newer than the move.
    let path = format!("/threads/{}", below["thread_id"].as_str().unwrap());
    ada.posts(&format!("{path}/messages"), &json!({ "content": "note", "ask": false })).await.is(201);
    assert_ne!(ada.gets(&path).await.is(200)["thread"]["updated_at"], saved["threads"][1]["updated_at"]);
}

#[tokio::test]
async fn selections_with_doubled_carriage_returns_are_stable_and_unchanged() {
    let app = TestApp::new().await;
    let ada = app.signs_up("ada").await;
    let code = CODE.replace('\n', "\r\r\n");
    let session = ada.creates(FILENAME, &code).await;
    let thread = opened(&ada, &session, &block(34, 34, CODE.lines().nth(33).unwrap())).await;
    assert_eq!(thread["anchor_status"], "stable");
    let messages = format!("/threads/{}/messages", thread["thread_id"].as_str().unwrap());
    let reply = ada.posts(&messages, &json!({ "content": "Is this comparison right?" })).await.is(201)["reply"].take();
    assert_eq!(reply["patch_status"], "verified", "{reply}");
    let path = format!("{messages}/{}/apply", reply["message_id"].as_str().unwrap());
    ada.posts(&path, &json!({ "expected_version_number": 1 })).await.is(200);
    assert_eq!(ada.opens(&session).await.code, code.replace("best == None", "best is None"));
}
