//! A client of the API: HTTP over loopback, with the cookies of one browser.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use http::{HeaderMap, Method, Request, header};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Bytes;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::{Value, json};

use crate::secrets::Secrets;
use crate::server::Server;

/// A client gives up after this time.
const PATIENCE: Duration = Duration::from_mins(1);

/// The connections of all clients.
#[derive(Clone, Debug)]
pub(crate) struct Http(Client<HttpConnector, Full<Bytes>>);

/// A response.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// `null` if it is not JSON.
    pub(crate) body: Value,
    /// The body as text, for streams.
    pub(crate) text: String,
    /// The seconds of `Retry-After`.
    pub(crate) retry_after: Option<u64>,
}

impl Http {
    pub(crate) fn new() -> Self {
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        Self(Client::builder(TokioExecutor::new()).build(connector))
    }

    /// Sends a request. `None` if no complete answer arrived.
    pub(crate) async fn send(&self, request: Request<Full<Bytes>>) -> Option<(http::response::Parts, Bytes)> {
        let sent = async {
            let (parts, body) = self.0.request(request).await.ok()?.into_parts();
            Some((parts, body.collect().await.ok()?.to_bytes()))
        };
        tokio::time::timeout(PATIENCE, sent).await.ok()?
    }
}

impl Answer {
    /// The error code; empty for a success.
    pub(crate) fn code(&self) -> &str {
        self.body["error"]["code"].as_str().unwrap_or_default()
    }

    pub(crate) const fn is_success(&self) -> bool {
        matches!(self.status, 200 | 201)
    }

    /// Whether the server has no room for the request, and says when to try again.
    pub(crate) fn is_busy(&self) -> bool {
        self.status == 503 && self.code() == "DATABASE_ERROR" && self.retry_after.is_some()
    }

    /// Whether the server failed, so that the outcome of the request is unknown.
    pub(crate) const fn is_failure(&self) -> bool {
        self.status >= 500
    }

    /// The status and the code, for a report. The rest of a response may contain secrets.
    pub(crate) fn outline(&self) -> String {
        format!("{} {}", self.status, self.code()).trim_end().to_owned()
    }
}

/// The outline of a response that may be absent.
pub(crate) fn outline(answer: Option<&Answer>) -> String {
    answer.map_or_else(|| "no answer".to_owned(), Answer::outline)
}

/// A person with one browser.
#[derive(Debug)]
pub(crate) struct Person {
    http: Http,
    server: Arc<Server>,
    cookies: Mutex<BTreeMap<String, String>>,
    pub(crate) username: String,
    pub(crate) email: String,
    pub(crate) password: String,
}

impl Person {
    /// A person with a new name and new secrets, and without an account.
    pub(crate) fn new(http: &Http, server: &Arc<Server>, secrets: &Secrets) -> Self {
        let secret = secrets.next();
        let number = secret.rsplit('n').next().unwrap_or_default().to_owned();
        Self {
            http: http.clone(),
            server: Arc::clone(server),
            cookies: Mutex::default(),
            username: format!("tried{number}"),
            email: format!("{secret}@example.com"),
            password: format!("A1-{}", secrets.next()),
        }
    }

    /// The same person with another browser, which has no cookies.
    pub(crate) fn elsewhere(&self) -> Self {
        Self {
            http: self.http.clone(),
            server: Arc::clone(&self.server),
            cookies: Mutex::default(),
            username: self.username.clone(),
            email: self.email.clone(),
            password: self.password.clone(),
        }
    }

    pub(crate) async fn sign_up(&self) -> Option<Answer> {
        let Self { username, email, password, .. } = self;
        let form = json!({
            "name": "Tried", "email": email, "username": username, "password": password, "confirm_password": password,
        });
        self.post("/auth/signup", form).await
    }

    pub(crate) async fn sign_in(&self) -> Option<Answer> {
        self.post("/auth/login", json!({ "username": self.username, "password": self.password })).await
    }

    pub(crate) async fn get(&self, path: &str) -> Option<Answer> {
        self.send(Method::GET, path, None).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Option<Answer> {
        self.send(Method::POST, path, Some(body)).await
    }

    pub(crate) async fn put(&self, path: &str, body: Value) -> Option<Answer> {
        self.send(Method::PUT, path, Some(body)).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Option<Answer> {
        self.send(Method::DELETE, path, None).await
    }

    /// Sends a question and accepts its answer as a stream.
    pub(crate) async fn stream(&self, path: &str, body: Value) -> Option<Answer> {
        self.once(Method::POST, path, Some(&body), "text/event-stream").await
    }

    /// Sends a request. An expired access token is renewed first, as a page does.
    pub(crate) async fn send(&self, method: Method, path: &str, body: Option<Value>) -> Option<Answer> {
        let accepts = "application/json";
        let answer = self.once(method.clone(), path, body.as_ref(), accepts).await?;
        if answer.code() != "TOKEN_EXPIRED" {
            return Some(answer);
        }
        self.once(Method::POST, "/auth/refresh", None, accepts).await?;
        self.once(method, path, body.as_ref(), accepts).await
    }

    async fn once(&self, method: Method, path: &str, body: Option<&Value>, accepts: &str) -> Option<Answer> {
        let url = format!("http://{}{path}", self.server.authority());
        let request = Request::builder().method(method).uri(url).header(header::ACCEPT, accepts);
        let request = request.header(header::COOKIE, self.cookie_header());
        let request = match body {
            Some(body) => request.header(header::CONTENT_TYPE, "application/json").body(body.to_string().into()),
            None => request.body(Full::default()),
        };
        let (parts, body) = self.http.send(request.ok()?).await?;
        self.keep_cookies(&parts.headers);
        let retry_after = parts.headers.get(header::RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse().ok());
        let text = String::from_utf8_lossy(&body).into_owned();
        let body = serde_json::from_str(&text).unwrap_or_default();
        Some(Answer { status: parts.status.as_u16(), body, text, retry_after })
    }

    fn cookie_header(&self) -> String {
        let cookies = self.cookies.lock().unwrap_or_else(PoisonError::into_inner);
        cookies.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
    }

    fn keep_cookies(&self, headers: &HeaderMap) {
        let mut cookies = self.cookies.lock().unwrap_or_else(PoisonError::into_inner);
        for line in headers.get_all(header::SET_COOKIE) {
            let pair = line.to_str().unwrap_or_default().split(';').next().unwrap_or_default();
            match pair.split_once('=') {
                Some((name, "")) => drop(cookies.remove(name)),
                Some((name, value)) => drop(cookies.insert(name.to_owned(), value.to_owned())),
                None => {}
            }
        }
    }
}

/// Repeats a request until it gets an answer other than a failure. At most `tries` times.
pub(crate) async fn until_answered<F: Future<Output = Option<Answer>>>(
    tries: u32,
    mut send: impl FnMut() -> F,
) -> Option<Answer> {
    let mut answer = None;
    for _ in 0..tries {
        answer = send().await;
        if answer.as_ref().is_some_and(|answer| !answer.is_failure()) {
            return answer;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    answer
}

/// The time of a future.
pub(crate) async fn timed<T>(work: impl Future<Output = T>) -> (T, Duration) {
    let began = Instant::now();
    let result = work.await;
    (result, began.elapsed())
}
