//! A function in the streaming response mode: the answer goes out while it is made.

use serde_json::json;

use crate::events::{Answer, Request};
use crate::runtime::{Function, stops_with};
use crate::surroundings::Surroundings;
use crate::{AUTH, CODE, MESSAGES, SESSIONS, THREADS, cookies, file};

#[tokio::test]
async fn a_question_is_answered_with_events_and_everything_else_as_ever() {
    let around = Surroundings::start().await;
    let mut environment = around.environment();
    let pairs = cookies(&mut Function::start(AUTH, &environment).await).await;
    let post = |path: &str, body: &serde_json::Value| Request::post(path, body).with_cookies(&pairs);
    let mut sessions = Function::start(SESSIONS, &environment).await;
    let created = Answer::v1(&sessions.answers(post("/sessions", &file(CODE)).v1()).await).json;
    let session = format!("/sessions/{}", created["session"]["session_id"].as_str().unwrap());
    let mut threads = Function::start(THREADS, &environment).await;
    let opened = threads.answers(post(&format!("{session}/threads"), &json!({ "type": "file" })).v1()).await;
    let messages = format!("/threads/{}/messages", Answer::v1(&opened).json["thread"]["thread_id"].as_str().unwrap());

    environment.push(("CODESENSEI_RESPONSE_MODE", "streaming".to_owned()));
    let mut function = Function::start(MESSAGES, &environment).await;
    let question = post(&messages, &json!({ "content": "What can go wrong?" }));
    let (head, body) = function.streams(question.clone().with_header("Accept", "text/event-stream").v1()).await;
    assert_eq!((&head["statusCode"], &head["headers"]["content-type"]), (&json!(200), &json!("text/event-stream")));
    assert!(body.starts_with("event: accepted\n") && body.contains("event: done\n"), "{body}");
    let (head, body) = function.streams(question.v1()).await;
    assert_eq!((&head["statusCode"], &head["headers"]["content-type"]), (&json!(201), &json!("application/json")));
    assert!(serde_json::from_str::<serde_json::Value>(&body).unwrap()["reply"]["content"].is_string());
    let log = function.stops().await;
    let line = log.lines().find(|line| line.contains("POST /threads/{thread_id}/messages 200")).unwrap();
    for pattern in ["AP-40", "AP-42"] {
        assert!(line.contains(pattern), "its line has all that it cost, to the end: {line}");
    }
}

#[tokio::test]
async fn a_mode_that_there_is_not_is_said_so() {
    let mut environment = Surroundings::start().await.environment();
    environment.push(("CODESENSEI_RESPONSE_MODE", "slow".to_owned()));
    let said = stops_with(MESSAGES, &environment).await;
    assert_eq!(said, "CODESENSEI_RESPONSE_MODE must be buffered or streaming");
}
