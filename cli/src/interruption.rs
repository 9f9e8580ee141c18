//! Ctrl-C, and the request to terminate.

use std::io;

/// The requests to end that come from now on.
#[cfg(unix)]
pub(crate) struct Interruptions {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

/// The requests to end that come from now on.
#[cfg(windows)]
pub(crate) struct Interruptions {
    ctrl_c: tokio::signal::windows::CtrlC,
}

/// Signals count from the moment this returns, not from the first poll.
///
/// # Errors
/// When the system does not let the process listen.
#[cfg(unix)]
pub(crate) fn interruptions() -> io::Result<Interruptions> {
    use tokio::signal::unix::{SignalKind, signal};
    Ok(Interruptions { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
}

/// Signals count from the moment this returns, not from the first poll.
///
/// # Errors
/// When the system does not let the process listen.
#[cfg(windows)]
pub(crate) fn interruptions() -> io::Result<Interruptions> {
    Ok(Interruptions { ctrl_c: tokio::signal::windows::ctrl_c()? })
}

/// Completes when the process is asked to end. Signals count from the moment this returns, not from the first poll.
///
/// # Errors
/// When the system does not let the process listen.
pub(crate) fn interruption() -> io::Result<impl Future<Output = ()> + Send> {
    let mut interruptions = interruptions()?;
    Ok(async move { interruptions.next().await })
}

impl Interruptions {
    /// Completes when the process is asked to end once more.
    #[cfg(unix)]
    pub(crate) async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }

    /// Completes when the process is asked to end once more.
    #[cfg(windows)]
    pub(crate) async fn next(&mut self) {
        self.ctrl_c.recv().await;
    }
}
