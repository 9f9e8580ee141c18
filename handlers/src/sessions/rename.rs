//! `PATCH /sessions/{id}/metadata`: changes name or language. The version stays.

use axum::Json;
use model::{Change, NewSettings, SessionId};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::auth::caller::Caller;
use crate::error::{ApiError, ApiResult, ErrorCode, Wrong};
use crate::fields;
use crate::http::form::{Check, Form};
use crate::http::json::change;
use crate::http::path::Path;
use crate::sessions::view::OneSession;
use crate::state::Ctx;

/// A change of name or language. `null` selects the detected language.
#[derive(Deserialize, ToSchema)]
pub struct Metadata {
    #[serde(default, deserialize_with = "change")]
    #[schema(value_type = fields::NewFilename, required = false)]
    filename: Change<fields::NewFilename>,
    #[serde(default, deserialize_with = "change")]
    #[schema(value_type = Option<fields::LanguageToChange>, required = false)]
    language_override: Change<fields::LanguageToChange>,
}

/// Renames. 200 with the session, without its code.
#[utoipa::path(
    patch,
    path = "/sessions/{id}/metadata",
    summary = "Rename a session, or set its language",
    description = "Requires at least one of the two fields. The version stays unchanged.",
    request_body = Metadata,
    responses((status = 200, description = "The session, without its code.", body = OneSession)),
)]
pub async fn rename(
    ctx: Ctx,
    caller: Caller,
    Path(id): Path<SessionId>,
    Form((given, new)): Form<Metadata>,
) -> ApiResult<Json<OneSession>> {
    let changed = ctx.store.sessions().change_settings(caller.user_id, id, &new).await;
    let head = changed.map_err(|error| ApiError::no_access(error, ErrorCode::SessionNotFound))?;
    let session = OneSession::from(&head);
    Ok(Json(match given {
        Some(name) => session.given(&name),
        None => session,
    }))
}

impl Check for Metadata {
    /// The name in the request, if any, and the settings.
    type Checked = (Option<String>, NewSettings);

    fn check(self, wrong: &mut Wrong) -> Option<Self::Checked> {
        if self.filename == Change::Keep && self.language_override == Change::Keep && wrong.is_empty() {
            wrong
                .note(ApiError::new(ErrorCode::InvalidInput).with_message("Send filename, language_override or both."));
        }
        let given = match &self.filename {
            Change::Set(name) => Some(name.0.clone()),
            Change::Keep | Change::Clear => None,
        };
        let filename = match self.filename {
            Change::Keep => None,
            Change::Clear => wrong.take(Err(ApiError::invalid("filename", "A session always has a name."))),
            Change::Set(name) => wrong.take(name.parse()),
        };
        let language_override = self.language_override.try_map(|name| name.parse());
        Some((given, NewSettings { filename, language_override: wrong.take(language_override)? }))
    }
}
