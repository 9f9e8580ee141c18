//! A session as the API shows it.

use model::{OpenedSession, Session};
use serde::Serialize;
use utoipa::ToSchema;

use crate::fields;
use crate::http::etag::ETag;
use crate::threads::ThreadView;

/// Everything about a session but its code.
#[derive(Serialize, ToSchema)]
#[schema(as = Session)]
pub(crate) struct SessionView {
    #[schema(schema_with = fields::session_id)]
    session_id: String,
    #[schema(schema_with = fields::filename)]
    filename: String,
    #[schema(schema_with = fields::language_detected)]
    language_detected: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(schema_with = fields::language_override)]
    language_override: Option<&'static str>,
    #[schema(schema_with = fields::version_number)]
    version_number: u32,
    #[schema(schema_with = fields::code_bytes)]
    code_bytes: u32,
    #[schema(schema_with = fields::thread_count)]
    thread_count: u32,
    #[schema(schema_with = fields::created_at)]
    created_at: String,
    #[schema(schema_with = fields::updated_at)]
    updated_at: String,
    #[schema(schema_with = fields::last_activity_at)]
    last_activity_at: String,
    #[schema(schema_with = fields::user_id)]
    last_modified_by: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(schema_with = fields::code_content)]
    code_content: Option<String>,
}

/// `{"session": …}`.
#[derive(Serialize, ToSchema)]
pub struct OneSession {
    session: SessionView,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(schema_with = fields::filename_given)]
    filename_given: Option<String>,
}

impl OneSession {
    /// Tells the name that the client gave, if the session has another: a name is made safe, and never in silence.
    pub(super) fn given(mut self, filename: &str) -> Self {
        self.filename_given = (self.session.filename != filename).then(|| filename.to_owned());
        self
    }
}

impl From<&Session> for SessionView {
    fn from(head: &Session) -> Self {
        Self {
            session_id: head.session_id.to_string(),
            filename: head.filename.as_str().to_owned(),
            language_detected: head.language_detected.name(),
            language_override: head.language_override.map(model::Language::name),
            version_number: head.version_number,
            code_bytes: head.code_bytes,
            thread_count: head.thread_count,
            created_at: head.created_at.to_rfc3339(),
            updated_at: head.updated_at.to_rfc3339(),
            last_activity_at: head.last_activity().to_rfc3339(),
            last_modified_by: head.last_modified_by.to_string(),
            code_content: None,
        }
    }
}

/// Names the state of a session, its code and these threads: all that is shown of the head, which names the revision of the
/// code, the counts of what changes beside it, and all that is shown of the threads.
pub(super) fn etag(head: &Session, threads: Option<&[ThreadView]>) -> ETag {
    let shown = serde_json::to_string(&(SessionView::from(head), threads)).expect("texts and numbers are JSON");
    ETag::of(format!("{shown} {} {} {}", head.revision, head.settings_changes, head.thread_changes))
}

impl From<&Session> for OneSession {
    fn from(head: &Session) -> Self {
        Self { session: head.into(), filename_given: None }
    }
}

impl From<OpenedSession> for SessionView {
    fn from(opened: OpenedSession) -> Self {
        Self { code_content: Some(opened.text.to_string()), ..Self::from(&opened.head) }
    }
}
