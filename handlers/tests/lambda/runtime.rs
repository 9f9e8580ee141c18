//! The Runtime API of Lambda: the function requests the next event and posts its result.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex as StdMutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path as UrlPath, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::net::TcpListener;
use tokio::process::{Child, ChildStdout, Command};
use tokio::sync::{Mutex, mpsc, watch};
use tokio::task::JoinHandle;

use crate::events::{Answer, Request};

/// The root of the trace id that every invocation has.
pub(crate) const TRACE: &str = "1-5bef4de7-ad49b0e87f6ef6c87fc2e700";

/// Maximum bytes of an event and of a buffered response: 6 MiB (Lambda's quotas).
pub(crate) const MOST: usize = 6_291_456;

/// Long enough for a function on a busy machine.
const PATIENCE: Duration = Duration::from_mins(1);

/// A running function. It is killed when this is dropped.
pub(crate) struct Function {
    child: Child,
    events: mpsc::Sender<Value>,
    outcomes: mpsc::Receiver<FunctionResult>,
    invocations: Arc<Invocations>,
    log: Arc<StdMutex<String>>,
    logged: JoinHandle<()>,
}

/// The result that a function posted.
#[derive(Debug)]
struct FunctionResult {
    kind: String,
    is_streamed: bool,
    body: Bytes,
}

impl FunctionResult {
    /// The head and the body of a streamed response.
    fn parts(&self) -> (Value, Vec<u8>) {
        assert!(self.is_streamed);
        let end = self.body.windows(8).position(|bytes| bytes == [0; 8]).expect("eight zeros end the head");
        (serde_json::from_slice(&self.body[..end]).expect("JSON"), self.body[end + 8..].to_vec())
    }
}

struct Invocations {
    events: Mutex<mpsc::Receiver<Value>>,
    outcomes: mpsc::Sender<FunctionResult>,
    /// The number of requests for an event.
    asked: watch::Sender<u32>,
    /// The timeout of the function, in milliseconds.
    timeout: AtomicU64,
}

