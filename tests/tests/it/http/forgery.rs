//! Requests that another site makes a user's browser send: none of them changes anything.

use axum::body::Body;
use axum::http::request::Builder;
use axum::http::{Method, Request, header};
use handlers::http::cors::CorsPolicy;
use serde_json::json;
use tests::TestApp;
use tests::app::{Person, Response, sign_up};

use crate::http::{CODE, FILENAME};

/// Every route that changes something, with existing ids.
async fn changing(app: &TestApp) -> (Person, Vec<(Method, String)>) {
    let ada = app.signs_up("ada").await;
    let session = ada.creates(FILENAME, CODE).await;
    let thread = ada.opens_thread(&session, 33..=35).await;
    let routes = vec![
        (Method::POST, "/auth/signup".to_owned()),
        (Method::POST, "/auth/login".to_owned()),
        (Method::POST, "/sessions".to_owned()),
        (Method::PUT, session.path.clone()),
        (Method::POST, format!("{}/threads", session.path)),
        (Method::POST, thread.messages()),
        (Method::POST, "/ai/analyze".to_owned()),
    ];
    (ada, routes)
}

fn request((method, path): &(Method, String)) -> Builder {
    Request::builder().method(method).uri(path)
}

fn assert_no_cors_headers(answer: &Response) {
    for name in ["access-control-allow-origin", "access-control-allow-credentials"] {
        assert_eq!(answer.headers.get(name), None, "{}: {name}", answer.what);
    }
}

const STRANGERS: [&str; 8] = [
    "https://evil.example",
    "http://localhost:5174",
    "https://localhost:5173",
    "http://localhost:5173.evil.example",
    "http://127.0.0.1:5173",
    "http://LOCALHOST:5173",
    "null",
    "",
];

#[tokio::test]
async fn a_cross_site_request_is_refused_and_its_page_cannot_read_the_answer() {
    let app = TestApp::new().await;
    let (ada, routes) = changing(&app).await;
    let before = app.table().raw().items().await;
    for route in &routes {
        for origin in STRANGERS {
            let answer = ada.sends_json(request(route).header(header::ORIGIN, origin), "{}").await;
            assert_no_cors_headers(&answer);
            assert_eq!(answer.bill, [], "{}", answer.what);
            let error = answer.refused(403, "FORBIDDEN");
            assert_eq!(error["message"], "This page may not send requests here.");
        }
    }
    assert!(app.table().raw().items().await == before, "something was written");
}

#[tokio::test]
async fn our_origins_the_same_origin_and_no_origin_may_send_requests() {
    let app = TestApp::new().await;
    let body = || json!({ "filename": FILENAME, "code_content": CODE }).to_string();
    let ada = app.signs_up("ada").await;
    for origin in ["http://localhost:5173", "http://localhost:3000"] {
        let answer = ada.sends_json(Request::post("/sessions").header(header::ORIGIN, origin), body()).await;
        assert_eq!(answer.headers["access-control-allow-origin"], origin);
        assert_eq!(answer.headers["access-control-allow-credentials"], "true");
        answer.is(201);
    }
    for host in ["api.example.com", "localhost:8080"] {
        let request = Request::post("/sessions").header(header::HOST, host);
        let own = request.header(header::ORIGIN, format!("https://{host}"));
        ada.sends_json(own, body()).await.is(201);
    }
    ada.sends_json(Request::post("/sessions"), body()).await.is(201);
}

#[tokio::test]
async fn every_changing_route_refuses_bodies_that_a_form_could_send() {
    let app = TestApp::new().await;
    let (ada, routes) = changing(&app).await;
    let before = app.table().raw().items().await;
    for route in &routes {
        for form in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/json"]
        {
            let sent = request(route).header(header::CONTENT_TYPE, form);
            ada.sends(sent, sign_up("bob").to_string()).await.refused(400, "INVALID_INPUT");
        }
        ada.sends(request(route), sign_up("bob").to_string()).await.refused(400, "INVALID_INPUT");
    }
    assert!(app.table().raw().items().await == before, "something was written");
}

#[tokio::test]
async fn any_origin_may_send_reads_but_only_ours_may_see_the_answer() {
    let app = TestApp::new().await;
    let ada = app.signs_up("ada").await;
    for origin in STRANGERS {
        for path in ["/health", "/sessions"] {
            let answer = ada.sends(Request::get(path).header(header::ORIGIN, origin), Body::empty()).await;
            assert_no_cors_headers(&answer);
            answer.is(200);
        }
    }
}

#[tokio::test]
async fn preflights_are_answered_and_allow_only_our_pages() {
    let app = TestApp::new().await;
    let (ada, routes) = changing(&app).await;
    for (_, path) in &routes {
        for (origin, allowed) in [("http://localhost:5173", true), ("https://evil.example", false)] {
            let preflight = Request::builder()
                .method(Method::OPTIONS)
                .uri(path)
                .header(header::ORIGIN, origin)
                .header(header::ACCESS_CONTROL_REQUEST_METHOD, "POST")
                .header(header::ACCESS_CONTROL_REQUEST_HEADERS, "content-type");
            let answer = ada.sends(preflight, Body::empty()).await;
            assert_eq!((answer.status, answer.body.len()), (200, 0));
            if allowed {
                assert_eq!(answer.headers["access-control-allow-origin"], origin);
                assert_eq!(answer.headers["access-control-allow-credentials"], "true");
            } else {
                assert_no_cors_headers(&answer);
            }
        }
    }
}

#[tokio::test]
async fn a_deployment_allows_its_own_page_and_not_the_developers() {
    let page = "https://app.codesensei.com";
    let app = TestApp::with(|app| app.cors = CorsPolicy::production(page).unwrap()).await;
    let ada = app.signs_up("ada").await;
    for (path, status) in [("/sessions", 200), ("/sessions/x", 404), ("/nowhere", 404)] {
        let answer = ada.sends(Request::get(path).header(header::ORIGIN, page), Body::empty()).await;
        assert_eq!(answer.headers["access-control-allow-origin"], page);
        assert_eq!(answer.headers["vary"].to_str().unwrap().split(',').next(), Some("origin"));
        assert_eq!(answer.status, status);
        let answer = ada.sends(Request::get(path).header(header::ORIGIN, "http://localhost:5173"), Body::empty()).await;
        assert_no_cors_headers(&answer);
    }
    let developers = Request::post("/sessions").header(header::ORIGIN, "http://localhost:3000");
    ada.sends_json(developers, "{}").await.refused(403, "FORBIDDEN");
    let ours = Request::post("/sessions").header(header::ORIGIN, page);
    let answer = ada.sends_json(ours, "{}").await;
    assert_eq!(answer.headers["access-control-allow-origin"], page, "on errors too");
    answer.invalid("filename");
}
