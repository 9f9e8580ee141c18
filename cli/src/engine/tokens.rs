//! Transactions with a token: a repeat within ten minutes is not applied again.

use std::collections::{HashMap, VecDeque};
use std::hash::{DefaultHasher, Hash as _, Hasher};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use dynoxide::actions::describe_table::DescribeTableRequest;
use dynoxide::actions::transact_get_items::{TransactGet, TransactGetItem, TransactGetItemsRequest};
use dynoxide::actions::transact_write_items::{
    TransactWriteItem, TransactWriteItemsRequest, TransactWriteItemsResponse,
};
use dynoxide::types::Item;
use dynoxide::{Database, DynoxideError};
use serde_json::Value;

/// DynamoDB keeps a token for this time.
const WINDOW: Duration = Duration::from_mins(10);
/// The longest token that DynamoDB accepts.
const LONGEST: usize = 36;

/// The tokens of the last ten minutes. The engine keeps them too, but looks at all of them in each transaction: after
/// 150,000 transactions, that was four fifths of its time. So it gets no token.
#[derive(Debug, Default)]
pub(super) struct Tokens(Mutex<Recent>);

#[derive(Debug, Default)]
struct Recent {
    /// The digest of the transaction with each token.
    digests: HashMap<String, u64>,
    /// The tokens, oldest first.
    by_time: VecDeque<(Instant, String)>,
}

impl Tokens {
    /// Applies the transaction, unless it is a repeat.
    ///
    /// # Errors
    /// When the engine refuses the transaction, or the token belongs to another one.
    pub(super) fn transact(
        &self,
        database: &Database,
        mut request: TransactWriteItemsRequest,
        now: Instant,
    ) -> Result<TransactWriteItemsResponse, DynoxideError> {
        // The engine refuses a token that is too long.
        let Some(token) = request.client_request_token.take_if(|token| token.len() <= LONGEST) else {
            return database.transact_write_items(request);
        };
        let digest = digest(&request.transact_items)?;
        // Locked until the transaction is applied, so that a repeat at the same time waits for it. The engine applies
        // one transaction after another anyway.
        let mut recent = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        recent.forget_before(now);
        match recent.digests.get(&token) {
            None => {
                let response = database.transact_write_items(request)?;
                recent.digests.insert(token.clone(), digest);
                recent.by_time.push_back((now, token));
                Ok(response)
            }
            Some(first) if *first == digest => repeated(database, request),
            Some(_) => Err(DynoxideError::IdempotentParameterMismatchException(
                "An error occurred (IdempotentParameterMismatchException)".to_owned(),
            )),
        }
    }
}

impl Recent {
    fn forget_before(&mut self, now: Instant) {
        while let Some((_, token)) = self.by_time.pop_front_if(|(since, _)| now.duration_since(*since) >= WINDOW) {
            self.digests.remove(&token);
        }
    }
}

/// The answer to a repeat. It costs as much as a read of the items.
fn repeated(
    database: &Database,
    request: TransactWriteItemsRequest,
) -> Result<TransactWriteItemsResponse, DynoxideError> {
    let gets = request.transact_items.into_iter().filter_map(|item| get(database, item).transpose());
    let read = database.transact_get_items(TransactGetItemsRequest {
        transact_items: gets.collect::<Result<_, _>>()?,
        return_consumed_capacity: request.return_consumed_capacity,
    })?;
    Ok(TransactWriteItemsResponse { consumed_capacity: read.consumed_capacity, ..Default::default() })
}

/// The read of the item of a part of a transaction.
fn get(database: &Database, part: TransactWriteItem) -> Result<Option<TransactGetItem>, DynoxideError> {
    let (table_name, key) = if let Some(put) = part.put {
        let key = key_of(database, &put.table_name, put.item)?;
        (put.table_name, key)
    } else if let Some(update) = part.update {
        (update.table_name, update.key)
    } else if let Some(delete) = part.delete {
        (delete.table_name, delete.key)
    } else if let Some(check) = part.condition_check {
        (check.table_name, check.key)
    } else {
        return Ok(None);
    };
    Ok(Some(TransactGetItem { get: TransactGet { table_name, key, ..Default::default() } }))
}

fn key_of(database: &Database, table_name: &str, mut item: Item) -> Result<Item, DynoxideError> {
    let table = database.describe_table(DescribeTableRequest { table_name: table_name.to_owned() })?.table;
    let names: Vec<String> = table.key_schema.into_iter().map(|key| key.attribute_name).collect();
    item.retain(|name, _| names.contains(name));
    Ok(item)
}

fn digest(items: &[TransactWriteItem]) -> Result<u64, DynoxideError> {
    let json = serde_json::to_value(items).map_err(|error| DynoxideError::InternalServerError(error.to_string()))?;
    let mut hasher = DefaultHasher::new();
    add(&json, &mut hasher);
    Ok(hasher.finish())
}

