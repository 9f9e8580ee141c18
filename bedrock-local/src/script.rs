//! What a test can make the next calls do.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use serde_json::Value;

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
        /// How long the client should wait, sent as `x-amz-retry-after` in milliseconds.
        retry_after: Option<Duration>,
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
    /// The connection closes before any answer.
    Reset,
    /// This instead of the review, through the same tool or as the same JSON.
    Say {
        /// Why the model stopped, which need not be a reason that is known.
        stop: &'static str,
        /// What the tool is called with. A string is what there is of it when it was cut off.
        input: Value,
    },
    /// The review as far as this, and then a fault: of `converse-stream` alone.
    Break(Place, Fault),
}

/// How far a stream gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// No event is sent, only the answer's headers.
    Nothing,
    /// The answer has begun, and nothing of the explanation is sent.
    Begun,
    /// Half of it is sent.
    Half,
    /// All of it is sent, but not why it ended.
    Written,
    /// Only its usage is missing.
    Stopped,
}

/// What becomes of a stream.
#[derive(Clone, Debug)]
pub enum Fault {
    /// The connection closes.
    Cut,
    /// The stream ends as if all had been said.
    End,
    /// Nothing more comes, and the connection stays.
    Stall,
    /// An exception of the service, such as `throttlingException`.
    Exception(&'static str, &'static str),
    /// The next event, with a wrong checksum.
    BadChecksum,
    /// Half of the next event, and the end.
    HalfAnEvent,
}

impl Act {
    /// An error of the service, such as `Act::fault(429, "ThrottlingException", "slow down")`.
    #[must_use]
    pub fn fault(status: u16, kind: &'static str, message: impl Into<String>) -> Self {
        Self::Fault { status, kind, message: message.into(), retry_after: None }
    }

    /// This fault, with the time after which the service wants to be asked again. Of another act, the act.
    #[must_use]
    pub fn retry_after(mut self, wait: Duration) -> Self {
        if let Self::Fault { retry_after, .. } = &mut self {
            *retry_after = Some(wait);
        }
        self
    }

    /// An answer with this input of the tool, such as `Act::say("tool_use", json!({ … }))`.
    #[must_use]
    pub const fn say(stop: &'static str, input: Value) -> Self {
        Self::Say { stop, input }
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
