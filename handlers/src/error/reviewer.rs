//! Maps errors of the reviewer to API errors.

use bedrock::AiError;
use model::Timestamp;

use crate::error::{ApiError, ErrorCode};

/// The API error, with the time of the next try if it is known.
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
        // The specification (11.2) has a separate code for a service that cannot be reached.
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
