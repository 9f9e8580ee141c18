//! The client of the benches: HTTP over kept connections, the cookies of one account, and calls at a fixed concurrency.

use std::time::{Duration, Instant};

use http_body_util::{BodyExt as _, Full};
use hyper::body::Bytes;
use hyper::header::{CONTENT_TYPE, COOKIE, SET_COOKIE};
use hyper::{HeaderMap, Method, Request, StatusCode};
use hyper_util::client::legacy::Client as Connections;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::BenchError;

/// The password of the accounts.
const PASSWORD: &str = "Measure-2026";

/// An account at a server. Clones share the connections.
#[derive(Clone, Debug)]
pub(super) struct Client {
    url: String,
    cookies: String,
    username: String,
    connections: Connections<HttpConnector, Full<Bytes>>,
}

/// A request that is ready to be sent.
#[derive(Clone, Debug)]
pub(super) struct Call {
    pub(super) method: Method,
    pub(super) path: String,
    pub(super) body: Bytes,
}

impl Call {
    /// A request without a body.
    pub(super) fn get(path: &str) -> Self {
        Self { method: Method::GET, path: path.to_owned(), body: Bytes::new() }
    }

    /// A request with JSON.
    pub(super) fn with(method: Method, path: &str, body: &Value) -> Self {
        Self { method, path: path.to_owned(), body: body.to_string().into() }
    }

    /// `POST` with JSON.
    pub(super) fn post(path: &str, body: &Value) -> Self {
        Self::with(Method::POST, path, body)
    }
}

impl Client {
    /// A client without an account.
    pub(super) fn stranger(url: &str) -> Self {
        let connections = Connections::builder(TokioExecutor::new()).pool_max_idle_per_host(64).build_http();
        Self { url: url.to_owned(), cookies: String::new(), username: String::new(), connections }
    }

    /// A client with a new account.
    ///
    /// # Errors
    /// If the server refuses it.
    pub(super) async fn with_account(url: &str) -> Result<Self, BenchError> {
        let username = format!("bench{:012x}", rand::random::<u64>() >> 16);
        let account = json!({ "name": "Bench", "email": format!("{username}@example.com"), "username": username,
            "password": PASSWORD, "confirm_password": PASSWORD });
        let stranger = Self::stranger(url);
        let (status, headers, _) = stranger.send(&Call::post("/auth/signup", &account)).await?;
        if !status.is_success() {
            return Err(BenchError::refused("POST /auth/signup", status));
        }
        let pairs = headers.get_all(SET_COOKIE).iter().filter_map(|cookie| cookie.to_str().ok()?.split(';').next());
        Ok(Self { cookies: pairs.collect::<Vec<_>>().join("; "), username, ..stranger })
    }

    /// The sign-in of this account.
    pub(super) fn sign_in(&self) -> Call {
        Call::post("/auth/login", &json!({ "username": self.username, "password": PASSWORD }))
    }

    /// Sends a request, and reads its whole answer.
    pub(super) async fn send(&self, call: &Call) -> Result<(StatusCode, HeaderMap, Bytes), BenchError> {
        let mut request = Request::builder().method(&call.method).uri(format!("{}{}", self.url, call.path));
        if !self.cookies.is_empty() {
            request = request.header(COOKIE, &self.cookies);
        }
        if !call.body.is_empty() {
            request = request.header(CONTENT_TYPE, "application/json");
        }
        let no_answer = |reason: String| BenchError::NoAnswer { call: call.name(), reason };
        let request = request.body(Full::new(call.body.clone())).map_err(|error| no_answer(error.to_string()))?;
        let response = self.connections.request(request).await.map_err(|error| no_answer(error.to_string()))?;
        let (parts, body) = response.into_parts();
        let body = body.collect().await.map_err(|error| no_answer(error.to_string()))?.to_bytes();
        Ok((parts.status, parts.headers, body))
    }

    /// Sends a request that must succeed.
    pub(super) async fn ask(&self, call: &Call) -> Result<Value, BenchError> {
        let (status, _, body) = self.send(call).await?;
        if !status.is_success() {
            return Err(BenchError::refused(&call.name(), status));
        }
        Ok(serde_json::from_slice(&body).unwrap_or_default())
    }

    /// Creates a session and returns its path.
    pub(super) async fn create(&self, filename: &str, code: &str) -> Result<String, BenchError> {
        let body = json!({ "filename": filename, "code_content": code });
        let created = self.ask(&Call::post("/sessions", &body)).await?;
        Ok(format!("/sessions/{}", created["session"]["session_id"].as_str().unwrap_or_default()))
    }

    /// Opens a thread on one line of a session and returns its path.
    pub(super) async fn open_thread(&self, session: &str, code: &str, line: usize) -> Result<String, BenchError> {
        let opened = self.ask(&Call::post(&format!("{session}/threads"), &selection(code, line))).await?;
        Ok(format!("/threads/{}", opened["thread"]["thread_id"].as_str().unwrap_or_default()))
    }
}

impl Call {
    /// The method and the path, without ids.
    fn name(&self) -> String {
        let is_id = |part: &&str| part.len() > 30;
        let parts: Vec<&str> = self.path.split('/').map(|part| if is_id(&part) { "{id}" } else { part }).collect();
        format!("{} {}", self.method, parts.join("/"))
    }
}

/// A thread on this line of the code, counted from 1.
pub(super) fn selection(code: &str, line: usize) -> Value {
    let selected = code.lines().nth(line - 1).unwrap_or_default();
    json!({ "type": "block", "start_line": line, "end_line": line, "selected_text": selected })
}

/// The calls of one connection, one after another, with the account that sends them.
pub(super) type Queue = (Client, Vec<Call>);

/// Sends each queue on a connection of its own, all at the same time. Returns the duration of each call.
///
/// # Errors
/// If a call is refused.
pub(super) async fn run(queues: Vec<Queue>) -> Result<Vec<Duration>, BenchError> {
    let mut running = JoinSet::new();
    for (client, calls) in queues {
        running.spawn(async move {
            let mut times = Vec::with_capacity(calls.len());
            for call in &calls {
                let began = Instant::now();
                let (status, _, _) = client.send(call).await?;
                times.push(began.elapsed());
                if !status.is_success() {
                    return Err(BenchError::refused(&call.name(), status));
                }
            }
            Ok(times)
        });
    }
    let mut times = Vec::new();
    while let Some(finished) = running.join_next().await {
        times.extend(finished.expect("a call does not panic")?);
    }
    Ok(times)
}
