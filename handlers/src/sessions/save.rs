//! `PUT /sessions/{id}`: saves new code or another language over the edited version.

use axum::Json;
use axum::extract::{FromRequest as _, Request};
use model::{Change, Language, SaveCode, SaveCodeError, Saved, SessionId, SessionVersion};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::auth::caller::Caller;
use crate::error::{ApiError, ApiResult, ErrorCode, Wrong};
use crate::fields;
use crate::http::form::{Check, CodeForm};
use crate::http::json::{change, given};
use crate::http::large::Memory;
use crate::http::path::Path;
use crate::rates::RateLimit;
use crate::sessions::view::SessionView;
use crate::state::Ctx;
use crate::threads::ThreadView;

/// A change of code or language. `null` selects the detected language.
#[derive(Deserialize, ToSchema)]
pub(super) struct Save {
    expected_version_number: fields::ExpectedVersion,
    #[serde(default, deserialize_with = "given")]
    #[schema(nullable = false)]
    code_content: Option<fields::CodeContent>,
    #[serde(default, deserialize_with = "change")]
    #[schema(value_type = Option<fields::LanguageToChange>, required = false)]
    language_override: Change<fields::LanguageToChange>,
}

/// The session without its code, and its threads.
#[derive(Serialize, ToSchema)]
#[schema(as = Saved)]
pub struct SavedView {
    session: SessionView,
    threads: Vec<ThreadView>,
}

/// Saves. 409 with the current version and code when the session has a newer version.
#[utoipa::path(
    put,
    path = "/sessions/{id}",
    summary = "Save code over the edited version",
    description = "Saves code, language or both; absent fields stay unchanged. Threads move with their lines. If \
                   another client saved a newer version, nothing is saved, and the error contains the current code for \
                   a merge. Unchanged code creates no version. A repeated request after a lost response returns the \
                   version that the first one created.",
    request_body = Save,
    responses((status = 200, description = "The session without its code, and all threads.", body = SavedView)),
)]
pub async fn save(
    ctx: Ctx,
    caller: Caller,
    session_id: Result<Path<SessionId>, ApiError>,
    request: Request,
) -> ApiResult<Json<SavedView>> {
    let user = caller.user_id.to_string();
    let (save, _held) = match asked(session_id, request).await {
        Ok(asked) => asked,
        // A refused request counts too, and reads nothing.
        Err(refused) => return Err(ctx.count(RateLimit::SESSION_SAVE, &user).await.err().unwrap_or(refused)),
    };
    // The head is read together with the count. A request over the limit stops after that.
    let head = ctx.store.sessions().get(caller.user_id, save.session_id);
    let head = ctx.count_during(RateLimit::SESSION_SAVE, &user, head).await?.map_err(SaveCodeError::from)?;
    let saved = ctx.store.sessions().save_over(head, save).await?;
    Ok(Json(SavedView::from(&saved)))
}

/// Parses the request. Its memory is held until the code is saved.
async fn asked(session_id: Result<Path<SessionId>, ApiError>, request: Request) -> ApiResult<(SaveCode, Memory)> {
    let Path(session_id) = session_id?;
    let CodeForm { checked, memory } = CodeForm::<Save>::from_request(request, &()).await?;
    let (expected_version_number, text, language_override) = checked;
    Ok((SaveCode { session_id, expected_version_number, language_override, text }, memory))
}

impl Check for Save {
    /// The edited version, the code, and the change of the language.
    type Checked = (SessionVersion, Option<String>, Change<Language>);

    fn check(self, wrong: &mut Wrong) -> Option<Self::Checked> {
        let version = wrong.take(self.expected_version_number.parse());
        let language_override = self.language_override.try_map(|name| name.parse());
        let language_override = wrong.take(language_override);
        let text = self.code_content.map(fields::CodeContent::parse).transpose();
        let text = wrong.take(text);
        Some((version?, text?, language_override?))
    }
}

impl From<&Saved> for SavedView {
    fn from(saved: &Saved) -> Self {
        Self { session: (&saved.head).into(), threads: saved.threads.iter().map(ThreadView::from).collect() }
    }
}

impl From<SaveCodeError> for ApiError {
    fn from(error: SaveCodeError) -> Self {
        match error {
            SaveCodeError::Access(error) => Self::no_access(error, ErrorCode::SessionNotFound),
            SaveCodeError::TooLarge(_) => Self::new(ErrorCode::FileTooLarge).at("code_content"),
            SaveCodeError::VersionConflict(current) => Self::new(ErrorCode::VersionConflict)
                .with("current_version", current.head.version_number.get())
                .with("current_code", current.text.as_str()),
        }
    }
}
