//! A request with its texts and ids, and its form in HTTP.

use serde_json::{Value, json};

/// A request.
#[derive(Clone, Debug)]
pub(super) enum Call {
    SignUp { name: String, username: String, email: String, password: String },
    SignIn { username: String, password: String },
    SignOut,
    Refresh,
    ReadProfile,
    ChangeProfile { name: Option<String>, username: Option<String>, email: Option<String> },
    ChangePassword { current: String, new: String },
    DeleteAccount { password: String },
    ListDevices,
    EndDevice { id: String },
    ReadUsage,
    CreateSession { file: File, client: Option<String> },
    ListSessions { by_activity: bool, limit: u8 },
    OpenSession { id: String, with_threads: bool },
    Save { id: String, version: u32, code: Option<String>, language: Language },
    Rename { id: String, filename: Option<String>, language: Language },
    DeleteSession { id: String },
    CreateThread { session: String, selection: Selection, client: Option<String> },
    ListThreads { session: String, limit: u8 },
    ReadThread { id: String },
    MoveThread { id: String, to: Move },
    DeleteThread { id: String },
    Post { thread: String, content: String, asks: bool, client: Option<String>, version: Option<u32>, fails: bool },
    Retry { thread: String, seq: u32, fails: bool },
    Apply { thread: String, seq: u32, version: u32 },
    Cancel { thread: String, seq: u32 },
    ReadMessage { thread: String, seq: u32 },
    ListMessages { thread: String, newest_first: bool, limit: u8 },
}

/// A new file.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct File {
    pub(super) filename: String,
    pub(super) code: String,
    pub(super) language: Option<String>,
}

/// A change of the language: `None` keeps it, `Some(None)` selects the detected one.
pub(super) type Language = Option<Option<String>>;

/// The subject of a thread.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Selection {
    WholeFile,
    Block(Block),
}

/// Lines, from 1 and inclusive, and a text.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Block {
    pub(super) start: u32,
    pub(super) end: u32,
    pub(super) text: String,
}

/// A new place of a thread.
#[derive(Clone, Debug)]
pub(super) enum Move {
    To(Selection),
    /// Other lines; type and text stay.
    Lines(u32, u32),
}

/// A request in HTTP.
pub(super) struct Http {
    pub(super) method: &'static str,
    pub(super) path: String,
    pub(super) body: Option<Value>,
}

impl Selection {
    fn json(&self) -> Value {
        match self {
            Self::WholeFile => json!({ "type": "file" }),
            Self::Block(Block { start, end, text }) => {
                json!({ "type": "block", "start_line": start, "end_line": end, "selected_text": text })
            }
        }
    }
}

/// The fields that are present.
fn present<const N: usize>(fields: [(&str, Option<Value>); N]) -> Value {
    let fields = fields.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
    Value::Object(fields.collect())
}

fn text(value: Option<&String>) -> Option<Value> {
    value.map(|value| value.as_str().into())
}

impl Call {
    /// Whether the whole answer is on one page.
    pub(super) const fn is_paged(&self) -> bool {
        matches!(self, Self::ListSessions { .. } | Self::ListThreads { .. } | Self::ListMessages { .. })
    }

    /// Whether the model fails, if this request asks it.
    pub(super) const fn fails(&self) -> bool {
        matches!(self, Self::Post { fails: true, .. } | Self::Retry { fails: true, .. })
    }

    /// Whether it can ask the model.
    pub(super) const fn may_ask(&self) -> bool {
        matches!(self, Self::Post { asks: true, .. } | Self::Retry { .. })
    }

    /// The request in HTTP.
    pub(super) fn http(&self) -> Http {
        let (method, path) = self.route();
        Http { method, path, body: self.body() }
    }

