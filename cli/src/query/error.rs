//! Why a query showed nothing.

use std::io;

use model::registry::Pattern;
use model::{RunError, Store, UnreadableItem};

use super::NotConfirmed;
use crate::local::LocalError;

/// A query found nothing it could show.
#[derive(Debug, thiserror::Error)]
pub enum QueryError {
    /// An argument is not what it should be.
    #[error("--{flag}: {reason}\n\nFor example:\n  {example}")]
    Argument {
        /// The flag, and what is inside its value after a dot.
        flag: String,
        /// What is wrong.
        reason: String,
        /// A command line that works.
        example: &'static str,
    },
    /// The pattern writes, and `--write` is missing.
    #[error("{pattern} changes the table; pass --write, or see what it would send with --explain")]
    Writes {
        /// The pattern's id.
        pattern: &'static str,
    },
    /// The name of the table was not typed.
    #[error(transparent)]
    NotConfirmed(#[from] NotConfirmed),
    /// The table cannot be reached.
    #[error(transparent)]
    Place(#[from] LocalError),
    /// The pattern failed.
    #[error(transparent)]
    Run(RunError),
    /// The index that the pattern asks is not in the table.
    #[error("{source}: the table lacks {index}; `codesensei table update` adds it")]
    NoIndex {
        /// The index.
        index: &'static str,
        /// What the pattern said.
        source: RunError,
    },
    /// Something that was looked up is not there.
    #[error("{0}")]
    Absent(String),
    /// Items of a list do not decode.
    #[error("{}\n--skip-unreadable shows the others", unreadable(.0))]
    Unreadable(Vec<UnreadableItem>),
    /// The code was asked for, and there is none.
    #[error("there is no code to write to {file}: nothing was found, or it was replaced while it was read")]
    NoCode {
        /// The file.
        file: String,
    },
    /// A file or the standard output cannot be written.
    #[error("cannot write {what}: {source}")]
    Output {
        /// Which.
        what: String,
        /// What the system said.
        source: io::Error,
    },
}

impl QueryError {
    /// Whether what was typed is at fault, and not what happened.
    #[must_use]
    pub const fn is_usage(&self) -> bool {
        matches!(self, Self::Argument { .. } | Self::Writes { .. })
    }
}

/// The same error, with what to do about it where the table lacks the index that was asked.
pub(super) async fn without_index(pattern: &Pattern, store: &Store, error: QueryError) -> QueryError {
    match (pattern.index, error) {
        (Some(index), QueryError::Run(source)) => match store.table().missing_indexes().await {
            Ok(missing) if missing.iter().any(|name| name == index) => QueryError::NoIndex { index, source },
            _ => QueryError::Run(source),
        },
        (_, error) => error,
    }
}

/// A line for each item that does not decode. Its key can be anything, so nothing in it reaches the terminal as a command.
pub(super) fn unreadable(items: &[UnreadableItem]) -> String {
    let line = |item: &UnreadableItem| {
        let [pk, sk] = [&item.pk, &item.sk].map(|part| part.escape_debug());
        format!("does not decode: {pk} {sk}: {}", item.reason)
    };
    items.iter().map(line).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_with_control_characters_stays_in_its_line() {
        let (pk, sk) = ("USER#1".to_owned(), "SESSION#\n\u{1b}[2J\u{202e}é".to_owned());
        let told = unreadable(&[UnreadableItem { pk, sk, reason: "no reason".to_owned() }]);
        assert_eq!(told, r"does not decode: USER#1 SESSION#\n\u{1b}[2J\u{202e}é: no reason");
    }
}
