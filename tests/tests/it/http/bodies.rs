//! Bodies that a route does not accept: each is refused the same way, before any request to the table.

use axum::http::Request;
use serde_json::json;
use tests::TestApp;
use tests::app::{Person, Response};

use crate::http::{CODE, FILENAME, gzip};

/// Every route with a request body.
async fn routes(ada: &Person) -> Vec<(&'static str, String)> {
    let session = ada.creates(FILENAME, CODE).await;
    let thread = ada.opens_thread(&session, 1..=1).await;
    vec![
        ("POST", "/auth/signup".to_owned()),
        ("POST", "/auth/login".to_owned()),
        ("POST", "/sessions".to_owned()),
        ("PUT", session.path.clone()),
        ("POST", format!("{}/threads", session.path)),
        ("POST", thread.messages()),
        ("PUT", "/users/me".to_owned()),
        ("PUT", "/users/me/password".to_owned()),
        ("DELETE", "/users/me".to_owned()),
        ("PATCH", format!("{}/metadata", session.path)),
        ("PUT", thread.path),
    ]
}

#[track_caller]
fn refused(answer: &Response, body: &[u8]) {
    let shown = String::from_utf8_lossy(&body[..body.len().min(60)]).into_owned();
    assert_eq!(answer.bill, [], "{} {shown}", answer.what);
    assert_eq!(
        (answer.status, &answer.json["error"]["code"]),
        (400, &json!("INVALID_INPUT")),
        "{} {shown}",
        answer.what
    );
}

#[tokio::test]
async fn every_route_refuses_bodies_that_are_not_json_objects() {
    let app = TestApp::new().await;
    let ada = app.signs_up("ada").await;
    let deep = format!("{{\"content\":{}1{}}}", "[".repeat(100), "]".repeat(100));
    let bottomless = "[".repeat(60_000);
    for (method, path) in routes(&ada).await {
        for body in [
            &b""[..],
            b" ",
            b"null",
            b"[]",
            b"[{}]",
            b"\"text\"",
            b"7",
            b"true",
            b"{",
            b"{}}",
            b"{\"content\":\"a\"",
            b"{'content':'a'}",
            b"{\"a\":1,\"a\":2}",
            b"{\"content\":\"\\ud800\"}",
            b"{\"content\":\"\xff\"}",
            b"\xef\xbb\xbf{}",
            b"{\"content\":NaN}",
            deep.as_bytes(),
            bottomless.as_bytes(),
        ] {
            let request = Request::builder().method(method).uri(&path);
            refused(&ada.sends_json(request, body.to_vec()).await, body);
        }
    }
}

#[tokio::test]
async fn every_route_names_the_first_missing_field_of_an_object() {
    let app = TestApp::new().await;
    let ada = app.signs_up("ada").await;
    // The last two routes require any one of their fields.
    let first = [
        "name",
        "username",
        "filename",
        "expected_version_number",
        "type",
        "content",
        "name",
        "current_password",
        "password",
    ];
    for ((method, path), field) in routes(&ada).await.into_iter().zip(first) {
        let request = Request::builder().method(method).uri(&path);
        ada.sends_json(request, "{}").await.invalid(field);
    }
}

#[tokio::test]
async fn every_route_refuses_other_content_types_and_encodings() {
    let app = TestApp::new().await;
    let ada = app.signs_up("ada").await;
    let json = br#"{"content":"hi"}"#;
    for (method, path) in routes(&ada).await {
        let request = || Request::builder().method(method).uri(&path);
        let typed = |kind: &str| request().header("content-type", kind);
        let encoded = |encoding: &str| typed("application/json").header("content-encoding", encoding);
        let twice = typed("application/json").header("content-type", "application/json");
        for (request, body) in [
            (request(), json.to_vec()),
            (typed("text/plain"), json.to_vec()),
            (typed("application/x-www-form-urlencoded"), b"content=hi".to_vec()),
            (typed("multipart/form-data; boundary=x"), b"--x--".to_vec()),
            (typed("application/json; charset=utf-16"), json.to_vec()),
            (twice, json.to_vec()),
            (encoded("br"), json.to_vec()),
            (encoded("deflate"), json.to_vec()),
            (encoded("gzip, gzip"), gzip(&gzip(json))),
            (encoded("gzip"), json.to_vec()),
            (typed("application/gzip"), json.to_vec()),
            (typed("application/gzip"), gzip(&gzip(json))),
            (typed("application/gzip"), gzip(b"null")),
            (typed("application/gzip"), gzip(json)[..12].to_vec()),
        ] {
            let answer = ada.sends(request, body.clone()).await;
            refused(&answer, &body);
        }
    }
}

#[tokio::test]
async fn gzipped_json_is_accepted_by_content_type_or_content_encoding() {
    let app = TestApp::new().await;
    let ada = app.signs_up("ada").await;
    let file = json!({ "filename": FILENAME, "code_content": CODE }).to_string();
    let post = || Request::post("/sessions");
    for request in [
        post().header("content-type", "application/gzip"),
        post().header("content-type", "application/json").header("content-encoding", "gzip"),
    ] {
        ada.sends(request, gzip(file.as_bytes())).await.is(201);
    }
}

#[tokio::test]
async fn unknown_fields_are_ignored() {
    let app = TestApp::new().await;
    let ada = app.signs_up("ada").await;
    let file =
        json!({ "filename": FILENAME, "code_content": CODE, "user_id": "bob", "version_number": 9, "et": "user" });
    let created = ada.posts("/sessions", &file).await.is(201);
    assert_eq!(created["session"]["version_number"], 1);
    assert_eq!(ada.gets("/sessions?user_id=bob").await.is(200)["sessions"].as_array().unwrap().len(), 1);
}
