//! `GET /threads/{thread_id}/messages/{message_id}`: reads one message.

use axum::Json;

use crate::auth::caller::Caller;
use crate::error::{ApiError, ApiResult, ErrorCode};
use crate::http::path::MessagePath;
use crate::messages::view::OneMessage;
use crate::state::Ctx;

/// Reads the message.
#[utoipa::path(
    get,
    path = "/threads/{thread_id}/messages/{message_id}",
    summary = "Read a message",
    responses((status = 200, description = "The message.", body = OneMessage)),
)]
pub async fn read(ctx: Ctx, caller: Caller, MessagePath(id): MessagePath) -> ApiResult<Json<OneMessage>> {
    let message = ctx.store.messages().get(caller.user_id, id).await;
    let message = message.map_err(|error| ApiError::no_access(error, ErrorCode::ThreadNotFound))?;
    let message = message.ok_or(ErrorCode::MessageNotFound)?;
    Ok(Json((&message).into()))
}
