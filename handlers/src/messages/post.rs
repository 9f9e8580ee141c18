//! `POST /threads/{thread_id}/messages`: a question that the model answers, or a note.

use axum::Json;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use model::{PostError, ThreadId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::auth::caller::Caller;
use crate::error::{ApiError, ApiResult, ErrorCode};
use crate::form;
use crate::http::body::Body;
use crate::http::deadline::Deadline;
use crate::http::path::Path;
use crate::limits::RateLimit;
use crate::messages::once::{Outcome, Request};
use crate::messages::stream;
use crate::messages::view::{MessageView, PatchView};
use crate::openapi::fields;
use crate::state::Ctx;

/// The message as it is sent.
#[derive(Deserialize, ToSchema)]
pub struct NewMessage {
    #[schema(schema_with = fields::new_content)]
    pub(super) content: String,
    #[serde(default = "asks")]
    #[schema(schema_with = fields::ask)]
    pub(super) ask: bool,
    #[schema(schema_with = fields::client_message_id)]
    pub(super) client_message_id: Option<Uuid>,
}

const fn asks() -> bool {
    true
}

/// `{"message": …, "reply": …}`; a note has no reply.
#[derive(Serialize, ToSchema)]
pub(super) struct Posted {
    message: MessageView,
    #[serde(skip_serializing_if = "Option::is_none")]
    reply: Option<MessageView>,
}

/// Stores the message, asks the model, stores its answer. 201 with both. When the model fails the question stays, and
/// the error names it. 200 with what is stored when the client sent it before.
#[utoipa::path(
    post,
    path = "/threads/{thread_id}/messages",
    summary = "Ask the model about the code, or leave a note",
    description = "The model sees the saved code, the thread's lines and its conversation. Should it fail, the question stays, and \
                   the error names it. With a `client_message_id` the same request can be sent again: what is stored is the \
                   answer, and a question that failed is asked again. With `Accept: text/event-stream` the answer comes while \
                   it is written, as server-sent events: `delta` with `text`, a piece of the explanation; `patch`; and last \
                   `done` with what is stored, or `error` with the usual error.",
    request_body = NewMessage,
    responses(
        (status = 201, description = "What was sent, and the answer if one was asked for.", body = Posted),
        (status = 200, description = "The same, stored for an earlier request with this `client_message_id`; or a stream of events.",
         content((Posted = "application/json"), (String = "text/event-stream"))),
    ),
)]
pub async fn post(
    ctx: Ctx,
    caller: Caller,
    Path(id): Path<ThreadId>,
    Deadline(deadline): Deadline,
    headers: HeaderMap,
    new: Result<Body<NewMessage>, ApiError>,
) -> ApiResult<Response> {
    let new = match new.and_then(NewMessage::check) {
        Ok(new) => new,
        Err(error) => {
            // What is refused for what it says counts too.
            ctx.count(RateLimit::NOTE, &caller.user_id.to_string()).await?;
            return Err(error);
        }
    };
    let request = Request { ctx, caller, thread_id: id, deadline, deltas: None };
    if stream::is_wanted(&headers) {
        return stream::answer(request, new).await;
    }
    Ok(request.run(&new).await?.response().into_response())
}

impl Posted {
    /// The patch of the answer.
    pub(super) const fn patch(&self) -> Option<&PatchView> {
        match &self.reply {
            Some(reply) => reply.patch.as_ref(),
            None => None,
        }
    }
}

impl NewMessage {
    fn check(Body(new): Body<Self>) -> ApiResult<Self> {
        form::message("content", &new.content)?;
        Ok(new)
    }
}

impl Outcome {
    fn response(self) -> (StatusCode, Json<Posted>) {
        let status = if self.is_repeated { StatusCode::OK } else { StatusCode::CREATED };
        (status, Json(self.shown()))
    }

    pub(super) fn shown(&self) -> Posted {
        Posted { message: (&self.message).into(), reply: self.answer.as_ref().map(MessageView::from) }
    }
}

impl From<PostError> for ApiError {
    fn from(error: PostError) -> Self {
        match error {
            PostError::Access(error) => Self::no_access(error, ErrorCode::ThreadNotFound),
            PostError::LimitExceeded => ErrorCode::MessageLimitExceeded.into(),
            PostError::Known => ErrorCode::RequestInProgress.into(),
            PostError::Unsure { source, .. } => source.into(),
        }
    }
}
