//! The site on one origin: the API at `/api` and, as its document says, at `/`; the page; and `/docs`.

use axum::Router;
use axum::extract::{Request, State};
use axum::http::Method;
use axum::middleware::from_fn;
use axum::response::Response;
use handlers::http::{accept, prefix};
use handlers::{App, Domain, ErrorCode, routes};
use tower::ServiceExt as _;

use crate::{docs, host, page};

/// The routers of the site.
#[derive(Clone)]
struct Site {
    /// Routes under `/api`: the API only.
    api: Router,
    /// Routes at `/`: the API and `/docs`.
    root: Router,
}

/// The site around an application.
pub(crate) fn router(app: &App) -> Router {
    let api = routes::router(app, &Domain::ALL);
    let root = routes::router_with(app, &Domain::ALL, docs::routes());
    Router::new().fallback(answer).with_state(Site { api, root }).layer(from_fn(host::require_local_host))
}

async fn answer(State(site): State<Site>, request: Request) -> Response {
    let path = request.uri().path();
    if let Some(path) = prefix::after(path, prefix::API).map(str::to_owned) {
        return call(site.api, prefix::with_path(request, &path)).await;
    }
    let reads = [Method::GET, Method::HEAD].contains(request.method());
    if reads && let Some(file) = page::find(path) {
        return file.answer(request.headers());
    }
    let navigation_headers = (reads && is_navigation(&request)).then(|| request.headers().clone());
    let answer = call(site.root, request).await;
    let is_unknown_route = answer.extensions().get() == Some(&ErrorCode::NotFound);
    match navigation_headers {
        Some(headers) if is_unknown_route => page::index().not_found(&headers),
        _ => answer,
    }
}

async fn call(routes: Router, request: Request) -> Response {
    let Ok(answer) = routes.oneshot(request).await;
    answer
}

/// Whether a browser navigates to the address: then a missing page is answered with HTML. A missing script or style is
/// not a navigation.
fn is_navigation(request: &Request) -> bool {
    accept::names(request.headers(), "text/html") && prefix::after(request.uri().path(), page::ASSETS).is_none()
}