    fn route(&self) -> (&'static str, String) {
        match self {
            Self::SignUp { .. } => ("POST", "/auth/signup".to_owned()),
            Self::SignIn { .. } => ("POST", "/auth/login".to_owned()),
            Self::SignOut => ("POST", "/auth/logout".to_owned()),
            Self::Refresh => ("POST", "/auth/refresh".to_owned()),
            Self::ReadProfile => ("GET", "/users/me".to_owned()),
            Self::ChangeProfile { .. } => ("PUT", "/users/me".to_owned()),
            Self::ChangePassword { .. } => ("PUT", "/users/me/password".to_owned()),
            Self::DeleteAccount { .. } => ("DELETE", "/users/me".to_owned()),
            Self::ListDevices => ("GET", "/users/me/devices".to_owned()),
            Self::EndDevice { id } => ("DELETE", format!("/users/me/devices/{id}")),
            Self::ReadUsage => ("GET", "/users/me/usage".to_owned()),
            Self::CreateSession { .. } => ("POST", "/sessions".to_owned()),
            Self::ListSessions { by_activity, limit } => {
                let sort = if *by_activity { "updated" } else { "created" };
                ("GET", format!("/sessions?sort={sort}&limit={limit}"))
            }
            Self::OpenSession { id, with_threads: false } => ("GET", format!("/sessions/{id}")),
            Self::OpenSession { id, with_threads: true } => ("GET", format!("/sessions/{id}?include=threads")),
            Self::Save { id, .. } => ("PUT", format!("/sessions/{id}")),
            Self::Rename { id, .. } => ("PATCH", format!("/sessions/{id}/metadata")),
            Self::DeleteSession { id } => ("DELETE", format!("/sessions/{id}")),
            Self::CreateThread { session, .. } => ("POST", format!("/sessions/{session}/threads")),
            Self::ListThreads { session, limit } => ("GET", format!("/sessions/{session}/threads?limit={limit}")),
            Self::ReadThread { id } => ("GET", format!("/threads/{id}")),
            Self::MoveThread { id, .. } => ("PUT", format!("/threads/{id}")),
            Self::DeleteThread { id } => ("DELETE", format!("/threads/{id}")),
            Self::Post { thread, .. } => ("POST", format!("/threads/{thread}/messages")),
            Self::Retry { thread, seq, .. } => ("POST", format!("/threads/{thread}/messages/{thread}.{seq}/retry")),
            Self::Apply { thread, seq, .. } => ("POST", format!("/threads/{thread}/messages/{thread}.{seq}/apply")),
            Self::Cancel { thread, seq } => ("POST", format!("/threads/{thread}/messages/{thread}.{seq}/cancel")),
            Self::ReadMessage { thread, seq } => ("GET", format!("/threads/{thread}/messages/{thread}.{seq}")),
            Self::ListMessages { thread, newest_first, limit } => {
                let order = if *newest_first { "desc" } else { "asc" };
                ("GET", format!("/threads/{thread}/messages?order={order}&limit={limit}"))
            }
        }
    }

    fn body(&self) -> Option<Value> {
        Some(match self {
            Self::SignUp { name, username, email, password } => json!({
                "name": name, "username": username, "email": email, "password": password, "confirm_password": password,
            }),
            Self::SignIn { username, password } => json!({ "username": username, "password": password }),
            Self::ChangeProfile { name, username, email } => present([
                ("name", text(name.as_ref())),
                ("username", text(username.as_ref())),
                ("email", text(email.as_ref())),
            ]),
            Self::ChangePassword { current, new } => json!({ "current_password": current, "new_password": new }),
            Self::DeleteAccount { password } => json!({ "password": password }),
            Self::CreateSession { file: File { filename, code, language }, client } => present([
                ("filename", Some(filename.as_str().into())),
                ("code_content", Some(code.as_str().into())),
                ("language_override", text(language.as_ref())),
                ("client_session_id", text(client.as_ref())),
            ]),
            Self::Save { version, code, language, .. } => present([
                ("expected_version_number", Some((*version).into())),
                ("code_content", text(code.as_ref())),
                ("language_override", language.as_ref().map(|language| json!(language))),
            ]),
            Self::Rename { filename, language, .. } => present([
                ("filename", text(filename.as_ref())),
                ("language_override", language.as_ref().map(|language| json!(language))),
            ]),
            Self::CreateThread { selection, client, .. } => {
                let mut body = selection.json();
                if let Some(client) = client {
                    body["client_thread_id"] = client.as_str().into();
                }
                body
            }
            Self::MoveThread { to: Move::To(selection), .. } => selection.json(),
            Self::MoveThread { to: Move::Lines(start, end), .. } => json!({ "start_line": start, "end_line": end }),
            Self::Post { content, asks, client, version, .. } => present([
                ("content", Some(content.as_str().into())),
                ("ask", Some((*asks).into())),
                ("client_message_id", text(client.as_ref())),
                ("version_number", version.map(Value::from)),
            ]),
            Self::Apply { version, .. } => json!({ "expected_version_number": version }),
            _ => return None,
        })
    }
}
