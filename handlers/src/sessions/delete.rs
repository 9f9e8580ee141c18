//! `DELETE /sessions/{id}`: deletes a session with its code, threads and messages.

use axum::Json;
use model::SessionId;

use crate::auth::caller::Caller;
use crate::error::{ApiError, ApiResult, ErrorCode};
use crate::http::path::Path;
use crate::http::success::Success;
use crate::state::Ctx;

/// Deletes the session. Later requests do not find it; the sweep deletes items that take too long for a request.
#[utoipa::path(
    delete,
    path = "/sessions/{id}",
    summary = "Delete a session and all its data",
    responses((status = 200, description = "The session is deleted.", body = Success)),
)]
pub async fn delete(ctx: Ctx, caller: Caller, Path(id): Path<SessionId>) -> ApiResult<Json<Success>> {
    let removed = ctx.store.sessions().delete(caller.user_id, id).await;
    removed.map_err(|error| ApiError::no_access(error, ErrorCode::SessionNotFound))?;
    Ok(Json(Success::default()))
}
