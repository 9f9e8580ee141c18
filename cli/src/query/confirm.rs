//! Before a write: the name of the table, typed by whoever writes to it.

use std::io::{self, BufRead as _, IsTerminal as _, Write as _};

use model::Store;

/// Nobody confirmed a write.
#[derive(Debug, thiserror::Error)]
pub enum NotConfirmed {
    /// Nobody can be asked.
    #[error("this is no terminal to confirm at: say --yes if the table {table} shall be written to")]
    NoTerminal {
        /// The table's name.
        table: String,
    },
    /// Something else was typed.
    #[error("that is not {table}; nothing was written")]
    OtherName {
        /// The table's name.
        table: String,
    },
    /// The terminal cannot be read.
    #[error("cannot read the terminal: {0}")]
    Unreadable(io::Error),
}

/// Waits until the name is typed.
pub(crate) fn confirm(store: &Store, place: &str) -> Result<(), NotConfirmed> {
    let table = store.table().to_owned();
    if !io::stdin().is_terminal() {
        return Err(NotConfirmed::NoTerminal { table });
    }
    eprint!("This writes to the table {table} at {place}. Type its name to go on: ");
    io::stderr().flush().map_err(NotConfirmed::Unreadable)?;
    let mut typed = String::new();
    io::stdin().lock().read_line(&mut typed).map_err(NotConfirmed::Unreadable)?;
    if typed.trim() == table { Ok(()) } else { Err(NotConfirmed::OtherName { table }) }
}
