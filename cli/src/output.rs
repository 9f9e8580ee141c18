//! Standard output.

#[cfg(unix)]
use std::fs::File;
use std::io::{self, IsTerminal as _, Write as _};

/// Prints it. A reader that closes the pipe early makes no error.
///
/// # Errors
/// When it cannot be written for another reason.
pub fn print(bytes: &[u8]) -> io::Result<()> {
    match io::stdout().lock().write_all(bytes) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => written,
    }
}

/// The form that was asked for, or else the one for people on a terminal and the one for programs elsewhere.
pub fn suitable<T>(asked: Option<T>, for_people: T, for_programs: T) -> T {
    asked.unwrap_or(if io::stdout().is_terminal() { for_people } else { for_programs })
}

/// A number and its noun, in the plural where that is right.
#[must_use]
pub fn counted(number: u64, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

/// Ends standard output, so that a process which reads it gets to its end while this one goes on. Later output is lost.
/// On Windows it ends with the process.
pub fn end() {
    io::stdout().flush().ok();
    #[cfg(unix)]
    if let Ok(nowhere) = File::options().write(true).open("/dev/null") {
        rustix::stdio::dup2_stdout(nowhere).ok();
    }
}
