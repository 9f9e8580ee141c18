//! Where a stored patch belongs in code that may have moved on since it was made.

use model::{AnchorStatus, Thread};

use crate::review::lines::{Lines, with_feeds};
use crate::review::patch::{Patch, Withheld};

/// The code as it is.
#[derive(Clone, Copy)]
pub struct Here<'a> {
    /// Its version.
    pub version_number: u32,
    /// The thread that the patch belongs to, if it is on some lines.
    pub thread: Option<&'a Thread>,
}

/// The patch for the code as it is. For the version that it was made for that is where it was. In any other one it is the
/// only place with the very text that it replaces; of several, the one that has moved exactly as its thread has. A place
/// is never guessed.
///
/// # Errors
/// When the text is not there any more, or in several places.
pub fn locate(patch: &model::Patch, here: Here<'_>, text: &str) -> Result<Patch, Withheld> {
    let length = patch.end_line.saturating_sub(patch.start_line);
    let at = |start_line: u32| Patch {
        start_line,
        end_line: start_line.saturating_add(length),
        original: patch.original.clone(),
        replacement: patch.replacement.clone(),
    };
    if here.version_number == patch.base_version {
        return Ok(at(patch.start_line));
    }
    match Places::of(&patch.original, text) {
        Places::None => Err(Withheld::Gone),
        Places::One(line) => Ok(at(line)),
        Places::Several => {
            let there = here.shifted(patch).filter(|line| is_at(&patch.original, *line, text));
            there.map(at).ok_or(Withheld::Ambiguous)
        }
    }
}

impl Here<'_> {
    /// Where the patch is if it has moved exactly as its thread has.
    fn shifted(&self, patch: &model::Patch) -> Option<u32> {
        let thread = self.thread.filter(|thread| thread.anchor_status == AnchorStatus::Stable)?;
        let then = patch.anchor_line?;
        patch.start_line.checked_add_signed(thread.start_line.checked_signed_diff(then)?)
    }
}

/// The places where the lines are the original's, line ends aside.
enum Places {
    None,
    /// At this line, and nowhere else.
    One(u32),
    Several,
}

impl Places {
    fn of(original: &str, text: &str) -> Self {
        // Between line feeds a text is whole lines.
        let (wanted, text) = (format!("\n{}\n", with_feeds(original)), format!("\n{}\n", with_feeds(text)));
        let Some(first) = text.find(&wanted) else { return Self::None };
        if text[first + 1..].contains(&wanted) {
            return Self::Several;
        }
        let before = text[..first].matches('\n').count();
        u32::try_from(before + 1).map_or(Self::None, Self::One)
    }
}

fn is_at(original: &str, line: u32, text: &str) -> bool {
    let (lines, original) = (Lines::of(text), with_feeds(original));
    let first = usize::try_from(line).unwrap_or(usize::MAX);
    let last = first.saturating_add(original.matches('\n').count());
    lines.has(first, last) && with_feeds(lines.text(first, last)) == original
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::{Clock, Ids, ThreadKind};

    fn patch(start_line: u32, original: &str) -> model::Patch {
        let lines = u32::try_from(original.lines().count()).unwrap_or(1);
        let (original, replacement) = (original.to_owned(), "new".to_owned());
        let end_line = start_line + lines.max(1) - 1;
        model::Patch { start_line, end_line, original, replacement, base_version: 1, anchor_line: Some(2) }
    }

    fn thread(start_line: u32, anchor_status: AnchorStatus) -> Thread {
        let (ids, now) = (Ids::seeded(1), Clock::system().now());
        Thread {
            session_id: ids.next(now),
            thread: ids.next(now),
            user_id: ids.next(now),
            kind: ThreadKind::Block,
            start_line,
            end_line: start_line,
            selected_text: String::new(),
            anchor_status,
            anchor_version: 1,
            message_slots: 0,
            created_at: now,
            updated_at: now,
        }
    }

    fn placed(patch: &model::Patch, thread: Option<&Thread>, text: &str) -> Result<(u32, u32), Withheld> {
        locate(patch, Here { version_number: 2, thread }, text).map(|patch| (patch.start_line, patch.end_line))
    }

    #[test]
    fn in_the_version_it_was_made_for_it_stays_where_it_was() {
        let here = Here { version_number: 1, thread: None };
        let found = locate(&patch(2, "b"), here, "b\nb\nb").expect("it is its own version");
        assert_eq!((found.start_line, found.end_line), (2, 2));
    }

    #[test]
    fn the_only_place_with_its_text_is_where_it_belongs() {
        assert_eq!(placed(&patch(2, "b\nc"), None, "x\ny\na\r\nb\r\nc\nd"), Ok((4, 5)));
        assert_eq!(placed(&patch(1, ""), None, "a\n\nb"), Ok((2, 2)));
    }

    #[test]
    fn text_that_is_not_there_any_more_is_not_looked_for_any_further() {
        for text in ["", "x", "bb", "b ", "B\nc"] {
            assert_eq!(placed(&patch(2, "b\nc"), None, text), Err(Withheld::Gone), "{text:?}");
        }
    }

    #[test]
    fn of_several_places_the_one_that_moved_as_its_thread_did_and_else_none() {
        let text = "b\nx\nb\ny\nb";
        let patch = patch(3, "b");
        assert_eq!(placed(&patch, None, text), Err(Withheld::Ambiguous));
        assert_eq!(placed(&patch, Some(&thread(4, AnchorStatus::Stable)), text), Ok((5, 5)));
        assert_eq!(placed(&patch, Some(&thread(2, AnchorStatus::Stable)), text), Ok((3, 3)));
        assert_eq!(placed(&patch, Some(&thread(3, AnchorStatus::Stable)), text), Err(Withheld::Ambiguous));
        assert_eq!(placed(&patch, Some(&thread(4, AnchorStatus::Approximate)), text), Err(Withheld::Ambiguous));
    }
}
