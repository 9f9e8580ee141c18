//! Protection against cross-site request forgery: conditions on requests that change data, in addition to
//! `SameSite=Strict`.

use axum::body::HttpBody as _;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;

use crate::error::{ApiError, ErrorCode};
use crate::http::body::Packing;
use crate::http::cors::CorsPolicy;

/// The relation of the page to this address, from the browser. Scripts cannot set it.
const FETCH_SITE: &str = "sec-fetch-site";

/// Middleware: refuses a request that changes data if a browser sent it from a page of another origin, or if its body
/// is not JSON, because forms of other sites cannot send JSON. Browsers name the origin of all such requests, so a
/// request without a body needs no content type.
pub async fn refuse(State(policy): State<CorsPolicy>, request: Request, next: Next) -> Result<Response, ApiError> {
    if !request.method().is_safe() {
        let headers = request.headers();
        if !is_from_allowed_page(&policy, headers) {
            return Err(ApiError::new(ErrorCode::Forbidden).with_message("This page may not send requests here."));
        }
        if !request.body().is_end_stream() || headers.contains_key(header::CONTENT_TYPE) {
            Packing::of(headers)?;
        }
    }
    Ok(next.run(request).await)
}

fn is_from_allowed_page(policy: &CorsPolicy, headers: &HeaderMap) -> bool {
    let origins = headers.get_all(header::ORIGIN);
    let mut relations = headers.get_all(FETCH_SITE).iter();
    if origins.iter().any(|origin| !policy.allows(origin) && !is_own(origin, headers)) {
        return false;
    }
    // Without an origin, the page must have this address, or the user sent the request directly.
    origins.iter().next().is_some() || relations.all(|relation| relation == "same-origin" || relation == "none")
}

/// Whether the page was loaded from the address of this request.
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

    /// The status of a request with these headers.
    async fn sent(request: Builder, headers: &[(&str, &str)]) -> StatusCode {
        sent_with(request, headers, "").await
    }

    async fn sent_with(request: Builder, headers: &[(&str, &str)], body: &'static str) -> StatusCode {
        let policy = CorsPolicy::production(PAGE).expect("an origin");
        let app = Router::new().route("/", any(async || "done")).route_layer(from_fn_with_state(policy, refuse));
        let request = headers.iter().fold(request.uri("/"), |request, (name, value)| request.header(*name, *value));
        app.oneshot(request.body(Body::from(body)).expect("a request")).await.expect("infallible").status()
    }

    async fn posted(headers: &[(&str, &str)]) -> StatusCode {
        sent(Request::builder().method("POST"), headers).await
    }

    #[tokio::test]
    async fn an_allowed_origin_and_the_same_origin_pass() {
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
    async fn without_an_origin_the_fetch_site_decides() {
        for (relation, status) in [
            ("same-origin", StatusCode::OK),
            ("none", StatusCode::OK),
            ("same-site", StatusCode::FORBIDDEN),
            ("cross-site", StatusCode::FORBIDDEN),
            ("", StatusCode::FORBIDDEN),
        ] {
            assert_eq!(posted(&[(FETCH_SITE, relation)]).await, status, "{relation}");
            assert_eq!(posted(&[JSON, (FETCH_SITE, relation)]).await, status, "{relation}");
            assert_eq!(posted(&[(FETCH_SITE, relation), ("origin", PAGE)]).await, StatusCode::OK, "{relation}");
        }
        let two = [(FETCH_SITE, "none"), (FETCH_SITE, "cross-site")];
        assert_eq!(posted(&two).await, StatusCode::FORBIDDEN, "no browser sends two");
    }

    #[tokio::test]
    async fn a_body_must_be_json_and_a_request_without_body_needs_no_type() {
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
                for body in ["", "{}"] {
                    let request = Request::builder().method(method);
                    let found = sent_with(request, &[("content-type", kind)], body).await;
                    assert_eq!(found.as_u16(), status, "{method} {kind} {body}");
                }
            }
            assert_eq!(sent(Request::builder().method(method), &[]).await, StatusCode::OK, "{method}");
            let untyped = sent_with(Request::builder().method(method), &[], "{}").await;
            assert_eq!(untyped, StatusCode::BAD_REQUEST, "{method}");
        }
    }

    #[tokio::test]
    async fn safe_methods_pass() {
        for method in ["GET", "HEAD", "OPTIONS"] {
            let headers = [("origin", "https://evil.example"), ("content-type", "text/plain")];
            assert_eq!(sent(Request::builder().method(method), &headers).await, StatusCode::OK, "{method}");
        }
    }
}
