//! Errors: one type for every failed request, with a public part for the client and a cause for the log.

use std::borrow::Cow;
use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use model::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value, json};

mod code;
mod panic;
mod reviewer;
mod store;
mod wrong;

pub use code::ErrorCode;
pub(crate) use panic::caught;
pub(crate) use reviewer::to_api_error;
pub use wrong::Wrong;

/// Any error: a cause, which only the log contains.
pub type BoxError = Box<dyn StdError + Send + Sync>;

/// `Retry-After` of `DATABASE_ERROR`. The store has already repeated the request, so an immediate repeat would add load
/// to a table that throttles.
const DATABASE_RETRY_SECONDS: u64 = 1;

/// The result of a handler.
pub type ApiResult<T> = Result<T, ApiError>;

/// A failed request: the public error, and the cause for the log.
#[derive(Clone)]
pub struct ApiError {
    code: ErrorCode,
    message: Cow<'static, str>,
    /// Each wrong field with its message. The first one has the message of the error.
    fields: Vec<(Cow<'static, str>, Cow<'static, str>)>,
    extra: Map<String, Value>,
    retry_seconds: Option<u64>,
    cause: Option<Arc<dyn StdError + Send + Sync>>,
}

impl ApiError {
    /// An error with the message of its code.
    #[must_use]
    pub fn new(code: ErrorCode) -> Self {
        Self {
            code,
            message: Cow::Owned(code.message()),
            fields: Vec::new(),
            extra: Map::new(),
            retry_seconds: None,
            cause: None,
        }
    }

    /// `INVALID_INPUT` at a field of the request.
    #[must_use]
    pub fn invalid(field: impl Into<Cow<'static, str>>, message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorCode::InvalidInput).at(field).with_message(message)
    }

    /// `INTERNAL_ERROR`. The cause is logged and never sent.
    #[must_use]
    pub fn internal(cause: impl Into<BoxError>) -> Self {
        Self::new(ErrorCode::InternalError).caused_by(cause)
    }

    /// Names the wrong field of the request.
    #[must_use]
    pub fn at(mut self, field: impl Into<Cow<'static, str>>) -> Self {
        self.fields.truncate(0);
        self.fields.push((field.into(), Cow::Borrowed("")));
        self
    }

    /// Merges another error into this one: adds its fields that this one does not name.
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

    /// Replaces the message. It is public, and must not repeat input.
    #[must_use]
    pub fn with_message(mut self, message: impl Into<Cow<'static, str>>) -> Self {
        self.message = message.into();
        self
    }

    /// Adds a value to the error object: `current_version`, `message_id`. A value that is not valid JSON is omitted.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Serialize) -> Self {
        if let Ok(value) = serde_json::to_value(value) {
            self.extra.insert(name.to_owned(), value);
        }
        self
    }

    /// Sets the time of the next try: `retry_after` in the body, whole seconds in the `Retry-After` header.
    #[must_use]
    pub fn retry_at(mut self, at: Timestamp, now: Timestamp) -> Self {
        let millis = u64::try_from(at.since(now).as_millis()).unwrap_or(u64::MAX);
        // Rounded up and at least 1, so that a client that obeys does not retry too early.
        self.retry_seconds = Some(millis.div_ceil(1_000).max(1));
        self.with("retry_after", at.to_rfc3339())
    }

    /// Sets the cause for the log.
    #[must_use]
    pub fn caused_by(mut self, cause: impl Into<BoxError>) -> Self {
        self.cause = Some(cause.into().into());
        self
    }

    /// The code.
    #[must_use]
    pub const fn code(&self) -> ErrorCode {
        self.code
    }

    /// The first wrong field, if there is one.
    #[must_use]
    pub fn field(&self) -> Option<&str> {
        self.fields().next()
    }

    /// All wrong fields.
    pub fn fields(&self) -> impl Iterator<Item = &str> {
        self.fields.iter().map(|(field, _)| &**field)
    }

    /// The public message.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The seconds until the next try, at least 1.
    pub(crate) fn retry_seconds(&self) -> Option<u64> {
        self.retry_seconds.or_else(|| (self.code == ErrorCode::DatabaseError).then_some(DATABASE_RETRY_SECONDS))
    }

    /// Logs the cause: an internal error as an error, a failed dependency as a warning.
    pub(crate) fn log(&self) {
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

    /// The JSON of the error. An internal error contains only the trace id. The cause is included only on a developer's
    /// machine.
    pub(crate) fn envelope(mut self, trace_id: Option<&str>, shows_cause: bool) -> Value {
        let mut error = Map::new();
        error.insert("code".into(), self.code.as_str().into());
        if self.code == ErrorCode::InternalError {
            // All other details of an internal error are only logged.
            error.insert("message".into(), self.code.message().into());
            error.insert("trace_id".into(), trace_id.map_or(Value::Null, Value::from));
            // The client needs this id to ask the question again.
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
        if let Some(cause) = self.cause.as_deref().filter(|_| shows_cause) {
            error.insert("details".into(), json!({ "cause": Chain(cause).to_string() }));
        }
        json!({ "error": error })
    }
}

/// The status, and the error as an extension. [`http::failure`](crate::http::failure) writes the body, because it needs
/// the trace id of the request.
impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let mut response = self.code.status().into_response();
        response.extensions_mut().insert(self);
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

/// Omits the added values, which may contain the user's code.
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

/// An error and all its sources, in one line.
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

/// The text of an error as a sentence: with a capital letter and a full stop.
pub(crate) fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).chain(['.']).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io;

    #[test]
    fn a_logged_cause_includes_its_sources() {
        #[derive(Debug, thiserror::Error)]
        #[error("reading failed")]
        struct Outer(#[source] io::Error);
        let error = Outer(io::Error::other("the disk is gone"));
        assert_eq!(Chain(&error).to_string(), "reading failed: the disk is gone");
    }
}
