//! Errors as the service sends them: a status, the exception's name in a header, a message in JSON.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;

/// An exception of the service.
#[derive(Debug)]
pub(crate) struct Fault {
    status: u16,
    kind: &'static str,
    message: String,
}

impl Fault {
    pub(super) fn new(status: u16, kind: &'static str, message: impl Into<String>) -> Self {
        Self { status, kind, message: message.into() }
    }

    pub(super) fn invalid(message: impl Into<String>) -> Self {
        Self::new(400, "ValidationException", message)
    }

    pub(super) fn internal() -> Self {
        Self::new(500, "InternalServerException", "The review failed.")
    }

    /// The answer to every route that is not served.
    pub(crate) fn unknown_operation() -> Self {
        Self::new(404, "UnknownOperationException", "This endpoint serves Converse only.")
    }
}

impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body = Json(json!({ "message": self.message }));
        (status, [("x-amzn-errortype", self.kind)], body).into_response()
    }
}
