//! `POST /threads/{thread_id}/messages/{message_id}/retry`: asks a question without an answer again.

use axum::http::HeaderMap;
use axum::response::Response;

use crate::auth::caller::Caller;
use crate::error::ApiResult;
use crate::http::deadline::Deadline;
use crate::http::events;
use crate::http::path::MessagePath;
use crate::messages::accept::Request;
use crate::messages::respond::respond;
use crate::messages::stream::MessageEvent;
use crate::messages::view::Posted;
use crate::state::Ctx;

/// Asks a question again that failed, was cancelled or was abandoned by a process that ended.
#[utoipa::path(
    post,
    path = "/threads/{thread_id}/messages/{message_id}/retry",
    summary = "Ask a question again",
    description = "For a question that failed, was cancelled, or whose answer was lost. It keeps its position and its \
                   id. For an answered question, the request returns the answer. While the model still writes, one \
                   request at a time waits for the answer. Streams like a new question.",
    responses(
        (status = 201, description = "The question and its answer.", body = Posted),
        (status = 200, description = "The messages of an earlier request; or a stream of events.",
         content((Posted = "application/json"), (MessageEvent = "text/event-stream"))),
    ),
)]
pub async fn retry(
    ctx: Ctx,
    caller: Caller,
    MessagePath(id): MessagePath,
    Deadline(deadline): Deadline,
    headers: HeaderMap,
) -> ApiResult<Response> {
    let request = Request { ctx, caller, thread_id: id.thread_id, deadline };
    let accepted = request.accept_again(id).await?;
    respond(request, accepted, events::are_wanted(&headers)).await
}
