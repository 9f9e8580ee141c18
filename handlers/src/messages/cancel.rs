//! `POST /threads/{thread_id}/messages/{message_id}/cancel`: cancels a question.

use axum::Json;
use model::{AccessError, CancelError};

use crate::auth::caller::Caller;
use crate::error::{ApiError, ApiResult, ErrorCode};
use crate::http::path::MessagePath;
use crate::messages::view::OneMessage;
use crate::state::Ctx;

/// Cancels the question. Its run ends within a second. The tokens used until then are billed.
#[utoipa::path(
    post,
    path = "/threads/{thread_id}/messages/{message_id}/cancel",
    summary = "Stop the answer to a question",
    description = "The question stays with the state `cancelled` and can be asked again. The tokens used until then \
                   are billed. A question that has ended stays unchanged, and is returned.",
    responses((status = 200, description = "The current question.", body = OneMessage)),
)]
pub async fn cancel(ctx: Ctx, caller: Caller, MessagePath(id): MessagePath) -> ApiResult<Json<OneMessage>> {
    let message = match ctx.store.messages().cancel(caller.user_id, id).await {
        Err(CancelError::Access(AccessError::NotFound)) => {
            // The thread does not exist, or only the message does not.
            let thread = ctx.store.threads().get(caller.user_id, id.thread_id).await;
            thread.map_err(|error| ApiError::no_access(error, ErrorCode::ThreadNotFound))?;
            return Err(ErrorCode::MessageNotFound.into());
        }
        cancelled => cancelled?,
    };
    Ok(Json((&message).into()))
}

impl From<CancelError> for ApiError {
    fn from(error: CancelError) -> Self {
        match error {
            CancelError::Access(error) => Self::no_access(error, ErrorCode::MessageNotFound),
            CancelError::NoQuestion => Self::invalid("message_id", "Only a question can be cancelled."),
        }
    }
}
