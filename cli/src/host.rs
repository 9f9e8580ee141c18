//! The name that a request calls this machine by. A page of another site whose name leads here would be of one origin with what
//! is served.

use axum::extract::Request;
use axum::http::header;
use axum::http::uri::Authority;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use handlers::error::{ApiError, ErrorCode};

/// Middleware: refuses a request that calls this machine by the name of another.
pub(crate) async fn refuse_others(request: Request, next: Next) -> Response {
    if names_this_machine(&request) {
        return next.run(request).await;
    }
    ApiError::new(ErrorCode::Forbidden).saying("Host must be localhost or 127.0.0.1.").into_response()
}

/// Whether the request has one `Host`, and that is this machine.
pub(crate) fn names_this_machine(request: &Request) -> bool {
    let mut hosts = request.headers().get_all(header::HOST).iter();
    let (Some(host), None) = (hosts.next(), hosts.next()) else { return false };
    let host = host.to_str().ok().and_then(|text| text.parse::<Authority>().ok());
    host.is_some_and(|host| {
        ["127.0.0.1", "localhost", "[::1]"].iter().any(|name| host.host().eq_ignore_ascii_case(name))
    })
}
