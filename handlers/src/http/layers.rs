//! The layers around all routes: tracing, security headers, CORS, compression, errors and panics.

use std::any::Any;

use axum::Router;
use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue, header};
use axum::middleware::{Next, from_fn, from_fn_with_state, map_response};
use axum::response::{IntoResponse as _, Response};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{NotForContentType, Predicate as _, SizeAbove};

use crate::error::{ApiError, ErrorCode};
use crate::http::cors::CorsPolicy;
use crate::http::trace::{self, Follower};
use crate::http::{drain, failure, forgery};

/// Responses from this size on are gzipped for clients that accept it.
const COMPRESSED_FROM: u16 = 1_024;

const SECURITY_HEADERS: [(HeaderName, HeaderValue); 5] = [
    (header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000; includeSubDomains")),
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'")),
    (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
];

/// Adds the common layers to a router. From the outside in: a separate task for the request, draining of refused
/// bodies, the trace id and the log line, security headers, CORS with preflights, compression, the bodies of errors,
/// panics, and the protection against forged requests. Unknown routes and methods get the error envelope too.
pub fn around(routes: Router, cors: &CorsPolicy, follower: Follower) -> Router {
    let compression =
        CompressionLayer::new().gzip(true).compress_when(SizeAbove::new(COMPRESSED_FROM).and(NotForContentType::SSE));
    routes
        .route_layer(from_fn_with_state(cors.clone(), forgery::refuse))
        .fallback(async || ApiError::new(ErrorCode::NotFound))
        .method_not_allowed_fallback(async || ApiError::new(ErrorCode::MethodNotAllowed))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(map_response(failure::respond))
        .layer(compression)
        .layer(cors.layer())
        .layer(map_response(secured))
        .layer(from_fn_with_state(follower, trace::follow))
        .layer(from_fn(drain::drained))
        .layer(from_fn(run_to_completion))
}

/// Runs the request in a separate task. The server drops the future of a request when its client disconnects, but a
/// paid answer must be stored and a save must be completed.
async fn run_to_completion(request: Request, next: Next) -> Response {
    match tokio::spawn(next.run(request)).await {
        Ok(response) => response,
        // Only a shutdown cancels the task: panics of handlers are caught in an inner layer.
        Err(stopped) => failure::response(ApiError::internal(stopped)).await,
    }
}

/// The message of a panic goes to the standard error stream. The client and the request's log line get a code.
fn panicked(_message: Box<dyn Any + Send>) -> Response {
    ApiError::internal("a handler panicked").into_response()
}

async fn secured(mut response: Response) -> Response {
    for (name, value) in SECURITY_HEADERS {
        response.headers_mut().entry(name).or_insert(value);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::metrics::Metrics;
    use axum::body::Body;
    use axum::http::{Method, StatusCode};
    use axum::routing::{get, post};
    use flate2::read::GzDecoder;
    use model::{Clock, Ids};
    use std::io::Read as _;
    use tower::ServiceExt as _;

    const PAGE: &str = "https://app.codesensei.com";

    async fn send(request: axum::http::request::Builder) -> Response {
        let routes = Router::new()
            .route("/small", get(async || "x".repeat(1_023)))
            .route("/large", get(async || "x".repeat(1_024)))
            .route("/panic", get(async || -> &'static str { panic!("this panic is part of a test") }))
            .route("/limited", post(async || ApiError::new(ErrorCode::RateLimitExceeded)));
        let follower = Follower::new(Ids::seeded(1), Clock::system(), Metrics::default());
        let app = around(routes, &CorsPolicy::production(PAGE).expect("an origin"), follower);
        let request = request.header(header::CONTENT_TYPE, "application/json");
        app.oneshot(request.body(Body::empty()).expect("a request")).await.expect("infallible")
    }

    fn allowed_origin(response: &Response) -> Option<&HeaderValue> {
        response.headers().get(header::ACCESS_CONTROL_ALLOW_ORIGIN)
    }

    #[tokio::test]
    async fn all_responses_have_cors_security_and_trace_headers() {
        for (method, path, status) in [
            ("GET", "/small", 200),
            ("GET", "/panic", 500),
            ("POST", "/limited", 429),
            ("GET", "/nowhere", 404),
            ("DELETE", "/small", 405),
        ] {
            let response = send(Request::builder().method(method).uri(path).header(header::ORIGIN, PAGE)).await;
            assert_eq!(response.status().as_u16(), status, "{path}");
            let headers = response.headers();
            assert_eq!(headers[header::ACCESS_CONTROL_ALLOW_ORIGIN], PAGE, "{path}");
            assert_eq!(headers[header::ACCESS_CONTROL_ALLOW_CREDENTIALS], "true", "{path}");
            let vary: Vec<_> = headers.get_all(header::VARY).iter().filter_map(|v| v.to_str().ok()).collect();
            assert!(vary.join(",").contains("origin"), "{path}: {vary:?}");
            for (name, value) in SECURITY_HEADERS {
                assert_eq!(headers[&name], value, "{path}");
            }
            assert!(headers.contains_key(trace::TRACE_ID), "{path}");
            if status >= 400 {
                assert_eq!(headers[header::CONTENT_TYPE], "application/json", "{path}");
            }
        }
    }

    #[tokio::test]
    async fn a_panic_is_a_fault_of_ours_with_a_trace_id_and_without_its_message() {
        let response = send(Request::get("/panic")).await;
        let id = response.headers()[trace::TRACE_ID].to_str().expect("hex").to_owned();
        let body = axum::body::to_bytes(response.into_body(), 10_000).await.expect("in memory");
        let error: serde_json::Value = serde_json::from_slice(&body).expect("an envelope");
        assert_eq!(error["error"]["trace_id"], id);
        assert!(!String::from_utf8_lossy(&body).contains("part of a test"));
    }

    #[tokio::test(start_paused = true)]
    async fn a_request_completes_after_its_client_disconnects() {
        let (done, is_done) = tokio::sync::oneshot::channel();
        let done = std::sync::Arc::new(std::sync::Mutex::new(Some(done)));
        let slow = async move || {
            tokio::time::sleep(std::time::Duration::from_secs(1)).await;
            done.lock().expect("not poisoned").take().map(|done| done.send(())).map_or("twice", |_| "done")
        };
        let routes = Router::new().route("/slow", get(slow));
        let follower = Follower::new(Ids::seeded(1), Clock::system(), Metrics::default());
        let app = around(routes, &CorsPolicy::production(PAGE).expect("an origin"), follower);
        let asked = app.oneshot(Request::get("/slow").body(Body::empty()).expect("a request"));
        assert!(tokio::time::timeout(std::time::Duration::from_millis(5), asked).await.is_err(), "it hangs up");
        is_done.await.expect("the handler comes to its end");
    }

    #[tokio::test]
    async fn other_origins_are_not_allowed() {
        for origin in [
            "https://app.codesensei.com.evil.com",
            "http://app.codesensei.com",
            "https://APP.codesensei.com",
            "https://app.codesensei.com:8443",
            "http://localhost:5173",
            "null",
        ] {
            assert_eq!(allowed_origin(&send(Request::get("/small").header(header::ORIGIN, origin)).await), None);
        }
        assert_eq!(allowed_origin(&send(Request::get("/small")).await), None);
    }

    #[tokio::test]
    async fn a_preflight_is_answered_before_routing() {
        for path in ["/limited", "/nowhere"] {
            let request = Request::builder()
                .method(Method::OPTIONS)
                .uri(path)
                .header(header::ORIGIN, PAGE)
                .header(header::ACCESS_CONTROL_REQUEST_METHOD, "PATCH");
            let response = send(request).await;
            assert_eq!(response.status(), StatusCode::OK);
            let headers = response.headers();
            assert_eq!(headers[header::ACCESS_CONTROL_ALLOW_ORIGIN], PAGE);
            assert_eq!(headers[header::ACCESS_CONTROL_ALLOW_METHODS], "GET,POST,PUT,PATCH,DELETE,OPTIONS");
            assert_eq!(headers[header::ACCESS_CONTROL_ALLOW_HEADERS], "content-type,authorization,if-none-match");
        }
    }

    #[tokio::test]
    async fn responses_of_a_kilobyte_are_gzipped_on_request() {
        let asked = |path| Request::get(path).header(header::ACCEPT_ENCODING, "gzip");
        let response = send(asked("/large")).await;
        assert_eq!(response.headers()[header::CONTENT_ENCODING], "gzip");
        let body = axum::body::to_bytes(response.into_body(), 10_000).await.expect("in memory");
        let mut text = String::new();
        GzDecoder::new(&*body).read_to_string(&mut text).expect("gzip");
        assert_eq!(text, "x".repeat(1_024));
        assert!(!send(asked("/small")).await.headers().contains_key(header::CONTENT_ENCODING));
        assert!(!send(Request::get("/large")).await.headers().contains_key(header::CONTENT_ENCODING));
    }
}
