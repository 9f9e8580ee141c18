//! Writes of one item: put, update and delete, each safe to repeat.

use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnConsumedCapacity, ReturnValue};
use modyne::expr::Condition;
use modyne::keys::PrimaryKey as _;
use modyne::model;

use crate::call::{Call, SendError};
use crate::changes::Changes;
use crate::error::StoreError;
use crate::item::{FromItem, Item};
use crate::key::Primary;
use crate::refused;
use crate::size::item_bytes;

/// The attribute that says which write an item is from.
///
/// An answer can be lost after the write was applied. Its repeat then meets the item it wrote itself, and its
/// condition is false for that reason alone. So a conditional write stores a fresh id here, and a refusal by an item
/// that carries this id is a success.
const WRITE_ID: &str = "write_id";

/// A write was not applied because a condition was false.
#[derive(Debug)]
pub struct Refused {
    pattern: &'static str,
    /// The name of the action within its transaction; empty for a single write.
    pub action: &'static str,
    old: OldItem,
}

/// Kept out of `Debug`: it is a whole item.
struct OldItem(Option<Item>);

impl std::fmt::Debug for OldItem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(if self.0.is_some() { "<an item>" } else { "<none>" })
    }
}

impl Refused {
    pub(crate) fn new(pattern: &'static str, action: &'static str, old: Option<Item>) -> Self {
        Self { pattern, action, old: OldItem(old) }
    }

    /// Whether there was no item under the key.
    #[must_use]
    pub fn missing(&self) -> bool {
        self.old.0.is_none()
    }

    /// The item under the key, decoded; `None` when there is none.
    pub fn current<T: FromItem>(&self) -> Result<Option<T>, StoreError> {
        self.old.0.clone().map(T::from_item).transpose().map_err(|corrupt| corrupt.read_by(self.pattern))
    }

    /// The item under the key, where the condition cannot be false without one.
    pub fn present<T: FromItem>(&self) -> Result<T, StoreError> {
        self.current()?.ok_or_else(|| self.unexplained())
    }

    /// A refusal that none of the write's conditions explains.
    #[must_use]
    pub fn unexplained(&self) -> StoreError {
        unexplained(self.pattern)
    }
}

pub(crate) fn unexplained(pattern: &'static str) -> StoreError {
    StoreError::Rejected { pattern, source: "a write was refused, and no condition of it explains why".into() }
}

