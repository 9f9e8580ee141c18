//! The different lines of two texts, and how often each text has them.

use std::collections::HashMap;
use std::hash::BuildHasher as _;

use foldhash::fast::RandomState;

use crate::lines::Lines;

/// A line with fewer letters and digits than this, such as a brace, says little about its position.
const MIN_SIGNIFICANT_CHARACTERS: usize = 3;
/// The largest reserved capacity. To reserve it at once is faster than to grow while reading.
const MAX_RESERVED: usize = 1 << 20;

/// A line without the white space around it.
pub(super) struct Line<'t> {
    pub(super) text: &'t str,
    pub(super) in_old: u32,
    pub(super) in_new: u32,
    /// The last position in the new text, from 0.
    pub(super) last_in_new: usize,
    /// Whether the line says enough about its position.
    pub(super) is_significant: bool,
}

/// Gives each different line of both texts a number. Lines that differ only in indentation have the same number,
/// because reformatted code stays the same code to a reader.
#[derive(Default)]
pub(super) struct Vocabulary<'t> {
    /// By digest of the line. Two lines have the same digest with a probability of one in 2⁶⁴; an anchor would then be
    /// approximate.
    numbers: HashMap<u64, u32, RandomState>,
    hasher: RandomState,
    distinct: Vec<Line<'t>>,
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

    fn read(&mut self, lines: &Lines<'t>, update: impl Fn(&mut Line<'t>, usize)) -> Vec<u32> {
        let room = lines.count().min(MAX_RESERVED);
        self.numbers.reserve(room);
        self.distinct.reserve(room);
        let mut before = None;
        let number = |(at, line): (usize, &'t str)| {
            let text = line.trim();
            let number = match before.filter(|(line, _)| *line == text) {
                Some((_, number)) => number,
                None => self.number(text),
            };
            before = Some((text, number));
            update(&mut self.distinct[number as usize], at);
            number
        };
        lines.iter().enumerate().map(number).collect()
    }

    fn number(&mut self, text: &'t str) -> u32 {
        *self.numbers.entry(self.hasher.hash_one(text)).or_insert_with(|| {
            let is_significant = text.chars().filter(|c| c.is_alphanumeric()).take(MIN_SIGNIFICANT_CHARACTERS).count()
                == MIN_SIGNIFICANT_CHARACTERS;
            self.distinct.push(Line { text, in_old: 0, in_new: 0, last_in_new: 0, is_significant });
            // A text of 5 MiB has far fewer lines.
            u32::try_from(self.distinct.len() - 1).unwrap_or(u32::MAX)
        })
    }

    pub(super) fn len(&self) -> usize {
        self.distinct.len()
    }

    pub(super) fn line(&self, number: u32) -> &Line<'t> {
        &self.distinct[number as usize]
    }

    /// The numbers of these lines. `None` if one of them is in neither text.
    pub(super) fn numbers(&self, lines: &Lines<'_>) -> Option<Vec<u32>> {
        lines.iter().map(|line| self.numbers.get(&self.hasher.hash_one(line.trim())).copied()).collect()
    }
}
