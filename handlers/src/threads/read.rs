//! `GET /threads/{thread_id}`: reads one thread.

use axum::Json;
use model::ThreadId;

use crate::auth::caller::Caller;
use crate::error::{ApiError, ApiResult, ErrorCode};
use crate::http::path::Path;
use crate::state::Ctx;
use crate::threads::view::OneThread;

/// Reads the thread.
#[utoipa::path(
    get,
    path = "/threads/{thread_id}",
    summary = "Read a thread and its current lines",
    responses((status = 200, description = "The thread.", body = OneThread)),
)]
pub async fn read(ctx: Ctx, caller: Caller, Path(id): Path<ThreadId>) -> ApiResult<Json<OneThread>> {
    let thread = ctx.store.threads().get_placed(caller.user_id, id).await;
    let thread = thread.map_err(|error| ApiError::no_access(error, ErrorCode::ThreadNotFound))?;
    Ok(Json(OneThread::from(&thread)))
}
