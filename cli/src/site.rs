//! Everything at one address: the API at `/api` and, as it is written in its document, at `/`; the page; and `/docs`.

use axum::Router;
use axum::extract::{Request, State};
use axum::http::Method;
use axum::middleware::from_fn;
use axum::response::Response;
use handlers::http::{accept, prefix};
use handlers::{App, Domain, ErrorCode, routes};
use tower::ServiceExt as _;

use crate::{docs, host, page};

/// Who answers.
#[derive(Clone)]
struct Site {
    /// What is asked under `/api`, where there is nothing but the API.
    api: Router,
    /// The API and what is beside it.
    root: Router,
}

/// The site around an application.
pub(crate) fn router(app: &App) -> Router {
    let api = routes::router(app, &Domain::ALL);
    let root = routes::router_with(app, &Domain::ALL, docs::routes());
    Router::new().fallback(answer).with_state(Site { api, root }).layer(from_fn(host::refuse_others))
}

async fn answer(State(site): State<Site>, request: Request) -> Response {
    let path = request.uri().path();
    if let Some(path) = prefix::after(path, prefix::API).map(str::to_owned) {
        return answered(site.api, prefix::with_path(request, &path)).await;
    }
    let reads = [Method::GET, Method::HEAD].contains(request.method());
    if reads && let Some(file) = page::at(path) {
        return file.answer(request.headers());
    }
    let visitor = (reads && is_visit(&request)).then(|| request.headers().clone());
    let answer = answered(site.root, request).await;
    let leads_nowhere = answer.extensions().get() == Some(&ErrorCode::NotFound);
    match visitor {
        Some(headers) if leads_nowhere => page::index().not_found(&headers),
        _ => answer,
    }
}

async fn answered(routes: Router, request: Request) -> Response {
    let Ok(answer) = routes.oneshot(request).await;
    answer
}

/// Whether a browser goes there for a person, who is shown a page whatever is there. A script or a style that is missing is none.
fn is_visit(request: &Request) -> bool {
    accept::names(request.headers(), "text/html") && prefix::after(request.uri().path(), page::ASSETS).is_none()
}
