//! The reviewer's failures as the client sees them.

use bedrock::AiError;
use model::Timestamp;

use crate::error::{ApiError, ErrorCode};

/// Why there is no answer, with the time to try again where one is known.
pub(crate) fn to_api_error(error: AiError, now: Timestamp) -> ApiError {
    let api = ApiError::new(code(&error));
    let api = match &error {
        AiError::Malformed { malformed, .. } => match &malformed.partial {
            Some(text) => api.with("partial_explanation", text),
            None => api,
        },
        AiError::Unavailable { retry_after: Some(after), .. } => api.retry_at(now.plus(*after), now),
        _ => api,
    };
    api.caused_by(error)
}

const fn code(error: &AiError) -> ErrorCode {
    match error {
        AiError::Timeout => ErrorCode::AiTimeout,
        AiError::Malformed { .. } => ErrorCode::AiMalformedResponse,
        // The specification (11.2) has a code of its own for a service that cannot be connected to.
        AiError::Unreachable => ErrorCode::NetworkError,
        AiError::Unavailable { .. } => ErrorCode::BedrockUnavailable,
        AiError::Refused { .. } => ErrorCode::InternalError,
        AiError::TokenLimitExceeded { .. } => ErrorCode::TokenLimitExceeded,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use bedrock::Usage;
    use review::answer::Malformed;

    use super::*;

    #[test]
    fn every_failure_of_the_reviewer_has_its_code() {
        let (usage, name) = (Usage::default(), || "ThrottlingException".to_owned());
        let malformed = Malformed { problem: "it broke off", partial: None, repairable: false };
        for (error, code) in [
            (AiError::Timeout, ErrorCode::AiTimeout),
            (AiError::Malformed { malformed, usage }, ErrorCode::AiMalformedResponse),
            (AiError::Unreachable, ErrorCode::NetworkError),
            (AiError::Unavailable { code: name(), retry_after: None }, ErrorCode::BedrockUnavailable),
            (AiError::Refused { code: name() }, ErrorCode::InternalError),
            (AiError::TokenLimitExceeded { usage }, ErrorCode::TokenLimitExceeded),
        ] {
            assert_eq!(to_api_error(error, Timestamp::EPOCH).code(), code);
        }
        let retry_after = Some(Duration::from_secs(10));
        let busy = to_api_error(AiError::Unavailable { code: name(), retry_after }, Timestamp::EPOCH);
        assert!(format!("{busy:?}").contains("BedrockUnavailable"), "{busy:?}");
    }
}
