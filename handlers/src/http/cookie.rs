//! The two cookies: how they are read, set and cleared, always with the same attributes.

use std::convert::Infallible;
use std::fmt;
use std::time::Duration;

use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponseParts, ResponseParts};
use model::Timestamp;

use crate::auth::token::Token;

/// The cookie with the access token.
pub const ACCESS_TOKEN: &str = "access_token";
/// The cookie with the refresh token.
pub const REFRESH_TOKEN: &str = "refresh_token";

/// The tokens that came with a request. Does not print them.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Cookies {
    access: Option<String>,
    refresh: Option<String>,
}

/// One of our two cookies came twice, or holds what no token of ours holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a token cookie is malformed or given twice")]
pub struct BadCookies;

impl Cookies {
    /// Reads the `Cookie` headers. Other people's cookies may look as they like.
    ///
    /// # Errors
    /// When one of ours is not as we set it. Of two values one would have to be guessed, and a sibling domain can add
    /// a second one.
    pub fn parse(headers: &HeaderMap) -> Result<Self, BadCookies> {
        let mut cookies = Self::default();
        let pairs = headers.get_all(header::COOKIE).iter().flat_map(|value| value.as_bytes().split(|b| *b == b';'));
        for pair in pairs.map(<[u8]>::trim_ascii) {
            let (name, value) = match pair.iter().position(|b| *b == b'=') {
                Some(at) => (pair[..at].trim_ascii(), pair[at + 1..].trim_ascii()),
                None => (pair, &[][..]),
            };
            let slot = match name {
                name if name == ACCESS_TOKEN.as_bytes() => &mut cookies.access,
                name if name == REFRESH_TOKEN.as_bytes() => &mut cookies.refresh,
                _ => continue,
            };
            if slot.replace(token(value)?).is_some() {
                return Err(BadCookies);
            }
        }
        Ok(cookies)
    }

    /// The access token.
    #[must_use]
    pub fn access(&self) -> Option<&str> {
        self.access.as_deref()
    }

    /// The refresh token.
    #[must_use]
    pub fn refresh(&self) -> Option<&str> {
        self.refresh.as_deref()
    }
}

/// A token is what three parts of base64url and two dots can be made of.
fn token(value: &[u8]) -> Result<String, BadCookies> {
    let well_formed =
        !value.is_empty() && value.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'));
    match std::str::from_utf8(value) {
        Ok(text) if well_formed => Ok(text.to_owned()),
        _ => Err(BadCookies),
    }
}

impl fmt::Debug for Cookies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cookies")
            .field("access", &self.access.is_some())
            .field("refresh", &self.refresh.is_some())
            .finish()
    }
}

/// Part of an answer: the cookies it sets or clears. Cookies it does not mention stay as they are.
#[derive(Clone, Default)]
pub struct SetCookies(Vec<HeaderValue>);

impl SetCookies {
    /// Sets nothing yet.
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }

    /// Sets the access token for as long as it is good.
    #[must_use]
    pub fn access(self, token: &Token, now: Timestamp) -> Self {
        self.set(ACCESS_TOKEN, token.as_str(), token.life(now))
    }

    /// Sets the refresh token for as long as it is good.
    #[must_use]
    pub fn refresh(self, token: &Token, now: Timestamp) -> Self {
        self.set(REFRESH_TOKEN, token.as_str(), token.life(now))
    }

    /// Clears both.
    #[must_use]
    pub fn clear() -> Self {
        Self::none().set(ACCESS_TOKEN, "", Duration::ZERO).set(REFRESH_TOKEN, "", Duration::ZERO)
    }

    fn set(mut self, name: &str, value: &str, life: Duration) -> Self {
        let text = format!("{name}={value}; HttpOnly; Secure; SameSite=Strict; Path=/; Max-Age={}", life.as_secs());
        let mut header = HeaderValue::try_from(text).expect("a token is base64url and dots, the rest is fixed");
        header.set_sensitive(true);
        self.0.push(header);
        self
    }
}

