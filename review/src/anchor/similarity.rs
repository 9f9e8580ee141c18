//! The similarity of two different lines, and a limit for the cost of computing it.

use std::cell::{Cell, OnceCell};

use crate::anchor::vocabulary::Vocabulary;

/// Only so many of a line's first characters are compared.
const COMPARED_CHARACTERS: usize = 120;

/// The number of elementary steps, a comparison or two each, that all selections of a call share. They take some 100 ms
/// at most.
const MAX_STEPS: usize = 20_000_000;

/// The remaining steps. Without any, nothing more is found, and anchors are approximate.
pub(super) struct Effort(Cell<usize>);

impl Effort {
    pub(super) fn new() -> Self {
        Self(Cell::new(MAX_STEPS))
    }

    #[cfg(test)]
    pub(super) fn spent(&self) -> usize {
        MAX_STEPS - self.0.get()
    }

    /// Takes this many steps. Returns false if fewer remain.
    pub(super) fn spend(&self, steps: usize) -> bool {
        let left = self.0.get().checked_sub(steps);
        self.0.set(left.unwrap_or(0));
        left.is_some()
    }
}

/// The Sørensen–Dice coefficient of the pairs of neighbouring characters of two lines, without white space: twice the
/// number of common pairs, for each thousand pairs. A comparison by words would not find a short line in which one word
/// changed.
pub(super) struct Similarity {
    pairs: Vec<OnceCell<Box<[u32]>>>,
}

impl Similarity {
    /// For this number of different lines.
    pub(super) fn new(lines: usize) -> Self {
        Self { pairs: vec![OnceCell::new(); lines] }
    }

    /// The similarity of the lines, from 0 to 1,000. Returns `None` if it is below `least`, or if no steps remain.
    pub(super) fn at_least(
        &self,
        least: usize,
        (one, other): (u32, u32),
        lines: &Vocabulary<'_>,
        effort: &Effort,
    ) -> Option<usize> {
        let pairs = |line: u32| self.pairs[line as usize].get_or_init(|| pairs(lines.line(line).text));
        let (one, other) = (pairs(one), pairs(other));
        let all = one.len() + other.len();
        let enough = |common: usize| Some(2_000 * common / all.max(1)).filter(|similarity| *similarity >= least);
        enough(one.len().min(other.len()))?;
        if effort.spend(all) { enough(common(one, other)) } else { None }
    }
}

fn pairs(line: &str) -> Box<[u32]> {
    let chars: Vec<_> = line.chars().filter(|c| !c.is_whitespace()).take(COMPARED_CHARACTERS).map(u32::from).collect();
    let mut pairs: Vec<_> = chars.windows(2).map(|pair| pair[0].rotate_left(16).wrapping_add(pair[1])).collect();
    pairs.sort_unstable();
    pairs.into()
}

/// The number of common elements of two ascending lists.
fn common(one: &[u32], other: &[u32]) -> usize {
    let (mut at, mut at_other, mut common) = (0, 0, 0);
    while at < one.len() && at_other < other.len() {
        let (here, there) = (one[at], other[at_other]);
        at += usize::from(here <= there);
        at_other += usize::from(there <= here);
        common += usize::from(here == there);
    }
    common
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lines::Lines;

    fn similarity(one: &str, other: &str) -> Option<usize> {
        let mut lines = Vocabulary::default();
        let numbers = (lines.read_old(&Lines::of(one))[0], lines.read_new(&Lines::of(other))[0]);
        Similarity::new(lines.len()).at_least(1, numbers, &lines, &Effort::new())
    }

    #[test]
    fn similarity_counts_common_pairs_of_characters() {
        for (one, other, expected) in [
            ("let total = 0;", "  let total=0;", Some(1_000)),
            ("night", "nacht", Some(250)),
            ("abcd", "wxyz", None),
            ("", "", None),
            ("aaaa", "aa", Some(500)),
            ("    .key_part()", "    .key_parts()", Some(857)),
        ] {
            assert_eq!(similarity(one, other), expected, "{one:?} and {other:?}");
        }
    }

    #[test]
    fn spent_steps_cannot_be_spent_again() {
        let effort = Effort::new();
        assert!(effort.spend(MAX_STEPS - 1) && !effort.spend(2) && !effort.spend(1));
    }
}
