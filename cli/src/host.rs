//! The name that a request calls this machine by. A page of another site whose name leads here would be of one origin with what
//! is served.

use axum::extract::Request;
use axum::http::header;
use axum::middleware::Next;
use axum::response::Response;
use handlers::error::{ApiError, ErrorCode};
use handlers::http::failure;

/// Middleware: refuses a request that calls this machine by the name of another.
pub(crate) async fn refuse_others(request: Request, next: Next) -> Response {
    if names_this_machine(&request) {
        return next.run(request).await;
    }
    failure::response(ApiError::new(ErrorCode::Forbidden).with_message("Host must be localhost or 127.0.0.1.")).await
}

/// Whether the request has one `Host`, and that is this machine.
pub(crate) fn names_this_machine(request: &Request) -> bool {
    let mut hosts = request.headers().get_all(header::HOST).iter();
    let (Some(host), None) = (hosts.next(), hosts.next()) else { return false };
    host.to_str().is_ok_and(is_this_machine)
}

/// Whether this is a name of this machine, with or without a port. `Authority` is of no use here: of `localhost:80.evil.example`,
/// whose port is none, its host is `localhost`.
fn is_this_machine(host: &str) -> bool {
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
    fn only_names_of_this_machine_with_or_without_a_port_are_its_own() {
        for own in ["localhost", "LocalHost:8080", "127.0.0.1", "127.0.0.1:1", "[::1]", "[::1]:65535"] {
            assert!(is_this_machine(own), "{own}");
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
            assert!(!is_this_machine(other), "{other}");
        }
    }
}
