//! Sessions and threads with a client id: a repeated request creates nothing twice.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tests::app::{PASSWORD, Person, Response, Session};
use tests::proxy::{Moment, Proxy};
use tests::texts::noise;
use tests::{TestApp, concurrently};

use crate::http::{CODE, FILENAME, patterns};

const ID: &str = "6f1c9a0e-5b7d-4f32-9a55-4c2f1e0d9b77";

fn file(code: &str) -> Value {
    json!({ "filename": FILENAME, "code_content": code, "client_session_id": ID })
}

fn block() -> Value {
    let line = CODE.lines().nth(33).unwrap();
    json!({ "type": "block", "start_line": 34, "end_line": 34, "selected_text": line, "client_thread_id": ID })
}

fn units(answer: &Response) -> f64 {
    answer.bill.iter().map(|call| call.wcu).sum()
}

async fn creates(ada: &Person, code: &str) -> Session {
    let created = ada.posts("/sessions", &file(code)).await.is(201);
    let id = created["session"]["session_id"].as_str().unwrap().to_owned();
    Session { path: format!("/sessions/{id}"), json: created["session"].clone(), id, code: code.to_owned() }
}

async fn count(ada: &Person) -> usize {
    ada.gets("/sessions").await.is(200)["sessions"].as_array().unwrap().len()
}

#[tokio::test]
async fn a_session_is_created_once_when_its_answer_is_lost() {
    for code in [CODE.to_owned(), noise(500_000, 1)] {
        let app = TestApp::new().await;
        let ada = app.signs_up("ada").await;
        let proxy = Proxy::before(app.table().endpoint()).await;
        let slow = app.on(app.table().store_through(&proxy.url()).await, &ada);
        let lost = proxy.fail("TransactWriteItems", 0, Moment::BeforeTheAnswer);
        slow.posts("/sessions", &file(&code)).await.refused(503, "DATABASE_ERROR");
        lost.release();
        let again = slow.posts("/sessions", &file(&code)).await.is(200);
        let id = &again["session"]["session_id"];
        assert_eq!(slow.posts("/sessions", &file(&code)).await.is(200)["session"]["session_id"], *id);
        assert_eq!(count(&ada).await, 1);
    }
}

#[tokio::test]
async fn a_large_session_that_is_refused_writes_no_chunks() {
    let app = TestApp::with_rate_limits().await;
    let ada = app.signs_up("ada").await;
    let full =
        |user: &mut serde_json::Map<String, Value>| drop(user.insert("session_count".into(), json!({ "N": "100" })));
    app.table().raw().change("user", |_| true, full).await;
    let mut unnamed = file(&noise(500_000, 1));
    unnamed.as_object_mut().unwrap().remove("client_session_id");
    for form in [unnamed, file(&noise(500_000, 1))] {
        let refused = ada.posts("/sessions", &form).await;
        assert!((units(&refused) - 1.0).abs() < 0.01, "only the count of the request: {:?}", patterns(&refused));
        refused.refused(409, "SESSION_LIMIT_EXCEEDED");
    }
    let copy = ada.copied();
    ada.deletes_with("/users/me", &json!({ "password": PASSWORD })).await.is(200);
    let refused = copy.posts("/sessions", &file(&noise(500_000, 1))).await;
    assert!((units(&refused) - 1.0).abs() < 0.01, "only the count of the request: {:?}", patterns(&refused));
    refused.refused(401, "UNAUTHORIZED");
}

#[tokio::test]
async fn a_repeated_creation_writes_no_chunks() {
    let app = TestApp::new().await;
    let ada = app.signs_up("ada").await;
    let code = noise(500_000, 1);
    creates(&ada, &code).await;
    let again = ada.posts("/sessions", &file(&code)).await;
    assert!(units(&again) < 0.1, "{:?}", again.bill);
    again.is(200);
}

#[tokio::test]
async fn a_repeated_creation_returns_the_current_session_or_404_if_deleted() {
    let app = TestApp::new().await;
    let ada = app.signs_up("ada").await;
    let session = creates(&ada, CODE).await;
    ada.saves(&session, 1, "new").await.is(200);
    assert_eq!(ada.posts("/sessions", &file(CODE)).await.is(200)["session"]["version_number"], 2);
    ada.deletes(&session.path).await.is(200);
    ada.posts("/sessions", &file(CODE)).await.refused(404, "SESSION_NOT_FOUND");
    assert_eq!(count(&ada).await, 0);
}

