//! The requests that `bench routes` measures: each prepares its data, and lists the calls of every connection.

use std::pin::Pin;

use hyper::Method;
use serde_json::json;

use super::BenchError;
use super::client::{Call, Client, Queue, selection};
use crate::seed::FILES;

/// A kind of request.
pub(super) struct Scenario {
    pub(super) name: &'static str,
    pub(super) route: &'static str,
    /// One of so many calls is sent: for those that take long.
    pub(super) one_of: usize,
    pub(super) prepare: Prepare,
}

type Prepare = for<'a> fn(&'a Plan) -> Pin<Box<dyn Future<Output = Result<Vec<Queue>, BenchError>> + Send + 'a>>;

/// The size of a round.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    /// The URL of the server.
    pub(super) url: String,
    /// The number of connections.
    pub(super) connections: usize,
    /// The number of calls of each connection: at most what one account may create.
    pub(super) calls: usize,
}

macro_rules! scenarios {
    ($($name:literal, $route:literal, $one_of:literal, $prepare:ident;)+) => {
        pub(super) const SCENARIOS: &[Scenario] = &[$(Scenario {
            name: $name,
            route: $route,
            one_of: $one_of,
            prepare: |plan| Box::pin($prepare(plan)),
        }),+];
    };
}

scenarios! {
    "health", "GET /health", 1, health;
    "profile", "GET /users/me", 1, profile;
    "list 50 sessions of 300 KB", "GET /sessions", 1, list;
    "open 30 KB with 5 threads", "GET /sessions/{id}?include=threads", 1, open;
    "open 300 KB", "GET /sessions/{id}", 1, open_large;
    "rename 300 KB", "PATCH /sessions/{id}/metadata", 1, rename;
    "create 30 KB", "POST /sessions", 1, create;
    "save 30 KB, no thread", "PUT /sessions/{id}", 1, save_plain;
    "save 30 KB, 5 moved threads", "PUT /sessions/{id}", 1, save_five;
    "save 30 KB, 50 moved threads", "PUT /sessions/{id}", 1, save_fifty;
    "create a thread", "POST /sessions/{id}/threads", 1, create_thread;
    "ask", "POST /threads/{id}/messages", 2, ask;
    "read 50 messages", "GET /threads/{id}/messages", 1, messages;
    "sign in", "POST /auth/login", 10, sign_in;
}

/// The most sessions of an account, and threads of a session, that a round creates.
const SESSIONS: usize = 100;
const THREADS: usize = 50;
/// The most questions of a thread: each has an answer, and there is room for 500 messages.
const QUESTIONS: usize = 240;
/// The name of every file.
const FILENAME: &str = "inventory.rs";

/// Source code of this many bytes: the files of the sample data, repeated.
pub(super) fn source(bytes: usize) -> String {
    let mut text = String::new();
    for (_, file) in FILES.iter().cycle() {
        if text.len() >= bytes {
            break;
        }
        text += file;
    }
    while !text.is_char_boundary(bytes) {
        text.insert(0, '\n');
    }
    text.truncate(bytes);
    text
}

/// The sample file of this name, repeated, with empty lines at the end. The offline reviewer parses the file of a
/// question as Rust. With other languages in it, tree-sitter would spend most of its time on errors.
fn rust(bytes: usize) -> String {
    let (_, file) = FILES.iter().find(|(name, _)| *name == FILENAME).expect("the sample data has it");
    let mut text = file.repeat(bytes / file.len());
    text.extend(std::iter::repeat_n('\n', bytes - text.len()));
    text
}

const SMALL: usize = 30_000;
const LARGE: usize = 300_000;

impl Plan {
    /// The same call from every connection.
    fn each(&self, client: &Client, call: &Call) -> Vec<Queue> {
        (0..self.connections).map(|_| (client.clone(), vec![call.clone(); self.calls])).collect()
    }

    async fn account(&self) -> Result<Client, BenchError> {
        Client::with_account(&self.url).await
    }
}

#[expect(clippy::unused_async, reason = "the others prepare data")]
async fn health(plan: &Plan) -> Result<Vec<Queue>, BenchError> {
    Ok(plan.each(&Client::stranger(&plan.url), &Call::get("/health")))
}

async fn profile(plan: &Plan) -> Result<Vec<Queue>, BenchError> {
    Ok(plan.each(&plan.account().await?, &Call::get("/users/me")))
}

async fn list(plan: &Plan) -> Result<Vec<Queue>, BenchError> {
    let (client, code) = (plan.account().await?, source(LARGE));
    for _ in 0..50 {
        client.create(FILENAME, &code).await?;
    }
    Ok(plan.each(&client, &Call::get("/sessions?limit=50")))
}

async fn open(plan: &Plan) -> Result<Vec<Queue>, BenchError> {
    let (client, code) = (plan.account().await?, source(SMALL));
    let session = client.create(FILENAME, &code).await?;
    with_threads(&client, &session, &code, 5).await?;
    Ok(plan.each(&client, &Call::get(&format!("{session}?include=threads"))))
}

