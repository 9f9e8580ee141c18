//! The scene of a route: two people, a session, a thread, and the request that one of them sends.

use axum::body::Body;
use axum::http::Request;
use bedrock_local::Act;
use serde_json::Value;
use tests::TestApp;
use tests::app::contract::Operation;
use tests::app::{Person, Response, Session, Thread};

/// Ada with a session and a thread, bob who has an account too, and the route that ada asks.
pub(super) struct Scene {
    pub(super) app: TestApp,
    pub(super) ada: Person,
    pub(super) bob: Person,
    pub(super) session: Session,
    pub(super) thread: Thread,
    /// An answer with a patch, for routes that are about one.
    pub(super) answer: String,
    pub(super) operation: &'static Operation,
    pub(super) body: Option<Value>,
}

impl Scene {
    pub(super) fn path(&self) -> String {
        self.addressed(&self.thread.id)
    }

    pub(super) fn addressed(&self, thread: &str) -> String {
        let path = self.operation.path.replace("{id}", &self.session.id).replace("{thread_id}", thread);
        path.replace("{message_id}", &self.answer.replace(&self.thread.id, thread))
    }

    pub(super) fn names(&self, parameter: &str) -> bool {
        self.operation.path.contains(parameter)
    }

    /// The request, by this person and to this path.
    pub(super) async fn sent(&self, person: &Person, path: &str) -> Response {
        self.sends(person, path, self.body.as_ref()).await
    }

    pub(super) async fn sends(&self, person: &Person, path: &str, body: Option<&Value>) -> Response {
        let request = Request::builder().method(&*self.operation.method).uri(path);
        match body {
            Some(body) => person.sends_json(request, body.to_string()).await,
            None if self.operation.method == "GET" => person.sends(request, Body::empty()).await,
            None => person.sends_json(request, Body::empty()).await,
        }
    }

    pub(super) async fn asked(&self) -> Response {
        self.sent(&self.ada, &self.path()).await
    }

    /// The request with these fields, where its body has them.
    pub(super) async fn with(&self, fields: &[(&str, Value)]) -> Response {
        let mut body = self.body.clone().expect("a body");
        for (name, value) in fields {
            if let Some(field) = body.get_mut(name) {
                *field = value.clone();
            }
        }
        self.sends(&self.ada, &self.path(), Some(&body)).await
    }

    /// The request with a field that its body may have.
    pub(super) async fn with_choice(&self, name: &str, value: &str) -> Response {
        let mut body = self.body.clone().expect("a body");
        body[name] = value.into();
        self.sends(&self.ada, &self.path(), Some(&body)).await
    }

    pub(super) async fn with_model(&self, acts: Vec<Act>) -> Response {
        self.app.bedrock().script(acts);
        self.asked().await
    }
}
