//! The service's errors: a status, the exception's name in a header, a message in JSON.

use std::time::Duration;

use axum::Json;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::json;

/// An exception of the service.
#[derive(Debug)]
pub(crate) struct Fault {
    status: u16,
    kind: &'static str,
    message: String,
    retry_after: Option<Duration>,
}

impl Fault {
    pub(super) fn new(status: u16, kind: &'static str, message: impl Into<String>) -> Self {
        Self { status, kind, message: message.into(), retry_after: None }
    }

    pub(super) fn retry_after(self, retry_after: Option<Duration>) -> Self {
        Self { retry_after, ..self }
    }

    pub(super) fn invalid(message: impl Into<String>) -> Self {
        Self::new(400, "ValidationException", message)
    }

    /// A body that has the wrong form.
    pub(super) fn malformed(problem: &str) -> Self {
        Self::invalid(format!("Malformed input request: #: {problem}, please reformat your input and try again."))
    }

    /// A value that breaks a constraint.
    pub(super) fn out_of_bounds(path: &str, constraint: &str) -> Self {
        Self::invalid(format!(
            "1 validation error detected: Value at '{path}' failed to satisfy constraint: Member must {constraint}"
        ))
    }

    pub(super) fn internal() -> Self {
        Self::new(500, "InternalServerException", "The review failed.")
    }

    /// The response of every unknown route.
    pub(crate) fn unknown_operation() -> Self {
        Self::new(404, "UnknownOperationException", "This endpoint serves Converse only.")
    }
}

impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body = Json(json!({ "message": self.message }));
        let mut response = (status, [("x-amzn-errortype", self.kind)], body).into_response();
        if let Some(wait) = self.retry_after {
            let millis = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX);
            response.headers_mut().insert("x-amz-retry-after", HeaderValue::from(millis));
        }
        response
    }
}
