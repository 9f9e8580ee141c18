//! Errors as they leave the service: one type, one envelope, and the one place where causes are logged.

use std::borrow::Cow;
use std::error::Error as StdError;
use std::fmt;

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use model::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::http::trace;

mod code;
mod panic;
mod store;
mod wrong;

pub use code::ErrorCode;
pub(crate) use panic::caught;
pub use wrong::Wrong;

/// Any error, for a cause that only the log sees.
pub type BoxError = Box<dyn StdError + Send + Sync>;

/// What a handler returns.
pub type ApiResult<T> = Result<T, ApiError>;

/// A failed request: what the client is told, and apart from it the cause, which only the log is told.
pub struct ApiError {
    code: ErrorCode,
    message: Cow<'static, str>,
    /// Each with what is wrong there; at the first it is the message.
    fields: Vec<(Cow<'static, str>, Cow<'static, str>)>,
    extra: Map<String, Value>,
    retry_seconds: Option<u64>,
    cause: Option<BoxError>,
}

impl ApiError {
    /// A failure with its code's own message.
    #[must_use]
    pub fn new(code: ErrorCode) -> Self {
        Self {
            code,
            message: Cow::Borrowed(code.message()),
            fields: Vec::new(),
            extra: Map::new(),
            retry_seconds: None,
            cause: None,
        }
    }

    /// `INVALID_INPUT` at one field of the request.
    #[must_use]
    pub fn invalid(field: impl Into<Cow<'static, str>>, message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorCode::InvalidInput).at(field).saying(message)
    }

    /// `INTERNAL_ERROR`: a fault of ours, whose cause is logged and never sent.
    #[must_use]
    pub fn internal(cause: impl Into<BoxError>) -> Self {
        Self::new(ErrorCode::InternalError).caused_by(cause)
    }

    /// Names the field of the request that is wrong, as the request spells it.
    #[must_use]
    pub fn at(mut self, field: impl Into<Cow<'static, str>>) -> Self {
        self.fields.truncate(0);
        self.fields.push((field.into(), Cow::Borrowed("")));
        self
    }

    /// Both errors in one: this one, and the fields of the other that are right by this one.
    #[must_use]
    pub fn and(mut self, mut other: Self) -> Self {
        if let Some((_, message)) = other.fields.first_mut() {
            *message = other.message;
        }
        let new: Vec<_> =
            other.fields.into_iter().filter(|(field, _)| !self.fields().any(|own| own == field)).collect();
        self.fields.extend(new);
        self
    }

    /// Replaces the code's message. The text is public and repeats nothing that was sent.
    #[must_use]
    pub fn saying(mut self, message: impl Into<Cow<'static, str>>) -> Self {
        self.message = message.into();
        self
    }

