//! `GET /sessions/{id}`: a session with its code.

use axum::Json;
use model::SessionId;

use crate::auth::caller::Caller;
use crate::error::{ApiError, ApiResult, ErrorCode};
use crate::http::path::Path;
use crate::sessions::view::OneSession;
use crate::state::Ctx;

/// Opens the session.
#[utoipa::path(
    get,
    path = "/sessions/{id}",
    summary = "Open a session",
    responses((status = 200, description = "The session with its code.", body = OneSession)),
)]
pub async fn read(ctx: Ctx, caller: Caller, Path(id): Path<SessionId>) -> ApiResult<Json<OneSession>> {
    let opened = ctx.store.read_session(caller.user_id, id).await;
    let opened = opened.map_err(|error| ApiError::no_access(error, ErrorCode::SessionNotFound))?;
    Ok(Json(OneSession::from(opened)))
}
