//! The prefix of the API on a site with a web page: `/api`. The routes do not contain it.

use axum::http::uri::PathAndQuery;
use axum::http::{Request, Uri};

/// The path of the API on a site.
pub const API: &str = "/api";

/// The rest of a path after a prefix of whole segments; `None` without the prefix.
#[must_use]
pub fn after<'p>(path: &'p str, prefix: &str) -> Option<&'p str> {
    match path.strip_prefix(prefix)? {
        "" => Some("/"),
        rest if rest.starts_with('/') => Some(rest),
        _ => None,
    }
}

/// The request with another path and the same query. An invalid path leaves it unchanged.
#[must_use]
pub fn with_path<B>(mut request: Request<B>, path: &str) -> Request<B> {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_of_whole_segments_is_removed_once() {
        for (path, rest) in [
            ("/api", Some("/")),
            ("/api/", Some("/")),
            ("/api/health", Some("/health")),
            ("/api/api/health", Some("/api/health")),
            ("/api//health", Some("//health")),
            ("/apis", None),
            ("/API/health", None),
            ("/health/api", None),
            ("/", None),
            ("", None),
        ] {
            assert_eq!(after(path, API), rest, "{path}");
        }
    }

    #[test]
    fn another_path_keeps_authority_and_query() {
        for (uri, path, expected) in [
            ("/api/sessions?limit=1&q=%2F", "/sessions", "/sessions?limit=1&q=%2F"),
            ("http://localhost:8080/api", "/", "http://localhost:8080/"),
            ("/api/x?", "/x", "/x?"),
            ("/a", "not a path", "/a"),
        ] {
            let request = Request::builder().uri(uri).body(()).expect("a request");
            assert_eq!(with_path(request, path).uri(), expected, "{uri}");
        }
    }
}
