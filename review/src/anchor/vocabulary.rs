//! Every different line of two texts, and how often each of them has it.

use std::collections::HashMap;
use std::hash::BuildHasher as _;

use foldhash::fast::RandomState;

use crate::lines::Lines;

/// A line with fewer letters and digits than this, a brace for instance, says little about where it is.
const SIGNIFICANT: usize = 3;
/// Room for so many different lines is made at once: growing by and by takes longer than reading the lines.
const RESERVED: usize = 1 << 20;

/// A line, without the white space around it.
pub(super) struct Known<'t> {
    pub(super) text: &'t str,
    pub(super) in_old: u32,
    pub(super) in_new: u32,
    /// Where it last is in the new text, from 0.
    pub(super) last_in_new: usize,
    /// Whether it says something about where it is.
    pub(super) is_significant: bool,
}

/// The lines of both texts under a number each. Lines that differ in indentation have the same: code that is reformatted
/// stays the same code to a reader.
#[derive(Default)]
pub(super) struct Vocabulary<'t> {
    /// By digest of the line. Another line has the same with a chance of one in 2⁶⁴, and an anchor would be approximate.
    numbers: HashMap<u64, u32, RandomState>,
    hasher: RandomState,
    known: Vec<Known<'t>>,
}

impl<'t> Vocabulary<'t> {
    pub(super) fn read_old(&mut self, lines: &Lines<'t>) -> Vec<u32> {
        self.read(lines, |line, _| line.in_old += 1)
    }

    pub(super) fn read_new(&mut self, lines: &Lines<'t>) -> Vec<u32> {
        self.read(lines, |line, at| {
            line.in_new += 1;
            line.last_in_new = at;
        })
    }

    fn read(&mut self, lines: &Lines<'t>, note: impl Fn(&mut Known<'t>, usize)) -> Vec<u32> {
        let room = lines.count().min(RESERVED);
        self.numbers.reserve(room);
        self.known.reserve(room);
        let mut before = None;
        let number = |(at, line): (usize, &'t str)| {
            let text = line.trim();
            let number = match before.filter(|(line, _)| *line == text) {
                Some((_, number)) => number,
                None => self.number(text),
            };
            before = Some((text, number));
            note(&mut self.known[number as usize], at);
            number
        };
        lines.iter().enumerate().map(number).collect()
    }

    fn number(&mut self, text: &'t str) -> u32 {
        *self.numbers.entry(self.hasher.hash_one(text)).or_insert_with(|| {
            let is_significant = text.chars().filter(|c| c.is_alphanumeric()).take(SIGNIFICANT).count() == SIGNIFICANT;
            self.known.push(Known { text, in_old: 0, in_new: 0, last_in_new: 0, is_significant });
            // A text of 5 MiB has far fewer lines than that.
            u32::try_from(self.known.len() - 1).unwrap_or(u32::MAX)
        })
    }

    pub(super) fn len(&self) -> usize {
        self.known.len()
    }

    pub(super) fn line(&self, number: u32) -> &Known<'t> {
        &self.known[number as usize]
    }

    /// The numbers of these lines; none if one of them is in neither text.
    pub(super) fn numbers(&self, lines: &Lines<'_>) -> Option<Vec<u32>> {
        lines.iter().map(|line| self.numbers.get(&self.hasher.hash_one(line.trim())).copied()).collect()
    }
}
