//! `POST /sessions`: a file to review.

use axum::Json;
use axum::http::StatusCode;
use model::{NewSession, NewSessionError};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::auth::caller::Caller;
use crate::error::{ApiError, ApiResult, ErrorCode};
use crate::form;
use crate::http::body::CodeBody;
use crate::openapi::fields;
use crate::sessions::view::OneSession;
use crate::state::Ctx;

/// The file as it is sent.
#[derive(Deserialize, ToSchema)]
pub struct NewFile {
    #[schema(schema_with = fields::new_filename)]
    filename: String,
    #[schema(schema_with = fields::code_content)]
    code_content: String,
    #[schema(schema_with = fields::language_to_set)]
    language_override: Option<String>,
}

/// Creates a session. 201 with the session, without the code that was just sent.
#[utoipa::path(
    post,
    path = "/sessions",
    summary = "Create a session from a file",
    request_body = NewFile,
    responses((status = 201, description = "The session, without the code that was just sent.", body = OneSession)),
)]
pub async fn create(
    ctx: Ctx,
    caller: Caller,
    CodeBody { 0: file }: CodeBody<NewFile>,
) -> ApiResult<(StatusCode, Json<OneSession>)> {
    let filename = form::filename(&file.filename)?;
    let language_override = file.language_override.as_deref().map(form::language_override).transpose()?;
    let new = NewSession { filename, language_override, text: file.code_content };
    let session = ctx.store.new_session(caller.user_id, new).await?;
    Ok((StatusCode::CREATED, Json(OneSession::from(&session))))
}

impl From<NewSessionError> for ApiError {
    fn from(error: NewSessionError) -> Self {
        match error {
            NewSessionError::TooLarge(_) => Self::new(ErrorCode::FileTooLarge).at("code_content"),
            NewSessionError::LimitExceeded => ErrorCode::SessionLimitExceeded.into(),
            // The account was deleted while its token was still good.
            NewSessionError::UserNotFound => ErrorCode::Unauthorized.into(),
            NewSessionError::Store(error) => error.into(),
        }
    }
}
