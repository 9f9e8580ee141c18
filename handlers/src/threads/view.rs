//! A thread as the API shows it.

use model::PlacedThread;
use serde::Serialize;
use utoipa::ToSchema;

use crate::openapi::fields;

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
    #[schema(schema_with = fields::start_line)]
    start_line: u32,
    #[schema(schema_with = fields::end_line)]
    end_line: u32,
    #[schema(schema_with = fields::selected_text)]
    selected_text: String,
    #[schema(schema_with = fields::anchor_status)]
    anchor_status: &'static str,
    #[schema(schema_with = fields::created_at)]
    created_at: String,
    #[schema(schema_with = fields::updated_at)]
    updated_at: String,
}

/// `{"thread": …}`.
#[derive(Serialize, ToSchema)]
pub struct OneThread {
    thread: ThreadView,
}

impl From<&PlacedThread> for ThreadView {
    fn from(thread: &PlacedThread) -> Self {
        Self {
            thread_id: thread.id().to_string(),
            session_id: thread.session_id.to_string(),
            kind: thread.kind.as_str(),
            start_line: thread.anchor.start_line,
            end_line: thread.anchor.end_line,
            selected_text: thread.selected_text.clone(),
            anchor_status: thread.anchor.status.as_str(),
            created_at: thread.created_at.to_rfc3339(),
            updated_at: thread.updated_at.to_rfc3339(),
        }
    }
}

impl From<&PlacedThread> for OneThread {
    fn from(thread: &PlacedThread) -> Self {
        Self { thread: thread.into() }
    }
}