impl Call<'_> {
    /// As [`Call::update`], and the item as it is afterwards.
    pub async fn update_returning<T: FromItem>(
        self,
        key: Primary,
        changes: Changes,
        condition: Option<Condition>,
    ) -> Result<Result<T, Refused>, StoreError> {
        let pattern = self.id();
        match self.update(key, changes, condition, true).await? {
            Ok(Some(item)) => Ok(Ok(T::from_item(item).map_err(|corrupt| corrupt.read_by(pattern))?)),
            Ok(None) => Err(unexplained(pattern)),
            Err(refused) => Ok(Err(refused)),
        }
    }

    /// Writes one item whole.
    pub async fn put(self, mut item: Item, condition: Option<Condition>) -> Result<Result<(), Refused>, StoreError> {
        let write_id = self.write_id();
        let new = item_bytes(&item);
        let put = match condition {
            Some(condition) => {
                item.insert(WRITE_ID.to_owned(), write_id.clone());
                model::Put::new(item).condition(condition).transact_with_return_on_fail()
            }
            // Whoever writes last wins, also when it is a repeat: there is nothing to recognise.
            None => model::Put::new(item).transact(),
        };
        let put = put.build(self.table);
        let request = self
            .table
            .client()
            .put_item()
            .table_name(put.table_name)
            .set_item(Some(put.item))
            .set_condition_expression(put.condition_expression)
            .set_expression_attribute_names(put.expression_attribute_names)
            .set_expression_attribute_values(put.expression_attribute_values)
            .set_return_values_on_condition_check_failure(put.return_values_on_condition_check_failure)
            .return_consumed_capacity(ReturnConsumedCapacity::Indexes);
        match self.send(|| request.clone().send()).await {
            Ok(output) => {
                self.has_written(output.consumed_capacity());
                Ok(Ok(()))
            }
            Err(SendError::Failed(error)) => Err(error),
            Err(SendError::Refused(PutItemError::ConditionalCheckFailedException(refusal))) => {
                self.was_refused(refused::write(refusal.item.as_ref().map_or(0, item_bytes), new));
                Ok(self.settle(refusal.item, &write_id).map(|_| ()))
            }
            Err(SendError::Refused(_)) => Err(unexplained(self.id())),
        }
    }

    /// Changes fields of one item, and creates it when there is none and no condition says otherwise. Returns the
    /// item as it is afterwards when `returns_new`, else nothing.
    ///
    /// A repeat is recognised as long as no other single write came in between. If one did, a change that adds may
    /// count twice; what must be exact is added in a transaction, whose token rules that out.
    pub async fn update(
        self,
        key: Primary,
        changes: Changes,
        condition: Option<Condition>,
        returns_new: bool,
    ) -> Result<Result<Option<Item>, Refused>, StoreError> {
        let write_id = self.write_id();
        // A condition such as "exists" is still true for a repeat, so what adds up needs one that is not.
        let condition = if changes.accumulate() { Some(unless_written_by(condition, &write_id)) } else { condition };
        let marked = condition.is_some();
        let new = changes.bytes();
        let mut update = changes.into_update();
        if marked {
            mark(&mut update, &write_id);
        }
        let update = model::Update::new(key.into_key()).expression(update);
        let update = match condition {
            Some(condition) => update.condition(condition).transact_with_return_on_fail(),
            None => update.transact(),
        };
        let update = update.build(self.table);
        let request = self
            .table
            .client()
            .update_item()
            .table_name(update.table_name)
            .set_key(Some(update.key))
            .update_expression(update.update_expression)
            .set_condition_expression(update.condition_expression)
            .set_expression_attribute_names(update.expression_attribute_names)
            .set_expression_attribute_values(update.expression_attribute_values)
            .set_return_values_on_condition_check_failure(update.return_values_on_condition_check_failure)
            .return_values(if returns_new { ReturnValue::AllNew } else { ReturnValue::None })
            .return_consumed_capacity(ReturnConsumedCapacity::Indexes);
        match self.send(|| request.clone().send()).await {
            Ok(output) => {
                self.has_written(output.consumed_capacity());
                Ok(Ok(output.attributes))
            }
            Err(SendError::Failed(error)) => Err(error),
            Err(SendError::Refused(UpdateItemError::ConditionalCheckFailedException(refusal))) => {
                self.was_refused(refused::write(refusal.item.as_ref().map_or(0, item_bytes), new));
                Ok(self.settle(refusal.item, &write_id).map(|item| returns_new.then_some(item)))
            }
            Err(SendError::Refused(_)) => Err(unexplained(self.id())),
        }
    }

    /// Removes one item, if it is there. Without a condition, since a repeat could not tell whose delete it met.
    pub async fn delete(self, key: Primary) -> Result<(), StoreError> {
        let request = self
            .table
            .client()
            .delete_item()
            .table_name(self.table.name())
            .set_key(Some(key.into_key()))
            .return_consumed_capacity(ReturnConsumedCapacity::Indexes);
        let output = self.ask(|| request.clone().send()).await?;
        self.has_written(output.consumed_capacity());
        Ok(())
    }

    fn write_id(&self) -> AttributeValue {
        AttributeValue::S(self.table.ids().token().to_string())
    }

    /// Whether a refusal was by our own write, which then had been applied; if so, the item it wrote.
    fn settle(&self, old: Option<Item>, write_id: &AttributeValue) -> Result<Item, Refused> {
        match old {
            Some(item) if item.get(WRITE_ID) == Some(write_id) => Ok(item),
            old => Err(Refused::new(self.id(), "", old)),
        }
    }
}

/// Makes the update store the id of this write. The expression of an update that only adds or removes has no `SET`.
fn mark(update: &mut modyne::expr::Update, write_id: &AttributeValue) {
    const ASSIGNMENT: &str = "#upd_write_id = :upd_write_id";
    update.expression = match update.expression.strip_prefix("SET ") {
        Some(rest) => format!("SET {ASSIGNMENT}, {rest}"),
        None => format!("SET {ASSIGNMENT} {}", update.expression),
    };
    update.names.push(("#upd_write_id".to_owned(), WRITE_ID.to_owned()));
    update.sensitive_values.push((":upd_write_id".to_owned(), write_id.clone()));
}

/// The condition, and that the item is not from this very write.
fn unless_written_by(condition: Option<Condition>, write_id: &AttributeValue) -> Condition {
    const OTHER: &str = "(attribute_not_exists(#cnd_write_id) OR #cnd_write_id <> :cnd_write_id)";
    let mut condition = match condition {
        Some(condition) => Condition { expression: format!("({}) AND {OTHER}", condition.expression), ..condition },
        None => Condition { expression: OTHER.to_owned(), ..Condition::new("") },
    };
    condition.names.push(("#cnd_write_id".to_owned(), WRITE_ID.to_owned()));
    condition.sensitive_values.push((":cnd_write_id".to_owned(), write_id.clone()));
    condition
}
