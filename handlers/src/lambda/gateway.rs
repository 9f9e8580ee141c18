//! Adapts requests from API Gateway and CloudFront: the path and the client's address.

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;
use lambda_http::RequestExt as _;
use lambda_http::request::RequestContext;
use model::{Clock, Digest};

use crate::http::client_ip::Viewer;
use crate::http::prefix;
use crate::reloadable::{Reloadable, Source};

/// The header by which CloudFront proves its identity.
const ORIGIN_SECRET: HeaderName = HeaderName::from_static("x-origin-secret");
/// The viewer's address from CloudFront: `198.51.100.10:46532`, or an IPv6 address with a port after the last colon.
const VIEWER_ADDRESS: HeaderName = HeaderName::from_static("cloudfront-viewer-address");

/// Removes the stage of a gateway's own address, and `/api`, from the path.
pub(super) fn strip_prefixes<B>(request: axum::http::Request<B>) -> axum::http::Request<B> {
    let stage = match request.extensions().get::<RequestContext>() {
        Some(RequestContext::ApiGatewayV2(context)) => context.stage.as_deref(),
        // The raw path of a REST gateway has no stage.
        _ => None,
    };
    let stage = stage.map(|stage| format!("/{stage}"));
    // A `?` or `#` in a decoded path must not start the query.
    let path = request.raw_http_path().replace('?', "%3F").replace('#', "%23");
    let path = stage.as_deref().and_then(|stage| prefix::after(&path, stage)).unwrap_or(&path);
    prefix::with_path(request, prefix::after(path, prefix::API).unwrap_or(path))
}

/// Disables compression of the response. Compressed bytes would leave the program as Base64, which a REST gateway
/// decodes only for clients that request a binary type.
pub(super) fn uncompressed<B>(mut request: axum::http::Request<B>) -> axum::http::Request<B> {
    request.headers_mut().remove(header::ACCEPT_ENCODING);
    request
}

/// Joins repeated headers, except `Set-Cookie`: the head of a stream has one value for each name.
pub(super) fn single_valued(mut response: Response) -> Response {
    let headers = response.headers_mut();
    let names: Vec<HeaderName> = headers.keys().filter(|name| **name != header::SET_COOKIE).cloned().collect();
    for name in names {
        let values: Vec<&[u8]> = headers.get_all(&name).iter().map(HeaderValue::as_bytes).collect();
        if values.len() > 1
            && let Ok(joined) = HeaderValue::from_bytes(&values.join(&b", "[..]))
        {
            headers.insert(name, joined);
        }
    }
    response
}

/// Verifies CloudFront by the digests of its one or two secrets.
pub(super) struct Origin {
    digests: Reloadable<Vec<Digest>>,
    clock: Clock,
}

impl Origin {
    pub(super) fn new(digests: Vec<Digest>, source: Source<Vec<Digest>>, clock: Clock) -> Arc<Self> {
        Arc::new(Self { digests: Reloadable::new("seed", digests, source, clock.now()), clock })
    }

    /// Whether this is a secret of CloudFront. Compares digests, so that the time reveals nothing of the secret.
    async fn accepts(&self, value: &[u8]) -> bool {
        let digest = Digest::of(value);
        if self.knows(&digest) {
            return true;
        }
        // CloudFront may have a new secret since this process started.
        self.digests.reload(self.clock.now()).await;
        self.knows(&digest)
    }

    fn knows(&self, digest: &Digest) -> bool {
        self.digests.current().contains(digest)
    }
}

/// Middleware: sets the viewer's address if the request comes from CloudFront, and removes both headers.
pub(super) async fn set_viewer_address(
    State(origin): State<Arc<Origin>>,
    mut request: Request,
    next: Next,
) -> Response {
    let secret = request.headers_mut().remove(ORIGIN_SECRET);
    let viewer = address(request.headers_mut());
    if let (Some(secret), Some(viewer)) = (secret, viewer)
        && origin.accepts(secret.as_bytes()).await
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
