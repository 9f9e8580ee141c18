//! `GET /threads/{thread_id}/messages/{message_id}`: one message.

use axum::Json;
use model::{MessageId, ThreadId};

use crate::auth::caller::Caller;
use crate::error::{ApiError, ApiResult, ErrorCode};
use crate::http::path::Path;
use crate::messages::view::OneMessage;
use crate::state::Ctx;

/// Reads the message.
#[utoipa::path(
    get,
    path = "/threads/{thread_id}/messages/{message_id}",
    summary = "Read a message",
    responses((status = 200, description = "The message.", body = OneMessage)),
)]
pub async fn read(
    ctx: Ctx,
    caller: Caller,
    Path(thread_id): Path<ThreadId>,
    Path(id): Path<MessageId>,
) -> ApiResult<Json<OneMessage>> {
    if id.thread_id != thread_id {
        return Err(ErrorCode::MessageNotFound.into());
    }
    let message = ctx.store.own_message(caller.user_id, id).await;
    let message = message.map_err(|error| ApiError::no_access(error, ErrorCode::ThreadNotFound))?;
    let message = message.ok_or(ErrorCode::MessageNotFound)?;
    Ok(Json((&message).into()))
}
