//! Bills the requests of a client by AWS's formulas, so that every engine gives the figures of AWS.
//!
//! Engines report the units of transactions differently, and none reports those of refused writes. The proxy reads the
//! items of a write before it forwards it, and again after it. Writes are forwarded one after another, so that two
//! writes of one item are not confused.
//!
//! AWS charges a read of an absent item, and a query without results, like a read of 4 KB. DynamoDB Local does not
//! report them in batches and queries.

use std::sync::{Arc, Mutex, PoisonError};

use axum::body::Bytes;
use axum::http::{HeaderMap, StatusCode};
use serde_json::{Map, Value, json};

use super::{Answer, Proxy};
use crate::capacity::{of_item, of_refused_item, size};
use crate::{RawItem, RawTable};

/// Read and write units.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Units {
    /// Read units.
    pub read: f64,
    /// Write units.
    pub write: f64,
}

/// The units of the requests through one proxy.
#[derive(Clone, Debug)]
pub(super) struct Bill {
    /// The engine's URL, with its access key.
    engine: String,
    units: Arc<Mutex<Units>>,
    turn: Arc<tokio::sync::Mutex<()>>,
}

/// The writes of one request.
#[derive(Debug)]
struct Writes {
    table: String,
    items: Vec<Write>,
    /// 2 in a transaction, else 1.
    factor: usize,
}

/// The write of one item, or its check in a transaction.
#[derive(Debug)]
struct Write {
    key: Value,
    put: Option<RawItem>,
    is_check: bool,
}

impl Bill {
    pub(super) fn at(engine: &str) -> Self {
        Self { engine: engine.to_owned(), units: Arc::default(), turn: Arc::default() }
    }

    /// Forwards a request and bills it.
    pub(super) async fn forward(&self, proxy: &Proxy, headers: HeaderMap, body: Bytes) -> Answer {
        let target = headers.get("x-amz-target").and_then(|target| target.to_str().ok()).unwrap_or_default();
        let Some(writes) = Writes::of(target, &body) else {
            let answer = proxy.forward(headers, body.clone()).await?;
            self.add(Units { read: read_units(&json_of(&body), &json_of(&answer.2)), write: 0.0 });
            return Ok(answer);
        };
        let _turn = self.turn.lock().await;
        let (table, keys) = (RawTable::at(&self.engine, &writes.table), writes.keys());
        let before = table.get_all(&keys).await;
        let answer = proxy.forward(headers, body).await?;
        let write = match answer.0 {
            StatusCode::OK => writes.units(&before, &table.get_all(&keys).await),
            _ if is_refused(&answer.2) => writes.refused_units(&before),
            _ => 0.0,
        };
        self.add(Units { read: 0.0, write });
        Ok(answer)
    }

    fn add(&self, more: Units) {
        let mut units = self.units.lock().unwrap_or_else(PoisonError::into_inner);
        *units = Units { read: units.read + more.read, write: units.write + more.write };
    }
}

fn json_of(body: &[u8]) -> Value {
    serde_json::from_slice(body).unwrap_or_default()
}

/// The read units of a get, a query or a batch of reads.
fn read_units(request: &Value, answer: &Value) -> f64 {
    let unit = |request: &Value| if request["ConsistentRead"] == true { 1.0 } else { 0.5 };
    let Some((table, batch)) = request["RequestItems"].as_object().and_then(|tables| tables.iter().next()) else {
        return answer["ConsumedCapacity"]["CapacityUnits"].as_f64().map_or(0.0, |units| units.max(unit(request)));
    };
    let count = |keys: &Value| keys.as_array().map_or(0, Vec::len);
    let items = answer["Responses"][table].as_array().cloned().unwrap_or_default();
    let absent = count(&batch["Keys"]) - count(&answer["UnprocessedKeys"][table]["Keys"]) - items.len();
    let sizes = items.into_iter().map(|item| size(&RawItem::from(item)).div_ceil(4 * 1_024).max(1));
    let blocks = u32::try_from(sizes.sum::<usize>() + absent).expect("a few thousand units");
    f64::from(blocks) * unit(batch)
}

/// Whether a condition of the request was false.
fn is_refused(answer: &[u8]) -> bool {
    let answer = json_of(answer);
    let kind = answer["__type"].as_str().unwrap_or_default();
    kind.ends_with("ConditionalCheckFailedException") || kind.ends_with("TransactionCanceledException")
}

impl Writes {
    /// The writes of a request; `None` if it only reads.
    fn of(target: &str, body: &[u8]) -> Option<Self> {
        let operation = target.rsplit('.').next().unwrap_or_default();
        let mut body: Value = serde_json::from_slice(body).ok()?;
        let (table, writes) = match operation {
            "PutItem" | "UpdateItem" | "DeleteItem" => (text(&body["TableName"]), vec![Write::of(body)]),
            "TransactWriteItems" => {
                let actions = body["TransactItems"].as_array_mut()?.iter_mut().filter_map(Value::as_object_mut);
                let actions: Vec<(String, Value)> = actions.flat_map(std::mem::take).collect();
                let table = text(&actions.first()?.1["TableName"]);
                let write = |(kind, action)| Write { is_check: kind == "ConditionCheck", ..Write::of(action) };
                (table, actions.into_iter().map(write).collect())
            }
            "BatchWriteItem" => {
                let (table, requests) = body["RequestItems"].as_object_mut().map(std::mem::take)?.into_iter().next()?;
                let Value::Array(requests) = requests else { return None };
                let requests = requests.into_iter().filter_map(|request| match request {
                    Value::Object(request) => request.into_iter().next(),
                    _ => None,
                });
                (table, requests.map(|(_, request)| Write::of(request)).collect())
            }
            _ => return None,
        };
        Some(Self { table, items: writes, factor: if operation == "TransactWriteItems" { 2 } else { 1 } })
    }

