//! The fields of messages: questions and notes.

use std::borrow::Cow;

use review::hidden::shows_nothing;
use review::limits::MESSAGE_CHARS;
use uuid::Uuid;

use super::session::version;
use super::{THREAD_UUID_EXAMPLE, UUID, UUID_EXAMPLE, client_uuid, flag, format, matching, number, one_of, text, time};
use crate::error::{ApiError, ApiResult, ErrorCode};

text_fields! {
    /// The message's id, which contains the thread's id.
    MessageId(model::MessageId) = matching(
        &format!("{UUID}\\.{UUID}\\.[1-9][0-9]*"),
        format!("{UUID_EXAMPLE}.{THREAD_UUID_EXAMPLE}.1"),
    );
    /// When it was stored.
    Timestamp(model::Timestamp) = time();
}

request_fields! {
    /// The question or note. It must not be empty.
    NewContent(String) = text("Is this comparison right?").min_length(Some(1)).max_length(Some(MESSAGE_CHARS));
    /// The question, the note, or the answer in Markdown.
    Content(String) = text("Is this comparison right?");
    /// The author.
    Role(model::Role) = one_of([model::Role::User, model::Role::Ai].map(model::Role::as_str));
    /// The author, always `user`. Only the server writes as `ai`.
    NewRole(model::Role) = one_of([model::Role::User.as_str()]);
    /// Whether to ask the model. A note is stored and not answered.
    Ask(bool) = flag().default(Some(true.into()));
    /// A UUID from the client. Repeated requests with the same UUID store and ask the message once.
    ClientMessageId(Uuid) = client_uuid();
    /// Of a question: the version of the session that the client shows. The model is asked only if it is the current
    /// one.
    SeenVersion(model::SessionVersion) = number(1, 1);
}

answer_fields! {
    /// The UUID from the client.
    StoredClientMessageId(String) = format("uuid", "6f1c9a0e-5b7d-4f32-9a55-4c2f1e0d9b77");
    /// Of a question: the state of its answer.
    ReplyState(model::ReplyState) = one_of(REPLY_STATES.map(model::ReplyState::as_str));
    /// Of a failed question: the error code.
    ReplyError(String) = text("AI_TIMEOUT");
    /// Whether an earlier request stored it.
    Replayed(bool) = flag();
    /// Whether older messages of the thread have expired. Absent if none have.
    OlderMessagesExpired(bool) = flag().enum_values(Some([true]));
}

const REPLY_STATES: [model::ReplyState; 4] =
    [model::ReplyState::Pending, model::ReplyState::Answered, model::ReplyState::Failed, model::ReplyState::Cancelled];

impl NewContent {
    /// Parses the text of a message in the field of this name.
    ///
    /// # Errors
    /// `INVALID_INPUT` when it is empty, `MESSAGE_TOO_LONG` over 5,000 characters.
    pub(crate) fn parse(self, field: &'static str) -> ApiResult<String> {
        check_message(field, &self.0).map(|()| self.0)
    }
}

impl Content {
    /// Checks the text of a user's message, in the field of this name; see [`NewContent::parse`].
    pub(crate) fn check(&self, field: String) -> ApiResult<()> {
        check_message(field, &self.0)
    }
}

fn check_message(field: impl Into<Cow<'static, str>>, text: &str) -> ApiResult<()> {
    if shows_nothing(text) {
        return Err(ApiError::invalid(field, "A message must not be empty."));
    }
    if text.chars().count() > MESSAGE_CHARS {
        return Err(ApiError::new(ErrorCode::MessageTooLong).at(field));
    }
    Ok(())
}

impl SeenVersion {
    /// # Errors
    /// `INVALID_INPUT` at 0.
    pub(crate) fn parse(&self) -> ApiResult<model::SessionVersion> {
        version("version_number", self.0)
    }
}
