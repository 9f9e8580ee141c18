//! The faults that a proxy injects, and their counts.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::{Value, json};

/// One fault of a connection or of a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The request waits before it is forwarded.
    Delay(Duration),
    /// The connection is reset, and the request is not forwarded.
    ResetBefore,
    /// The request is applied, and the connection is reset instead of an answer.
    ResetAfter,
    /// The request is not forwarded. The connection stays open and silent for this time, then it closes.
    Silence(Duration),
    /// The request is applied. Half of the answer arrives, then the connection closes.
    Cut,
    /// The answer arrives in pieces of one byte.
    Slices,
    /// The service refuses the request, which is not applied.
    Refusal(Refusal),
    /// The service processes only some items of a batch.
    Unprocessed,
    /// A read waits until another writer commits, then it is forwarded.
    HeldRead,
    /// A read is applied, and its answer waits until another writer commits.
    HeldAnswer,
}

/// A refusal of the service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// `ProvisionedThroughputExceededException`.
    Throughput,
    /// `ThrottlingException`.
    Throttling,
    /// `TransactionConflict`, as a reason of a cancelled transaction or as an exception.
    Conflict,
    /// `InternalServerError`.
    Internal,
    /// A page of a gateway, with this status.
    Gateway(u16),
    /// An exception of the model's service, with its status.
    Model(u16, &'static str),
}

impl Fault {
    /// The name in the summary.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Delay(_) => "delay",
            Self::ResetBefore => "reset before",
            Self::ResetAfter => "reset after",
            Self::Silence(_) => "silence",
            Self::Cut => "cut",
            Self::Slices => "slices",
            Self::Refusal(Refusal::Throughput | Refusal::Throttling) => "throttled",
            Self::Refusal(Refusal::Conflict) => "conflict",
            Self::Refusal(Refusal::Internal) => "5xx",
            Self::Refusal(Refusal::Gateway(_)) => "gateway",
            Self::Refusal(Refusal::Model(429, _)) => "model 429",
            Self::Refusal(Refusal::Model(..)) => "model 5xx",
            Self::Unprocessed => "unprocessed",
            Self::HeldRead => "held read",
            Self::HeldAnswer => "held answer",
        }
    }

    /// Whether the service can fail so at this operation.
    pub(crate) fn applies_to(self, operation: &str) -> bool {
        match self {
            Self::Unprocessed => operation.starts_with("Batch"),
            Self::HeldRead | Self::HeldAnswer => is_read(operation),
            Self::Refusal(Refusal::Conflict) => is_write(operation) && operation != "BatchWriteItem",
            _ => true,
        }
    }
}

/// Whether the operation reads items.
pub(crate) fn is_read(operation: &str) -> bool {
    matches!(operation, "GetItem" | "BatchGetItem" | "Query" | "Scan" | "TransactGetItems")
}

/// Whether the operation writes items.
pub(crate) fn is_write(operation: &str) -> bool {
    matches!(operation, "PutItem" | "UpdateItem" | "DeleteItem" | "BatchWriteItem" | "TransactWriteItems")
}

impl Refusal {
    /// The whole response to a request of this operation.
    pub(crate) fn response(self, operation: &str, body: &[u8]) -> Vec<u8> {
        let (status, code) = match self {
            Self::Throughput => (400, "ProvisionedThroughputExceededException"),
            Self::Throttling => (400, "ThrottlingException"),
            Self::Conflict if operation == "TransactWriteItems" => return cancelled(body),
            Self::Conflict => (400, "TransactionConflictException"),
            Self::Internal => (500, "InternalServerError"),
            Self::Gateway(status) => return response(status, "text/html", "", "<html>Bad gateway</html>"),
            Self::Model(status, code) => {
                let body = json!({ "message": "a planned fault" }).to_string();
                return response(status, "application/json", code, &body);
            }
        };
        let kind = format!("com.amazonaws.dynamodb.v20120810#{code}");
        let body = json!({ "__type": kind, "message": "a planned fault" }).to_string();
        response(status, "application/x-amz-json-1.0", "", &body)
    }
}

/// The refusal of a transaction whose first item another transaction holds.
fn cancelled(body: &[u8]) -> Vec<u8> {
    let request: Value = serde_json::from_slice(body).unwrap_or_default();
    let items = request["TransactItems"].as_array().map_or(1, Vec::len);
    let code = |n: usize| if n == 0 { "TransactionConflict" } else { "None" };
    let reasons: Vec<Value> = (0..items).map(|n| json!({ "Code": code(n) })).collect();
    let codes: Vec<&str> = (0..items).map(code).collect();
    let body = json!({
        "__type": "com.amazonaws.dynamodb.v20120810#TransactionCanceledException",
        "Message": format!("Transaction cancelled, please refer cancellation reasons for specific reasons [{}]", codes.join(", ")),
        "CancellationReasons": reasons,
    });
    response(400, "application/x-amz-json-1.0", "", &body.to_string())
}

fn response(status: u16, kind: &str, error: &str, body: &str) -> Vec<u8> {
    let error = if error.is_empty() { String::new() } else { format!("x-amzn-errortype: {error}\r\n") };
    let length = body.len();
    format!("HTTP/1.1 {status} Planned\r\ncontent-type: {kind}\r\n{error}content-length: {length}\r\n\r\n{body}").into()
}

/// The number of injected faults by name.
#[derive(Debug, Default)]
pub(crate) struct Tally(Mutex<BTreeMap<&'static str, u64>>);

impl Tally {
    pub(crate) fn add(&self, name: &'static str) {
        *self.counts().entry(name).or_default() += 1;
    }

    /// The counts since the last call.
    pub(crate) fn take(&self) -> BTreeMap<&'static str, u64> {
        std::mem::take(&mut self.counts())
    }

    fn counts(&self) -> MutexGuard<'_, BTreeMap<&'static str, u64>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_conflict_has_a_reason_for_each_item_of_the_transaction() {
        let body = json!({ "TransactItems": [{}, {}, {}] }).to_string();
        let response = Refusal::Conflict.response("TransactWriteItems", body.as_bytes());
        let text = String::from_utf8(response).expect("text");
        assert!(text.contains("[TransactionConflict, None, None]"), "{text}");
        assert_eq!(text.matches("\"Code\"").count(), 3);
    }

    #[test]
    fn a_fault_is_planned_only_for_operations_that_can_have_it() {
        assert!(Fault::Unprocessed.applies_to("BatchGetItem") && !Fault::Unprocessed.applies_to("GetItem"));
        assert!(Fault::HeldRead.applies_to("Query") && !Fault::HeldRead.applies_to("PutItem"));
        let conflict = Fault::Refusal(Refusal::Conflict);
        assert!(conflict.applies_to("UpdateItem") && !conflict.applies_to("Query"));
        assert!(!conflict.applies_to("BatchWriteItem"));
        assert!(Fault::ResetAfter.applies_to("Query"));
    }
}
