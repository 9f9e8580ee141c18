//! Writes of one item: put, update and delete, each safe to repeat.

use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::AttributeValue;
use modyne::model;

use crate::attributes::WRITE_ID;
use crate::call::{Call, SendError};
use crate::changes::Changes;
use crate::condition::Condition;
use crate::error::StoreError;
use crate::item::{FromItem, Item};
use crate::key::Primary;
use crate::refused;
use crate::size::item_bytes;

/// A write was not applied because a condition was false.
#[derive(Debug)]
pub struct Refused {
    pattern: &'static str,
    /// The name of the action in its transaction; empty for a single write.
    pub action: &'static str,
    old: OldItem,
}

/// Not printed by `Debug`, because it is a whole item.
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

    /// Whether no item has the key.
    #[must_use]
    pub fn missing(&self) -> bool {
        self.old.0.is_none()
    }

    /// The item with the key, decoded; `None` if there is none.
    pub fn current<T: FromItem>(&self) -> Result<Option<T>, StoreError> {
        self.old.0.clone().map(T::from_item).transpose().map_err(|corrupt| corrupt.read_by(self.pattern))
    }

    /// The item with the key, for conditions that can only be false for an existing item.
    pub fn present<T: FromItem>(&self) -> Result<T, StoreError> {
        self.current()?.ok_or_else(|| self.unexplained())
    }

    /// The error of a refusal that no condition of the write explains.
    #[must_use]
    pub fn unexplained(&self) -> StoreError {
        unexplained(self.pattern)
    }
}

pub(crate) fn unexplained(pattern: &'static str) -> StoreError {
    StoreError::Rejected {
        pattern,
        source: "a write was refused, but all of its conditions hold; look for another writer of this item".into(),
    }
}

impl Call<'_> {
    /// Like [`Call::update`], and returns the new item.
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

    /// Writes one whole item.
    pub async fn put(self, mut item: Item, condition: Option<Condition>) -> Result<Result<(), Refused>, StoreError> {
        let write_id = self.write_id();
        let new = item_bytes(&item);
        // Without a condition, the last write wins, and a repeat is not recognised.
        if condition.is_some() {
            item.insert(WRITE_ID.to_owned(), write_id.clone());
        }
        match self.send(|| self.table.put_item(item.clone(), condition.as_ref()).send()).await {
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

    /// Changes fields of one item, and creates it if it is missing, unless a condition prevents that. Returns the new
    /// item if `returns_new`.
    ///
    /// A repeat is recognised unless another single write came between the attempts. Then a change that adds may count
    /// twice. Numbers that must be exact are added in a transaction, whose token prevents this.
    pub async fn update(
        self,
        key: Primary,
        changes: Changes,
        condition: Option<Condition>,
        returns_new: bool,
    ) -> Result<Result<Option<Item>, Refused>, StoreError> {
        let write_id = self.write_id();
        // A condition such as "exists" is also true for a repeat, so a change that adds needs a stricter one.
        let condition =
            if changes.accumulate() { Some(Condition::unless_written_by(condition, &write_id)) } else { condition };
        let new = changes.bytes();
        let changes = if condition.is_some() { changes.marked(write_id.clone()) } else { changes };
        let attempt = || self.table.update_item(&key, &changes, condition.as_ref(), returns_new).send();
        match self.send(attempt).await {
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

    /// Removes one item, if it exists. It takes no condition, because a repeat could not know which delete removed the
    /// item.
    pub async fn delete(self, key: Primary) -> Result<(), StoreError> {
        let delete = || model::Delete::new(self.key_attributes().item(&key));
        let output = self.ask(|| delete().execute(self.table)).await?;
        self.has_written(output.consumed_capacity());
        Ok(())
    }

    fn write_id(&self) -> AttributeValue {
        AttributeValue::S(self.table.ids().token().to_string())
    }

    /// Whether the refusal is by this write's own first attempt. If it is, returns the item that the attempt wrote.
    fn settle(&self, old: Option<Item>, write_id: &AttributeValue) -> Result<Item, Refused> {
        match old {
            Some(item) if item.get(WRITE_ID) == Some(write_id) => Ok(item),
            old => Err(Refused::new(self.id(), "", old)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_does_not_print_the_old_item() {
        let printed = |old| format!("{:?}", Refused::new("T-03", "", old));
        assert_eq!(printed(Some(Item::new())), r#"Refused { pattern: "T-03", action: "", old: <an item> }"#);
        assert_eq!(printed(None), r#"Refused { pattern: "T-03", action: "", old: <none> }"#);
    }
}
