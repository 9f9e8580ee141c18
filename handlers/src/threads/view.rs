//! The JSON of a thread.

use model::{MessageId, PlacedThread, Thread, ThreadKind};
use serde::Serialize;
use utoipa::ToSchema;

use crate::fields;

/// A thread and its current lines.
#[derive(Serialize, ToSchema)]
#[schema(as = Thread)]
pub struct ThreadView {
    thread_id: fields::ThreadId,
    session_id: fields::SessionId,
    #[serde(rename = "type")]
    kind: fields::ThreadKind,
    #[serde(skip_serializing_if = "Option::is_none")]
    start_line: Option<fields::StartLine>,
    #[serde(skip_serializing_if = "Option::is_none")]
    end_line: Option<fields::EndLine>,
    #[serde(skip_serializing_if = "Option::is_none")]
    selected_text: Option<fields::SelectedText>,
    anchor_status: fields::AnchorStatus,
    message_count: fields::MessageCount,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_message: Option<LastMessage>,
    created_at: fields::CreatedAt,
    updated_at: fields::UpdatedAt,
}

/// The last message of a thread.
#[derive(Serialize, ToSchema)]
struct LastMessage {
    message_id: fields::MessageId,
    role: fields::Role,
    excerpt: fields::Excerpt,
    timestamp: fields::Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    reply_state: Option<fields::ReplyState>,
}

/// `{"thread": …}`.
#[derive(Serialize, ToSchema)]
pub struct OneThread {
    thread: ThreadView,
}

impl From<&PlacedThread> for ThreadView {
    fn from(thread: &PlacedThread) -> Self {
        // A thread on the whole file has no lines.
        let block = (thread.kind == ThreadKind::Block).then_some(thread);
        Self {
            thread_id: thread.id().into(),
            session_id: thread.session_id.into(),
            kind: thread.kind.into(),
            start_line: block.map(|thread| thread.anchor.start_line.into()),
            end_line: block.map(|thread| thread.anchor.end_line.into()),
            selected_text: block.map(|thread| thread.selected_text.clone().into()),
            anchor_status: thread.anchor.status.into(),
            message_count: thread.message_count.unwrap_or_default().into(),
            last_message: LastMessage::of(thread),
            created_at: thread.created_at.into(),
            updated_at: thread.changed_at().into(),
        }
    }
}

impl LastMessage {
    fn of(thread: &Thread) -> Option<Self> {
        Some(Self {
            message_id: MessageId { thread_id: thread.id(), seq: thread.last_seq? }.into(),
            role: thread.last_role?.into(),
            excerpt: thread.last_excerpt.clone()?.into(),
            timestamp: thread.last_at?.into(),
            reply_state: thread.last_state.map(Into::into),
        })
    }
}

impl From<&PlacedThread> for OneThread {
    fn from(thread: &PlacedThread) -> Self {
        Self { thread: thread.into() }
    }
}
