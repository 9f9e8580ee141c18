//! Writes to standard output, and formats for people and programs.

#[cfg(unix)]
use std::fs::File;
use std::io::{self, IsTerminal as _, Write as _};

/// Prints the bytes. A reader that closes the pipe early is not an error.
///
/// # Errors
/// If writing fails for another reason.
pub fn print(bytes: &[u8]) -> io::Result<()> {
    match io::stdout().lock().write_all(bytes) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => written,
    }
}

/// The requested format, or else the one for people on a terminal and the one for programs elsewhere.
pub fn format_or_default<T>(requested: Option<T>, for_people: T, for_programs: T) -> T {
    requested.unwrap_or(if io::stdout().is_terminal() { for_people } else { for_programs })
}

/// A number and its noun, in the plural if needed.
#[must_use]
pub fn pluralize(number: u64, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

/// Closes standard output, so that a process that reads it sees its end while this process continues. Later output is
/// lost. On Windows it is closed when the process ends.
pub fn close_stdout() {
    io::stdout().flush().ok();
    #[cfg(unix)]
    if let Ok(null) = File::options().write(true).open("/dev/null") {
        rustix::stdio::dup2_stdout(null).ok();
    }
}
