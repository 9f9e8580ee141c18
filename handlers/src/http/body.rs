//! Request bodies: JSON or gzipped JSON, up to the size limit of the route.

use std::io::Read as _;
use std::ops::Deref;
use std::sync::Arc;

use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, header};
use flate2::bufread::MultiGzDecoder;
use http_body::Body as _;
use http_body_util::BodyExt as _;
use model::limits::{CODE_BODY_BYTES, SMALL_BODY_BYTES, UNCOUNTED_BODY_BYTES};
use serde::de::DeserializeOwned;

use crate::error::{ApiError, ErrorCode};
use crate::http::json;
use crate::http::large::{self, Memory};

/// Extractor: the body as a `T`. `LIMIT` bounds the received bytes and the inflated bytes.
///
/// Accepts `application/json`, also with `Content-Encoding: gzip`, and gzipped JSON as `application/gzip`, for gateways
/// that decode the encoding before they check the size. Only one layer of gzip is accepted.
#[derive(Clone, Copy)]
pub struct Body<T, const LIMIT: usize = SMALL_BODY_BYTES>(pub T);

impl<S, T, const LIMIT: usize> FromRequest<S> for Body<T, LIMIT>
where
    S: Send + Sync,
    T: DeserializeOwned + Send + 'static,
{
    type Rejection = ApiError;

    async fn from_request(request: Request, _state: &S) -> Result<Self, ApiError> {
        let content = content(request, LIMIT).await?;
        at_length(content.len(), move || json::parse(&content)).await.map(Self)
    }
}

/// The JSON text of a body, and its share of the memory for large bodies.
pub(super) struct Content {
    text: Vec<u8>,
    memory: Memory,
}

impl Content {
    /// The memory, for the rest of the request. The text is dropped.
    pub(super) fn into_memory(self) -> Memory {
        self.memory
    }
}

impl Deref for Content {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.text
    }
}

/// Reads a body of at most `limit` received and inflated bytes.
pub(super) async fn content(request: Request, limit: usize) -> Result<Content, ApiError> {
    let packing = Packing::of(request.headers())?;
    let body = request.into_body();
    let announced = announced(&body, limit)?;
    let received = large::to_receive(announced.unwrap_or(limit)).await?;
    let bytes = large::within(read(body, announced, limit)).await?;
    let content = match packing {
        Packing::Plain => Content { memory: large::to_handle(bytes.len()).await?, text: bytes },
        Packing::Gzip => inflated(bytes, limit).await?,
    };
    drop(received);
    Ok(content)
}

/// Inflates a body. Its memory is that of the size that the gzip itself tells; only if the text is longer, it is that
/// of the limit.
async fn inflated(bytes: Vec<u8>, limit: usize) -> Result<Content, ApiError> {
    let told = told_size(&bytes).min(limit);
    let bytes = Arc::new(bytes);
    for most in [told, limit] {
        let mut memory = large::to_handle(most).await?;
        let gzip = Arc::clone(&bytes);
        if let Some(text) = at_length(most, move || inflate(&gzip, most)).await? {
            memory.shrink_to(text.len());
            return Ok(Content { text, memory });
        }
    }
    Err(too_large(limit))
}

/// The size of the text by the last four bytes of a gzip (RFC 1952, ISIZE). Nothing makes a client tell the truth, and
/// a gzip of several members has the size of the last one.
fn told_size(gzip: &[u8]) -> usize {
    gzip.last_chunk().map_or(0, |size| usize::try_from(u32::from_le_bytes(*size)).unwrap_or(usize::MAX))
}

/// Processes a body of this many bytes. A large one runs on a blocking thread, so that other requests do not wait.
pub(super) async fn at_length<T: Send + 'static>(
    bytes: usize,
    work: impl FnOnce() -> Result<T, ApiError> + Send + 'static,
) -> Result<T, ApiError> {
    if bytes <= UNCOUNTED_BODY_BYTES {
        return work();
    }
    tokio::task::spawn_blocking(work).await.map_err(ApiError::internal)?
}

/// The encoding of a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Packing {
    Plain,
    Gzip,
}

impl Packing {
    /// Reads the headers.
    pub(crate) fn of(headers: &HeaderMap) -> Result<Self, ApiError> {
        let gzipped_type = match single(headers, &header::CONTENT_TYPE)? {
            Some(value) => is_gzip_type(value)?,
            None => {
                return Err(refuse("Content-Type must be application/json or application/gzip."));
            }
        };
        let encoding = single(headers, &header::CONTENT_ENCODING)?.unwrap_or("identity");
        let encoded = if encoding.eq_ignore_ascii_case("gzip") {
            true
        } else if encoding.eq_ignore_ascii_case("identity") {
            false
        } else {
            return Err(refuse("Content-Encoding must be gzip, or absent."));
        };
        match (gzipped_type, encoded) {
            (false, false) => Ok(Self::Plain),
            (true, false) | (false, true) => Ok(Self::Gzip),
            (true, true) => Err(refuse("The body is gzipped twice.")),
        }
    }
}

