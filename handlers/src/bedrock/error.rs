//! Why there is no answer, and what the client is told then.

use std::time::Duration;

use model::Timestamp;

use crate::bedrock::Usage;
use crate::error::{ApiError, ErrorCode};
use crate::review::answer::Malformed;

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

    /// What the client is told, with the time to try again where one is known.
    #[must_use]
    pub fn told(self, now: Timestamp) -> ApiError {
        let code = match &self {
            Self::Timeout => ErrorCode::AiTimeout,
            Self::Malformed { .. } => ErrorCode::AiMalformedResponse,
            // The specification (11.2) has a code of its own for a service that cannot be connected to.
            Self::Unreachable => ErrorCode::NetworkError,
            Self::Unavailable { .. } => ErrorCode::BedrockUnavailable,
            Self::Refused { .. } => ErrorCode::InternalError,
            Self::TokenLimitExceeded { .. } => ErrorCode::TokenLimitExceeded,
        };
        let (mut partial, mut retry_after) = (None, None);
        match &self {
            Self::Malformed { malformed, .. } => partial.clone_from(&malformed.partial),
            Self::Unavailable { retry_after: after, .. } => retry_after = *after,
            _ => {}
        }
        let mut api = ApiError::new(code).caused_by(self);
        if let Some(text) = partial {
            api = api.with("partial_explanation", text);
        }
        match retry_after {
            Some(after) => api.retry_at(now.plus(after), now),
            None => api,
        }
    }
}
