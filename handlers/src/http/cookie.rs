//! The cookies: what they are called, and how they are read, set and cleared, always with the same attributes.

use std::convert::Infallible;
use std::fmt;
use std::time::Duration;

use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponseParts, ResponseParts};
use model::Timestamp;
use model::limits::{DEVICE_COOKIE_LIFE, REFRESH_TOKEN_LIFE};

use crate::auth::token::Token;

/// The cookie with the access token, where the site is not served over HTTPS.
pub const ACCESS_TOKEN: &str = "access_token";
/// The cookie with the refresh token, where the site is not served over HTTPS.
pub const REFRESH_TOKEN: &str = "refresh_token";
/// The cookie that names the accounts that this browser has signed in to, where the site is not served over HTTPS.
pub const DEVICE: &str = "device";

/// The prefix that makes a browser refuse a cookie that another host of the domain sets.
const HOST_PREFIX: &str = "__Host-";
/// Maximum values of one name that are read: as many cookies as a browser has to keep for a host (RFC 6265, 6.1).
const MAX_VALUES: usize = 50;

/// What the cookies are called.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CookieNames {
    /// As above, for `http://localhost`, where browsers do not agree on prefixes.
    #[default]
    Plain,
    /// With `__Host-`, for sites served over HTTPS: no sibling domain can set a cookie of this name, and no script of
    /// an unencrypted page.
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

/// The values that came with a request under the names of our cookies. Does not print them.
///
/// There can be several of one name: a sibling domain, or an older version of a page, can add one. Each is read by
/// itself, and its signature says which is ours.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Cookies {
    access: Vec<String>,
    refresh: Vec<String>,
    device: Vec<String>,
}

impl Cookies {
    /// Reads the `Cookie` headers. A value that nothing of ours looks like is ignored.
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

    /// What may be access tokens.
    #[must_use]
    pub fn access(&self) -> &[String] {
        &self.access
    }

    /// What may be refresh tokens.
    #[must_use]
    pub fn refresh(&self) -> &[String] {
        &self.refresh
    }

    /// What may name devices.
    #[must_use]
    pub fn device(&self) -> &[String] {
        &self.device
    }
}

/// Everything we set is made of base64url and dots.
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

/// Part of an answer: the cookies it sets or clears. Cookies it does not mention stay as they are.
#[derive(Clone, Default)]
pub struct SetCookies {
    names: CookieNames,
    headers: Vec<HeaderValue>,
}

impl SetCookies {
    /// Sets nothing yet.
    #[must_use]
    pub fn new(names: CookieNames) -> Self {
        Self { names, headers: Vec::new() }
    }

    /// Sets the access token. The cookie stays for as long as a refresh token can be good: a browser that still sends
    /// the expired token is told `TOKEN_EXPIRED` and refreshes, one that has dropped it would only be unauthorized.
    #[must_use]
    pub fn access(self, token: &Token) -> Self {
        self.set(ACCESS_TOKEN, token.as_str(), REFRESH_TOKEN_LIFE)
    }

    /// Sets the refresh token for as long as it is good.
    #[must_use]
    pub fn refresh(self, token: &Token, now: Timestamp) -> Self {
        self.set(REFRESH_TOKEN, token.as_str(), token.life(now))
    }

    /// Sets the cookie that names this browser's accounts; clears it when there is none.
    #[must_use]
    pub fn device(self, value: &str) -> Self {
        self.set(DEVICE, value, if value.is_empty() { Duration::ZERO } else { DEVICE_COOKIE_LIFE })
    }

    /// Clears both tokens. The device stays known.
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
    fn our_cookies_are_found_among_others() {
        let lines: [&[u8]; 2] = [b"a=1; access_token=x.y-_.z;q=\"\xff\"; junk;;=", b" refresh_token = r ; device=d"];
        let cookies = read(&lines, CookieNames::Plain);
        assert_eq!((cookies.access(), cookies.refresh()), (&["x.y-_.z".to_owned()][..], &["r".to_owned()][..]));
        assert_eq!(cookies.device(), ["d"]);
        assert_eq!(read(&[b""], CookieNames::Plain), Cookies::default());
        assert_eq!(read(&[b"Access_Token=a; xaccess_token=b"], CookieNames::Plain), Cookies::default());
        assert_eq!(format!("{cookies:?}"), "Cookies { access: 1, refresh: 1, device: 1 }");
    }

    #[test]
    fn each_value_is_read_by_itself_and_a_malformed_one_is_ignored() {
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
    fn over_https_only_cookies_of_this_host_are_ours() {
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
        fn a_token_we_set_is_read_back(token in "[A-Za-z0-9_-]{1,20}(\\.[A-Za-z0-9_-]{1,20}){2}") {
            for names in [CookieNames::Plain, CookieNames::Host] {
                let set = SetCookies::new(names).set(ACCESS_TOKEN, &token, Duration::from_secs(1)).headers.remove(0);
                let pair = set.to_str().expect("ASCII").split(';').next().expect("a pair").to_owned();
                let cookies = read(&[pair.as_bytes()], names);
                prop_assert_eq!(cookies.access(), std::slice::from_ref(&token));
            }
        }
    }
}
