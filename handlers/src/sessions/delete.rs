//! `DELETE /sessions/{id}`: a session, its code, its threads and their messages.

use axum::Json;
use model::SessionId;

use crate::auth::caller::Caller;
use crate::error::{ApiError, ApiResult, ErrorCode};
use crate::http::path::Path;
use crate::http::success::Success;
use crate::state::Ctx;

/// Deletes the session. It is out of reach at once; what takes longer to remove than a request may is removed later.
#[utoipa::path(
    delete,
    path = "/sessions/{id}",
    summary = "Delete a session and all that is in it",
    responses((status = 200, description = "It is gone.", body = Success)),
)]
pub async fn delete(ctx: Ctx, caller: Caller, Path(id): Path<SessionId>) -> ApiResult<Json<Success>> {
    let removed = ctx.store.sessions().delete(caller.user_id, id).await;
    removed.map_err(|error| ApiError::no_access(error, ErrorCode::SessionNotFound))?;
    Ok(Json(Success::default()))
}
