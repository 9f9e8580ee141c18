//! What a failed call means: whether to ask again, elsewhere, or not at all.

use aws_sdk_bedrockruntime::config::http::HttpResponse;
use aws_sdk_bedrockruntime::error::{ProvideErrorMetadata as _, SdkError};
use aws_sdk_bedrockruntime::operation::converse::ConverseError;

use crate::bedrock::{AiError, Usage};

/// What can be done about a failed call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Throttled, or a fault on the other side: the same call may succeed a moment later.
    Busy,
    /// No connection, or it broke before an answer began: likewise.
    Unreachable,
    /// The time is up. The model may still be running, and is paid for: asking again would pay twice.
    Timeout,
    /// This model may not be used, or not in this way: another one may.
    Refused,
    /// This model takes no temperature.
    Temperature,
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
}

impl Failure {
    pub(super) fn timeout() -> Self {
        Self { kind: Kind::Timeout, code: "Deadline".to_owned() }
    }

    pub(super) fn ours(code: &str) -> Self {
        Self { kind: Kind::Ours, code: code.to_owned() }
    }
}

impl From<SdkError<ConverseError, HttpResponse>> for Failure {
    fn from(error: SdkError<ConverseError, HttpResponse>) -> Self {
        let (kind, code) = match &error {
            SdkError::TimeoutError(_) => (Kind::Timeout, "Timeout"),
            // Refused, reset, or not connected in two seconds: no read of an answer can time out here, since only the
            // whole call has a limit.
            SdkError::DispatchFailure(_) => (Kind::Unreachable, "NoConnection"),
            SdkError::ResponseError(_) => (Kind::Garbled, "BrokenResponse"),
            SdkError::ServiceError(context) => {
                let status = context.raw().status().as_u16();
                (kind_of(context.err(), status), context.err().code().unwrap_or("NoCode"))
            }
            _ => (Kind::Ours, "CallNotBuilt"),
        };
        Self { kind, code: code.to_owned() }
    }
}

fn kind_of(error: &ConverseError, status: u16) -> Kind {
    match error {
        ConverseError::ThrottlingException(_)
        | ConverseError::ModelNotReadyException(_)
        | ConverseError::ServiceUnavailableException(_)
        | ConverseError::InternalServerException(_)
        | ConverseError::ModelErrorException(_) => Kind::Busy,
        ConverseError::ModelTimeoutException(_) => Kind::Timeout,
        ConverseError::AccessDeniedException(_) | ConverseError::ResourceNotFoundException(_) => Kind::Refused,
        ConverseError::ValidationException(refused) => validation(refused.message().unwrap_or_default()),
        _ => match status {
            200..=299 => Kind::Garbled,
            429 | 500..=599 => Kind::Busy,
            401 | 403 | 404 => Kind::Refused,
            _ => Kind::Ours,
        },
    }
}

/// The service has one code for everything that is wrong with a call; its message tells them apart.
fn validation(message: &str) -> Kind {
    let message = message.to_lowercase();
    let has = |text| message.contains(text);
    if has("too long") || has("too many tokens") || has("maximum context") || has("too many input tokens") {
        Kind::TooLong
    } else if has("on-demand throughput") || has("model identifier is invalid") || has("end of its life") {
        Kind::Refused
    } else if has("temperature") {
        Kind::Temperature
    } else {
        Kind::Ours
    }
}

impl From<Failure> for AiError {
    fn from(failure: Failure) -> Self {
        match failure.kind {
            Kind::Timeout => Self::Timeout,
            Kind::TooLong => Self::TokenLimitExceeded { usage: Usage::default() },
            Kind::Unreachable => Self::Unreachable,
            _ => Self::Unavailable { code: failure.code },
        }
    }
}
