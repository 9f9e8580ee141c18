//! The cost of messages at the table: one read of the code, and no write at a cap. Routes are in `route_costs/`.

use std::time::Duration;

use serde_json::{Value, json};
use tests::app::{Person, Response, Session, Thread};
use tests::texts::{FIVE_MIB, noise};
use tests::{Proxy, TestApp};

use crate::http::{CODE, FILENAME, patterns, stored_messages};

/// The read of the chunks of 5 MiB of incompressible code.
const CHUNKS: &str = "AP-28";

fn question() -> Value {
    json!({ "content": "Is this right?" })
}

fn named() -> Value {
    json!({ "content": "Is this comparison right?", "client_message_id": "6f1c9a0e-5b7d-4f32-9a55-4c2f1e0d9b77" })
}

fn rcu(answer: &Response) -> f64 {
    answer.bill.iter().map(|call| call.rcu).sum()
}

/// The same person in another process, whose cache is empty.
async fn in_another_process(app: &TestApp, person: &Person) -> Person {
    app.on(app.table().store_through(app.table().endpoint()).await, person)
}

async fn with_code(app: &TestApp, code: &str) -> (Person, Session, Thread) {
    let ada = app.signs_up("ada").await;
    let session = ada.creates(FILENAME, code).await;
    let thread = ada.opens_thread(&session, 1..=1).await;
    (ada, session, thread)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_note_takes_two_steps_and_three_with_a_client_id() {
    let app = TestApp::with_rate_limits().await;
    let (ada, _, thread) = with_code(&app, CODE).await;
    let proxy = Proxy::counting_steps(app.table().endpoint()).await;
    let ada = app.on(app.table().store_through(&proxy.url()).await, &ada);
    let _ = proxy.take_steps();
    let mut note = json!({ "content": "Thanks, applied.", "ask": false });
    ada.posts(&thread.messages(), &note).await.is(201);
    assert_eq!(proxy.take_steps(), [vec!["GetItem", "UpdateItem"], vec!["TransactWriteItems"]]);
    note["client_message_id"] = named()["client_message_id"].clone();
    ada.posts(&thread.messages(), &note).await.is(201);
    assert_eq!(proxy.take_steps(), [vec!["GetItem"], vec!["GetItem", "UpdateItem"], vec!["TransactWriteItems"]]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_or_thread_over_the_cap_is_refused_without_a_write() {
    let app = TestApp::new().await;
    let (ada, session, thread) = with_code(&app, CODE).await;
    let raw = app.table().raw();
    raw.change("thread", |_| true, |item| drop(item.insert("message_slots".into(), json!({ "N": "499" })))).await;
    raw.change("session", |_| true, |item| drop(item.insert("thread_count".into(), json!({ "N": "50" })))).await;
    let (note, threads) = (json!({ "content": "Thanks.", "ask": false }), format!("{}/threads", session.path));
    ada.posts(&thread.messages(), &note).await.is(201);
    let file = json!({ "type": "file", "client_thread_id": named()["client_message_id"] });
    for (path, body, code) in [
        (thread.messages(), question(), "MESSAGE_LIMIT_EXCEEDED"),
        (thread.messages(), named(), "MESSAGE_LIMIT_EXCEEDED"),
        (thread.messages(), note, "MESSAGE_LIMIT_EXCEEDED"),
        (threads.clone(), json!({ "type": "file" }), "THREAD_LIMIT_EXCEEDED"),
        (threads, file, "THREAD_LIMIT_EXCEEDED"),
    ] {
        let refused = ada.posts(&path, &body).await;
        assert!(refused.bill.iter().all(|call| call.wcu < 0.1), "{body}: {:?}", patterns(&refused));
        refused.refused(409, code);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thread_of_a_full_session_is_returned_to_its_repeated_request() {
    let app = TestApp::new().await;
    let (ada, session, _) = with_code(&app, CODE).await;
    let form = json!({ "type": "file", "client_thread_id": named()["client_message_id"] });
    let path = format!("{}/threads", session.path);
    let first = ada.posts(&path, &form).await.is(201);
    let full =
        |item: &mut serde_json::Map<String, Value>| drop(item.insert("thread_count".into(), json!({ "N": "50" })));
    app.table().raw().change("session", |_| true, full).await;
    assert_eq!(ada.posts(&path, &form).await.is(200), first);
}

#[tokio::test(flavor = "multi_thread")]
async fn questions_about_five_mib_read_the_chunks_once() {
    let app = TestApp::new().await;
    let (ada, session, thread) = with_code(&app, &noise(FIVE_MIB, 1)).await;
    let ada = in_another_process(&app, &ada).await;
    let cold = ada.posts(&thread.messages(), &question()).await;
    assert!(patterns(&cold).contains(&CHUNKS) && rcu(&cold) > 900.0, "{}", rcu(&cold));
    let warm = ada.posts(&thread.messages(), &question()).await;
    assert!(!patterns(&warm).contains(&CHUNKS) && rcu(&warm) <= 6.0, "{}", rcu(&warm));
    println!("5 MiB: cold {:?} {}, warm {:?} {}", patterns(&cold), rcu(&cold), patterns(&warm), rcu(&warm));
    cold.is(201);
    warm.is(201);
    let opened = ada.posts(&format!("{}/threads", session.path), &json!({ "type": "file" })).await;
    assert!(rcu(&opened) <= 2.0, "{:?} {}", patterns(&opened), rcu(&opened));
    opened.is(201);
    let read = ada.gets(&session.path).await;
    assert!(rcu(&read) <= 1.0, "{:?} {}", patterns(&read), rcu(&read));
}

#[tokio::test(flavor = "multi_thread")]
async fn code_saved_by_another_process_is_read_again() {
    let app = TestApp::new().await;
    let (ada, session, _) = with_code(&app, CODE).await;
    let other = in_another_process(&app, &ada).await;
    assert!(*other.opens(&session).await.code == *CODE);
    let new = format!("# new\n{CODE}");
    ada.saves(&session, 1, &new).await.is(200);
    assert!(*other.opens(&session).await.code == new);
    let patched = ada.opens(&session).await;
    assert!(*patched.code == new);
}

#[tokio::test(flavor = "multi_thread")]
async fn cached_code_is_only_for_its_owner_and_existing_sessions() {
    let app = TestApp::new().await;
    let (ada, session, thread) = with_code(&app, CODE).await;
    ada.opens(&session).await;
    let bob = app.signs_up("bob").await;
    bob.gets(&session.path).await.refused(403, "FORBIDDEN");
    bob.posts(&thread.messages(), &question()).await.refused(403, "FORBIDDEN");
    let other = in_another_process(&app, &ada).await;
    other.opens(&session).await;
    ada.deletes(&session.path).await.is(200);
    for person in [&ada, &other] {
        person.gets(&session.path).await.refused(404, "SESSION_NOT_FOUND");
        person.posts(&thread.messages(), &question()).await.refused(404, "THREAD_NOT_FOUND");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_cache_code_is_read_each_time() {
    let app = TestApp::with(|app| app.store = app.store.with_code_cache(0)).await;
    let (ada, _, thread) = with_code(&app, &noise(1_000_000, 1)).await;
    for _ in 0..2 {
        let asked = ada.posts(&thread.messages(), &question()).await;
        assert!(patterns(&asked).contains(&CHUNKS), "{:?}", patterns(&asked));
        asked.is(201);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rate_limited_question_gets_only_429_and_reads_no_chunks() {
    let app = TestApp::with_rate_limits().await;
    let (ada, _, thread) = with_code(&app, &noise(1_000_000, 1)).await;
    for _ in 0..10 {
        ada.posts("/ai/analyze", &json!({ "filename": FILENAME, "code_content": "x", "question": "Why?" }))
            .await
            .is(200);
    }
    let ada = in_another_process(&app, &ada).await;
    let absent = thread.messages().replace(&thread.id[thread.id.len() - 4..], "0000");
    for (path, question) in [(thread.messages(), question()), (thread.messages(), named()), (absent, question())] {
        let refused = ada.posts(&path, &question).await;
        assert!(!patterns(&refused).contains(&CHUNKS), "{:?}", patterns(&refused));
        refused.refused(429, "RATE_LIMIT_EXCEEDED");
    }
    assert_eq!(stored_messages(&app, &thread.id).await, []);
    app.advance(Duration::from_mins(2));
    ada.posts(&thread.messages(), &named()).await.is(201);
}
