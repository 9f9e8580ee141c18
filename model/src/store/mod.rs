//! The store: a client, a table's name, a clock, a source of ids and a cursor key. Generated functions call it.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::config::timeout::TimeoutConfig;

use crate::code_cache::{CodeCache, DEFAULT_CODE_CACHE_MIB};
use crate::key::Primary;
use crate::registry::{Cost, Operation, Pattern};
use crate::{Clock, Ids, ItemKey, MessageTtl};

pub(crate) mod batch;
pub(crate) mod call;
pub(crate) mod changes;
pub(crate) mod counter;
mod cursor;
mod definition;
mod endpoint;
mod error;
mod facts;
mod failure;
pub(crate) mod history;
pub(crate) mod item;
mod meter;
mod query;
mod reached;
mod refused;
pub(crate) mod reindex;
mod scan;
pub(crate) mod shards;
pub(crate) mod size;
mod sorted;
mod stored;
mod table;
pub(crate) mod transact;
mod unreadable;
mod update;
pub(crate) mod wire;
pub(crate) mod write;

#[cfg(test)]
mod tests;

pub use cursor::{CursorError, CursorKey};
pub use endpoint::{AwsSettings, Endpoint, split_access_key, without_access_key};
pub use error::{BoxError, StoreError};
pub use facts::{TableDescription, TableFacts, defined_table};
pub use meter::{CallCost, Meter, Total};
pub use query::{FirstItems, Order, Page, PageRequest};
pub use reached::Reached;
pub use scan::{ScanPage, ScanPosition};
pub(crate) use sorted::Sorted;
pub use stored::StoredItem;
pub use table::{OtherFact, Protection, TableError};
pub(crate) use unreadable::readable;
pub use unreadable::{Unreadable, UnreadableItem};
pub use update::{IndexProgress, TableUpdate};
pub use wire::{Traffic, WireRequest};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);
/// One attempt; there are up to three more.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(10);

/// The table, ready to be asked. Clones share one connection pool.
#[derive(Clone)]
pub struct Store {
    shared: Arc<Shared>,
    clock: Clock,
    ids: Ids,
    meter: Option<Meter>,
    observer: Option<reached::Observer>,
    unreadable: Option<Unreadable>,
    /// Until when calls are repeated, rather than a few times.
    until: Option<Instant>,
    /// How long new messages live.
    pub(crate) message_ttl: MessageTtl,
    code_cache: CodeCache,
}

struct Shared {
    client: Client,
    table: String,
    cursor_key: CursorKey,
}

/// What a store needs.
#[derive(Clone, Debug)]
pub struct StoreConfig {
    /// The table's name.
    pub table: String,
    /// Where the table is.
    pub endpoint: Endpoint,
    /// What cursors are sealed with. The same for all processes that serve one table.
    pub cursor_key: CursorKey,
    /// What time it is.
    pub clock: Clock,
    /// Where ids come from.
    pub ids: Ids,
}

impl Store {
    /// Prepares a store. Nothing is sent yet: whether the table answers, [`Store::ping`] says.
    pub async fn connect(config: StoreConfig) -> Self {
        let sdk = config.endpoint.configuration().await;
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(CONNECT_TIMEOUT)
            .operation_attempt_timeout(ATTEMPT_TIMEOUT)
            .build();
        // The SDK would repeat conditional writes without knowing their own traces; our repeats do.
        let sdk = sdk.retry_config(RetryConfig::disabled()).timeout_config(timeouts).build();
        let StoreConfig { table, cursor_key, clock, ids, .. } = config;
        let shared = Shared { client: Client::from_conf(sdk), table, cursor_key };
        Self {
            shared: Arc::new(shared),
            clock,
            ids,
            meter: None,
            observer: None,
            until: None,
            unreadable: None,
            message_ttl: MessageTtl::default(),
            code_cache: CodeCache::of_mib(DEFAULT_CODE_CACHE_MIB),
        }
    }

    /// The same table at another time and with ids of another source: for data that was made up, and is to have the times and
    /// ids that it was made up with.
    #[must_use]
    pub fn at(&self, clock: Clock, ids: Ids) -> Self {
        Self { clock, ids, ..self.clone() }
    }

    /// The same store, with every call's cost added to this meter.
    #[must_use]
    pub fn metered(&self, meter: Meter) -> Self {
        Self { meter: Some(meter), ..self.clone() }
    }

    /// The same store, whose lists leave out the items that do not decode, and add them to this collection. Without one such
    /// an item is an error.
    #[must_use]
    pub fn without_unreadable(&self, unreadable: &Unreadable) -> Self {
        Self { unreadable: Some(unreadable.clone()), ..self.clone() }
    }

    /// The same store, whose calls are repeated until then while the table fails or is busy: for what must not be lost. A
    /// transaction keeps one token for all its repeats, so the time must be well under the ten minutes that a token lasts.
    #[must_use]
    pub fn until(&self, then: Instant) -> Self {
        Self { until: Some(then), ..self.clone() }
    }

    /// The same store, whose new messages live so long.
    #[must_use]
    pub fn with_message_ttl(&self, message_ttl: MessageTtl) -> Self {
        Self { message_ttl, ..self.clone() }
    }

    /// The same store, which keeps at most so many MiB of code in memory instead of [`DEFAULT_CODE_CACHE_MIB`]; none for 0.
    #[must_use]
    pub fn with_code_cache(&self, mib: u16) -> Self {
        Self { code_cache: CodeCache::of_mib(mib), ..self.clone() }
    }

    pub(crate) fn code_cache(&self) -> &CodeCache {
        &self.code_cache
    }

    /// The clock that was passed in.
    #[must_use]
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// The source of ids that was passed in.
    #[must_use]
    pub fn ids(&self) -> &Ids {
        &self.ids
    }

    /// The table's name.
    #[must_use]
    pub fn table(&self) -> &str {
        &self.shared.table
    }

    /// Asks for one item that is never there: whether the table answers, for half a read unit.
    ///
    /// # Errors
    /// [`StoreError::TableMissing`], or why it does not answer.
    pub async fn ping(&self) -> Result<(), StoreError> {
        // No session is called so, and a function that answers for the service's health may read sessions.
        let nowhere = Primary { hash: "SESSION#PING".to_owned(), range: "PING".to_owned() };
        self.call(&PING).get::<ItemKey>(nowhere, false).await.map(|_| ())
    }

    /// Begins a call of this pattern.
    pub(crate) fn call(&self, pattern: &'static Pattern) -> call::Call<'_> {
        if let Some(observer) = &self.observer {
            observer.tell(Reached::Pattern(pattern.id));
        }
        call::Call::new(self, pattern)
    }

    fn client(&self) -> &Client {
        &self.shared.client
    }

    fn cursor_key(&self) -> &CursorKey {
        &self.shared.cursor_key
    }
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Store({})", self.shared.table)
    }
}

/// How modyne's operations find the table. Not for use outside this crate.
#[doc(hidden)]
impl modyne::Table for Store {
    const ENTITY_TYPE_ATTRIBUTE: &'static str = item::ENTITY_ATTRIBUTE;
    type PrimaryKey = Primary;
    type IndexKeys = ();

    fn table_name(&self) -> &str {
        self.table()
    }

    fn client(&self) -> &Client {
        &self.shared.client
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
