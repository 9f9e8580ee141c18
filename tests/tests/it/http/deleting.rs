//! Deleting over HTTP: out of reach for the owner at once, and removed completely despite concurrent requests.

use std::time::Duration;

use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};
use tests::app::{Person, Response, Session, Thread};
use tests::texts::noise;
use tests::{TestApp, concurrently};

use crate::http::{CODE, FILENAME, user};

/// Enough noise for two chunks.
const CHUNKED: usize = 500_000;

/// The keys of all items.
async fn keys(app: &TestApp) -> Vec<(String, String)> {
    let outline = app.table().raw().outline().await;
    let mut keys: Vec<_> = outline.iter().map(|item| (item.pk().to_owned(), item.sk().to_owned())).collect();
    keys.sort();
    keys
}

#[tokio::test]
async fn a_deleted_session_returns_404_and_frees_its_slot() {
    let app = TestApp::new().await;
    let ada = app.signs_up("ada").await;
    let kept = ada.creates(FILENAME, CODE).await;
    let neighbour = ada.opens_thread(&kept, 1..=1).await;
    ada.asks(&neighbour, "why?").await;
    let before = keys(&app).await;
    let session = ada.creates(FILENAME, &noise(CHUNKED, 1)).await;
    let thread = ada.opens_thread(&session, 1..=1).await;
    ada.asks(&thread, "why?").await;
    assert_eq!(user(&app, "ada").await.session_count, 2);
    assert_eq!(ada.deletes(&session.path).await.is(200), json!({ "success": true }));
    assert_eq!(keys(&app).await, before, "no item is left");
    assert_eq!(user(&app, "ada").await.session_count, 1);
    ada.deletes(&session.path).await.refused(404, "SESSION_NOT_FOUND");
    ada.gets(&session.path).await.refused(404, "SESSION_NOT_FOUND");
    ada.saves(&session, 1, "back").await.refused(404, "SESSION_NOT_FOUND");
    let rename = json!({ "filename": "back.py" });
    ada.patches(&format!("{}/metadata", session.path), &rename).await.refused(404, "SESSION_NOT_FOUND");
    ada.gets(&format!("{}/threads", session.path)).await.refused(404, "SESSION_NOT_FOUND");
    ada.posts(&format!("{}/threads", session.path), &json!({ "type": "file" })).await.refused(404, "SESSION_NOT_FOUND");
    ada.puts(&thread.path, &json!({ "start_line": 1 })).await.refused(404, "THREAD_NOT_FOUND");
    ada.posts(&thread.messages(), &json!({ "content": "back" })).await.refused(404, "THREAD_NOT_FOUND");
    ada.deletes(&thread.path).await.refused(404, "THREAD_NOT_FOUND");
    assert_eq!(keys(&app).await, before);
    assert_eq!(user(&app, "ada").await.session_count, 1, "a second delete gives no second slot back");
    assert_eq!(ada.gets("/sessions").await.is(200)["sessions"].as_array().unwrap().len(), 1);
    assert!(ada.opens(&kept).await.code == CODE);
}

