//! Patterns by name: typed arguments are parsed, the generated function is called, and its result is returned as rows.

mod argument;
mod arguments;
mod row;
mod table;

pub use arguments::{Arguments, InvalidArgument};
pub(crate) use arguments::{FromArgument, FromRow, Given};
pub use row::Row;
pub(crate) use table::{Found, Shown, batches, call, copies, items, patterns, refusals, rows, taken, unions};

use table_runtime::registry::Pattern;
use table_runtime::{PageRequest, RequestCapture, StoreError, WireRequest};

use crate::{Code, Store};
use argument::attribute;

/// The result of a pattern.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Answer {
    /// The items, rows or keys that a read found, or the item that a write returned.
    pub rows: Vec<Row>,
    /// The cursor of the next page.
    pub cursor: Option<String>,
    /// Whether there are more rows than the limit, for patterns that return the first items only.
    pub more: bool,
    /// Number of items that a write put, changed or deleted; none for a read.
    pub written: Option<usize>,
}

/// Why a pattern was not run.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// An argument is missing, unknown or invalid.
    #[error(transparent)]
    Argument(#[from] InvalidArgument),
    /// The table refused the write for one of the pattern's own reasons.
    #[error("{0}")]
    Refused(String),
    /// No item and no key was given, so there is nothing to write.
    #[error("there is nothing to write: no item and no key was given")]
    NothingToWrite,
    /// Its arguments come from another pattern only, or it is for maintenance.
    #[error("{pattern} cannot be called by name; `codesensei patterns {pattern}` shows its callers")]
    NotByHand {
        /// The pattern's id.
        pattern: &'static str,
    },
    /// The table did not answer.
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
    /// Runs a pattern by its name, with the arguments decoded as the types of its function. `page` is for patterns that
    /// have pages; its limit also applies to patterns that return the first items.
    ///
    /// # Errors
    /// When an argument is missing, unknown or invalid, when the table refuses the write, and when the table does not
    /// answer.
    pub async fn run(
        self,
        pattern: &'static Pattern,
        arguments: Arguments,
        page: PageRequest<'_>,
    ) -> Result<Answer, RunError> {
        self.store.patterns.run(pattern, arguments, page).await
    }

    /// The first request that [`run`](Self::run) would send, exactly as the client writes it. It is not sent, and needs
    /// no credentials.
    ///
    /// # Errors
    /// When an argument or the cursor is invalid.
    pub async fn explain(
        self,
        pattern: &'static Pattern,
        arguments: Arguments,
        page: PageRequest<'_>,
    ) -> Result<WireRequest, RunError> {
        let capture = RequestCapture::default();
        let outcome = self.store.capturing(&capture).patterns.run(pattern, arguments, page).await;
        match (capture.take(), outcome) {
            (Some(request), _) => Ok(request),
            (None, Err(error)) => Err(error),
            // An empty batch.
            (None, Ok(_)) => Ok(WireRequest { operation: String::new(), body: serde_json::Value::Null }),
        }
    }

    /// The text of a `code` row, from the row itself or from its chunks, which are read. `None` for another row, or
    /// when the code was replaced since the row was read.
    ///
    /// # Errors
    /// When the chunks cannot be read, or do not match the digest of the code.
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
