//! What a command prints for whoever reads its standard output.

use std::io::{self, IsTerminal as _, Write as _};

/// Prints it. Whoever has seen enough and closes the pipe makes no error.
///
/// # Errors
/// When it cannot be written for another reason.
pub fn print(bytes: &[u8]) -> io::Result<()> {
    match io::stdout().lock().write_all(bytes) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => written,
    }
}

/// The form that was asked for, or else the one that suits whoever reads it: a person at a terminal, or a program.
pub fn suitable<T>(asked: Option<T>, for_people: T, for_programs: T) -> T {
    asked.unwrap_or(if io::stdout().is_terminal() { for_people } else { for_programs })
}
