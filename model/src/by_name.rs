//! Patterns by their name: what a person types is parsed, the generated function is called, and what it finds is rows.

mod argument;
mod arguments;
mod row;
mod table;

pub use arguments::{Arguments, InvalidArgument};
pub(crate) use arguments::{FromArgument, FromRow, Given};
pub use row::Row;
pub(crate) use table::{Found, Shown, batches, call, copies, items, patterns, refusals, rows, taken, unions};

use table_runtime::registry::Pattern;
use table_runtime::{Held, PageRequest, StoreError, WireRequest};

use crate::{Code, Store};
use argument::attribute;

/// What a pattern found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Answer {
    /// The items, rows or keys it found, or the one it left; none for a write that returns nothing.
    pub rows: Vec<Row>,
    /// What to ask the next page with.
    pub cursor: Option<String>,
    /// Whether there are more rows, where only the first ones were asked for.
    pub more: bool,
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
        Self { rows: rows.into_iter().collect(), ..Self::default() }
    }
}

/// The access patterns by their names, for tools.
#[derive(Clone, Copy, Debug)]
pub struct ByName<'a> {
    pub(crate) store: &'a Store,
}

impl Store {
    /// The access patterns by their names, for tools.
    #[must_use]
    pub const fn by_name(&self) -> ByName<'_> {
        ByName { store: self }
    }
}

impl ByName<'_> {
    /// Asks a pattern by its name. Its function is called with the arguments as its types; `page` is for patterns that have
    /// pages, and its limit for those that return as many of the first items as they are asked for.
    ///
    /// # Errors
    /// When an argument is missing, unknown or of another type, when the table refuses the write, and when the table does not answer.
    pub async fn run(
        self,
        pattern: &'static Pattern,
        arguments: Arguments,
        page: PageRequest<'_>,
    ) -> Result<Answer, RunError> {
        self.store.patterns.run(pattern, arguments, page).await
    }

    /// The request that [`run`](Self::run) would send first, exactly as the client writes it. Nothing is sent, and no
    /// credentials are needed.
    ///
    /// # Errors
    /// When an argument or the cursor is not what it should be.
    pub async fn explain(
        self,
        pattern: &'static Pattern,
        arguments: Arguments,
        page: PageRequest<'_>,
    ) -> Result<WireRequest, RunError> {
        let held = Held::default();
        let outcome = self.store.holding(&held).patterns.run(pattern, arguments, page).await;
        match (held.take(), outcome) {
            (Some(request), _) => Ok(request),
            (None, Err(error)) => Err(error),
            // A batch of nothing.
            (None, Ok(_)) => Ok(WireRequest { operation: String::new(), body: serde_json::Value::Null }),
        }
    }

    /// The code that a `code` row stands for: what is inline in it, or its chunks, which are read. None when it is another
    /// row, or the code was replaced since it was read.
    ///
    /// # Errors
    /// When the chunks cannot be read, or are not what they were when they were written.
    pub async fn code_of(self, row: &Row) -> Result<Option<String>, RunError> {
        if row.entity != "code" {
            return Ok(None);
        }
        let fields = row.fields.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
        let code = attribute(&serde_json::Value::Object(fields), "code").ok();
        let code: Option<Code> =
            code.and_then(|code| serde_dynamo::aws_sdk_dynamodb_1::from_attribute_value(code).ok());
        match code {
            Some(code) => Ok(self.store.sessions().load_code(code).await?),
            None => Ok(None),
        }
    }
}

#[cfg(test)]
mod tests;
