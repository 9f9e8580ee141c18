//! Options that shorten or slow down the product for tests: short access tokens and slow answers.

use std::time::Duration;

use reqwest::{Client, Response, StatusCode, header};
use serde_json::{Value, json};

use crate::process::{Server, codesensei};

async fn start_server(arguments: &[&str]) -> Server {
    Server::run(codesensei(&[&["--port", "0", "--store", "memory"], arguments].concat())).await
}

/// Sends a request of the signed-in user.
async fn post(server: &Server, cookies: &str, path: &str, body: &Value, accept: &str) -> Response {
    let request = Client::new().post(format!("{}/api{path}", server.url)).header(header::COOKIE, cookies);
    request.header(header::ACCEPT, accept).json(body).send().await.unwrap()
}

#[tokio::test]
async fn an_access_token_with_a_short_lifetime_expires_and_is_refreshed() {
    let server = start_server(&["--access-token-lifetime", "1"]).await;
    let cookies = server.sign_in().await;
    let reads = async |cookies: &str| {
        let request = Client::new().get(format!("{}/users/me", server.url)).header(header::COOKIE, cookies);
        let answer = request.send().await.unwrap();
        (answer.status(), answer.json::<Value>().await.unwrap())
    };
    assert_eq!(reads(&cookies).await.0, StatusCode::OK);
    // An expired token is accepted for five more seconds.
    tokio::time::sleep(Duration::from_secs(7)).await;
    let (status, error) = reads(&cookies).await;
    assert_eq!((status, &error["error"]["code"]), (StatusCode::UNAUTHORIZED, &json!("TOKEN_EXPIRED")));
    let refreshed = post(&server, &cookies, "/auth/refresh", &json!({}), "*/*").await;
    assert_eq!(refreshed.status(), StatusCode::OK);
    let access = refreshed.headers().get_all(header::SET_COOKIE).iter().map(|cookie| cookie.to_str().unwrap());
    let access = access.into_iter().find(|cookie| cookie.starts_with("access_token=")).unwrap();
    assert_eq!(reads(access.split(';').next().unwrap()).await.0, StatusCode::OK);
}

/// Asks a question about a new file. Returns the path of the question, and the stream of its answer.
async fn ask(server: &Server, cookies: &str) -> (String, Response) {
    let file = json!({ "filename": "mean.py", "code_content": "def mean(values):\n    if values == None:\n        return 0\n" });
    let created: Value = post(server, cookies, "/sessions", &file, "*/*").await.json().await.unwrap();
    let session = created["session"]["session_id"].as_str().unwrap();
    let threads = format!("/sessions/{session}/threads");
    let opened: Value = post(server, cookies, &threads, &json!({ "type": "file" }), "*/*").await.json().await.unwrap();
    let thread = opened["thread"]["thread_id"].as_str().unwrap();
    let messages = format!("/threads/{thread}/messages");
    let question = json!({ "content": "What can go wrong here?" });
    let stream = post(server, cookies, &messages, &question, "text/event-stream").await;
    assert_eq!(stream.status(), StatusCode::OK);
    (format!("{messages}/{thread}.1"), stream)
}

#[tokio::test]
async fn a_slow_answer_is_streamed_and_can_be_cancelled() {
    let server = start_server(&["--reviewer-pace", "50"]).await;
    let cookies = server.sign_in().await;
    let (question, mut stream) = ask(&server, &cookies).await;
    let mut seen = String::new();
    while !seen.contains("event: delta") {
        seen += &String::from_utf8_lossy(&stream.chunk().await.unwrap().expect("more of the stream"));
    }
    assert!(!seen.contains("event: done"), "{seen}");
    let stopped = post(&server, &cookies, &format!("{question}/cancel"), &json!({}), "*/*").await;
    assert_eq!(stopped.json::<Value>().await.unwrap()["message"]["reply_state"], "cancelled");
    while let Some(bytes) = stream.chunk().await.unwrap() {
        seen += &String::from_utf8_lossy(&bytes);
    }
    assert!(seen.contains("\"cancelled\"") && !seen.contains("event: patch"), "{seen}");
}

#[tokio::test]
async fn an_answer_without_a_pace_ends_long_before_a_slow_one() {
    let (slow, quick) = (start_server(&["--reviewer-pace", "500"]).await, start_server(&[]).await);
    let (_, slow_stream) = ask(&slow, &slow.sign_in().await).await;
    let quick_answer = async {
        let (_, stream) = ask(&quick, &quick.sign_in().await).await;
        stream.text().await.unwrap()
    };
    // The model of the slow answer sends about ninety events, so it takes at least forty seconds.
    let seen = tokio::select! {
        seen = quick_answer => seen,
        slow = slow_stream.text() => panic!("the slow answer ended first: {slow:?}"),
    };
    assert!(seen.contains("event: done"), "{seen}");
}
