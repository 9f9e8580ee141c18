//! People and their actions over HTTP.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::ops::RangeInclusive;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::request::Builder;
use axum::http::{HeaderValue, Request, header};
use serde_json::{Value, json};
use tower::ServiceExt as _;

use crate::app::response::{Response, SetCookie};

/// A person with a browser, which stores their cookies. Clones share the cookies, as tabs do.
#[derive(Clone, Debug)]
pub struct Person {
    pub(super) router: Router,
    pub(super) address: SocketAddr,
    pub(super) cookies: Arc<Mutex<BTreeMap<String, String>>>,
}

/// A session, as its owner sees it.
#[derive(Clone, Debug)]
pub struct Session {
    /// Its id.
    pub id: String,
    /// `/sessions/{id}`.
    pub path: String,
    /// The session's JSON in the response.
    pub json: Value,
    /// The last code that was sent or read.
    pub code: String,
}

/// A thread, as its owner sees it.
#[derive(Clone, Debug)]
pub struct Thread {
    /// Its id.
    pub id: String,
    /// `/threads/{id}`.
    pub path: String,
    /// The thread's JSON in the response.
    pub json: Value,
}

impl Thread {
    /// `/threads/{id}/messages`.
    #[must_use]
    pub fn messages(&self) -> String {
        format!("{}/messages", self.path)
    }
}

impl Person {
    /// The client's address, as rate limits count it.
    #[must_use]
    pub fn ip(&self) -> String {
        self.address.ip().to_string()
    }

    /// Creates a session.
    pub async fn creates(&self, filename: &str, code: &str) -> Session {
        let file = json!({ "filename": filename, "code_content": code });
        let created = self.posts("/sessions", &file).await.is(201);
        Session::from(&created["session"], code.to_owned())
    }

    /// Opens a session with its code.
    pub async fn opens(&self, session: &Session) -> Session {
        let opened = self.gets(&session.path).await.is(200);
        let code = text(&opened["session"]["code_content"]);
        Session::from(&opened["session"], code)
    }

    /// Saves code over the edited version.
    pub async fn saves(&self, session: &Session, version: u32, code: &str) -> Response {
        let save = json!({ "expected_version_number": version, "code_content": code });
        self.puts(&session.path, &save).await
    }

    /// Opens a thread on these lines of the session's code.
    pub async fn opens_thread(&self, session: &Session, lines: RangeInclusive<usize>) -> Thread {
        let all = session.code.lines();
        let selected: Vec<&str> = all.skip(lines.start() - 1).take(lines.clone().count()).collect();
        let selection = json!({
            "type": "block",
            "start_line": lines.start(),
            "end_line": lines.end(),
            "selected_text": selected.join("\n"),
        });
        let path = format!("{}/threads", session.path);
        let opened = self.posts(&path, &selection).await.is(201);
        Thread::from(&opened["thread"])
    }

    /// Asks a question, and returns the stored question and its stored answer.
    pub async fn asks(&self, thread: &Thread, question: &str) -> (Value, Value) {
        let content = json!({ "content": question });
        let mut posted = self.posts(&thread.messages(), &content).await.is(201);
        (posted["message"].take(), posted["reply"].take())
    }

    /// Adds a note, which gets no answer.
    pub async fn notes(&self, thread: &Thread, text: &str) -> Value {
        let note = json!({ "content": text, "ask": false });
        let mut posted = self.posts(&thread.messages(), &note).await.is(201);
        assert_eq!(posted.get("reply"), None);
        posted["message"].take()
    }

    /// `GET`.
    pub async fn gets(&self, path: &str) -> Response {
        self.sends(Request::get(path), Body::empty()).await
    }

    /// `POST` with a JSON body.
    pub async fn posts(&self, path: &str, body: &Value) -> Response {
        self.sends_json(Request::post(path), body.to_string()).await
    }

    /// A request with a JSON body that returns a stream of events, as text.
    pub async fn streams(&self, request: Builder, body: &Value) -> String {
        let cookies = self.cookie_header().expect("a person who is signed in");
        let request = request.header(header::CONTENT_TYPE, "application/json").header(header::COOKIE, cookies);
        let mut request = request.body(Body::from(body.to_string())).expect("a request");
        request.extensions_mut().insert(ConnectInfo(self.address));
        let Ok(response) = self.router.clone().oneshot(request).await;
        let bytes = axum::body::to_bytes(response.into_body(), usize::MAX).await.expect("a body in memory");
        String::from_utf8(bytes.to_vec()).expect("UTF-8")
    }

