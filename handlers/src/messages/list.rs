//! `GET /threads/{thread_id}/messages`: lists a thread's messages, oldest or newest first.

use axum::Json;
use model::ThreadId;
use model::limits::MESSAGES_PER_PAGE;
use serde::Serialize;
use utoipa::ToSchema;

use crate::auth::caller::Caller;
use crate::error::{ApiError, ApiResult, ErrorCode};
use crate::fields;
use crate::http::lenient::LeftOut;
use crate::http::path::Path;
use crate::http::query::Paging;
use crate::messages::view::MessageView;
use crate::state::Ctx;

/// `{"messages": […], "cursor": …, "older_messages_expired": …}`.
#[derive(Serialize, ToSchema)]
pub struct MessagePage {
    messages: Vec<MessageView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cursor: Option<fields::Cursor>,
    #[serde(skip_serializing_if = "Option::is_none")]
    older_messages_expired: Option<fields::OlderMessagesExpired>,
}

/// Lists a page. A message that cannot be decoded is omitted and logged.
#[utoipa::path(
    get,
    path = "/threads/{thread_id}/messages",
    summary = "List a thread's messages, from either end",
    params(Paging<MESSAGES_PER_PAGE, true>),
    responses((status = 200, description = "A page of messages.", body = MessagePage)),
)]
pub async fn list(
    ctx: Ctx,
    caller: Caller,
    Path(id): Path<ThreadId>,
    paging: Paging<MESSAGES_PER_PAGE, true>,
) -> ApiResult<Json<MessagePage>> {
    let left_out = LeftOut::default();
    let found = left_out.store(&ctx).messages().list(caller.user_id, id, paging.order, paging.request()).await;
    let (thread, page) = found.map_err(|error| ApiError::no_access(error, ErrorCode::ThreadNotFound))?;
    left_out.log(&ctx, caller.user_id);
    let messages = page.items.iter().map(MessageView::from).collect();
    let older_messages_expired = thread.has_expired_messages(ctx.store.clock().now()).then_some(true.into());
    Ok(Json(MessagePage { messages, cursor: page.cursor.map(Into::into), older_messages_expired }))
}
