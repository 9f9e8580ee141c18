//! What a failed call means: whether to ask again, elsewhere, or not at all.

use std::error::Error;
use std::io::{self, ErrorKind};
use std::time::Duration;

use aws_sdk_bedrockruntime::config::http::HttpResponse;
use aws_sdk_bedrockruntime::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_bedrockruntime::types::error::ConverseStreamOutputError;
use aws_smithy_types::event_stream::RawMessage;

use crate::model::Feature;

/// What can be done about a failed call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Throttled, or a fault on the other side: the same call may succeed a moment later.
    Busy,
    /// No connection: likewise, since nothing was sent.
    Unreachable,
    /// The model itself failed: worth one more try.
    Model,
    /// The connection broke off after the call was sent, be it before the answer or in it: worth one more try, and not
    /// two, since the model may have run.
    Cut,
    /// A stream ended in order, but before the answer did: there is no more of it.
    Unfinished,
    /// The time is up. The model may still be running, and is paid for: asking again would pay twice.
    Timeout,
    /// This model may not be used, or not in this way: another one may.
    Refused,
    /// This model does not take a parameter.
    Feature(Feature),
    /// The prompt is too long.
    TooLong,
    /// An answer came, but no JSON.
    Garbled,
    /// The call itself is wrong: a fault of ours.
    Ours,
}

/// A failed call. Keeps the service's code and not its message, which could repeat what was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Failure {
    pub(super) kind: Kind,
    pub(super) code: String,
    /// How long the service wants to be left alone.
    pub(super) retry_after: Option<Duration>,
}

impl Failure {
    pub(super) fn new(kind: Kind, code: &str) -> Self {
        Self { kind, code: code.to_owned(), retry_after: None }
    }

    pub(super) fn timeout() -> Self {
        Self::new(Kind::Timeout, "Deadline")
    }

    pub(super) fn ours(code: &str) -> Self {
        Self::new(Kind::Ours, code)
    }
}

impl<E: ProvideErrorMetadata> From<SdkError<E, HttpResponse>> for Failure {
    fn from(error: SdkError<E, HttpResponse>) -> Self {
        match &error {
            SdkError::TimeoutError(_) => Self::new(Kind::Timeout, "Timeout"),
            SdkError::DispatchFailure(failure)
                if failure.is_other() || failure.as_connector_error().is_some_and(|error| broke_off(error)) =>
            {
                Self::new(Kind::Cut, "BrokenConnection")
            }
            // Refused, or not connected in two seconds: no read of an answer can time out here, since only the whole call
            // has a limit.
            SdkError::DispatchFailure(_) => Self::new(Kind::Unreachable, "NoConnection"),
            SdkError::ResponseError(_) => Self::new(Kind::Cut, "BrokenResponse"),
            SdkError::ServiceError(context) => {
                let (code, message) = (context.err().code(), context.err().message().unwrap_or_default());
                let raw = context.raw();
                let kind = code.and_then(|code| named(code, message)).unwrap_or_else(|| by(raw.status().as_u16()));
                let retry_after = retry_after(|name| raw.headers().get(name));
                Self { retry_after, ..Self::new(kind, code.unwrap_or("NoCode")) }
            }
            _ => Self::ours("CallNotBuilt"),
        }
    }
}

impl From<SdkError<ConverseStreamOutputError, RawMessage>> for Failure {
    fn from(error: SdkError<ConverseStreamOutputError, RawMessage>) -> Self {
        let SdkError::ServiceError(context) = &error else {
            // A frame that cannot be read, one with a wrong checksum, or half of one.
            return Self::new(Kind::Cut, "BrokenStream");
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
        Self::new(named(code, message).unwrap_or(Kind::Cut), code)
    }
}

/// Whether there was a connection. An answer that never began is "other" in the SDK's words, but all the rest is I/O; what
/// the system called it tells them apart.
fn broke_off(error: &dyn Error) -> bool {
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

/// What the service's codes mean. The operations of the SDK have an error type each, but the codes are the same.
fn named(code: &str, message: &str) -> Option<Kind> {
    Some(match code {
        "ThrottlingException"
        | "ModelNotReadyException"
        | "ServiceUnavailableException"
        | "InternalServerException" => Kind::Busy,
        "ModelErrorException" | "ModelStreamErrorException" => Kind::Model,
        "ModelTimeoutException" => Kind::Timeout,
        "AccessDeniedException" | "ResourceNotFoundException" => Kind::Refused,
        "ValidationException" => validation(message),
        _ => return None,
    })
}

fn by(status: u16) -> Kind {
    match status {
        200..=299 => Kind::Garbled,
        408 => Kind::Timeout,
        424 => Kind::Model,
        429 | 500..=599 => Kind::Busy,
        401 | 403 | 404 => Kind::Refused,
        _ => Kind::Ours,
    }
}

/// The service has one code for everything that is wrong with a call; its message tells them apart.
fn validation(message: &str) -> Kind {
    let lower = message.to_lowercase();
    let has = |text| lower.contains(text);
    if has("too long") || has("too many tokens") || has("maximum context") || has("too many input tokens") {
        Kind::TooLong
    } else if has("on-demand throughput") || has("model identifier is invalid") || has("end of its life") {
        Kind::Refused
    } else {
        Feature::named_in(message).map_or(Kind::Ours, Kind::Feature)
    }
}

/// AWS's own header counts milliseconds, HTTP's seconds. The latter's other form, a date, would need the two clocks to
/// agree, and no service of AWS sends it.
fn retry_after<'a>(header: impl Fn(&'static str) -> Option<&'a str>) -> Option<Duration> {
    let number = |name| header(name)?.trim().parse().ok();
    number("x-amz-retry-after").map(Duration::from_millis).or_else(|| number("retry-after").map(Duration::from_secs))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_to_wait_is_read_in_its_unit() {
        let read = |headers: &[(&str, &'static str)]| {
            retry_after(|name| headers.iter().find(|(n, _)| *n == name).map(|(_, value)| *value))
        };
        assert_eq!(read(&[("x-amz-retry-after", "1500"), ("retry-after", "9")]), Some(Duration::from_millis(1_500)));
        assert_eq!(read(&[("retry-after", " 9")]), Some(Duration::from_secs(9)));
        assert_eq!(read(&[("x-amz-retry-after", "soon"), ("retry-after", "Fri, 31 Dec 1999 23:59:59 GMT")]), None);
        assert_eq!(read(&[]), None);
    }
}
