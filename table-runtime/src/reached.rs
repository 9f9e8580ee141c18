//! Records a table's calls: the pattern of each, and what IAM checks of each request. For tests of permissions.

use std::collections::BTreeSet;
use std::sync::Arc;

use aws_sdk_dynamodb::config::interceptors::BeforeTransmitInterceptorContextRef;
use aws_sdk_dynamodb::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_dynamodb::error::BoxError;
use serde_json::Value;

use crate::observer::{Observer, Reached};
use crate::table::Table;
use crate::wire::WireRequest;

impl Table {
    /// The same table, with this record of its calls.
    #[must_use]
    pub fn observed(&self, observe: impl Fn(Reached) + Send + Sync + 'static) -> Self {
        let observer = Observer(Arc::new(observe));
        let on_the_wire = OnTheWire {
            table: self.name().to_owned(),
            key: self.design().key_attributes.partition(),
            observer: observer.clone(),
        };
        self.intercepted(on_the_wire).with_observer(observer)
    }
}

#[derive(Debug)]
struct OnTheWire {
    table: String,
    /// The name of its partition key.
    key: &'static str,
    observer: Observer,
}

impl Intercept for OnTheWire {
    fn name(&self) -> &'static str {
        "OnTheWire"
    }

    fn read_after_serialization(
        &self,
        context: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let WireRequest { operation, body } = WireRequest::written(context)?;
        let index = body["IndexName"].as_str().map(str::to_owned);
        for (action, partition) in actions(&operation, &body, &self.table, self.key) {
            self.observer.tell(Reached::Action { action: action.to_owned(), index: index.clone(), partition });
        }
        Ok(())
    }
}

/// Each action of a request with its partition. A transaction has the actions of its parts, and none of its own.
fn actions<'o>(operation: &'o str, body: &Value, table: &str, key: &str) -> BTreeSet<(&'o str, String)> {
    let key = |item: &Value| item[key]["S"].as_str().unwrap_or_default().to_owned();
    let each = |list: &Value| list.as_array().cloned().unwrap_or_default();
    match operation {
        "Query" => {
            // The partition has this alias in every key condition.
            let partition = &body["ExpressionAttributeValues"][":key_PK"]["S"];
            BTreeSet::from([(operation, partition.as_str().unwrap_or_default().to_owned())])
        }
        "PutItem" => BTreeSet::from([(operation, key(&body["Item"]))]),
        "BatchGetItem" => {
            each(&body["RequestItems"][table]["Keys"]).iter().map(|item| (operation, key(item))).collect()
        }
        "BatchWriteItem" => {
            let write = |write: &Value| match write.get("PutRequest") {
                Some(put) => (operation, key(&put["Item"])),
                None => (operation, key(&write["DeleteRequest"]["Key"])),
            };
            each(&body["RequestItems"][table]).iter().map(write).collect()
        }
        "TransactWriteItems" => {
            let kinds = [
                ("Put", "PutItem", "Item"),
                ("Update", "UpdateItem", "Key"),
                ("Delete", "DeleteItem", "Key"),
                ("ConditionCheck", "ConditionCheckItem", "Key"),
            ];
            let action = |item: &Value| {
                let kind = kinds.into_iter().find(|(kind, _, _)| item.get(kind).is_some());
                kind.map(|(kind, action, place)| (action, key(&item[kind][place])))
            };
            each(&body["TransactItems"]).iter().filter_map(action).collect()
        }
        "TransactGetItems" => {
            each(&body["TransactItems"]).iter().map(|item| ("GetItem", key(&item["Get"]["Key"]))).collect()
        }
        _ => BTreeSet::from([(operation, key(&body["Key"]))]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry::{Operation, Pattern};
    use aws_sdk_dynamodb::types::AttributeValue;
    use serde_json::json;
    use std::sync::Mutex;

    fn found(operation: &str, body: &Value) -> Vec<(String, String)> {
        actions(operation, body, "t", "PK")
            .into_iter()
            .map(|(action, partition)| (action.to_owned(), partition))
            .collect()
    }

    #[tokio::test]
    async fn an_observer_hears_of_each_pattern_and_each_request() {
        static PATTERN: Pattern = crate::tests::pattern("T-01", Operation::Get);
        let heard = Arc::new(Mutex::new(Vec::new()));
        let ears = heard.clone();
        // The request is written, and then there is no answer.
        let table = crate::tests::unreachable().await;
        let table = table.observed(move |reached| ears.lock().expect("not poisoned").push(reached));
        let ask = || modyne::Table::client(&table).get_item().table_name(table.name());
        let call = table.call(&PATTERN);
        let _ = ask().key("PK", AttributeValue::S("A#1".to_owned())).send().await;
        let read = Reached::Action { action: "GetItem".to_owned(), index: None, partition: "A#1".to_owned() };
        assert_eq!(*heard.lock().expect("not poisoned"), [Reached::Pattern("T-01"), read]);
        drop(call);
        assert_eq!(format!("{:?}", Observer(Arc::new(|_| {}))), "Observer");
    }

    #[test]
    fn a_transaction_has_the_actions_of_its_parts() {
        let key = |partition: &str| json!({ "Key": { "PK": { "S": partition } } });
        let body = json!({ "TransactItems": [
            { "Put": { "Item": { "PK": { "S": "A#1" } } } }, { "Update": key("B#1") }, { "Delete": key("C#1") },
            { "ConditionCheck": key("D#1") },
        ] });
        let expected =
            [("ConditionCheckItem", "D#1"), ("DeleteItem", "C#1"), ("PutItem", "A#1"), ("UpdateItem", "B#1")];
        let expected = expected.map(|(action, partition)| (action.to_owned(), partition.to_owned()));
        assert_eq!(found("TransactWriteItems", &body), expected);
        let get = |partition: &str| json!({ "Get": key(partition) });
        let reads = json!({ "TransactItems": [get("A#1"), get("A#1"), get("B#1")] });
        let expected = ["A#1", "B#1"].map(|partition| ("GetItem".to_owned(), partition.to_owned()));
        assert_eq!(found("TransactGetItems", &reads), expected);
    }

    #[test]
    fn batches_reach_each_of_their_partitions_once() {
        let key = |partition: &str| json!({ "PK": { "S": partition } });
        let read = json!({ "RequestItems": { "t": { "Keys": [key("A#1"), key("A#1"), key("B#1")] } } });
        assert_eq!(found("BatchGetItem", &read).len(), 2);
        let write = json!({ "RequestItems": { "t": [
            { "PutRequest": { "Item": key("A#1") } }, { "DeleteRequest": { "Key": key("B#1") } },
        ] } });
        let both = ["A#1", "B#1"].map(|partition| ("BatchWriteItem".to_owned(), partition.to_owned()));
        assert_eq!(found("BatchWriteItem", &write), both);
    }

    #[test]
    fn single_requests_and_queries_reach_one() {
        let one = |action: &str| vec![(action.to_owned(), "A#1".to_owned())];
        let body = json!({ "Key": { "PK": { "S": "A#1" } } });
        for action in ["GetItem", "UpdateItem", "DeleteItem"] {
            assert_eq!(found(action, &body), one(action));
        }
        assert_eq!(found("PutItem", &json!({ "Item": { "PK": { "S": "A#1" } } })), one("PutItem"));
        let query = json!({ "ExpressionAttributeValues": { ":key_PK": { "S": "A#1" } } });
        assert_eq!(found("Query", &query), one("Query"));
    }
}