    fn keys(&self) -> Vec<Value> {
        self.items.iter().map(|write| write.key.clone()).collect()
    }

    fn units(&self, before: &[RawItem], after: &[RawItem]) -> f64 {
        let units = |write: &Write| match (write.is_check, write.among(before)) {
            (true, checked) => of_refused_item(checked, None, self.factor),
            (false, old) => of_item(old, write.among(after), self.factor),
        };
        self.items.iter().map(units).sum()
    }

    fn refused_units(&self, before: &[RawItem]) -> f64 {
        let units = |write: &Write| of_refused_item(write.among(before), write.put.as_ref(), self.factor);
        self.items.iter().map(units).sum()
    }
}

impl Write {
    /// The write of a request, or of one action of a transaction: an item to put, or the key of another write.
    fn of(mut request: Value) -> Self {
        let put = match request["Item"].take() {
            Value::Object(item) => Some(RawItem(item)),
            _ => None,
        };
        let key = put.as_ref().map_or_else(|| request["Key"].take(), |item| key_of(&item.0));
        Self { key, put, is_check: false }
    }

    fn among<'a>(&self, items: &'a [RawItem]) -> Option<&'a RawItem> {
        items.iter().find(|item| key_of(&item.0) == self.key)
    }
}

fn key_of(item: &Map<String, Value>) -> Value {
    json!({ "PK": item["PK"], "SK": item["SK"] })
}

fn text(value: &Value) -> String {
    value.as_str().expect("the name of a table").to_owned()
}

impl Proxy {
    /// The units since the last call.
    ///
    /// # Panics
    /// If the proxy does not bill requests.
    #[must_use]
    pub fn take_bill(&self) -> Units {
        let bill = self.bill.as_ref().expect("the proxy was started with `billing`");
        std::mem::take(&mut *bill.units.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(sk: &str) -> Value {
        json!({ "PK": { "S": "P" }, "SK": { "S": sk } })
    }

    fn item(sk: &str, bytes: usize) -> RawItem {
        let mut item = key(sk);
        item["t"] = json!({ "S": "x".repeat(bytes) });
        RawItem::from(item)
    }

    fn writes(operation: &str, body: &Value) -> Writes {
        Writes::of(&format!("DynamoDB_20120810.{operation}"), body.to_string().as_bytes()).expect("it writes")
    }

    #[test]
    fn a_transaction_charges_each_item_and_each_check_twice() {
        let (new, checked) = (item("a", 1_500), item("b", 2_500));
        let body = json!({ "TransactItems": [
            { "Put": { "TableName": "T", "Item": new.0 } },
            { "ConditionCheck": { "TableName": "T", "Key": key("b") } },
            { "Delete": { "TableName": "T", "Key": key("absent") } },
        ] });
        let bill = writes("TransactWriteItems", &body);
        assert_eq!(bill.table, "T");
        let (before, after) = ([checked.clone()], [checked, new]);
        assert_eq!(bill.units(&before, &after).to_string(), "12");
        assert_eq!(bill.refused_units(&before).to_string(), "12");
        assert_eq!(bill.refused_units(&[]).to_string(), "8", "the size of an absent item is not known");
    }

    #[test]
    fn absent_items_and_empty_queries_are_charged_like_four_kilobytes() {
        let batch =
            json!({ "RequestItems": { "T": { "Keys": [key("a"), key("b"), key("c")], "ConsistentRead": true } } });
        let mut answer = json!({ "Responses": { "T": [item("a", 5_000).0] }, "ConsumedCapacity": [] });
        assert_eq!(read_units(&batch, &answer).to_string(), "4");
        answer["UnprocessedKeys"] = json!({ "T": { "Keys": [key("c")] } });
        assert_eq!(read_units(&batch, &answer).to_string(), "3", "an unprocessed key is asked again");
        let empty = json!({ "ConsumedCapacity": { "CapacityUnits": 0.0 } });
        assert_eq!(read_units(&json!({ "ConsistentRead": true }), &empty).to_string(), "1");
        assert_eq!(read_units(&json!({}), &empty).to_string(), "0.5");
        let page = json!({ "ConsumedCapacity": { "CapacityUnits": 7.0 } });
        assert_eq!(read_units(&json!({ "ConsistentRead": true }), &page).to_string(), "7");
    }

    #[test]
    fn single_writes_and_batches_charge_each_item_once() {
        let (old, new) = (item("a", 100), item("a", 3_000));
        let put = writes("PutItem", &json!({ "TableName": "T", "Item": new.0 }));
        assert_eq!(put.units(std::slice::from_ref(&old), std::slice::from_ref(&new)).to_string(), "3");
        let update = writes("UpdateItem", &json!({ "TableName": "T", "Key": key("a") }));
        assert_eq!(update.units(std::slice::from_ref(&old), std::slice::from_ref(&old)).to_string(), "1");
        let batch = json!({ "RequestItems": { "T": [
            { "PutRequest": { "Item": new.0 } }, { "DeleteRequest": { "Key": key("b") } },
        ] } });
        let batch = writes("BatchWriteItem", &batch);
        assert_eq!((&*batch.table, batch.units(&[old, item("b", 1_500)], &[new]).to_string()), ("T", "5".to_owned()));
        assert!(Writes::of("DynamoDB_20120810.Query", b"{}").is_none(), "a query writes nothing");
    }
}
