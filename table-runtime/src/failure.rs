//! Failures: the classification of unsuccessful responses, and their description without values.

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
use aws_sdk_dynamodb::operation::transact_get_items::TransactGetItemsError;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::operation::update_table::UpdateTableError;
use aws_sdk_dynamodb::types::error::TransactionCanceledException;

use crate::error::{Fault, StoreError};

/// The class of a failed request, which decides whether it is repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// A condition was false. This is a result, not a failure.
    Refused,
    /// Another request writes the same item, or the table is throttled. Repeat.
    Contended,
    /// No response, or an error of the service; the request may have been applied. Repeat.
    Unavailable,
    /// The table or the index does not exist.
    TableMissing,
    /// The request is wrong; a repeat would fail too.
    Rejected,
}

impl Verdict {
    pub(crate) const fn repeats(self) -> bool {
        matches!(self, Self::Contended | Self::Unavailable)
    }

    /// The error for the caller after the last repeat.
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

/// The errors of one operation.
pub(crate) trait ServiceFailure: ProvideErrorMetadata + Error + Send + Sync + 'static {
    fn verdict(&self, status: u16) -> Verdict {
        verdict_of_code(self.code().unwrap_or_default(), status)
    }

    /// The message, if it helps and contains no value of an item.
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
        match self {
            Self::TransactionCanceledException(cancelled) => Some(describe_reasons(cancelled)),
            _ => validation_message(self),
        }
    }
}

impl ServiceFailure for TransactGetItemsError {
    fn verdict(&self, status: u16) -> Verdict {
        match self {
            Self::TransactionCanceledException(cancelled) => verdict_of_reasons(cancelled),
            _ => verdict_of_code(self.code().unwrap_or_default(), status),
        }
    }

    fn detail(&self) -> Option<String> {
        match self {
            Self::TransactionCanceledException(cancelled) => Some(describe_reasons(cancelled)),
            _ => validation_message(self),
        }
    }
}

/// The code of each reason, with its message if it helps.
fn describe_reasons(cancelled: &TransactionCanceledException) -> String {
    let reasons = cancelled.cancellation_reasons().iter().map(|reason| {
        let code = reason.code().unwrap_or("unknown");
        let message = reason.message().filter(|_| code == "ValidationError").unwrap_or_default();
        format!("{code} {message}").trim_end().to_owned()
    });
    reasons.collect::<Vec<_>>().join(", ")
}

/// DynamoDB's validation messages name attributes and limits. Other messages only repeat the code.
fn validation_message(error: &(impl ProvideErrorMetadata + ?Sized)) -> Option<String> {
    let message = error.message().filter(|_| error.code() == Some("ValidationException"));
    message.map(ToOwned::to_owned)
}

pub(crate) fn verdict<E: ServiceFailure>(error: &SdkError<E>) -> Verdict {
    match error {
        // The SDK also reports a success that it cannot read as a service error: one that was truncated or damaged.
        SdkError::ServiceError(context) if is_success(context.raw()) => Verdict::Unavailable,
        SdkError::ServiceError(context) => context.err().verdict(context.raw().status().as_u16()),
        SdkError::ConstructionFailure(_) => Verdict::Rejected,
        // A timeout, a broken connection, or a truncated response.
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
        // Without a code, the response is not from the table, but from a proxy, or it is damaged.
        "" | "InternalServerError" | "ServiceUnavailable" | "RequestTimeout" => Verdict::Unavailable,
        _ if status >= 500 => Verdict::Unavailable,
        _ => Verdict::Rejected,
    }
}

fn verdict_of_reasons(cancelled: &TransactionCanceledException) -> Verdict {
    let has = |wanted: &[&str]| {
        cancelled.cancellation_reasons().iter().any(|reason| reason.code().is_some_and(|code| wanted.contains(&code)))
    };
    // A false condition stays false, and a wrong request stays wrong, independent of the other reasons.
    if has(&["ConditionalCheckFailed"]) {
        Verdict::Refused
    } else if has(&["ValidationError", "ItemCollectionSizeLimitExceeded", "AccessDenied"]) {
        Verdict::Rejected
    } else {
        Verdict::Contended
    }
}

