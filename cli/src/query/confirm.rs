//! The confirmation of a write: the user types the table's name.

use std::io::{self, IsTerminal as _, Write as _};

use model::Store;

/// A write was not confirmed.
#[derive(Debug, thiserror::Error)]
pub enum NotConfirmed {
    /// Standard input is not a terminal.
    #[error("standard input is not a terminal; pass --yes to write to the table {table}")]
    NoTerminal {
        /// The table's name.
        table: String,
    },
    /// The user typed another name.
    #[error("the typed name is not {table}; nothing was written")]
    OtherName {
        /// The table's name.
        table: String,
    },
    /// The terminal cannot be read.
    #[error("cannot read the terminal: {0}")]
    Unreadable(io::Error),
}

/// Asks the user to type the table's name.
pub(crate) async fn confirm(store: &Store, location: &str) -> Result<(), NotConfirmed> {
    let table = store.table().name().to_owned();
    if !io::stdin().is_terminal() {
        return Err(NotConfirmed::NoTerminal { table });
    }
    eprint!("This writes to the table {table} at {location}. Type its name to continue: ");
    io::stderr().flush().map_err(NotConfirmed::Unreadable)?;
    // On a separate thread, so that Ctrl-C ends the wait.
    tokio::task::spawn_blocking(move || typed(&table, io::stdin().lock()))
        .await
        .map_err(|ended| NotConfirmed::Unreadable(ended.into()))?
}

/// Checks that the next line is the table's name.
fn typed(table: &str, mut input: impl io::BufRead) -> Result<(), NotConfirmed> {
    let mut line = String::new();
    input.read_line(&mut line).map_err(NotConfirmed::Unreadable)?;
    if line.trim() == table { Ok(()) } else { Err(NotConfirmed::OtherName { table: table.to_owned() }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_table_name_confirms() {
        assert!(typed("reviews", "reviews\n".as_bytes()).is_ok());
        assert!(typed("reviews", "  reviews\r\n".as_bytes()).is_ok());
        for other in ["", "\n", "y\n", "Reviews\n", "reviews2\n", "codesensei\nreviews\n"] {
            let refused = typed("reviews", other.as_bytes()).expect_err(other);
            assert_eq!(refused.to_string(), "the typed name is not reviews; nothing was written");
        }
    }
}
