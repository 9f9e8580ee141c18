//! Access: every protected route requires a valid token, and shows neither another user's resources nor absent ones.

use std::collections::BTreeSet;
use std::time::Duration;

use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};
use tests::TestApp;
use tests::app::contract::{Operation, operations};
use tests::app::{Person, Response, Session, Thread};

use crate::http::{CODE, FILENAME, user};

/// Asserts that the answers are those of all selected operations and of no other.
#[track_caller]
fn assert_covers_operations(answers: &[Response], session: &str, thread: &str, asked: impl Fn(&&Operation) -> bool) {
    let address = |operation: &Operation| {
        let path = operation.path.replace("/sessions/{id}", session).replace("/threads/{thread_id}", thread);
        let path = path.replace("{message_id}", &answer_in(thread));
        format!("{} {path}", operation.method)
    };
    let all: BTreeSet<String> = operations().iter().filter(asked).map(address).collect();
    let got = answers.iter().map(|answer| answer.what.split('?').next().unwrap_or_default().to_owned());
    assert_eq!(got.collect::<BTreeSet<_>>(), all);
}

/// The id of the answer to the first question in a thread.
fn answer_in(thread: &str) -> String {
    format!("{}.2", thread.trim_start_matches("/threads/"))
}

/// Every protected request for this session and this thread.
async fn all_requests(person: &Person, session: &str, thread: &str) -> Vec<Response> {
    let threads = format!("{session}/threads");
    let messages = format!("{thread}/messages");
    let block = json!({ "type": "block", "start_line": 1, "end_line": 1, "selected_text": "x" });
    let mut answers = vec![
        person.gets(session).await,
        person.gets(&threads).await,
        person.gets(thread).await,
        person.gets(&messages).await,
        person.gets(&format!("{messages}?order=desc")).await,
        person.gets(&format!("{messages}/{}", answer_in(thread))).await,
        person.posts(&threads, &block).await,
        person.posts(&messages, &json!({ "content": "why?" })).await,
        person.posts(&messages, &json!({ "content": "note", "ask": false })).await,
        person.patches(&format!("{session}/metadata"), &json!({ "filename": "mine.py" })).await,
        person.patches(&format!("{session}/metadata"), &json!({ "language_override": null })).await,
        person.puts(thread, &json!({ "start_line": 1, "end_line": 1 })).await,
        person.puts(thread, &json!({ "type": "file" })).await,
        person
            .posts(&format!("{messages}/{}/apply", answer_in(thread)), &json!({ "expected_version_number": 1 }))
            .await,
        person.posts(&format!("{messages}/{}/cancel", answer_in(thread)), &json!({})).await,
        person.posts(&format!("{messages}/{}/retry", answer_in(thread)), &json!({})).await,
        person.deletes(thread).await,
        person.deletes(session).await,
    ];
    for version in [1, 2] {
        let save = json!({ "expected_version_number": version, "code_content": "mine now" });
        answers.push(person.puts(session, &save).await);
        let save = json!({ "expected_version_number": version, "language_override": "Go" });
        answers.push(person.puts(session, &save).await);
    }
    assert_covers_operations(&answers, session, thread, |operation| {
        operation.path.contains('{') && !operation.path.starts_with("/users")
    });
    answers
}

async fn scene(app: &TestApp) -> (Person, Session, Thread) {
    let ada = app.signs_up("ada").await;
    let session = ada.creates(FILENAME, CODE).await;
    let thread = ada.opens_thread(&session, 33..=35).await;
    ada.asks(&thread, "Is this comparison right?").await;
    (ada, session, thread)
}

