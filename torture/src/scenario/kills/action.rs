//! The actions that are killed: how each is prepared, and the request that is its repeat too.

use rand::rngs::ChaCha8Rng;
use rand::{RngExt as _, SeedableRng as _};
use serde_json::json;

use crate::client::{Answer, Person, outline};
use crate::error::TortureError;
use crate::fault::{Fault, Refusal};
use crate::world::{World, create_session, create_thread, prepared, text_at};

/// A file for which the rule-based reviewer suggests a patch.
const REVIEWED: &str = "    if values == None:\n        return 0\n";
/// Random letters that do not fit into one item.
const CHUNKED: usize = 400_000;

/// An action of a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Action {
    SignUp,
    SignIn,
    Refresh,
    Save,
    SaveChunked,
    Create,
    CreateChunked,
    Rename,
    CreateThread,
    MoveThread,
    Note,
    Question,
    StreamedQuestion,
    Retry,
    Analysis,
    Apply,
    DeleteThread,
    DeleteSession,
    DeleteAccount,
    Profile,
    Password,
    EndDevice,
}

/// One person and the things that an action changes.
pub(super) struct Scene {
    pub(super) person: Person,
    /// The same person with another browser.
    pub(super) other: Person,
    pub(super) user: String,
    pub(super) session: String,
    pub(super) thread: String,
    pub(super) message: String,
    /// The other browser's sign-in.
    pub(super) device: String,
    /// A UUID of the client.
    pub(super) id: String,
    pub(super) old: String,
    pub(super) new: String,
}

impl Action {
    pub(super) const ALL: [Self; 22] = [
        Self::SignUp,
        Self::SignIn,
        Self::Refresh,
        Self::Save,
        Self::SaveChunked,
        Self::Create,
        Self::CreateChunked,
        Self::Rename,
        Self::CreateThread,
        Self::MoveThread,
        Self::Note,
        Self::Question,
        Self::StreamedQuestion,
        Self::Retry,
        Self::Analysis,
        Self::Apply,
        Self::DeleteThread,
        Self::DeleteSession,
        Self::DeleteAccount,
        Self::Profile,
        Self::Password,
        Self::EndDevice,
    ];

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::SignUp => "sign-up",
            Self::SignIn => "sign-in",
            Self::Refresh => "refresh with rotation",
            Self::Save => "save",
            Self::SaveChunked => "save in chunks",
            Self::Create => "new session",
            Self::CreateChunked => "new session in chunks",
            Self::Rename => "rename",
            Self::CreateThread => "new thread",
            Self::MoveThread => "move of a thread",
            Self::Note => "note",
            Self::Question => "question",
            Self::StreamedQuestion => "question with a stream",
            Self::Retry => "retry of a failed question",
            Self::Analysis => "analysis",
            Self::Apply => "apply",
            Self::DeleteThread => "delete of a thread",
            Self::DeleteSession => "delete of a session",
            Self::DeleteAccount => "delete of an account",
            Self::Profile => "change of the profile",
            Self::Password => "change of the password",
            Self::EndDevice => "end of a sign-in",
        }
    }

    /// Creates what the action needs.
    pub(super) async fn prepare(self, world: &World) -> Result<Scene, TortureError> {
        let person = Person::new(&world.http, &world.server, &world.secrets);
        let mut user = String::new();
        if self != Self::SignUp {
            user = text_at(&prepared("a sign-up", person.sign_up().await)?, "/user/id");
        }
        let [old, new] = [(); 2].map(|()| world.secrets.next());
        let mut scene = Scene {
            other: person.elsewhere(),
            person,
            user,
            session: String::new(),
            thread: String::new(),
            message: String::new(),
            device: String::new(),
            id: uuid(&new),
            old: format!("# {old}\nprint(1)\n"),
            new: format!("# {new}\nprint(2)\n"),
        };
        match self {
            Self::SignUp | Self::SignIn | Self::Create | Self::Profile | Self::Analysis => {}
            Self::Refresh => world.table.age_sign_ins().await?,
            Self::Password => new.clone_into(&mut scene.new),
            Self::CreateThread | Self::Rename => scene.creates().await?,
            Self::CreateChunked => scene.new = random_text(&new),
            Self::EndDevice => scene.signs_in_elsewhere().await?,
            Self::Save | Self::Question | Self::StreamedQuestion | Self::MoveThread | Self::Note => {
                scene.opens_thread().await?;
            }
            Self::Retry => scene.asks_in_vain(world).await?,
            Self::SaveChunked => {
                scene.old = random_text(&old);
                scene.new = random_text(&new);
                scene.creates().await?;
            }
            Self::Apply | Self::DeleteThread | Self::DeleteSession | Self::DeleteAccount => scene.asks().await?,
        }
        Ok(scene)
    }

    /// Whether the action calls the model.
    pub(super) const fn asks_model(self) -> bool {
        matches!(self, Self::Question | Self::StreamedQuestion | Self::Retry | Self::Analysis)
    }

    /// Sends the request of the action.
    pub(super) async fn act(self, scene: &Scene) -> Option<Answer> {
        let Scene { person, other, session, thread, message, id, new, .. } = scene;
        match self {
            Self::SignUp => person.sign_up().await,
            Self::SignIn => other.sign_in().await,
            Self::Refresh => person.send(http::Method::POST, "/auth/refresh", None).await,
            Self::Save | Self::SaveChunked => {
                let form = json!({ "expected_version_number": 1, "code_content": new });
                person.put(&format!("/sessions/{session}"), form).await
            }
            Self::Create | Self::CreateChunked => {
                let form = json!({ "filename": "new.py", "code_content": new, "client_session_id": id });
                person.post("/sessions", form).await
            }
            Self::CreateThread => {
                let line = scene.old.lines().next();
                let form = json!({
                    "type": "block", "start_line": 1, "end_line": 1, "selected_text": line, "client_thread_id": id,
                });
                person.post(&format!("/sessions/{session}/threads"), form).await
            }
            Self::Rename => {
                let form = json!({ "filename": "renamed.py" });
                person.send(http::Method::PATCH, &format!("/sessions/{session}/metadata"), Some(form)).await
            }
            Self::MoveThread => {
                let form = json!({ "start_line": 2, "end_line": 2, "selected_text": "print(1)" });
                person.put(&format!("/threads/{thread}"), form).await
            }
            Self::Note => {
                let form = json!({ "content": new, "ask": false, "client_message_id": id });
                person.post(&format!("/threads/{thread}/messages"), form).await
            }
            Self::Question | Self::StreamedQuestion => {
                let form = json!({ "content": format!("What is {new}?"), "client_message_id": id });
                let path = format!("/threads/{thread}/messages");
                if self == Self::Question { person.post(&path, form).await } else { person.stream(&path, form).await }
            }
            Self::Retry => person.post(&format!("/threads/{thread}/messages/{message}/retry"), json!({})).await,
            Self::Analysis => {
                let question = format!("What is {new}?");
                let form = json!({ "filename": "tried.py", "code_content": scene.old, "question": question });
                person.post("/ai/analyze", form).await
            }
            Self::Apply => {
                let form = json!({ "expected_version_number": 1 });
                person.post(&format!("/threads/{thread}/messages/{message}/apply"), form).await
            }
            Self::DeleteThread => person.delete(&format!("/threads/{thread}")).await,
            Self::DeleteSession => person.delete(&format!("/sessions/{session}")).await,
            Self::DeleteAccount => {
                let form = json!({ "password": person.password });
                person.send(http::Method::DELETE, "/users/me", Some(form)).await
            }
            Self::Profile => person.put("/users/me", scene.profile()).await,
            Self::Password => {
                let password = scene.new_password();
                let form = json!({
                    "current_password": person.password, "new_password": password, "confirm_password": password,
                });
                person.put("/users/me/password", form).await
            }
            Self::EndDevice => person.delete(&format!("/users/me/devices/{}", scene.device)).await,
        }
    }
}

