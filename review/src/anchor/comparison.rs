//! Two texts, compared once, and where a selection of the old one is in the new one.

use std::ops::Range;
use std::time::Instant;

use crate::anchor::Placement;
use crate::anchor::likeness::{Effort, Likeness};
use crate::anchor::mapping::Mapping;
use crate::anchor::vocabulary::Vocabulary;
use crate::lines::Lines;
use crate::search::occurrences;
use crate::selection::{Selection, stands_at};

mod remaining;

/// Lines as the numbers that the vocabulary gives them, counted from 0.
pub(super) struct Comparison<'t> {
    pub(super) vocabulary: Vocabulary<'t>,
    pub(super) old: Vec<u32>,
    pub(super) new: Vec<u32>,
    pub(super) map: Mapping,
    /// The lines of the new text that say something and are not in the old one, ascending.
    pub(super) fresh: Vec<usize>,
    pub(super) likeness: Likeness,
    pub(super) effort: Effort,
    before: Lines<'t>,
    written: Lines<'t>,
}

impl<'t> Comparison<'t> {
    pub(super) fn of(before: Lines<'t>, written: Lines<'t>, deadline: Instant) -> Self {
        let mut vocabulary = Vocabulary::default();
        let (old, new) = (vocabulary.read_old(&before), vocabulary.read_new(&written));
        let map = Mapping::of(&old, &new, deadline);
        let fresh = |at: &usize| {
            let line = vocabulary.line(new[*at]);
            line.in_old == 0 && line.is_significant
        };
        let fresh = (0..new.len()).filter(fresh).collect();
        let likeness = Likeness::new(vocabulary.len());
        Self { vocabulary, old, new, map, fresh, likeness, effort: Effort::new(), before, written }
    }

    pub(super) fn place(&self, selection: &Selection<'_>) -> Placement {
        let was = self.was(selection);
        let is_selected = |range: &Range<usize>| stands_at(&self.written, (range.start + 1, range.end), selection.text);
        let together = self.map.lines(&was);
        let range = together
            .clone()
            .filter(is_selected)
            .or_else(|| self.moved(&self.block(selection.text, &was)?))
            .or_else(|| self.came_back(selection.text))
            .or(together)
            .or_else(|| self.around_remaining_lines(&was))
            .unwrap_or_else(|| self.where_it_was(&was));
        // The last word, whatever path led here.
        let is_stable = is_selected(&range);
        Placement { start_line: number(range.start + 1), end_line: number(range.end), is_stable }
    }

    /// The selected lines in the old text, at least one and none that is not there.
    fn was(&self, selection: &Selection<'_>) -> Range<usize> {
        let at = |line: u32| usize::try_from(line).unwrap_or(usize::MAX).clamp(1, self.old.len());
        let start = at(selection.start_line);
        start - 1..at(selection.end_line).max(start)
    }

    /// The whole lines that the selection is of: those where it stood, or else its own.
    fn block(&self, selected: &str, was: &Range<usize>) -> Option<Vec<u32>> {
        if stands_at(&self.before, (was.start + 1, was.end), selected) {
            return Some(self.old[was.clone()].to_vec());
        }
        self.vocabulary.numbers(&Lines::of(selected.strip_suffix('\n').unwrap_or(selected)))
    }

    /// The block is in the new text exactly once, and was not in the old text twice: then it cannot be its copy.
    fn moved(&self, block: &[u32]) -> Option<Range<usize>> {
        let lines = || block.iter().map(|line| self.vocabulary.line(*line));
        if !lines().any(|line| line.is_significant) || lines().any(|line| line.in_new == 0) {
            return None;
        }
        let only = lines().enumerate().find(|(_, line)| line.in_new == 1);
        let found = match only {
            Some((n, line)) => line.last_in_new.checked_sub(n)?,
            None => match self.places(block, &self.new)?[..] {
                [only] => only,
                _ => return None,
            },
        };
        let range = found..found + block.len();
        let is_there = self.new.get(range.clone()) == Some(block);
        (is_there && !self.was_twice(block)?).then_some(range)
    }

    /// Whether the block was in the old text twice; none if it costs too much to say.
    fn was_twice(&self, block: &[u32]) -> Option<bool> {
        if block.iter().any(|line| self.vocabulary.line(*line).in_old <= 1) {
            return Some(false);
        }
        Some(self.places(block, &self.old)?.len() > 1)
    }

    /// The first two places of the block in the lines; none if it costs too much to say.
    fn places(&self, block: &[u32], lines: &[u32]) -> Option<Vec<usize>> {
        self.effort.spend(2 * (block.len() + lines.len())).then(|| occurrences(block, lines, 2))
    }

    /// The selected text was nowhere in the old text, and stands in the new text in one place: what was cut is pasted again. Other
    /// than a block of whole lines it may be a part of them.
    fn came_back(&self, selected: &str) -> Option<Range<usize>> {
        let selected = selected.trim_end_matches(['\n', '\r']);
        if selected.trim().is_empty() || !self.effort.spend(4 * (self.old.len() + self.new.len())) {
            return None;
        }
        let wanted: Vec<&str> = Lines::of(selected).iter().collect();
        let [first] = self.standing(&wanted, selected, &self.written, 2)?[..] else { return None };
        let was_there = !self.standing(&wanted, selected, &self.before, 1)?.is_empty();
        (!was_there).then(|| first - 1..first - 1 + wanted.len())
    }

    /// The first lines, from 1 and so many at most, at which the selected text stands; none if it costs too much to say. `wanted` are
    /// its lines.
    fn standing(&self, wanted: &[&str], selected: &str, lines: &Lines<'_>, limit: usize) -> Option<Vec<usize>> {
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

    /// As far behind the nearest line above that is left as before, and before the nearest one below if there is room.
    fn where_it_was(&self, was: &Range<usize>) -> Range<usize> {
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
