//! `GET /sessions/{id}/threads`: lists a session's threads, oldest first.

use axum::Json;
use model::SessionId;
use model::limits::THREADS_PER_PAGE;
use serde::Serialize;
use utoipa::ToSchema;

use crate::auth::caller::Caller;
use crate::error::{ApiError, ApiResult, ErrorCode};
use crate::fields;
use crate::http::lenient::LeftOut;
use crate::http::path::Path;
use crate::http::query::Paging;
use crate::state::Ctx;
use crate::threads::view::ThreadView;

/// `{"threads": […], "cursor": …}`.
#[derive(Serialize, ToSchema)]
pub struct ThreadPage {
    threads: Vec<ThreadView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cursor: Option<fields::Cursor>,
}

/// Lists a page. A thread that cannot be decoded is omitted and logged.
#[utoipa::path(
    get,
    path = "/sessions/{id}/threads",
    summary = "List a session's threads, oldest first",
    params(Paging<THREADS_PER_PAGE>),
    responses((status = 200, description = "A page of threads.", body = ThreadPage)),
)]
pub async fn list(
    ctx: Ctx,
    caller: Caller,
    Path(session_id): Path<SessionId>,
    paging: Paging<THREADS_PER_PAGE>,
) -> ApiResult<Json<ThreadPage>> {
    let left_out = LeftOut::default();
    let page = left_out.store(&ctx).threads().list(caller.user_id, session_id, paging.request()).await;
    let page = page.map_err(|error| ApiError::no_access(error, ErrorCode::SessionNotFound))?;
    left_out.log(&ctx, caller.user_id);
    let threads = page.items.iter().map(ThreadView::from).collect();
    Ok(Json(ThreadPage { threads, cursor: page.cursor.map(Into::into) }))
}
