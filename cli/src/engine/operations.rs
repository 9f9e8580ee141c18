//! The operations of DynamoDB, as requests to the embedded engine.
//!
//! The engine's own server accepts requests of web pages, cannot be configured otherwise and needs its own port, so
//! this router calls the database directly.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use dynoxide::actions::transact_write_items::TransactWriteItemsRequest;
use dynoxide::{Database, DynoxideError};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::scan::scan;

/// The largest body that DynamoDB accepts, in bytes.
pub(super) const MAX_BODY: usize = 16 * 1024 * 1024;

const TARGET: &str = "DynamoDB_20120810.";
const UNKNOWN: &str = r#"{"__type":"com.amazon.coral.service#UnknownOperationException"}"#;

/// Answers one request.
pub(super) async fn answer(
    State((database, is_loading)): State<(Database, Arc<AtomicBool>)>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let target = headers.get("x-amz-target").and_then(|target| target.to_str().ok());
    let operation = target.and_then(|target| target.strip_prefix(TARGET)).unwrap_or_default();
    let (status, json) = match run(&database, is_loading.load(Ordering::Relaxed), operation, &body) {
        Some(Ok(json)) => (StatusCode::OK, json),
        Some(Err(error)) => {
            let error = to_wire_error(operation, error);
            (StatusCode::from_u16(error.status_code()).unwrap_or(StatusCode::BAD_REQUEST), error.to_json())
        }
        None => (StatusCode::BAD_REQUEST, UNKNOWN.to_owned()),
    };
    (status, [(header::CONTENT_TYPE, "application/x-amz-json-1.0")], json).into_response()
}

/// The operations that this product and tools for its table use. Others are unknown operations.
macro_rules! operations {
    ($($name:literal $method:ident)*) => {
        fn run(
            database: &Database,
            is_loading: bool,
            operation: &str,
            body: &[u8],
        ) -> Option<Result<String, DynoxideError>> {
            match operation {
                "TransactWriteItems" => {
                    let request = parse::<TransactWriteItemsRequest>(body).map(|request| {
                        let client_request_token = request.client_request_token.filter(|_| !is_loading);
                        TransactWriteItemsRequest { client_request_token, ..request }
                    });
                    let done = request.and_then(|request| database.transact_write_items(request));
                    Some(done.and_then(|done| to_json(&done)))
                }
                "Scan" => Some(scan(database, || parse(body)).and_then(|done| to_json(&done))),
                $($name => Some(parse(body).and_then(|request| database.$method(request)).and_then(|done| to_json(&done))),)*
                _ => None,
            }
        }
    };
}

operations! {
    "BatchExecuteStatement" batch_execute_statement
    "BatchGetItem" batch_get_item
    "BatchWriteItem" batch_write_item
    "CreateTable" create_table
    "DeleteItem" delete_item
    "DeleteTable" delete_table
    "DescribeTable" describe_table
    "DescribeTimeToLive" describe_time_to_live
    "ExecuteStatement" execute_statement
    "ExecuteTransaction" execute_transaction
    "GetItem" get_item
    "ListTables" list_tables
    "ListTagsOfResource" list_tags_of_resource
    "PutItem" put_item
    "Query" query
    "TagResource" tag_resource
    "TransactGetItems" transact_get_items
    "UntagResource" untag_resource
    "UpdateItem" update_item
    "UpdateTable" update_table
    "UpdateTimeToLive" update_time_to_live
}

pub(super) fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, DynoxideError> {
    serde_json::from_slice(body).map_err(|error| {
        let text = error.to_string();
        let text = text.split(" at line ").next().unwrap_or_default();
        // The engine's types mark the DynamoDB exception of a message by a prefix.
        match text.split_once(':') {
            Some(("VALIDATION" | "VALIDATION_AS_READ" | "VALIDATION_REQUEST", message)) => {
                DynoxideError::ValidationException(message.to_owned())
            }
            Some(("SERIALIZATION" | "SERIALIZATION_AS_READ", message)) => {
                DynoxideError::SerializationException(message.to_owned())
            }
            _ if error.is_data() => DynoxideError::ValidationException(text.to_owned()),
            _ => DynoxideError::SerializationException(String::new()),
        }
    })
}

pub(super) fn to_json<T: Serialize>(done: &T) -> Result<String, DynoxideError> {
    serde_json::to_string(done).map_err(|error| DynoxideError::InternalServerError(error.to_string()))
}

/// Rewrites two errors whose final form the engine leaves to its server.
fn to_wire_error(operation: &str, error: DynoxideError) -> DynoxideError {
    match (operation, error) {
        ("PutItem" | "UpdateItem" | "DeleteItem", DynoxideError::EnvelopedValidation(message)) => {
            DynoxideError::ValidationException(format!("1 validation error detected: {message}"))
        }
        (_, DynoxideError::EnvelopedValidation(message)) => DynoxideError::ValidationException(message),
        ("ExecuteStatement", DynoxideError::ConditionalCheckFailedException(message, Some(item))) => {
            DynoxideError::StatementConditionalCheckFailed(message, item)
        }
        (_, error) => error,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn ran(database: &Database, is_loading: bool, operation: &str, body: &Value) -> String {
        let answer = run(database, is_loading, operation, body.to_string().as_bytes());
        answer.expect("a known operation").expect("an answer")
    }

    /// The number after a transaction that adds 1 was sent twice with one token.
    fn added_twice(is_loading: bool) -> String {
        let database = Database::memory().expect("a database");
        let create = json!({
            "TableName": "counted", "BillingMode": "PAY_PER_REQUEST",
            "KeySchema": [{ "AttributeName": "pk", "KeyType": "HASH" }],
            "AttributeDefinitions": [{ "AttributeName": "pk", "AttributeType": "S" }],
        });
        ran(&database, is_loading, "CreateTable", &create);
        let key = json!({ "pk": { "S": "a" } });
        let add = json!({ "ClientRequestToken": "once", "TransactItems": [{ "Update": {
            "TableName": "counted", "Key": key, "UpdateExpression": "ADD n :one",
            "ExpressionAttributeValues": { ":one": { "N": "1" } },
        } }] });
        ran(&database, is_loading, "TransactWriteItems", &add);
        ran(&database, is_loading, "TransactWriteItems", &add);
        let item = ran(&database, is_loading, "GetItem", &json!({ "TableName": "counted", "Key": key }));
        let item: Value = serde_json::from_str(&item).expect("JSON");
        item["Item"]["n"]["N"].as_str().expect("a number").to_owned()
    }

    #[test]
    fn a_transaction_is_applied_once_for_its_token_except_in_a_bulk_load() {
        assert_eq!((added_twice(false), added_twice(true)), ("1".to_owned(), "2".to_owned()));
    }
}
