//! Questions that are repeated over broken connections and to killed servers: each is stored, asked and billed once.
//! `CODESENSEI_QUESTIONS=10000` asks that many.

use std::collections::BTreeMap;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use futures::StreamExt as _;
use model::{MessageId, Role, ThreadId};
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng};
use reqwest::{Client, header};
use serde_json::{Value, json};
use tests::TestApp;
use tokio::runtime::Runtime;

use crate::http::{CODE, FILENAME, stored_messages, user};

/// Questions in one thread: each takes two slots of 500, and some slots stay free for wrong duplicates.
const PER_THREAD: usize = 240;
/// Concurrent questions.
const AT_ONCE: usize = 16;
/// The deadline of a question: long enough for a busy machine.
const DEADLINE: Duration = Duration::from_mins(2);
/// After this time, no run holds a question.
const LEASE_IS_OVER: Duration = Duration::from_secs(126);

fn how_many(unless_set: usize) -> usize {
    let set = std::env::var("CODESENSEI_QUESTIONS").ok();
    set.map_or(unless_set, |number| number.parse().expect("CODESENSEI_QUESTIONS is a number"))
}

/// A person with threads, whose client disconnects early.
struct Scene {
    app: TestApp,
    threads: Vec<String>,
    cookies: String,
    client: Client,
    questions: usize,
}

impl Scene {
    async fn of(questions: usize) -> Self {
        let app = TestApp::with_deadline(DEADLINE).await;
        let ada = app.signs_up("ada").await;
        let session = ada.creates(FILENAME, CODE).await;
        let mut threads = Vec::new();
        for _ in 0..questions.div_ceil(PER_THREAD) {
            threads.push(ada.opens_thread(&session, 33..=35).await.id);
        }
        let cookies = format!("access_token={}", ada.cookie("access_token").unwrap());
        let client = Client::builder().no_proxy().build().unwrap();
        Self { app, threads, cookies, client, questions }
    }

    /// Sends a question; returns `None` if the client disconnects first.
    async fn sends(&self, url: &str, number: usize, hangs_up_after: Option<Duration>) -> Option<(u16, Value)> {
        let thread = &self.threads[number / PER_THREAD];
        let id = uuid_of(number);
        let body = json!({ "content": format!("Is this comparison right, number {number}?"), "client_message_id": id });
        let request =
            self.client.post(format!("{url}/threads/{thread}/messages")).header(header::COOKIE, &self.cookies);
        let sent = async {
            let answer = request.json(&body).send().await.ok()?;
            Some((answer.status().as_u16(), answer.json().await.ok()?))
        };
        match hangs_up_after {
            Some(patience) => tokio::time::timeout(patience, sent).await.ok()?,
            None => sent.await,
        }
    }

