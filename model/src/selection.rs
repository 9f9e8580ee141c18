//! Selections: whether the text that was selected stands at the lines of an anchor, and how it is kept.

use std::io::Read as _;

use flate2::bufread::GzDecoder;

use crate::code::deflate;
use crate::{Lines, NewThread, StoreError, Thread, ThreadKind};

/// The longest selected text that a thread keeps, in bytes of UTF-8.
pub const MAX_SELECTED_BYTES: usize = 64 * 1024;
/// A longer one is kept as gzip. A shorter one gains nothing, and can be read in the table.
const PLAIN_BYTES: usize = 1024;

/// The selected text is longer than [`MAX_SELECTED_BYTES`], and not the whole file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the selection is longer than {MAX_SELECTED_BYTES} bytes")]
pub struct SelectionTooLong;

impl NewThread {
    /// The thread as it is kept in this code. One on the whole file has no lines and no text of its own. A selection of nothing but
    /// white space, a cursor for instance, is of its lines: their text is what is selected. All of a file that is longer than a
    /// selection can be is a thread on the whole file. Lines that the code does not have are left alone.
    ///
    /// # Errors
    /// When the selected text is too long to be kept.
    pub fn kept_in(&self, code: &str) -> Result<Self, SelectionTooLong> {
        if self.kind == ThreadKind::File {
            return Ok(Self::on_the_file());
        }
        let lines = Lines::of(code);
        let at = |line: u32| usize::try_from(line).unwrap_or(usize::MAX);
        let (first, last) = (at(self.start_line), at(self.end_line));
        if !lines.has(first, last) {
            return Ok(self.clone());
        }
        let is_blank = self.selected_text.trim().is_empty();
        let selected = if is_blank { lines.text(first, last) } else { &self.selected_text };
        if selected.len() <= MAX_SELECTED_BYTES {
            return Ok(Self { selected_text: selected.to_owned(), ..*self });
        }
        let is_all = first == 1 && last >= lines.written();
        if is_all { Ok(Self::on_the_file()) } else { Err(SelectionTooLong) }
    }

    const fn on_the_file() -> Self {
        Self { kind: ThreadKind::File, start_line: 1, end_line: 1, selected_text: String::new() }
    }
}

impl Thread {
    /// As it is stored: a long selected text as gzip.
    pub(crate) fn packed(mut self) -> Self {
        if self.selected_text.len() > PLAIN_BYTES {
            self.selected_gzip = Some(deflate(self.selected_text.as_bytes()));
            self.selected_text = String::new();
        }
        self
    }

    /// With its selected text as it was.
    ///
    /// # Errors
    /// When the gzip is damaged.
    pub(crate) fn unpacked(mut self) -> Result<Self, StoreError> {
        let Some(gzip) = self.selected_gzip.take() else { return Ok(self) };
        // One byte more than there may be, so that too long is seen and the end of the gzip is checked.
        let mut limited = GzDecoder::new(&*gzip).take(MAX_SELECTED_BYTES as u64 + 1);
        let is_whole = limited.read_to_string(&mut self.selected_text).is_ok_and(|read| read <= MAX_SELECTED_BYTES);
        if is_whole {
            return Ok(self);
        }
        let reason = "its selected text is not one whole gzip".to_owned();
        Err(StoreError::Corrupt { pattern: "AP-32", entity: "thread", reason })
    }
}

/// Whether the selected text stands at the lines from `first` to `last`, from 1 and inclusive; `None` when the text has no
/// such lines. See [`stands_at`].
#[must_use]
pub fn is_selected_at(text: &str, first: u32, last: u32, selected: &str) -> Option<bool> {
    let (first, last) = (usize::try_from(first).ok()?, usize::try_from(last).ok()?);
    let lines = Lines::of(text);
    lines.has(first, last).then(|| stands_at(&lines, (first, last), selected))
}

