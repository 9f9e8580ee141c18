//! Failures: what an answer that is no success means, and what is told of it.

use std::error::Error;

use aws_sdk_dynamodb::config::http::HttpResponse;
use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::operation::RequestId as _;
use aws_sdk_dynamodb::operation::batch_get_item::BatchGetItemError;
use aws_sdk_dynamodb::operation::batch_write_item::BatchWriteItemError;
use aws_sdk_dynamodb::operation::delete_item::DeleteItemError;
use aws_sdk_dynamodb::operation::get_item::GetItemError;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::operation::query::QueryError;
use aws_sdk_dynamodb::operation::scan::ScanError;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::operation::update_table::UpdateTableError;
use aws_sdk_dynamodb::types::error::TransactionCanceledException;

use crate::error::{Fault, StoreError};

/// What to do about a failed request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// A condition was false: an answer, not a failure.
    Refused,
    /// Someone else is writing, or there is too much to do. Repeat.
    Contended,
    /// No answer, or a failure on the other side; the request may have been carried out. Repeat.
    Unavailable,
    /// There is no such table or index.
    TableMissing,
    /// The request is wrong and will stay so.
    Rejected,
}

impl Verdict {
    pub(crate) const fn repeats(self) -> bool {
        matches!(self, Self::Contended | Self::Unavailable)
    }

    /// The error that a caller sees when there are no more repeats.
    pub(crate) fn into_error<E>(self, pattern: &'static str, table: &str, error: &SdkError<E>) -> StoreError
    where
        E: ServiceFailure,
    {
        match self {
            Self::Contended => StoreError::Contended { pattern },
            Self::Unavailable => StoreError::Unavailable { pattern, source: Box::new(describe(error)) },
            Self::TableMissing => StoreError::TableMissing { table: table.to_owned() },
            Self::Refused | Self::Rejected => StoreError::Rejected { pattern, source: Box::new(describe(error)) },
        }
    }
}

/// An operation's own errors.
pub(crate) trait ServiceFailure: ProvideErrorMetadata + Error + Send + Sync + 'static {
    fn verdict(&self, status: u16) -> Verdict {
        verdict_of_code(self.code().unwrap_or_default(), status)
    }

    /// The message, where it helps and holds no value of ours.
    fn detail(&self) -> Option<String> {
        validation_message(self)
    }
}

impl ServiceFailure for BatchGetItemError {}
impl ServiceFailure for BatchWriteItemError {}
impl ServiceFailure for DeleteItemError {}
impl ServiceFailure for GetItemError {}
impl ServiceFailure for PutItemError {}
impl ServiceFailure for QueryError {}
impl ServiceFailure for ScanError {}
impl ServiceFailure for UpdateItemError {}
impl ServiceFailure for UpdateTableError {}

impl ServiceFailure for TransactWriteItemsError {
    fn verdict(&self, status: u16) -> Verdict {
        match self {
            Self::TransactionCanceledException(cancelled) => verdict_of_reasons(cancelled),
            _ => verdict_of_code(self.code().unwrap_or_default(), status),
        }
    }

    fn detail(&self) -> Option<String> {
        let Self::TransactionCanceledException(cancelled) = self else {
            return validation_message(self);
        };
        let reasons = cancelled.cancellation_reasons().iter().map(|reason| {
            let code = reason.code().unwrap_or("unknown");
            let message = reason.message().filter(|_| code == "ValidationError").unwrap_or_default();
            format!("{code} {message}").trim_end().to_owned()
        });
        Some(reasons.collect::<Vec<_>>().join(", "))
    }
}

/// DynamoDB's validation messages name attributes and limits. Other messages only repeat the code.
fn validation_message(error: &(impl ProvideErrorMetadata + ?Sized)) -> Option<String> {
    let message = error.message().filter(|_| error.code() == Some("ValidationException"));
    message.map(ToOwned::to_owned)
}

pub(crate) fn verdict<E: ServiceFailure>(error: &SdkError<E>) -> Verdict {
    match error {
        // The SDK also calls it so when it cannot read a success: cut short or garbled on its way.
        SdkError::ServiceError(context) if is_success(context.raw()) => Verdict::Unavailable,
        SdkError::ServiceError(context) => context.err().verdict(context.raw().status().as_u16()),
        SdkError::ConstructionFailure(_) => Verdict::Rejected,
        // A timeout, a broken connection, an answer cut short.
        _ => Verdict::Unavailable,
    }
}

fn is_success(answer: &HttpResponse) -> bool {
    answer.status().is_success()
}

