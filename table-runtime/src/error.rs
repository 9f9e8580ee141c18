//! The errors of a call. They contain no value of an item, key or argument.

use std::fmt;

use crate::cursor::CursorError;

/// The source of an error, for a log.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// A failure that is independent of the pattern. `pattern` is the id of the pattern.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The cursor of the request is invalid, or belongs to another query: the client's mistake.
    #[error(transparent)]
    Cursor(#[from] CursorError),
    /// A stored item does not match the schema. The call returns no items.
    #[error("{pattern}: a stored {entity} does not decode: {reason}")]
    Corrupt {
        /// The pattern that read it.
        pattern: &'static str,
        /// The expected entity.
        entity: &'static str,
        /// The problem, without the item's values.
        reason: String,
    },
    /// All repeats met conflicting writes or throttling.
    #[error("{pattern}: too much contention or throttling, after every repeat; ask again in a second")]
    Contended {
        /// The pattern of the call.
        pattern: &'static str,
    },
    /// All repeats failed, or did not reach the table. A write may have been applied.
    #[error("{pattern}: the table does not answer; check the endpoint and the network, then ask again")]
    Unavailable {
        /// The pattern of the call.
        pattern: &'static str,
        /// The last failure.
        #[source]
        source: BoxError,
    },
    /// The table rejected the request: a bug of this crate, or missing permissions.
    #[error("{pattern}: the request was refused")]
    Rejected {
        /// The pattern of the call.
        pattern: &'static str,
        /// The reason for the rejection.
        #[source]
        source: BoxError,
    },
    /// The table or the index does not exist.
    #[error("the table `{table}` or one of its indexes does not exist: create it, or name another")]
    TableMissing {
        /// The name of the table.
        table: String,
    },
}

/// Implements `Error` for the enum of the refusals of a pattern. Each refusal has its own message, and an error of the
/// store keeps its message. For generated code.
#[doc(hidden)]
#[macro_export]
macro_rules! pattern_error {
    ($error:ident { $($variant:ident => $message:literal,)* }) => {
        impl ::std::fmt::Display for $error {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                match self {
                    $(Self::$variant { .. } => f.write_str($message),)*
                    Self::Store(error) => ::std::fmt::Display::fmt(error, f),
                }
            }
        }

        impl ::std::error::Error for $error {
            fn source(&self) -> ::std::option::Option<&(dyn ::std::error::Error + 'static)> {
                if let Self::Store(error) = self { ::std::error::Error::source(error) } else { None }
            }
        }

        impl ::std::convert::From<$crate::StoreError> for $error {
            fn from(error: $crate::StoreError) -> Self {
                Self::Store(error)
            }
        }
    };
}

/// An item does not match the schema.
#[derive(Debug)]
pub struct CorruptItem {
    entity: &'static str,
    reason: String,
}

impl CorruptItem {
    /// `reason` must not contain a value of the item.
    pub fn new(entity: &'static str, reason: impl Into<String>) -> Self {
        Self { entity, reason: reason.into() }
    }

    /// The problem, without the item's values.
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

/// An error of creating, changing or deleting a table.
#[derive(Debug, thiserror::Error)]
pub enum TableError {
    /// `CreateTable` does not accept the definition.
    #[error("the table's definition cannot be used: generate the code again and build the program with it")]
    Definition(#[source] BoxError),
    /// The table does not exist.
    #[error("there is no table `{table}`")]
    Missing {
        /// The name of the table.
        table: String,
    },
    /// The table was created or deleted, but is not ready yet.
    #[error("the table `{table}` is still being {what}; ask again in a minute")]
    Slow {
        /// The name of the table.
        table: String,
        /// `created` or `deleted`.
        what: &'static str,
    },
    /// An index with the schema's name has another definition.
    #[error("{0}; a live index does not change, so add one of another name")]
    OtherIndex(Box<OtherFact>),
    /// A table with other keys belongs to another schema.
    #[error("{0}; so it is no table of this schema")]
    OtherKeys(Box<OtherFact>),
    /// An index was deleted during the wait for it.
    #[error("the index {index} of the table `{table}` was deleted meanwhile; ask again")]
    IndexGone {
        /// The table.
        table: String,
        /// The index.
        index: String,
    },
    /// A request was rejected, or there was no response.
    #[error("{operation} failed for the table `{table}`")]
    Failed {
        /// The operation.
        operation: &'static str,
        /// The name of the table.
        table: String,
        /// The error.
        #[source]
        source: BoxError,
    },
}

/// A fact of a live table that differs from the schema.
#[derive(Debug, thiserror::Error)]
#[error("the table `{table}` has another {fact}: it is {live}, and the schema says {defined}")]
pub struct OtherFact {
    /// The table.
    pub table: String,
    /// The fact that differs, for instance `index.ByTime.projection`.
    pub fact: String,
    /// The value in the schema.
    pub defined: String,
    /// The value of the live table.
    pub live: String,
}

/// A description of a failure. It consists of codes, and never of the response itself, which may contain an item.
#[derive(Debug)]
pub(crate) struct Fault(pub(crate) String);

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Fault {}
