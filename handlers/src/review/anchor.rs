//! Anchors: where the lines of a thread are after the code was saved.

use std::collections::HashMap;
use std::ops::Range;
use std::time::Instant;

use model::{Anchor, AnchorStatus, Thread, ThreadKind};
use similar::{Algorithm, DiffOp, capture_diff_slices_deadline};

use crate::limits::DIFF_DEADLINE;
use crate::review::lines::{Lines, Selection};

/// A line with fewer letters and digits than this, a brace for instance, says little about where it is.
const SIGNIFICANT: usize = 3;

/// The threads' anchors in the new code, for [`model::Store::save_code`]. A thread on the whole file stays as it is.
#[must_use]
pub fn re_anchor_threads(old: &str, new: &str, threads: &[Thread]) -> Vec<Anchor> {
    let blocks = threads.iter().filter(|thread| thread.kind == ThreadKind::Block);
    let selections: Vec<_> = blocks
        .map(|thread| Selection {
            start_line: thread.start_line,
            end_line: thread.end_line,
            text: &thread.selected_text,
        })
        .collect();
    let mut moved = re_anchor(old, new, &selections, Instant::now() + DIFF_DEADLINE).into_iter();
    let anchor = |thread: &Thread| {
        let moved = if thread.kind == ThreadKind::Block { moved.next() } else { None };
        let (start_line, end_line) = (thread.start_line, thread.end_line);
        moved.unwrap_or(Anchor { start_line, end_line, status: thread.anchor_status })
    };
    threads.iter().map(anchor).collect()
}

/// Whether the text at a selection's lines is the selected text, line ends aside; `None` when the text has no such lines.
#[must_use]
pub fn status_at(text: &str, selection: &Selection<'_>) -> Option<AnchorStatus> {
    let lines = Lines::of(text);
    let first = usize::try_from(selection.start_line).ok()?;
    let last = usize::try_from(selection.end_line).ok()?;
    if !lines.has(first, last) {
        return None;
    }
    let there = (first..=last).map(|line| lines.line(line));
    let is_selected = there.eq(Lines::of(selection.text).iter());
    Some(if is_selected { AnchorStatus::Stable } else { AnchorStatus::Approximate })
}

/// Finds each selection of `old` in `new`, in the order given. The result is stable if and only if the text there is the
/// selected text, line ends aside.
///
/// Both texts are compared once, line by line, until the deadline: a comparison that hostile text makes too long goes
/// on with what was found, and anchors in the rest become approximate. An anchor whose lines all stayed together is
/// where they are; else where its text is, if it is there exactly once and was not there twice before; else around
/// those of its lines that are left; else where they were.
#[must_use]
pub fn re_anchor(old: &str, new: &str, selections: &[Selection<'_>], deadline: Instant) -> Vec<Anchor> {
    if selections.is_empty() {
        return Vec::new();
    }
    let comparison = Comparison::of(&Lines::of(old), &Lines::of(new), deadline);
    selections.iter().map(|selection| comparison.place(selection)).collect()
}

/// Two texts as numbers, one number for each different line, and which lines of the new one are lines of the old.
struct Comparison<'t> {
    numbers: HashMap<&'t str, u32>,
    significant: Vec<bool>,
    old: Vec<u32>,
    new: Vec<u32>,
    /// For each old line the new line it became, ascending.
    map: Vec<Option<usize>>,
}

