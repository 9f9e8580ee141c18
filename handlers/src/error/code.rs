//! The table of error codes, with their HTTP status and public message.

use axum::http::StatusCode;
use model::limits::{MESSAGES_PER_THREAD, SESSIONS_PER_USER, THREADS_PER_SESSION};

macro_rules! error_codes {
    ($($(#[doc = $doc:literal])+ $variant:ident = $code:literal $status:ident $message:literal;)+) => {
        /// The public error codes.
        ///
        /// The text of a code has its limits in braces; `meaning` returns it with their values.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[expect(clippy::doc_markdown, reason = "a limit in braces stands for its value")]
        pub enum ErrorCode {
            $($(#[doc = $doc])+ $variant,)+
        }

        impl ErrorCode {
            /// Every code, in the order of the table.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// The text of the code: `SESSION_NOT_FOUND`.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $code,)+ }
            }

            /// The code with this text.
            #[must_use]
            pub fn named(text: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|code| code.as_str() == text)
            }

            /// The HTTP status of the code.
            #[must_use]
            pub const fn status(self) -> StatusCode {
                match self { $(Self::$variant => StatusCode::$status,)+ }
            }

            /// The cause of the error, for authors of clients.
            #[must_use]
            pub fn meaning(self) -> String {
                match self { $(Self::$variant => [$(format!($doc)),+].concat().trim_ascii().to_owned(),)+ }
            }

            /// The default message.
            #[must_use]
            pub fn message(self) -> String {
                match self { $(Self::$variant => format!($message),)+ }
            }
        }
    };
}

error_codes! {
    /// The username is unknown or the password is wrong. The response does not say which.
    InvalidCredentials = "INVALID_CREDENTIALS" UNAUTHORIZED "Invalid credentials.";
    /// The e-mail address or the username is taken; `field` says which.
    UserAlreadyExists = "USER_ALREADY_EXISTS" CONFLICT "This e-mail address or username is already taken.";
    /// The password breaks a rule.
    WeakPassword = "WEAK_PASSWORD" BAD_REQUEST "This password is too weak.";
    /// The access token has expired: the client refreshes it and repeats the request.
    TokenExpired = "TOKEN_EXPIRED" UNAUTHORIZED "Your access has expired and has to be refreshed.";
    /// The refresh token is missing, expired, superseded or revoked: the user has to sign in again.
    RefreshTokenInvalid = "REFRESH_TOKEN_INVALID" UNAUTHORIZED "Your session has ended. Please sign in again.";
    /// The request has no valid access token.
    Unauthorized = "UNAUTHORIZED" UNAUTHORIZED "Please sign in.";
    /// The resource belongs to another user, or the request was sent by a page of another origin.
    Forbidden = "FORBIDDEN" FORBIDDEN "You do not have access to this.";
    /// The session does not exist.
    SessionNotFound = "SESSION_NOT_FOUND" NOT_FOUND "This session does not exist.";
    /// The thread does not exist.
    ThreadNotFound = "THREAD_NOT_FOUND" NOT_FOUND "This thread does not exist.";
    /// The message does not exist.
    MessageNotFound = "MESSAGE_NOT_FOUND" NOT_FOUND "This message does not exist.";
    /// The sign-in does not exist or has ended.
    DeviceNotFound = "DEVICE_NOT_FOUND" NOT_FOUND "This device is not signed in.";
    /// No route has this path.
    NotFound = "NOT_FOUND" NOT_FOUND "There is nothing at this address.";
    /// The route does not support this method.
    MethodNotAllowed = "METHOD_NOT_ALLOWED" METHOD_NOT_ALLOWED "This address does not take requests of this kind.";
    /// The language is not in the list.
    InvalidLanguage = "INVALID_LANGUAGE" BAD_REQUEST "This language is not supported.";
    /// The code is over 5 MiB, or the request body over 32 MiB.
    FileTooLarge = "FILE_TOO_LARGE" PAYLOAD_TOO_LARGE "The file is larger than 5 MB.";
    /// The message is over 5,000 characters.
    MessageTooLong = "MESSAGE_TOO_LONG" BAD_REQUEST "The message is longer than 5,000 characters.";
    /// The request is invalid. `fields` names the wrong fields, if any.
    InvalidInput = "INVALID_INPUT" BAD_REQUEST "The request is not valid.";
    /// Too many requests. `retry_after` is the time when the next one is accepted.
    RateLimitExceeded = "RATE_LIMIT_EXCEEDED" TOO_MANY_REQUESTS "Too many requests. Please wait a moment.";
    /// The session has another version than the request expects, usually because another client saved it. Merge with
    /// `current_code`, and save over `current_version`.
    VersionConflict = "VERSION_CONFLICT" CONFLICT
        "The session was saved by another client. Merge your changes with its current code.";
    /// The patch does not fit the current code, or the message has no patch. The error message says which.
    PatchConflict = "PATCH_CONFLICT" CONFLICT "The patch does not fit the code as it is now.";
    /// An earlier request is still answering the question. `message_id` names the question, if it is known. Read its
    /// answer later, or repeat this request after `retry_after`.
    RequestInProgress = "REQUEST_IN_PROGRESS" CONFLICT "This question is already being answered.";
    /// The model did not answer before the deadline of the request.
    AiTimeout = "AI_TIMEOUT" GATEWAY_TIMEOUT "AI is taking too long. Try again, or with a smaller code selection.";
    /// The model's answer could not be parsed, even after a second attempt.
    AiMalformedResponse = "AI_MALFORMED_RESPONSE" BAD_GATEWAY "The AI's answer could not be read. Please try again.";
    /// The selection and its surroundings exceed the token limit of the model.
    TokenLimitExceeded = "TOKEN_LIMIT_EXCEEDED" PAYLOAD_TOO_LARGE
        "This is too much code for the AI. Please select a smaller region.";
    /// The model is unreachable or busy.
    BedrockUnavailable = "BEDROCK_UNAVAILABLE" SERVICE_UNAVAILABLE
        "The AI service is temporarily unavailable. Please try again.";
    /// The user has {SESSIONS_PER_USER} sessions.
    SessionLimitExceeded = "SESSION_LIMIT_EXCEEDED" CONFLICT "You have reached the limit of {SESSIONS_PER_USER} sessions.";
    /// The session has {THREADS_PER_SESSION} threads.
    ThreadLimitExceeded = "THREAD_LIMIT_EXCEEDED" CONFLICT "This session has reached the limit of {THREADS_PER_SESSION} threads.";
    /// The thread has {MESSAGES_PER_THREAD} messages, or no room for a question and its answer.
    MessageLimitExceeded = "MESSAGE_LIMIT_EXCEEDED" CONFLICT "This thread has reached the limit of {MESSAGES_PER_THREAD} messages.";
    /// An internal error. The response contains only a trace id.
    InternalError = "INTERNAL_ERROR" INTERNAL_SERVER_ERROR "Something went wrong on our side.";
    /// The table could not be read or written, even after retries; or a large request waited half a minute for other
    /// large requests; or too many passwords are being checked.
    DatabaseError = "DATABASE_ERROR" SERVICE_UNAVAILABLE "The service is temporarily busy. Please try again.";
    /// Another service could not be reached.
    NetworkError = "NETWORK_ERROR" SERVICE_UNAVAILABLE "A service we depend on cannot be reached. Please try again.";
}

#[cfg(test)]
mod tests {
    use review::limits::MESSAGE_CHARS;

    use super::*;

    #[test]
    fn every_code_of_the_specification_has_its_status() {
        for (code, status) in [
            ("INVALID_CREDENTIALS", 401),
            ("USER_ALREADY_EXISTS", 409),
            ("WEAK_PASSWORD", 400),
            ("TOKEN_EXPIRED", 401),
            ("REFRESH_TOKEN_INVALID", 401),
            ("UNAUTHORIZED", 401),
            ("SESSION_NOT_FOUND", 404),
            ("FORBIDDEN", 403),
            ("THREAD_NOT_FOUND", 404),
            ("INVALID_LANGUAGE", 400),
            ("FILE_TOO_LARGE", 413),
            ("MESSAGE_TOO_LONG", 400),
            ("INVALID_INPUT", 400),
            ("RATE_LIMIT_EXCEEDED", 429),
            ("VERSION_CONFLICT", 409),
            ("AI_TIMEOUT", 504),
            ("AI_MALFORMED_RESPONSE", 502),
            ("TOKEN_LIMIT_EXCEEDED", 413),
            ("BEDROCK_UNAVAILABLE", 503),
            ("SESSION_LIMIT_EXCEEDED", 409),
            ("THREAD_LIMIT_EXCEEDED", 409),
            ("MESSAGE_LIMIT_EXCEEDED", 409),
            ("INTERNAL_ERROR", 500),
            ("DATABASE_ERROR", 503),
            ("NETWORK_ERROR", 503),
        ] {
            let found: Vec<_> = ErrorCode::ALL.iter().filter(|row| row.as_str() == code).collect();
            assert_eq!(found.len(), 1, "{code} once");
            assert_eq!(found[0].status().as_u16(), status, "{code}");
        }
    }

    #[test]
    fn the_message_of_a_long_message_names_the_limit() {
        let (thousands, rest) = (MESSAGE_CHARS / 1_000, MESSAGE_CHARS % 1_000);
        assert!(ErrorCode::MessageTooLong.message().contains(&format!("{thousands},{rest:03} characters")));
    }

    #[test]
    fn a_public_message_is_a_sentence() {
        for code in ErrorCode::ALL {
            assert!(code.message().ends_with('.'), "{}", code.as_str());
        }
    }
}
