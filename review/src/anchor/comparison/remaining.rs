//! The remaining lines of a selection: unchanged, moved or rewritten.

use std::ops::Range;

use crate::anchor::comparison::Comparison;
use crate::anchor::mapping::Hunk;

/// Lines with more than this many lines between them do not belong together any more.
const MAX_GAP: usize = 12;
/// The least similarity of a line and its rewritten form, out of 1,000, between the same unchanged lines.
const MIN_SIMILARITY_IN_HUNK: usize = 500;
/// The same for the whole text, where there are more candidates.
const MIN_SIMILARITY: usize = 700;
/// The number of lines around the selection that are paired with it. They take the new lines that belong to them.
const PAIRED_CONTEXT: usize = 20;
/// The limit of compared pairs of lines in one hunk.
const MAX_PAIRS: usize = 100_000;
/// The number of steps for a pair of lines, without those of the comparison itself.
const STEPS_PER_PAIR: usize = 8;

impl Comparison<'_> {
    /// The range around the largest group of remaining lines that are near each other: from the first to the last of
    /// them, extended on both sides by remaining braces and blank lines that are not further away than before.
    pub(super) fn around_remaining_lines(&self, was: &Range<usize>) -> Option<Range<usize>> {
        if !self.effort.spend(16 * was.len()) {
            return None;
        }
        let mut left = self.remaining(was);
        left.sort_unstable_by_key(|(_, line)| *line);
        let stretches = left.chunk_by(|(_, line), (_, next)| next - line <= MAX_GAP);
        // Of groups with the same size, the first.
        let stretch = stretches.rev().max_by_key(|stretch| stretch.len())?;
        let (&(first, start), &(last, end)) = (stretch.first()?, stretch.last()?);
        let above =
            (was.start..first).filter_map(|line| Some((first - line, start.checked_sub(self.map.line(line)?)?)));
        let below = (last..was.end).filter_map(|line| Some((line - last, self.map.line(line)?.checked_sub(end)?)));
        Some(start - reach(above)..end + reach(below) + 1)
    }

    /// The significant lines of this range that remain, with their new positions.
    fn remaining(&self, was: &Range<usize>) -> Vec<(usize, usize)> {
        let (mut left, mut lost) = (Vec::new(), Vec::new());
        for line in was.clone().filter(|line| self.vocabulary.line(self.old[*line]).is_significant) {
            match self.map.line(line).or_else(|| self.moved_to(line)) {
                Some(now) => left.push((line, now)),
                None => lost.push(line),
            }
        }
        let rewritten = self.rewritten(was, &lost);
        lost.retain(|line| rewritten.binary_search_by_key(line, |(line, _)| *line).is_err());
        left.extend(rewritten);
        left.extend(lost.into_iter().filter_map(|line| Some((line, self.most_similar(line)?))));
        left
    }

    /// The new position of a line that is in each text exactly once, if it moved.
    fn moved_to(&self, line: usize) -> Option<usize> {
        let line = self.vocabulary.line(self.old[line]);
        (line.in_old == 1 && line.in_new == 1).then_some(line.last_in_new)
    }

    /// The lost lines that were rewritten between the same unchanged lines, with their new positions, ascending.
    fn rewritten(&self, was: &Range<usize>, lost: &[usize]) -> Vec<(usize, usize)> {
        let mut rewritten = Vec::new();
        let mut rest = lost;
        while let Some(hunk) = rest.first().and_then(|line| self.map.hunk(*line)) {
            rest = &rest[rest.partition_point(|line| hunk.old.contains(line))..];
            rewritten.extend(self.pairs(was, &hunk).into_iter().filter(|(line, _)| was.contains(line)));
        }
        rewritten
    }

    /// Pairs of similar lines of a hunk, in the same order on both sides, with the largest total similarity: the
    /// longest common subsequence, with similarity instead of equality.
    fn pairs(&self, was: &Range<usize>, hunk: &Hunk) -> Vec<(usize, usize)> {
        let first = was.start.saturating_sub(PAIRED_CONTEXT).max(hunk.old.start);
        let last = (was.end + PAIRED_CONTEXT).min(hunk.old.end);
        let is_lost =
            |line: &usize| self.vocabulary.line(self.old[*line]).is_significant && self.moved_to(*line).is_none();
        let old: Vec<_> = (first..last).filter(is_lost).collect();
        let fresh = |line| self.fresh.partition_point(|fresh| *fresh < line);
        let new = &self.fresh[fresh(hunk.new.start)..fresh(hunk.new.end)];
        let pairs = old.len().saturating_mul(new.len());
        if pairs > MAX_PAIRS || !self.effort.spend(STEPS_PER_PAIR * pairs) {
            return Vec::new();
        }
        let width = new.len() + 1;
        // The best sum for the remaining lines from each pair on, row by row, and the pair's similarity if it is high
        // enough.
        let mut best = vec![0; (old.len() + 1) * width];
        let mut similarities = vec![None; old.len() * width];
        for (row, line) in old.iter().enumerate().rev() {
            for (column, other) in new.iter().enumerate().rev() {
                let at = row * width + column;
                similarities[at] = self.similarity(*line, *other, MIN_SIMILARITY_IN_HUNK);
                let skipped: usize = best[at + width].max(best[at + 1]);
                best[at] =
                    similarities[at].map_or(skipped, |similarity| skipped.max(similarity + best[at + width + 1]));
            }
        }
        let (mut row, mut column, mut pairs) = (0, 0, Vec::new());
        while let (Some(line), Some(other)) = (old.get(row), new.get(column)) {
            let at = row * width + column;
            if best[at] == best[at + width] {
                row += 1;
            } else if best[at] == best[at + 1] {
                column += 1;
            } else {
                pairs.push((*line, *other));
                (row, column) = (row + 1, column + 1);
            }
        }
        pairs
    }

    /// The most similar new line of the whole text, if it is similar enough.
    fn most_similar(&self, line: usize) -> Option<usize> {
        if !self.effort.spend(STEPS_PER_PAIR * self.fresh.len()) {
            return None;
        }
        let similarities =
            self.fresh.iter().filter_map(|fresh| Some((self.similarity(line, *fresh, MIN_SIMILARITY)?, *fresh)));
        similarities.max_by_key(|(similarity, _)| *similarity).map(|(_, fresh)| fresh)
    }

    fn similarity(&self, old: usize, new: usize, least: usize) -> Option<usize> {
        self.similarity.at_least(least, (self.old[old], self.new[new]), &self.vocabulary, &self.effort)
    }
}

/// The largest distance among the lines that are not further away than before. Each item is a distance before and now.
fn reach(lines: impl Iterator<Item = (usize, usize)>) -> usize {
    lines.filter(|(before, now)| now <= before).map(|(_, now)| now).max().unwrap_or(0)
}