impl Function {
    /// Starts a program with this environment and nothing else.
    pub(crate) async fn start(program: &str, environment: &[(&str, String)]) -> Self {
        let (events, waiting) = mpsc::channel(1);
        let (posted, outcomes) = mpsc::channel(1);
        let timeout = AtomicU64::new(u64::try_from(PATIENCE.as_millis()).expect("a minute"));
        let (events_waiting, asked) = (Mutex::new(waiting), watch::Sender::default());
        let invocations = Arc::new(Invocations { events: events_waiting, outcomes: posted, asked, timeout });
        let api = serve(Arc::clone(&invocations)).await;
        let mut child = command(program, environment)
            .env("AWS_LAMBDA_RUNTIME_API", api)
            .stdout(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let log = Arc::<StdMutex<String>>::default();
        let logged = tokio::spawn(collected(child.stdout.take().expect("it is piped"), Arc::clone(&log)));
        Self { child, events, outcomes, invocations, log, logged }
    }

    /// Sets the timeout of the function.
    pub(crate) fn has(&self, timeout: Duration) {
        let millis = u64::try_from(timeout.as_millis()).expect("some seconds");
        self.invocations.timeout.store(millis, Ordering::Relaxed);
    }

    /// The buffered result of an event.
    pub(crate) async fn answers(&mut self, event: Value) -> Value {
        let outcome = self.outcome(event).await;
        assert!(!outcome.is_streamed);
        serde_json::from_slice(&outcome.body).expect("JSON")
    }

    /// The head and the body of the streamed result of an event.
    pub(crate) async fn streams(&mut self, event: Value) -> (Value, Vec<u8>) {
        self.outcome(event).await.parts()
    }

    /// The error of an invalid event.
    pub(crate) async fn refuses(&mut self, event: Value) -> Value {
        let outcome = self.posts(event).await;
        assert_eq!(outcome.kind, "error");
        serde_json::from_slice(&outcome.body).expect("JSON")
    }

    async fn outcome(&mut self, event: Value) -> FunctionResult {
        let outcome = self.posts(event).await;
        assert_eq!(outcome.kind, "response", "{}", String::from_utf8_lossy(&outcome.body));
        outcome
    }

    async fn posts(&mut self, event: Value) -> FunctionResult {
        assert!(event.to_string().len() <= MOST, "Lambda takes no such event");
        self.events.send(event).await.expect("the Runtime API is there");
        let outcome = tokio::select! {
            outcome = tokio::time::timeout(PATIENCE, self.outcomes.recv()) => outcome,
            ended = self.child.wait() => panic!("the function ended: {ended:?}"),
        };
        let outcome = outcome.expect("the function answers").expect("the Runtime API is there");
        assert!(outcome.is_streamed || outcome.body.len() <= MOST, "Lambda takes no such answer in one piece");
        outcome
    }

    /// The response to a request through a REST gateway (1) or an HTTP gateway (2).
    pub(crate) async fn calls(&mut self, version: u8, request: &Request) -> Answer {
        let outcome = self.outcome(if version == 1 { request.v1() } else { request.v2() }).await;
        if outcome.is_streamed {
            let (head, body) = outcome.parts();
            return Answer::streamed(&head, body);
        }
        Answer::whole(version, &serde_json::from_slice(&outcome.body).expect("JSON"))
    }

    /// Stops the function and returns its log.
    pub(crate) async fn stops(mut self) -> String {
        self.child.start_kill().expect("it runs");
        self.logged.await.expect("its output ends");
        self.log.lock().expect("not poisoned").clone()
    }

    /// Freezes the function at its `nth` request for an event, as Lambda does, and returns the log until then.
    pub(crate) async fn freezes_at(&self, nth: u32) -> String {
        let mut asked = self.invocations.asked.subscribe();
        tokio::time::timeout(PATIENCE, asked.wait_for(|asked| *asked >= nth))
            .await
            .expect("it asks")
            .expect("it is there");
        let process = self.child.id().expect("it runs").to_string();
        let stopped = Command::new("kill").args(["-STOP", &process]).status().await.expect("kill is there");
        assert!(stopped.success());
        // Earlier output may still be in the pipe.
        tokio::time::sleep(Duration::from_millis(200)).await;
        self.log.lock().expect("not poisoned").clone()
    }

    /// Continues a frozen function.
    pub(crate) async fn thaws(&self) {
        let process = self.child.id().expect("it runs").to_string();
        assert!(Command::new("kill").args(["-CONT", &process]).status().await.expect("kill is there").success());
    }

    /// Limits the growth of the address space of the process, or removes the limit.
    pub(crate) async fn may_grow_by(&self, bytes: Option<u64>) {
        let process = self.child.id().expect("it runs");
        let status = std::fs::read_to_string(format!("/proc/{process}/status")).expect("a process of Linux");
        let size = status.lines().find_map(|line| line.strip_prefix("VmSize:")?.trim().strip_suffix(" kB"));
        let size: u64 = size.expect("its size").parse().expect("a number");
        let limit = bytes.map_or_else(|| "unlimited".to_owned(), |bytes| (size * 1024 + bytes).to_string());
        let limit = format!("--as={limit}:unlimited");
        let limited = Command::new("prlimit").args(["--pid", &process.to_string(), &limit]).status();
        assert!(limited.await.expect("prlimit is there").success());
    }
}

/// The message of a program that stops by itself, with an exit code other than 0.
pub(crate) async fn stops_with(program: &str, environment: &[(&str, String)]) -> String {
    let mut command = command(program, environment);
    // No process listens there. A program that requests an event stops with another error.
    let output = command.env("AWS_LAMBDA_RUNTIME_API", "127.0.0.1:9").output();
    let output = tokio::time::timeout(PATIENCE, output).await.expect("it stops").expect("it starts");
    assert!(!output.status.success());
    let words = String::from_utf8(output.stderr).expect("messages are UTF-8");
    let words = words.trim().strip_prefix("Error: ").unwrap_or(&words);
    words.trim_matches('"').to_owned()
}

fn command(program: &str, environment: &[(&str, String)]) -> Command {
    let mut command = Command::new(path(program));
    command
        .env_clear()
        // For `scripts/coverage`.
        .envs(std::env::var_os("LLVM_PROFILE_FILE").map(|file| ("LLVM_PROFILE_FILE", file)))
        .env("AWS_LAMBDA_FUNCTION_NAME", "function")
        .env("AWS_LAMBDA_FUNCTION_VERSION", "1")
        .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "512")
        .envs(environment.iter().map(|(name, value)| (name, value)))
        .stdin(Stdio::null())
        .kill_on_drop(true);
    command
}

/// The program that cargo has built, or the one of the same name that was packaged: with
/// `CODESENSEI_FUNCTIONS=target/lambda`.
fn path(program: &str) -> PathBuf {
    let built = Path::new(program);
    let packaged = std::env::var_os("CODESENSEI_FUNCTIONS").map(PathBuf::from);
    let name = built.file_stem().expect("a program has a name");
    packaged.map_or_else(|| built.to_owned(), |folder| folder.join(name).join("bootstrap"))
}

async fn serve(invocations: Arc<Invocations>) -> String {
    let routes = Router::new()
        .route("/2018-06-01/runtime/invocation/next", get(next))
        .route("/2018-06-01/runtime/invocation/{id}/{kind}", post(done))
        .layer(DefaultBodyLimit::disable())
        .with_state(invocations);
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(axum::serve(listener, routes).into_future());
    address.to_string()
}

async fn collected(output: ChildStdout, log: Arc<StdMutex<String>>) {
    let mut lines = BufReader::new(output).lines();
    while let Some(line) = lines.next_line().await.expect("logs are UTF-8") {
        let mut log = log.lock().expect("not poisoned");
        log.push_str(&line);
        log.push('\n');
    }
}

/// Waits for an event, as Lambda does: between two of them a function is frozen.
async fn next(State(invocations): State<Arc<Invocations>>) -> Response {
    invocations.asked.send_modify(|asked| *asked += 1);
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
    UrlPath((_, kind)): UrlPath<(String, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> StatusCode {
    let is_streamed = headers.get("lambda-runtime-function-response-mode").is_some_and(|mode| mode == "streaming");
    let sent = invocations.outcomes.send(FunctionResult { kind, is_streamed, body }).await;
    sent.map_or(StatusCode::GONE, |()| StatusCode::ACCEPTED)
}
