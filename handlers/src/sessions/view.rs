//! The JSON of a session.

use model::{OpenedSession, Session};
use serde::Serialize;
use utoipa::ToSchema;

use crate::fields;
use crate::http::etag::ETag;
use crate::threads::ThreadView;

/// A session without its code.
#[derive(Serialize, ToSchema)]
#[schema(as = Session)]
pub(crate) struct SessionView {
    session_id: fields::SessionId,
    filename: fields::Filename,
    language_detected: fields::LanguageDetected,
    #[serde(skip_serializing_if = "Option::is_none")]
    language_override: Option<fields::LanguageOverride>,
    version_number: fields::VersionNumber,
    code_bytes: fields::CodeBytes,
    thread_count: fields::ThreadCount,
    created_at: fields::CreatedAt,
    updated_at: fields::UpdatedAt,
    last_activity_at: fields::LastActivityAt,
    last_modified_by: fields::UserId,
    #[serde(skip_serializing_if = "Option::is_none")]
    code_content: Option<fields::CodeContent>,
}

/// `{"session": …}`.
#[derive(Serialize, ToSchema)]
pub struct OneSession {
    session: SessionView,
    #[serde(skip_serializing_if = "Option::is_none")]
    filename_given: Option<fields::FilenameGiven>,
}

impl OneSession {
    /// Adds the name of the request if it was sanitized.
    pub(super) fn given(mut self, filename: &str) -> Self {
        self.filename_given = (self.session.filename.0.as_str() != filename).then(|| filename.to_owned().into());
        self
    }
}

impl From<&Session> for SessionView {
    fn from(head: &Session) -> Self {
        Self {
            session_id: head.session_id.into(),
            filename: head.filename.clone().into(),
            language_detected: head.language_detected.into(),
            language_override: head.language_override.map(Into::into),
            version_number: head.version_number.into(),
            code_bytes: head.code_bytes.into(),
            thread_count: head.thread_count.into(),
            created_at: head.created_at.into(),
            updated_at: head.updated_at.into(),
            last_activity_at: head.last_activity().into(),
            last_modified_by: head.last_modified_by.into(),
            code_content: None,
        }
    }
}

/// The tag of a session, its code and these threads: from the JSON of the head and the threads, and the counters of
/// changes that the JSON does not contain.
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
        Self { code_content: Some(opened.text.to_string().into()), ..Self::from(&opened.head) }
    }
}
