//! The operations of patterns that are sent with the SDK, because modyne 0.3.1 cannot send some of their requests:
//!
//! - a put or an update of one item that returns the existing item when its condition is false. A repeat recognises its
//!   own first attempt by that item, and a refusal is explained by it. modyne asks for the item only in a transaction.
//!   So these requests are built from its operations for transactions, its only public way to the types of the SDK.
//! - a transaction whose repeats are equal. The table applies a token once, and refuses it with other contents. modyne
//!   builds the request at each attempt, with the names of its expressions in another order.
//! - a batch of reads with strong consistency, which modyne's `BatchGet` does not have.
//!
//! Each operation has one path. So this file also sends puts and updates without a condition, and batches of reads
//! with eventual consistency, which modyne could send. modyne sends the other operations of patterns: gets, deletes,
//! queries, scans, batches of writes, and transactions of reads. The files that create and describe the table itself
//! (`definition.rs`, `lifecycle.rs`, `indexes.rs`, `facts.rs`) use the SDK, because modyne has no such operations.

use aws_sdk_dynamodb::operation::batch_get_item::builders::BatchGetItemFluentBuilder;
use aws_sdk_dynamodb::operation::put_item::builders::PutItemFluentBuilder;
use aws_sdk_dynamodb::operation::transact_write_items::builders::TransactWriteItemsFluentBuilder;
use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::types::{KeysAndAttributes, ReturnConsumedCapacity, ReturnValue, TransactWriteItem};
use modyne::model::{PutTransact, UpdateTransact};

use crate::item::Item;
use crate::table::Table;

/// What modyne asks for too. It includes the capacity of indexes.
const CAPACITY: ReturnConsumedCapacity = ReturnConsumedCapacity::Total;

impl Table {
    /// A put of one item.
    pub(crate) fn put_item(&self, put: PutTransact) -> PutItemFluentBuilder {
        let put = put.build(self);
        self.client()
            .put_item()
            .table_name(put.table_name)
            .set_item(Some(put.item))
            .set_condition_expression(put.condition_expression)
            .set_expression_attribute_names(put.expression_attribute_names)
            .set_expression_attribute_values(put.expression_attribute_values)
            .set_return_values_on_condition_check_failure(put.return_values_on_condition_check_failure)
            .return_consumed_capacity(CAPACITY)
    }

    /// An update of one item, which returns the new item if `returns_new`.
    pub(crate) fn update_item(&self, update: UpdateTransact, returns_new: bool) -> UpdateItemFluentBuilder {
        let update = update.build(self);
        self.client()
            .update_item()
            .table_name(update.table_name)
            .set_key(Some(update.key))
            .update_expression(update.update_expression)
            .set_condition_expression(update.condition_expression)
            .set_expression_attribute_names(update.expression_attribute_names)
            .set_expression_attribute_values(update.expression_attribute_values)
            .set_return_values_on_condition_check_failure(update.return_values_on_condition_check_failure)
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