    /// Adds a value to the error object: `current_version`, `message_id`. A value that JSON cannot hold is left out.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Serialize) -> Self {
        if let Ok(value) = serde_json::to_value(value) {
            self.extra.insert(name.to_owned(), value);
        }
        self
    }

    /// Says when to try again: `retry_after` in the body, whole seconds in the `Retry-After` header.
    #[must_use]
    pub fn retry_at(mut self, at: Timestamp, now: Timestamp) -> Self {
        let millis = u64::try_from(at.since(now).as_millis()).unwrap_or(u64::MAX);
        // Rounded up, and never 0: a client that waits as told must not come too early.
        self.retry_seconds = Some(millis.div_ceil(1_000).max(1));
        self.with("retry_after", at.to_rfc3339())
    }

    /// Keeps the cause for the log.
    #[must_use]
    pub fn caused_by(mut self, cause: impl Into<BoxError>) -> Self {
        self.cause = Some(cause.into());
        self
    }

    /// What went wrong.
    #[must_use]
    pub const fn code(&self) -> ErrorCode {
        self.code
    }

    /// The field that was wrong, if the error is about one.
    #[must_use]
    pub fn field(&self) -> Option<&str> {
        self.fields().next()
    }

    /// Every field that was wrong, the first one first.
    pub fn fields(&self) -> impl Iterator<Item = &str> {
        self.fields.iter().map(|(field, _)| &**field)
    }

    /// What the client is told.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    fn log(&self) {
        let code = self.code.as_str();
        let cause = self.cause.as_deref().map(|cause| tracing::field::display(Chain(cause)));
        match self.code.status() {
            StatusCode::INTERNAL_SERVER_ERROR => {
                tracing::error!(code, cause, "The request failed: {code}");
            }
            status if status.is_server_error() => {
                tracing::warn!(code, cause, "The request failed: {code}");
            }
            _ if cause.is_some() => tracing::debug!(code, cause, "The request was refused: {code}"),
            _ => {}
        }
    }

    /// The envelope for an answer whose head was sent already; logs the error as a response of its own would.
    pub(crate) fn told(self) -> Value {
        self.log();
        self.envelope()
    }

    fn envelope(mut self) -> Value {
        let mut error = Map::new();
        error.insert("code".into(), self.code.as_str().into());
        if self.code == ErrorCode::InternalError {
            // Whatever else is known about a fault of ours is for the log.
            error.insert("message".into(), self.code.message().into());
            error.insert("trace_id".into(), trace::current_id().map_or(Value::Null, |id| Value::from(&*id)));
            // The client knows this id, and asks that question again by it.
            error.extend(self.extra.remove_entry("message_id"));
        } else {
            if let Some((field, message)) = self.fields.first_mut() {
                message.clone_from(&self.message);
                error.insert("field".into(), Value::from(&**field));
                let shown = self.fields.iter().map(|(field, message)| json!({ "field": field, "message": message }));
                error.insert("fields".into(), shown.collect());
            }
            error.insert("message".into(), self.message.into());
            error.extend(self.extra);
        }
        if let Some(cause) = self.cause.as_deref().filter(|_| trace::shows_details()) {
            error.insert("details".into(), json!({ "cause": Chain(cause).to_string() }));
        }
        json!({ "error": error })
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        self.log();
        let (code, retry_seconds) = (self.code, self.retry_seconds);
        let mut response = (code.status(), Json(self.envelope())).into_response();
        if let Some(seconds) = retry_seconds {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        // The request's log line reads the code from here.
        response.extensions_mut().insert(code);
        response
    }
}

impl From<ErrorCode> for ApiError {
    fn from(code: ErrorCode) -> Self {
        Self::new(code)
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code.as_str(), self.message)
    }
}

/// Without the added values, one of which is the user's code.
impl fmt::Debug for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApiError")
            .field("code", &self.code)
            .field("message", &self.message)
            .field("fields", &self.fields().collect::<Vec<_>>())
            .finish_non_exhaustive()
    }
}

impl StdError for ApiError {}

/// An error and everything under it, in one line.
struct Chain<'a>(&'a (dyn StdError + Send + Sync));

impl fmt::Display for Chain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)?;
        let mut source = self.0.source();
        while let Some(error) = source {
            write!(f, ": {error}")?;
            source = error.source();
        }
        Ok(())
    }
}

