//! `/docs`: a page to browse and try the API. This program contains all of its files.

use axum::Router;
use axum::http::{HeaderValue, header};
use axum::middleware::map_response;
use axum::response::Response;
use handlers::App;
use utoipa_swagger_ui::{Config, SwaggerUi};

/// Allows only files of this server, and inline styles and icons of the page.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
                      connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// The routes of the page.
pub(crate) fn routes() -> Router<App> {
    let config = Config::from("/openapi.json")
        .use_base_layout()
        .validator_url("none")
        .try_it_out_enabled(true)
        .display_request_duration(true)
        .default_models_expand_depth(0);
    Router::from(SwaggerUi::new("/docs").config(config)).layer(map_response(set_security_policy))
}

async fn set_security_policy(mut page: Response) -> Response {
    page.headers_mut().insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    page
}
