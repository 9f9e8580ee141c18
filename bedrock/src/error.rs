//! The errors of a question to the model.

use std::time::Duration;

use crate::Usage;
use review::answer::Malformed;

/// A question to the model failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AiError {
    /// The deadline passed, or a stream sent no event for too long.
    #[error("the model did not answer in time")]
    Timeout,
    /// The answer is malformed, also after one retry.
    #[error("{malformed}")]
    Malformed {
        /// The problem, and the readable part of the answer.
        malformed: Malformed,
        /// The usage of the calls.
        usage: Usage,
    },
    /// There is no connection to the model.
    #[error("the model cannot be reached")]
    Unreachable,
    /// The model is busy, fails, or refuses access.
    #[error("the model is not available: {code}")]
    Unavailable {
        /// The service's error code, or one of this crate.
        code: String,
        /// When to retry: as the service says, or an estimate for a busy model.
        retry_after: Option<Duration>,
    },
    /// The model rejected the call: a bug of this program.
    #[error("the model rejected the call: {code}")]
    Refused {
        /// The service's error code, or one of this crate.
        code: String,
    },
    /// The prompt is too long for the model.
    #[error("the prompt is too long for the model")]
    TokenLimitExceeded {
        /// The usage of the calls.
        usage: Usage,
    },
}

impl AiError {
    /// The usage of the failed calls.
    #[must_use]
    pub fn usage(&self) -> Usage {
        match self {
            Self::Malformed { usage, .. } | Self::TokenLimitExceeded { usage } => *usage,
            Self::Timeout | Self::Unreachable | Self::Unavailable { .. } | Self::Refused { .. } => Usage::default(),
        }
    }
}
