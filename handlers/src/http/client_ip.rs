//! The network address of the client, from a trusted source.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::request::Parts;
use lambda_http::request::RequestContext;

use crate::error::ApiError;

/// The viewer's address from CloudFront: an extension of requests that prove that they come from CloudFront. The
/// gateway's context then has the address of a CloudFront edge, which unrelated clients share.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Viewer(pub(crate) IpAddr);

/// Extractor: the client's address. On Lambda it comes from CloudFront or the gateway's context, on a developer's
/// machine from the socket. Other headers are ignored, because clients can forge them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClientIp(IpAddr);

impl ClientIp {
    /// The subject of rate limits: the address, or for IPv6 its /64 network, which one client can use entirely.
    #[must_use]
    pub fn subject(self) -> String {
        match self.0.to_canonical() {
            IpAddr::V4(ip) => ip.to_string(),
            IpAddr::V6(ip) => {
                let [a, b, c, d, ..] = ip.segments();
                format!("{}/64", Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
            }
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for ClientIp {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, ApiError> {
        if let Some(Viewer(address)) = parts.extensions.get() {
            return Ok(Self(*address));
        }
        let source = match parts.extensions.get::<RequestContext>() {
            Some(RequestContext::ApiGatewayV1(context)) => context.identity.source_ip.as_deref(),
            Some(RequestContext::ApiGatewayV2(context)) => context.http.source_ip.as_deref(),
            _ => {
                let socket = parts.extensions.get::<ConnectInfo<SocketAddr>>();
                return socket.map(|ConnectInfo(address)| Self(address.ip())).ok_or_else(unknown);
            }
        };
        source.and_then(|ip| ip.parse().ok()).map(Self).ok_or_else(unknown)
    }
}

/// Routes that are limited by address refuse requests without an address.
fn unknown() -> ApiError {
    ApiError::internal("the request's context has no client address")
}

impl fmt::Display for ClientIp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::Request;
    use lambda_http::aws_lambda_events::apigw::{ApiGatewayProxyRequestContext, ApiGatewayV2httpRequestContext};

    async fn found<T: Clone + Send + Sync + 'static>(context: T) -> Result<String, ApiError> {
        let request = Request::get("/").header("x-forwarded-for", "6.6.6.6").extension(context).body(());
        let mut parts = request.expect("a request").into_parts().0;
        ClientIp::from_request_parts(&mut parts, &()).await.map(|ip| ip.to_string())
    }

    #[tokio::test]
    async fn the_address_comes_from_the_gateway_or_the_socket_and_not_from_headers() {
        let mut v1 = ApiGatewayProxyRequestContext::default();
        v1.identity.source_ip = Some("192.0.2.1".to_owned());
        let mut v2 = ApiGatewayV2httpRequestContext::default();
        v2.http.source_ip = Some("2001:db8::1".to_owned());
        let socket = ConnectInfo(SocketAddr::from(([127, 0, 0, 1], 9)));
        let absent = RequestContext::ApiGatewayV1(ApiGatewayProxyRequestContext::default());
        let v1 = RequestContext::ApiGatewayV1(v1);
        let v2 = RequestContext::ApiGatewayV2(v2);
        assert_eq!(found(v1).await.expect("v1"), "192.0.2.1");
        assert_eq!(found(v2).await.expect("v2"), "2001:db8::1");
        assert_eq!(found(socket).await.expect("local"), "127.0.0.1");
        assert!(found(absent).await.is_err());
        assert!(found(()).await.is_err());
    }

    #[test]
    fn all_addresses_of_one_client_are_one_subject() {
        let subject = |ip: &str| ClientIp(ip.parse().expect("an address")).subject();
        assert_eq!(subject("2001:db8:1:2::1"), subject("2001:db8:1:2:ffff::2"));
        assert_ne!(subject("2001:db8:1:2::1"), subject("2001:db8:1:3::1"));
        assert_eq!(subject("::ffff:192.0.2.1"), subject("192.0.2.1"));
        assert_ne!(subject("192.0.2.1"), subject("192.0.2.2"));
    }
}
