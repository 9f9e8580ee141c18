//! How alike two lines are that are not the same, and what may be spent on finding out.

use std::cell::{Cell, OnceCell};

use crate::anchor::vocabulary::Vocabulary;

/// A line is compared by so many of its first characters.
const COMPARED: usize = 120;

/// Elementary steps, a compare or two each, that all selections of a call share. So many take some 100 ms at most.
const STEPS: usize = 20_000_000;

/// What is left to spend. When it is gone nothing more is found, and anchors are approximate.
pub(super) struct Effort(Cell<usize>);

impl Effort {
    pub(super) fn new() -> Self {
        Self(Cell::new(STEPS))
    }

    /// Takes so many steps; false when there are not as many.
    pub(super) fn spend(&self, steps: usize) -> bool {
        let left = self.0.get().checked_sub(steps);
        self.0.set(left.unwrap_or(0));
        left.is_some()
    }
}

/// Sørensen and Dice's coefficient of the pairs of neighbouring characters of lines, white space aside: twice the pairs that
/// both have, for each thousand that there are. Compared by words, a line of few words is lost when one of them changes.
pub(super) struct Likeness {
    pairs: Vec<OnceCell<Box<[u32]>>>,
}

impl Likeness {
    /// For this many different lines.
    pub(super) fn new(lines: usize) -> Self {
        Self { pairs: vec![OnceCell::new(); lines] }
    }

    /// How alike the lines are, from 0 to 1,000; none if that is less than `least` or there is nothing left to spend.
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
        let enough = |common: usize| Some(2_000 * common / all.max(1)).filter(|likeness| *likeness >= least);
        enough(one.len().min(other.len()))?;
        if effort.spend(all) { enough(common(one, other)) } else { None }
    }
}

fn pairs(line: &str) -> Box<[u32]> {
    let chars: Vec<_> = line.chars().filter(|c| !c.is_whitespace()).take(COMPARED).map(u32::from).collect();
    let mut pairs: Vec<_> = chars.windows(2).map(|pair| pair[0].rotate_left(16) ^ pair[1]).collect();
    pairs.sort_unstable();
    pairs.into()
}

/// How many numbers two ascending lists share.
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

    fn likeness(one: &str, other: &str) -> Option<usize> {
        let mut lines = Vocabulary::default();
        let numbers = (lines.read_old(&Lines::of(one))[0], lines.read_new(&Lines::of(other))[0]);
        Likeness::new(lines.len()).at_least(1, numbers, &lines, &Effort::new())
    }

    #[test]
    fn lines_are_alike_by_what_they_share() {
        for (one, other, expected) in [
            ("let total = 0;", "  let total=0;", Some(1_000)),
            ("night", "nacht", Some(250)),
            ("abcd", "wxyz", None),
            ("", "", None),
            ("aaaa", "aa", Some(500)),
            ("    .key_part()", "    .key_parts()", Some(857)),
        ] {
            assert_eq!(likeness(one, other), expected, "{one:?} and {other:?}");
        }
    }

    #[test]
    fn what_is_spent_is_gone() {
        let effort = Effort::new();
        assert!(effort.spend(STEPS - 1) && !effort.spend(2) && !effort.spend(1));
    }
}
