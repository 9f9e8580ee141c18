//! The scripted behaviour of the next calls, for tests.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use serde_json::Value;

/// One scripted response. Requests are checked first, so an invalid request is always rejected.
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
        /// The wait that the service asks for, sent as `x-amz-retry-after` in milliseconds.
        retry_after: Option<Duration>,
    },
    /// Another act, after a delay.
    Delay(Duration, Box<Act>),
    /// Any status and body, sent with the content type of JSON.
    Raw {
        /// The HTTP status.
        status: u16,
        /// The body; it may be any text.
        body: String,
    },
    /// Plain text that ends the turn, although the request asks for a tool call.
    Text(String),
    /// The truncated review, with the stop reason `max_tokens`.
    MaxTokens,
    /// Half of the review's body; then the connection closes.
    CutBody,
    /// The connection closes before any response.
    Reset,
    /// This input instead of the review, through the same tool or as the same JSON.
    Say {
        /// The stop reason, known or unknown.
        stop: &'static str,
        /// The input of the tool call. A string stands for truncated JSON.
        input: Value,
    },
    /// The review up to this place, and then a fault. Only for `converse-stream`.
    Break(Place, Fault),
}

/// The place at which a stream ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// After the headers, before the first event.
    Nothing,
    /// After the first events, before the explanation.
    Begun,
    /// In the middle of the explanation.
    Half,
    /// After the explanation, before the stop reason.
    Written,
    /// After the stop reason, before the usage.
    Stopped,
}

/// The way in which a stream ends.
#[derive(Clone, Debug)]
pub enum Fault {
    /// The connection closes.
    Cut,
    /// The stream ends normally.
    End,
    /// No further event arrives, and the connection stays open.
    Stall,
    /// An exception of the service, such as `throttlingException`.
    Exception(&'static str, &'static str),
    /// The next event, with a wrong checksum.
    BadChecksum,
    /// Half of the next event; then the stream ends normally.
    HalfAnEvent,
}

impl Act {
    /// An error of the service, such as `Act::fault(429, "ThrottlingException", "slow down")`.
    #[must_use]
    pub fn fault(status: u16, kind: &'static str, message: impl Into<String>) -> Self {
        Self::Fault { status, kind, message: message.into(), retry_after: None }
    }

    /// Adds the wait that the service asks for. Has no effect on an act that is not a fault.
    #[must_use]
    pub fn retry_after(mut self, wait: Duration) -> Self {
        if let Self::Fault { retry_after, .. } = &mut self {
            *retry_after = Some(wait);
        }
        self
    }

    /// An answer with this input of the tool call, such as `Act::say("tool_use", json!({ … }))`.
    #[must_use]
    pub const fn say(stop: &'static str, input: Value) -> Self {
        Self::Say { stop, input }
    }

    /// This act after a delay.
    #[must_use]
    pub fn after(self, wait: Duration) -> Self {
        Self::Delay(wait, Box::new(self))
    }
}

/// The queued acts.
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
