//! The errors of a query.

use std::io;

use model::registry::Pattern;
use model::{RunError, Store, UnreadableItem};

use super::NotConfirmed;
use crate::error::OpenError;

/// A query failed.
#[derive(Debug, thiserror::Error)]
pub enum QueryError {
    /// An argument is invalid.
    #[error("--{flag}: {reason}\n\nFor example:\n  {example}")]
    Argument {
        /// The flag, with a path into its value after a dot.
        flag: String,
        /// The reason.
        reason: String,
        /// A valid command line.
        example: &'static str,
    },
    /// The pattern writes, and `--write` is missing.
    #[error("{pattern} changes the table; pass --write to run it, or --explain to see the request")]
    Writes {
        /// The pattern's id.
        pattern: &'static str,
    },
    /// The write was not confirmed.
    #[error(transparent)]
    NotConfirmed(#[from] NotConfirmed),
    /// The table cannot be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The pattern failed.
    #[error(transparent)]
    Run(RunError),
    /// The table lacks the index of the pattern.
    #[error("{source}: the table lacks {index}; `codesensei table update` adds it")]
    NoIndex {
        /// The index.
        index: &'static str,
        /// The error of the pattern.
        source: RunError,
    },
    /// A looked-up item does not exist.
    #[error("{0}")]
    Absent(String),
    /// Items of a list cannot be decoded.
    #[error("{}\n--skip-unreadable skips them", unreadable(.0))]
    Unreadable(Vec<UnreadableItem>),
    /// There is no code to write.
    #[error("there is no code to write to {file}: no item was found, or the code was replaced during the read")]
    NoCode {
        /// The file.
        file: String,
    },
    /// A file or the standard output cannot be written.
    #[error("cannot write {what}: {source}")]
    Output {
        /// The name of the file or output.
        what: String,
        /// The error of the operating system.
        source: io::Error,
    },
}

impl QueryError {
    /// Whether the command line is invalid.
    #[must_use]
    pub const fn is_usage(&self) -> bool {
        matches!(self, Self::Argument { .. } | Self::Writes { .. })
    }
}

/// The error, replaced by `NoIndex` if the table lacks the index of the pattern.
pub(super) async fn with_missing_index(pattern: &Pattern, store: &Store, error: QueryError) -> QueryError {
    match (pattern.index, error) {
        (Some(index), QueryError::Run(source)) => match store.table().missing_indexes().await {
            Ok(missing) if missing.iter().any(|name| name == index) => QueryError::NoIndex { index, source },
            _ => QueryError::Run(source),
        },
        (_, error) => error,
    }
}

/// A line for each item that cannot be decoded. Its key can contain any characters, so control characters are escaped.
pub(super) fn unreadable(items: &[UnreadableItem]) -> String {
    let line = |item: &UnreadableItem| {
        let [pk, sk] = [&item.pk, &item.sk].map(|part| part.escape_debug());
        format!("cannot decode: {pk} {sk}: {}", item.reason)
    };
    items.iter().map(line).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_with_control_characters_stays_in_its_line() {
        let (pk, sk) = ("USER#1".to_owned(), "SESSION#\n\u{1b}[2J\u{202e}é".to_owned());
        let text = unreadable(&[UnreadableItem { pk, sk, reason: "no reason".to_owned() }]);
        assert_eq!(text, r"cannot decode: USER#1 SESSION#\n\u{1b}[2J\u{202e}é: no reason");
    }
}
