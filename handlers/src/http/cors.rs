//! CORS: the origins of web pages that may call the API.

use std::time::Duration;

use axum::http::{HeaderValue, Method, Uri, header};
use tower_http::cors::{AllowCredentials, CorsLayer};

use crate::http::trace::TRACE_ID;

/// The origins of pages that may call the API with cookies. Compared byte for byte, without patterns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CorsPolicy {
    origins: Vec<HeaderValue>,
}

/// The text is not the origin of a production page, for instance because it has a path, a wildcard or no TLS.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an origin looks like https://app.example.com, in lower case, without a path or a final slash")]
pub struct InvalidOrigin;

impl CorsPolicy {
    /// The development servers of the web page.
    #[must_use]
    pub fn development() -> Self {
        let origins = ["http://localhost:5173", "http://localhost:3000"];
        Self { origins: origins.map(HeaderValue::from_static).to_vec() }
    }

    /// Only the deployed web page.
    ///
    /// # Errors
    /// When the text differs from the `Origin` that a browser sends over TLS.
    pub fn production(origin: &str) -> Result<Self, InvalidOrigin> {
        let uri: Uri = origin.parse().map_err(|_| InvalidOrigin)?;
        let authority = uri.authority().ok_or(InvalidOrigin)?.as_str();
        let exact = format!("https://{authority}") == origin && origin == origin.to_ascii_lowercase();
        if !exact || authority.contains(['*', '@', ',']) {
            return Err(InvalidOrigin);
        }
        let origin = HeaderValue::from_str(origin).map_err(|_| InvalidOrigin)?;
        Ok(Self { origins: vec![origin] })
    }

    /// Whether pages of this origin may call the API.
    #[must_use]
    pub fn allows(&self, origin: &HeaderValue) -> bool {
        self.origins.contains(origin)
    }

    /// The layer that answers preflights, and adds the CORS headers to all responses, errors included.
    pub fn layer(&self) -> CorsLayer {
        let policy = self.clone();
        CorsLayer::new()
            .allow_origin(self.origins.clone())
            .allow_credentials(AllowCredentials::predicate(move |origin, _| policy.allows(origin)))
            .allow_methods([Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE, Method::OPTIONS])
            .allow_headers([header::CONTENT_TYPE, header::AUTHORIZATION, header::IF_NONE_MATCH])
            .expose_headers([header::ETAG, header::RETRY_AFTER, TRACE_ID])
            .max_age(Duration::from_mins(10))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_production_origin_has_the_form_that_browsers_send() {
        for good in ["https://app.codesensei.com", "https://localhost:8443", "https://xn--bcher-kva.example"] {
            assert!(CorsPolicy::production(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "*",
            "null",
            "https://",
            "https://*",
            "https://*.codesensei.com",
            "http://app.codesensei.com",
            "https://app.codesensei.com/",
            "https://app.codesensei.com/app",
            "https://App.codesensei.com",
            "https://a@app.codesensei.com",
            "https://a.com, https://b.com",
            "app.codesensei.com",
        ] {
            assert_eq!(CorsPolicy::production(bad), Err(InvalidOrigin), "{bad}");
        }
    }
}
