//! Classification of failed calls: whether to retry, to use another model, or to give up.

use std::error::Error;
use std::io::{self, ErrorKind};
use std::time::Duration;

use aws_sdk_bedrockruntime::config::http::HttpResponse;
use aws_sdk_bedrockruntime::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_bedrockruntime::types::error::ConverseStreamOutputError;
use aws_smithy_types::event_stream::RawMessage;

use crate::model::Feature;

/// The class of a failed call, which decides the next step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FailureKind {
    /// Throttling, or an error of the service. The same call may succeed a moment later.
    Busy,
    /// No connection. The same call may succeed a moment later, because nothing was sent.
    Unreachable,
    /// The model itself failed. One retry is worthwhile.
    ModelFailed,
    /// The connection closed after the call was sent, before or during the response. One retry is worthwhile, but not
    /// two, because the model may have run.
    Disconnected,
    /// A stream ended normally, but before the answer was complete. The rest cannot be requested.
    Unfinished,
    /// The time is up. The model may still be running and is billed, so a retry would cost twice.
    Timeout,
    /// The account may not use this model, or not in this way. Another model may work.
    Refused,
    /// The model does not support a parameter.
    Unsupported(Feature),
    /// The prompt is too long.
    TooLong,
    /// The response is not JSON.
    NotJson,
    /// The call itself is wrong: a bug of this program.
    InvalidCall,
}

/// A failed call. Keeps the service's error code, but not its message, which could repeat the prompt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Failure {
    pub(super) kind: FailureKind,
    pub(super) code: String,
    /// The wait that the service asks for.
    pub(super) retry_after: Option<Duration>,
}

impl Failure {
    pub(super) fn new(kind: FailureKind, code: &str) -> Self {
        Self { kind, code: code.to_owned(), retry_after: None }
    }

    pub(super) fn timeout() -> Self {
        Self::new(FailureKind::Timeout, "Deadline")
    }

    pub(super) fn invalid_call(code: &str) -> Self {
        Self::new(FailureKind::InvalidCall, code)
    }
}

impl<E: ProvideErrorMetadata> From<SdkError<E, HttpResponse>> for Failure {
    fn from(error: SdkError<E, HttpResponse>) -> Self {
        match &error {
            SdkError::TimeoutError(_) => Self::new(FailureKind::Timeout, "Timeout"),
            SdkError::DispatchFailure(failure)
                if failure.is_other() || failure.as_connector_error().is_some_and(|error| broke_connection(error)) =>
            {
                Self::new(FailureKind::Disconnected, "BrokenConnection")
            }
            // Refused, or no connection within two seconds. No read of a response can time out here, because only the
            // whole call has a limit.
            SdkError::DispatchFailure(_) => Self::new(FailureKind::Unreachable, "NoConnection"),
            SdkError::ResponseError(_) => Self::new(FailureKind::Disconnected, "BrokenResponse"),
            SdkError::ServiceError(context) => {
                let (code, message) = (context.err().code(), context.err().message().unwrap_or_default());
                let raw = context.raw();
                let kind = code
                    .and_then(|code| kind_of_code(code, message))
                    .unwrap_or_else(|| kind_of_status(raw.status().as_u16()));
                let retry_after = retry_after(|name| raw.headers().get(name));
                Self { retry_after, ..Self::new(kind, code.unwrap_or("NoCode")) }
            }
            _ => Self::invalid_call("CallNotBuilt"),
        }
    }
}