impl Scene {
    /// The new profile: another name, username and address.
    pub(super) fn profile(&self) -> serde_json::Value {
        let Person { username, email, .. } = &self.person;
        json!({ "name": "Renamed", "username": format!("{username}n"), "email": format!("new.{email}") })
    }

    pub(super) fn new_password(&self) -> String {
        format!("B2-{}", self.new)
    }

    /// Signs in with the other browser.
    async fn signs_in_elsewhere(&mut self) -> Result<(), TortureError> {
        prepared("a sign-in", self.other.sign_in().await)?;
        let devices = prepared("a list of sign-ins", self.person.get("/users/me/devices").await)?;
        let devices = devices.body["devices"].as_array().cloned().unwrap_or_default();
        let other = devices.iter().find(|device| device["is_this"] != true);
        other.and_then(|device| device["device_id"].as_str()).unwrap_or_default().clone_into(&mut self.device);
        Ok(())
    }

    async fn creates(&mut self) -> Result<(), TortureError> {
        self.session = create_session(&self.person, "tried.py", &self.old).await?;
        Ok(())
    }

    async fn opens_thread(&mut self) -> Result<(), TortureError> {
        self.creates().await?;
        let line = self.old.lines().next().unwrap_or_default();
        self.thread = create_thread(&self.person, &self.session, line).await?;
        Ok(())
    }

    /// Opens a thread and asks a question in it, which the model does not answer.
    async fn asks_in_vain(&mut self, world: &World) -> Result<(), TortureError> {
        self.opens_thread().await?;
        let (path, form) = (format!("/threads/{}/messages", self.thread), json!({ "content": "Why?" }));
        world.model.queue([Fault::Refusal(Refusal::Model(500, "InternalServerException"))]);
        let answer = self.person.post(&path, form).await;
        world.model.clear_queue();
        if answer.as_ref().is_none_or(|answer| answer.code() != "BEDROCK_UNAVAILABLE") {
            let answer = outline(answer.as_ref());
            return Err(TortureError::Preparation { step: "a question that must fail", answer });
        }
        let messages = prepared("a list of messages", self.person.get(&path).await)?;
        self.message = text_at(&messages, "/messages/0/message_id");
        Ok(())
    }

    /// Opens a thread on code that the reviewer corrects, and asks about it.
    async fn asks(&mut self) -> Result<(), TortureError> {
        self.old = format!("{REVIEWED}{}", self.old);
        self.opens_thread().await?;
        let (thread, form) = (&self.thread, json!({ "content": "Is this comparison right?" }));
        let answer = self.person.post(&format!("/threads/{thread}/messages"), form).await;
        self.message = text_at(&prepared("a question", answer)?, "/reply/message_id");
        Ok(())
    }
}

/// A UUID from the number of a secret.
fn uuid(secret: &str) -> String {
    let number: u64 = secret.rsplit('n').next().and_then(|number| number.parse().ok()).unwrap_or_default();
    format!("6f1c9a0e-5b7d-4f32-9a55-{number:012x}")
}

/// Text with this first line, which gzip shortens by a quarter only.
fn random_text(secret: &str) -> String {
    const LETTERS: &[u8; 64] = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+/";
    let mut random = ChaCha8Rng::seed_from_u64(secret.bytes().map(u64::from).sum());
    let letters = (0..CHUNKED).map(|at| match at % 100 {
        99 => '\n',
        _ => char::from(LETTERS[random.random_range(0..LETTERS.len())]),
    });
    format!("# {secret}\n{}", letters.collect::<String>())
}