fn verdict_of_code(code: &str, status: u16) -> Verdict {
    match code {
        "ConditionalCheckFailedException" => Verdict::Refused,
        "ThrottlingException"
        | "ThrottledException"
        | "ProvisionedThroughputExceededException"
        | "RequestLimitExceeded"
        | "TransactionConflictException"
        | "TransactionInProgressException"
        | "ReplicatedWriteConflictException" => Verdict::Contended,
        "ResourceNotFoundException" => Verdict::TableMissing,
        _ if status == 429 => Verdict::Contended,
        // Without a code it is not the table that answers, but something on the way, or a garbled answer.
        "" | "InternalServerError" | "ServiceUnavailable" | "RequestTimeout" => Verdict::Unavailable,
        _ if status >= 500 => Verdict::Unavailable,
        _ => Verdict::Rejected,
    }
}

fn verdict_of_reasons(cancelled: &TransactionCanceledException) -> Verdict {
    let has = |wanted: &[&str]| {
        cancelled.cancellation_reasons().iter().any(|reason| reason.code().is_some_and(|code| wanted.contains(&code)))
    };
    // A false condition stays false, whatever else there was; a wrong request stays wrong.
    if has(&["ConditionalCheckFailed"]) {
        Verdict::Refused
    } else if has(&["ValidationError", "ItemCollectionSizeLimitExceeded", "AccessDenied"]) {
        Verdict::Rejected
    } else {
        Verdict::Contended
    }
}

/// The failure in words. The SDK's own `Debug` prints whole answers, in which there are items.
pub(crate) fn describe<E: ServiceFailure>(error: &SdkError<E>) -> Fault {
    let words = match error {
        SdkError::ServiceError(context) if is_success(context.raw()) => "the answer could not be read".to_owned(),
        SdkError::ServiceError(context) => {
            let code = context.err().code().unwrap_or("an unknown error");
            let status = context.raw().status().as_u16();
            let request = error.request_id().map(|id| format!(", request {id}")).unwrap_or_default();
            let detail = context.err().detail().map(|detail| format!(": {detail}")).unwrap_or_default();
            format!("{code} (HTTP {status}{request}){detail}")
        }
        SdkError::DispatchFailure(failure) => match failure.as_connector_error() {
            Some(connector) => format!("the request was not answered: {}", chain(connector)),
            None => "the request was not answered".to_owned(),
        },
        SdkError::TimeoutError(_) => "no answer in time".to_owned(),
        SdkError::ResponseError(_) => "the answer could not be read".to_owned(),
        // A region or an endpoint is missing, and it says so.
        SdkError::ConstructionFailure(_) => match error.source() {
            Some(source) => format!("the request could not be built: {}", chain(source)),
            None => "the request could not be built".to_owned(),
        },
        _ => "an unknown failure".to_owned(),
    };
    Fault(words)
}

/// A connection's errors, outermost first. They name hosts and system errors.
fn chain(error: &dyn Error) -> String {
    let mut words = error.to_string();
    let mut next = error.source();
    while let Some(source) = next {
        words = format!("{words}: {source}");
        next = source.source();
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_sdk_dynamodb::types::CancellationReason;

    fn cancelled(codes: &[&str]) -> TransactWriteItemsError {
        let reasons = codes.iter().map(|code| CancellationReason::builder().code(*code).message("canary").build());
        TransactWriteItemsError::TransactionCanceledException(
            TransactionCanceledException::builder().set_cancellation_reasons(Some(reasons.collect())).build(),
        )
    }

    #[test]
    fn a_false_condition_outweighs_a_conflict_and_a_mistake() {
        for (codes, expected) in [
            (&["None", "TransactionConflict"][..], Verdict::Contended),
            (&["TransactionConflict", "ConditionalCheckFailed"], Verdict::Refused),
            (&["ConditionalCheckFailed", "ValidationError"], Verdict::Refused),
            (&["ThrottlingError", "None"], Verdict::Contended),
            (&["ProvisionedThroughputExceeded"], Verdict::Contended),
            (&["None", "ValidationError"], Verdict::Rejected),
        ] {
            assert_eq!(cancelled(codes).verdict(400), expected, "{codes:?}");
        }
        assert_eq!(cancelled(&["None", "TransactionConflict"]).detail().as_deref(), Some("None, TransactionConflict"));
    }

    #[test]
    fn codes_decide_before_the_status_does() {
        for (code, status, expected) in [
            ("ThrottlingException", 400, Verdict::Contended),
            ("TransactionInProgressException", 400, Verdict::Contended),
            ("InternalServerError", 500, Verdict::Unavailable),
            ("", 503, Verdict::Unavailable),
            ("", 429, Verdict::Contended),
            ("", 400, Verdict::Unavailable),
            ("ResourceNotFoundException", 400, Verdict::TableMissing),
            ("ValidationException", 400, Verdict::Rejected),
            ("AccessDeniedException", 400, Verdict::Rejected),
            ("ConditionalCheckFailedException", 400, Verdict::Refused),
        ] {
            assert_eq!(verdict_of_code(code, status), expected, "{code} {status}");
        }
    }
}
