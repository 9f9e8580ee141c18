//! Caps and conflicts over HTTP, sequential and concurrent.

use std::collections::BTreeMap;

use model::ThreadId;
use serde_json::json;
use tests::app::Response;
use tests::{TestApp, concurrently};

use crate::http::{CODE, FILENAME, stored_messages, user};

/// The number of responses of each status and code.
fn tally(answers: &[Response]) -> BTreeMap<(u16, &str), usize> {
    let mut tally = BTreeMap::new();
    for answer in answers {
        let code = answer.json["error"]["code"].as_str().unwrap_or_default();
        *tally.entry((answer.status, code)).or_default() += 1;
    }
    tally
}

#[tokio::test]
async fn the_hundred_and_first_session_is_refused() {
    let app = TestApp::new().await;
    let ada = app.signs_up("ada").await;
    for number in 0..100 {
        ada.creates(FILENAME, &number.to_string()).await;
    }
    let file = json!({ "filename": FILENAME, "code_content": CODE });
    ada.posts("/sessions", &file).await.refused(409, "SESSION_LIMIT_EXCEEDED");
    let bob = app.signs_up("bob").await;
    bob.posts("/sessions", &file).await.is(201);
    let adas = user(&app, "ada").await.user_id;
    assert_eq!(app.table().patterns().count_sessions(adas).await.unwrap(), 100);
}

#[tokio::test]
async fn the_fifty_first_thread_is_refused() {
    let app = TestApp::new().await;
    let ada = app.signs_up("ada").await;
    let session = ada.creates(FILENAME, CODE).await;
    for _ in 0..50 {
        ada.opens_thread(&session, 1..=1).await;
    }
    let threads = format!("{}/threads", session.path);
    ada.posts(&threads, &json!({ "type": "file" })).await.refused(409, "THREAD_LIMIT_EXCEEDED");
    assert_eq!(ada.gets(&threads).await.is(200)["threads"].as_array().unwrap().len(), 50);
    assert_eq!(ada.opens(&session).await.json["thread_count"], 50);
    // A save still moves all threads.
    let saved = ada.saves(&session, 1, &format!("# new\n{CODE}")).await.is(200);
    let moved = saved["threads"].as_array().unwrap().iter().filter(|thread| thread["start_line"] == 2);
    assert_eq!(moved.count(), 50);
}

