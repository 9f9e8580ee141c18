//! `GET /sessions`: the caller's sessions, newest first, without their code.

use axum::Json;
use serde::Serialize;
use utoipa::ToSchema;

use crate::auth::caller::Caller;
use crate::error::ApiResult;
use crate::http::query::Paging;
use crate::limits::SESSIONS_PER_PAGE;
use crate::openapi::fields;
use crate::sessions::view::SessionView;
use crate::state::Ctx;

/// `{"sessions": […], "cursor": …}`.
#[derive(Serialize, ToSchema)]
pub struct SessionPage {
    sessions: Vec<SessionView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(schema_with = fields::cursor)]
    cursor: Option<String>,
}

/// Lists a page.
#[utoipa::path(
    get,
    path = "/sessions",
    summary = "List my sessions, newest first",
    params(Paging<SESSIONS_PER_PAGE>),
    responses((status = 200, description = "A page of sessions, without their code.", body = SessionPage)),
)]
pub async fn list(ctx: Ctx, caller: Caller, paging: Paging<SESSIONS_PER_PAGE>) -> ApiResult<Json<SessionPage>> {
    let page = ctx.store.list_sessions(caller.user_id, paging.request()).await?;
    let sessions = page.items.iter().map(SessionView::from).collect();
    Ok(Json(SessionPage { sessions, cursor: page.cursor }))
}
