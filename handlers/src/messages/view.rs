//! A message as the API shows it.

use model::{Message, Patch, Role};
use serde::Serialize;
use utoipa::ToSchema;

use crate::fields::{self, talk};
use crate::messages::outcome::Outcome;

/// A question, a note or an answer.
#[derive(Serialize, ToSchema)]
#[schema(as = Message)]
#[serde(rename_all = "snake_case")]
pub(super) struct MessageView {
    #[schema(schema_with = fields::message_id)]
    message_id: String,
    #[schema(schema_with = fields::thread_id)]
    thread_id: String,
    #[schema(schema_with = fields::role)]
    role: &'static str,
    #[schema(schema_with = fields::content)]
    content: String,
    #[schema(schema_with = talk::timestamp)]
    timestamp: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(schema_with = talk::stored_client_message_id)]
    client_message_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(schema_with = talk::reply_state)]
    reply_state: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(schema_with = talk::reply_error)]
    reply_error: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(schema_with = fields::suggested_code)]
    suggested_code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    patch: Option<PatchView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(schema_with = fields::patch_status)]
    patch_status: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(schema_with = fields::applied_version)]
    applied_version: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(schema_with = fields::patch_withheld)]
    patch_withheld: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(schema_with = fields::context_mode)]
    context_mode: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(schema_with = fields::context_lines)]
    context_lines: Option<[u32; 2]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(schema_with = fields::history_truncated)]
    history_truncated: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(schema_with = fields::warnings)]
    warnings: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(schema_with = fields::confidence)]
    confidence: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(schema_with = fields::token_count)]
    token_count: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(schema_with = fields::model_id)]
    model_id: Option<String>,
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
    #[schema(schema_with = fields::start_line)]
    start_line: u32,
    #[schema(schema_with = fields::end_line)]
    end_line: u32,
    #[schema(schema_with = fields::original)]
    original: String,
    #[schema(schema_with = fields::replacement)]
    replacement: String,
    #[schema(schema_with = fields::base_version)]
    base_version: u32,
}

impl From<&Message> for MessageView {
    fn from(message: &Message) -> Self {
        let (id, is_answer) = (message.id(), message.role == Role::Ai);
        Self {
            message_id: id.to_string(),
            thread_id: id.thread_id.to_string(),
            role: message.role.as_str(),
            content: message.content.clone(),
            timestamp: message.created_at.to_rfc3339(),
            client_message_id: message.client_message_id.clone(),
            reply_state: message.reply_state.map(model::ReplyState::as_str),
            reply_error: message.reply_error.clone(),
            suggested_code: message.suggested_code.clone(),
            patch: message.patch.as_ref().map(PatchView::from),
            patch_status: message.patch_status.map(model::PatchStatus::as_str),
            applied_version: message.applied_version,
            patch_withheld: message.patch_withheld.clone(),
            context_mode: message.context_mode.map(model::ContextMode::as_str),
            context_lines: message.context_first_line.zip(message.context_last_line).map(|(first, last)| [first, last]),
            history_truncated: is_answer.then(|| message.history_truncated.unwrap_or_default()),
            warnings: is_answer.then(|| message.warnings.clone().unwrap_or_default()),
            confidence: message.confidence.map(model::Confidence::as_str),
            token_count: token_count(message),
            model_id: message.model_id.clone(),
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
            start_line: patch.start_line,
            end_line: patch.end_line,
            original: patch.original.clone(),
            replacement: patch.replacement.clone(),
            base_version: patch.base_version,
        }
    }
}

/// All tokens of an answer, however they were paid for.
fn token_count(message: &Message) -> Option<u32> {
    let cached = [message.cache_read_tokens, message.cache_write_tokens].into_iter().flatten().sum::<u32>();
    Some(message.input_tokens? + message.output_tokens? + cached)
}
