//! A deleted account writes nothing and asks no model, although its access token is still valid.

use std::time::Duration;

use bedrock_local::Act;
use serde_json::{Value, json};
use tests::TestApp;
use tests::app::{PASSWORD, Person, Thread};
use tests::proxy::{Moment, Proxy};
use tests::texts::noise;

use crate::http::{CODE, FILENAME, patterns};
use crate::items;

fn analysis() -> Value {
    json!({ "filename": FILENAME, "code_content": CODE, "question": "Is this comparison right?" })
}

fn question() -> Value {
    json!({ "content": "Is this comparison right?" })
}

/// An account with a thread, and a copy of its cookies.
async fn scene(app: &TestApp) -> (Person, Person, Thread) {
    let ada = app.signs_up("ada").await;
    let session = ada.creates(FILENAME, CODE).await;
    let thread = ada.opens_thread(&session, 33..=35).await;
    let copy = ada.copied();
    (ada, copy, thread)
}

async fn deletes_the_account(person: &Person) {
    person.deletes_with("/users/me", &json!({ "password": PASSWORD })).await.is(200);
}

#[tokio::test]
async fn a_deleted_account_cannot_ask_the_model_with_its_valid_token() {
    let app = TestApp::new().await;
    let (ada, copy, thread) = scene(&app).await;
    deletes_the_account(&ada).await;
    let refused = copy.posts("/ai/analyze", &analysis()).await;
    assert_eq!(patterns(&refused), ["AP-04"]);
    refused.refused(401, "UNAUTHORIZED");
    let asked = copy.posts(&thread.messages(), &question()).await;
    assert!([401, 404].contains(&asked.status), "{}", asked.status);
    copy.posts("/sessions", &json!({ "filename": FILENAME, "code_content": CODE })).await;
    app.table().sweep_due_jobs().await;
    assert_eq!(app.table().raw().census().await, items([]));
    assert_eq!(app.bedrock().seen().len(), 0);
}

#[tokio::test]
async fn deleting_an_account_while_the_model_answers_leaves_nothing() {
    for path in ["thread", "analysis"] {
        let app = TestApp::new().await;
        let (ada, copy, thread) = scene(&app).await;
        app.bedrock().script(vec![Act::Answer.after(Duration::from_secs(3))]);
        let deletes = async {
            while app.bedrock().seen().is_empty() {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
            deletes_the_account(&ada).await;
        };
        let asks = async {
            match path {
                "thread" => copy.posts(&thread.messages(), &question()).await,
                _ => copy.posts("/ai/analyze", &analysis()).await,
            }
        };
        let (answer, ()) = tokio::join!(asks, deletes);
        let expected: &[u16] = if path == "thread" { &[401, 404] } else { &[200] };
        assert!(expected.contains(&answer.status), "{path}: {}", answer.status);
        app.table().sweep_due_jobs().await;
        assert_eq!(app.table().raw().census().await, items([]), "{path}");
    }
}

#[tokio::test]
async fn deleting_an_account_removes_the_chunks_of_a_large_file() {
    let app = TestApp::new().await;
    let ada = app.signs_up("ada").await;
    ada.creates("large.txt", &noise(600_000, 1)).await;
    assert!(app.table().raw().census().await.contains_key("code_chunk"));
    deletes_the_account(&ada).await;
    assert_eq!(app.table().raw().census().await, items([]));
}

#[tokio::test]
async fn an_account_with_a_missing_claim_can_be_deleted() {
    for claim in ["email_claim", "username_claim"] {
        let app = TestApp::new().await;
        let ada = app.signs_up("ada").await;
        let raw = app.table().raw();
        raw.remove(&raw.one(claim, |_| true).await).await;
        deletes_the_account(&ada).await;
        assert_eq!(raw.census().await, items([]), "{claim}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_renamed_during_its_delete_is_deleted() {
    let app = TestApp::new().await;
    let ada = app.signs_up("ada").await;
    let proxy = Proxy::before(app.table().endpoint()).await;
    let slow = app.on(app.table().store_through(&proxy.url()).await, &ada);
    let stalled = proxy.stall("TransactWriteItems", Moment::BeforeTheEngine);
    let renames = async {
        stalled.arrived().await;
        ada.puts("/users/me", &json!({ "username": "countess" })).await.is(200);
        stalled.release();
    };
    tokio::join!(deletes_the_account(&slow), renames);
    assert_eq!(app.table().raw().census().await, items([]));
}