/// An error's own words as a person is told them: with a capital and a full stop.
pub(crate) fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).chain(['.']).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io;

    async fn sent(error: ApiError) -> (StatusCode, axum::http::HeaderMap, Value) {
        let response = error.into_response();
        let (parts, body) = response.into_parts();
        let bytes = axum::body::to_bytes(body, usize::MAX).await.expect("the body is in memory");
        (parts.status, parts.headers, serde_json::from_slice(&bytes).expect("an envelope is JSON"))
    }

    #[tokio::test]
    async fn a_field_error_names_its_field() {
        let (status, headers, body) = sent(ApiError::invalid("filename", "The file name is empty.")).await;
        assert_eq!(status, 400);
        assert_eq!(headers[header::CONTENT_TYPE], "application/json");
        let message = "The file name is empty.";
        let fields = json!([{ "field": "filename", "message": message }]);
        let error = json!({"code": "INVALID_INPUT", "message": message, "field": "filename", "fields": fields});
        assert_eq!(body, json!({ "error": error }));
    }

    #[tokio::test]
    async fn the_error_of_a_form_names_every_field_that_is_wrong_and_is_that_of_the_first() {
        let mut wrong = Wrong::default();
        wrong.note(ApiError::new(ErrorCode::WeakPassword).at("password").saying("It is short."));
        assert_eq!(wrong.take::<u8>(Err(ApiError::invalid("email", "It is none."))), None);
        wrong.note(ApiError::invalid("password", "It is missing."));
        wrong.note(ApiError::new(ErrorCode::InvalidInput).saying("Send something."));
        assert!(wrong.is_at("email") && !wrong.is_at("name"));
        let (_, _, body) = sent(wrong.or(Some(7)).expect_err("two fields are wrong")).await;
        let password = json!({ "field": "password", "message": "It is short." });
        let email = json!({ "field": "email", "message": "It is none." });
        assert_eq!(body["error"]["fields"], json!([password, email]));
        assert_eq!((&body["error"]["field"], &body["error"]["code"]), (&"password".into(), &"WEAK_PASSWORD".into()));
        assert_eq!(Wrong::default().or(Some(7)).expect("nothing is wrong"), 7);
    }

    #[tokio::test]
    async fn a_conflict_carries_what_the_client_needs_to_merge() {
        let error = ApiError::new(ErrorCode::VersionConflict).with("current_version", 7).with("current_code", "a\n");
        assert!(!format!("{error:?}").contains("current_code"), "code is never printed");
        let (status, _, body) = sent(error).await;
        assert_eq!(status, 409);
        assert_eq!(body["error"]["current_version"], 7);
        assert_eq!(body["error"]["current_code"], "a\n");
    }

    #[tokio::test]
    async fn a_fault_of_ours_tells_only_a_trace_id() {
        let cause = io::Error::other("the table is on fire");
        let error = ApiError::internal(cause).at("secret_field").with("secret", "value").saying("secret text");
        let (status, _, body) = trace::within("trace-1", sent(error)).await;
        assert_eq!(status, 500);
        let message = ErrorCode::InternalError.message();
        assert_eq!(body, json!({"error": {"code": "INTERNAL_ERROR", "message": message, "trace_id": "trace-1"}}));
    }

    #[tokio::test]
    async fn a_developer_is_told_the_cause_and_a_client_of_a_deployed_service_is_not() {
        let failed = || ApiError::new(ErrorCode::DatabaseError).caused_by(io::Error::other("the table is on fire"));
        let (_, _, hidden) = trace::within("trace-1", sent(failed())).await;
        assert_eq!(hidden["error"].get("details"), None);
        let (_, _, shown) = trace::within_development("trace-1", sent(failed())).await;
        assert_eq!(shown["error"]["details"], json!({ "cause": "the table is on fire" }));
        let (_, _, none) = trace::within_development("trace-1", sent(ApiError::new(ErrorCode::NotFound))).await;
        assert_eq!(none["error"].get("details"), None, "there is no cause");
    }

    #[tokio::test]
    async fn the_time_to_retry_is_exact_in_the_body_and_rounded_up_in_the_header() {
        let now: Timestamp = "2026-11-23T08:00:00.600Z".parse().expect("a time");
        let at: Timestamp = "2026-11-23T08:00:42Z".parse().expect("a time");
        let (status, headers, body) = sent(ApiError::new(ErrorCode::RateLimitExceeded).retry_at(at, now)).await;
        assert_eq!(status, 429);
        assert_eq!(headers[header::RETRY_AFTER], "42");
        assert_eq!(body["error"]["retry_after"], "2026-11-23T08:00:42.000Z");
        let (_, headers, _) = sent(ApiError::new(ErrorCode::RateLimitExceeded).retry_at(now, at)).await;
        assert_eq!(headers[header::RETRY_AFTER], "1", "a time in the past is still a second away");
    }

    #[test]
    fn a_logged_cause_shows_what_is_under_it() {
        #[derive(Debug, thiserror::Error)]
        #[error("reading failed")]
        struct Outer(#[source] io::Error);
        let error = Outer(io::Error::other("the disk is gone"));
        assert_eq!(Chain(&error).to_string(), "reading failed: the disk is gone");
    }
}
