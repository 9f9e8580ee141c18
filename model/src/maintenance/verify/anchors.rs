//! Anchors: each thread has exactly one, and a stable anchor refers to the selected text.

use review::selection::Selection;

use crate::generated::any::AnyEntity;
use crate::maintenance::verify::finding::{Finding, FindingKind};
use crate::maintenance::verify::ledger::Subject;
use crate::maintenance::verify::repair::{Repair, SoundAnchors};
use crate::placed::entry_of;
use crate::{
    Anchor, AnchorStatus, Anchors, PackedCode, Session, SessionId, Thread, ThreadAnchor, ThreadKind, ThreadUuid,
};

/// The items of the session that the scan has reached. Code and anchors usually come before the threads, so most
/// threads are compared with both at once. If the order differs, or the code is in chunks, the session is checked
/// again.
#[derive(Default)]
pub(super) struct Neighbours {
    session_id: Option<SessionId>,
    text: Option<String>,
    anchors: Option<Box<Anchors>>,
}

impl Neighbours {
    /// Takes the next item of the scan. Returns the subject to check again, if any.
    pub(super) fn take_next(&mut self, entity: &AnyEntity) -> Option<Subject> {
        match entity {
            AnyEntity::Code(code) => {
                let bytes = code.inline.as_deref();
                let text = bytes.and_then(|bytes| PackedCode::unpack(&[bytes], code.sha256, code.size).ok());
                *self = Self { session_id: Some(code.session_id), text, anchors: None };
                None
            }
            AnyEntity::Anchors(anchors) => {
                self.enter(anchors.session_id);
                self.anchors = Some(anchors.clone());
                None
            }
            AnyEntity::Thread(thread) => {
                self.enter(thread.session_id);
                let anchor = entry_of(thread, self.anchors.as_deref()).map(Anchor::from);
                let is_sound = anchor.is_some_and(|anchor| !is_false(thread, anchor, self.text.as_deref()));
                (!is_sound).then_some(Subject::Session(thread.session_id, Some(thread.user_id)))
            }
            _ => None,
        }
    }

    fn enter(&mut self, session_id: SessionId) {
        if self.session_id != Some(session_id) {
            *self = Self { session_id: Some(session_id), ..Self::default() };
        }
    }
}

/// Whether a stable anchor refers to a text that differs from the selected text, or is not known.
fn is_false(thread: &Thread, anchor: Anchor, text: Option<&str>) -> bool {
    anchor.status == AnchorStatus::Stable && status_of(thread, anchor, text) != AnchorStatus::Stable
}

/// The status that the text at these lines justifies.
fn status_of(thread: &Thread, anchor: Anchor, text: Option<&str>) -> AnchorStatus {
    let stands = |text: &str| {
        let selected = thread.clone().unpacked().ok()?.selected_text;
        let Anchor { start_line, end_line, .. } = anchor;
        Selection { start_line, end_line, text: &selected }.is_at_its_lines(text)
    };
    let stands = thread.kind == ThreadKind::File || text.and_then(stands).unwrap_or(false);
    if stands { AnchorStatus::Stable } else { AnchorStatus::Approximate }
}

/// A session's anchors and threads.
pub(super) struct Placement<'a> {
    pub(super) head: &'a Session,
    /// The code of this head, if it can be read.
    pub(super) text: Option<&'a str>,
    pub(super) anchors: Option<&'a Anchors>,
    /// The threads that decode, oldest first.
    pub(super) threads: Vec<&'a Thread>,
    /// Threads that do not decode.
    pub(super) unread: Vec<ThreadUuid>,
}

impl Placement<'_> {
    /// The findings about the anchors. One write repairs all of them.
    pub(super) fn check(&self) -> Vec<Finding> {
        let (mut wrong, mut sound) = (Vec::new(), Vec::new());
        let none = Anchors::none_of(self.head);
        let anchors = self.anchors.unwrap_or(&none);
        for entry in &anchors.threads {
            let is_read = self.threads.iter().any(|thread| thread.thread == entry.thread);
            if self.unread.contains(&entry.thread) {
                sound.push(entry.clone());
            } else if !is_read {
                wrong.push((FindingKind::StrayAnchor, entry.thread, String::new()));
            }
        }
        for thread in &self.threads {
            let (entry, finding) = self.of_thread(thread, anchors);
            wrong.extend(finding.map(|(kind, detail)| (kind, thread.thread, detail)));
            sound.push(entry);
        }
        sound.sort_by_key(|entry| entry.thread);
        let repair = SoundAnchors {
            anchors: Anchors { changes: anchors.changes.saturating_add(1), threads: sound, ..anchors.clone() },
            owner: self.head.user_id,
            seen_version: self.head.version_number,
            seen_changes: anchors.changes,
        };
        let found = |(kind, thread, detail)| {
            let id = format!("thread {}.{thread}", self.head.session_id);
            Finding::new(kind, id, detail, Repair::Anchors(Box::new(repair.clone())))
        };
        wrong.into_iter().map(found).collect()
    }

    /// The correct anchor of the thread, and the finding about its current one.
    fn of_thread(&self, thread: &Thread, anchors: &Anchors) -> (ThreadAnchor, Option<(FindingKind, String)>) {
        let entry = |anchor: Anchor, version| ThreadAnchor {
            thread: thread.thread,
            start_line: anchor.start_line,
            end_line: anchor.end_line,
            status: status_of(thread, anchor, self.text),
            version,
            moves: thread.moves,
            moved_at: None,
        };
        let Some(own) = anchors.entry(thread.thread) else {
            let first_line = Anchor { start_line: 1, end_line: 1, status: AnchorStatus::Approximate };
            return (entry(first_line, self.head.version_number), Some((FindingKind::MissingAnchor, String::new())));
        };
        if own.moves != thread.moves {
            let detail = format!("the thread was moved {} times, its anchor {}", thread.moves, own.moves);
            return (entry(own.into(), own.version), Some((FindingKind::MissingAnchor, detail)));
        }
        if self.text.is_some() && is_false(thread, own.into(), self.text) {
            let detail = format!("lines {} to {}", own.start_line, own.end_line);
            return (entry(own.into(), own.version), Some((FindingKind::FalseAnchor, detail)));
        }
        (own.clone(), None)
    }
}
