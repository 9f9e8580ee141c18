//! `GET /sessions`: the caller's sessions, newest first, without their code.

use axum::Json;
use serde::Serialize;

use crate::auth::caller::Caller;
use crate::error::ApiResult;
use crate::http::query::Paging;
use crate::limits::SESSIONS_PER_PAGE;
use crate::sessions::view::SessionView;
use crate::state::Ctx;

/// `{"sessions": […], "cursor": …}`.
#[derive(Serialize)]
pub struct SessionPage {
    sessions: Vec<SessionView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cursor: Option<String>,
}

/// Lists a page.
pub async fn list(ctx: Ctx, caller: Caller, paging: Paging<SESSIONS_PER_PAGE>) -> ApiResult<Json<SessionPage>> {
    let page = ctx.store.list_sessions(caller.user_id, paging.request()).await?;
    let sessions = page.items.iter().map(SessionView::from).collect();
    Ok(Json(SessionPage { sessions, cursor: page.cursor }))
}
