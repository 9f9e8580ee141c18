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
        let mut origins = headers.get_all(header::ORIGIN).iter();
        if origins.any(|origin| !policy.allows(origin) && !is_own(origin, headers)) {
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

#[cfg(test)]
mod tests {
    use super::*;
    use axum::Router;
    use axum::body::Body;
    use axum::http::StatusCode;
    use axum::http::request::Builder;
    use axum::middleware::from_fn_with_state;
    use axum::routing::any;
    use tower::ServiceExt as _;

    const PAGE: &str = "https://app.codesensei.com";
    const JSON: (&str, &str) = ("content-type", "application/json");

    /// A request with these headers; what became of it.
    async fn sent(request: Builder, headers: &[(&str, &str)]) -> StatusCode {
        let policy = CorsPolicy::production(PAGE).expect("an origin");
        let app = Router::new().route("/", any(async || "done")).route_layer(from_fn_with_state(policy, refuse));
        let request = headers.iter().fold(request.uri("/"), |request, (name, value)| request.header(*name, *value));
        app.oneshot(request.body(Body::empty()).expect("a request")).await.expect("infallible").status()
    }

    async fn posted(headers: &[(&str, &str)]) -> StatusCode {
        sent(Request::builder().method("POST"), headers).await
    }

    #[tokio::test]
    async fn an_origin_passes_if_it_is_allowed_or_the_address_itself() {
        for (origin, host) in [
            (PAGE, "api.codesensei.com"),
            ("https://api.codesensei.com", "api.codesensei.com"),
            ("http://localhost:8080", "localhost:8080"),
            ("http://[::1]:8080", "[::1]:8080"),
        ] {
            assert_eq!(posted(&[JSON, ("origin", origin), ("host", host)]).await, StatusCode::OK, "{origin}");
        }
        assert_eq!(posted(&[JSON]).await, StatusCode::OK, "no page at all");
    }

    #[tokio::test]
    async fn any_other_origin_is_refused() {
        for (origin, host) in [
            ("https://evil.example", "api.codesensei.com"),
            ("https://api.codesensei.com:444", "api.codesensei.com"),
            ("https://api.codesensei.com.evil.example", "api.codesensei.com"),
            ("https://evil.example/api.codesensei.com", "api.codesensei.com"),
            ("https://evil.example://api.codesensei.com", "api.codesensei.com"),
            ("api.codesensei.com", "api.codesensei.com"),
            ("https://", "api.codesensei.com"),
            ("null", "null"),
            ("", ""),
        ] {
            let refused = posted(&[JSON, ("origin", origin), ("host", host)]).await;
            assert_eq!(refused, StatusCode::FORBIDDEN, "{origin}");
        }
        assert_eq!(posted(&[JSON, ("origin", "https://api.codesensei.com")]).await, StatusCode::FORBIDDEN, "no host");
        let strange = HeaderValue::from_bytes(b"https://\xff").expect("opaque bytes");
        assert!(!is_own(&strange, &[(header::HOST, strange.clone())].into_iter().collect()));
        let two = [JSON, ("origin", PAGE), ("origin", "https://evil.example")];
        assert_eq!(posted(&two).await, StatusCode::FORBIDDEN, "no browser sends two");
    }

    #[tokio::test]
    async fn whatever_changes_something_says_json_unless_it_deletes_and_says_nothing() {
        for method in ["POST", "PUT", "PATCH", "DELETE"] {
            for (kind, status) in [
                ("application/json", 200),
                ("application/json; charset=utf-8", 200),
                ("application/gzip", 200),
                ("text/plain", 400),
                ("application/x-www-form-urlencoded", 400),
                ("multipart/form-data", 400),
                ("text/plain; application/json", 400),
                ("", 400),
            ] {
                let found = sent(Request::builder().method(method), &[("content-type", kind)]).await;
                assert_eq!(found.as_u16(), status, "{method} {kind}");
            }
            let without = sent(Request::builder().method(method), &[]).await;
            assert_eq!(without.as_u16(), if method == "DELETE" { 200 } else { 400 }, "{method}");
        }
    }

    #[tokio::test]
    async fn what_only_reads_is_left_alone() {
        for method in ["GET", "HEAD", "OPTIONS"] {
            let headers = [("origin", "https://evil.example"), ("content-type", "text/plain")];
            assert_eq!(sent(Request::builder().method(method), &headers).await, StatusCode::OK, "{method}");
        }
    }
}
