//! Whether the table answers: one read of an item that is never there.

use crate::error::StoreError;
use crate::key::{ItemKey, Primary};
use crate::registry::{Cost, Operation, Pattern};
use crate::table::Table;

impl Table {
    /// Asks for one item that is never there: whether the table answers, for half a read unit.
    ///
    /// # Errors
    /// [`StoreError::TableMissing`], or why it does not answer.
    pub async fn ping(&self) -> Result<(), StoreError> {
        // No session is called so, and a function that answers for the service's health may read sessions.
        let nowhere = Primary { hash: "SESSION#PING".to_owned(), range: "PING".to_owned() };
        self.call(&PING).get::<ItemKey>(nowhere, false).await.map(|_| ())
    }
}

/// Not from the documents: it asks nothing about them.
static PING: Pattern = Pattern {
    id: "ping",
    name: "ping",
    title: "Does the table answer?",
    operation: Operation::Get,
    entities: &[],
    fields: &[],
    index: None,
    arguments: &[],
    cost: Cost { fixture: "any table", requests: 1.0, rcu: 0.5, wcu: 0.0 },
    tool: false,
    callers: &[],
    partiql: &[],
    example: "",
    page: None,
    shards: None,
    first: None,
    first_max: None,
    total: &[],
    actions: &["dynamodb:GetItem"],
    doc: "A health check asks for one key that is never written.",
};
