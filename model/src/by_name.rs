//! Patterns by their name: what a person types is parsed, the generated function is called, and what it finds is rows.

mod argument;
mod arguments;
mod code;
mod explain;
mod row;

pub use arguments::{Arguments, InvalidArgument};
pub use row::Row;

use crate::store::StoreError;

/// What a pattern found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Answer {
    /// The items, rows or keys it found, or the one it left; none for a write that returns nothing.
    pub rows: Vec<Row>,
    /// What to ask the next page with.
    pub cursor: Option<String>,
    /// How many items a write put, changed or deleted; none for a read.
    pub written: Option<usize>,
}

/// Why a pattern found nothing and did nothing.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// An argument is missing, unknown, or not what it should be.
    #[error(transparent)]
    Argument(#[from] InvalidArgument),
    /// The table refused the write, for one of the pattern's own reasons.
    #[error("{0}")]
    Refused(String),
    /// Everything that it could write was left out.
    #[error("there is nothing to write: no item and no key was given")]
    NothingToWrite,
    /// It takes what only another pattern can find, or is for maintenance.
    #[error("{pattern} cannot be asked by hand; `codesensei patterns {pattern}` says what asks it")]
    NotByHand {
        /// The pattern's id.
        pattern: &'static str,
    },
    /// The table could not be asked.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Answer {
    /// Rows without a cursor.
    pub(crate) fn of(rows: impl IntoIterator<Item = Row>) -> Self {
        Self { rows: rows.into_iter().collect(), cursor: None, written: None }
    }

    /// A page.
    pub(crate) fn page(rows: impl IntoIterator<Item = Row>, cursor: Option<String>) -> Self {
        Self { rows: rows.into_iter().collect(), cursor, written: None }
    }

    /// The same after a write of so many items.
    pub(crate) fn and_wrote(self, items: usize) -> Self {
        Self { written: Some(items), ..self }
    }
}

#[cfg(test)]
mod tests;
