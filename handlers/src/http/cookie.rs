//! Cookies: their names, and how they are read, set and cleared with the same attributes.

use std::convert::Infallible;
use std::fmt;
use std::time::Duration;

use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponseParts, ResponseParts};
use model::Timestamp;
use model::limits::{DEVICE_COOKIE_LIFE, REFRESH_TOKEN_LIFE};

use crate::auth::token::Token;

/// The cookie with the access token, on sites without HTTPS.
pub const ACCESS_TOKEN: &str = "access_token";
/// The cookie with the refresh token, on sites without HTTPS.
pub const REFRESH_TOKEN: &str = "refresh_token";
/// The cookie with the accounts that this browser has signed in to, on sites without HTTPS.
pub const DEVICE: &str = "device";

/// With this prefix, browsers refuse cookies from other hosts of the domain.
const HOST_PREFIX: &str = "__Host-";
/// Maximum values that are read for each name: browsers keep at least 50 cookies for a host (RFC 6265, 6.1).
const MAX_VALUES: usize = 50;

/// The names of the cookies.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CookieNames {
    /// Without prefix, for `http://localhost`, where browsers treat prefixes differently.
    #[default]
    Plain,
    /// With `__Host-`, for sites with HTTPS: sibling domains and unencrypted pages cannot set such a cookie.
    Host,
}

impl CookieNames {
    const fn prefix(self) -> &'static str {
        match self {
            Self::Plain => "",
            Self::Host => HOST_PREFIX,
        }
    }
}

/// The values of our cookies in a request. `Debug` does not print them.
///
/// A name can have several values: a sibling domain or an older version of a page can add one. Each is verified
/// separately.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Cookies {
    access: Vec<String>,
    refresh: Vec<String>,
    device: Vec<String>,
}

impl Cookies {
    /// Reads the `Cookie` headers. Ignores values that cannot be ours.
    #[must_use]
    pub fn parse(headers: &HeaderMap, names: CookieNames) -> Self {
        let mut cookies = Self::default();
        let pairs = headers.get_all(header::COOKIE).iter().flat_map(|value| value.as_bytes().split(|b| *b == b';'));
        for pair in pairs {
            let Some(at) = pair.iter().position(|b| *b == b'=') else { continue };
            let (name, value) = (pair[..at].trim_ascii(), pair[at + 1..].trim_ascii());
            let Some(name) = name.strip_prefix(names.prefix().as_bytes()) else { continue };
            let values = match name {
                name if name == ACCESS_TOKEN.as_bytes() => &mut cookies.access,
                name if name == REFRESH_TOKEN.as_bytes() => &mut cookies.refresh,
                name if name == DEVICE.as_bytes() => &mut cookies.device,
                _ => continue,
            };
            if let Some(value) = well_formed(value)
                && values.len() < MAX_VALUES
                && !values.contains(&value)
            {
                values.push(value);
            }
        }
        cookies
    }

    /// Candidates for access tokens.
    #[must_use]
    pub fn access(&self) -> &[String] {
        &self.access
    }

    /// Candidates for refresh tokens.
    #[must_use]
    pub fn refresh(&self) -> &[String] {
        &self.refresh
    }

    /// Candidates for device cookies.
    #[must_use]
    pub fn device(&self) -> &[String] {
        &self.device
    }
}

/// Our values consist of base64url and dots.
fn well_formed(value: &[u8]) -> Option<String> {
    let ours = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
    let text = std::str::from_utf8(value).ok()?;
    (!value.is_empty() && value.iter().all(ours)).then(|| text.to_owned())
}

impl fmt::Debug for Cookies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cookies")
            .field("access", &self.access.len())
            .field("refresh", &self.refresh.len())
            .field("device", &self.device.len())
            .finish()
    }
}

/// Part of a response: the cookies to set or clear. Other cookies stay unchanged.
#[derive(Clone, Default)]
pub struct SetCookies {
    names: CookieNames,
    headers: Vec<HeaderValue>,
}

impl SetCookies {
    /// Sets no cookies.
    #[must_use]
    pub fn new(names: CookieNames) -> Self {
        Self { names, headers: Vec::new() }
    }

    /// Sets the access token. The cookie lives as long as a refresh token: with an expired access token the response is
    /// `TOKEN_EXPIRED` and the client refreshes it; without the cookie it would be `UNAUTHORIZED`.
    #[must_use]
    pub fn access(self, token: &Token) -> Self {
        self.set(ACCESS_TOKEN, token.as_str(), REFRESH_TOKEN_LIFE)
    }

    /// Sets the refresh token for its remaining life.
    #[must_use]
    pub fn refresh(self, token: &Token, now: Timestamp) -> Self {
        self.set(REFRESH_TOKEN, token.as_str(), token.life(now))
    }

    /// Sets the device cookie, or clears it when the value is empty.
    #[must_use]
    pub fn device(self, value: &str) -> Self {
        self.set(DEVICE, value, if value.is_empty() { Duration::ZERO } else { DEVICE_COOKIE_LIFE })
    }

    /// Clears both tokens. The device cookie stays.
    #[must_use]
    pub fn clear(names: CookieNames) -> Self {
        Self::new(names).set(ACCESS_TOKEN, "", Duration::ZERO).set(REFRESH_TOKEN, "", Duration::ZERO)
    }

