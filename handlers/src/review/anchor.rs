//! Anchors: where the lines of a thread are after the code was saved.

use std::time::Instant;

use model::{Anchor, AnchorStatus, PlacedThread, ThreadKind, is_selected_at};

use crate::limits::DIFF_DEADLINE;
use crate::review::lines::{Lines, Selection};
use comparison::Comparison;

mod comparison;
mod left;
mod likeness;
mod mapping;
mod vocabulary;

/// The threads' anchors in the new code, for [`model::Store::save_code`]. A thread on the whole file stays as it is.
#[must_use]
pub fn re_anchor_threads(old: &str, new: &str, threads: &[PlacedThread]) -> Vec<Anchor> {
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
        moved.unwrap_or(thread.anchor)
    };
    threads.iter().map(anchor).collect()
}

/// Whether the selected text stands at the selection's lines; `None` when the text has no such lines.
#[must_use]
pub fn status_at(text: &str, selection: &Selection<'_>) -> Option<AnchorStatus> {
    let is_selected = is_selected_at(text, selection.start_line, selection.end_line, selection.text)?;
    Some(if is_selected { AnchorStatus::Stable } else { AnchorStatus::Approximate })
}

/// Finds each selection of `old` in `new`, in the order given. The result is stable if and only if the selected text
/// stands there: it begins in the first line and ends in the last.
///
/// Both texts are compared once, line by line and without regard to indentation, until the deadline: a comparison that
/// hostile text makes too long goes on with what was found. Then, for each selection, the first that holds:
///
/// 1. Its lines all stayed together: where they are.
/// 2. They are elsewhere exactly once, and were not there twice before: they were moved as a whole.
/// 3. The selected text, which may be parts of lines, is in the new text once and was nowhere in the old one: it was cut before, and is
///    back.
/// 4. Some of them are left, or were moved or rewritten: around the most of those that are near to each other. A line
///    counts as rewritten when the new text has one that the old text did not have and that is alike, looked for first
///    between the same unchanged lines and in the same order, then everywhere.
/// 5. Else where they were.
///
/// Steps 2 to 4 share a number of elementary steps, for all selections together, so that they end soon on any text.
/// `benches/anchors.rs` measures how often the result is right.
#[must_use]
pub fn re_anchor(old: &str, new: &str, selections: &[Selection<'_>], deadline: Instant) -> Vec<Anchor> {
    if selections.is_empty() {
        return Vec::new();
    }
    let comparison = Comparison::of(Lines::of(old), Lines::of(new), deadline);
    selections.iter().map(|selection| comparison.place(selection)).collect()
}

#[cfg(test)]
mod tests;
