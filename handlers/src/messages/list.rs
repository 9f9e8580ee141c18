//! `GET /threads/{thread_id}/messages`: a thread's messages, from either end.

use axum::Json;
use model::ThreadId;
use serde::Serialize;

use crate::auth::caller::Caller;
use crate::error::{ApiError, ApiResult, ErrorCode};
use crate::http::path::Path;
use crate::http::query::Paging;
use crate::limits::MESSAGES_PER_PAGE;
use crate::messages::view::MessageView;
use crate::state::Ctx;

/// `{"messages": […], "cursor": …}`.
#[derive(Serialize)]
pub struct MessagePage {
    messages: Vec<MessageView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cursor: Option<String>,
}

/// Lists a page.
pub async fn list(
    ctx: Ctx,
    caller: Caller,
    Path(id): Path<ThreadId>,
    paging: Paging<MESSAGES_PER_PAGE, true>,
) -> ApiResult<Json<MessagePage>> {
    let page = ctx.store.thread_messages(caller.user_id, id, paging.order, paging.request()).await;
    let page = page.map_err(|error| ApiError::no_access(error, ErrorCode::ThreadNotFound))?;
    let messages = page.items.iter().map(MessageView::from).collect();
    Ok(Json(MessagePage { messages, cursor: page.cursor }))
}
