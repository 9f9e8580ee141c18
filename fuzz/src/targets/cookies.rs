//! The cookie header: only well-formed values of our own cookies, in order, and only signed devices.

use axum::http::{HeaderMap, HeaderValue, header};
use handlers::auth::device::{DeviceKey, Devices};
use handlers::http::cookie::{CookieNames, Cookies};
use model::{UserId, UuidNewtype as _};
use uuid::Uuid;

use crate::target::{Target, texts};

pub(super) const TARGET: Target = Target {
    name: "cookies",
    holds: "only the well-formed values of our own names are read, each once, in order and at most 50 of a name; with \
            the prefix `__Host-` only prefixed names count; a device is known only from a signed entry",
    max_bytes: 8_192,
    short_run: 2_000,
    words: &[
        "access_token=",
        "refresh_token=",
        "device=",
        "__Host-",
        "; ",
        ";",
        "=",
        "a.b.c",
        "-",
        "_",
        " ",
        "\t",
        "\"",
        ",",
        "\u{1f}",
    ],
    seeds,
    run: |input| check(input, Cookies::parse),
    planted: |input| {
        check(input, |headers, _| Cookies::parse(headers, CookieNames::Plain));
    },
};

fn seeds() -> Vec<Vec<u8>> {
    let device = key().write(&Devices::default().with(user(1), Uuid::from_u128(7)).with(user(2), Uuid::from_u128(8)));
    texts(&[
        ["access_token=a.b.c; refresh_token=d.e.f; theme=dark", &format!("device={device}")],
        ["__Host-access_token=a.b.c; access_token=x.y.z; __Host-device=q; __Host-refresh_token=r", ""],
        ["access_token=one; access_token=two; access_token=one; access_token=\"quoted\"; =; access_token", "a=b=c"],
        [&"refresh_token=".repeat(3), &(0..60).map(|n| format!("access_token=t{n}")).collect::<Vec<_>>().join(";")],
    ])
}

fn key() -> DeviceKey {
    DeviceKey::from_secret(b"the secret of the fuzz targets")
}

fn user(number: u128) -> UserId {
    UserId::from_uuid(Uuid::from_u128(0x0198_c5e2_8a00_7000_8000_0000_0000_0000 + number))
}

fn check(input: &[u8], parse: fn(&HeaderMap, CookieNames) -> Cookies) {
    // Each field is a header; bytes that no header value can have end the input.
    let mut headers = HeaderMap::new();
    for value in input.split(|byte| *byte == crate::target::SEPARATOR).take(8) {
        let Ok(value) = HeaderValue::from_bytes(value) else { break };
        headers.append(header::COOKIE, value);
    }
    for names in [CookieNames::Plain, CookieNames::Host] {
        let cookies = parse(&headers, names);
        let prefix = if names == CookieNames::Host { "__Host-" } else { "" };
        for (name, values) in
            [("access_token", cookies.access()), ("refresh_token", cookies.refresh()), ("device", cookies.device())]
        {
            assert_eq!(values, expected(&headers, &format!("{prefix}{name}")), "{name}");
        }
        only_signed(cookies.device());
    }
}

/// The values of a cookie, by a second, simple reader of RFC 6265.
fn expected(headers: &HeaderMap, wanted: &str) -> Vec<String> {
    let mut values: Vec<String> = Vec::new();
    for header in headers.get_all(header::COOKIE) {
        let text = String::from_utf8_lossy(header.as_bytes());
        for (name, value) in text.split(';').filter_map(|pair| pair.split_once('=')) {
            let (name, value) = (name.trim_matches(is_space), value.trim_matches(is_space));
            let is_token = !value.is_empty() && value.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c));
            if name == wanted && is_token && !values.iter().any(|known| known == value) {
                values.push(value.to_owned());
            }
        }
    }
    values.truncate(50);
    values
}

fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\u{c}')
}

/// The devices of a cookie are those that its entries sign, and are written as they were read.
fn only_signed(cookies: &[String]) {
    let devices = key().read(cookies);
    let written = key().write(&devices);
    for entry in written.split('.').filter(|entry| !entry.is_empty()) {
        assert!(cookies.iter().any(|cookie| cookie.split('.').any(|given| given == entry)), "only given entries");
    }
    assert_eq!(key().read(&[written]), devices, "what is written is read again");
    let signed = key().write(&devices.clone().with(user(9), Uuid::from_u128(9)));
    assert_eq!(key().read(&[signed]).of(user(9)), Some(devices.of(user(9)).unwrap_or(Uuid::from_u128(9))));
}