impl From<SdkError<ConverseStreamOutputError, RawMessage>> for Failure {
    fn from(error: SdkError<ConverseStreamOutputError, RawMessage>) -> Self {
        let SdkError::ServiceError(context) = &error else {
            // An unreadable frame, a wrong checksum, or half a frame.
            return Self::new(FailureKind::Disconnected, "BrokenStream");
        };
        let code = match context.err() {
            ConverseStreamOutputError::InternalServerException(_) => "InternalServerException",
            ConverseStreamOutputError::ModelStreamErrorException(_) => "ModelStreamErrorException",
            ConverseStreamOutputError::ServiceUnavailableException(_) => "ServiceUnavailableException",
            ConverseStreamOutputError::ThrottlingException(_) => "ThrottlingException",
            ConverseStreamOutputError::ValidationException(_) => "ValidationException",
            _ => "NoCode",
        };
        let message = context.err().message().unwrap_or_default();
        Self::new(kind_of_code(code, message).unwrap_or(FailureKind::Disconnected), code)
    }
}

/// Whether the error broke an existing connection. The SDK classifies an answer that never began as "other" and all the
/// rest as I/O, so this looks at the I/O error of the operating system.
fn broke_connection(error: &dyn Error) -> bool {
    let mut source = error.source();
    while let Some(error) = source {
        if let Some(io) = error.downcast_ref::<io::Error>() {
            let kinds = [ErrorKind::ConnectionReset, ErrorKind::ConnectionAborted, ErrorKind::BrokenPipe];
            return kinds.contains(&io.kind()) || io.kind() == ErrorKind::UnexpectedEof;
        }
        source = error.source();
    }
    false
}

/// The kind of each error code. Each operation of the SDK has an error type of its own, but the codes are the same.
fn kind_of_code(code: &str, message: &str) -> Option<FailureKind> {
    Some(match code {
        "ThrottlingException"
        | "ModelNotReadyException"
        | "ServiceUnavailableException"
        | "InternalServerException" => FailureKind::Busy,
        "ModelErrorException" | "ModelStreamErrorException" => FailureKind::ModelFailed,
        "ModelTimeoutException" => FailureKind::Timeout,
        "AccessDeniedException" | "ResourceNotFoundException" => FailureKind::Refused,
        "ValidationException" => kind_of_validation(message),
        _ => return None,
    })
}

fn kind_of_status(status: u16) -> FailureKind {
    match status {
        200..=299 => FailureKind::NotJson,
        408 => FailureKind::Timeout,
        424 => FailureKind::ModelFailed,
        429 | 500..=599 => FailureKind::Busy,
        401 | 403 | 404 => FailureKind::Refused,
        _ => FailureKind::InvalidCall,
    }
}

/// The service uses one code for every invalid call; only the message tells the cause.
fn kind_of_validation(message: &str) -> FailureKind {
    let lower = message.to_lowercase();
    let has = |text| lower.contains(text);
    if has("too long") || has("too many tokens") || has("maximum context") || has("too many input tokens") {
        FailureKind::TooLong
    } else if has("on-demand throughput") || has("model identifier is invalid") || has("end of its life") {
        FailureKind::Refused
    } else {
        Feature::named_in(message).map_or(FailureKind::InvalidCall, FailureKind::Unsupported)
    }
}

/// AWS's own header has milliseconds, HTTP's has seconds. The date form of the HTTP header is ignored: it would need
/// synchronised clocks, and no AWS service sends it.
fn retry_after<'a>(header: impl Fn(&'static str) -> Option<&'a str>) -> Option<Duration> {
    let number = |name| header(name)?.trim().parse().ok();
    number("x-amz-retry-after").map(Duration::from_millis).or_else(|| number("retry-after").map(Duration::from_secs))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retry_after_is_read_in_its_unit() {
        let read = |headers: &[(&str, &'static str)]| {
            retry_after(|name| headers.iter().find(|(n, _)| *n == name).map(|(_, value)| *value))
        };
        assert_eq!(read(&[("x-amz-retry-after", "1500"), ("retry-after", "9")]), Some(Duration::from_millis(1_500)));
        assert_eq!(read(&[("retry-after", " 9")]), Some(Duration::from_secs(9)));
        assert_eq!(read(&[("x-amz-retry-after", "soon"), ("retry-after", "Fri, 31 Dec 1999 23:59:59 GMT")]), None);
        assert_eq!(read(&[]), None);
    }
}
