//! `GET /openapi.json`: the copy of the document that is in the repository.

use std::borrow::Cow;
use std::sync::LazyLock;

use axum::http::{HeaderMap, header};
use axum::response::Response;
use serde_json::Value;
use utoipa::openapi::{ObjectBuilder, RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use crate::http::etag::ETag;

/// As `codesensei openapi` writes it. A test compares it with the routes.
pub(crate) const COPY: &str = include_str!("../openapi.json");

/// How long it is good for.
const CACHING: &str = "public, max-age=300";

/// An OpenAPI document, as far as this one describes it.
pub(crate) struct Document;

impl PartialSchema for Document {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new().description(Some("An OpenAPI 3.1 document.")).into()
    }
}

impl ToSchema for Document {
    fn name() -> Cow<'static, str> {
        "Document".into()
    }
}

/// Sends it. It changes with the program alone: a client asks again after five minutes, and gets it again when it has.
#[utoipa::path(
    get,
    path = "/openapi.json",
    operation_id = "document",
    summary = "Read this document",
    responses(
        (status = 200, description = "The document, with an `ETag`.", body = Document),
        (status = 304, description = "The document with the `ETag` that was sent still holds."),
    ),
)]
pub(crate) async fn serve(headers: HeaderMap) -> Response {
    static TEXT: LazyLock<(String, ETag)> = LazyLock::new(|| {
        // Without the line breaks that are for those who read changes of the copy.
        let document: Value = serde_json::from_str(COPY).expect("a test reads it");
        let text = document.to_string();
        let tag = ETag::of(&text);
        (text, tag)
    });
    let (text, tag) = &*TEXT;
    if tag.is_known(&headers) {
        return tag.clone().not_modified(CACHING);
    }
    tag.clone().on(CACHING, ([(header::CONTENT_TYPE, "application/json")], text.as_str()))
}
