//! The page that a person sees: the files of `web/dist`, which are in this program.

use std::collections::HashMap;
use std::sync::LazyLock;

use axum::body::Body;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use handlers::http::accept;
use handlers::http::etag::ETag;
use mime_guess::mime;

/// Where the files are whose names change with what is in them.
pub(crate) const ASSETS: &str = "/assets";
/// The page itself: its script shows what belongs to the address.
const INDEX: &str = "/index.html";

/// Address, bytes, and gzipped bytes where these are less.
type Embedded = (&'static str, &'static [u8], Option<&'static [u8]>);

/// Made by `build.rs`.
const EMBEDDED: &[Embedded] = &include!(concat!(env!("OUT_DIR"), "/page.rs"));

static FILES: LazyLock<HashMap<&'static str, File>> =
    LazyLock::new(|| EMBEDDED.iter().map(|embedded| (embedded.0, File::of(embedded))).collect());

/// Scripts and styles from here alone. Monaco writes style elements.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; worker-src 'self' blob:; style-src 'self' 'unsafe-inline'; \
     img-src 'self' data:; font-src 'self' data:; connect-src 'self'; manifest-src 'self'; base-uri 'none'; \
     form-action 'self'; frame-ancestors 'none'; object-src 'none'",
);
const CROSS_ORIGIN_OPENER_POLICY: HeaderName = HeaderName::from_static("cross-origin-opener-policy");
const CROSS_ORIGIN_RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");
const PERMISSIONS_POLICY: HeaderName = HeaderName::from_static("permissions-policy");
const SAME_ORIGIN: HeaderValue = HeaderValue::from_static("same-origin");

/// On every file. CloudFront sends the same (`AssetHeaders` in infra/site.yaml), and says besides that the site is on HTTPS.
const HEADERS: [(HeaderName, HeaderValue); 5] = [
    (header::CONTENT_SECURITY_POLICY, POLICY),
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    (header::REFERRER_POLICY, SAME_ORIGIN),
    (CROSS_ORIGIN_RESOURCE_POLICY, SAME_ORIGIN),
];

/// And on those of the page itself (`PageHeaders`).
const PAGE_HEADERS: [(HeaderName, HeaderValue); 2] = [
    (PERMISSIONS_POLICY, HeaderValue::from_static("camera=(), geolocation=(), microphone=(), payment=(), usb=()")),
    (CROSS_ORIGIN_OPENER_POLICY, SAME_ORIGIN),
];

/// One file of the page.
pub(crate) struct File {
    kind: HeaderValue,
    is_asset: bool,
    plain: Form,
    gzip: Option<Form>,
}

/// A file's bytes as they are sent. Each form has a tag of its own: they are different bytes.
struct Form {
    bytes: &'static [u8],
    tag: ETag,
}

impl Form {
    fn of(bytes: &'static [u8]) -> Self {
        Self { bytes, tag: ETag::of(bytes) }
    }
}

impl File {
    fn of(&(address, plain, gzip): &Embedded) -> Self {
        Self {
            kind: kind(address),
            is_asset: address.starts_with(ASSETS),
            plain: Form::of(plain),
            gzip: gzip.map(Form::of),
        }
    }

    /// The file as the client takes it, or that it has it already.
    pub(crate) fn answer(&self, request: &HeaderMap) -> Response {
        let (form, _) = self.form(request);
        // Files with a hash in their names never change.
        let cached = if self.is_asset { "public, max-age=31536000, immutable" } else { "no-cache" };
        let answer = if form.tag.is_known(request) {
            form.tag.clone().not_modified(cached)
        } else {
            form.tag.clone().on(cached, self.whole(request))
        };
        self.secured(answer)
    }

