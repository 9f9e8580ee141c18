//! `POST /threads/{thread_id}/messages`: asks the model a question, or adds a note.

use axum::http::HeaderMap;
use axum::response::Response;
use model::{ClientRequest, PostError, Role, ThreadId};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::auth::caller::Caller;
use crate::error::{ApiError, ApiResult, ErrorCode, Wrong};
use crate::fields;
use crate::http::deadline::Deadline;
use crate::http::events;
use crate::http::form::{Check, Form};
use crate::http::path::Path;
use crate::messages::accept::{Draft, Request};
use crate::messages::respond::respond;
use crate::messages::stream::MessageEvent;
use crate::messages::view::Posted;
use crate::rates::RateLimit;
use crate::state::Ctx;

/// A new message.
#[derive(Deserialize, ToSchema)]
pub struct NewMessage {
    content: fields::NewContent,
    #[serde(default = "asks")]
    ask: fields::Ask,
    client_message_id: Option<fields::ClientMessageId>,
    role: Option<fields::NewRole>,
    version_number: Option<fields::SeenVersion>,
}

const fn asks() -> fields::Ask {
    fields::Ask(true)
}

/// Stores the message, asks the model and stores the answer. 201 with both. When the model fails, the question stays
/// and the error names it. 200 with the stored items when the client repeats a request.
#[utoipa::path(
    post,
    path = "/threads/{thread_id}/messages",
    summary = "Ask the model about the code, or leave a note",
    description = "The model sees the saved code, the thread's lines and its conversation. When it fails, the question \
                   stays, and the error names it. The answer to a cancelled question has no `reply`.\n\n\
                   A request with a `client_message_id` can be repeated for at least a day. It returns the stored \
                   messages. While the model still writes, one repeated request at a time waits for the answer. A \
                   failed question is asked again; a cancelled one is not: see `retry`.\n\n\
                   With `Accept: text/event-stream` the answer is streamed as server-sent events: first `accepted` \
                   with the stored message; then `delta` with `text`, a piece of the explanation; `patch`, if there is \
                   one; and last `done` with the stored messages, or `error` with the usual error. All deltas together \
                   are the stored explanation. No delta is sent for a repeated request, which has `replayed`. A \
                   comment every ten seconds keeps the stream open.",
    request_body = NewMessage,
    responses(
        (status = 201, description = "The message, and the answer to a question.", body = Posted),
        (
            status = 200,
            description = "The messages of an earlier request with this `client_message_id`; or a stream of events.",
            content((Posted = "application/json"), (MessageEvent = "text/event-stream")),
        ),
    ),
)]
pub async fn post(
    ctx: Ctx,
    caller: Caller,
    Path(id): Path<ThreadId>,
    Deadline(deadline): Deadline,
    headers: HeaderMap,
    new: Result<Form<NewMessage>, ApiError>,
) -> ApiResult<Response> {
    let draft = match new {
        Ok(Form(draft)) => draft,
        Err(error) => {
            // A refused message counts too.
            ctx.count(RateLimit::NOTE, &caller.user_id.to_string()).await?;
            return Err(error);
        }
    };
    let request = Request { ctx, caller, thread_id: id, deadline };
    let accepted = request.accept(&draft).await?;
    respond(request, accepted, events::are_wanted(&headers)).await
}

impl Check for NewMessage {
    type Checked = Draft;

    fn check(self, wrong: &mut Wrong) -> Option<Draft> {
        let asks = self.ask.0;
        let content = wrong.take(self.content.parse("content"));
        if self.role.is_some_and(|role| role.0 == Role::Ai) {
            wrong.note(ApiError::invalid("role", "Only the model's answers have this role."));
        }
        let version_number = self.version_number.and_then(|version| wrong.take(version.parse()));
        let content = content?;
        let client = self.client_message_id.map(|id| ClientRequest::new(id.0, &content, asks));
        Some(Draft { content, asks, client, version_number })
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
