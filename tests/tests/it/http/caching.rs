//! Unchanged resources are not sent again: `ETag` and `If-None-Match`.

use axum::body::Body;
use axum::http::{Request, header};
use serde_json::json;
use tests::TestApp;
use tests::app::{Person, Response};
use tests::texts::{FIVE_MIB, noise};

use crate::http::{CODE, FILENAME};

async fn asks_again(person: &Person, path: &str, tag: &str) -> Response {
    person.sends(Request::get(path).header(header::IF_NONE_MATCH, tag), Body::empty()).await
}

fn tag(answer: &Response) -> String {
    answer.headers[header::ETAG].to_str().unwrap().to_owned()
}

#[tokio::test]
async fn an_unchanged_session_costs_only_a_read_of_its_head() {
    let app = TestApp::new().await;
    let ada = app.signs_up("ada").await;
    let session = ada.creates(FILENAME, &noise(FIVE_MIB, 1)).await;
    let opened = ada.gets(&session.path).await;
    assert_eq!(opened.headers[header::CACHE_CONTROL], "private, no-cache");
    let again = asks_again(&ada, &session.path, &tag(&opened)).await;
    assert_eq!((again.status, again.body.len()), (304, 0));
    assert_eq!(
        (tag(&again), &again.headers[header::CACHE_CONTROL]),
        (tag(&opened), &"private, no-cache".parse().unwrap())
    );
    let cost: Vec<_> = again.bill.iter().map(|call| (call.pattern.id, call.requests, call.rcu, call.wcu)).collect();
    assert_eq!(cost, [("AP-23", 1, 1.0, 0.0)]);
    let weak = asks_again(&ada, &session.path, &format!("\"other\", W/{}", tag(&opened))).await;
    assert_eq!(weak.status, 304);
}

#[tokio::test]
async fn tags_of_a_session_with_and_without_threads_differ() {
    let app = TestApp::new().await;
    let ada = app.signs_up("ada").await;
    let session = ada.creates(FILENAME, CODE).await;
    let with_threads = format!("{}?include=threads", session.path);
    let (alone, together) = (tag(&ada.gets(&session.path).await), tag(&ada.gets(&with_threads).await));
    assert_ne!(alone, together);
    assert_eq!(asks_again(&ada, &with_threads, &alone).await.status, 200);
    assert_eq!(asks_again(&ada, &session.path, &together).await.status, 200);
}

#[tokio::test]
async fn every_change_of_a_session_or_its_threads_changes_the_tag() {
    let app = TestApp::new().await;
    let ada = app.signs_up("ada").await;
    let session = ada.creates(FILENAME, CODE).await;
    let mut known = tag(&ada.gets(&session.path).await);
    let mut has_changed = async || {
        let answer = asks_again(&ada, &session.path, &known).await;
        assert_eq!(answer.status, 200);
        let new = tag(&answer);
        assert_ne!(new, known);
        assert_eq!(asks_again(&ada, &session.path, &new).await.status, 304);
        known = new;
    };
    ada.saves(&session, 1, "# other\n").await.is(200);
    has_changed().await;
    ada.patches(&format!("{}/metadata", session.path), &json!({ "filename": "other.py" })).await.is(200);
    has_changed().await;
    let thread = ada.opens_thread(&session, 1..=1).await;
    has_changed().await;
    ada.deletes(&thread.path).await.is(200);
    has_changed().await;
}

#[tokio::test]
async fn a_tag_gives_no_access_to_another_users_or_a_deleted_session() {
    let app = TestApp::new().await;
    let (ada, eve) = (app.signs_up("ada").await, app.signs_up("eve").await);
    let session = ada.creates(FILENAME, CODE).await;
    let known = tag(&ada.gets(&session.path).await);
    for asked in [&*known, "*"] {
        asks_again(&eve, &session.path, asked).await.refused(403, "FORBIDDEN");
    }
    ada.deletes(&session.path).await.is(200);
    asks_again(&ada, &session.path, &known).await.refused(404, "SESSION_NOT_FOUND");
}

#[tokio::test]
async fn only_the_openapi_document_may_be_cached() {
    let app = TestApp::new().await;
    let stranger = app.stranger();
    let document = stranger.gets("/openapi.json").await;
    assert_eq!(document.headers[header::CACHE_CONTROL], "public, max-age=300");
    let again = asks_again(&stranger, "/openapi.json", &tag(&document)).await;
    assert_eq!((again.status, again.body.len(), tag(&again)), (304, 0, tag(&document)));
    for path in ["/health", "/users/me", "/sessions", "/nowhere"] {
        assert_eq!(stranger.gets(path).await.headers[header::CACHE_CONTROL], "no-store", "{path}");
    }
}

#[tokio::test]
async fn cors_allows_the_headers_of_caching_and_retrying() {
    let app = TestApp::new().await;
    let from =
        |method: &str| Request::builder().method(method).uri("/health").header(header::ORIGIN, "http://localhost:5173");
    let preflight = from("OPTIONS").header(header::ACCESS_CONTROL_REQUEST_METHOD, "GET");
    let allowed = app.stranger().sends(preflight, Body::empty()).await;
    let allowed = allowed.headers[header::ACCESS_CONTROL_ALLOW_HEADERS].to_str().unwrap().to_owned();
    assert!(allowed.split(',').any(|name| name == "if-none-match"), "{allowed}");
    let exposed = app.stranger().sends(from("GET"), Body::empty()).await;
    assert_eq!(exposed.headers[header::ACCESS_CONTROL_EXPOSE_HEADERS], "etag,retry-after,x-trace-id");
}
