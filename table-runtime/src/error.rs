//! What a call of the store can fail with, whatever its pattern. No value of an item, key or argument is in it.

use std::fmt;

use crate::cursor::CursorError;

/// What lies under an error, for a log.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// A failure that is not one of a pattern's own reasons. `pattern` is the pattern's id.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The cursor that came with the request is not one of ours for this question: the client's mistake.
    #[error(transparent)]
    Cursor(#[from] CursorError),
    /// A stored item is not what the schema says. Nothing was skipped, and nothing was returned.
    #[error("{pattern}: a stored {entity} does not decode: {reason}")]
    Corrupt {
        /// The pattern that read it.
        pattern: &'static str,
        /// What it should have been.
        entity: &'static str,
        /// What is wrong with it, without its values.
        reason: String,
    },
    /// Others kept writing the same items, or the table kept throttling, through every repeat.
    #[error("{pattern}: too much contention or throttling, after every repeat; ask again in a second")]
    Contended {
        /// The pattern that gave up.
        pattern: &'static str,
    },
    /// The table could not be reached or failed, through every repeat. A write may or may not have happened.
    #[error("{pattern}: the table does not answer; check the endpoint and the network, then ask again")]
    Unavailable {
        /// The pattern that gave up.
        pattern: &'static str,
        /// The last failure.
        #[source]
        source: BoxError,
    },
    /// The request itself was refused: a bug of this crate, or missing permissions.
    #[error("{pattern}: the request was refused")]
    Rejected {
        /// The pattern that asked.
        pattern: &'static str,
        /// The reason that was given.
        #[source]
        source: BoxError,
    },
    /// There is no such table or index.
    #[error("the table `{table}` or one of its indexes does not exist: create it, or name another")]
    TableMissing {
        /// The name that was asked for.
        table: String,
    },
}

/// An item is not what the schema says.
#[derive(Debug)]
pub struct CorruptItem {
    entity: &'static str,
    reason: String,
}

impl CorruptItem {
    /// `reason` must not hold a value of the item.
    pub fn new(entity: &'static str, reason: impl Into<String>) -> Self {
        Self { entity, reason: reason.into() }
    }

    /// What is wrong, without a value of the item.
    #[must_use]
    pub fn reason(&self) -> &str {
        &self.reason
    }

    /// The error of the call that read the item.
    #[must_use]
    pub fn read_by(self, pattern: &'static str) -> StoreError {
        StoreError::Corrupt { pattern, entity: self.entity, reason: self.reason }
    }
}

/// Why a table could not be created or deleted.
#[derive(Debug, thiserror::Error)]
pub enum TableError {
    /// The definition is not what `CreateTable` takes.
    #[error("the table's definition cannot be used: run `cargo xtask codegen`")]
    Definition(#[source] BoxError),
    /// There is no such table.
    #[error("there is no table `{table}`")]
    Missing {
        /// Its name.
        table: String,
    },
    /// The table was created or deleted, but is not ready yet.
    #[error("the table `{table}` is still being {what}; ask again in a minute")]
    Slow {
        /// Its name.
        table: String,
        /// `created` or `deleted`.
        what: &'static str,
    },
    /// An index of the schema's name is another one.
    #[error("{0}; a live index does not change, so add one of another name (docs/add-an-index.md)")]
    OtherIndex(Box<OtherFact>),
    /// A table with other keys is not one of ours.
    #[error("{0}; so it is no table of this schema")]
    OtherKeys(Box<OtherFact>),
    /// An index was deleted while it was waited for.
    #[error("the index {index} of the table `{table}` was deleted meanwhile; ask again")]
    IndexGone {
        /// The table.
        table: String,
        /// The index.
        index: String,
    },
    /// A request was refused or not answered.
    #[error("{operation} failed for the table `{table}`")]
    Failed {
        /// What was asked.
        operation: &'static str,
        /// The table's name.
        table: String,
        /// The refusal.
        #[source]
        source: BoxError,
    },
}

/// A fact of a live table that is not what the schema says.
#[derive(Debug, thiserror::Error)]
#[error("the table `{table}` has another {fact}: it is {live}, and the schema says {defined}")]
pub struct OtherFact {
    /// The table.
    pub table: String,
    /// The fact that differs, as `codesensei table diff` names it.
    pub fact: String,
    /// What the schema says.
    pub defined: String,
    /// What the table has.
    pub live: String,
}

/// A refusal or failure in words, made of codes and not of the answer itself, which may hold an item.
#[derive(Debug)]
pub(crate) struct Fault(pub(crate) String);

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Fault {}
