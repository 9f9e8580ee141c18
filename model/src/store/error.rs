//! What a call of the store can fail with, whatever its pattern. No value of an item, key or argument is in it.

use std::fmt;

use super::cursor::CursorError;

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

/// A refusal or failure in words, made of codes and not of the answer itself, which may hold an item.
#[derive(Debug)]
pub(super) struct Fault(pub(super) String);

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Fault {}
