//! The `User-Agent` of a sign-in, by which users recognise their devices.

use axum::http::{HeaderMap, header};
use model::limits::USER_AGENT_BYTES;

/// Browsers in search order: most `User-Agent`s also contain names of later entries.
const BROWSERS: [(&str, &str); 12] = [
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("Vivaldi/", "Vivaldi"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("FxiOS/", "Firefox"),
    ("Firefox/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chromium/", "Chromium"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
    ("curl/", "curl"),
    ("PostmanRuntime/", "Postman"),
];

/// Systems in search order: Android also contains `Linux`, and an iPad `Mac OS X`.
const SYSTEMS: [(&str, &str); 8] = [
    ("Windows", "Windows"),
    ("iPhone", "iOS"),
    ("iPad", "iPadOS"),
    ("Android", "Android"),
    ("CrOS", "ChromeOS"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
    ("FreeBSD", "FreeBSD"),
];

/// The start of the `User-Agent` of a request, if it is printable ASCII. It is stored unparsed, so that later rules
/// also apply to older sign-ins.
#[must_use]
pub fn of(headers: &HeaderMap) -> Option<String> {
    let text = headers.get(header::USER_AGENT)?.to_str().ok()?.trim();
    let kept = text.get(..USER_AGENT_BYTES).unwrap_or(text);
    (!kept.is_empty()).then(|| kept.to_owned())
}

/// The browser's name, if it is a common one.
#[must_use]
pub fn browser(user_agent: &str) -> Option<&'static str> {
    first(&BROWSERS, user_agent)
}

/// The system's name, if it is a common one.
#[must_use]
pub fn system(user_agent: &str) -> Option<&'static str> {
    first(&SYSTEMS, user_agent)
}

fn first(names: &[(&str, &'static str)], user_agent: &str) -> Option<&'static str> {
    names.iter().find(|(mark, _)| user_agent.contains(mark)).map(|(_, name)| *name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    #[test]
    fn common_browsers_and_systems_are_named() {
        let webkit = "AppleWebKit/537.36 (KHTML, like Gecko)";
        for (user_agent, browser_and_system) in [
            (format!("Mozilla/5.0 (Windows NT 10.0; Win64; x64) {webkit} Chrome/142.0.0.0 Safari/537.36"), ("Chrome", "Windows")),
            (format!("Mozilla/5.0 (Windows NT 10.0) {webkit} Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0"), ("Edge", "Windows")),
            (format!("Mozilla/5.0 (Linux; Android 15; Pixel 9) {webkit} Chrome/142.0.0.0 Mobile Safari/537.36"), ("Chrome", "Android")),
            ("Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0".into(), ("Firefox", "Linux")),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 Version/18.1 Mobile/15E148 Safari/604.1".into(),
                ("Safari", "iOS"),
            ),
            ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/18.1 Safari/605.1.15".into(), ("Safari", "macOS")),
        ] {
            assert_eq!((browser(&user_agent), system(&user_agent)), (Some(browser_and_system.0), Some(browser_and_system.1)));
        }
        assert_eq!((browser("x"), system("")), (None, None));
        assert_eq!((browser("curl/8.5.0"), system("curl/8.5.0")), (Some("curl"), None));
    }

    #[test]
    fn the_user_agent_is_truncated_and_must_be_ascii() {
        let kept = |value: &[u8]| {
            let value = HeaderValue::from_bytes(value).expect("a header value");
            of(&[(header::USER_AGENT, value)].into_iter().collect())
        };
        assert_eq!(kept(&[b'x'; 5_000]), Some("x".repeat(USER_AGENT_BYTES)));
        assert_eq!(kept(b" curl/8.5.0 ").as_deref(), Some("curl/8.5.0"));
        assert_eq!((kept(b""), kept(b" "), kept(b"\xff")), (None, None, None));
        assert_eq!(of(&HeaderMap::new()), None);
    }
}