/// Adds the value, with the members of each object in the order of their names: a client may send them in any order.
fn add(value: &Value, hasher: &mut DefaultHasher) {
    match value {
        Value::Object(members) => {
            let mut members: Vec<_> = members.iter().collect();
            members.sort_unstable_by_key(|(name, _)| *name);
            members.len().hash(hasher);
            for (name, value) in members {
                name.hash(hasher);
                add(value, hasher);
            }
        }
        Value::Array(values) => {
            values.len().hash(hasher);
            values.iter().for_each(|value| add(value, hasher));
        }
        single => single.to_string().hash(hasher),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::operations::{parse, to_json};
    use super::*;

    fn table() -> Database {
        let database = Database::memory().expect("a database");
        let table = json!({
            "TableName": "tokens", "BillingMode": "PAY_PER_REQUEST",
            "KeySchema": [{ "AttributeName": "pk", "KeyType": "HASH" }, { "AttributeName": "sk", "KeyType": "RANGE" }],
            "AttributeDefinitions": [
                { "AttributeName": "pk", "AttributeType": "S" }, { "AttributeName": "sk", "AttributeType": "S" },
            ],
        });
        database.create_table(parse(table.to_string().as_bytes()).expect("valid")).expect("a table");
        database
    }

    fn key(sk: &str) -> Value {
        json!({ "pk": { "S": "p" }, "sk": { "S": sk } })
    }

    /// Each kind of part. The update counts how often it is applied.
    fn transaction(token: &str) -> Value {
        json!({ "ClientRequestToken": token, "ReturnConsumedCapacity": "TOTAL", "TransactItems": [
            { "Put": { "TableName": "tokens", "Item":
                { "pk": { "S": "p" }, "sk": { "S": "put" }, "text": { "S": "x".repeat(5_000) } } } },
            { "Update": { "TableName": "tokens", "Key": key("count"), "UpdateExpression": "ADD n :one",
                "ExpressionAttributeValues": { ":one": { "N": "1" } } } },
            { "Delete": { "TableName": "tokens", "Key": key("deleted") } },
            { "ConditionCheck": { "TableName": "tokens", "Key": key("checked"),
                "ConditionExpression": "attribute_not_exists(pk)" } },
        ]})
    }

    fn request(json: &Value) -> TransactWriteItemsRequest {
        parse(json.to_string().as_bytes()).expect("valid")
    }

    fn count(database: &Database) -> String {
        let get = json!({ "TableName": "tokens", "Key": key("count") }).to_string();
        let item = database.get_item(parse(get.as_bytes()).expect("valid")).expect("an answer").item;
        to_json(&item).expect("JSON")
    }

    #[test]
    fn a_repeat_is_answered_as_the_engine_answers_it_and_is_not_applied() {
        let (ours, engines, tokens, now) = (table(), table(), Tokens::default(), Instant::now());
        for attempt in 1..=3 {
            let answer = tokens.transact(&ours, request(&transaction("a")), now).expect("an answer");
            let expected = engines.transact_write_items(request(&transaction("a"))).expect("an answer");
            assert_eq!(to_json(&answer).expect("JSON"), to_json(&expected).expect("JSON"), "attempt {attempt}");
            assert!(count(&ours).contains(r#"{"N":"1"}"#), "{}", count(&ours));
        }
        tokens.transact(&ours, request(&transaction("b")), now).expect("another transaction");
        assert!(count(&ours).contains(r#"{"N":"2"}"#), "{}", count(&ours));
    }

    #[test]
    fn a_token_belongs_to_one_transaction_for_ten_minutes() {
        let (database, tokens, now) = (table(), Tokens::default(), Instant::now());
        let mut other = transaction("a");
        other["TransactItems"][1]["Update"]["UpdateExpression"] = "ADD m :one".into();
        let at = |json: &Value, seconds| tokens.transact(&database, request(json), now + Duration::from_secs(seconds));
        at(&transaction("a"), 0).expect("the first transaction");
        let refused = at(&other, 599).expect_err("the token belongs to another transaction");
        assert!(matches!(refused, DynoxideError::IdempotentParameterMismatchException(_)), "{refused}");
        at(&other, 600).expect("the token is free again");
        assert_eq!(tokens.0.lock().expect("not poisoned").digests.len(), 1);
    }

    #[test]
    fn the_order_of_members_is_no_difference() {
        let names = |names: Value| {
            let mut json = transaction("a");
            json["TransactItems"][1]["Update"]["UpdateExpression"] = "ADD #n :one SET #m = :one".into();
            json["TransactItems"][1]["Update"]["ExpressionAttributeNames"] = names;
            request(&json)
        };
        let (database, tokens, now) = (table(), Tokens::default(), Instant::now());
        tokens.transact(&database, names(json!({ "#n": "n", "#m": "m" })), now).expect("the first");
        for _ in 0..20 {
            tokens.transact(&database, names(json!({ "#m": "m", "#n": "n" })), now).expect("a repeat");
        }
        tokens.transact(&database, names(json!({ "#n": "m", "#m": "n" })), now).expect_err("another transaction");
    }

    #[test]
    fn a_refused_transaction_can_be_repeated_until_it_is_applied() {
        let (database, tokens, now) = (table(), Tokens::default(), Instant::now());
        let put = json!({ "TableName": "tokens", "Item": key("checked") }).to_string();
        database.put_item(parse(put.as_bytes()).expect("valid")).expect("an item");
        tokens.transact(&database, request(&transaction("a")), now).expect_err("the item exists");
        let delete = json!({ "TableName": "tokens", "Key": key("checked") }).to_string();
        database.delete_item(parse(delete.as_bytes()).expect("valid")).expect("no item");
        tokens.transact(&database, request(&transaction("a")), now).expect("it is applied now");
        assert!(count(&database).contains(r#"{"N":"1"}"#), "{}", count(&database));
    }

    #[test]
    fn a_token_that_is_too_long_is_refused_and_none_is_needed() {
        let (database, tokens, now) = (table(), Tokens::default(), Instant::now());
        let long = tokens.transact(&database, request(&transaction(&"a".repeat(37))), now).expect_err("too long");
        assert!(long.to_string().contains("clientRequestToken"), "{long}");
        let mut without = transaction("a");
        without.as_object_mut().expect("an object").remove("ClientRequestToken");
        for _ in 0..2 {
            tokens.transact(&database, request(&without), now).expect("it is applied");
        }
        assert!(count(&database).contains(r#"{"N":"2"}"#), "{}", count(&database));
    }
}
