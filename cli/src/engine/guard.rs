//! Access to the embedded engine: only for programs that have its access key, never for web pages.

use std::sync::Arc;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use axum::Json;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use serde_json::json;

use crate::host::has_local_host;

/// The access key id that requests must be signed with. The engine does not check signatures, so the id is the secret.
#[derive(Clone)]
pub(super) struct AccessKey(Arc<str>);

impl AccessKey {
    pub(super) fn random() -> Self {
        Self(format!("LOCAL{}", hex::encode_upper(rand::random::<[u8; 16]>())).into())
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    fn signs(&self, headers: &HeaderMap) -> bool {
        let mut values = headers.get_all(header::AUTHORIZATION).iter();
        let (Some(value), None) = (values.next(), values.next()) else { return false };
        let id = value.to_str().ok().and_then(|text| {
            let parameters = text.strip_prefix("AWS4-HMAC-SHA256 ")?;
            parameters.split(',').find_map(|part| part.trim().strip_prefix("Credential="))?.split('/').next()
        });
        id.is_some_and(|id| verify_slices_are_equal(id.as_bytes(), self.0.as_bytes()).is_ok())
    }
}

/// Middleware: refuses requests of web pages and requests without the key, before their body is read.
pub(super) async fn authorize(State(key): State<AccessKey>, request: Request, next: Next) -> Response {
    let headers = request.headers();
    if headers.contains_key(header::ORIGIN) {
        return refusal(StatusCode::FORBIDDEN, "AccessDeniedException", "Web pages must not use this engine.");
    }
    // DNS rebinding: pages of a domain that points to this machine would have the same origin as this engine.
    if !has_local_host(&request) {
        return refusal(StatusCode::FORBIDDEN, "AccessDeniedException", "Host must be localhost or 127.0.0.1.");
    }
    if !key.signs(headers) {
        let message = "Sign with the access key id of this engine: the user part of the URL in the file `engine` of \
                       the data folder.";
        return refusal(StatusCode::BAD_REQUEST, "UnrecognizedClientException", message);
    }
    next.run(request).await
}

fn refusal(status: StatusCode, code: &str, message: &str) -> Response {
    let body = json!({ "__type": format!("com.amazonaws.dynamodb.v20120810#{code}"), "message": message });
    (status, [(header::CONTENT_TYPE, "application/x-amz-json-1.0")], Json(body)).into_response()
}