impl fmt::Debug for SetCookies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SetCookies({} cookies)", self.0.len())
    }
}

impl IntoResponseParts for SetCookies {
    type Error = Infallible;

    fn into_response_parts(self, mut response: ResponseParts) -> Result<ResponseParts, Infallible> {
        for cookie in self.0 {
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
        Ok(response)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::response::IntoResponse as _;
    use proptest::prelude::*;

    fn headers(values: &[&[u8]]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(header::COOKIE, HeaderValue::from_bytes(value).expect("a header value"));
        }
        headers
    }

    #[test]
    fn our_cookies_are_found_among_others() {
        let cookies =
            Cookies::parse(&headers(&[b"a=1; access_token=x.y-_.z;q=\"\xff\"; junk;;=", b" refresh_token = r "]));
        let cookies = cookies.expect("ours are well-formed");
        assert_eq!((cookies.access(), cookies.refresh()), (Some("x.y-_.z"), Some("r")));
        assert_eq!(Cookies::parse(&headers(&[b""])), Ok(Cookies::default()));
        assert_eq!(Cookies::parse(&headers(&[b"Access_Token=a; xaccess_token=b"])), Ok(Cookies::default()));
        assert_eq!(format!("{cookies:?}"), "Cookies { access: true, refresh: true }");
    }

    #[test]
    fn ours_are_refused_when_they_are_not_as_we_set_them() {
        for bad in [
            &[&b"access_token=a; access_token=a"[..]][..],
            &[b"access_token=a", b"access_token=b"],
            &[b"refresh_token=a; x=1; refresh_token="],
            &[b"access_token="],
            &[b"access_token"],
            &[b"access_token=\"a\""],
            &[b"access_token=a b"],
            &[b"access_token=\xc3\xa9"],
            &[b"access_token=a=b"],
        ] {
            assert_eq!(Cookies::parse(&headers(bad)), Err(BadCookies), "{bad:?}");
        }
    }

    #[test]
    fn setting_and_clearing_use_the_same_attributes() {
        let shown = |cookies: SetCookies| -> Vec<String> {
            let response = (cookies, ()).into_response();
            let values = response.headers().get_all(header::SET_COOKIE).iter();
            values.map(|value| value.to_str().expect("ASCII").to_owned()).collect()
        };
        let set = SetCookies::none().set(ACCESS_TOKEN, "a.b.c", Duration::from_mins(15));
        let set = set.set(REFRESH_TOKEN, "d", Duration::from_hours(168));
        assert!(!format!("{set:?}").contains("a.b.c"));
        let attributes = "HttpOnly; Secure; SameSite=Strict; Path=/";
        assert_eq!(
            shown(set),
            [
                format!("access_token=a.b.c; {attributes}; Max-Age=900"),
                format!("refresh_token=d; {attributes}; Max-Age=604800"),
            ]
        );
        assert_eq!(
            shown(SetCookies::clear()),
            [format!("access_token=; {attributes}; Max-Age=0"), format!("refresh_token=; {attributes}; Max-Age=0"),]
        );
    }

    proptest! {
        #[test]
        fn no_header_makes_it_panic(value in prop::collection::vec(32u8.., 0..80)) {
            if let Ok(value) = HeaderValue::from_bytes(&value) {
                let mut headers = HeaderMap::new();
                headers.append(header::COOKIE, value);
                let _ = Cookies::parse(&headers);
            }
        }

        #[test]
        fn a_token_we_set_is_read_back(token in "[A-Za-z0-9_-]{1,20}(\\.[A-Za-z0-9_-]{1,20}){2}") {
            let set = SetCookies::none().set(ACCESS_TOKEN, &token, Duration::from_secs(1)).0.remove(0);
            let pair = set.to_str().expect("ASCII").split(';').next().expect("a pair").to_owned();
            let read = Cookies::parse(&headers(&[pair.as_bytes()])).expect("as we set it");
            prop_assert_eq!(read.access(), Some(&*token));
        }
    }
}
