//! `client_message_id`: a repeated message is stored, asked and billed once.

use std::sync::Arc;
use std::time::Duration;

use bedrock_local::Act;
use model::ClientRequest;
use serde_json::{Value, json};
use tests::app::{Person, Response, Thread};
use tests::{LEASE, TestApp, concurrently};

use crate::http::{CODE, FILENAME, stored_messages, user};

const ID: &str = "6f1c9a0e-5b7d-4f32-9a55-4c2f1e0d9b77";

fn question() -> Value {
    json!({ "content": "Is this comparison right?", "client_message_id": ID })
}

async fn scene(app: &TestApp) -> (Person, Thread) {
    let ada = app.signs_up("ada").await;
    let session = ada.creates(FILENAME, CODE).await;
    let thread = ada.opens_thread(&session, 33..=35).await;
    (ada, thread)
}

fn bill(answer: &Response) -> Vec<(&'static str, u32)> {
    answer.bill.iter().map(|call| (call.pattern.id, call.requests)).collect()
}

#[tokio::test]
async fn a_repeated_question_returns_the_stored_answer_and_costs_no_quota() {
    let app = TestApp::with_rate_limits().await;
    let (ada, thread) = scene(&app).await;
    let first = ada.posts(&thread.messages(), &question()).await;
    let asked = bill(&first);
    assert!(asked.contains(&("AP-60", 1)) && !asked.iter().any(|(pattern, _)| *pattern == "AP-50"), "{asked:?}");
    let first = first.is(201);
    for _ in 0..40 {
        let again = ada.posts(&thread.messages(), &question()).await;
        assert_eq!(bill(&again), [("AP-47", 1), ("AP-45", 1), ("AP-46", 1), ("AP-46", 1)]);
        assert_eq!(again.is(200), first);
    }
    let upper = json!({ "content": question()["content"], "client_message_id": ID.to_uppercase() });
    assert_eq!(ada.posts(&thread.messages(), &upper).await.is(200), first);
    assert_eq!(app.bedrock().seen().len(), 1);
    assert_eq!(stored_messages(&app, &thread.id).await.len(), 2);
}

#[tokio::test]
async fn a_repeated_note_is_stored_once() {
    let app = TestApp::new().await;
    let (ada, thread) = scene(&app).await;
    let note = json!({ "content": "Look at this again.", "ask": false, "client_message_id": ID });
    let first = ada.posts(&thread.messages(), &note).await.is(201);
    // The message after a note is not its answer.
    ada.asks(&thread, "Is this comparison right?").await;
    assert_eq!(ada.posts(&thread.messages(), &note).await.is(200), first);
    assert_eq!(stored_messages(&app, &thread.id).await.len(), 3);
}

#[tokio::test]
async fn a_client_id_belongs_to_one_message_of_one_thread() {
    let app = TestApp::new().await;
    let (ada, thread) = scene(&app).await;
    ada.posts(&thread.messages(), &question()).await.is(201);
    for other in [
        json!({ "content": "Is this comparison wrong?", "client_message_id": ID }),
        json!({ "content": question()["content"], "client_message_id": ID, "ask": false }),
    ] {
        ada.posts(&thread.messages(), &other).await.invalid("client_message_id");
    }
    let session = ada.creates(FILENAME, CODE).await;
    let elsewhere = ada.opens_thread(&session, 1..=1).await;
    ada.posts(&elsewhere.messages(), &question()).await.is(201);
    let bob = app.signs_up("bob").await;
    bob.posts(&thread.messages(), &question()).await.refused(403, "FORBIDDEN");
    assert_eq!(app.bedrock().seen().len(), 2);
}

#[tokio::test]
async fn a_client_id_must_be_a_uuid_and_null_means_none() {
    let app = TestApp::new().await;
    let (ada, thread) = scene(&app).await;
    for bad in [json!(""), json!("x"), json!(7), json!(&ID[1..]), json!([ID])] {
        let body = json!({ "content": "why?", "client_message_id": bad });
        ada.posts(&thread.messages(), &body).await.invalid("client_message_id");
    }
    for _ in 0..2 {
        let body = json!({ "content": "note", "ask": false, "client_message_id": null });
        ada.posts(&thread.messages(), &body).await.is(201);
    }
    assert_eq!(stored_messages(&app, &thread.id).await.len(), 2);
}

