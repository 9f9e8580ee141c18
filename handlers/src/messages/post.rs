//! `POST /threads/{thread_id}/messages`: a question that the model answers, or a note.

use std::time::Instant;

use axum::Json;
use axum::http::StatusCode;
use model::{Message, PostError, ThreadId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::auth::caller::Caller;
use crate::error::{ApiError, ApiResult, ErrorCode};
use crate::form;
use crate::http::body::Body;
use crate::http::path::Path;
use crate::limits::RateLimit;
use crate::messages::ask::{Asked, Context};
use crate::messages::view::MessageView;
use crate::openapi::fields;
use crate::state::Ctx;

/// The message as it is sent.
#[derive(Deserialize, ToSchema)]
pub struct NewMessage {
    #[schema(schema_with = fields::new_content)]
    content: String,
    #[serde(default = "asks")]
    #[schema(schema_with = fields::ask)]
    ask: bool,
}

const fn asks() -> bool {
    true
}

/// `{"message": …, "reply": …}`; a note has no reply.
#[derive(Serialize, ToSchema)]
pub struct Posted {
    message: MessageView,
    #[serde(skip_serializing_if = "Option::is_none")]
    reply: Option<MessageView>,
}

/// Stores the message, asks the model, stores its answer. 201 with both. When the model fails the question stays, and
/// the error names it.
#[utoipa::path(
    post,
    path = "/threads/{thread_id}/messages",
    summary = "Ask the model about the code, or leave a note",
    description = "The model sees the saved code, the thread's lines and its conversation. Should it fail, the question stays, and \
                   the error names it.",
    request_body = NewMessage,
    responses((status = 201, description = "What was sent, and the answer if one was asked for.", body = Posted)),
)]
pub async fn post(
    ctx: Ctx,
    caller: Caller,
    Path(id): Path<ThreadId>,
    Body(new): Body<NewMessage>,
) -> ApiResult<(StatusCode, Json<Posted>)> {
    let deadline = Instant::now() + ctx.app.reviewer.deadline();
    form::message("content", &new.content)?;
    if new.ask {
        ctx.count(RateLimit::AI, &caller.user_id.to_string()).await?;
        let context = Context::read(&ctx, caller, id).await?;
        let Asked { question, answer } = context.ask(&ctx, &new.content, deadline).await?;
        return Ok(created(&question, Some(&answer)));
    }
    let thread = ctx.store.own_thread(caller.user_id, id).await;
    let thread = thread.map_err(|error| ApiError::no_access(error, ErrorCode::ThreadNotFound))?;
    let note = ctx.store.note(&thread, &new.content).await?;
    Ok(created(&note, None))
}

fn created(message: &Message, reply: Option<&Message>) -> (StatusCode, Json<Posted>) {
    let posted = Posted { message: message.into(), reply: reply.map(MessageView::from) };
    (StatusCode::CREATED, Json(posted))
}

impl From<PostError> for ApiError {
    fn from(error: PostError) -> Self {
        match error {
            PostError::Access(error) => Self::no_access(error, ErrorCode::ThreadNotFound),
            PostError::LimitExceeded => ErrorCode::MessageLimitExceeded.into(),
        }
    }
}
