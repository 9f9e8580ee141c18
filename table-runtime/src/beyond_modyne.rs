//! The operations of patterns that are sent with the SDK, because modyne 0.3.1 cannot send some of their requests:
//!
//! - a put or an update of one item that returns the existing item when its condition is false. A repeat recognises its
//!   own first attempt by that item, and a refusal is explained by it. modyne asks for the item only in a transaction.
//! - a transaction whose repeats are equal. The table applies a token once, and refuses it with other contents. modyne
//!   builds the request at each attempt, with the names of its expressions in another order.
//! - a batch of reads with strong consistency, which modyne's `BatchGet` does not have.
//!
//! Each operation has one path. So this file also sends puts and updates without a condition, and batches of reads
//! with eventual consistency, which modyne could send. modyne sends the other operations of patterns: gets, deletes,
//! queries, scans, batches of writes, and transactions of reads. The files that create and describe the table itself
//! (`definition.rs`, `lifecycle.rs`, `indexes.rs`, `facts.rs`) use the SDK, because modyne has no such operations.

use std::collections::HashMap;

use aws_sdk_dynamodb::operation::batch_get_item::builders::BatchGetItemFluentBuilder;
use aws_sdk_dynamodb::operation::put_item::builders::PutItemFluentBuilder;
use aws_sdk_dynamodb::operation::transact_write_items::builders::TransactWriteItemsFluentBuilder;
use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::types::{
    AttributeValue, ConditionCheck, Delete, KeysAndAttributes, Put, ReturnConsumedCapacity, ReturnValue,
    ReturnValuesOnConditionCheckFailure, TransactWriteItem, Update,
};

use crate::changes::Changes;
use crate::condition::Condition;
use crate::item::Item;
use crate::key::Primary;
use crate::table::Table;
use crate::transact::Operation;

/// The item that makes a condition false explains the refusal.
const EXPLAINED: ReturnValuesOnConditionCheckFailure = ReturnValuesOnConditionCheckFailure::AllOld;

/// What modyne asks for too. It includes the capacity of indexes.
const CAPACITY: ReturnConsumedCapacity = ReturnConsumedCapacity::Total;

impl Table {
    /// A put of one item.
    pub(crate) fn put_item(&self, item: Item, condition: Option<&Condition>) -> PutItemFluentBuilder {
        let request = self.client().put_item().table_name(self.name()).set_item(Some(item));
        let request = request.return_consumed_capacity(CAPACITY);
        match condition {
            Some(condition) => request
                .condition_expression(condition.expression())
                .set_expression_attribute_names(given(condition.names()))
                .set_expression_attribute_values(given(condition.values()))
                .return_values_on_condition_check_failure(EXPLAINED),
            None => request,
        }
    }

    /// An update of one item, which returns the new item if `returns_new`.
    pub(crate) fn update_item(
        &self,
        key: &Primary,
        changes: &Changes,
        condition: Option<&Condition>,
        returns_new: bool,
    ) -> UpdateItemFluentBuilder {
        let (names, values) = placeholders(changes, condition);
        self.client()
            .update_item()
            .table_name(self.name())
            .set_key(Some(self.design().key_attributes.item(key)))
            .update_expression(changes.expression())
            .set_condition_expression(condition.map(Condition::expression))
            .set_expression_attribute_names(names)
            .set_expression_attribute_values(values)
            .set_return_values_on_condition_check_failure(condition.map(|_| EXPLAINED))
            .return_values(if returns_new { ReturnValue::AllNew } else { ReturnValue::None })
            .return_consumed_capacity(CAPACITY)
    }

    /// A transaction of these writes, with a token of its own. All repeats have this token, so that the table applies
    /// the transaction once within ten minutes.
    pub(crate) fn transact_write_items(&self, writes: Vec<TransactWriteItem>) -> TransactWriteItemsFluentBuilder {
        self.client()
            .transact_write_items()
            .set_transact_items(Some(writes))
            .client_request_token(self.ids().token().to_string())
            .return_consumed_capacity(CAPACITY)
    }

