//! What a test can make the next calls do.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// One scripted reply. Requests are checked first, so a script never hides an invalid one.
#[derive(Clone, Debug)]
pub enum Act {
    /// The review, as without a script.
    Answer,
    /// An error of the service.
    Fault {
        /// The HTTP status.
        status: u16,
        /// The exception's name, sent as `x-amzn-errortype`.
        kind: &'static str,
        /// The exception's message.
        message: String,
    },
    /// Another act, later.
    Delay(Duration, Box<Act>),
    /// Any status and body, sent as JSON.
    Raw {
        /// The HTTP status.
        status: u16,
        /// The body, which need not be JSON.
        body: String,
    },
    /// Plain text that ends its turn, although a tool was asked for.
    Text(String),
    /// The review cut short, with the stop reason `max_tokens`.
    MaxTokens,
    /// Half of the review's body, then the connection closes.
    CutBody,
}

impl Act {
    /// An error of the service, such as `Act::fault(429, "ThrottlingException", "slow down")`.
    #[must_use]
    pub fn fault(status: u16, kind: &'static str, message: impl Into<String>) -> Self {
        Self::Fault { status, kind, message: message.into() }
    }

    /// This act, after a wait.
    #[must_use]
    pub fn after(self, wait: Duration) -> Self {
        Self::Delay(wait, Box::new(self))
    }
}

/// The acts that wait for their calls.
#[derive(Debug, Default)]
pub(crate) struct Script(Mutex<VecDeque<Act>>);

impl Script {
    pub(crate) fn queue(&self, acts: Vec<Act>) {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.extend(acts);
    }

    pub(crate) fn next(&self) -> Act {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.pop_front().unwrap_or(Act::Answer)
    }
}
