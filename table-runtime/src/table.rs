//! The table: a client, a name, a clock, a source of ids and a key for cursors. Every call of a pattern begins here.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::config::timeout::TimeoutConfig;

use crate::attributes::ENTITY_ATTRIBUTE;
use crate::cursor::CursorKey;
use crate::design::Design;
use crate::endpoint::Endpoint;
use crate::ids::Ids;
use crate::key::Primary;
use crate::meter::Meter;
use crate::observer::Observer;
use crate::time::Clock;
use crate::unreadable::Unreadable;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);
/// One attempt; there are up to three more.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(10);

/// The table, ready to be asked. Clones share one connection pool.
#[derive(Clone)]
pub struct Table {
    shared: Arc<Shared>,
    clock: Clock,
    ids: Ids,
    pub(crate) meter: Option<Meter>,
    pub(crate) observer: Option<Observer>,
    pub(crate) unreadable: Option<Unreadable>,
    /// Until when calls are repeated, rather than a few times.
    pub(crate) until: Option<Instant>,
}

struct Shared {
    client: Client,
    table: String,
    cursor_key: CursorKey,
    design: &'static Design,
}

/// The settings of a [`Table`].
#[derive(Clone, Debug)]
pub struct TableConfig {
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

impl Table {
    /// Prepares the table. Nothing is sent yet; [`Table::ping`] checks whether the table answers.
    pub async fn connect(config: TableConfig, design: &'static Design) -> Self {
        let sdk = config.endpoint.configuration().await;
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(CONNECT_TIMEOUT)
            .operation_attempt_timeout(ATTEMPT_TIMEOUT)
            .build();
        // The SDK would repeat conditional writes without knowing their own traces; our repeats do.
        let sdk = sdk.retry_config(RetryConfig::disabled()).timeout_config(timeouts).build();
        let TableConfig { table, cursor_key, clock, ids, .. } = config;
        let shared = Shared { client: Client::from_conf(sdk), table, cursor_key, design };
        Self { shared: Arc::new(shared), clock, ids, meter: None, observer: None, until: None, unreadable: None }
    }

    /// The same table at another time and with ids of another source: for data that was made up, and is to have the times and
    /// ids that it was made up with.
    #[must_use]
    pub fn at(&self, clock: Clock, ids: Ids) -> Self {
        Self { clock, ids, ..self.clone() }
    }

    /// The same table, with every call's cost added to this meter.
    #[must_use]
    pub fn metered(&self, meter: Meter) -> Self {
        Self { meter: Some(meter), ..self.clone() }
    }

    /// The same table, whose lists leave out the items that do not decode, and add them to this collection. Without one such
    /// an item is an error.
    #[must_use]
    pub fn without_unreadable(&self, unreadable: &Unreadable) -> Self {
        Self { unreadable: Some(unreadable.clone()), ..self.clone() }
    }

    /// The same table, whose calls are repeated until then while the table fails or is busy: for what must not be lost. A
    /// transaction keeps one token for all its repeats, so the time must be well under the ten minutes that a token lasts.
    #[must_use]
    pub fn until(&self, then: Instant) -> Self {
        Self { until: Some(then), ..self.clone() }
    }

    /// The same table, asked through another client.
    pub(crate) fn with_client(&self, client: Client) -> Self {
        let Shared { table, cursor_key, design, .. } = &*self.shared;
        let shared = Shared { client, table: table.clone(), cursor_key: cursor_key.clone(), design };
        Self { shared: Arc::new(shared), ..self.clone() }
    }

    /// The same table, with this observer of its calls.
    pub(crate) fn with_observer(&self, observer: Observer) -> Self {
        Self { observer: Some(observer), ..self.clone() }
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
    pub fn name(&self) -> &str {
        &self.shared.table
    }

    /// The design that generated code passed in.
    #[must_use]
    pub fn design(&self) -> &'static Design {
        self.shared.design
    }

    pub(crate) fn client(&self) -> &Client {
        &self.shared.client
    }

    pub(crate) fn cursor_key(&self) -> &CursorKey {
        &self.shared.cursor_key
    }
}

impl fmt::Debug for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Table({})", self.shared.table)
    }
}

/// How modyne's operations find the table. Not for use outside this crate.
#[doc(hidden)]
impl modyne::Table for Table {
    const ENTITY_TYPE_ATTRIBUTE: &'static str = ENTITY_ATTRIBUTE;
    type PrimaryKey = Primary;
    type IndexKeys = ();

    fn table_name(&self) -> &str {
        self.name()
    }

    fn client(&self) -> &Client {
        &self.shared.client
    }
}
