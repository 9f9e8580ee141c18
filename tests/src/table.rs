//! `TestTable`: a store on its own table, with a clock that the test moves.

use std::ops::Deref;
use std::time::Duration;

use model::{Clock, CursorKey, Endpoint, Ids, Meter, Protection, Store, TableConfig, Timestamp};
use serde_json::Value;

use crate::watchdog::Watched;
use crate::{RawTable, engine};

/// The time at the start of a test: 1 January 2100, eight in the morning. It is far ahead of any real clock, so an
/// engine never considers an item expired before the test's clock does.
pub const MORNING: i64 = 4_102_473_600_000;

/// A store on an empty table of its own, which is deleted at the end. It has all functions of [`Store`]; the actions of
/// people are in [`crate::story`].
#[derive(Debug)]
pub struct TestTable {
    store: Store,
    endpoint: String,
    clock: Clock,
    ids: Ids,
    meter: Meter,
    raw: RawTable,
    _watched: Watched,
}

impl TestTable {
    /// A table with ids that differ in every run.
    pub async fn new() -> Self {
        Self::with(Ids::random()).await
    }

    /// A table with the same ids in every run.
    pub async fn seeded(seed: u64) -> Self {
        Self::with(Ids::seeded(seed)).await
    }

    /// A table that an earlier definition created: the current one in `CreateTable`'s JSON, changed by `change`.
    pub async fn with_earlier_definition(change: impl FnOnce(&mut Value)) -> Self {
        let table = Self::without_table(Ids::random()).await;
        table.create_with_earlier_definition(change).await;
        table
    }

    async fn with(ids: Ids) -> Self {
        let table = Self::without_table(ids).await;
        let is_updated = engine::tables_are_updated();
        if is_updated {
            table.create_with_earlier_definition(without_indexes).await;
            table.store.table().add_missing_indexes(|_| ()).await.expect("the engine adds the index");
        }
        let is_created = table.store.table().create_if_absent(Protection::Off).await;
        assert_eq!(is_created.expect("the engine makes a table"), !is_updated, "{} is new", table.store.table().name());
        table
    }

    async fn create_with_earlier_definition(&self, change: impl FnOnce(&mut Value)) {
        let mut definition = serde_json::from_str(include_str!("../../schema/generated/create-table.json"));
        let definition: &mut Value = definition.as_mut().expect("it is JSON");
        definition["DeletionProtectionEnabled"] = false.into();
        change(definition);
        self.raw.create_table(definition.take()).await;
    }

    async fn without_table(ids: Ids) -> Self {
        let endpoint = engine::endpoint().to_owned();
        // Not from `ids`: with a seed, two runs on one engine would get the same name.
        let name = format!("test-{}", Ids::random().token());
        let clock = Clock::fixed(Timestamp::from_millis(MORNING).expect("a time of this kind"));
        let meter = Meter::new();
        let store = connect(&name, &endpoint, &clock, &ids).await.metered(meter.clone());
        let raw = RawTable::at(&endpoint, &name);
        Self { store, endpoint, clock, ids, meter, raw, _watched: Watched::begin() }
    }

    /// The store.
    #[must_use]
    pub const fn store(&self) -> &Store {
        &self.store
    }

    /// Another store on the same table through this URL, with the same clock and ids.
    pub async fn store_through(&self, url: &str) -> Store {
        connect(self.store.table().name(), url, &self.clock, &self.ids).await
    }

    /// A store on a table that does not exist, with the clock of this one.
    pub async fn store_without_table(&self) -> Store {
        connect(&format!("{}-absent", self.store.table().name()), &self.endpoint, &self.clock, &self.ids).await
    }

    /// The endpoint of the table.
    #[must_use]
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// Direct access to the table, past the model.
    #[must_use]
    pub const fn raw(&self) -> &RawTable {
        &self.raw
    }

    /// The cost of the calls of this table's store.
    #[must_use]
    pub const fn meter(&self) -> &Meter {
        &self.meter
    }

    /// Moves the clock forward.
    pub fn advance(&self, by: Duration) {
        self.clock.advance(by);
    }
}

/// Changes a definition to the one before the index.
pub fn without_indexes(definition: &mut Value) {
    let definition = definition.as_object_mut().expect("a definition");
    definition.remove("GlobalSecondaryIndexes");
    let of_the_table = |attribute: &Value| attribute["AttributeName"] == "PK" || attribute["AttributeName"] == "SK";
    let attributes = definition["AttributeDefinitions"].as_array_mut().expect("attributes");
    attributes.retain(of_the_table);
}

async fn connect(table: &str, url: &str, clock: &Clock, ids: &Ids) -> Store {
    Store::connect(TableConfig {
        table: table.to_owned(),
        endpoint: Endpoint::url(url.to_owned()),
        cursor_key: CursorKey::from_secret("a secret of the tests"),
        clock: clock.clone(),
        ids: ids.clone(),
    })
    .await
}

impl Deref for TestTable {
    type Target = Store;

    fn deref(&self) -> &Store {
        &self.store
    }
}

impl Drop for TestTable {
    /// An engine that serves many runs would keep every table. This uses its own thread and client, because the test's
    /// runtime may be ending. A failing test does not panic twice.
    fn drop(&mut self) {
        let raw = RawTable::at(&self.endpoint, self.store.table().name());
        let delete = move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.expect("a runtime").block_on(raw.delete_table());
        };
        let deleted = std::thread::spawn(delete).join();
        assert!(deleted.is_ok() || std::thread::panicking(), "the table is deleted");
    }
}
