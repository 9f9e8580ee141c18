//! The check of the `Host` header, against DNS rebinding.
//!
//! Another site can point its domain to this machine: without the check, its pages would have the same origin as the
//! served site.

use axum::extract::Request;
use axum::http::header;
use axum::middleware::Next;
use axum::response::Response;
use handlers::error::{ApiError, ErrorCode};
use handlers::http::failure;

/// Middleware: refuses a request whose `Host` is not a name of this machine.
pub(crate) async fn require_local_host(request: Request, next: Next) -> Response {
    if has_local_host(&request) {
        return next.run(request).await;
    }
    failure::response(ApiError::new(ErrorCode::Forbidden).with_message("Host must be localhost or 127.0.0.1.")).await
}

/// Whether the request has exactly one `Host` header, with a name of this machine.
pub(crate) fn has_local_host(request: &Request) -> bool {
    let mut hosts = request.headers().get_all(header::HOST).iter();
    let (Some(host), None) = (hosts.next(), hosts.next()) else { return false };
    host.to_str().is_ok_and(is_local_name)
}

/// Whether this is a name of this machine, with or without a port. `Authority` is unsuitable: for
/// `localhost:80.evil.example`, with its invalid port, it returns the host `localhost`.
fn is_local_name(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    ["127.0.0.1", "localhost", "[::1]"].iter().any(|own| name.eq_ignore_ascii_case(own))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_this_machine_are_local() {
        for own in ["localhost", "LocalHost:8080", "127.0.0.1", "127.0.0.1:1", "[::1]", "[::1]:65535"] {
            assert!(is_local_name(own), "{own}");
        }
        for other in [
            "",
            ":8080",
            "localhost:8080.evil.example",
            "localhost:80:80",
            "localhost:+80",
            "localhost:",
            "localhost.",
            "localhost.evil.example",
            "evil.example",
            "ada@localhost",
            "localhost@evil.example",
            "127.0.0.1.evil.example:8080",
            "127.0.0.2",
            "::1",
            "[::1",
            "[::1].evil.example",
        ] {
            assert!(!is_local_name(other), "{other}");
        }
    }
}