#[tokio::test]
async fn a_thread_holds_500_messages_and_a_question_needs_room_for_its_answer() {
    let app = TestApp::new().await;
    let ada = app.signs_up("ada").await;
    let session = ada.creates(FILENAME, CODE).await;
    let thread = ada.opens_thread(&session, 33..=35).await;
    let owner = user(&app, "ada").await.user_id;
    let id: ThreadId = thread.id.parse().unwrap();
    let mut seen = app.table().threads().get(owner, id).await.unwrap();
    for number in 1..=497 {
        app.table().messages().add_note(&seen, "note", None).await.unwrap();
        seen.message_slots = number;
    }
    ada.asks(&thread, "the last question").await;
    let question = json!({ "content": "one more?" });
    ada.posts(&thread.messages(), &question).await.refused(409, "MESSAGE_LIMIT_EXCEEDED");
    ada.notes(&thread, "the last note").await;
    let note = json!({ "content": "one more", "ask": false });
    ada.posts(&thread.messages(), &note).await.refused(409, "MESSAGE_LIMIT_EXCEEDED");
    assert_eq!(app.bedrock().seen().len(), 1, "the model is not asked if the answer cannot be stored");
    assert_eq!(stored_messages(&app, &thread.id).await.len(), 500);
    let newest = ada.gets(&format!("{}?order=desc&limit=3", thread.messages())).await.is(200);
    let contents: Vec<_> = newest["messages"].as_array().unwrap().iter().map(|message| &message["role"]).collect();
    assert_eq!(contents, ["user", "ai", "user"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_of_forty_concurrent_questions_fit_into_the_last_five_slots() {
    let app = TestApp::new().await;
    let ada = app.signs_up("ada").await;
    let session = ada.creates(FILENAME, CODE).await;
    let thread = ada.opens_thread(&session, 33..=35).await;
    let id: ThreadId = thread.id.parse().unwrap();
    let mut seen = app.table().threads().get(user(&app, "ada").await.user_id, id).await.unwrap();
    for number in 1..=495 {
        app.table().messages().add_note(&seen, "note", None).await.unwrap();
        seen.message_slots = number;
    }
    let answers = concurrently(40, |number| {
        let (ada, path) = (ada.clone(), thread.messages());
        async move { ada.posts(&path, &json!({ "content": format!("question {number}") })).await }
    })
    .await;
    assert_eq!(tally(&answers), BTreeMap::from([((201, ""), 2), ((409, "MESSAGE_LIMIT_EXCEEDED"), 38)]));
    assert_eq!(app.bedrock().seen().len(), 2, "the model is not asked if the answer cannot be stored");
    ada.notes(&thread, "the last note").await;
    let note = json!({ "content": "one more", "ask": false });
    ada.posts(&thread.messages(), &note).await.refused(409, "MESSAGE_LIMIT_EXCEEDED");
    let (mut roles, mut numbers, mut page) = (Vec::new(), Vec::new(), thread.messages());
    loop {
        let answer = ada.gets(&page).await.is(200);
        for message in answer["messages"].as_array().unwrap() {
            let id: model::MessageId = message["message_id"].as_str().unwrap().parse().unwrap();
            numbers.push(id.seq);
            roles.push(message["role"].as_str().unwrap().to_owned());
        }
        let Some(cursor) = answer.get("cursor") else { break };
        page = format!("{}?cursor={}", thread.messages(), cursor.as_str().unwrap());
    }
    assert_eq!(numbers, (1..=500).collect::<Vec<u32>>());
    assert_eq!(roles[495..], ["user", "ai", "user", "ai", "user"]);
    assert_eq!(app.table().raw().all("message").await.len(), 500);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_of_fifty_concurrent_saves_succeeds_and_the_rest_get_its_code() {
    let app = TestApp::new().await;
    let ada = app.signs_up("ada").await;
    let session = ada.creates(FILENAME, CODE).await;
    ada.opens_thread(&session, 33..=35).await;
    let answers = concurrently(50, |number| {
        let (ada, session) = (ada.clone(), session.clone());
        async move { ada.saves(&session, 1, &format!("# saver {number}\n{CODE}")).await }
    })
    .await;
    assert_eq!(tally(&answers), BTreeMap::from([((200, ""), 1), ((409, "VERSION_CONFLICT"), 49)]));
    let winner = ada.opens(&session).await;
    assert_eq!(winner.json["version_number"], 2);
    for answer in answers.iter().filter(|answer| answer.status == 409) {
        let error = &answer.json["error"];
        assert_eq!(error["current_version"], 2);
        assert!(error["current_code"] == *winner.code, "not the winner's code");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_of_two_hundred_concurrent_creations_succeed() {
    let app = TestApp::new().await;
    let ada = app.signs_up("ada").await;
    let answers = concurrently(200, |number| {
        let ada = ada.clone();
        let file = json!({ "filename": FILENAME, "code_content": format!("# file {number}") });
        async move { ada.posts("/sessions", &file).await }
    })
    .await;
    assert_eq!(tally(&answers), BTreeMap::from([((201, ""), 100), ((409, "SESSION_LIMIT_EXCEEDED"), 100)]));
    let adas = user(&app, "ada").await;
    assert_eq!(adas.session_count, 100);
    assert_eq!(app.table().patterns().count_sessions(adas.user_id).await.unwrap(), 100);
    assert_eq!(app.table().raw().all("code").await.len(), 100);
}

#[tokio::test(flavor = "multi_thread")]
async fn twenty_concurrent_questions_are_each_followed_by_their_answer() {
    let app = TestApp::new().await;
    let ada = app.signs_up("ada").await;
    let session = ada.creates(FILENAME, CODE).await;
    let thread = ada.opens_thread(&session, 33..=35).await;
    let asked = concurrently(20, |number| {
        let (ada, thread) = (ada.clone(), thread.clone());
        async move { ada.asks(&thread, &format!("question {number}")).await }
    })
    .await;
    let stored = stored_messages(&app, &thread.id).await;
    assert_eq!(stored.iter().map(|message| message.seq).collect::<Vec<_>>(), (1..=40).collect::<Vec<_>>());
    for (question, answer) in &asked {
        let at = stored.iter().position(|message| question["message_id"] == *message.id().to_string()).unwrap();
        assert_eq!(question["content"], *stored[at].content);
        assert_eq!(answer["message_id"], *stored[at + 1].id().to_string());
        assert_eq!(stored[at].reply_state, Some(model::ReplyState::Answered));
    }
}
