//! Request bodies: the forms of three routes, plain and gzipped, through the extractor that the routes use.

use std::io::{Read as _, Write as _};

use axum::body::Body;
use axum::extract::{FromRequest as _, Request};
use axum::http::header;
use flate2::Compression;
use flate2::read::MultiGzDecoder;
use flate2::write::GzEncoder;
use futures::stream;
use handlers::auth::sign_up::SignUpForm;
use handlers::http::form::{CodeForm, Form, SelectionForm};
use handlers::sessions::NewFile;
use handlers::threads::ThreadForm;
use handlers::{ApiError, ApiResult};
use model::Filename;
use serde_json::{Value, json};

use super::block_on;
use crate::target::{Fields, Target, joined, texts};

pub(super) const TARGET: Target = Target {
    name: "body",
    holds: "a body is refused with a status from 400 to 499 and a message without its content, or its form has exactly \
            the values of its JSON; plain, gzipped and in pieces it gives the same result",
    max_bytes: 4_096,
    short_run: 300,
    words: &[
        "{",
        "}",
        "[",
        "]",
        "\"",
        ":",
        ",",
        "\\u0000",
        "\\ud83e\\udd80",
        "\\ud800",
        "null",
        "true",
        "1e999",
        "\"name\":",
        "\"email\":",
        "\"username\":",
        "\"password\":",
        "\"filename\":",
        "\"code_content\":",
        "\"language_override\":",
        "\"client_session_id\":",
        "\"type\":",
        "\"block\"",
        "\"start_line\":",
        "\"selected_text\":",
        "application/json",
        "application/gzip",
        "gzip",
        "identity",
        "; charset=utf-8",
        "\u{1f8b}",
        "\u{202e}",
    ],
    seeds,
    run: |input| check(input, |request, form| block_on(read(request, form))),
    planted: |input| {
        check(input, |request, form| {
            let read = block_on(read(request, form))?;
            Ok(read.into_iter().map(|(name, text)| (name, text.replace('\r', ""))).collect())
        });
    },
};

