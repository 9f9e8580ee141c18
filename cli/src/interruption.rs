//! Ctrl-C and termination signals.

use std::io;

/// A stream of the signals that ask this process to end.
#[cfg(unix)]
pub(crate) struct Interruptions {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

/// A stream of the signals that ask this process to end.
#[cfg(windows)]
pub(crate) struct Interruptions {
    ctrl_c: tokio::signal::windows::CtrlC,
}

/// Listens for signals. They count from the return of this function, not from the first poll.
///
/// # Errors
/// If the system does not let the process listen.
#[cfg(unix)]
pub(crate) fn interruptions() -> io::Result<Interruptions> {
    use tokio::signal::unix::{SignalKind, signal};
    Ok(Interruptions { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
}

/// Listens for signals. They count from the return of this function, not from the first poll.
///
/// # Errors
/// If the system does not let the process listen.
#[cfg(windows)]
pub(crate) fn interruptions() -> io::Result<Interruptions> {
    Ok(Interruptions { ctrl_c: tokio::signal::windows::ctrl_c()? })
}

/// Completes when the process is asked to end. Signals count from the return of this function, not from the first poll.
///
/// # Errors
/// If the system does not let the process listen.
pub(crate) fn interruption() -> io::Result<impl Future<Output = ()> + Send> {
    let mut interruptions = interruptions()?;
    Ok(async move { interruptions.next().await })
}

impl Interruptions {
    /// Completes at the next request to end.
    #[cfg(unix)]
    pub(crate) async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }

    /// Completes at the next request to end.
    #[cfg(windows)]
    pub(crate) async fn next(&mut self) {
        self.ctrl_c.recv().await;
    }
}
