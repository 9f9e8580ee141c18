//! Anchors: where the lines of a thread are after the code was saved.

use std::time::Instant;

use crate::lines::Lines;
use crate::selection::Selection;
use comparison::Comparison;

mod comparison;
mod likeness;
mod mapping;
mod vocabulary;

/// Where a selection is in the new text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Placement {
    /// First line, from 1.
    pub start_line: u32,
    /// Last line, included.
    pub end_line: u32,
    /// Whether the text there is still the selected text.
    pub is_stable: bool,
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
pub fn re_anchor(old: &str, new: &str, selections: &[Selection<'_>], deadline: Instant) -> Vec<Placement> {
    if selections.is_empty() {
        return Vec::new();
    }
    let comparison = Comparison::of(Lines::of(old), Lines::of(new), deadline);
    selections.iter().map(|selection| comparison.place(selection)).collect()
}

#[cfg(test)]
mod tests;
