//! Checks whether the table responds, with one read of an item that never exists.

use crate::error::StoreError;
use crate::key::{ItemKey, Primary};
use crate::registry::{Cost, Operation, Pattern};
use crate::table::Table;

impl Table {
    /// Reads one item that never exists, for half a read unit.
    ///
    /// # Errors
    /// [`StoreError::TableMissing`], or the reason why there is no response.
    pub async fn ping(&self) -> Result<(), StoreError> {
        // No session has this id, and the function that reports the service's health may read sessions.
        let nowhere = Primary { hash: "SESSION#PING".to_owned(), range: "PING".to_owned() };
        self.call(&PING).get::<ItemKey>(nowhere, false).await.map(|_| ())
    }
}

/// Not from the documents, because it belongs to no entity.
static PING: Pattern = Pattern {
    id: "ping",
    name: "ping",
    title: "Does the table respond?",
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
