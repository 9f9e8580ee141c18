//! Why there is no answer.

use std::time::Duration;

use crate::Usage;
use review::answer::Malformed;

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AiError {
    /// The deadline came first, or a stream stood still.
    #[error("the model did not answer in time")]
    Timeout,
    /// The answer could not be read, and asking once more did not help.
    #[error("{malformed}")]
    Malformed {
        /// What is wrong with it, and what of it could be read.
        malformed: Malformed,
        /// What was paid for it nevertheless.
        usage: Usage,
    },
    /// There is no connection to the model.
    #[error("the model cannot be reached")]
    Unreachable,
    /// The model is busy, fails, or may not be used.
    #[error("the model is not available: {code}")]
    Unavailable {
        /// The service's word for it, or ours.
        code: String,
        /// When it may be available again, if it said so or is only busy.
        retry_after: Option<Duration>,
    },
    /// The model does not take our call: a fault of ours.
    #[error("the model does not take our call: {code}")]
    Refused {
        /// The service's word for it, or ours.
        code: String,
    },
    /// The model says that this is too much text.
    #[error("the prompt is too long for the model")]
    TokenLimitExceeded {
        /// What was paid before it noticed.
        usage: Usage,
    },
}

impl AiError {
    /// What was paid for it.
    #[must_use]
    pub fn usage(&self) -> Usage {
        match self {
            Self::Malformed { usage, .. } | Self::TokenLimitExceeded { usage } => *usage,
            Self::Timeout | Self::Unreachable | Self::Unavailable { .. } | Self::Refused { .. } => Usage::default(),
        }
    }
}
