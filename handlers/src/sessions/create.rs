//! `POST /sessions`: creates a session from a file.

use axum::Json;
use axum::http::StatusCode;
use model::{NewSession, NewSessionError};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::auth::caller::Caller;
use crate::error::{ApiError, ApiResult, ErrorCode, Wrong};
use crate::fields;
use crate::http::form::{Check, CodeForm};
use crate::sessions::view::OneSession;
use crate::state::Ctx;

/// A new session.
#[derive(Deserialize, ToSchema)]
pub struct NewFile {
    filename: fields::NewFilename,
    code_content: fields::CodeContent,
    language_override: Option<fields::LanguageToSet>,
    client_session_id: Option<fields::ClientSessionId>,
}

/// Creates a session. 201 with the session, without its code. 200 when an earlier request with the same client id
/// created it.
#[utoipa::path(
    post,
    path = "/sessions",
    summary = "Create a session from a file",
    description = "A request with a `client_session_id` can be repeated: it creates one session and returns it.",
    request_body = NewFile,
    responses(
        (status = 201, description = "The session, without its code.", body = OneSession),
        (status = 200, description = "The session of an earlier request with this UUID.", body = OneSession),
    ),
)]
pub async fn create(
    ctx: Ctx,
    caller: Caller,
    CodeForm { checked: (client_id, given, new), memory: _held }: CodeForm<NewFile>,
) -> ApiResult<(StatusCode, Json<OneSession>)> {
    let created = ctx.store.sessions().create(caller.user_id, client_id, new).await?;
    let status = if created.is_repeated { StatusCode::OK } else { StatusCode::CREATED };
    Ok((status, Json(OneSession::from(&created.item).given(&given))))
}

impl Check for NewFile {
    /// The client's id for the session, the file's name as it was sent, and the session.
    type Checked = (Option<Uuid>, String, NewSession);

    fn check(self, wrong: &mut Wrong) -> Option<Self::Checked> {
        let filename = wrong.take(self.filename.parse());
        let language_override = self.language_override.and_then(|name| wrong.take(name.parse()));
        let text = wrong.take(self.code_content.parse());
        let new = NewSession { filename: filename?, language_override, text: text? };
        Some((self.client_session_id.map(|id| id.0), self.filename.0, new))
    }
}

impl From<NewSessionError> for ApiError {
    fn from(error: NewSessionError) -> Self {
        match error {
            NewSessionError::TooLarge(_) => Self::new(ErrorCode::FileTooLarge).at("code_content"),
            NewSessionError::LimitExceeded => ErrorCode::SessionLimitExceeded.into(),
            // The account was deleted while its token was still good.
            NewSessionError::UserNotFound => ErrorCode::Unauthorized.into(),
            NewSessionError::OtherContents => Self::invalid("client_session_id", "This id was used for another file."),
            NewSessionError::Gone => ErrorCode::SessionNotFound.into(),
            NewSessionError::Store(error) => error.into(),
        }
    }
}
