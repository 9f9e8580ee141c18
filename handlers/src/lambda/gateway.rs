//! What stands between a viewer and a program: a path that is the gateway's, and an address that is CloudFront's.

use std::net::IpAddr;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use axum::extract::{Request, State};
use axum::http::uri::PathAndQuery;
use axum::http::{HeaderMap, HeaderName, Uri};
use axum::middleware::Next;
use axum::response::Response;
use futures::future::BoxFuture;
use lambda_http::RequestExt as _;
use lambda_http::request::RequestContext;
use model::{Clock, Digest, Timestamp};
use tokio::sync::Mutex;

use crate::error::BoxError;
use crate::http::client_ip::Viewer;

/// Under which path of the site the API is.
const PREFIX: &str = "/api";
/// By which CloudFront shows that a request comes from it.
const ORIGIN_SECRET: HeaderName = HeaderName::from_static("x-origin-secret");
/// In which CloudFront says whose request it is: `198.51.100.10:46532`, or an IPv6 address with a port after the last colon.
const VIEWER_ADDRESS: HeaderName = HeaderName::from_static("cloudfront-viewer-address");
/// Minimum time between two readings of the secret. Other requests that reach the gateway can carry any value.
const PAUSE: Duration = Duration::from_mins(1);
/// Maximum time that a request waits for the secret.
const PATIENCE: Duration = Duration::from_secs(3);

/// The request as the routes know it: without the stage, which a gateway's own address has, and without `/api`.
pub(super) fn routed<B>(mut request: axum::http::Request<B>) -> axum::http::Request<B> {
    let stage = match request.extensions().get::<RequestContext>() {
        Some(RequestContext::ApiGatewayV2(context)) => context.stage.as_deref(),
        // Its raw path has none.
        _ => None,
    };
    let stage = stage.map(|stage| format!("/{stage}"));
    let path = request.raw_http_path().to_owned();
    let path = without(without(&path, stage.as_deref()), Some(PREFIX));
    let query = request.uri().query().map(|query| format!("?{query}")).unwrap_or_default();
    let mut parts = request.uri().clone().into_parts();
    if let Ok(path) = format!("{path}{query}").parse::<PathAndQuery>() {
        parts.path_and_query = Some(path);
        if let Ok(uri) = Uri::from_parts(parts) {
            *request.uri_mut() = uri;
        }
    }
    request
}

/// What follows whole segments that a path begins with.
fn without<'p>(path: &'p str, prefix: Option<&str>) -> &'p str {
    let rest = prefix.and_then(|prefix| path.strip_prefix(prefix));
    match rest {
        Some("") => "/",
        Some(rest) if rest.starts_with('/') => rest,
        _ => path,
    }
}

/// Reads what CloudFront may say, where that is kept.
pub(super) type OriginSource = Box<dyn Fn() -> BoxFuture<'static, Result<Vec<Digest>, BoxError>> + Send + Sync>;

/// How CloudFront is known: digests of the one or two values that it may send.
pub(super) struct Origin {
    known: RwLock<Vec<Digest>>,
    source: OriginSource,
    last_read: Mutex<Option<Timestamp>>,
    clock: Clock,
}

impl Origin {
    pub(super) fn new(known: Vec<Digest>, source: OriginSource, clock: Clock) -> Arc<Self> {
        Arc::new(Self { known: RwLock::new(known), source, last_read: Mutex::new(None), clock })
    }

    /// Whether this is what CloudFront says. The digests are compared: how long that takes tells nothing of the value.
    async fn is(&self, value: &[u8]) -> bool {
        let digest = Digest::of(value);
        if self.knows(&digest) {
            return true;
        }
        self.read_again().await;
        self.knows(&digest)
    }

    fn knows(&self, digest: &Digest) -> bool {
        self.known.read().unwrap_or_else(PoisonError::into_inner).contains(digest)
    }

    /// CloudFront may have been given a new value since this process began.
    async fn read_again(&self) {
        let now = self.clock.now();
        let mut last_read = self.last_read.lock().await;
        if last_read.is_some_and(|last| now.since(last) < PAUSE) {
            return;
        }
        *last_read = Some(now);
        match tokio::time::timeout(PATIENCE, (self.source)()).await {
            Ok(Ok(known)) => *self.known.write().unwrap_or_else(PoisonError::into_inner) = known,
            Ok(Err(error)) => tracing::warn!(%error, "The seed's secret cannot be read again"),
            Err(_) => tracing::warn!("Reading the seed's secret again took too long"),
        }
    }
}

/// Middleware: believes the viewer's address if CloudFront says it, and takes both headers away.
pub(super) async fn viewed(State(origin): State<Arc<Origin>>, mut request: Request, next: Next) -> Response {
    let secret = request.headers_mut().remove(ORIGIN_SECRET);
    let viewer = address(request.headers_mut());
    if let (Some(secret), Some(viewer)) = (secret, viewer)
        && origin.is(secret.as_bytes()).await
    {
        request.extensions_mut().insert(Viewer(viewer));
    }
    next.run(request).await
}

fn address(headers: &mut HeaderMap) -> Option<IpAddr> {
    let value = headers.remove(VIEWER_ADDRESS)?;
    let (address, _port) = value.to_str().ok()?.rsplit_once(':')?;
    address.trim_start_matches('[').trim_end_matches(']').parse().ok()
}