#[tokio::test]
async fn every_protected_route_requires_a_token() {
    let app = TestApp::new().await;
    let (_, session, thread) = scene(&app).await;
    let stranger = app.stranger();
    let mut answers = all_requests(&stranger, &session.path, &thread.path).await;
    answers.push(stranger.gets("/sessions").await);
    let file = json!({ "filename": FILENAME, "code_content": CODE });
    answers.push(stranger.posts("/sessions", &file).await);
    answers.push(stranger.gets("/users/me").await);
    answers.push(stranger.puts("/users/me", &json!({ "name": "Ada" })).await);
    answers.push(stranger.puts("/users/me/password", &json!({})).await);
    answers.push(stranger.deletes_with("/users/me", &json!({})).await);
    answers.push(stranger.gets("/users/me/usage").await);
    answers.push(stranger.gets("/users/me/devices").await);
    answers.push(stranger.deletes("/users/me/devices/{device_id}").await);
    answers.push(stranger.posts("/ai/analyze", &json!({})).await);
    assert_covers_operations(&answers, &session.path, &thread.path, |operation| operation.is_protected);
    for answer in answers {
        assert_eq!(answer.bill, [], "{}", answer.what);
        answer.refused(401, "UNAUTHORIZED");
    }
}

#[tokio::test]
async fn tokens_that_are_not_our_access_tokens_are_unauthorized() {
    let app = TestApp::new().await;
    let ada = app.signs_up("ada").await;
    let good = ada.cookie("access_token").unwrap();
    let refresh = ada.cookie("refresh_token").unwrap();
    let elsewhere = TestApp::with_other_keys().await.signs_up("ada").await.cookie("access_token").unwrap();
    let [header, claims, signature] = good.split('.').collect::<Vec<_>>()[..] else { panic!("three parts") };
    let [_, other_claims, _] = elsewhere.split('.').collect::<Vec<_>>()[..] else { panic!("three parts") };
    // {"alg":"none","typ":"at+jwt"}
    let none = "eyJhbGciOiJub25lIiwidHlwIjoiYXQrand0In0";
    for bad in [
        "x",
        "..",
        &refresh,
        &elsewhere,
        &format!("{header}.{claims}."),
        &format!("{none}.{claims}."),
        &format!("{none}.{claims}.{signature}"),
        &format!("{header}.{other_claims}.{signature}"),
        &"a".repeat(9_000),
    ] {
        ada.with_cookie("access_token", Some(bad));
        ada.gets("/sessions").await.refused(401, "UNAUTHORIZED");
    }
    ada.with_cookie("access_token", Some(&good));
    ada.gets("/sessions").await.is(200);
}

#[tokio::test]
async fn an_access_token_expires_after_fifteen_minutes() {
    let app = TestApp::new().await;
    let ada = app.signs_up("ada").await;
    app.advance(Duration::from_secs(15 * 60 - 1));
    ada.gets("/sessions").await.is(200);
    // Five seconds are tolerated for clocks that differ.
    app.advance(Duration::from_secs(1 + 5));
    ada.gets("/sessions").await.refused(401, "TOKEN_EXPIRED");
    let again = app.signs_in("ada").await;
    again.gets("/sessions").await.is(200);
}

#[tokio::test]
async fn another_users_resources_are_forbidden_and_neither_shown_nor_changed() {
    let app = TestApp::new().await;
    let (ada, session, thread) = scene(&app).await;
    let bob = app.signs_up("bob").await;
    let before = app.table().raw().items().await;
    let forbidden = json!({ "error": { "code": "FORBIDDEN", "message": "You do not have access to this." } });
    for answer in all_requests(&bob, &session.path, &thread.path).await {
        let what = answer.what.clone();
        assert_eq!(answer.is(403), forbidden, "{what}");
    }
    assert!(app.table().raw().items().await == before, "something was written");
    assert_eq!(app.bedrock().seen().len(), 1, "the model was asked");
    assert_eq!(bob.gets("/sessions").await.is(200), json!({ "sessions": [] }));
    assert!(ada.opens(&session).await.code == CODE);
}

#[tokio::test]
async fn an_absent_thread_in_another_users_session_is_404_on_every_route() {
    let app = TestApp::new().await;
    let (ada, session, thread) = scene(&app).await;
    let bob = app.signs_up("bob").await;
    ada.deletes(&thread.path).await.is(200);
    for answer in all_requests(&bob, &session.path, &thread.path).await {
        if answer.what.contains(" /threads/") {
            answer.refused(404, "THREAD_NOT_FOUND");
        } else {
            answer.refused(403, "FORBIDDEN");
        }
    }
}