impl<'t> Comparison<'t> {
    fn of(old: &Lines<'t>, new: &Lines<'t>, deadline: Instant) -> Self {
        let (mut numbers, mut significant) = (HashMap::new(), Vec::new());
        let mut intern = |lines: &Lines<'t>| -> Vec<u32> {
            let number = |line: &'t str| {
                *numbers.entry(line).or_insert_with(|| {
                    significant
                        .push(line.chars().filter(|c| c.is_alphanumeric()).take(SIGNIFICANT).count() == SIGNIFICANT);
                    // A text of 5 MiB has far fewer lines than that.
                    u32::try_from(significant.len() - 1).unwrap_or(u32::MAX)
                })
            };
            lines.iter().map(number).collect()
        };
        let (old, new) = (intern(old), intern(new));
        let map = matched(&old, &new, deadline);
        Self { numbers, significant, old, new, map }
    }

    fn place(&self, selection: &Selection<'_>) -> Anchor {
        let selected: Option<Vec<u32>> =
            Lines::of(selection.text).iter().map(|line| self.numbers.get(line).copied()).collect();
        let was = self.was(selection);
        let is_selected = |range: &Range<usize>| selected.as_deref() == Some(&self.new[range.clone()]);
        let together = self.together(&was);
        let range = together
            .clone()
            .filter(is_selected)
            .or_else(|| selected.as_deref().and_then(|block| self.moved(block)))
            .or(together)
            .or_else(|| self.around_what_is_left(&was))
            .unwrap_or_else(|| self.where_it_was(&was));
        // The last word, whatever path led here.
        let status = if is_selected(&range) { AnchorStatus::Stable } else { AnchorStatus::Approximate };
        Anchor { start_line: number(range.start + 1), end_line: number(range.end), status }
    }

    /// The selected lines in the old text, from 0, at least one and none that is not there.
    fn was(&self, selection: &Selection<'_>) -> Range<usize> {
        let at = |line: u32| usize::try_from(line).unwrap_or(usize::MAX).clamp(1, self.old.len());
        let start = at(selection.start_line);
        start - 1..at(selection.end_line).max(start)
    }

    /// All lines are left, with nothing between them.
    fn together(&self, was: &Range<usize>) -> Option<Range<usize>> {
        let lines = &self.map[was.clone()];
        let first = lines[0]?;
        let unbroken = lines.iter().enumerate().all(|(n, line)| *line == Some(first + n));
        unbroken.then(|| first..first + lines.len())
    }

    /// The block is in the new text exactly once, and was not in the old text twice: then it cannot be its copy.
    fn moved(&self, block: &[u32]) -> Option<Range<usize>> {
        let says_something = block.iter().any(|line| self.is_significant(*line));
        let (first, again) = occurrences(block, &self.new);
        let found = first.filter(|_| says_something && !again)?;
        let (_, ambiguous) = occurrences(block, &self.old);
        (!ambiguous).then(|| found..found + block.len())
    }

    /// From the first to the last line that is left, if one of them says something.
    fn around_what_is_left(&self, was: &Range<usize>) -> Option<Range<usize>> {
        let left = || self.map[was.clone()].iter().flatten().copied();
        let hull = left().next()?..left().next_back()? + 1;
        left().any(|line| self.is_significant(self.new[line])).then_some(hull)
    }

    /// As far behind the nearest line above that is left as before, and before the nearest one below if there is room.
    fn where_it_was(&self, was: &Range<usize>) -> Range<usize> {
        let above = self.map[..was.start].iter().enumerate().rev().find_map(|(old, new)| new.map(|new| (old, new)));
        let below = self.map[was.end..].iter().flatten().next().copied().unwrap_or(self.new.len());
        let (free_old, free_new) = above.map_or((0, 0), |(old, new)| (old + 1, new + 1));
        let last = below.max(free_new + 1) - 1;
        let start = (free_new + was.start - free_old).min(last).min(self.new.len() - 1);
        let end = (start + was.len()).min(below).max(start + 1);
        start..end
    }

    fn is_significant(&self, line: u32) -> bool {
        usize::try_from(line).is_ok_and(|line| self.significant.get(line).copied().unwrap_or(false))
    }
}

/// For each old line the new line it became: the same beginning and end, and between them what a diff finds in time.
fn matched(old: &[u32], new: &[u32], deadline: Instant) -> Vec<Option<usize>> {
    let head = old.iter().zip(new).take_while(|(old, new)| old == new).count();
    let (old_rest, new_rest) = (&old[head..], &new[head..]);
    let tail = old_rest.iter().rev().zip(new_rest.iter().rev()).take_while(|(old, new)| old == new).count();
    let (old_middle, new_middle) = (&old_rest[..old_rest.len() - tail], &new_rest[..new_rest.len() - tail]);

    let mut map: Vec<_> = (0..head).map(Some).collect();
    map.resize(head + old_middle.len(), None);
    for op in capture_diff_slices_deadline(Algorithm::Myers, old_middle, new_middle, Some(deadline)) {
        if let DiffOp::Equal { old_index, new_index, len } = op {
            for n in 0..len {
                map[head + old_index + n] = Some(head + new_index + n);
            }
        }
    }
    map.extend((new.len() - tail..new.len()).map(Some));
    map
}

/// Where the block first is, and whether it is there again, in time linear in both (Knuth, Morris and Pratt).
fn occurrences(block: &[u32], lines: &[u32]) -> (Option<usize>, bool) {
    let mut fallback = vec![0; block.len()];
    let mut matched = 0;
    for at in 1..block.len() {
        while matched > 0 && block[at] != block[matched] {
            matched = fallback[matched - 1];
        }
        matched += usize::from(block[at] == block[matched]);
        fallback[at] = matched;
    }
    let (mut first, mut matched) = (None, 0);
    for (at, line) in lines.iter().enumerate() {
        while matched > 0 && *line != block[matched] {
            matched = fallback[matched - 1];
        }
        matched += usize::from(*line == block[matched]);
        if matched == block.len() {
            if first.is_some() {
                return (first, true);
            }
            first = Some(at + 1 - block.len());
            matched = fallback[matched - 1];
        }
    }
    (first, false)
}

fn number(line: usize) -> u32 {
    u32::try_from(line).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests;
