//! The errors of AWS services as one line.

use aws_sdk_secretsmanager::error::{ProvideErrorMetadata, SdkError};

/// The message of an AWS error. A service's message names a secret and never has its value. An unreadable answer is
/// reported only by its status, because its body can contain a secret.
#[must_use]
pub fn aws_error<E>(error: &SdkError<E>) -> String
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    let unreadable = |status: u16| format!("HTTP {status}, with an unreadable answer");
    match (error, error.code()) {
        (_, Some(code)) => format!("{code}: {}", error.message().unwrap_or("(no message)")),
        (SdkError::ServiceError(answer), None) => unreadable(answer.raw().status().as_u16()),
        (SdkError::ResponseError(answer), None) => unreadable(answer.raw().status().as_u16()),
        (error, None) => root_cause(error),
    }
}

/// The root cause of an error, on one line.
#[must_use]
pub fn root_cause(error: &(dyn std::error::Error + 'static)) -> String {
    let deepest = std::iter::successors(Some(error), |error| error.source()).last();
    let text = deepest.map(ToString::to_string).unwrap_or_default();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
