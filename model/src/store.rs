//! The store: the table with the product's settings. Its functions are grouped by noun.

use std::time::Instant;

use table_runtime::{
    Clock, Ids, Meter, Reached, RequestCapture, StoreError, Table, TableConfig, TableError, TableFacts, Traffic,
    Unreadable,
};

use crate::MessageTtl;
use crate::code_cache::{CodeCache, DEFAULT_CODE_CACHE_MIB};
use crate::generated::{DESIGN, Patterns};

/// The product's table. Clones share one connection pool.
///
/// Functions are grouped by noun: [`accounts`](Self::accounts), [`sign_ins`](Self::sign_ins),
/// [`sessions`](Self::sessions), [`threads`](Self::threads), [`messages`](Self::messages), [`usage`](Self::usage),
/// [`rate_limits`](Self::rate_limits), [`maintenance`](Self::maintenance) and, for tools that run patterns by name,
/// [`by_name`](Self::by_name).
#[derive(Clone, Debug)]
pub struct Store {
    pub(crate) patterns: Patterns,
    /// Lifetime of new messages.
    pub(crate) message_ttl: MessageTtl,
    code_cache: CodeCache,
}

impl Store {
    /// Prepares a store without sending a request. [`Store::ping`] checks whether the table answers.
    pub async fn connect(config: TableConfig) -> Self {
        Self {
            patterns: Patterns::new(Table::connect(config, &DESIGN).await),
            message_ttl: MessageTtl::default(),
            code_cache: CodeCache::of_mib(DEFAULT_CODE_CACHE_MIB),
        }
    }

    /// The underlying table, which can be created, described and deleted.
    #[must_use]
    pub const fn table(&self) -> &Table {
        self.patterns.table()
    }

    /// The generated patterns, which do not check the product's rules. Only tests may call them; other code uses the
    /// nouns.
    #[doc(hidden)]
    #[must_use]
    pub const fn patterns(&self) -> &Patterns {
        &self.patterns
    }

    /// Checks whether the table answers, for half a read unit.
    ///
    /// # Errors
    /// [`StoreError::TableMissing`], or why the table does not answer.
    pub async fn ping(&self) -> Result<(), StoreError> {
        self.table().ping().await
    }

    /// The store's clock.
    #[must_use]
    pub fn clock(&self) -> &Clock {
        self.table().clock()
    }

    /// The store's source of ids.
    #[must_use]
    pub fn ids(&self) -> &Ids {
        self.table().ids()
    }

    /// The same store with another clock and source of ids, for generated data.
    #[must_use]
    pub fn at(&self, clock: Clock, ids: Ids) -> Self {
        self.on(self.table().at(clock, ids))
    }

    /// The same store; the meter adds up the cost of every call.
    #[must_use]
    pub fn metered(&self, meter: Meter) -> Self {
        self.on(self.table().metered(meter))
    }

    /// The same store, whose lists skip items that do not decode and add them to this collection. Without it, such an
    /// item is an error.
    #[must_use]
    pub fn without_unreadable(&self, unreadable: &Unreadable) -> Self {
        self.on(self.table().without_unreadable(unreadable))
    }

    /// The same store, whose calls are retried until this time while the table fails or throttles: for writes that must
    /// not be lost. All retries of a transaction use one idempotency token, which is valid for ten minutes, so the time
    /// must be well below that.
    #[must_use]
    pub fn until(&self, then: Instant) -> Self {
        self.on(self.table().until(then))
    }

    /// The same store, which reports the pattern and the partitions of each call.
    #[must_use]
    pub fn observed(&self, observe: impl Fn(Reached) + Send + Sync + 'static) -> Self {
        self.on(self.table().observed(observe))
    }

    /// The same store; the bytes of every response are added to this count.
    #[must_use]
    pub fn counting(&self, traffic: &Traffic) -> Self {
        self.on(self.table().counting(traffic))
    }

    /// The same store, which prepares requests without sending them.
    pub(crate) fn capturing(&self, capture: &RequestCapture) -> Self {
        self.on(self.table().capturing(capture))
    }

    /// The same store with this lifetime of new messages.
    #[must_use]
    pub fn with_message_ttl(&self, message_ttl: MessageTtl) -> Self {
        Self { message_ttl, ..self.clone() }
    }

    /// The same store with a code cache of this many MiB instead of [`DEFAULT_CODE_CACHE_MIB`]; 0 disables the cache.
    #[must_use]
    pub fn with_code_cache(&self, mib: u16) -> Self {
        Self { code_cache: CodeCache::of_mib(mib), ..self.clone() }
    }

    pub(crate) const fn code_cache(&self) -> &CodeCache {
        &self.code_cache
    }

    fn on(&self, table: Table) -> Self {
        Self { patterns: Patterns::new(table), ..self.clone() }
    }
}

/// The definition from `schema/table.toml`.
///
/// # Errors
/// When the generated definition cannot be parsed.
pub fn defined_table() -> Result<TableFacts, TableError> {
    table_runtime::defined_table(&DESIGN)
}
