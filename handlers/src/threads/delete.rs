//! `DELETE /threads/{thread_id}`: deletes a thread and its messages.

use axum::Json;
use model::ThreadId;

use crate::auth::caller::Caller;
use crate::error::{ApiError, ApiResult, ErrorCode};
use crate::http::path::Path;
use crate::http::success::Success;
use crate::state::Ctx;

/// Deletes the thread. Later requests do not find it; the sweep deletes items that take too long for a request.
#[utoipa::path(
    delete,
    path = "/threads/{thread_id}",
    summary = "Delete a thread and its messages",
    responses((status = 200, description = "The thread is deleted.", body = Success)),
)]
pub async fn delete(ctx: Ctx, caller: Caller, Path(id): Path<ThreadId>) -> ApiResult<Json<Success>> {
    let removed = ctx.store.threads().delete(caller.user_id, id).await;
    removed.map_err(|error| ApiError::no_access(error, ErrorCode::ThreadNotFound))?;
    Ok(Json(Success::default()))
}