    /// The file under an address where there is nothing.
    pub(crate) fn not_found(&self, request: &HeaderMap) -> Response {
        let cached = [(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"))];
        self.secured((StatusCode::NOT_FOUND, cached, self.whole(request)).into_response())
    }

    /// How this client gets it, and the coding of that.
    fn form(&self, request: &HeaderMap) -> (&Form, Option<&'static str>) {
        match &self.gzip {
            Some(gzip) if accept::takes_coding(request, "gzip") => (gzip, Some("gzip")),
            _ => (&self.plain, None),
        }
    }

    fn whole(&self, request: &HeaderMap) -> Response {
        let (form, coding) = self.form(request);
        let coding = coding.map(|coding| [(header::CONTENT_ENCODING, HeaderValue::from_static(coding))]);
        ([(header::CONTENT_TYPE, self.kind.clone())], coding, Body::from(form.bytes)).into_response()
    }

    fn secured(&self, mut answer: Response) -> Response {
        let headers = answer.headers_mut();
        headers.extend(HEADERS);
        if !self.is_asset {
            headers.extend(PAGE_HEADERS);
        }
        if self.gzip.is_some() {
            headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
        }
        answer
    }
}

/// The page itself.
pub(crate) fn index() -> &'static File {
    &FILES[INDEX]
}

/// What is at this address: a file, or the page under one of its own addresses.
pub(crate) fn at(path: &str) -> Option<&'static File> {
    FILES.get(path).or_else(|| is_own(path).then(index))
}

/// Whether the page has something to show there; see `web/src/routes.tsx`. A slash at the end is taken off there.
fn is_own(path: &str) -> bool {
    match path.strip_suffix('/').unwrap_or(path) {
        "" => path == "/",
        "/about" | "/login" | "/signup" | "/dashboard" | "/settings" => true,
        path => path.strip_prefix("/editor/").is_some_and(|id| !id.is_empty() && !id.contains('/')),
    }
}

/// The media type that a file's name tells; texts are UTF-8.
fn kind(address: &str) -> HeaderValue {
    let kind = match address.rsplit_once('.') {
        // Of scripts; the name means something else to it.
        Some((_, "map")) => mime::APPLICATION_JSON,
        _ => mime_guess::from_path(address).first_or_octet_stream(),
    };
    let is_text = kind.type_() == mime::TEXT;
    let text = if is_text { format!("{kind}; charset=utf-8") } else { kind.to_string() };
    text.parse().expect("a media type is a header value")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn its_own_addresses_show_the_page() {
        for own in [
            "/",
            "/about",
            "/login",
            "/signup",
            "/dashboard",
            "/settings",
            "/about/",
            "/editor/01J",
            "/editor/01J/",
            "/index.html",
        ] {
            assert!(at(own).is_some(), "{own}");
        }
        for other in [
            "",
            "//",
            "/about//",
            "/About",
            "/editor",
            "/editor/",
            "/editor//",
            "/editor/a/b",
            "/sessions",
            "/assets",
            "/assets/none.js",
        ] {
            assert!(at(other).is_none(), "{other}");
        }
    }

    #[test]
    fn names_tell_what_a_file_is() {
        for (name, expected) in [
            ("/index.html", "text/html; charset=utf-8"),
            ("/assets/index-Bn8YrVXt.js", "text/javascript; charset=utf-8"),
            ("/assets/index-B3hHrsyM.css", "text/css; charset=utf-8"),
            ("/assets/inter-latin-wght-normal-Dx4kXJAl.woff2", "font/woff2"),
            ("/assets/editor.ttf", "font/ttf"),
            ("/assets/picture.png", "image/png"),
            ("/assets/picture.webp", "image/webp"),
            ("/assets/index.js.map", "application/json"),
            ("/favicon.svg", "image/svg+xml"),
            ("/licenses.md", "text/markdown; charset=utf-8"),
            ("/nothing", "application/octet-stream"),
        ] {
            assert_eq!(kind(name), expected, "{name}");
        }
    }

    #[test]
    fn every_file_is_as_it_was_built_and_smaller_in_its_other_form() {
        assert!(EMBEDDED.len() > 4, "a page is more than one file");
        for (address, plain, gzip) in EMBEDDED {
            let Some(gzip) = gzip else { continue };
            assert!(gzip.len() < plain.len(), "{address}");
            let mut inflated = Vec::new();
            std::io::Read::read_to_end(&mut flate2::read::GzDecoder::new(*gzip), &mut inflated).expect("gzip");
            assert!(inflated == *plain, "{address}");
        }
    }
}