#[tokio::test]
async fn a_client_id_is_refused_for_another_file_and_accepted_for_another_user() {
    let app = TestApp::new().await;
    let (ada, bob) = (app.signs_up("ada").await, app.signs_up("bob").await);
    creates(&ada, CODE).await;
    for other in [
        file("else"),
        json!({ "filename": "b.py", "code_content": CODE, "client_session_id": ID }),
        json!({ "filename": FILENAME, "code_content": CODE, "language_override": "Swift", "client_session_id": ID }),
    ] {
        ada.posts("/sessions", &other).await.invalid("client_session_id");
    }
    let wrong = json!({ "filename": FILENAME, "code_content": CODE, "client_session_id": "7" });
    ada.posts("/sessions", &wrong).await.invalid("client_session_id");
    creates(&bob, CODE).await;
    assert_eq!((count(&ada).await, count(&bob).await), (1, 1));
}

#[tokio::test]
async fn repeating_the_creation_of_the_last_session_at_the_cap_finds_it() {
    let app = TestApp::new().await;
    let ada = app.signs_up("ada").await;
    for _ in 0..99 {
        ada.creates(FILENAME, "x").await;
    }
    creates(&ada, CODE).await;
    ada.posts("/sessions", &file(CODE)).await.is(200);
    let other = json!({ "filename": FILENAME, "code_content": CODE });
    ada.posts("/sessions", &other).await.refused(409, "SESSION_LIMIT_EXCEEDED");
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_concurrent_requests_create_one_session_and_one_thread() {
    let app = TestApp::new().await;
    let ada = Arc::new(app.signs_up("ada").await);
    let answers = concurrently(10, |_| {
        let ada = Arc::clone(&ada);
        async move { ada.posts("/sessions", &file(CODE)).await }
    });
    let mut statuses: Vec<u16> = answers.await.iter().map(|answer| answer.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [vec![200; 9], vec![201]].concat());
    assert_eq!(count(&ada).await, 1);
    let id = ada.gets("/sessions").await.is(200)["sessions"][0]["session_id"].as_str().unwrap().to_owned();
    let path = format!("/sessions/{id}/threads");
    let answers = concurrently(10, |_| {
        let (ada, path) = (Arc::clone(&ada), path.clone());
        async move { ada.posts(&path, &block()).await }
    });
    let mut statuses: Vec<u16> = answers.await.iter().map(|answer| answer.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [vec![200; 9], vec![201]].concat());
    assert_eq!(ada.gets(&path).await.is(200)["threads"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_thread_is_created_once_even_if_its_lines_are_gone_since() {
    let app = TestApp::new().await;
    let ada = app.signs_up("ada").await;
    let session = ada.creates(FILENAME, CODE).await;
    let path = format!("{}/threads", session.path);
    let first = ada.posts(&path, &block()).await.is(201);
    assert_eq!(ada.posts(&path, &block()).await.is(200), first);
    ada.saves(&session, 1, "one line").await.is(200);
    let again = ada.posts(&path, &block()).await.is(200);
    assert_eq!(again["thread"]["thread_id"], first["thread"]["thread_id"]);
    let other = json!({ "type": "file", "client_thread_id": ID });
    ada.posts(&path, &other).await.invalid("client_thread_id");
    let elsewhere = ada.creates(FILENAME, CODE).await;
    ada.posts(&format!("{}/threads", elsewhere.path), &block()).await.is(201);
    let thread = format!("/threads/{}", first["thread"]["thread_id"].as_str().unwrap());
    ada.deletes(&thread).await.is(200);
    ada.posts(&path, &block()).await.refused(404, "THREAD_NOT_FOUND");
}

#[tokio::test]
async fn a_client_id_costs_two_write_units_and_no_request() {
    let app = TestApp::new().await;
    let ada = app.signs_up("ada").await;
    let plain = ada.posts("/sessions", &json!({ "filename": FILENAME, "code_content": CODE })).await;
    let named = ada.posts("/sessions", &file(CODE)).await;
    let requests = |answer: &Response| answer.bill.iter().map(|call| call.requests).sum::<u32>();
    assert_eq!(requests(&named), requests(&plain));
    let more = units(&named) - units(&plain);
    // DynamoDB Local does not report the whole cost of a transaction.
    assert!(more < 2.1 && (more > 1.9 || tests::engine::named().is_some()), "{more}");
}

#[tokio::test]
async fn a_client_id_is_remembered_for_a_day_and_its_record_expires() {
    let app = TestApp::new().await;
    let ada = app.signs_up("ada").await;
    creates(&ada, CODE).await;
    let record = app.table().raw().one("creation", |_| true).await;
    let created = app.table().clock().now();
    assert_eq!(record.number("expires_at").unwrap(), created.plus(Duration::from_hours(24)).millis() / 1_000);
}
