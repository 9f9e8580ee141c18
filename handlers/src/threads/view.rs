//! A thread as the API shows it.

use model::Thread;
use serde::Serialize;

/// Where a thread is, and whether its lines are still what was selected.
#[derive(Serialize)]
pub struct ThreadView {
    thread_id: String,
    session_id: String,
    #[serde(rename = "type")]
    kind: &'static str,
    start_line: u32,
    end_line: u32,
    selected_text: String,
    anchor_status: &'static str,
    created_at: String,
    updated_at: String,
}

/// `{"thread": …}`.
#[derive(Serialize)]
pub struct OneThread {
    thread: ThreadView,
}

impl From<&Thread> for ThreadView {
    fn from(thread: &Thread) -> Self {
        Self {
            thread_id: thread.id().to_string(),
            session_id: thread.session_id.to_string(),
            kind: thread.kind.as_str(),
            start_line: thread.start_line,
            end_line: thread.end_line,
            selected_text: thread.selected_text.clone(),
            anchor_status: thread.anchor_status.as_str(),
            created_at: thread.created_at.to_rfc3339(),
            updated_at: thread.updated_at.to_rfc3339(),
        }
    }
}

impl From<&Thread> for OneThread {
    fn from(thread: &Thread) -> Self {
        Self { thread: thread.into() }
    }
}
