//! `GET /sessions`: lists the caller's sessions without their code, by creation or last activity.

use axum::Json;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use model::limits::SESSIONS_PER_PAGE;
use serde::{Deserialize, Serialize};
use utoipa::openapi::path::{Parameter, ParameterIn};
use utoipa::{IntoParams, ToSchema};

use crate::auth::caller::Caller;
use crate::error::{ApiError, ApiResult};
use crate::fields;
use crate::http::lenient::LeftOut;
use crate::http::query::{Paging, optional, values};
use crate::sessions::view::SessionView;
use crate::state::Ctx;

/// `{"sessions": […], "cursor": …}`.
#[derive(Serialize, ToSchema)]
pub struct SessionPage {
    sessions: Vec<SessionView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cursor: Option<fields::Cursor>,
}

/// Extractor: `?sort=created` (the default) or `updated`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    /// By creation.
    Created,
    /// By last activity.
    Updated,
}

/// Lists a page. A head that cannot be decoded is omitted, logged and counted.
#[utoipa::path(
    get,
    path = "/sessions",
    summary = "List my sessions, newest first",
    description = "With `sort=updated` the session with the latest activity comes first. A cursor is valid only for \
                   its own order.",
    params(Paging<SESSIONS_PER_PAGE>, Sort),
    responses((status = 200, description = "A page of sessions, without their code.", body = SessionPage)),
)]
pub async fn list(
    ctx: Ctx,
    caller: Caller,
    sort: Sort,
    paging: Paging<SESSIONS_PER_PAGE>,
) -> ApiResult<Json<SessionPage>> {
    let left_out = LeftOut::default();
    let store = left_out.store(&ctx);
    let page = match sort {
        Sort::Created => store.sessions().list(caller.user_id, paging.request()).await?,
        Sort::Updated => store.sessions().list_by_activity(caller.user_id, paging.request()).await?,
    };
    left_out.log(&ctx, caller.user_id);
    let sessions = page.items.iter().map(SessionView::from).collect();
    Ok(Json(SessionPage { sessions, cursor: page.cursor.map(Into::into) }))
}

#[derive(Deserialize)]
struct Raw {
    sort: Option<String>,
}

impl<S: Send + Sync> FromRequestParts<S> for Sort {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        match values::<Raw>(parts)?.sort.as_deref() {
            None | Some("created") => Ok(Self::Created),
            Some("updated") => Ok(Self::Updated),
            Some(_) => Err(ApiError::invalid("sort", "The list is sorted by created or updated.")),
        }
    }
}

impl IntoParams for Sort {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let sort = fields::one_of(["created", "updated"]).default(Some("created".into()));
        let about = "By creation or by last activity, the latest first.";
        vec![optional("sort", sort.description(Some(about)).build())]
    }
}
