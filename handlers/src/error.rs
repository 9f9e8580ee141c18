//! Errors: one type for every failed request, what the client is shown of it, and what the log is.

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

/// Any error, for a cause that only the log sees.
pub type BoxError = Box<dyn StdError + Send + Sync>;

/// What a handler returns.
pub type ApiResult<T> = Result<T, ApiError>;

/// A failed request: what the client is told, and apart from it the cause, which only the log is told.
#[derive(Clone)]
pub struct ApiError {
    code: ErrorCode,
    message: Cow<'static, str>,
    /// Each with what is wrong there; at the first it is the message.
    fields: Vec<(Cow<'static, str>, Cow<'static, str>)>,
    extra: Map<String, Value>,
    retry_seconds: Option<u64>,
    cause: Option<Arc<dyn StdError + Send + Sync>>,
}

impl ApiError {
    /// A failure with its code's own message.
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

    /// `INVALID_INPUT` at one field of the request.
    #[must_use]
    pub fn invalid(field: impl Into<Cow<'static, str>>, message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorCode::InvalidInput).at(field).with_message(message)
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
    pub fn with_message(mut self, message: impl Into<Cow<'static, str>>) -> Self {
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
        self.cause = Some(cause.into().into());
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

    /// The seconds after which to try again, at least one.
    pub(crate) const fn retry_seconds(&self) -> Option<u64> {
        self.retry_seconds
    }

    /// Logs the cause: a fault of ours as an error, a failure of what we depend on as a warning.
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

    /// The error as it is sent. A fault of ours shows the trace id and hides the rest; the cause is shown on a
    /// developer's machine alone.
    pub(crate) fn envelope(mut self, trace_id: Option<&str>, shows_cause: bool) -> Value {
        let mut error = Map::new();
        error.insert("code".into(), self.code.as_str().into());
        if self.code == ErrorCode::InternalError {
            // Whatever else is known about a fault of ours is for the log.
            error.insert("message".into(), self.code.message().into());
            error.insert("trace_id".into(), trace_id.map_or(Value::Null, Value::from));
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
        if let Some(cause) = self.cause.as_deref().filter(|_| shows_cause) {
            error.insert("details".into(), json!({ "cause": Chain(cause).to_string() }));
        }
        json!({ "error": error })
    }
}

/// The status, and the error itself as an extension. [`http::failure`](crate::http::failure) writes the body: an
/// error does not know the request that it belongs to.
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

    #[test]
    fn a_logged_cause_shows_what_is_under_it() {
        #[derive(Debug, thiserror::Error)]
        #[error("reading failed")]
        struct Outer(#[source] io::Error);
        let error = Outer(io::Error::other("the disk is gone"));
        assert_eq!(Chain(&error).to_string(), "reading failed: the disk is gone");
    }
}
