//! Content negotiation: `Accept` and `Accept-Encoding`, with their weights (RFC 9110, 12.5.1 and 12.5.3).

use axum::http::{HeaderMap, HeaderName, header};

/// Whether the client accepts this media type, such as `text/event-stream`, by its name, with at least the weight of
/// the other one. Wildcards do not count. A range with an invalid weight is ignored.
pub(crate) fn prefers(headers: &HeaderMap, media_type: &str, other: &str) -> bool {
    let weight = |media_type| weight_of(headers, &header::ACCEPT, media_type);
    weight(media_type).is_some_and(|wanted| wanted > 0 && wanted >= weight(other).unwrap_or(0))
}

/// Whether the client accepts this media type by its name, such as `text/html`, which browsers send for navigations.
#[must_use]
pub fn names(headers: &HeaderMap, media_type: &str) -> bool {
    weight_of(headers, &header::ACCEPT, media_type).is_some_and(|weight| weight > 0)
}

/// Whether the client accepts this coding, such as `gzip`. `*` stands for all codings that it does not name.
#[must_use]
pub fn takes_coding(headers: &HeaderMap, coding: &str) -> bool {
    let weight = |name| weight_of(headers, &header::ACCEPT_ENCODING, name);
    weight(coding).or_else(|| weight("*")).is_some_and(|weight| weight > 0)
}

/// The highest weight of a name, in thousandths.
fn weight_of(headers: &HeaderMap, header: &HeaderName, name: &str) -> Option<u16> {
    let values = headers.get_all(header).iter().filter_map(|value| value.to_str().ok());
    let weights = values.flat_map(|value| split(value, ',')).filter_map(|range| {
        let mut parts = split(range, ';');
        let is_named = parts.next()?.trim().eq_ignore_ascii_case(name);
        weight(parts).filter(|_| is_named)
    });
    weights.max()
}

/// The weight in thousandths, 1,000 by default. `None` when it is invalid.
fn weight<'p>(parameters: impl Iterator<Item = &'p str>) -> Option<u16> {
    let weights = parameters.filter_map(|parameter| parameter.split_once('='));
    let mut weights = weights.filter(|(name, _)| name.trim().eq_ignore_ascii_case("q")).map(|(_, value)| value.trim());
    let Some(text) = weights.next() else { return Some(1_000) };
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let is_number = fraction.len() <= 3 && fraction.bytes().all(|byte| byte.is_ascii_digit());
    let thousandths: u16 = format!("{fraction:0<3}").parse().ok().filter(|_| is_number)?;
    match (whole, thousandths) {
        ("0", thousandths) => Some(thousandths),
        ("1", 0) => Some(1_000),
        _ => None,
    }
}

/// The parts between separators outside of quoted strings.
fn split(text: &str, separator: char) -> impl Iterator<Item = &str> {
    let (mut quoted, mut escaped) = (false, false);
    text.split(move |c: char| {
        let separates = c == separator && !quoted;
        if c == '"' && !escaped {
            quoted = !quoted;
        }
        escaped = quoted && c == '\\' && !escaped;
        separates
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;
    use proptest::prelude::*;

    const STREAM: &str = "text/event-stream";
    const JSON: &str = "application/json";

    fn accepting(values: &[&str]) -> HeaderMap {
        let value = |text: &&str| HeaderValue::from_str(text).expect("a header value");
        values.iter().map(|text| (header::ACCEPT, value(text))).collect()
    }

    #[test]
    fn a_type_is_preferred_by_name_with_a_weight_not_below_the_other() {
        for (accept, named) in [
            ("text/event-stream", true),
            ("application/json, Text/Event-Stream", true),
            ("application/json;q=0.5, text/event-stream;q=0.9", true),
            ("application/json, text/event-stream;q=0.9", false),
            ("*/*, text/event-stream;q=0.9", true),
            ("text/event-stream; charset=utf-8; Q=0.001", true),
            ("text/event-stream;q=1.000", true),
            ("text/event-stream;q=0", false),
            ("text/event-stream;q=0.0", false),
            ("text/event-stream ; q=0.000, application/json", false),
            ("text/event-stream;q=nonsense", false),
            ("text/event-stream;q=2", false),
            ("text/event-stream;q=1.5", false),
            ("text/event-stream;q=0.0001", false),
            ("text/event-stream;q=-1", false),
            ("application/json;note=\"a, text/event-stream\"", false),
            ("application/json;note=\"a \\\", text/event-stream\"", false),
            ("application/json", false),
            ("*/*", false),
            ("text/*", false),
            ("text/event-stream2", false),
            ("", false),
        ] {
            assert_eq!(prefers(&accepting(&[accept]), STREAM, JSON), named, "{accept}");
        }
        assert!(!prefers(&HeaderMap::new(), STREAM, JSON));
        assert!(prefers(&accepting(&[JSON, STREAM]), STREAM, JSON));
    }

    #[test]
    fn a_coding_is_accepted_by_name_or_wildcard_unless_it_is_excluded() {
        for (codings, taken) in [
            ("gzip", true),
            ("br, GZIP;q=0.5", true),
            ("gzip, deflate, br, zstd", true),
            ("*", true),
            ("br;q=1, *;q=0.1", true),
            ("*, gzip;q=0", false),
            ("*;q=0", false),
            ("gzip;q=0.000", false),
            ("gzip2, br", false),
            ("identity", false),
            ("", false),
        ] {
            let value = HeaderValue::from_str(codings).expect("a header value");
            assert_eq!(
                takes_coding(&[(header::ACCEPT_ENCODING, value)].into_iter().collect(), "gzip"),
                taken,
                "{codings}"
            );
        }
        assert!(!takes_coding(&HeaderMap::new(), "gzip"));
    }

    #[test]
    fn only_browser_navigations_accept_html_by_name() {
        assert!(names(&accepting(&["text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"]), "text/html"));
        for accept in ["*/*", "application/json", "text/*", "text/html;q=0", ""] {
            assert!(!names(&accepting(&[accept]), "text/html"), "{accept}");
        }
    }

    proptest! {
        #[test]
        fn no_header_makes_it_panic(text in "[ -~]{0,60}", weight in "text/event-stream;q=[ -~]{0,9}") {
            prefers(&accepting(&[&text, &weight]), STREAM, JSON);
        }
    }
}
