//! The store: the table with the settings of the product. What can be asked of it is grouped by noun.

use std::time::Instant;

use table_runtime::{
    Clock, Held, Ids, Meter, Reached, StoreError, Table, TableConfig, TableError, TableFacts, Traffic, Unreadable,
};

use crate::MessageTtl;
use crate::code_cache::{CodeCache, DEFAULT_CODE_CACHE_MIB};
use crate::generated::{DESIGN, Patterns};

/// The table of the product. Clones share one connection pool.
///
/// Each noun has its verbs: [`accounts`](Self::accounts), [`sign_ins`](Self::sign_ins), [`sessions`](Self::sessions),
/// [`threads`](Self::threads), [`messages`](Self::messages), [`usage`](Self::usage), [`rate_limits`](Self::rate_limits),
/// [`maintenance`](Self::maintenance) and, for tools that take a pattern's name, [`by_name`](Self::by_name).
#[derive(Clone, Debug)]
pub struct Store {
    pub(crate) patterns: Patterns,
    /// How long new messages live.
    pub(crate) message_ttl: MessageTtl,
    code_cache: CodeCache,
}

impl Store {
    /// Prepares a store. Nothing is sent yet; [`Store::ping`] checks whether the table answers.
    pub async fn connect(config: TableConfig) -> Self {
        Self {
            patterns: Patterns::new(Table::connect(config, &DESIGN).await),
            message_ttl: MessageTtl::default(),
            code_cache: CodeCache::of_mib(DEFAULT_CODE_CACHE_MIB),
        }
    }

    /// The table itself: it can be created, described and deleted.
    #[must_use]
    pub const fn table(&self) -> &Table {
        self.patterns.table()
    }

    /// The generated patterns, which know nothing of the product's rules. Only tests may call them; everything else uses the nouns.
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

    /// The clock that was passed in.
    #[must_use]
    pub fn clock(&self) -> &Clock {
        self.table().clock()
    }

    /// The source of ids that was passed in.
    #[must_use]
    pub fn ids(&self) -> &Ids {
        self.table().ids()
    }

    /// The same store at another time and with another source of ids, for data that is made up.
    #[must_use]
    pub fn at(&self, clock: Clock, ids: Ids) -> Self {
        self.on(self.table().at(clock, ids))
    }

    /// The same store, with the cost of every call added to this meter.
    #[must_use]
    pub fn metered(&self, meter: Meter) -> Self {
        self.on(self.table().metered(meter))
    }

    /// The same store, whose lists leave out the items that do not decode, and add them to this collection. Without one such
    /// an item is an error.
    #[must_use]
    pub fn without_unreadable(&self, unreadable: &Unreadable) -> Self {
        self.on(self.table().without_unreadable(unreadable))
    }

    /// The same store, whose calls are repeated until then while the table fails or is busy: for writes that must not be
    /// lost. A transaction keeps one token for all its repeats, so the time must be well under the ten minutes that a token lasts.
    #[must_use]
    pub fn until(&self, then: Instant) -> Self {
        self.on(self.table().until(then))
    }

    /// The same store, which reports the pattern and the partitions of each call.
    #[must_use]
    pub fn observed(&self, observe: impl Fn(Reached) + Send + Sync + 'static) -> Self {
        self.on(self.table().observed(observe))
    }

    /// The same store, with the bytes of every answer added to this count.
    #[must_use]
    pub fn counting(&self, traffic: &Traffic) -> Self {
        self.on(self.table().counting(traffic))
    }

    /// The same store, which writes its requests and does not send them.
    pub(crate) fn holding(&self, held: &Held) -> Self {
        self.on(self.table().holding(held))
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

    pub(crate) const fn code_cache(&self) -> &CodeCache {
        &self.code_cache
    }

    fn on(&self, table: Table) -> Self {
        Self { patterns: Patterns::new(table), ..self.clone() }
    }
}

/// What `schema/table.toml` defines.
///
/// # Errors
/// When the generated definition cannot be read.
pub fn defined_table() -> Result<TableFacts, TableError> {
    table_runtime::defined_table(&DESIGN)
}