    fn set(mut self, name: &str, value: &str, life: Duration) -> Self {
        let (prefix, seconds) = (self.names.prefix(), life.as_secs());
        let text = format!("{prefix}{name}={value}; HttpOnly; Secure; SameSite=Strict; Path=/; Max-Age={seconds}");
        let mut header = HeaderValue::try_from(text).expect("a token is base64url and dots, the rest is fixed");
        header.set_sensitive(true);
        self.headers.push(header);
        self
    }
}

impl fmt::Debug for SetCookies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SetCookies({} cookies)", self.headers.len())
    }
}

impl IntoResponseParts for SetCookies {
    type Error = Infallible;

    fn into_response_parts(self, mut response: ResponseParts) -> Result<ResponseParts, Infallible> {
        for cookie in self.headers {
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

    fn read(values: &[&[u8]], names: CookieNames) -> Cookies {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(header::COOKIE, HeaderValue::from_bytes(value).expect("a header value"));
        }
        Cookies::parse(&headers, names)
    }

    #[test]
    fn cookies_are_found_among_others() {
        let lines: [&[u8]; 2] = [b"a=1; access_token=x.y-_.z;q=\"\xff\"; junk;;=", b" refresh_token = r ; device=d"];
        let cookies = read(&lines, CookieNames::Plain);
        assert_eq!((cookies.access(), cookies.refresh()), (&["x.y-_.z".to_owned()][..], &["r".to_owned()][..]));
        assert_eq!(cookies.device(), ["d"]);
        assert_eq!(read(&[b""], CookieNames::Plain), Cookies::default());
        assert_eq!(read(&[b"Access_Token=a; xaccess_token=b"], CookieNames::Plain), Cookies::default());
        assert_eq!(format!("{cookies:?}"), "Cookies { access: 1, refresh: 1, device: 1 }");
    }

    #[test]
    fn malformed_and_repeated_values_are_ignored() {
        for (lines, expected) in [
            (&[&b"access_token=a; access_token=a"[..]][..], &["a"][..]),
            (&[b"access_token=a", b"access_token=b"], &["a", "b"]),
            (&[b"access_token=; access_token=a"], &["a"]),
            (&[b"access_token; access_token=a"], &["a"]),
            (&[b"access_token=\"a\"; access_token=b"], &["b"]),
            (&[b"access_token=a b; access_token=c"], &["c"]),
            (&[b"access_token=\xc3\xa9; access_token=a"], &["a"]),
            (&[b"access_token=a=b; access_token=c"], &["c"]),
        ] {
            assert_eq!(read(lines, CookieNames::Plain).access(), expected, "{lines:?}");
        }
        let many: Vec<String> = (0..1_000).map(|n| format!("access_token=a{n}")).collect();
        assert_eq!(read(&[many.join(";").as_bytes()], CookieNames::Plain).access().len(), MAX_VALUES);
    }

    #[test]
    fn with_https_only_prefixed_cookies_are_read() {
        let cookies = read(&[b"access_token=a; __Host-access_token=b; __Host-device=d"], CookieNames::Host);
        assert_eq!((cookies.access(), cookies.device()), (&["b".to_owned()][..], &["d".to_owned()][..]));
        assert_eq!(read(&[b"__Host-access_token=b"], CookieNames::Plain), Cookies::default());
    }

    #[test]
    fn setting_and_clearing_use_the_same_attributes() {
        let shown = |cookies: SetCookies| -> Vec<String> {
            let response = (cookies, ()).into_response();
            let values = response.headers().get_all(header::SET_COOKIE).iter();
            values.map(|value| value.to_str().expect("ASCII").to_owned()).collect()
        };
        let attributes = "HttpOnly; Secure; SameSite=Strict; Path=/";
        for (names, prefix) in [(CookieNames::Plain, ""), (CookieNames::Host, "__Host-")] {
            let set = SetCookies::new(names).set(ACCESS_TOKEN, "a.b.c", Duration::from_mins(15)).device("d");
            assert!(!format!("{set:?}").contains("a.b.c"));
            let access = format!("{prefix}access_token=a.b.c; {attributes}; Max-Age=900");
            assert_eq!(shown(set), [access, format!("{prefix}device=d; {attributes}; Max-Age=31536000")]);
            let access = format!("{prefix}access_token=; {attributes}; Max-Age=0");
            let refresh = format!("{prefix}refresh_token=; {attributes}; Max-Age=0");
            assert_eq!(shown(SetCookies::clear(names)), [access, refresh]);
        }
    }

    proptest! {
        #[test]
        fn no_header_makes_it_panic(value in prop::collection::vec(32u8.., 0..80)) {
            if let Ok(value) = HeaderValue::from_bytes(&value) {
                let mut headers = HeaderMap::new();
                headers.append(header::COOKIE, value);
                let _ = Cookies::parse(&headers, CookieNames::Plain);
            }
        }

        #[test]
        fn a_token_round_trips(token in "[A-Za-z0-9_-]{1,20}(\\.[A-Za-z0-9_-]{1,20}){2}") {
            for names in [CookieNames::Plain, CookieNames::Host] {
                let set = SetCookies::new(names).set(ACCESS_TOKEN, &token, Duration::from_secs(1)).headers.remove(0);
                let pair = set.to_str().expect("ASCII").split(';').next().expect("a pair").to_owned();
                let cookies = read(&[pair.as_bytes()], names);
                prop_assert_eq!(cookies.access(), std::slice::from_ref(&token));
            }
        }
    }
}
