//! Functions in the streaming response mode.

use serde_json::{Value, json};

use crate::events::Request;
use crate::runtime::{Function, MOST};
use crate::surroundings::Surroundings;
use crate::{AUTH, CODE, MESSAGES, SESSIONS, THREADS, cookies, file, gunzip, gzip};

/// A new thread: the function for messages, the cookies, and the path of its messages.
async fn thread(around: &Surroundings) -> (Function, Vec<String>, String) {
    let environment = around.environment();
    let pairs = cookies(&mut Function::start(AUTH, &environment).await).await;
    let post = |path: &str, body: &Value| Request::post(path, body).with_cookies(&pairs);
    let mut sessions = Function::start(SESSIONS, &environment).await;
    let created = sessions.calls(1, &post("/sessions", &file(CODE))).await.json;
    let session = format!("/sessions/{}", created["session"]["session_id"].as_str().unwrap());
    let mut threads = Function::start(THREADS, &environment).await;
    let opened = threads.calls(1, &post(&format!("{session}/threads"), &json!({ "type": "file" }))).await.json;
    let messages = format!("/threads/{}/messages", opened["thread"]["thread_id"].as_str().unwrap());
    (Function::start(MESSAGES, &environment).await, pairs, messages)
}

fn question(pairs: &[String], messages: &str) -> Request {
    Request::post(messages, &json!({ "content": "What can go wrong?" })).with_cookies(pairs)
}

#[tokio::test]
async fn only_requested_responses_are_event_streams() {
    let around = Surroundings::start().await;
    let (mut function, pairs, messages) = thread(&around).await;
    let question = question(&pairs, &messages);
    let (head, body) = function.streams(question.clone().with_header("Accept", "text/event-stream").v1()).await;
    assert_eq!((&head["statusCode"], &head["headers"]["content-type"]), (&json!(200), &json!("text/event-stream")));
    let body = String::from_utf8(body).unwrap();
    assert!(body.starts_with("event: accepted\n") && body.contains("event: done\n"), "{body}");
    let (head, body) = function.streams(question.v1()).await;
    assert_eq!((&head["statusCode"], &head["headers"]["content-type"]), (&json!(201), &json!("application/json")));
    assert!(serde_json::from_slice::<Value>(&body).unwrap()["reply"]["content"].is_string());
    let log = function.stops().await;
    let line = log.lines().find(|line| line.contains("POST /threads/{thread_id}/messages 200")).unwrap();
    for pattern in ["AP-40", "AP-42"] {
        assert!(line.contains(pattern), "its line has all that it cost, to the end: {line}");
    }
}

#[tokio::test]
async fn the_log_line_is_written_before_the_response_ends() {
    let around = Surroundings::start().await;
    let (mut function, pairs, messages) = thread(&around).await;
    let streamed = question(&pairs, &messages).with_header("Accept", "text/event-stream");
    for (nth, request) in [(2, streamed.clone()), (3, question(&pairs, &messages)), (4, streamed)] {
        function.streams(request.v1()).await;
        let log = function.freezes_at(nth).await;
        let requests = log.lines().filter(|line| line.contains("\"AP-") || line.contains("table_calls")).count();
        let metrics = log.lines().filter(|line| line.contains("CloudWatchMetrics")).count();
        assert_eq!((requests, metrics), (nth as usize - 1, nth as usize - 1), "{log}");
        function.thaws().await;
    }
}

/// A file of the maximum size, which exceeds a buffered response.
fn largest() -> String {
    let line = "{\"a\": \"\\\"b\\\"\", \"c\": [1, 2, 3]}\n";
    line.repeat(5 * 1_024 * 1_024 / line.len())
}

#[tokio::test]
async fn the_largest_file_fits_the_quotas_of_lambda() {
    let around = Surroundings::start().await;
    let pairs = cookies(&mut Function::start(AUTH, &around.environment()).await).await;
    let mut sessions = Function::start(SESSIONS, &around.environment()).await;
    let code = largest();
    let body = json!({ "filename": "large.json", "code_content": code }).to_string();
    assert!(body.len() > MOST, "as plain JSON it would not arrive");
    let create = Request::binary("/sessions", "application/gzip", &gzip(body.as_bytes())).with_cookies(&pairs);
    let created = sessions.calls(1, &create).await;
    assert_eq!(created.status, 201, "{}", created.json);
    let path = format!("/sessions/{}", created.json["session"]["session_id"].as_str().unwrap());
    let plain = sessions.calls(1, &Request::get(&path).with_cookies(&pairs)).await;
    assert!(plain.body.len() > MOST && plain.json["session"]["code_content"] == code);
    let packed = Request::get(&path).with_cookies(&pairs).with_header("Accept-Encoding", "gzip");
    let packed: Value = serde_json::from_slice(&gunzip(&sessions.calls(1, &packed).await.body)).unwrap();
    assert!(packed["session"]["code_content"] == code);
    let save = json!({ "expected_version_number": 9, "code_content": "x = 1" });
    let save = Request::post(&path, &save).with_method("PUT").with_cookies(&pairs);
    let refused = sessions.calls(1, &save).await;
    assert_eq!(refused.status, 409);
    assert!(refused.json["error"]["current_code"] == code, "a conflict shows all of it too");
}
