//! Anchors: the lines of a thread after the code was saved.

use std::time::Instant;

use crate::lines::Lines;
use crate::selection::Selection;
use comparison::Comparison;

mod comparison;
mod mapping;
mod similarity;
mod vocabulary;

/// The position of a selection in the new text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Placement {
    /// First line, from 1.
    pub start_line: u32,
    /// Last line, included.
    pub end_line: u32,
    /// Whether these lines still contain the selected text.
    pub is_stable: bool,
}

/// Finds the position of each selection of `old` in `new`, in the given order. A result is stable if and only if the
/// selected text begins in its first line and ends in its last.
///
/// Both texts are compared once, line by line, without indentation, until the deadline. If the comparison of hostile
/// text takes too long, it continues with the matches so far. Then the first rule that applies decides:
///
/// 1. All lines of the selection stayed together: their new position.
/// 2. They are elsewhere exactly once, and were not in the old text twice: they were moved as a block.
/// 3. The selected text, which may be a part of a line, is in the new text once and was not in the old text: it was cut
///    before and is pasted again.
/// 4. Some of the lines remain, or were moved or rewritten: the range around the largest group of such lines. A line
///    counts as rewritten if the new text has a similar line that the old text did not have. The search starts between
///    the same unchanged lines, in the same order, and then covers the whole text.
/// 5. Otherwise, the old position.
///
/// Rules 2 to 4 share a limited number of elementary steps for all selections together, so that they end soon on any
/// text. `benches/anchors.rs` measures how often the result is right.
#[must_use]
pub fn re_anchor(old: &str, new: &str, selections: &[Selection<'_>], deadline: Instant) -> Vec<Placement> {
    if selections.is_empty() {
        return Vec::new();
    }
    let comparison = Comparison::of(Lines::of(old), Lines::of(new), deadline);
    selections.iter().map(|selection| comparison.place(selection)).collect()
}

#[cfg(test)]
mod tests;
