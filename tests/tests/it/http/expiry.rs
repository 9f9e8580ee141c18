//! Messages that expire, over HTTP: lists, and repeated messages.

use std::time::Duration;

use bedrock_local::Act;
use handlers::rates::RateLimits;
use model::MessageTtl;
use serde_json::{Value, json};
use tests::TestApp;
use tests::app::{Person, Response, Thread};

use crate::http::{CODE, FILENAME};

pub(super) const ID: &str = "6f1c9a0e-5b7d-4f32-9a55-4c2f1e0d9b77";
const DAY: Duration = Duration::from_hours(24);

/// An application whose messages expire after this many days, and a thread.
async fn scene(days: u32) -> (TestApp, Person, Thread) {
    let app = TestApp::with(|app| {
        app.store = app.store.with_message_ttl(MessageTtl::days(days).unwrap());
        app.rate_limits = RateLimits::Off;
    })
    .await;
    let ada = app.signs_up("ada").await;
    let session = ada.creates(FILENAME, CODE).await;
    let thread = ada.opens_thread(&session, 33..=35).await;
    (app, ada, thread)
}

/// Sends a message, removes it as DynamoDB does after its expiry, and sends it again.
pub(super) async fn sent_again<F: Future<Output = Response>>(app: &TestApp, send: impl Fn() -> F) -> Response {
    send().await.is(201);
    let raw = app.table().raw();
    for message in raw.all("message").await {
        raw.remove(&message).await;
    }
    send().await
}

async fn signs_in_again(ada: &Person) {
    ada.posts("/auth/login", &json!({ "username": "ada", "password": tests::app::PASSWORD })).await.is(200);
}

fn question(asks: bool) -> Value {
    json!({ "content": "Is this comparison right?", "client_message_id": ID, "ask": asks })
}

#[tokio::test]
async fn a_list_says_that_older_messages_have_expired() {
    let (app, ada, thread) = scene(30).await;
    ada.notes(&thread, "first").await;
    app.advance(DAY * 20);
    signs_in_again(&ada).await;
    ada.notes(&thread, "second").await;
    let before = ada.gets(&thread.messages()).await.is(200);
    assert_eq!(before["messages"].as_array().unwrap().len(), 2);
    assert_eq!(before.get("older_messages_expired"), None);
    app.advance(DAY * 10);
    signs_in_again(&ada).await;
    for order in ["asc", "desc"] {
        let after = ada.gets(&format!("{}?order={order}", thread.messages())).await;
        let asked: Vec<_> = after.bill.iter().map(|call| (call.pattern.id, call.requests)).collect();
        assert!(asked.contains(&("AP-44", 1)), "{asked:?}");
        let after = after.is(200);
        assert_eq!(after["older_messages_expired"], true);
        let contents: Vec<_> = after["messages"].as_array().unwrap().iter().map(|m| m["content"].clone()).collect();
        assert_eq!(contents, ["second"]);
    }
}

#[tokio::test]
async fn resending_an_expired_message_returns_404_and_asks_no_model() {
    for asks in [true, false] {
        let (app, ada, thread) = scene(1).await;
        ada.posts(&thread.messages(), &question(asks)).await.is(201);
        let calls = app.bedrock().seen().len();
        app.advance(DAY * 2);
        signs_in_again(&ada).await;
        for _ in 0..2 {
            ada.posts(&thread.messages(), &question(asks)).await.refused(404, "MESSAGE_NOT_FOUND");
        }
        assert_eq!(app.bedrock().seen().len(), calls);
    }
}

#[tokio::test]
async fn retrying_an_expired_failed_question_returns_404_and_asks_no_model() {
    let (app, ada, thread) = scene(1).await;
    app.bedrock().script(vec![Act::fault(403, "AccessDeniedException", "no")]);
    ada.posts(&thread.messages(), &question(true)).await.refused(503, "BEDROCK_UNAVAILABLE");
    let calls = app.bedrock().seen().len();
    app.advance(DAY * 2);
    signs_in_again(&ada).await;
    ada.posts(&thread.messages(), &question(true)).await.refused(404, "MESSAGE_NOT_FOUND");
    assert_eq!(app.bedrock().seen().len(), calls);
}

#[tokio::test]
async fn the_patch_of_an_expired_answer_cannot_be_applied() {
    let (app, ada, thread) = scene(1).await;
    let (_, answer) = ada.asks(&thread, "Is this comparison right?").await;
    app.advance(DAY);
    signs_in_again(&ada).await;
    let path = format!("{}/{}/apply", thread.messages(), answer["message_id"].as_str().unwrap());
    ada.posts(&path, &json!({ "expected_version_number": 1 })).await.refused(404, "MESSAGE_NOT_FOUND");
}