async fn open_large(plan: &Plan) -> Result<Vec<Queue>, BenchError> {
    let client = plan.account().await?;
    let session = client.create(FILENAME, &source(LARGE)).await?;
    Ok(plan.each(&client, &Call::get(&session)))
}

async fn rename(plan: &Plan) -> Result<Vec<Queue>, BenchError> {
    let (client, code) = (plan.account().await?, source(LARGE));
    let mut queues = Vec::new();
    for _ in 0..plan.connections {
        let session = client.create(FILENAME, &code).await?;
        let name = |n| {
            let body = json!({ "filename": format!("inventory_{n}.rs") });
            Call::with(Method::PATCH, &format!("{session}/metadata"), &body)
        };
        queues.push((client.clone(), (0..plan.calls).map(name).collect()));
    }
    Ok(queues)
}

async fn create(plan: &Plan) -> Result<Vec<Queue>, BenchError> {
    let call = Call::post("/sessions", &json!({ "filename": FILENAME, "code_content": source(SMALL) }));
    let mut queues = Vec::new();
    for _ in 0..plan.connections {
        queues.push((plan.account().await?, vec![call.clone(); plan.calls.min(SESSIONS)]));
    }
    Ok(queues)
}

async fn save_plain(plan: &Plan) -> Result<Vec<Queue>, BenchError> {
    save(plan, 0).await
}

async fn save_five(plan: &Plan) -> Result<Vec<Queue>, BenchError> {
    save(plan, 5).await
}

async fn save_fifty(plan: &Plan) -> Result<Vec<Queue>, BenchError> {
    save(plan, THREADS).await
}

/// Saves that move every thread: each one adds a line at the top, or removes it again.
async fn save(plan: &Plan, threads: usize) -> Result<Vec<Queue>, BenchError> {
    let (client, code) = (plan.account().await?, source(SMALL));
    let mut queues = Vec::new();
    for _ in 0..plan.connections {
        let session = client.create(FILENAME, &code).await?;
        with_threads(&client, &session, &code, threads).await?;
        let call = |version: usize| {
            let first = if version % 2 == 1 { "\n" } else { "" };
            let body = json!({ "expected_version_number": version, "code_content": format!("{first}{code}") });
            Call::with(Method::PUT, &session, &body)
        };
        queues.push((client.clone(), (1..=plan.calls).map(call).collect()));
    }
    Ok(queues)
}

async fn create_thread(plan: &Plan) -> Result<Vec<Queue>, BenchError> {
    let code = source(SMALL);
    let mut queues = Vec::new();
    for _ in 0..plan.connections {
        let client = plan.account().await?;
        let mut calls = Vec::new();
        while calls.len() < plan.calls {
            let session = client.create(FILENAME, &code).await?;
            let call = |line| Call::post(&format!("{session}/threads"), &selection(&code, line));
            calls.extend((1..=THREADS.min(plan.calls - calls.len())).map(call));
        }
        queues.push((client, calls));
    }
    Ok(queues)
}

async fn ask(plan: &Plan) -> Result<Vec<Queue>, BenchError> {
    let (client, code) = (plan.account().await?, rust(SMALL));
    let session = client.create(FILENAME, &code).await?;
    let mut queues = Vec::new();
    for line in 1..=plan.connections {
        let thread = client.open_thread(&session, &code, line).await?;
        let call = Call::post(&format!("{thread}/messages"), &json!({ "content": "Is this right?" }));
        queues.push((client.clone(), vec![call; plan.calls.min(QUESTIONS)]));
    }
    Ok(queues)
}

async fn messages(plan: &Plan) -> Result<Vec<Queue>, BenchError> {
    let (client, code) = (plan.account().await?, source(SMALL));
    let session = client.create(FILENAME, &code).await?;
    let thread = client.open_thread(&session, &code, 1).await?;
    let note = json!({ "content": "A note of some words, as people write them. ".repeat(10), "ask": false });
    for _ in 0..50 {
        client.ask(&Call::post(&format!("{thread}/messages"), &note)).await?;
    }
    Ok(plan.each(&client, &Call::get(&format!("{thread}/messages"))))
}

async fn sign_in(plan: &Plan) -> Result<Vec<Queue>, BenchError> {
    let mut queues = Vec::new();
    for _ in 0..plan.connections {
        let client = plan.account().await?;
        queues.push((Client::stranger(&plan.url), vec![client.sign_in(); plan.calls]));
    }
    Ok(queues)
}

/// Opens threads on the first lines.
async fn with_threads(client: &Client, session: &str, code: &str, threads: usize) -> Result<(), BenchError> {
    for line in 1..=threads {
        client.open_thread(session, code, line).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn source_has_the_requested_size() {
        for bytes in [1, SMALL, LARGE] {
            assert_eq!(source(bytes).len(), bytes);
        }
    }

    #[test]
    fn the_file_of_a_question_is_nearly_full_of_rust() {
        let text = rust(SMALL);
        assert_eq!(text.len(), SMALL);
        assert!(text.trim_end().len() > SMALL * 9 / 10, "{}", text.trim_end().len());
    }
}
