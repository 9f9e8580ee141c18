//! `GET /sessions/{id}`: a session with its code, and its threads if they are asked for.

use axum::Json;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use model::SessionId;
use serde::{Deserialize, Serialize};
use utoipa::openapi::path::{Parameter, ParameterIn};
use utoipa::{IntoParams, ToSchema};

use crate::auth::caller::Caller;
use crate::error::{ApiError, ApiResult, ErrorCode};
use crate::http::path::Path;
use crate::http::query::{optional, values};
use crate::openapi::fields;
use crate::sessions::view::SessionView;
use crate::state::Ctx;
use crate::threads::ThreadView;

/// `{"session": …}`, with `"threads": […]` when they are asked for.
#[derive(Serialize, ToSchema)]
pub struct OpenedSession {
    session: SessionView,
    #[serde(skip_serializing_if = "Option::is_none")]
    threads: Option<Vec<ThreadView>>,
}

/// Extractor: `?include=threads`, or nothing.
pub struct Included {
    threads: bool,
}

/// Opens the session.
#[utoipa::path(
    get,
    path = "/sessions/{id}",
    summary = "Open a session",
    params(Included),
    responses((status = 200, description = "The session with its code, and its threads if they were asked for.", body = OpenedSession)),
)]
pub async fn read(
    ctx: Ctx,
    caller: Caller,
    Path(id): Path<SessionId>,
    included: Included,
) -> ApiResult<Json<OpenedSession>> {
    let no_access = |error| ApiError::no_access(error, ErrorCode::SessionNotFound);
    if included.threads {
        let opened = ctx.store.read_session_with_threads(caller.user_id, id).await;
        let (opened, threads) = opened.map_err(no_access)?;
        let threads = threads.iter().map(ThreadView::from).collect();
        return Ok(Json(OpenedSession { session: opened.into(), threads: Some(threads) }));
    }
    let opened = ctx.store.read_session(caller.user_id, id).await.map_err(no_access)?;
    Ok(Json(OpenedSession { session: opened.into(), threads: None }))
}

#[derive(Deserialize)]
struct Raw {
    include: Option<String>,
}

impl<S: Send + Sync> FromRequestParts<S> for Included {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        match values::<Raw>(parts)?.include.as_deref() {
            None => Ok(Self { threads: false }),
            Some("threads") => Ok(Self { threads: true }),
            Some(_) => Err(ApiError::invalid("include", "Only threads can be included.")),
        }
    }
}

impl IntoParams for Included {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        vec![optional("include", fields::include())]
    }
}
