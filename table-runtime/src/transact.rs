//! Transactions: several writes that all happen or none, or several reads of one moment. Each write has a name, for the
//! case that its condition is false.

use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use modyne::model::{Get, TransactGet};

use crate::batch::FoundItems;
use crate::call::{Call, SendError};
use crate::changes::Changes;
use crate::condition::Condition;
use crate::error::{Fault, StoreError};
use crate::item::Item;
use crate::key::Primary;
use crate::refused;
use crate::size::item_bytes;
use crate::write::{Refused, unexplained};

/// The largest number of writes or reads in one transaction.
const MAX_ITEMS: usize = 100;

/// The actions of a transaction, in order. No two may write the same item.
#[derive(Default)]
#[must_use]
pub struct Transaction {
    actions: Vec<Action>,
}

struct Action {
    name: &'static str,
    operation: Operation,
}

/// One write of a transaction.
pub(crate) enum Operation {
    Put(Item, Option<Condition>),
    Update(Primary, Box<Changes>, Option<Condition>),
    Delete(Primary, Option<Condition>),
    Check(Primary, Condition),
}

impl Transaction {
    /// A transaction without actions.
    pub fn new() -> Self {
        Self::default()
    }

    /// Writes a whole item.
    pub fn put(self, name: &'static str, item: Item, condition: Option<Condition>) -> Self {
        self.with(name, Operation::Put(item, condition))
    }

    /// Changes fields of an item.
    pub fn update(self, name: &'static str, key: Primary, changes: Changes, condition: Option<Condition>) -> Self {
        self.with(name, Operation::Update(key, Box::new(changes), condition))
    }

    /// Removes an item.
    pub fn delete(self, name: &'static str, key: Primary, condition: Option<Condition>) -> Self {
        self.with(name, Operation::Delete(key, condition))
    }

    /// Only checks a condition on an item.
    pub fn check(self, name: &'static str, key: Primary, condition: Condition) -> Self {
        self.with(name, Operation::Check(key, condition))
    }

    fn with(mut self, name: &'static str, operation: Operation) -> Self {
        self.actions.push(Action { name, operation });
        self
    }
}

impl Call<'_> {
    /// Applies all actions or none. If conditions are false, returns the first such action in order.
    pub async fn transact(self, transaction: Transaction) -> Result<Result<(), Refused>, StoreError> {
        let names: Vec<&'static str> = transaction.actions.iter().map(|action| action.name).collect();
        if names.is_empty() {
            return Ok(Ok(()));
        }
        self.fits_one_transaction(names.len(), "actions")?;
        let new: Vec<usize> = transaction.actions.iter().map(|action| action.operation.bytes()).collect();
        let writes = transaction.actions.into_iter().map(|action| action.operation.request(self.table)).collect();
        let request = self.table.transact_write_items(writes);
        // A copy keeps the order of names and values: the table refuses a token with another request.
        match self.send(|| request.clone().send()).await {
            Ok(output) => {
                self.has_written(output.consumed_capacity());
                Ok(Ok(()))
            }
            Err(SendError::Failed(error)) => Err(error),
            Err(SendError::Refused(error)) => {
                self.was_refused(refused::transaction(sizes(&error, &new)));
                self.first_refusal(error, &names).map(Err)
            }
        }
    }

    /// Reads items by their keys, all of them as of one moment. A key that occurs twice is read once.
    ///
    /// A write of one of the items at the same time cancels the transaction; it is repeated like a throttled request.
    pub async fn read_transaction(self, keys: Vec<Primary>) -> Result<FoundItems, StoreError> {
        let keys = self.read_keys(keys);
        if keys.unique.is_empty() {
            return Ok(FoundItems::new(&self, &keys, []));
        }
        self.fits_one_transaction(keys.unique.len(), "items")?;
        let read = keys.unique.iter().cloned().map(Get::new).fold(TransactGet::new(), TransactGet::operation);
        let output = self.ask(|| read.clone().execute(self.table)).await?;
        self.has_read(output.consumed_capacity());
        let responses = output.responses.unwrap_or_default();
        Ok(FoundItems::new(&self, &keys, responses.into_iter().filter_map(|response| response.item)))
    }

    /// An error if the table would refuse a transaction of so many actions or items.
    fn fits_one_transaction(&self, number: usize, of: &str) -> Result<(), StoreError> {
        if number <= MAX_ITEMS {
            return Ok(());
        }
        let fault = Fault(format!("the transaction has {number} {of}; the limit is {MAX_ITEMS}"));
        Err(StoreError::Rejected { pattern: self.id(), source: Box::new(fault) })
    }

    fn first_refusal(&self, error: TransactWriteItemsError, names: &[&'static str]) -> Result<Refused, StoreError> {
        let reasons = match error {
            TransactWriteItemsError::TransactionCanceledException(cancelled) => cancelled.cancellation_reasons,
            _ => None,
        };
        let mut refusals = reasons.unwrap_or_default().into_iter().zip(names);
        match refusals.find(|(reason, _)| reason.code() == Some("ConditionalCheckFailed")) {
            Some((reason, name)) => {
                // Some engines send an absent item as an empty one.
                let old = reason.item.filter(|item| !item.is_empty());
                Ok(Refused::new(self.id(), name, old))
            }
            None => Err(unexplained(self.id())),
        }
    }
}

/// For each action, the size of the existing item, if the refusal contains it, and of the new item.
fn sizes(error: &TransactWriteItemsError, new: &[usize]) -> Vec<(usize, usize)> {
    let reasons = match error {
        TransactWriteItemsError::TransactionCanceledException(cancelled) => cancelled.cancellation_reasons(),
        _ => &[],
    };
    let existing = |at: usize| reasons.get(at)?.item().map(item_bytes);
    new.iter().enumerate().map(|(at, new)| (existing(at).unwrap_or_default(), *new)).collect()
}

impl Operation {
    /// The size of the new item in bytes, as far as it is known.
    fn bytes(&self) -> usize {
        match self {
            Self::Put(item, _) => item_bytes(item),
            Self::Update(_, changes, _) => changes.bytes(),
            Self::Delete(..) | Self::Check(..) => 0,
        }
    }
}
