//! What a command prints for whoever reads its standard output.

use std::io::{self, Write as _};

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