    /// `PUT` with a JSON body.
    pub async fn puts(&self, path: &str, body: &Value) -> Response {
        self.sends_json(Request::put(path), body.to_string()).await
    }

    /// `PATCH` with a JSON body.
    pub async fn patches(&self, path: &str, body: &Value) -> Response {
        self.sends_json(Request::patch(path), body.to_string()).await
    }

    /// `DELETE`, without a body.
    pub async fn deletes(&self, path: &str) -> Response {
        self.sends(Request::delete(path), Body::empty()).await
    }

    /// `DELETE` with a JSON body.
    pub async fn deletes_with(&self, path: &str, body: &Value) -> Response {
        self.sends_json(Request::delete(path), body.to_string()).await
    }

    /// Requests a new access token.
    pub async fn refreshes(&self) -> Response {
        self.posts("/auth/refresh", &json!({})).await
    }

    /// A person with a copy of the current cookies.
    #[must_use]
    pub fn copied(&self) -> Self {
        let jar = self.jar().clone();
        Self { cookies: Arc::new(Mutex::new(jar)), ..self.clone() }
    }

    /// The same person, whose requests go to the process of another one.
    #[must_use]
    pub fn in_the_process_of(&self, other: &Self) -> Self {
        Self { router: other.router.clone(), ..self.clone() }
    }

    /// The same person, whose requests go through these layers around the process.
    #[must_use]
    pub fn through(&self, layers: impl FnOnce(Router) -> Router) -> Self {
        Self { router: layers(self.router.clone()), ..self.clone() }
    }

    /// A request whose body is JSON, or is declared as JSON.
    pub async fn sends_json(&self, request: Builder, body: impl Into<Body>) -> Response {
        self.sends(request.header(header::CONTENT_TYPE, "application/json"), body).await
    }

    /// A request with this person's cookies. The cookies of the response are stored.
    pub async fn sends(&self, request: Builder, body: impl Into<Body>) -> Response {
        let mut request = request.body(body.into()).expect("a request");
        if let Some(cookies) = self.cookie_header() {
            request.headers_mut().insert(header::COOKIE, cookies);
        }
        request.extensions_mut().insert(ConnectInfo(self.address));
        let what = format!("{} {}", request.method(), request.uri().path());
        let Ok(response) = self.router.clone().oneshot(request).await;
        let response = Response::read(what, response).await;
        self.keep(response.set_cookies());
        response
    }

    /// The value of a cookie.
    #[must_use]
    pub fn cookie(&self, name: &str) -> Option<String> {
        self.jar().get(name).cloned()
    }

    /// Sets the value of a cookie; `None` removes it.
    pub fn with_cookie(&self, name: &str, value: Option<&str>) {
        let mut jar = self.jar();
        match value {
            Some(value) => jar.insert(name.to_owned(), value.to_owned()),
            None => jar.remove(name),
        };
    }

    fn jar(&self) -> MutexGuard<'_, BTreeMap<String, String>> {
        self.cookies.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn cookie_header(&self) -> Option<HeaderValue> {
        let pairs: Vec<String> = self.jar().iter().map(|(name, value)| format!("{name}={value}")).collect();
        let joined = pairs.join("; ");
        (!joined.is_empty()).then(|| joined.parse().expect("a header value"))
    }

    /// Stores cookies beyond their `Max-Age`, unlike a browser: the tests check that the server rejects expired tokens.
    fn keep(&self, cookies: Vec<SetCookie>) {
        for cookie in cookies {
            let cleared = cookie.attributes.iter().any(|attribute| attribute == "Max-Age=0");
            self.with_cookie(&cookie.name, (!cleared).then_some(&cookie.value));
        }
    }
}

impl Session {
    fn from(shown: &Value, code: String) -> Self {
        let id = text(&shown["session_id"]);
        Self { path: format!("/sessions/{id}"), json: shown.clone(), id, code }
    }
}

impl Thread {
    fn from(shown: &Value) -> Self {
        let id = text(&shown["thread_id"]);
        Self { path: format!("/threads/{id}"), json: shown.clone(), id }
    }
}

fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}
