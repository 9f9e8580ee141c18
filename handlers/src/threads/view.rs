//! A thread as the API shows it.

use model::{MessageId, PlacedThread, ReplyState, Thread, ThreadKind};
use serde::Serialize;
use utoipa::ToSchema;

use crate::fields::{self, talk};

/// Where a thread is, and whether its lines are still what was selected.
#[derive(Serialize, ToSchema)]
#[schema(as = Thread)]
pub struct ThreadView {
    #[schema(schema_with = fields::thread_id)]
    thread_id: String,
    #[schema(schema_with = fields::session_id)]
    session_id: String,
    #[serde(rename = "type")]
    #[schema(schema_with = fields::thread_kind)]
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(schema_with = fields::start_line)]
    start_line: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(schema_with = fields::end_line)]
    end_line: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(schema_with = fields::selected_text)]
    selected_text: Option<String>,
    #[schema(schema_with = fields::anchor_status)]
    anchor_status: &'static str,
    #[schema(schema_with = talk::message_count)]
    message_count: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_message: Option<LastMessage>,
    #[schema(schema_with = fields::created_at)]
    created_at: String,
    #[schema(schema_with = fields::updated_at)]
    updated_at: String,
}

/// What was said last in a thread.
#[derive(Serialize, ToSchema)]
struct LastMessage {
    #[schema(schema_with = fields::message_id)]
    message_id: String,
    #[schema(schema_with = fields::role)]
    role: &'static str,
    #[schema(schema_with = talk::excerpt)]
    excerpt: String,
    #[schema(schema_with = talk::timestamp)]
    timestamp: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(schema_with = talk::reply_state)]
    reply_state: Option<&'static str>,
}

/// `{"thread": …}`.
#[derive(Serialize, ToSchema)]
pub struct OneThread {
    thread: ThreadView,
}

impl From<&PlacedThread> for ThreadView {
    fn from(thread: &PlacedThread) -> Self {
        // The whole file has no lines of its own.
        let block = (thread.kind == ThreadKind::Block).then_some(thread);
        Self {
            thread_id: thread.id().to_string(),
            session_id: thread.session_id.to_string(),
            kind: thread.kind.as_str(),
            start_line: block.map(|thread| thread.anchor.start_line),
            end_line: block.map(|thread| thread.anchor.end_line),
            selected_text: block.map(|thread| thread.selected_text.clone()),
            anchor_status: thread.anchor.status.as_str(),
            message_count: thread.message_count.unwrap_or_default(),
            last_message: LastMessage::of(thread),
            created_at: thread.created_at.to_rfc3339(),
            updated_at: thread.changed_at().to_rfc3339(),
        }
    }
}

impl LastMessage {
    fn of(thread: &Thread) -> Option<Self> {
        Some(Self {
            message_id: MessageId { thread_id: thread.id(), seq: thread.last_seq? }.to_string(),
            role: thread.last_role?.as_str(),
            excerpt: thread.last_excerpt.clone()?,
            timestamp: thread.last_at?.to_rfc3339(),
            reply_state: thread.last_state.map(ReplyState::as_str),
        })
    }
}

impl From<&PlacedThread> for OneThread {
    fn from(thread: &PlacedThread) -> Self {
        Self { thread: thread.into() }
    }
}
