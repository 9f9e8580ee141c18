//! The table: a client, a name, a clock, a source of ids and a key for cursors. The starting point of every call.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::{Duration, Instant};

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::config::timeout::TimeoutConfig;

use crate::attributes::ENTITY_ATTRIBUTE;
use crate::cursor::{CursorKey, MacKey};
use crate::design::Design;
use crate::endpoint::Endpoint;
use crate::ids::Ids;
use crate::key::Primary;
use crate::meter::Meter;
use crate::observer::Observer;
use crate::time::Clock;
use crate::unreadable::Unreadable;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);
/// The time limit of one attempt; there are up to three more.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(10);

/// A table with its client. Clones share one connection pool.
#[derive(Clone)]
pub struct Table {
    shared: Arc<Shared>,
    clock: Clock,
    ids: Ids,
    pub(crate) meter: Option<Meter>,
    pub(crate) observer: Option<Observer>,
    pub(crate) unreadable: Option<Unreadable>,
    /// The time until which calls are repeated, instead of a few times.
    pub(crate) until: Option<Instant>,
}

struct Shared {
    client: Client,
    table: String,
    mac_key: MacKey,
    design: &'static Design,
}

/// The settings of a [`Table`].
#[derive(Clone, Debug)]
pub struct TableConfig {
    /// The name of the table.
    pub table: String,
    /// The address of the table.
    pub endpoint: Endpoint,
    /// The secret of the cursors. The same for all processes of one table.
    pub cursor_key: CursorKey,
    /// The clock.
    pub clock: Clock,
    /// The source of ids.
    pub ids: Ids,
}

impl Table {
    /// Prepares the table. It sends nothing yet; [`Table::ping`] checks whether the table responds.
    pub async fn connect(config: TableConfig, design: &'static Design) -> Self {
        let sdk = config.endpoint.configuration().await;
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(CONNECT_TIMEOUT)
            .operation_attempt_timeout(ATTEMPT_TIMEOUT)
            .build();
        // The SDK would repeat conditional writes, but could not recognise its own first attempts. This crate can.
        let sdk = sdk.retry_config(RetryConfig::disabled()).timeout_config(timeouts).build();
        let TableConfig { table, cursor_key, clock, ids, .. } = config;
        let mac_key = cursor_key.mac_key(design.name);
        let shared = Shared { client: Client::from_conf(sdk), table, mac_key, design };
        Self { shared: Arc::new(shared), clock, ids, meter: None, observer: None, until: None, unreadable: None }
    }

    /// The same table with another clock and source of ids, for generated data with times and ids of its own.
    #[must_use]
    pub fn at(&self, clock: Clock, ids: Ids) -> Self {
        Self { clock, ids, ..self.clone() }
    }

    /// The same table, whose costs this meter collects.
    #[must_use]
    pub fn metered(&self, meter: Meter) -> Self {
        Self { meter: Some(meter), ..self.clone() }
    }

    /// The same table, whose lists leave out items that do not decode, and add them to this collection. Without a
    /// collection, such an item is an error.
    #[must_use]
    pub fn without_unreadable(&self, unreadable: &Unreadable) -> Self {
        Self { unreadable: Some(unreadable.clone()), ..self.clone() }
    }

    /// The same table, whose calls are repeated until this time while the table fails or is busy: for writes that must
    /// not be lost. A transaction keeps one token for all repeats, so the time must be well under the ten minutes for
    /// which a token is valid.
    #[must_use]
    pub fn until(&self, then: Instant) -> Self {
        Self { until: Some(then), ..self.clone() }
    }

    /// The same table with another client.
    pub(crate) fn with_client(&self, client: Client) -> Self {
        let Shared { table, mac_key, design, .. } = &*self.shared;
        let shared = Shared { client, table: table.clone(), mac_key: mac_key.clone(), design };
        Self { shared: Arc::new(shared), ..self.clone() }
    }

    /// The same table, with this observer of its calls.
    pub(crate) fn with_observer(&self, observer: Observer) -> Self {
        Self { observer: Some(observer), ..self.clone() }
    }

    /// The clock of the configuration.
    #[must_use]
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// The source of ids of the configuration.
    #[must_use]
    pub fn ids(&self) -> &Ids {
        &self.ids
    }

    /// The name of the table.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.shared.table
    }

    /// The design from generated code.
    #[must_use]
    pub fn design(&self) -> &'static Design {
        self.shared.design
    }

    /// For the operations that modyne does not send; see `beyond_modyne.rs`.
    pub(crate) fn client(&self) -> &Client {
        &self.shared.client
    }

    pub(crate) fn mac_key(&self) -> &MacKey {
        &self.shared.mac_key
    }
}

impl fmt::Debug for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Table({})", self.shared.table)
    }
}

/// For modyne's operations. Not for use outside of this crate.
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

/// A table with the key `K`, whose attributes are not `PK` and `SK`. Entities of such a table name it for modyne.
#[derive(Debug)]
pub struct Keyed<K>(Table, PhantomData<K>);

impl<K: modyne::keys::PrimaryKey> modyne::Table for Keyed<K> {
    const ENTITY_TYPE_ATTRIBUTE: &'static str = ENTITY_ATTRIBUTE;
    type PrimaryKey = K;
    type IndexKeys = ();

    fn table_name(&self) -> &str {
        self.0.name()
    }

    fn client(&self) -> &Client {
        self.0.client()
    }
}