/// The value of a header. A repeated header is an error, because it is ambiguous.
fn single<'h>(headers: &'h HeaderMap, name: &header::HeaderName) -> Result<Option<&'h str>, ApiError> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (None, _) => Ok(None),
        (Some(value), None) => {
            value.to_str().map(|text| Some(text.trim())).map_err(|_| refuse("A header of the request is not ASCII."))
        }
        (Some(_), Some(_)) => Err(refuse("A header of the request is given twice.")),
    }
}

fn is_gzip_type(content_type: &str) -> Result<bool, ApiError> {
    let (kind, parameters) = content_type.split_once(';').unwrap_or((content_type, ""));
    let utf8 = parameters.split(';').map(str::trim).filter(|parameter| !parameter.is_empty()).all(|parameter| {
        let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
        let value = value.trim().trim_matches('"');
        name.trim().eq_ignore_ascii_case("charset") && value.eq_ignore_ascii_case("utf-8")
    });
    let kind = kind.trim();
    if kind.eq_ignore_ascii_case("application/json") && utf8 {
        Ok(false)
    } else if kind.eq_ignore_ascii_case("application/gzip") && parameters.trim().is_empty() {
        Ok(true)
    } else {
        Err(refuse("Content-Type must be application/json, in UTF-8, or application/gzip."))
    }
}

/// The announced length of the body; an error when it exceeds the limit.
fn announced(body: &axum::body::Body, limit: usize) -> Result<Option<usize>, ApiError> {
    let Some(length) = body.size_hint().exact() else { return Ok(None) };
    usize::try_from(length).ok().filter(|length| *length <= limit).map(Some).ok_or_else(|| too_large(limit))
}

async fn read(mut body: axum::body::Body, announced: Option<usize>, limit: usize) -> Result<Vec<u8>, ApiError> {
    let mut bytes = Vec::with_capacity(announced.unwrap_or_default());
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| refuse("The body ended early."))?;
        let Some(data) = frame.data_ref() else { continue };
        if data.len() > limit - bytes.len() {
            return Err(too_large(limit));
        }
        bytes.extend_from_slice(data);
    }
    Ok(bytes)
}

/// The text, if it has at most this many bytes.
fn inflate(bytes: &[u8], limit: usize) -> Result<Option<Vec<u8>>, ApiError> {
    let broken = |_| refuse("The body is not valid gzip.");
    let one_too_many = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    let mut inflated = Vec::new();
    MultiGzDecoder::new(bytes).take(one_too_many).read_to_end(&mut inflated).map_err(broken)?;
    Ok((inflated.len() <= limit).then_some(inflated))
}

/// The error of a body over the limit. On routes with files, it means that the file is too large.
fn too_large(limit: usize) -> ApiError {
    if limit >= CODE_BODY_BYTES {
        ApiError::new(ErrorCode::FileTooLarge)
            .with_message(format!("The request body is larger than {} MiB.", CODE_BODY_BYTES >> 20))
    } else {
        refuse("The body is too large.")
    }
}

