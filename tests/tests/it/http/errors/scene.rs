//! A situation in which a route is called, and its caller.

use axum::body::Body;
use axum::http::Request;
use bedrock_local::Act;
use serde_json::{Value, json};
use tests::TestApp;
use tests::app::contract::Operation;
use tests::app::{PASSWORD, Person, Response, Session, Thread, sign_up};

use crate::http::{CODE, FILENAME};

const NEW: &str = "Difference-1822";

/// A body of ada's that the route accepts.
fn body(route: &str) -> Option<Value> {
    Some(match route {
        "POST /auth/signup" => sign_up("carol"),
        "POST /auth/login" => json!({ "username": "ada", "password": PASSWORD }),
        "PUT /users/me" => json!({ "name": "Ada King", "email": "king@example.com", "username": "king" }),
        "PUT /users/me/password" => json!({"current_password": PASSWORD, "new_password": NEW, "confirm_password": NEW}),
        "DELETE /users/me" => json!({ "password": PASSWORD }),
        "POST /sessions" => json!({ "filename": FILENAME, "code_content": CODE }),
        "PUT /sessions/{id}" => json!({ "expected_version_number": 1, "code_content": "print()" }),
        "PATCH /sessions/{id}/metadata" => json!({ "filename": "stock.py" }),
        "PUT /threads/{thread_id}" => json!({ "start_line": 1, "end_line": 2, "selected_text": "?" }),
        "POST /sessions/{id}/threads" => json!({ "type": "file" }),
        "POST /ai/analyze" => json!({
            "filename": FILENAME, "code_content": CODE, "question": "What can go wrong?",
            "start_line": 33, "end_line": 35, "selected_text": "?",
        }),
        "POST /threads/{thread_id}/messages/{message_id}/apply" => json!({ "expected_version_number": 1 }),
        "POST /threads/{thread_id}/messages" => json!({ "content": "Is this comparison right?" }),
        _ => return None,
    })
}

/// Ada with a session and a thread, bob with an account, and the route that ada calls.
pub(super) struct Scene {
    pub(super) app: TestApp,
    pub(super) ada: Person,
    pub(super) bob: Person,
    pub(super) session: Session,
    pub(super) thread: Thread,
    /// An answer with a patch, or a question without an answer, for routes of one message.
    pub(super) message: String,
    /// A sign-in of ada's, for routes of one device.
    pub(super) device: String,
    pub(super) operation: &'static Operation,
    pub(super) body: Option<Value>,
}

impl Scene {
    pub(super) async fn of(app: TestApp, operation: &'static Operation) -> Self {
        let ada = app.signs_up("ada").await;
        let bob = app.signs_up("bob").await;
        let session = ada.creates(FILENAME, CODE).await;
        let thread = ada.opens_thread(&session, 33..=35).await;
        let body = body(&format!("{} {}", operation.method, operation.path));
        let (message, device) = (String::new(), String::new());
        let mut scene = Self { app, ada, bob, session, thread, message, device, operation, body };
        if operation.path.ends_with("/apply") {
            let (_, answer) = scene.ada.asks(&scene.thread, "Is this comparison right?").await;
            answer["message_id"].as_str().unwrap().clone_into(&mut scene.message);
        } else if scene.names("{message_id}") {
            let denied = Act::fault(403, "AccessDeniedException", "no");
            scene.app.bedrock().script(vec![denied]);
            let question = json!({ "content": "Is this comparison right?" });
            let failed = scene.ada.posts(&scene.thread.messages(), &question).await;
            failed.json["error"]["message_id"].as_str().unwrap().clone_into(&mut scene.message);
        }
        if scene.names("{device_id}") {
            scene.app.signs_in("ada").await;
            let shown = scene.ada.gets("/users/me/devices").await.is(200);
            let mut devices = shown["devices"].as_array().unwrap().iter();
            let other = devices.find(|device| device["is_this"] == false).unwrap();
            other["device_id"].as_str().unwrap().clone_into(&mut scene.device);
        }
        scene
    }

    pub(super) fn path(&self) -> String {
        self.addressed(&self.thread.id)
    }

    pub(super) fn addressed(&self, thread: &str) -> String {
        let path = self.operation.path.replace("{id}", &self.session.id).replace("{thread_id}", thread);
        let path = path.replace("{device_id}", &self.device);
        path.replace("{message_id}", &self.message.replace(&self.thread.id, thread))
    }

    pub(super) fn names(&self, parameter: &str) -> bool {
        self.operation.path.contains(parameter)
    }

    /// Sends the request as this person to this path.
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

    /// The request with these fields, if its body has them.
    pub(super) async fn with(&self, fields: &[(&str, Value)]) -> Response {
        let mut body = self.body.clone().expect("a body");
        for (name, value) in fields {
            if let Some(field) = body.get_mut(name) {
                *field = value.clone();
            }
        }
        self.sends(&self.ada, &self.path(), Some(&body)).await
    }

    /// The request with an optional field of its body.
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
