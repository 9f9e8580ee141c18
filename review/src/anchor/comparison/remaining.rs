//! What is left of some lines: those that did not change, those that went elsewhere, those that were rewritten.

use std::ops::Range;

use crate::anchor::comparison::Comparison;
use crate::anchor::mapping::Hunk;

/// Lines with more than this between them do not belong together any more.
const TOGETHER: usize = 12;
/// How alike a line and its rewritten form are at least, out of 1,000, between the same unchanged lines.
const ALIKE_HERE: usize = 500;
/// And elsewhere, where there are more to be taken for it.
const ALIKE_ELSEWHERE: usize = 700;
/// Lines around the selection that are paired with it: they take what is theirs.
const CONTEXT: usize = 20;
/// The most pairs of lines of one hunk that are looked at.
const PAIRS: usize = 100_000;
/// Steps that a pair of lines takes, those of the comparison itself aside.
const STEPS_OF_PAIR: usize = 8;

impl Comparison<'_> {
    /// Around the most of its lines that are left near to each other: from the first to the last of them, and on either
    /// side as far as its braces and blank lines that are left and are no further away than they were.
    pub(super) fn around_remaining_lines(&self, was: &Range<usize>) -> Option<Range<usize>> {
        if !self.effort.spend(16 * was.len()) {
            return None;
        }
        let mut left = self.left(was);
        left.sort_unstable_by_key(|(_, line)| *line);
        let stretches = left.chunk_by(|(_, line), (_, next)| next - line <= TOGETHER);
        // Of equals the first.
        let stretch = stretches.rev().max_by_key(|stretch| stretch.len())?;
        let (&(first, start), &(last, end)) = (stretch.first()?, stretch.last()?);
        let above =
            (was.start..first).filter_map(|line| Some((first - line, start.checked_sub(self.map.line(line)?)?)));
        let below = (last..was.end).filter_map(|line| Some((line - last, self.map.line(line)?.checked_sub(end)?)));
        Some(start - reach(above)..end + reach(below) + 1)
    }

    /// Those of these lines that say something and are left, and where.
    fn left(&self, was: &Range<usize>) -> Vec<(usize, usize)> {
        let (mut left, mut lost) = (Vec::new(), Vec::new());
        for line in was.clone().filter(|line| self.vocabulary.line(self.old[*line]).is_significant) {
            match self.map.line(line).or_else(|| self.went_to(line)) {
                Some(now) => left.push((line, now)),
                None => lost.push(line),
            }
        }
        let rewritten = self.rewritten(was, &lost);
        lost.retain(|line| rewritten.binary_search_by_key(line, |(line, _)| *line).is_err());
        left.extend(rewritten);
        left.extend(lost.into_iter().filter_map(|line| Some((line, self.most_alike(line)?))));
        left
    }

    /// Where a line is now that was there once and is there once, if it is not where it was.
    fn went_to(&self, line: usize) -> Option<usize> {
        let line = self.vocabulary.line(self.old[line]);
        (line.in_old == 1 && line.in_new == 1).then_some(line.last_in_new)
    }

    /// Those of the lost lines that were rewritten between the same unchanged lines, and what they became; ascending.
    fn rewritten(&self, was: &Range<usize>, lost: &[usize]) -> Vec<(usize, usize)> {
        let mut rewritten = Vec::new();
        let mut rest = lost;
        while let Some(hunk) = rest.first().and_then(|line| self.map.hunk(*line)) {
            rest = &rest[rest.partition_point(|line| *line < hunk.old.end)..];
            rewritten.extend(self.pairs(was, &hunk).into_iter().filter(|(line, _)| was.contains(line)));
        }
        rewritten
    }

    /// The lines of a hunk around the selection that are alike, in the same order on both sides, so that they are as alike
    /// as possible in all: the longest common subsequence, with likeness for equality.
    fn pairs(&self, was: &Range<usize>, hunk: &Hunk) -> Vec<(usize, usize)> {
        let first = was.start.saturating_sub(CONTEXT).max(hunk.old.start);
        let last = (was.end + CONTEXT).min(hunk.old.end);
        let is_lost =
            |line: &usize| self.vocabulary.line(self.old[*line]).is_significant && self.went_to(*line).is_none();
        let old: Vec<_> = (first..last).filter(is_lost).collect();
        let fresh = |line| self.fresh.partition_point(|fresh| *fresh < line);
        let new = &self.fresh[fresh(hunk.new.start)..fresh(hunk.new.end)];
        let pairs = old.len().saturating_mul(new.len());
        if pairs > PAIRS || !self.effort.spend(STEPS_OF_PAIR * pairs) {
            return Vec::new();
        }
        let width = new.len() + 1;
        // The best sum of what is left from each pair on, row by row, and the likeness of the pair if it is alike.
        let mut best = vec![0; (old.len() + 1) * width];
        let mut alike = vec![None; old.len() * width];
        for (row, line) in old.iter().enumerate().rev() {
            for (column, other) in new.iter().enumerate().rev() {
                let at = row * width + column;
                alike[at] = self.likeness(*line, *other, ALIKE_HERE);
                let skipped: usize = best[at + width].max(best[at + 1]);
                best[at] = alike[at].map_or(skipped, |likeness| skipped.max(likeness + best[at + width + 1]));
            }
        }
        let (mut row, mut column, mut pairs) = (0, 0, Vec::new());
        while row < old.len() && column < new.len() {
            let at = row * width + column;
            if best[at] == best[at + width] {
                row += 1;
            } else if best[at] == best[at + 1] {
                column += 1;
            } else {
                pairs.push((old[row], new[column]));
                (row, column) = (row + 1, column + 1);
            }
        }
        pairs
    }

    /// The new line of the whole text that is most like this one, if it is very much so.
    fn most_alike(&self, line: usize) -> Option<usize> {
        if !self.effort.spend(STEPS_OF_PAIR * self.fresh.len()) {
            return None;
        }
        let alike = self.fresh.iter().filter_map(|fresh| Some((self.likeness(line, *fresh, ALIKE_ELSEWHERE)?, *fresh)));
        alike.max_by_key(|(likeness, _)| *likeness).map(|(_, fresh)| fresh)
    }

    fn likeness(&self, old: usize, new: usize, least: usize) -> Option<usize> {
        self.likeness.at_least(least, (self.old[old], self.new[new]), &self.vocabulary, &self.effort)
    }
}

/// How far away the furthest of the lines is that are not further than they were: before, and now.
fn reach(lines: impl Iterator<Item = (usize, usize)>) -> usize {
    lines.filter(|(before, now)| now <= before).map(|(_, now)| now).max().unwrap_or(0)
}
