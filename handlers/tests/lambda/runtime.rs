//! The Runtime API that Lambda offers to a function: the function asks for the next event and posts what came of it.

use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::process::{Child, Command};
use tokio::sync::{Mutex, mpsc};

use crate::events::{Answer, Request};

/// The root of the trace id that every invocation has.
pub(crate) const TRACE: &str = "1-5bef4de7-ad49b0e87f6ef6c87fc2e700";

/// Long enough for a function on a busy machine.
const PATIENCE: Duration = Duration::from_mins(1);

/// A running function. It is killed when this is dropped.
pub(crate) struct Function {
    child: Child,
    events: mpsc::Sender<Value>,
    outcomes: mpsc::Receiver<Outcome>,
    invocations: Arc<Invocations>,
}

/// What a function posted.
#[derive(Debug)]
struct Outcome {
    kind: String,
    is_streamed: bool,
    body: Bytes,
}

struct Invocations {
    events: Mutex<mpsc::Receiver<Value>>,
    outcomes: mpsc::Sender<Outcome>,
    /// How long the function may take, in milliseconds.
    timeout: AtomicU64,
}

impl Function {
    /// Starts a program with this environment and nothing else.
    pub(crate) async fn start(program: &str, environment: &[(&str, String)]) -> Self {
        let (events, waiting) = mpsc::channel(1);
        let (posted, outcomes) = mpsc::channel(1);
        let timeout = AtomicU64::new(u64::try_from(PATIENCE.as_millis()).expect("a minute"));
        let invocations = Arc::new(Invocations { events: Mutex::new(waiting), outcomes: posted, timeout });
        let api = serve(Arc::clone(&invocations)).await;
        let child = command(program, environment)
            .env("AWS_LAMBDA_RUNTIME_API", api)
            .stdout(Stdio::piped())
            .spawn()
            .expect("the program starts");
        Self { child, events, outcomes, invocations }
    }

    /// Gives the function this long for each event from now on.
    pub(crate) fn has(&self, timeout: Duration) {
        let millis = u64::try_from(timeout.as_millis()).expect("some seconds");
        self.invocations.timeout.store(millis, Ordering::Relaxed);
    }

    /// What the function makes of an event.
    pub(crate) async fn answers(&mut self, event: Value) -> Value {
        let outcome = self.outcome(event).await;
        assert!(!outcome.is_streamed);
        serde_json::from_slice(&outcome.body).expect("JSON, whatever type it says it has")
    }

    /// What a function that streams makes of an event: the head of its answer, and the body.
    pub(crate) async fn streams(&mut self, event: Value) -> (Value, String) {
        let outcome = self.outcome(event).await;
        assert!(outcome.is_streamed);
        let body = String::from_utf8(outcome.body.to_vec()).expect("UTF-8");
        let (head, body) = body.split_once("\0\0\0\0\0\0\0\0").expect("eight zeros end the head");
        (serde_json::from_str(head).expect("JSON"), body.to_owned())
    }

    async fn outcome(&mut self, event: Value) -> Outcome {
        self.events.send(event).await.expect("the Runtime API is there");
        let outcome = tokio::time::timeout(PATIENCE, self.outcomes.recv()).await;
        let outcome = outcome.expect("the function answers").expect("the Runtime API is there");
        assert_eq!(outcome.kind, "response", "{}", String::from_utf8_lossy(&outcome.body));
        outcome
    }

    /// What the function answers to a request through a REST gateway (1) or an HTTP gateway (2).
    pub(crate) async fn calls(&mut self, version: u8, request: &Request) -> Answer {
        match version {
            1 => Answer::v1(&self.answers(request.v1()).await),
            _ => Answer::v2(&self.answers(request.v2()).await),
        }
    }

    /// Stops the function; what it logged.
    pub(crate) async fn stops(mut self) -> String {
        self.child.start_kill().expect("it runs");
        let output = self.child.wait_with_output().await.expect("it ends");
        String::from_utf8(output.stdout).expect("logs are UTF-8")
    }
}

/// The message of a program that stops by itself, with an exit code other than 0.
pub(crate) async fn stops_with(program: &str, environment: &[(&str, String)]) -> String {
    let mut command = command(program, environment);
    // Nobody listens there: a program that gets as far as asking for an event stops for another reason.
    let output = command.env("AWS_LAMBDA_RUNTIME_API", "127.0.0.1:9").output();
    let output = tokio::time::timeout(PATIENCE, output).await.expect("it stops").expect("it starts");
    assert!(!output.status.success());
    let words = String::from_utf8(output.stderr).expect("messages are UTF-8");
    let words = words.trim().strip_prefix("Error: ").unwrap_or(&words);
    words.trim_matches('"').to_owned()
}

fn command(program: &str, environment: &[(&str, String)]) -> Command {
    let mut command = Command::new(program);
    command
        .env_clear()
        .env("AWS_LAMBDA_FUNCTION_NAME", "function")
        .env("AWS_LAMBDA_FUNCTION_VERSION", "1")
        .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "512")
        .envs(environment.iter().map(|(name, value)| (name, value)))
        .stdin(Stdio::null())
        .kill_on_drop(true);
    command
}

async fn serve(invocations: Arc<Invocations>) -> String {
    let routes = Router::new()
        .route("/2018-06-01/runtime/invocation/next", get(next))
        .route("/2018-06-01/runtime/invocation/{id}/{kind}", post(done))
        .with_state(invocations);
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(axum::serve(listener, routes).into_future());
    address.to_string()
}

/// Waits for an event, as Lambda does: between two of them a function is frozen.
async fn next(State(invocations): State<Arc<Invocations>>) -> Response {
    let Some(event) = invocations.events.lock().await.recv().await else {
        return StatusCode::GONE.into_response();
    };
    let mut headers = HeaderMap::new();
    #[expect(clippy::disallowed_methods, reason = "a deadline for another process, which looks at the real clock")]
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970");
    let timeout = Duration::from_millis(invocations.timeout.load(Ordering::Relaxed));
    for (name, value) in [
        ("lambda-runtime-aws-request-id", "8476a536-e9f4-11e8-9739-2dfe598c3fcd"),
        ("lambda-runtime-deadline-ms", &(now + timeout).as_millis().to_string()),
        ("lambda-runtime-trace-id", &format!("Root={TRACE};Parent=9a9197af755a6419;Sampled=1")),
        ("lambda-runtime-invoked-function-arn", "arn:aws:lambda:us-east-1:123456789012:function:function"),
    ] {
        headers.insert(name, value.parse().expect("a header value"));
    }
    (headers, Json(event)).into_response()
}

async fn done(
    State(invocations): State<Arc<Invocations>>,
    Path((_, kind)): Path<(String, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> StatusCode {
    let is_streamed = headers.get("lambda-runtime-function-response-mode").is_some_and(|mode| mode == "streaming");
    let told = invocations.outcomes.send(Outcome { kind, is_streamed, body }).await;
    told.map_or(StatusCode::GONE, |()| StatusCode::ACCEPTED)
}
