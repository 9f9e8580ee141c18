//! `GET /sessions/{id}`: reads a session with its code, and its threads on request.

use axum::Json;
use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::request::Parts;
use axum::response::Response;
use model::SessionId;
use serde::{Deserialize, Serialize};
use utoipa::openapi::path::{Parameter, ParameterIn};
use utoipa::{IntoParams, ToSchema};

use crate::auth::caller::Caller;
use crate::error::{ApiError, ApiResult, ErrorCode};
use crate::fields;
use crate::http::etag;
use crate::http::lenient::LeftOut;
use crate::http::path::Path;
use crate::http::query::{optional, values};
use crate::sessions::view::{self, SessionView};
use crate::state::Ctx;
use crate::threads::ThreadView;

/// `{"session": …}`, with `"threads": […]` on request.
#[derive(Serialize, ToSchema)]
pub(super) struct OpenedSession {
    session: SessionView,
    #[serde(skip_serializing_if = "Option::is_none")]
    threads: Option<Vec<ThreadView>>,
}

/// Extractor: `?include=threads`, or nothing.
pub struct Included {
    threads: bool,
}

/// The response is private and can change at any time.
const CACHING: &str = "private, no-cache";

/// Opens the session. Without threads, the tag needs only the head, so 304 does not read the code. With threads, all
/// items are read first, because threads change without the head.
#[utoipa::path(
    get,
    path = "/sessions/{id}",
    summary = "Open a session",
    description = "With `If-None-Match` and the `ETag` of an earlier response, returns 304 for an unchanged session.",
    params(Included, ("if-none-match" = Option<String>, Header, description = "The `ETag` of an earlier response.")),
    responses(
        (status = 200, description = "The session with its code, and its threads on request.", body = OpenedSession,
         headers(("etag" = String, description = "The tag of the session, and of its threads if they are included."))),
        (status = 304, description = "The session is unchanged.",
         headers(("etag" = String, description = "The `ETag` of the request."))),
    ),
)]
pub async fn read(
    ctx: Ctx,
    caller: Caller,
    Path(id): Path<SessionId>,
    included: Included,
    headers: HeaderMap,
) -> ApiResult<Response> {
    let no_access = |error| ApiError::no_access(error, ErrorCode::SessionNotFound);
    if included.threads {
        let left_out = LeftOut::default();
        let opened = left_out.store(&ctx).sessions().open_with_threads(caller.user_id, id).await;
        let (opened, threads) = opened.map_err(no_access)?;
        left_out.log(&ctx, caller.user_id);
        let threads: Vec<ThreadView> = threads.iter().map(ThreadView::from).collect();
        let tag = view::etag(&opened.head, Some(&threads));
        if tag.is_known(&headers) {
            return Ok(tag.not_modified(CACHING));
        }
        return Ok(tag.on(CACHING, Json(OpenedSession { session: opened.into(), threads: Some(threads) })));
    }
    if etag::is_conditional(&headers) {
        let head = ctx.store.sessions().get(caller.user_id, id).await.map_err(no_access)?;
        let tag = view::etag(&head, None);
        if tag.is_known(&headers) {
            return Ok(tag.not_modified(CACHING));
        }
    }
    let opened = ctx.store.sessions().open(caller.user_id, id).await.map_err(no_access)?;
    let tag = view::etag(&opened.head, None);
    Ok(tag.on(CACHING, Json(OpenedSession { session: opened.into(), threads: None })))
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
        let about = "Additional content of the response: the threads.";
        vec![optional("include", fields::one_of(["threads"]).description(Some(about)).build())]
    }
}