/// Describes the failure. The SDK's own `Debug` prints whole responses, which contain items.
pub(crate) fn describe<E: ServiceFailure>(error: &SdkError<E>) -> Fault {
    let words = match error {
        SdkError::ServiceError(context) if is_success(context.raw()) => "the response could not be read".to_owned(),
        SdkError::ServiceError(context) => {
            let code = context.err().code().unwrap_or("an unknown error");
            let status = context.raw().status().as_u16();
            let request = error.request_id().map(|id| format!(", request {id}")).unwrap_or_default();
            let detail = context.err().detail().map(|detail| format!(": {detail}")).unwrap_or_default();
            format!("{code} (HTTP {status}{request}){detail}")
        }
        SdkError::DispatchFailure(failure) => match failure.as_connector_error() {
            Some(connector) => format!("there was no response: {}", chain(connector)),
            None => "there was no response".to_owned(),
        },
        SdkError::TimeoutError(_) => "no response in time".to_owned(),
        SdkError::ResponseError(_) => "the response could not be read".to_owned(),
        // A missing region or endpoint; the source names it.
        SdkError::ConstructionFailure(_) => match error.source() {
            Some(source) => format!("the request could not be built: {}", chain(source)),
            None => "the request could not be built".to_owned(),
        },
        _ => "an unknown failure".to_owned(),
    };
    Fault(words)
}

/// The errors of a connection, outermost first. They name hosts and system errors.
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
    use aws_sdk_dynamodb::config::http::HttpResponse;
    use aws_sdk_dynamodb::error::ErrorMetadata;
    use aws_sdk_dynamodb::types::CancellationReason;

    fn cancelled(codes: &[&str]) -> TransactWriteItemsError {
        let reasons = codes.iter().map(|code| CancellationReason::builder().code(*code).message("canary").build());
        TransactWriteItemsError::TransactionCanceledException(
            TransactionCanceledException::builder().set_cancellation_reasons(Some(reasons.collect())).build(),
        )
    }

    #[test]
    fn a_false_condition_takes_precedence_over_conflicts_and_errors() {
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

    fn service_error(code: &str, status: u16) -> SdkError<GetItemError> {
        let metadata = ErrorMetadata::builder().code(code).message("the message").build();
        let answer = HttpResponse::new(status.try_into().expect("a status"), "".into());
        SdkError::service_error(GetItemError::generic(metadata), answer)
    }

    #[test]
    fn a_request_that_cannot_be_built_is_not_repeated_and_a_damaged_answer_is() {
        let source = Box::new(std::io::Error::other("the source"));
        assert_eq!(verdict(&SdkError::<GetItemError>::construction_failure(source)), Verdict::Rejected);
        assert_eq!(verdict(&service_error("ValidationException", 400)), Verdict::Rejected);
        assert_eq!(verdict(&service_error("ValidationException", 200)), Verdict::Unavailable);
    }

    #[test]
    fn a_failure_is_described_without_what_the_table_answered() {
        let source = || Box::new(std::io::Error::other("the source"));
        let answer = HttpResponse::new(200.try_into().expect("a status"), "canary".into());
        for (error, expected) in [
            (service_error("ValidationException", 400), "ValidationException (HTTP 400): the message"),
            (service_error("AccessDeniedException", 400), "AccessDeniedException (HTTP 400)"),
            (service_error("ValidationException", 200), "the response could not be read"),
            (SdkError::timeout_error(source()), "no response in time"),
            (SdkError::response_error(source(), answer), "the response could not be read"),
            (SdkError::construction_failure(source()), "the request could not be built: the source"),
        ] {
            assert_eq!(describe(&error).to_string(), expected);
        }
    }

    #[tokio::test]
    async fn a_table_that_cannot_be_reached_is_described_by_the_system_error() {
        let table = crate::tests::unreachable().await;
        let error = modyne::Table::client(&table).get_item().table_name("absent").send().await.expect_err("no answer");
        let words = describe(&error).to_string();
        assert!(words.starts_with("there was no response: ") && words.contains("onnect"), "{words}");
    }

    #[test]
    fn a_cancelled_transaction_of_reads_is_described_by_its_reasons() {
        let reason = CancellationReason::builder().code("TransactionConflict").message("canary").build();
        let wrong = CancellationReason::builder().code("ValidationError").message("too long").build();
        let cancelled =
            TransactionCanceledException::builder().cancellation_reasons(reason).cancellation_reasons(wrong);
        let cancelled = TransactGetItemsError::TransactionCanceledException(cancelled.build());
        assert_eq!(cancelled.detail().as_deref(), Some("TransactionConflict, ValidationError too long"));
        assert_eq!(cancelled.verdict(400), Verdict::Rejected);
        let invalid = ErrorMetadata::builder().code("ValidationException").message("the message").build();
        assert_eq!(TransactGetItemsError::generic(invalid).detail().as_deref(), Some("the message"));
        assert_eq!(
            GetItemError::generic(ErrorMetadata::builder().code("Other").message("canary").build()).detail(),
            None
        );
    }

    #[test]
    fn the_code_takes_precedence_over_the_status() {
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
            ("AnotherException", 499, Verdict::Rejected),
            ("AnotherException", 500, Verdict::Unavailable),
        ] {
            assert_eq!(verdict_of_code(code, status), expected, "{code} {status}");
        }
    }
}