/// The texts of a form, by the names of its fields.
type Texts = Vec<(&'static str, String)>;

fn seeds() -> Vec<Vec<u8>> {
    let sign_up = r#"{"name":"Ada Lovelace","email":"ada@example.com","username":"ada","password":"correct horse battery","confirm_password":"correct horse battery"}"#;
    let file = r#"{"filename":"src/a.rs","code_content":"fn main() {}\r\n\u00e9\ud83e\udd80","language_override":"Rust","client_session_id":"6f1c9a0e-5b7d-4f32-9a55-4c2f1e0d9b77"}"#;
    let thread = r#"{"type":"block","start_line":1,"end_line":2,"selected_text":"a\r\nb","client_thread_id":null}"#;
    let json = "application/json";
    let mut seeds = texts(&[
        ["0", json, "", "3", sign_up],
        ["1", json, "identity", "9", file],
        ["2", "Application/JSON; charset=\"UTF-8\"", "", "1", thread],
        ["2", json, "gzip", "2", r#"{"type":"file"}"#],
        ["1", json, "", "2", r#" {"filename":"","code_content":7,"x":{"y":[1,{"z":null}]}} "#],
        ["0", json, "", "2", r#"{"name":"a","name":"b","email":null}"#],
    ]);
    let zeros = gzip(&vec![b' '; 300_000]);
    seeds.push(joined(&[b"0", b"application/gzip", b"", b"1", &zeros]));
    seeds.push(joined(&[b"2", b"application/gzip", b"", b"7", &gzip(thread.as_bytes())]));
    seeds
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).expect("writing to memory");
    encoder.finish().expect("writing to memory")
}

/// The bytes in a gzip, as far as they can be read.
fn inflated(bytes: &[u8]) -> Vec<u8> {
    let mut inflated = Vec::new();
    // The rest of a damaged gzip is missing, and is then no JSON.
    let _ = MultiGzDecoder::new(bytes).take(1 << 20).read_to_end(&mut inflated);
    inflated
}

/// Reads the body as one of the forms.
async fn read(request: Request, form: u32) -> ApiResult<Texts> {
    match form % 3 {
        0 => {
            let Form(form) = Form::<SignUpForm>::from_request(request, &()).await?;
            let texts =
                [("name", form.name.as_str()), ("email", form.email.as_str()), ("username", form.username.as_str())];
            Ok(texts.map(|(name, text)| (name, text.to_owned())).to_vec())
        }
        1 => {
            let CodeForm { checked: (_, filename, new), .. } = CodeForm::<NewFile>::from_request(request, &()).await?;
            let again = Filename::parse(new.filename.as_str());
            assert_eq!(again.as_ref(), Ok(&new.filename), "parsing a file name again changes nothing");
            Ok(vec![("filename", filename), ("code_content", new.text)])
        }
        _ => {
            let SelectionForm { checked: (_, new), .. } =
                SelectionForm::<ThreadForm>::from_request(request, &()).await?;
            assert!(1 <= new.start_line && new.start_line <= new.end_line, "the lines are in order");
            Ok(vec![("selected_text", new.selected_text)])
        }
    }
}

fn check(input: &[u8], read: fn(Request, u32) -> ApiResult<Texts>) {
    let mut fields = Fields::of(input);
    let (form, content_type, encoding) = (fields.number(), fields.bytes(), fields.bytes());
    let pieces = fields.number();
    let body = fields.rest();

    let given = read_as(read, form, (content_type, encoding), body, 1);
    if let Some(Ok(texts)) = &given {
        assert!(agree(texts, body) || agree(texts, &inflated(body)), "a form has the values of its JSON");
    }
    if let Some(Err(error)) = &given {
        refused(error, body);
    }
    let json: (&[u8], &[u8]) = (b"application/json", b"");
    let plain = read_as(read, form, json, body, 1).expect("these headers are valid");
    let packed = gzip(body);
    for (headers, body, pieces) in [
        (json, body, 1 + pieces as usize % 9),
        ((&b"application/json"[..], &b"gzip"[..]), &packed, 1),
        ((b"application/gzip", b""), &packed, 3),
    ] {
        let other = read_as(read, form, headers, body, pieces).expect("these headers are valid");
        assert_eq!(shown(&plain), shown(&other), "the same body gives the same result");
    }
    match &plain {
        Ok(texts) => assert!(agree(texts, body), "a form has the values of its JSON"),
        Err(error) => refused(error, body),
    }
}

/// The result of a body with these headers; `None` if they are no header values.
fn read_as(
    read: fn(Request, u32) -> ApiResult<Texts>,
    form: u32,
    (content_type, encoding): (&[u8], &[u8]),
    body: &[u8],
    pieces: usize,
) -> Option<ApiResult<Texts>> {
    let mut request = Request::post("/").header(header::CONTENT_TYPE, content_type);
    if !encoding.is_empty() {
        request = request.header(header::CONTENT_ENCODING, encoding);
    }
    let body = if pieces == 1 {
        Body::from(body.to_vec())
    } else {
        let pieces: Vec<_> = body.chunks((body.len() / pieces).max(1)).map(|piece| Ok(piece.to_vec())).collect();
        Body::from_stream(stream::iter(pieces.into_iter().map(|piece: Result<_, std::io::Error>| piece)))
    };
    Some(read(request.body(body).ok()?, form))
}

fn shown(result: &ApiResult<Texts>) -> Value {
    match result {
        Ok(texts) => json!(texts),
        Err(error) => json!([error.code().as_str(), error.message(), error.fields().collect::<Vec<_>>()]),
    }
}

/// Whether a lenient reader of JSON finds the same texts.
fn agree(texts: &Texts, body: &[u8]) -> bool {
    let Ok(json) = serde_json::from_slice::<Value>(body) else { return false };
    texts.iter().all(|(name, text)| {
        let given = json[name].as_str().unwrap_or_default();
        // Names and addresses are trimmed.
        given == text || (matches!(*name, "name" | "email") && given.trim() == text)
    })
}

fn refused(error: &ApiError, body: &[u8]) {
    let status = error.code().status();
    assert!(status.is_client_error(), "{status} for a body");
    let body = String::from_utf8_lossy(body);
    for field in error.fields() {
        assert!(field.len() <= 100 && !field.contains(char::is_whitespace), "{field:?} is the name of a field");
    }
    // A value of the form that no message could contain by chance.
    for secret in ["correct horse battery", "ada@example.com"] {
        assert!(!body.contains(secret) || !error.message().contains(secret), "a message repeats no value");
    }
}
