//! The JSON of a message.

use bedrock::Usage;
use model::{Message, Patch, Role};
use serde::Serialize;
use utoipa::ToSchema;

use crate::fields;
use crate::messages::outcome::Outcome;

/// A question, a note or an answer.
#[derive(Serialize, ToSchema)]
#[schema(as = Message)]
#[serde(rename_all = "snake_case")]
pub(super) struct MessageView {
    message_id: fields::MessageId,
    thread_id: fields::ThreadId,
    role: fields::Role,
    content: fields::Content,
    timestamp: fields::Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_message_id: Option<fields::StoredClientMessageId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reply_state: Option<fields::ReplyState>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reply_error: Option<fields::ReplyError>,
    #[serde(skip_serializing_if = "Option::is_none")]
    suggested_code: Option<fields::SuggestedCode>,
    #[serde(skip_serializing_if = "Option::is_none")]
    patch: Option<PatchView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    patch_status: Option<fields::PatchStatus>,
    #[serde(skip_serializing_if = "Option::is_none")]
    applied_version: Option<fields::AppliedVersion>,
    #[serde(skip_serializing_if = "Option::is_none")]
    patch_withheld: Option<fields::PatchWithheld>,
    #[serde(skip_serializing_if = "Option::is_none")]
    context_mode: Option<fields::ContextMode>,
    #[serde(skip_serializing_if = "Option::is_none")]
    context_lines: Option<fields::ContextLines>,
    #[serde(skip_serializing_if = "Option::is_none")]
    history_truncated: Option<fields::HistoryTruncated>,
    #[serde(skip_serializing_if = "Option::is_none")]
    warnings: Option<fields::Warnings>,
    #[serde(skip_serializing_if = "Option::is_none")]
    confidence: Option<fields::Confidence>,
    #[serde(skip_serializing_if = "Option::is_none")]
    token_count: Option<fields::TokenCount>,
    #[serde(skip_serializing_if = "Option::is_none")]
    model_id: Option<fields::ModelId>,
}

/// `{"message": …}`.
#[derive(Serialize, ToSchema)]
pub struct OneMessage {
    message: MessageView,
}

/// `{"message": …, "reply": …}`; a note has no reply.
#[derive(Serialize, ToSchema)]
pub(super) struct Posted {
    pub(super) message: MessageView,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) reply: Option<MessageView>,
}

impl From<&Outcome> for Posted {
    fn from(outcome: &Outcome) -> Self {
        Self { message: (&outcome.message).into(), reply: outcome.answer.as_ref().map(MessageView::from) }
    }
}

impl MessageView {
    /// The patch of an answer.
    pub(super) const fn patch(&self) -> Option<&PatchView> {
        self.patch.as_ref()
    }
}

/// An edit that applies to `base_version` of the session.
#[derive(Serialize, ToSchema)]
#[schema(as = Patch)]
pub(super) struct PatchView {
    start_line: fields::StartLine,
    end_line: fields::EndLine,
    original: fields::Original,
    replacement: fields::Replacement,
    base_version: fields::BaseVersion,
}

impl From<&Message> for MessageView {
    fn from(message: &Message) -> Self {
        let (id, is_answer) = (message.id(), message.role == Role::Ai);
        Self {
            message_id: id.into(),
            thread_id: id.thread_id.into(),
            role: message.role.into(),
            content: message.content.clone().into(),
            timestamp: message.created_at.into(),
            client_message_id: message.client_message_id.clone().map(Into::into),
            reply_state: message.reply_state.map(Into::into),
            reply_error: message.reply_error.clone().map(Into::into),
            suggested_code: message.suggested_code.clone().map(Into::into),
            patch: message.patch.as_ref().map(PatchView::from),
            patch_status: message.patch_status.map(Into::into),
            applied_version: message.applied_version.map(Into::into),
            patch_withheld: message.patch_withheld.clone().map(Into::into),
            context_mode: message.context_mode.map(Into::into),
            context_lines: context_lines(message),
            history_truncated: is_answer.then(|| message.history_truncated.unwrap_or_default().into()),
            warnings: is_answer.then(|| message.warnings.clone().unwrap_or_default().into()),
            confidence: message.confidence.map(Into::into),
            token_count: token_count(message).map(Into::into),
            model_id: message.model_id.clone().map(Into::into),
        }
    }
}

impl From<&Message> for OneMessage {
    fn from(message: &Message) -> Self {
        Self { message: message.into() }
    }
}

impl From<&Patch> for PatchView {
    fn from(patch: &Patch) -> Self {
        Self {
            start_line: patch.start_line.into(),
            end_line: patch.end_line.into(),
            original: patch.original.clone().into(),
            replacement: patch.replacement.clone().into(),
            base_version: patch.base_version.into(),
        }
    }
}

/// The first and the last line that the model saw.
fn context_lines(message: &Message) -> Option<fields::ContextLines> {
    let (first, last) = (message.context_first_line?, message.context_last_line?);
    Some([first, last].into())
}

/// All tokens of an answer, cached tokens included.
fn token_count(message: &Message) -> Option<u32> {
    let usage = Usage {
        input_tokens: message.input_tokens?,
        output_tokens: message.output_tokens?,
        cache_read_tokens: message.cache_read_tokens.unwrap_or_default(),
        cache_write_tokens: message.cache_write_tokens.unwrap_or_default(),
        ..Usage::default()
    };
    Some(usage.total_tokens())
}