/// Whether the selected text begins in the first of these lines, from 1 and inclusive, and ends in the last of them.
///
/// So a part of a line stands where the line is, and lines without the indentation of the first stand where they are. Line ends
/// are compared as one. The last line's end may be selected too. A text without anything but white space stands where the lines
/// are blank.
#[must_use]
pub fn stands_at(lines: &Lines<'_>, (first, last): (usize, usize), selected: &str) -> bool {
    let wanted = Lines::of(selected);
    let (count, there) = (wanted.count(), last + 1 - first);
    if selected.trim().is_empty() {
        return (first..=last).all(|line| lines.line(line).trim().is_empty());
    }
    let middle = |count: usize| (1..count.max(2) - 1).all(|n| lines.line(first + n) == wanted.line(n + 1));
    let (begin, end) = (lines.line(first), lines.line(last));
    if count == there {
        return match count {
            1 => begin.contains(wanted.line(1)),
            _ => begin.ends_with(wanted.line(1)) && middle(count) && end.starts_with(wanted.line(count)),
        };
    }
    // With the last line's end.
    count == there + 1
        && wanted.line(count).is_empty()
        && begin.ends_with(wanted.line(1))
        && middle(there)
        && (there == 1 || end == wanted.line(there))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_selection_stands_where_it_begins_in_the_first_line_and_ends_in_the_last() {
        for (text, first, last, selected, stands) in [
            ("a\nb\nc", 2, 2, "b", Some(true)),
            ("a\r\nb\r\nc", 1, 2, "a\nb", Some(true)),
            ("a\nb\nc", 1, 2, "a\r\nb", Some(true)),
            ("a\r\r\nb\r\r\n", 2, 2, "b", Some(true)),
            ("a\r\r\nb\r\r\n", 2, 2, "b\r", Some(true)),
            ("a\rb\rc", 1, 2, "a\nb", Some(true)),
            ("\u{FEFF}a\nb", 1, 1, "a", Some(true)),
            ("a\nb\nc", 2, 2, " b", Some(false)),
            ("a\nb\nc", 2, 3, "b", Some(false)),
            ("a\nb", 3, 3, "", None),
            ("a\nb", 0, 1, "a", None),
            ("a\nb", 2, 1, "a", None),
            // A part of a line, and of the first and the last.
            ("let x = f(a);\n", 1, 1, "f(a)", Some(true)),
            ("  if a {\n    b();\n  }\n", 1, 3, "if a {\n    b();\n  }", Some(true)),
            ("  if a {\n    b();\n  }\n", 1, 3, "a {\n    b();\n ", Some(true)),
            ("  if a {\n    b();\n  }\n", 1, 3, "if a {\n  b();\n  }", Some(false)),
            ("  if a {\n    b();\n  }\n", 1, 3, "if a \n    b();\n  }", Some(false)),
            ("  if a {\n    b();\n  }\n", 1, 3, "if a {\n    b();\n }", Some(false)),
            // With the last line's end, whether the editor counts the next line or not.
            ("a\nb\nc", 2, 2, "b\n", Some(true)),
            ("a\nb\nc", 2, 2, "b\r\n", Some(true)),
            ("a\nb\nc", 2, 3, "b\n", Some(true)),
            ("a\nbb\nc", 1, 2, "a\nb\n", Some(false)),
            ("a\nbb\nc", 2, 2, "bb\n\n", Some(false)),
            ("a\nbx\nc", 2, 2, "b\n", Some(false)),
            // Nothing but white space.
            ("a\nb\n", 3, 3, "", Some(true)),
            ("a\n  \nb\n", 2, 2, "", Some(true)),
            ("a\n\nb\n", 2, 2, "\n", Some(true)),
            ("a\nb\n", 1, 1, "", Some(false)),
            ("a\nb\n", 1, 1, "\n", Some(false)),
        ] {
            assert_eq!(is_selected_at(text, first, last, selected), stands, "{text:?} {first} to {last}: {selected:?}");
        }
    }

    proptest! {
        #[test]
        fn whatever_an_editor_selects_stands_where_it_was_selected(
            lines in prop::collection::vec("[ab {\u{e9}\u{2028}]{0,4}", 1..8), end in "(\n|\r\n|\r|\r\r\n)", other_end in "(\n|\r\n|\r)",
            from: prop::sample::Index, to: prop::sample::Index, begin: prop::sample::Index, stop: prop::sample::Index, is_ended: bool,
        ) {
            let text = lines.join(&end);
            let (first, last) = (from.index(lines.len()), to.index(lines.len()));
            let (first, last) = (first.min(last), first.max(last));
            let cut = |line: &str, at: &prop::sample::Index| line.floor_char_boundary(at.index(line.len() + 1));
            let mut chosen: Vec<_> = lines[first..=last].to_vec();
            let selected = if first == last && !is_ended {
                let line = &lines[first];
                let (one, other) = (cut(line, &begin), cut(line, &stop));
                line[one.min(other)..one.max(other)].to_owned()
            } else {
                chosen[0] = chosen[0][cut(&chosen[0], &begin)..].to_owned();
                let stop = if is_ended { lines[last].len() } else { cut(&lines[last], &stop) };
                let cut_off = lines[last].len() - stop;
                let whole = chosen[last - first].len();
                chosen[last - first].truncate(whole - cut_off);
                chosen.join(&other_end) + if is_ended { &*other_end } else { "" }
            };
            // Carriage returns next to empty lines run together.
            let is_ambiguous = (end.contains('\r') || other_end.contains('\r')) && lines.iter().chain(&chosen).any(String::is_empty);
            if !selected.trim().is_empty() && !is_ambiguous {
                let at = |line: usize| u32::try_from(line + 1).expect("few");
                prop_assert_eq!(is_selected_at(&text, at(first), at(last), &selected), Some(true), "{:?} in {:?}", selected, text);
            }
        }
    }
}
