//! Conversions from the review crate to stored types: anchors, patches, and the parts of an answer.

use std::time::Instant;

use review::anchor::{Placement, re_anchor};
use review::answer;
use review::limits::DIFF_DEADLINE;
use review::patch::{self, Base, Withheld};
use review::prompt;
use review::selection::Selection;

use crate::{
    Anchor, AnchorStatus, Confidence, ContextMode, NewThread, Patch, PatchStatus, PlacedThread, Role, SessionVersion,
    ThreadKind,
};

/// The anchors of the threads in the new code, one for each thread, in the same order. A thread on the whole file is
/// unchanged.
pub(crate) fn re_anchor_threads(old: &str, new: &str, threads: &[PlacedThread]) -> Vec<Anchor> {
    let blocks = threads.iter().filter(|thread| thread.kind == ThreadKind::Block);
    let selections: Vec<_> = blocks
        .map(|thread| Selection {
            start_line: thread.anchor.start_line,
            end_line: thread.anchor.end_line,
            text: &thread.selected_text,
        })
        .collect();
    let mut moved = re_anchor(old, new, &selections, Instant::now() + DIFF_DEADLINE).into_iter();
    let anchor = |thread: &PlacedThread| {
        let moved = if thread.kind == ThreadKind::Block { moved.next() } else { None };
        moved.map_or(thread.anchor, Anchor::from)
    };
    threads.iter().map(anchor).collect()
}

impl Patch {
    /// The stored form of a checked patch: it adds the version of the code that the patch was checked against, and the
    /// first line of its thread in that version.
    #[must_use]
    pub fn based_on(checked: patch::Patch, base_version: SessionVersion, anchor_line: Option<u32>) -> Self {
        let patch::Patch { start_line, end_line, original, replacement } = checked;
        Self { start_line, end_line, original, replacement, base_version, anchor_line }
    }

    /// The position of the patch in the text of this version, which is its own or a later one. `anchor` is the position
    /// of its thread in that text, if the thread is about lines.
    ///
    /// # Errors
    /// With the reason why the patch cannot be applied any more.
    pub fn locate(
        &self,
        version: SessionVersion,
        anchor: Option<Anchor>,
        text: &str,
    ) -> Result<patch::Patch, Withheld> {
        let checked = patch::Patch {
            start_line: self.start_line,
            end_line: self.end_line,
            original: self.original.clone(),
            replacement: self.replacement.clone(),
        };
        let is_current = version == self.base_version;
        let base = if is_current { Base::Current } else { Base::Earlier { thread_moved_by: self.moved_by(anchor) } };
        checked.locate(base, text)
    }

    /// By how many lines the thread has moved down; `None` when its anchor is not stable.
    fn moved_by(&self, anchor: Option<Anchor>) -> Option<i64> {
        let anchor = anchor.filter(|anchor| anchor.status == AnchorStatus::Stable)?;
        Some(i64::from(anchor.start_line) - i64::from(self.anchor_line?))
    }
}

/// Whether the selected text of a new thread is at its lines of this code; `None` when the code has no such lines. A
/// thread on the whole file always matches.
#[must_use]
pub fn selection_status(code: &str, new: &NewThread) -> Option<AnchorStatus> {
    if new.kind == ThreadKind::File {
        return Some(AnchorStatus::Stable);
    }
    let selection = Selection { start_line: new.start_line, end_line: new.end_line, text: &new.selected_text };
    selection.is_at_its_lines(code).map(AnchorStatus::of)
}

impl AnchorStatus {
    const fn of(is_stable: bool) -> Self {
        if is_stable { Self::Stable } else { Self::Approximate }
    }
}

impl From<Placement> for Anchor {
    fn from(placement: Placement) -> Self {
        let Placement { start_line, end_line, is_stable } = placement;
        Self { start_line, end_line, status: AnchorStatus::of(is_stable) }
    }
}

impl From<patch::PatchStatus> for PatchStatus {
    fn from(status: patch::PatchStatus) -> Self {
        match status {
            patch::PatchStatus::Verified => Self::Verified,
            patch::PatchStatus::Relocated => Self::Relocated,
        }
    }
}

impl From<answer::Confidence> for Confidence {
    fn from(confidence: answer::Confidence) -> Self {
        match confidence {
            answer::Confidence::High => Self::High,
            answer::Confidence::Medium => Self::Medium,
            answer::Confidence::Low => Self::Low,
        }
    }
}

