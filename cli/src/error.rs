//! Why a command cannot open its table or start the application.

use std::io;

use bedrock::InvalidReviewerConfig;
use handlers::auth::keys::InvalidKey;
use model::{StoreError, TableError};

use crate::engine::EngineError;

/// A table could not be opened, or the application could not be started.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The data folder cannot be used.
    #[error("cannot use the folder {folder}: {source}; name another with --data-dir")]
    DataDir {
        /// The folder.
        folder: String,
        /// The error of the operating system.
        source: io::Error,
    },
    /// The data folder of a command that only reads does not exist.
    #[error(
        "the folder {folder} does not exist; create it with sample data with `codesensei seed`, or with an empty \
         table with `codesensei table create`, or name another folder with --data-dir"
    )]
    NoFolder {
        /// The folder.
        folder: String,
    },
    /// Another process uses the data folder.
    #[error(
        "another `codesensei serve` (process {process}) is using {folder}; stop it, or use --data-dir or --store memory"
    )]
    InUse {
        /// The folder.
        folder: String,
        /// The other process.
        process: u32,
    },
    /// A table in memory lives only as long as its process.
    #[error("a table in memory is lost when this command ends; use --store embedded, a URL or aws")]
    MemoryStore,
    /// There is no table of this name.
    #[error(
        "the table {table} does not exist at {location}; create it with sample data with `codesensei seed`, or empty \
         with `codesensei table create`, or name another table with --table"
    )]
    NoTable {
        /// The name.
        table: String,
        /// The location that was searched.
        location: String,
    },
    /// The signing key in the data folder is invalid.
    #[error("{0}; remove signing-key.pem from the data folder to get a new one")]
    Key(#[from] InvalidKey),
    /// The embedded engine did not start.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// The table could not be created.
    #[error("the store at {location} failed: {source}; check --store and that the store is running")]
    Table {
        /// The location of the store.
        location: String,
        /// The cause.
        source: TableError,
    },
    /// The table exists and cannot be used as it is.
    #[error("the table at {location} cannot be used: {source}; {remedy}")]
    UnusableTable {
        /// The location of the store.
        location: String,
        /// The cause.
        source: TableError,
        /// The command or page that helps.
        remedy: &'static str,
    },
    /// The table does not answer.
    #[error("the store at {location} does not answer: {source}; check --store, --table and your AWS settings")]
    Store {
        /// The location of the store.
        location: String,
        /// The cause.
        source: StoreError,
    },
    /// The table answers and refuses the request.
    #[error(
        "the store at {location} refused a request: {source}; check your permissions, and compare the table with \
         `codesensei table diff`"
    )]
    Refused {
        /// The location of the store.
        location: String,
        /// The cause.
        source: StoreError,
    },
    /// The reviewer is misconfigured.
    #[error(transparent)]
    Reviewer(#[from] InvalidReviewerConfig),
    /// The local reviewer did not start.
    #[error("cannot start the local reviewer: {0}")]
    Bedrock(io::Error),
}

impl OpenError {
    /// The error of the first request to a table.
    pub(crate) fn of_request(source: StoreError, location: String) -> Self {
        match source {
            StoreError::TableMissing { table } => Self::NoTable { table, location },
            StoreError::Rejected { .. } => Self::Refused { location, source },
            source => Self::Store { location, source },
        }
    }

    /// The error of creating, changing or describing a table, with its remedy.
    pub(crate) fn of_table(source: TableError, location: impl Into<String>) -> Self {
        let location = location.into();
        let remedy = match source {
            TableError::Missing { table } => return Self::NoTable { table, location },
            TableError::Failed { .. } => return Self::Table { location, source },
            TableError::Definition(_) => "in this repository, `cargo xtask codegen` generates it",
            TableError::Slow { .. } | TableError::IndexGone { .. } => "`codesensei table describe` shows its state",
            TableError::OtherIndex(_) => {
                "`codesensei table diff` lists all differences, and docs/add-an-index.md explains the change of an index"
            }
            TableError::OtherKeys(_) => {
                "`codesensei table diff` lists all differences; name another table with --table"
            }
        };
        Self::UnusableTable { location, source, remedy }
    }
}

/// A signal stopped a command whose processes and folders had to be removed first.
#[derive(Debug, thiserror::Error)]
#[error("stopped")]
pub struct Stopped;

#[cfg(test)]
mod tests {
    use model::OtherFact;

    use super::*;

    #[test]
    fn an_error_of_a_table_names_the_command_that_helps() {
        let other = || {
            let text = str::to_owned;
            Box::new(OtherFact { table: text("t"), fact: text("keys"), defined: text("a"), live: text("b") })
        };
        let slow = TableError::Slow { table: "t".to_owned(), what: "created" };
        for (source, remedy) in [
            (TableError::OtherIndex(other()), "docs/add-an-index.md"),
            (TableError::OtherKeys(other()), "`codesensei table diff`"),
            (TableError::Definition("no key".into()), "`cargo xtask codegen`"),
            (slow, "`codesensei table describe`"),
            (TableError::Missing { table: "t".to_owned() }, "`codesensei table create`"),
        ] {
            let cause = source.to_string();
            let message = OpenError::of_table(source, "AWS").to_string();
            assert!(message.contains(remedy) && message.contains("AWS"), "{cause}: {message}");
        }
    }
}
