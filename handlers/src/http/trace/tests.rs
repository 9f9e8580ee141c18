//! The log line of a request.

use super::*;
use crate::error::ApiError;
use axum::body::Body;
use axum::http::StatusCode;
use axum::routing::get;
use axum::{Extension, Router};
use model::{CallCost, PATTERNS};
use std::cell::RefCell;
use std::sync::Once;
use tower::ServiceExt as _;

thread_local! {
    static LINES: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// Collects the log of this thread: tests of the single-threaded runtime log only here.
struct Lines;

impl std::io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        LINES.with_borrow_mut(|lines| lines.extend_from_slice(bytes));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Sets a global subscriber: with one for a thread, a callsite that another thread reaches first stays off.
fn listen() {
    static LISTENING: Once = Once::new();
    LISTENING.call_once(|| {
        let subscriber = tracing_subscriber::fmt().json().with_writer(|| Lines).finish();
        tracing::subscriber::set_global_default(subscriber).expect("no other test sets one");
    });
}

fn follower(metrics: Metrics) -> Follower {
    Follower::new(Ids::seeded(1), Clock::fixed("2026-11-23T08:00:00Z".parse().expect("a time")), metrics)
}

fn app() -> Router {
    Router::new()
        .route(
            "/sessions/{id}",
            get(|| async {
                identify("ada");
                let (requests, rcu, wcu) = (2, 0.5, 9.0);
                let pattern = &PATTERNS[0];
                let cost = CallCost { pattern, requests, rcu, wcu, is_estimated: false };
                let cost_of_request = RequestCost(vec![cost, cost]);
                (Extension(cost_of_request), ApiError::internal("the cause"))
            }),
        )
        .layer(axum::middleware::map_response(crate::http::failure::respond))
        .layer(axum::middleware::from_fn_with_state(follower(Metrics::default()), follow))
}

fn request(path: &str, trace: &str) -> Request {
    Request::get(path).header("x-amzn-trace-id", trace).body(Body::empty()).expect("a request")
}

const GATEWAY: &str = "1-67891233-abcdef012345678912345678";

#[tokio::test]
async fn a_request_leaves_one_line_with_route_status_code_user_trace_id_and_cost() {
    listen();
    let header = format!("Self=1-0-0;Root={GATEWAY};Sampled=1");
    let request = request("/sessions/secret?q=secret", &header);
    let response = app().oneshot(request).await.expect("infallible");
    assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
    let id = response.headers()[TRACE_ID].to_str().expect("hex digits").to_owned();
    let body = axum::body::to_bytes(response.into_body(), 10_000).await.expect("in memory");
    let body = String::from_utf8_lossy(&body);
    assert!(body.contains(&id) && !body.contains(GATEWAY));

    let text = String::from_utf8(LINES.take()).expect("JSON lines");
    let lines: Vec<serde_json::Value> =
        text.lines().map(|line| serde_json::from_str(line).expect("a JSON line")).collect();
    assert!(!text.contains("secret"), "{text}");
    let [cause, line] = lines.as_slice() else { panic!("one line for the cause, one for the request: {text}") };
    assert_eq!((&cause["fields"]["cause"], &cause["span"]["trace_id"]), (&"the cause".into(), &(*id).into()));
    assert_eq!(cause["span"]["user_id"], "ada");
    for (name, value) in [
        ("method", "GET"),
        ("route", "/sessions/{id}"),
        ("code", "INTERNAL_ERROR"),
        ("user_id", "ada"),
        ("trace_id", &*id),
        ("sent_trace_id", GATEWAY),
        ("message", "GET /sessions/{id} 500"),
        ("table_calls", "AP-01:2r/0.5/9 AP-01:2r/0.5/9"),
    ] {
        assert_eq!(line["fields"][name], value, "{name}");
    }
    let numbers = ["table_requests", "rcu", "wcu"].map(|name| line["fields"][name].as_f64());
    assert_eq!(numbers, [Some(4.0), Some(1.0), Some(18.0)]);
    assert!(line["fields"]["duration_ms"].is_u64());
    for once in ["ada", &*id, GATEWAY] {
        assert_eq!(line.to_string().matches(once).count(), 1, "{line}");
    }
}

#[tokio::test]
async fn the_trace_id_is_new_and_malformed_sent_ids_are_not_logged() {
    listen();
    for sent in [&*format!("Root={GATEWAY}"), "", "Root=1-x-y", "Root=evil\t", GATEWAY, &format!("Root={GATEWAY}-1")] {
        let response = app().oneshot(request("/sessions/1", sent)).await.expect("infallible");
        let id = response.headers()[TRACE_ID].to_str().expect("hex digits");
        assert!(id.len() == 32 && id.bytes().all(|b| b.is_ascii_hexdigit()), "{sent}: {id}");
        let text = String::from_utf8(LINES.take()).expect("JSON lines");
        assert_eq!(text.contains("sent_trace_id"), sent.starts_with("Root=1-6") && !sent.ends_with("-1"), "{text}");
    }
}

#[tokio::test]
async fn an_unknown_method_is_not_logged() {
    listen();
    let request = Request::builder().method("HUNTER2").uri("/sessions/1").body(Body::empty()).expect("a request");
    app().oneshot(request).await.expect("infallible");
    let text = String::from_utf8(LINES.take()).expect("JSON lines");
    assert!(!text.contains("HUNTER2") && text.contains(r#""method":"OTHER""#), "{text}");
}

#[test]
fn outside_of_a_request_there_is_no_trace_id() {
    identify("ada");
    assert_eq!(current_id(), None);
}
