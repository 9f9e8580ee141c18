//! What stands between a viewer and a program: a path that is the gateway's, and an address that is CloudFront's.

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

/// By which CloudFront shows that a request comes from it.
const ORIGIN_SECRET: HeaderName = HeaderName::from_static("x-origin-secret");
/// In which CloudFront says whose request it is: `198.51.100.10:46532`, or an IPv6 address with a port after the last colon.
const VIEWER_ADDRESS: HeaderName = HeaderName::from_static("cloudfront-viewer-address");

/// The request as the routes know it: without the stage, which a gateway's own address has, and without `/api`.
pub(super) fn routed<B>(request: axum::http::Request<B>) -> axum::http::Request<B> {
    let stage = match request.extensions().get::<RequestContext>() {
        Some(RequestContext::ApiGatewayV2(context)) => context.stage.as_deref(),
        // Its raw path has none.
        _ => None,
    };
    let stage = stage.map(|stage| format!("/{stage}"));
    // A gateway that has decoded the path must not move where its query begins.
    let path = request.raw_http_path().replace('?', "%3F").replace('#', "%23");
    let path = stage.as_deref().and_then(|stage| prefix::after(&path, stage)).unwrap_or(&path);
    prefix::with_path(request, prefix::after(path, prefix::API).unwrap_or(path))
}

/// A request whose answer is not compressed. Compressed bytes would leave the program as Base64, and a REST gateway decodes that only for
/// a client that asks for a binary type first.
pub(super) fn uncompressed<B>(mut request: axum::http::Request<B>) -> axum::http::Request<B> {
    request.headers_mut().remove(header::ACCEPT_ENCODING);
    request
}

/// An answer in which no header but `Set-Cookie` has several values: the head of a stream has one for each name.
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

/// How CloudFront is known: digests of the one or two values that it may send.
pub(super) struct Origin {
    digests: Reloadable<Vec<Digest>>,
    clock: Clock,
}

impl Origin {
    pub(super) fn new(digests: Vec<Digest>, source: Source<Vec<Digest>>, clock: Clock) -> Arc<Self> {
        Arc::new(Self { digests: Reloadable::new("seed", digests, source, clock.now()), clock })
    }

    /// Whether this is what CloudFront says. The digests are compared: how long that takes tells nothing of the value.
    async fn is(&self, value: &[u8]) -> bool {
        let digest = Digest::of(value);
        if self.knows(&digest) {
            return true;
        }
        // CloudFront may have been given a new value since this process began.
        self.digests.reload(self.clock.now()).await;
        self.knows(&digest)
    }

    fn knows(&self, digest: &Digest) -> bool {
        self.digests.current().contains(digest)
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