impl From<prompt::ContextMode> for ContextMode {
    fn from(mode: prompt::ContextMode) -> Self {
        match mode {
            prompt::ContextMode::Full => Self::Full,
            prompt::ContextMode::Local => Self::Local,
        }
    }
}

impl From<Role> for prompt::Role {
    fn from(role: Role) -> Self {
        match role {
            Role::User => Self::User,
            Role::Ai => Self::Ai,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Ids, Thread, Timestamp};

    const OLD: &str = "use std;\n\nfn first() {\n    one();\n}\n\nfn second() {\n    two();\n}\n";

    #[test]
    fn re_anchoring_moves_all_threads_except_those_on_the_whole_file() {
        let now = Timestamp::EPOCH;
        let ids = Ids::seeded(1);
        let thread = |kind, (start_line, end_line): (u32, u32), text: &str| PlacedThread {
            item: Thread::new((ids.next(now), ids.next(now), ids.next(now)), kind, text.to_owned(), now),
            anchor: Anchor { start_line, end_line, status: AnchorStatus::Stable },
            anchor_version: SessionVersion::new(1),
            moved_at: None,
        };
        let block = thread(ThreadKind::Block, (4, 4), "    one();");
        let threads = [block.clone(), thread(ThreadKind::File, (1, 9), ""), block];
        let moved = re_anchor_threads(OLD, &format!("// new\n{OLD}"), &threads);
        let lines: Vec<_> = moved.iter().map(|anchor| (anchor.start_line, anchor.end_line)).collect();
        assert_eq!(lines, [(5, 5), (1, 9), (5, 5)]);
        assert!(moved.iter().all(|anchor| anchor.status == AnchorStatus::Stable));
    }

    fn now(start_line: u32, status: AnchorStatus) -> Anchor {
        Anchor { start_line, end_line: start_line, status }
    }

    #[test]
    fn a_stored_patch_is_found_in_later_code_or_refused() {
        let stored = |line, anchor_line| {
            let (original, replacement) = ("b".to_owned(), "x".to_owned());
            Patch::based_on(
                patch::Patch { start_line: line, end_line: line, original, replacement },
                SessionVersion::new(1),
                anchor_line,
            )
        };
        let (stable, approximate) = (AnchorStatus::Stable, AnchorStatus::Approximate);
        for (what, text, version, thread, expected) in [
            ("its own version", "a\nb\nb\n", 1, None, Ok(2)),
            ("its own version, with another text", "a\nc\nb\n", 1, None, Err(Withheld::OriginalDiffers)),
            ("moved", "0\na\nc\nb\n", 2, None, Ok(4)),
            ("other line ends", "a\r\nb\r\n", 2, None, Ok(2)),
            ("indented", "a\n  b\n", 2, Some(now(2, stable)), Err(Withheld::Gone)),
            ("twice, and the thread decides", "b\na\nb\n", 2, Some(now(3, stable)), Ok(3)),
            ("twice, and the thread is elsewhere", "b\na\nb\n", 2, Some(now(2, stable)), Err(Withheld::NoLongerUnique)),
            ("twice, and the thread is lost", "b\na\nb\n", 2, Some(now(3, approximate)), Err(Withheld::NoLongerUnique)),
            ("twice, and no thread", "b\na\nb\n", 2, None, Err(Withheld::NoLongerUnique)),
        ] {
            let located = stored(2, Some(2)).locate(SessionVersion::new(version), thread, text);
            assert_eq!(located.map(|patch| patch.start_line), expected, "{what}");
        }
        let found = stored(4, Some(2)).locate(SessionVersion::new(2), Some(now(3, stable)), "b\n0\na\nc\nb\n");
        assert_eq!(found.map(|patch| patch.start_line), Ok(5), "two lines below its thread");
        let above = stored(1, Some(9)).locate(SessionVersion::new(2), Some(now(1, stable)), "b\nb\n");
        assert_eq!(above, Err(Withheld::NoLongerUnique), "above the first line");
    }

    #[test]
    fn review_values_map_to_the_stored_values_of_the_same_name() {
        for confidence in [answer::Confidence::High, answer::Confidence::Medium, answer::Confidence::Low] {
            assert_eq!(Confidence::from(confidence).as_str(), confidence.as_str());
        }
        for mode in [prompt::ContextMode::Full, prompt::ContextMode::Local] {
            assert_eq!(ContextMode::from(mode).as_str(), mode.as_str());
        }
        for status in [patch::PatchStatus::Verified, patch::PatchStatus::Relocated] {
            assert_eq!(PatchStatus::from(status).as_str(), status.as_str());
        }
    }
}