#[tokio::test]
async fn a_deleted_thread_returns_404_and_frees_its_slot() {
    let app = TestApp::new().await;
    let ada = app.signs_up("ada").await;
    let session = ada.creates(FILENAME, CODE).await;
    let kept = ada.opens_thread(&session, 1..=1).await;
    ada.asks(&kept, "why?").await;
    let before = keys(&app).await;
    let thread = ada.opens_thread(&session, 33..=35).await;
    ada.asks(&thread, "why?").await;
    ada.notes(&thread, "thanks").await;
    assert_eq!(ada.deletes(&thread.path).await.is(200), json!({ "success": true }));
    assert_eq!(keys(&app).await, before, "no item is left");
    ada.deletes(&thread.path).await.refused(404, "THREAD_NOT_FOUND");
    ada.gets(&thread.path).await.refused(404, "THREAD_NOT_FOUND");
    ada.gets(&thread.messages()).await.refused(404, "THREAD_NOT_FOUND");
    ada.puts(&thread.path, &json!({ "start_line": 1 })).await.refused(404, "THREAD_NOT_FOUND");
    for ask in [true, false] {
        let message = json!({ "content": "back", "ask": ask });
        ada.posts(&thread.messages(), &message).await.refused(404, "THREAD_NOT_FOUND");
    }
    assert_eq!(keys(&app).await, before);
    assert_eq!(ada.opens(&session).await.json["thread_count"], 1);
    let saved = ada.saves(&session, 1, &format!("# new\n{CODE}")).await.is(200);
    assert_eq!(saved["threads"].as_array().unwrap().len(), 1);
    assert_eq!(ada.gets(&kept.messages()).await.is(200)["messages"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn a_delete_at_the_cap_makes_room_for_one_more() {
    let app = TestApp::new().await;
    let ada = app.signs_up("ada").await;
    let session = ada.creates(FILENAME, CODE).await;
    let mut threads = Vec::new();
    for _ in 0..50 {
        threads.push(ada.opens_thread(&session, 1..=1).await);
    }
    let (path, whole) = (format!("{}/threads", session.path), json!({ "type": "file" }));
    ada.posts(&path, &whole).await.refused(409, "THREAD_LIMIT_EXCEEDED");
    ada.deletes(&threads[7].path).await.is(200);
    ada.posts(&path, &whole).await.is(201);
    ada.posts(&path, &whole).await.refused(409, "THREAD_LIMIT_EXCEEDED");
    for _ in 1..100 {
        ada.creates(FILENAME, "x").await;
    }
    let file = json!({ "filename": FILENAME, "code_content": CODE });
    ada.posts("/sessions", &file).await.refused(409, "SESSION_LIMIT_EXCEEDED");
    ada.deletes(&session.path).await.is(200);
    ada.posts("/sessions", &file).await.is(201);
    ada.posts("/sessions", &file).await.refused(409, "SESSION_LIMIT_EXCEEDED");
}

#[tokio::test]
async fn a_delete_that_a_cross_site_form_could_send_is_refused() {
    let app = TestApp::new().await;
    let ada = app.signs_up("ada").await;
    let session = ada.creates(FILENAME, CODE).await;
    let delete = || Request::delete(&session.path);
    let typed = delete().header("content-type", "text/plain");
    ada.sends(typed, Body::from("x")).await.refused(400, "INVALID_INPUT");
    ada.sends(delete().header("origin", "https://evil.example"), Body::empty()).await.refused(403, "FORBIDDEN");
    assert!(ada.opens(&session).await.code == CODE);
    ada.sends_json(delete(), "{}").await.is(200);
}

/// Sends each request that writes to a session and a thread of it several times, and after a while one request that
/// deletes `target`.
async fn write_and_delete(
    ada: &Person,
    (session, thread): (&Session, &Thread),
    target: &str,
    after: Duration,
) -> Vec<Response> {
    const WRITES: usize = 8;
    let requests: Vec<(&str, String, Value)> = vec![
        ("PUT", session.path.clone(), json!({ "expected_version_number": 1, "code_content": noise(CHUNKED, 2) })),
        ("PUT", session.path.clone(), json!({ "expected_version_number": 1, "code_content": "# new\n" })),
        ("PATCH", format!("{}/metadata", session.path), json!({ "filename": "back.py", "language_override": "Go" })),
        ("POST", thread.messages(), json!({ "content": "a note", "ask": false })),
        ("POST", thread.messages(), json!({ "content": "why?" })),
        ("POST", format!("{}/threads", session.path), json!({ "type": "file" })),
        ("PUT", thread.path.clone(), json!({ "start_line": 1, "end_line": 1, "selected_text": "x" })),
    ];
    let delete = ("DELETE", target.to_owned(), Value::Null);
    let total = requests.len() * WRITES + 1;
    concurrently(total, |number| {
        let (method, path, body) =
            if number == total / 2 { delete.clone() } else { requests[number % requests.len()].clone() };
        let ada = ada.clone();
        async move {
            let request = Request::builder().method(method).uri(path);
            if method == "DELETE" {
                tokio::time::sleep(after).await;
                return ada.sends(request, Body::empty()).await;
            }
            ada.sends_json(request, body.to_string()).await
        }
    })
    .await
}

fn assert_said_what_may_be_said(answers: &[Response]) {
    for answer in answers {
        let allowed = matches!(answer.status, 200 | 201 | 404 | 409);
        assert!(allowed, "{}: {} {}", answer.what, answer.status, answer.json["error"]);
    }
    let deleted = answers.iter().filter(|answer| answer.what.starts_with("DELETE") && answer.status == 200);
    assert_eq!(deleted.count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn writes_that_race_a_session_delete_leave_nothing() {
    for after in [0, 20, 80].map(Duration::from_millis) {
        let app = TestApp::new().await;
        let ada = app.signs_up("ada").await;
        let session = ada.creates(FILENAME, &noise(CHUNKED, 1)).await;
        let thread = ada.opens_thread(&session, 1..=1).await;
        assert_said_what_may_be_said(&write_and_delete(&ada, (&session, &thread), &session.path, after).await);
        ada.gets(&session.path).await.refused(404, "SESSION_NOT_FOUND");
        // The chunks of a save that lost are removed when its commit can no longer succeed.
        app.advance(Duration::from_mins(16));
        app.table().sweep_due_jobs().await;
        let mut left: Vec<String> =
            app.table().raw().outline().await.iter().map(|item| item.kind().to_owned()).collect();
        left.retain(|kind| kind != "daily_usage");
        left.sort();
        assert_eq!(left, ["email_claim", "refresh_family", "user", "username_claim"]);
        assert_eq!(user(&app, "ada").await.session_count, 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn writes_that_race_a_thread_delete_leave_nothing() {
    for after in [0, 20, 80].map(Duration::from_millis) {
        let app = TestApp::new().await;
        let ada = app.signs_up("ada").await;
        let session = ada.creates(FILENAME, CODE).await;
        let thread = ada.opens_thread(&session, 33..=35).await;
        assert_said_what_may_be_said(&write_and_delete(&ada, (&session, &thread), &thread.path, after).await);
        ada.gets(&thread.path).await.refused(404, "THREAD_NOT_FOUND");
        let opened = ada.opens(&session).await.json;
        app.advance(Duration::from_mins(16));
        app.table().sweep_due_jobs().await;
        let uuid = thread.id.split('.').nth(1).unwrap();
        let left = keys(&app).await;
        assert!(left.iter().all(|(_, sk)| !sk.contains(uuid)), "{left:?}");
        let census = app.table().raw().census().await;
        assert_eq!((census.get("message"), census.get("sweep_job")), (None, None));
        assert_eq!(opened["thread_count"], census.get("thread").copied().unwrap_or_default());
        let chunks = app.table().raw().all("code_chunk").await;
        let head =
            app.table().sessions().get(user(&app, "ada").await.user_id, session.id.parse().unwrap()).await.unwrap();
        assert_eq!(chunks.len(), head.chunk_count as usize, "only the saved code has chunks");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_of_ten_concurrent_deletes_succeeds() {
    let app = TestApp::new().await;
    let ada = app.signs_up("ada").await;
    let kept = ada.creates(FILENAME, CODE).await;
    let session = ada.creates(FILENAME, CODE).await;
    let thread = ada.opens_thread(&kept, 1..=1).await;
    ada.notes(&thread, "a note").await;
    for path in [&session.path, &thread.path] {
        let answers = concurrently(10, |_| {
            let (ada, path) = (ada.clone(), path.clone());
            async move { ada.deletes(&path).await.status }
        })
        .await;
        let mut statuses = answers;
        statuses.sort_unstable();
        assert_eq!(statuses, [[200].as_slice(), &[404; 9]].concat(), "{path}");
    }
    assert_eq!(user(&app, "ada").await.session_count, 1);
    assert_eq!(ada.opens(&kept).await.json["thread_count"], 0);
}

/// The patterns of a request, each with its number of requests.
fn requests_by_pattern(response: &Response) -> Vec<(&'static str, u32)> {
    response.bill.iter().map(|call| (call.pattern.id, call.requests)).collect()
}

#[tokio::test]
async fn a_delete_and_a_chunked_save_send_only_the_requests_they_need() {
    let app = TestApp::new().await;
    let ada = app.signs_up("ada").await;
    let session = ada.creates(FILENAME, &noise(CHUNKED, 1)).await;
    let thread = ada.opens_thread(&session, 1..=1).await;
    ada.asks(&thread, "why?").await;
    let saved = ada.saves(&session, 1, &noise(CHUNKED, 2)).await;
    let removed_thread = ada.deletes(&thread.path).await;
    let removed_session = ada.deletes(&session.path).await;
    assert_eq!(
        requests_by_pattern(&saved)[2..],
        [("AP-70", 1), ("AP-29", 1), ("AP-24", 1), ("AP-79", 1), ("AP-73", 1)]
    );
    let messages = [("AP-75", 1), ("AP-76", 1), ("AP-78", 1), ("AP-75", 1), ("AP-76", 1)];
    assert_eq!(
        requests_by_pattern(&removed_thread),
        [&[("AP-37", 1), ("AP-34", 1)][..], &messages, &[("AP-73", 1)]].concat()
    );
    // The only leftover is the item of the anchors.
    let contents = [("AP-74", 1), ("AP-78", 1), ("AP-74", 1)];
    let expected = [&[("AP-23", 1), ("AP-26", 1), ("AP-79", 1)][..], &contents, &[("AP-73", 1)]].concat();
    assert_eq!(requests_by_pattern(&removed_session), expected);
}
