//! `DELETE /threads/{thread_id}`: a thread and its messages.

use axum::Json;
use model::ThreadId;

use crate::auth::caller::Caller;
use crate::error::{ApiError, ApiResult, ErrorCode};
use crate::http::path::Path;
use crate::http::success::Success;
use crate::state::Ctx;

/// Deletes the thread. It is out of reach at once; what takes longer to remove than a request may is removed later.
#[utoipa::path(
    delete,
    path = "/threads/{thread_id}",
    summary = "Delete a thread and its messages",
    responses((status = 200, description = "It is gone.", body = Success)),
)]
pub async fn delete(ctx: Ctx, caller: Caller, Path(id): Path<ThreadId>) -> ApiResult<Json<Success>> {
    let removed = ctx.store.threads().delete(caller.user_id, id).await;
    removed.map_err(|error| ApiError::no_access(error, ErrorCode::ThreadNotFound))?;
    Ok(Json(Success::default()))
}