    /// Sends a question one to five times, the last time until it is answered. Returns the answer.
    async fn asks(&self, server: &Server, number: usize) -> Value {
        let mut random = StdRng::seed_from_u64(number.try_into().unwrap());
        for _ in 0..random.random_range(0..5) {
            let patience = Duration::from_micros(random.random_range(0..40_000));
            if random.random_bool(0.2) {
                let url = server.url();
                tokio::join!(self.sends(&url, number, Some(patience)), self.sends(&url, number, Some(patience / 2)));
            } else {
                self.sends(&server.url(), number, Some(patience)).await;
            }
        }
        for _ in 0..500 {
            match self.sends(&server.url(), number, None).await {
                Some((200 | 201, posted)) => return posted,
                // Another run holds the question, or the server is down and will restart.
                Some((409 | 502 | 503, _)) | None => tokio::time::sleep(Duration::from_millis(20)).await,
                // A killed server runs no handler that could add a trace id.
                Some((500, body)) if body["error"]["trace_id"].is_null() => {
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
                Some((status, body)) => panic!("{status} {body}"),
            }
        }
        panic!("question {number} is never answered");
    }

    async fn asks_all(&self, server: &Server) -> Vec<(usize, Value)> {
        let asked = (0..self.questions).map(|number| async move { (number, self.asks(server, number).await) });
        futures::stream::iter(asked).buffer_unordered(AT_ONCE).collect().await
    }

    /// The number of stored questions and answers.
    async fn stored(&self) -> (usize, usize) {
        let (mut questions, mut answers) = (0, 0);
        for thread in &self.threads {
            for message in stored_messages(&self.app, thread).await {
                if message.role == Role::Ai { answers += 1 } else { questions += 1 }
            }
        }
        (questions, answers)
    }

    /// The number of calls of the model whose answer is not stored, when both counts are stable: the table and the
    /// model may still receive requests from before a crash.
    async fn lost_at_rest(&self) -> usize {
        let (mut counts, mut equal_reads) = (None, 0);
        loop {
            let stored = self.stored().await;
            let calls = self.app.bedrock().calls();
            let now = Some((stored, calls));
            equal_reads = if now == counts { equal_reads + 1 } else { 0 };
            counts = now;
            if equal_reads == 5 {
                return calls - stored.1;
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }

    /// Asserts that each question is stored once, directly before its answer, as the responses said.
    async fn assert_matches_responses(&self, told: &[(usize, Value)]) {
        let mut stored = BTreeMap::new();
        for thread in &self.threads {
            let id: ThreadId = thread.parse().unwrap();
            for message in stored_messages(&self.app, thread).await {
                stored.insert(MessageId { thread_id: id, seq: message.seq }.to_string(), message);
            }
        }
        assert_eq!(stored.len(), 2 * told.len());
        for (number, posted) in told {
            let (question, answer) = (&posted["message"], &posted["reply"]);
            let id = |message: &Value| message["message_id"].as_str().unwrap().to_owned();
            assert_eq!(stored[&id(question)].content, format!("Is this comparison right, number {number}?"));
            assert_eq!(stored[&id(answer)].content, answer["content"].as_str().unwrap());
            assert_eq!(stored[&id(answer)].seq, stored[&id(question)].seq + 1);
        }
    }

    async fn billed(&self) -> (usize, u32) {
        let owner = user(&self.app, "ada").await.user_id;
        let usage = self.app.table().patterns().list_usage(
            owner,
            "2000-01-01".parse().unwrap(),
            "2100-01-01".parse().unwrap(),
            model::PageRequest::default(),
        );
        let days = usage.await.unwrap().items;
        (self.app.bedrock().calls(), days.iter().map(|day| day.requests).sum())
    }
}

/// A client id that is the same in every run.
fn uuid_of(number: usize) -> String {
    format!("6f1c9a0e-5b7d-4f32-9a55-{number:012x}")
}

/// A server with its own threads, at one address during the test. Killing it ends every request at its current await.
struct Server {
    address: SocketAddr,
    runtime: std::sync::Mutex<Option<Runtime>>,
}

impl Server {
    fn start(router: Router) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        Self { address, runtime: std::sync::Mutex::new(Some(run(listener, router))) }
    }

    fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    fn kill(&self) {
        if let Some(runtime) = self.runtime.lock().unwrap().take() {
            runtime.shutdown_background();
        }
    }

    async fn start_again(&self, router: Router) {
        let listener = loop {
            if let Ok(listener) = TcpListener::bind(self.address) {
                break listener;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        };
        *self.runtime.lock().unwrap() = Some(run(listener, router));
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}

fn run(listener: TcpListener, router: Router) -> Runtime {
    listener.set_nonblocking(true).unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.spawn(async move {
        let listener = tokio::net::TcpListener::from_std(listener).unwrap();
        axum::serve(listener, router.into_make_service_with_connect_info::<SocketAddr>()).await
    });
    runtime
}

#[tokio::test(flavor = "multi_thread")]
async fn questions_over_broken_connections_are_stored_asked_and_billed_once() {
    let scene = Scene::of(how_many(100)).await;
    let server = Server::start(scene.app.router());
    let told = scene.asks_all(&server).await;
    scene.assert_matches_responses(&told).await;
    let questions = scene.questions;
    assert_eq!(scene.stored().await, (questions, questions));
    assert_eq!(scene.billed().await, (questions, u32::try_from(questions).unwrap()));
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_servers_ask_again_only_questions_without_a_committed_answer() {
    let scene = Arc::new(Scene::of(how_many(100)).await);
    let server = Arc::new(Server::start(scene.app.router()));
    let asking = tokio::spawn({
        let (scene, server) = (Arc::clone(&scene), Arc::clone(&server));
        async move { scene.asks_all(&server).await }
    });
    let mut lost = 0;
    for crash in 1..=3 {
        while scene.app.bedrock().calls() < lost + scene.questions * crash / 4 {
            assert!(!asking.is_finished(), "the questions ended before the crash");
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        server.kill();
        lost = scene.lost_at_rest().await;
        scene.app.advance(LEASE_IS_OVER);
        server.start_again(scene.app.router()).await;
    }
    let told = asking.await.unwrap();
    scene.assert_matches_responses(&told).await;
    let questions = scene.questions;
    assert_eq!(scene.stored().await, (questions, questions));
    assert_eq!(scene.billed().await, (questions + lost, u32::try_from(questions).unwrap()));
}
