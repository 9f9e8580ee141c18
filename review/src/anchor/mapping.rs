//! The lines that both texts have in the same order.

use std::ops::Range;
use std::time::Instant;

use similar::{Algorithm, DiffOp, capture_diff_slices_deadline};

/// Consecutive lines that both texts have.
#[derive(Clone, Copy)]
struct Match {
    old: usize,
    new: usize,
    len: usize,
}

/// A difference before, between or after two matches. Either side may be empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Hunk {
    pub(super) old: Range<usize>,
    pub(super) new: Range<usize>,
}

/// All matches of two texts, ascending in both, with a difference between any two: the common prefix and suffix are as
/// long as they can be, and the diff merges its own matches. The prefix and the suffix may be empty. There can be
/// millions of lines, so every query looks only at the matches around a line.
pub(super) struct Mapping {
    matches: Vec<Match>,
    old_len: usize,
    new_len: usize,
}

impl Mapping {
    /// Matches the common prefix and suffix, and lets a diff match the lines between them until the deadline.
    pub(super) fn of(old: &[u32], new: &[u32], deadline: Instant) -> Self {
        let head = old.iter().zip(new).take_while(|(old, new)| old == new).count();
        let (old_rest, new_rest) = (&old[head..], &new[head..]);
        let tail = old_rest.iter().rev().zip(new_rest.iter().rev()).take_while(|(old, new)| old == new).count();
        let (old_middle, new_middle) = (&old_rest[..old_rest.len() - tail], &new_rest[..new_rest.len() - tail]);

        let mut mapping = Self { matches: Vec::new(), old_len: old.len(), new_len: new.len() };
        mapping.matches.push(Match { old: 0, new: 0, len: head });
        for op in capture_diff_slices_deadline(Algorithm::Myers, old_middle, new_middle, Some(deadline)) {
            if let DiffOp::Equal { old_index, new_index, len } = op {
                mapping.matches.push(Match { old: head + old_index, new: head + new_index, len });
            }
        }
        mapping.matches.push(Match { old: old.len() - tail, new: new.len() - tail, len: tail });
        mapping
    }

    /// The position of this old line in the new text.
    pub(super) fn line(&self, old: usize) -> Option<usize> {
        self.lines(&(old..old + 1)).map(|lines| lines.start)
    }

    /// The position of these old lines in the new text, if all of them remain with nothing between them.
    pub(super) fn lines(&self, old: &Range<usize>) -> Option<Range<usize>> {
        let around = self.matches[..self.matches_until(old.start)].last()?;
        let start = around.new + (old.start - around.old);
        (old.end <= around.old + around.len).then(|| start..start + old.len())
    }

    /// The hunk of this old line. `None` if the line remains.
    pub(super) fn hunk(&self, old: usize) -> Option<Hunk> {
        self.line(old).is_none().then(|| self.hunk_before(self.matches_until(old)))
    }

    /// The possible position of removed lines: the new lines between the nearest remaining line above and below, and
    /// the old distance of the first removed line from the one above.
    pub(super) fn room(&self, was: &Range<usize>) -> (Range<usize>, usize) {
        let after = |old: usize| match self.line(old) {
            Some(new) => (old + 1, new + 1),
            None => self.matches[..self.matches_until(old)]
                .last()
                .map_or((0, 0), |above| (above.old + above.len, above.new + above.len)),
        };
        let (free_old, free_new) = was.start.checked_sub(1).map_or((0, 0), after);
        let below = self.line(was.end).or_else(|| self.matches.get(self.matches_until(was.end)).map(|below| below.new));
        (free_new..below.unwrap_or(self.new_len), was.start - free_old)
    }

    /// The number of matches that begin at this old line or above it.
    fn matches_until(&self, old: usize) -> usize {
        self.matches.partition_point(|lines| lines.old <= old)
    }

    fn hunk_before(&self, next: usize) -> Hunk {
        let (old, new) =
            self.matches[..next].last().map_or((0, 0), |above| (above.old + above.len, above.new + above.len));
        let below = self.matches.get(next).map_or((self.old_len, self.new_len), |below| (below.old, below.new));
        Hunk { old: old..below.0, new: new..below.1 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::time::Duration;

    proptest! {
        #[test]
        fn every_old_line_remains_or_is_in_a_hunk_between_remaining_lines(
            old in prop::collection::vec(0u32..4, 1..20), new in prop::collection::vec(0u32..4, 1..20),
        ) {
            let mapping = Mapping::of(&old, &new, Instant::now() + Duration::from_mins(1));
            let left: Vec<_> = (0..old.len()).map(|line| mapping.line(line)).collect();
            prop_assert!(left.iter().flatten().is_sorted_by(|a, b| a < b), "in the same order");
            for (line, pair) in left.windows(2).enumerate() {
                let are_together = pair[0].zip(pair[1]).is_some_and(|(one, next)| next == one + 1);
                prop_assert_eq!(mapping.lines(&(line..line + 2)).is_some(), are_together);
            }
            for (line, became) in left.iter().enumerate() {
                match (became, mapping.hunk(line)) {
                    (Some(became), None) => prop_assert_eq!(old[line], new[*became]),
                    (None, Some(hunk)) => {
                        prop_assert!(hunk.old.contains(&line));
                        prop_assert!(hunk.old.clone().all(|line| left[line].is_none()));
                        prop_assert!(hunk.new.clone().all(|line| !left.contains(&Some(line))));
                        let above = left[..hunk.old.start].last().map_or(Some(0), |above| above.map(|above| above + 1));
                        let below = left.get(hunk.old.end).copied().unwrap_or(Some(new.len()));
                        prop_assert_eq!((Some(hunk.new.start), Some(hunk.new.end)), (above, below));
                        prop_assert_eq!(mapping.room(&hunk.old), (hunk.new, 0));
                    }
                    (became, hunk) => prop_assert!(false, "{:?} and {:?}", became, hunk),
                }
            }
        }
    }
}
