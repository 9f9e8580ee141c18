//! Entity tags: a client that has the current representation gets 304 (RFC 9110, 8.8.3 and 13.1.2).

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use model::Digest;

/// The entity tag of a representation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ETag(HeaderValue);

impl ETag {
    /// A strong tag of this content and of the version of this program.
    ///
    /// # Panics
    /// Never: hexadecimal digits in quotes are a header value.
    pub fn of(content: impl AsRef<[u8]>) -> Self {
        let digest = Digest::of([env!("CARGO_PKG_VERSION").as_bytes(), b"\n", content.as_ref()].concat()).to_string();
        let tag = HeaderValue::from_str(&format!("\"{}\"", &digest[..32]));
        Self(tag.expect("a header value"))
    }

    /// Whether `If-None-Match` contains this tag, by weak comparison.
    pub fn is_known(&self, headers: &HeaderMap) -> bool {
        let values = headers.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
        values
            .flat_map(|value| value.split(','))
            .map(str::trim)
            .any(|tag| tag == "*" || tag.strip_prefix("W/").unwrap_or(tag).as_bytes() == self.0.as_bytes())
    }

    /// The response with this tag and this cache control.
    pub fn on(self, cache_control: &'static str, answer: impl IntoResponse) -> Response {
        let headers = [(header::ETAG, self.0), (header::CACHE_CONTROL, HeaderValue::from_static(cache_control))];
        (headers, answer).into_response()
    }

    /// 304 for a client that has this representation.
    pub fn not_modified(self, cache_control: &'static str) -> Response {
        self.on(cache_control, StatusCode::NOT_MODIFIED)
    }
}

/// Whether the request has `If-None-Match`.
pub(crate) fn is_conditional(headers: &HeaderMap) -> bool {
    headers.contains_key(header::IF_NONE_MATCH)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asking(values: &[&str]) -> HeaderMap {
        let value = |text: &&str| HeaderValue::from_str(text).expect("a header value");
        values.iter().map(|text| (header::IF_NONE_MATCH, value(text))).collect()
    }

    #[test]
    fn a_tag_is_recognised_by_weak_comparison() {
        let tag = ETag::of("a");
        let text = tag.0.to_str().expect("ASCII").to_owned();
        assert!(text.starts_with('"') && text.ends_with('"') && text.len() == 34, "{text}");
        let weak = format!("W/{text}");
        let list = format!("\"x\" , {text}");
        for known in [&[&*text][..], &[&*weak], &[&*list], &["\"x\"", &*text], &["*"]] {
            assert!(tag.is_known(&asking(known)), "{known:?}");
        }
        let unquoted = text.trim_matches('"').to_owned();
        for unknown in [&[][..], &[""], &["\"x\""], &[&*unquoted], &["w/x"]] {
            assert!(!tag.is_known(&asking(unknown)), "{unknown:?}");
        }
        assert_ne!(tag, ETag::of("b"));
    }
}
