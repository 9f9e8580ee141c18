//! The messages of a thread: consecutive numbers, each answer after its question, and a slot counter that matches them.

use std::collections::BTreeMap;

use crate::maintenance::verify::finding::{Finding, FindingKind};
use crate::maintenance::verify::repair::Repair;
use crate::{Expiry, Message, ReplyState, Role, Thread, Timestamp};

const NOT_OURS: &str = "what was said cannot be made again: restore the messages from a backup, or leave them so";

/// A message, without its text.
#[derive(Clone, Copy)]
pub(super) struct Line {
    role: Role,
    reply_state: Option<ReplyState>,
    expires_at: Option<Expiry>,
}

/// The messages of a thread, by their numbers.
pub(super) type Lines = BTreeMap<u32, Line>;

impl From<&Message> for Line {
    fn from(message: &Message) -> Self {
        Self { role: message.role, reply_state: message.reply_state, expires_at: message.expires_at }
    }
}

impl Line {
    fn is_question(self) -> bool {
        self.role == Role::User && self.reply_state.is_some()
    }
}

/// The messages that have not expired. DynamoDB removes expired messages one by one, in any order.
fn living(lines: &Lines, now: Timestamp) -> Lines {
    let has_expired = |line: &Line| line.expires_at.is_some_and(|expires_at| expires_at.has_passed(now));
    lines.iter().filter(|(_, line)| !has_expired(line)).map(|(&seq, &line)| (seq, line)).collect()
}

/// The findings about a conversation. Messages of a thread expire in order. So once the first one has expired, a number
/// may be missing, unless it comes after a message that has not expired yet.
pub(super) fn check(thread: &Thread, lines: &Lines, now: Timestamp) -> Vec<Finding> {
    let lines = &living(lines, now);
    let first_to_expire = lines.iter().find(|(_, line)| line.expires_at.is_some()).map(|(&seq, _)| seq);
    // A message with a smaller number may have expired.
    let first_living = if thread.has_expired_messages(now) { first_to_expire.unwrap_or(u32::MAX) } else { 0 };
    let mut findings = Vec::new();
    let id = format!("thread {}.{}", thread.session_id, thread.thread);
    let mut found = |kind, detail: String, repair| findings.push(Finding::new(kind, id.clone(), detail, repair));
    let left = || Repair::None(NOT_OURS);
    let (mut end, mut missing) = (0_u32, 0_u32);
    for (&seq, line) in lines {
        let before = seq.checked_sub(1).and_then(|before| lines.get(&before));
        let answers = line.role == Role::Ai && before.is_some_and(|before| before.is_question());
        if line.role == Role::Ai && !answers {
            found(FindingKind::StrayAnswer, format!("message {seq}"), left());
        }
        if line.is_question() {
            let has_answer = lines.get(&seq.saturating_add(1)).is_some_and(|next| next.role == Role::Ai);
            if has_answer != (line.reply_state == Some(ReplyState::Answered)) {
                let said = if has_answer { "has an answer and does not say so" } else { "says it has an answer" };
                found(FindingKind::LostAnswer, format!("message {seq} {said}"), left());
            }
        }
        missing += seq.saturating_sub(end.saturating_add(1).max(first_living));
        end = end.max(seq.saturating_add(line.is_question().into()));
    }
    if missing > 0 {
        found(FindingKind::MessageGap, format!("{missing} of {end} numbers"), left());
    }
    let is_short_by_expiry = thread.message_slots > end && end.saturating_add(1) < first_living;
    if thread.message_slots != end && !is_short_by_expiry {
        let (session_id, thread_id, seen) = (thread.session_id, thread.thread, thread.message_slots);
        let seen_updated_at = thread.updated_at;
        let repair = Repair::MessageSlots { session_id, thread: thread_id, seen, seen_updated_at, counted: end };
        found(FindingKind::MessageSlots, format!("counts {seen}, takes {end}"), repair);
    }
    findings
}
