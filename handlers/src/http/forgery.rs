//! Against requests that another site makes a browser send: beside `SameSite=Strict`, two more conditions on what changes
//! something.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, header};
use axum::middleware::Next;
use axum::response::Response;

use crate::error::{ApiError, ErrorCode};
use crate::http::body::Packing;
use crate::http::cors::CorsPolicy;

/// Middleware: a request that changes something says JSON, which no form of another site can, and if it names an origin,
/// that is a page of ours or this very address.
pub async fn refuse(State(policy): State<CorsPolicy>, request: Request, next: Next) -> Result<Response, ApiError> {
    if !request.method().is_safe() {
        let headers = request.headers();
        if let Some(origin) = headers.get(header::ORIGIN)
            && !policy.allows(origin)
            && !is_own(origin, headers)
        {
            return Err(ApiError::new(ErrorCode::Forbidden).saying("This page may not send requests here."));
        }
        // A DELETE without a body has no type to say. No form sends one, and a script of another page asks first.
        if request.method() != Method::DELETE || headers.contains_key(header::CONTENT_TYPE) {
            Packing::of(headers)?;
        }
    }
    Ok(next.run(request).await)
}

/// Whether the page was loaded from the address that it now sends to.
fn is_own(origin: &HeaderValue, headers: &HeaderMap) -> bool {
    let (Ok(origin), Some(Ok(host))) = (origin.to_str(), headers.get(header::HOST).map(HeaderValue::to_str)) else {
        return false;
    };
    origin.split_once("://").is_some_and(|(_, authority)| authority == host)
}