#[tokio::test]
async fn absent_resources_return_404() {
    let app = TestApp::new().await;
    let (ada, session, thread) = scene(&app).await;
    let absent = "019b3c5a-7d2e-7c3a-8f00-0123456789ab";
    let session_absent = format!("/sessions/{absent}");
    let thread_absent = format!("/threads/{absent}.{absent}");
    for answer in all_requests(&ada, &session_absent, &thread_absent).await {
        let code = if answer.what.contains("/threads/") { "THREAD_NOT_FOUND" } else { "SESSION_NOT_FOUND" };
        answer.refused(404, code);
    }
    // A thread of an existing session, and a thread of another session.
    let other = ada.creates(FILENAME, CODE).await;
    let uuid = thread.id.split('.').nth(1).unwrap();
    for path in [format!("/threads/{}.{absent}", session.id), format!("/threads/{}.{uuid}", other.id)] {
        ada.gets(&path).await.refused(404, "THREAD_NOT_FOUND");
        ada.gets(&format!("{path}/messages")).await.refused(404, "THREAD_NOT_FOUND");
        let question = json!({ "content": "why?" });
        ada.posts(&format!("{path}/messages"), &question).await.refused(404, "THREAD_NOT_FOUND");
        ada.puts(&path, &json!({ "start_line": 1 })).await.refused(404, "THREAD_NOT_FOUND");
        ada.deletes(&path).await.refused(404, "THREAD_NOT_FOUND");
    }
}

#[tokio::test]
async fn malformed_ids_return_404_like_unknown_ids() {
    let app = TestApp::new().await;
    let (ada, session, thread) = scene(&app).await;
    let upper = session.id.to_uppercase();
    let spaced = format!("%20{}", session.id);
    let long = "a".repeat(10_000);
    for garbage in ["0", "..%2f", "%00", "%23PROFILE", "undefined", "NaN", &upper, &spaced, &long, &thread.id] {
        for answer in all_requests(&ada, &format!("/sessions/{garbage}"), &format!("/threads/{garbage}x")).await {
            let code = if answer.what.contains("/threads/") { "THREAD_NOT_FOUND" } else { "SESSION_NOT_FOUND" };
            assert_eq!(answer.bill, [], "{}", answer.what);
            answer.refused(404, code);
        }
    }
    ada.gets("/sessions/%ff").await.invalid("id");
    ada.gets("/threads/%ff").await.invalid("thread_id");
}

#[tokio::test]
async fn unknown_paths_and_methods_return_an_error_envelope() {
    let app = TestApp::new().await;
    let ada = app.signs_up("ada").await;
    for path in ["/", "/session", "/sessions/", "//sessions", "/threads", "/auth", "/admin", "/sessions/x/y"] {
        ada.gets(path).await.refused(404, "NOT_FOUND");
    }
    for (method, path) in [
        ("DELETE", "/sessions"),
        ("PATCH", "/auth/login"),
        ("GET", "/auth/signup"),
        ("GET", "/auth/refresh"),
        ("DELETE", "/auth/logout"),
        ("POST", "/users/me"),
        ("GET", "/users/me/password"),
        ("TRACE", "/health"),
    ] {
        let request = Request::builder().method(method).uri(path);
        ada.sends(request, Body::empty()).await.refused(405, "METHOD_NOT_ALLOWED");
    }
}

#[tokio::test]
async fn a_deleted_account_cannot_create_anything_with_its_valid_token() {
    let app = TestApp::new().await;
    let ada = app.signs_up("ada").await;
    let deleted = user(&app, "ada").await;
    app.table().delete_account(&deleted).await;
    let file = json!({ "filename": FILENAME, "code_content": CODE });
    ada.posts("/sessions", &file).await.refused(401, "UNAUTHORIZED");
    assert_eq!(ada.gets("/sessions").await.is(200)["sessions"], Value::from(Vec::<Value>::new()));
    app.table().sweep_due_jobs().await;
    assert_eq!(app.table().raw().outline().await, []);
}