#[tokio::test]
async fn a_repeated_failed_question_is_asked_again_under_its_stored_message() {
    let app = TestApp::new().await;
    let (ada, thread) = scene(&app).await;
    let denied = Act::fault(403, "AccessDeniedException", "no");
    app.bedrock().script(vec![denied.clone(), denied]);
    let first = ada.posts(&thread.messages(), &question()).await.refused(503, "BEDROCK_UNAVAILABLE");
    let second = ada.posts(&thread.messages(), &question()).await.refused(503, "BEDROCK_UNAVAILABLE");
    assert_eq!(first["message_id"], second["message_id"]);
    let third = ada.posts(&thread.messages(), &question()).await.is(201);
    assert_eq!(third["message"]["message_id"], first["message_id"]);
    assert_eq!(third["message"]["reply_state"], "answered");
    assert_eq!(third["message"].get("reply_error"), None);
    assert_eq!(ada.posts(&thread.messages(), &question()).await.is(200), third);
    assert_eq!(stored_messages(&app, &thread.id).await.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_twenty_duplicates_one_asks_one_waits_and_the_rest_get_a_retry_time() {
    let app = TestApp::new().await;
    let (ada, thread) = scene(&app).await;
    app.bedrock().script(vec![Act::Answer.after(Duration::from_secs(1))]);
    let (ada, path) = (Arc::new(ada), thread.messages());
    let answers = concurrently(20, |_| {
        let (ada, path) = (Arc::clone(&ada), path.clone());
        async move { ada.posts(&path, &question()).await }
    })
    .await;
    let with = |status| answers.iter().filter(|answer| answer.status == status).collect::<Vec<_>>();
    let (asked, waited, refused) = (with(201), with(200), with(409));
    // A request after everything is stored does not wait.
    assert!(asked.len() == 1 && waited.len() + refused.len() == 19, "{} and {}", waited.len(), refused.len());
    assert!(!refused.is_empty() && waited.iter().all(|answer| answer.json == asked[0].json));
    for answer in refused {
        assert_eq!(answer.json["error"]["code"], "REQUEST_IN_PROGRESS");
        assert_eq!(answer.headers["retry-after"], "2");
    }
    // When the retry time has come.
    assert_eq!(ada.posts(&path, &question()).await.is(200), asked[0].json);
    assert_eq!((app.bedrock().seen().len(), stored_messages(&app, &thread.id).await.len()), (1, 2));
}

#[tokio::test]
async fn a_duplicate_that_waits_until_its_deadline_gets_request_in_progress() {
    let app = TestApp::with_deadline(Duration::from_secs(2)).await;
    let (ada, thread) = scene(&app).await;
    held_by_a_run_that_was_killed(&app, &thread).await;
    let error = ada.posts(&thread.messages(), &question()).await.refused(409, "REQUEST_IN_PROGRESS");
    assert_eq!(error["message_id"], format!("{}.1", thread.id), "the client can find the answer there");
    assert_eq!(app.bedrock().seen().len(), 0);
}

/// Stores a question whose run was killed before the model answered.
async fn held_by_a_run_that_was_killed(app: &TestApp, thread: &Thread) {
    let owner = user(app, "ada").await.user_id;
    let thread = app.table().threads().get(owner, thread.id.parse().unwrap()).await.unwrap();
    let content = question()["content"].as_str().unwrap().to_owned();
    let request = ClientRequest::new(ID.parse().unwrap(), &content, true);
    app.table().messages().ask(&thread, &content, Some(request), LEASE).await.unwrap();
}

#[tokio::test]
async fn a_killed_run_is_taken_over_after_its_lease() {
    let app = TestApp::new().await;
    let (ada, thread) = scene(&app).await;
    held_by_a_run_that_was_killed(&app, &thread).await;
    app.advance(Duration::from_secs(36));
    let answered = ada.posts(&thread.messages(), &question()).await.is(201);
    assert_eq!(answered["message"]["reply_state"], "answered");
    let stored = stored_messages(&app, &thread.id).await;
    assert_eq!(stored.iter().map(|message| message.seq).collect::<Vec<_>>(), [1, 2]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_late_answer_loses_to_the_run_that_took_over_and_both_are_billed() {
    let app = TestApp::new().await;
    let (ada, thread) = scene(&app).await;
    let slow = Act::Answer.after(Duration::from_secs(8));
    app.bedrock().script(vec![slow]);
    let late = {
        let (ada, path) = (ada.clone(), thread.messages());
        tokio::spawn(async move { ada.posts(&path, &question()).await })
    };
    while app.bedrock().seen().is_empty() {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    app.advance(Duration::from_mins(2));
    let taken = ada.posts(&thread.messages(), &question()).await.is(201);
    assert_eq!(late.await.unwrap().is(200), taken);
    assert_eq!(stored_messages(&app, &thread.id).await.len(), 2);
    let owner = user(&app, "ada").await.user_id;
    let usage = app.table().patterns().get_usage(owner, app.table().clock().now().date()).await.unwrap().unwrap();
    assert_eq!(usage.requests, 2);
}

#[tokio::test]
async fn a_client_id_counts_as_long_as_its_expired_record_exists() {
    let app = TestApp::new().await;
    let (ada, thread) = scene(&app).await;
    let first = ada.posts(&thread.messages(), &question()).await.is(201);
    app.advance(Duration::from_hours(25));
    let again = app.signs_in("ada").await.posts(&thread.messages(), &question()).await;
    assert_eq!(again.is(200), first);
}

#[tokio::test]
async fn a_client_that_disconnects_gets_the_answer_on_its_next_request() {
    let app = TestApp::new().await;
    let (ada, thread) = scene(&app).await;
    app.bedrock().script(vec![Act::Answer.after(Duration::from_secs(1))]);
    let (path, body) = (thread.messages(), question());
    let model_is_called = async {
        while app.bedrock().seen().is_empty() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::select! {
        answer = ada.posts(&path, &body) => panic!("it is answered before the model: {}", answer.status),
        () = model_is_called => {}
    }
    let answered = ada.posts(&thread.messages(), &question()).await.is(200);
    assert_eq!(answered["message"]["reply_state"], "answered");
    assert_eq!(app.bedrock().seen().len(), 1);
}
