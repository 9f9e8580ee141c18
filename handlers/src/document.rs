//! `GET /openapi.json`: serves the document of the repository.

use std::borrow::Cow;
use std::sync::LazyLock;

use axum::http::{HeaderMap, header};
use axum::response::Response;
use serde_json::Value;
use utoipa::openapi::{ObjectBuilder, RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use crate::http::etag::ETag;

/// The output of `codesensei openapi`. A test compares it with the routes.
pub(crate) const COPY: &str = include_str!("../openapi.json");

/// Clients cache the document for five minutes.
const CACHING: &str = "public, max-age=300";

/// The schema of an OpenAPI document.
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

/// Returns the document. It changes only with a new version of the program.
#[utoipa::path(
    get,
    path = "/openapi.json",
    operation_id = "document",
    summary = "Read this document",
    responses(
        (status = 200, description = "The document, with an `ETag`.", body = Document),
        (status = 304, description = "The document is unchanged."),
    ),
)]
pub(crate) async fn serve(headers: HeaderMap) -> Response {
    static TEXT: LazyLock<(String, ETag)> = LazyLock::new(|| {
        // Without the line breaks, which make changes of the copy readable.
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
