//! The outcome of a request with a message: the stored items, from this request or an earlier one.

use model::{Message, ReplyState, RequestStatus};

use crate::error::{ApiError, ApiResult, ErrorCode};

/// The stored message, and its answer if there is one.
pub(super) struct Outcome {
    pub(super) message: Message,
    pub(super) answer: Option<Message>,
    /// Whether an earlier request stored it.
    pub(super) is_repeated: bool,
}

impl Outcome {
    /// A note, or a question without an answer.
    pub(super) const fn alone(message: Message) -> Self {
        Self { message, answer: None, is_repeated: false }
    }

    /// The items that an earlier request stored.
    pub(super) fn repeated(message: Message, answer: Option<Box<Message>>) -> Self {
        Self { message, answer: answer.map(|answer| *answer), is_repeated: true }
    }

    /// The outcome of another request's run; `None` while it runs.
    pub(super) fn of_another(status: RequestStatus) -> ApiResult<Option<Self>> {
        match status {
            RequestStatus::Running(_) => Ok(None),
            RequestStatus::Done { message, answer } => Ok(Some(Self::repeated(*message, answer))),
            RequestStatus::Open(question) => Err(failed(&question)),
            RequestStatus::Gone | RequestStatus::New | RequestStatus::OtherMessage => {
                Err(ErrorCode::MessageNotFound.into())
            }
        }
    }
}

/// The error that is stored with a failed question.
pub(super) fn failed(question: &Message) -> ApiError {
    let code = question.reply_error.as_deref().filter(|_| question.reply_state == Some(ReplyState::Failed));
    let code = code.or(Some(model::ABANDONED)).and_then(ErrorCode::named).unwrap_or(ErrorCode::InternalError);
    ApiError::new(code).with("message_id", question.id().to_string())
}