fn refuse(message: &'static str) -> ApiError {
    ApiError::new(ErrorCode::InvalidInput).with_message(message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::json::tests::Note;
    use flate2::Compression;
    use flate2::write::GzEncoder;
    use proptest::prelude::*;
    use std::io::Write as _;

    const LIMIT: usize = 1_000;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(bytes).expect("writing to memory");
        encoder.finish().expect("writing to memory")
    }

    async fn parsed(headers: &[(&str, &str)], body: impl Into<axum::body::Body>) -> Result<Note, ApiError> {
        let mut request = Request::post("/");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(body.into()).expect("a request");
        Body::<Note, LIMIT>::from_request(request, &()).await.map(|Body(note)| note)
    }

    const JSON: (&str, &str) = ("content-type", "application/json");
    const GZIP: (&str, &str) = ("content-type", "application/gzip");
    const ENCODED: (&str, &str) = ("content-encoding", "gzip");
    const NOTE: &[u8] = br#"{"content":"hi"}"#;

    #[tokio::test]
    async fn json_is_accepted_plain_and_gzipped() {
        let utf8 = ("content-type", "Application/JSON; charset=\"UTF-8\"");
        for (headers, body) in [
            (&[JSON][..], NOTE.to_vec()),
            (&[utf8], NOTE.to_vec()),
            (&[JSON, ("content-encoding", "identity")], NOTE.to_vec()),
            (&[JSON, ENCODED], gzip(NOTE)),
            (&[GZIP], gzip(NOTE)),
            (&[GZIP], [gzip(&NOTE[..5]), gzip(&NOTE[5..])].concat()),
        ] {
            assert_eq!(parsed(headers, body).await.expect("a note").content, "hi", "{headers:?}");
        }
    }

    #[tokio::test]
    async fn other_types_and_encodings_are_refused() {
        let mut cut = gzip(NOTE);
        cut.truncate(cut.len() - 3);
        let mut wrong_sum = gzip(NOTE);
        let sum = wrong_sum.len() - 6;
        wrong_sum[sum] ^= 1;
        for (headers, body) in [
            (&[][..], NOTE.to_vec()),
            (&[("content-type", "text/plain")], NOTE.to_vec()),
            (&[("content-type", "application/json; charset=latin1")], NOTE.to_vec()),
            (&[JSON, JSON], NOTE.to_vec()),
            (&[JSON, ("content-encoding", "br")], NOTE.to_vec()),
            (&[JSON, ("content-encoding", "gzip, gzip")], gzip(&gzip(NOTE))),
            (&[GZIP, ENCODED], gzip(&gzip(NOTE))),
            (&[GZIP], NOTE.to_vec()),
            (&[JSON], gzip(NOTE)),
            (&[GZIP], cut),
            (&[GZIP], wrong_sum),
            (&[GZIP], [gzip(NOTE), b"more".to_vec()].concat()),
            (&[GZIP], Vec::new()),
        ] {
            let error = parsed(headers, body).await.map(|_| ()).expect_err("refused");
            assert_eq!(error.code(), ErrorCode::InvalidInput, "{headers:?}");
        }
    }

    #[tokio::test]
    async fn the_limit_counts_the_wire_and_the_inflated_bytes() {
        let sized = |size: usize| {
            let text = "x".repeat(size - r#"{"content":""}"#.len());
            format!(r#"{{"content":"{text}"}}"#).into_bytes()
        };
        assert!(parsed(&[JSON], sized(LIMIT)).await.is_ok());
        assert!(parsed(&[JSON], sized(LIMIT + 1)).await.is_err());
        assert!(parsed(&[GZIP], gzip(&sized(LIMIT))).await.is_ok());
        assert!(parsed(&[GZIP], gzip(&sized(LIMIT + 1))).await.is_err());
        assert_eq!(too_large(SMALL_BODY_BYTES).code(), ErrorCode::InvalidInput);
        assert_eq!(too_large(CODE_BODY_BYTES).code(), ErrorCode::FileTooLarge);
    }

    #[test]
    fn a_decompression_bomb_is_refused() {
        let bomb = gzip(&vec![b' '; 50_000_000]);
        assert!(bomb.len() < 1_000_000);
        assert_eq!(inflate(&bomb, 100_000).expect("valid gzip"), None);
    }

    #[tokio::test]
    async fn a_gzip_that_tells_a_wrong_size_is_still_read_up_to_the_limit() {
        let long = format!(r#"{{"content":"{}"}}"#, "x".repeat(LIMIT / 2));
        let (first, last) = long.as_bytes().split_at(long.len() - 2);
        let members = [gzip(first), gzip(last)].concat();
        assert_eq!(told_size(&members), 2);
        assert!(parsed(&[GZIP], members).await.is_ok());
        let too_long = [gzip(&vec![b' '; LIMIT]), gzip(NOTE)].concat();
        assert!(parsed(&[GZIP], too_long).await.is_err());
        for short in [&b""[..], b"\x1f\x8b"] {
            assert_eq!(told_size(short), 0);
            assert!(parsed(&[GZIP], short.to_vec()).await.is_err());
        }
    }

    #[tokio::test]
    async fn an_incomplete_body_is_refused() {
        let parts: [Result<_, std::io::Error>; 2] = [Ok(NOTE), Err(std::io::Error::other("reset"))];
        let body = axum::body::Body::from_stream(futures::stream::iter(parts));
        let error = parsed(&[JSON], body).await.map(|_| ()).expect_err("half a body");
        assert_eq!(error.code(), ErrorCode::InvalidInput);
    }

    proptest! {
        #[test]
        fn a_compressed_body_round_trips(bytes: Vec<u8>) {
            prop_assert_eq!(inflate(&gzip(&bytes), bytes.len()).expect("valid gzip"), Some(bytes));
        }

        #[test]
        fn broken_gzip_is_an_error_and_never_a_panic(bytes: Vec<u8>, at: prop::sample::Index, with: u8) {
            let _ = inflate(&bytes, LIMIT);
            let mut broken = gzip(NOTE);
            let at = at.index(broken.len());
            broken[at] ^= with;
            if let Ok(Some(inflated)) = inflate(&broken, LIMIT) {
                // Some header fields, such as the time, do not affect the content.
                prop_assert_eq!(inflated, NOTE);
            }
        }
    }
}
