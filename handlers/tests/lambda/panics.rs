//! Functions without memory for another thread return an error and serve the next event.

use serde_json::json;

use crate::events::Request;
use crate::runtime::Function;
use crate::surroundings::Surroundings;
use crate::{AUTH, CODE, PASSWORD, SESSIONS, THREADS, cookies, file, login};

/// Less than the stack of a thread, and enough for a request.
const NO_ROOM_FOR_A_THREAD: u64 = 1 << 20;

/// No route panics by itself. Tokio panics without memory for its first blocking thread, on which a save moves the
/// lines of threads.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_panic_returns_500_and_the_next_event_is_served() {
    let around = Surroundings::start().await;
    let environment = around.environment();
    let pairs = cookies(&mut Function::start(AUTH, &environment).await).await;
    let mut threads = Function::start(THREADS, &environment).await;
    let create = Request::post("/sessions", &file(CODE)).with_cookies(&pairs);
    let created = Function::start(SESSIONS, &environment).await.calls(1, &create).await.json;
    let session = format!("/sessions/{}", created["session"]["session_id"].as_str().unwrap());
    let block = json!({ "type": "block", "start_line": 1, "end_line": 2 });
    let open = Request::post(&format!("{session}/threads"), &block).with_cookies(&pairs);
    assert_eq!(threads.calls(1, &open).await.status, 201);

    let mut sessions = Function::start(SESSIONS, &environment).await;
    assert_eq!(sessions.calls(1, &Request::get(&session).with_cookies(&pairs)).await.status, 200);
    let save = json!({ "expected_version_number": 1, "code_content": format!("# First.\n{CODE}") });
    let save = Request::post(&session, &save).with_method("PUT").with_cookies(&pairs);
    sessions.may_grow_by(Some(NO_ROOM_FOR_A_THREAD)).await;
    for version in [1, 2] {
        let answer = sessions.calls(version, &save).await;
        assert_eq!((answer.status, &answer.json["error"]["code"]), (500, &json!("INTERNAL_ERROR")), "{}", answer.json);
        assert!(answer.json["error"]["trace_id"].is_string());
    }

    sessions.may_grow_by(None).await;
    let saved = sessions.calls(1, &save).await;
    assert_eq!((saved.status, &saved.json["session"]["version_number"]), (200, &json!(2)), "{}", saved.json);
    let log = sessions.stops().await;
    assert_eq!(log.matches("a handler panicked").count(), 2, "{log}");
}

/// More failures than permits to hash: a failure must release its permit.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn passwords_are_checked_again_after_memory_is_available() {
    let around = Surroundings::start().await;
    cookies(&mut Function::start(AUTH, &around.environment()).await).await;
    let mut auth = Function::start(AUTH, &around.environment()).await;
    assert_eq!(auth.calls(1, &Request::get("/auth/nowhere")).await.status, 404);
    let login = Request::post("/auth/login", &login());
    let turns = std::thread::available_parallelism().map_or(1, usize::from);

    auth.may_grow_by(Some(NO_ROOM_FOR_A_THREAD)).await;
    // Five sign-ins a minute are allowed, and the last is for the end.
    for _ in 0..turns.min(4) {
        let answer = auth.calls(1, &login).await;
        assert_eq!((answer.status, &answer.json["error"]["code"]), (500, &json!("INTERNAL_ERROR")), "{}", answer.json);
    }

    auth.may_grow_by(None).await;
    assert_eq!(auth.calls(1, &login).await.status, 200);
    let log = auth.stops().await;
    assert!(!log.contains("panicked") && !log.contains(PASSWORD), "{log}");
}
