//! Two texts, compared once, and the position of a selection of the old text in the new one.

use std::ops::Range;
use std::time::Instant;

use crate::anchor::Placement;
use crate::anchor::mapping::Mapping;
use crate::anchor::similarity::{Effort, Similarity};
use crate::anchor::vocabulary::Vocabulary;
use crate::lines::Lines;
use crate::search::occurrences;
use crate::selection::{Selection, stands_at};

mod remaining;

/// Each line is represented by its number in the vocabulary. Positions are counted from 0.
pub(super) struct Comparison<'t> {
    pub(super) vocabulary: Vocabulary<'t>,
    pub(super) old: Vec<u32>,
    pub(super) new: Vec<u32>,
    pub(super) map: Mapping,
    /// The significant lines of the new text that are not in the old text, ascending.
    pub(super) fresh: Vec<usize>,
    pub(super) similarity: Similarity,
    pub(super) effort: Effort,
    old_text: Lines<'t>,
    new_text: Lines<'t>,
}

impl<'t> Comparison<'t> {
    pub(super) fn of(old_text: Lines<'t>, new_text: Lines<'t>, deadline: Instant) -> Self {
        let mut vocabulary = Vocabulary::default();
        let (old, new) = (vocabulary.read_old(&old_text), vocabulary.read_new(&new_text));
        let map = Mapping::of(&old, &new, deadline);
        let fresh = |at: &usize| {
            let line = vocabulary.line(new[*at]);
            line.in_old == 0 && line.is_significant
        };
        let fresh = (0..new.len()).filter(fresh).collect();
        let similarity = Similarity::new(vocabulary.len());
        Self { vocabulary, old, new, map, fresh, similarity, effort: Effort::new(), old_text, new_text }
    }

    pub(super) fn place(&self, selection: &Selection<'_>) -> Placement {
        let was = self.old_range(selection);
        let is_selected =
            |range: &Range<usize>| stands_at(&self.new_text, (range.start + 1, range.end), selection.text);
        let together = self.map.lines(&was);
        let range = together
            .clone()
            .filter(is_selected)
            .or_else(|| self.moved(&self.block(selection.text, &was)?))
            .or_else(|| self.pasted(selection.text))
            .or(together)
            .or_else(|| self.around_remaining_lines(&was))
            .unwrap_or_else(|| self.old_position(&was));
        // The final check, independent of the rule that applied.
        let is_stable = is_selected(&range);
        Placement { start_line: number(range.start + 1), end_line: number(range.end), is_stable }
    }

    /// The range of the selected lines in the old text, clamped to its lines.
    fn old_range(&self, selection: &Selection<'_>) -> Range<usize> {
        let at = |line: u32| usize::try_from(line).unwrap_or(usize::MAX).clamp(1, self.old.len());
        let start = at(selection.start_line);
        start - 1..at(selection.end_line).max(start)
    }

    /// The whole lines of the selection: those of the old text, or else the selection's own.
    fn block(&self, selected: &str, was: &Range<usize>) -> Option<Vec<u32>> {
        if stands_at(&self.old_text, (was.start + 1, was.end), selected) {
            return Some(self.old[was.clone()].to_vec());
        }
        self.vocabulary.numbers(&Lines::of(selected.strip_suffix('\n').unwrap_or(selected)))
    }

    /// The position of the block if it is in the new text exactly once. A block that was in the old text twice may be a
    /// copy, so it is not followed.
    fn moved(&self, block: &[u32]) -> Option<Range<usize>> {
        let lines = || block.iter().map(|line| self.vocabulary.line(*line));
        if !lines().any(|line| line.is_significant) || lines().any(|line| line.in_new == 0) {
            return None;
        }
        let only = lines().enumerate().find(|(_, line)| line.in_new == 1);
        let found = match only {
            Some((n, line)) => line.last_in_new.checked_sub(n)?,
            None => match self.positions(block, &self.new)?[..] {
                [only] => only,
                _ => return None,
            },
        };
        let range = found..found + block.len();
        let is_there = self.new.get(range.clone()) == Some(block);
        (is_there && !self.occurs_twice_in_old(block)?).then_some(range)
    }

    /// Whether the block was in the old text twice. `None` if the search costs too much.
    fn occurs_twice_in_old(&self, block: &[u32]) -> Option<bool> {
        if block.iter().any(|line| self.vocabulary.line(*line).in_old <= 1) {
            return Some(false);
        }
        Some(self.positions(block, &self.old)?.len() > 1)
    }

    /// The first two positions of the block in the lines. `None` if the search costs too much.
    fn positions(&self, block: &[u32], lines: &[u32]) -> Option<Vec<usize>> {
        self.effort.spend(2 * (block.len() + lines.len())).then(|| occurrences(block, lines, 2))
    }

    /// The position of the selected text if it was not in the old text, and is in the new text once: text that was cut
    /// is pasted again. Unlike a block of whole lines, it may be a part of a line.
    fn pasted(&self, selected: &str) -> Option<Range<usize>> {
        let selected = selected.trim_end_matches(['\n', '\r']);
        if selected.trim().is_empty() || !self.effort.spend(4 * (self.old.len() + self.new.len())) {
            return None;
        }
        let wanted: Vec<&str> = Lines::of(selected).iter().collect();
        let [first] = self.text_positions(&wanted, selected, &self.new_text, 2)?[..] else { return None };
        let is_in_old_text = !self.text_positions(&wanted, selected, &self.old_text, 1)?.is_empty();
        (!is_in_old_text).then(|| first - 1..first - 1 + wanted.len())
    }

    /// The first lines, from 1, at which the selected text stands, at most `limit`. `wanted` are its lines. `None` if
    /// the search costs too much.
    fn text_positions(&self, wanted: &[&str], selected: &str, lines: &Lines<'_>, limit: usize) -> Option<Vec<usize>> {
        let [begin, more @ ..] = wanted else { return None };
        let middle = &more[..more.len().saturating_sub(1)];
        let begins = |line: &str| if more.is_empty() { line.contains(begin) } else { line.ends_with(begin) };
        let mut found = Vec::new();
        for first in 1..=lines.count().saturating_sub(more.len()) {
            if found.len() == limit {
                break;
            }
            if !begins(lines.line(first)) {
                continue;
            }
            let same = (first + 1..).zip(middle).take_while(|(at, wanted)| lines.line(*at) == **wanted).count();
            let is_whole = same == middle.len();
            if !self.effort.spend(if is_whole { 2 * wanted.len() } else { same + 1 }) {
                return None;
            }
            if is_whole && stands_at(lines, (first, first + more.len()), selected) {
                found.push(first);
            }
        }
        Some(found)
    }

    /// The old distance from the nearest remaining line above, but before the nearest remaining line below.
    fn old_position(&self, was: &Range<usize>) -> Range<usize> {
        let (room, behind) = self.map.room(was);
        let last = room.end.max(room.start + 1) - 1;
        let start = (room.start + behind).min(last).min(self.new.len() - 1);
        let end = (start + was.len()).min(room.end).max(start + 1);
        start..end
    }
}

fn number(line: usize) -> u32 {
    u32::try_from(line).unwrap_or(u32::MAX)
}