    /// A batch of reads of these keys.
    pub(crate) fn batch_get_item(&self, keys: Vec<Item>, consistent: bool) -> BatchGetItemFluentBuilder {
        let wanted = KeysAndAttributes::builder()
            .set_keys(Some(keys))
            .consistent_read(consistent)
            .build()
            .expect("the keys are set, and nothing else is required");
        self.client().batch_get_item().request_items(self.name(), wanted).return_consumed_capacity(CAPACITY)
    }
}

impl Operation {
    /// The part of a transaction on this table.
    pub(crate) fn request(self, table: &Table) -> TransactWriteItem {
        const COMPLETE: &str = "every required part is set";
        let (name, part) = (table.name(), TransactWriteItem::builder());
        let item = |key| Some(table.design().key_attributes.item(key));
        let explained = |condition: Option<&Condition>| condition.map(|_| EXPLAINED);
        let names = |condition: Option<&Condition>| condition.and_then(|condition| given(condition.names()));
        let values = |condition: Option<&Condition>| condition.and_then(|condition| given(condition.values()));
        let part = match self {
            Self::Put(put, condition) => {
                let condition = condition.as_ref();
                let put = Put::builder().table_name(name).set_item(Some(put));
                let put = put.set_condition_expression(condition.map(Condition::expression));
                let put = put.set_expression_attribute_names(names(condition));
                let put = put.set_expression_attribute_values(values(condition));
                let put = put.set_return_values_on_condition_check_failure(explained(condition));
                part.put(put.build().expect(COMPLETE))
            }
            Self::Update(key, changes, condition) => {
                let condition = condition.as_ref();
                let (names, values) = placeholders(&changes, condition);
                let update = Update::builder().table_name(name).set_key(item(&key));
                let update = update.update_expression(changes.expression());
                let update = update.set_condition_expression(condition.map(Condition::expression));
                let update = update.set_expression_attribute_names(names).set_expression_attribute_values(values);
                let update = update.set_return_values_on_condition_check_failure(explained(condition));
                part.update(update.build().expect(COMPLETE))
            }
            Self::Delete(key, condition) => {
                let condition = condition.as_ref();
                let delete = Delete::builder().table_name(name).set_key(item(&key));
                let delete = delete.set_condition_expression(condition.map(Condition::expression));
                let delete = delete.set_expression_attribute_names(names(condition));
                let delete = delete.set_expression_attribute_values(values(condition));
                let delete = delete.set_return_values_on_condition_check_failure(explained(condition));
                part.delete(delete.build().expect(COMPLETE))
            }
            Self::Check(key, condition) => {
                let check = ConditionCheck::builder().table_name(name).set_key(item(&key));
                let check = check.condition_expression(condition.expression());
                let check = check.set_expression_attribute_names(names(Some(&condition)));
                let check = check.set_expression_attribute_values(values(Some(&condition)));
                let check = check.return_values_on_condition_check_failure(EXPLAINED);
                part.condition_check(check.build().expect(COMPLETE))
            }
        };
        part.build()
    }
}

/// The pairs as the SDK takes them, which sends no empty map.
fn given<T>(pairs: impl Iterator<Item = (String, T)>) -> Option<HashMap<String, T>> {
    let pairs: HashMap<String, T> = pairs.collect();
    (!pairs.is_empty()).then_some(pairs)
}

type Placeholders = (Option<HashMap<String, String>>, Option<HashMap<String, AttributeValue>>);

/// The names and the values of an update and its condition.
fn placeholders(changes: &Changes, condition: Option<&Condition>) -> Placeholders {
    let names = changes.names().chain(condition.into_iter().flat_map(Condition::names));
    let values = changes.values().chain(condition.into_iter().flat_map(Condition::values));
    (given(names), given(values))
}
