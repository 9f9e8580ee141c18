//! A thread's messages: numbers without gaps, every answer after its question, and as many slots as they take.

use std::collections::BTreeMap;

use crate::verify::finding::{Finding, FindingKind};
use crate::verify::repair::Repair;
use crate::{Message, ReplyState, Role, Thread};

const NOT_OURS: &str = "what was said cannot be made again: restore the messages from a backup, or leave them so";

/// A message, without what it says.
#[derive(Clone, Copy)]
pub(super) struct Line {
    role: Role,
    reply_state: Option<ReplyState>,
}

/// The lines of a thread, by their numbers.
pub(super) type Lines = BTreeMap<u32, Line>;

impl From<&Message> for Line {
    fn from(message: &Message) -> Self {
        Self { role: message.role, reply_state: message.reply_state }
    }
}

impl Line {
    fn is_question(self) -> bool {
        self.role == Role::User && self.reply_state.is_some()
    }
}

/// What is wrong with a conversation.
pub(super) fn check(thread: &Thread, lines: &Lines) -> Vec<Finding> {
    let mut findings = Vec::new();
    let id = format!("thread {}.{}", thread.session_id, thread.thread);
    let mut found = |kind, detail: String, repair| findings.push(Finding::new(kind, id.clone(), detail, repair));
    let left = || Repair::None(NOT_OURS);
    let (mut end, mut missing) = (0, 0);
    for (&seq, line) in lines {
        let before = seq.checked_sub(1).and_then(|before| lines.get(&before));
        let answers = line.role == Role::Ai && before.is_some_and(|before| before.is_question());
        if line.role == Role::Ai && !answers {
            found(FindingKind::StrayAnswer, format!("message {seq}"), left());
        }
        if line.is_question() {
            let has_answer = lines.get(&(seq + 1)).is_some_and(|next| next.role == Role::Ai);
            if has_answer != (line.reply_state == Some(ReplyState::Answered)) {
                let said = if has_answer { "has an answer and does not say so" } else { "says it has an answer" };
                found(FindingKind::LostAnswer, format!("message {seq} {said}"), left());
            }
        }
        missing += seq.saturating_sub(end + 1);
        end = end.max(seq + u32::from(line.is_question()));
    }
    if missing > 0 {
        found(FindingKind::MessageGap, format!("{missing} of {end} numbers"), left());
    }
    if thread.message_slots != end {
        let (session_id, thread_id, seen) = (thread.session_id, thread.thread, thread.message_slots);
        let seen_updated_at = thread.updated_at;
        let repair = Repair::MessageSlots { session_id, thread: thread_id, seen, seen_updated_at, counted: end };
        found(FindingKind::MessageSlots, format!("counts {seen}, takes {end}"), repair);
    }
    findings
}
