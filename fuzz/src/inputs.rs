//! The inputs of a run: mutations of the corpus, derived from a seed. An input depends on no other input.

use rand::rngs::ChaCha8Rng;
use rand::seq::IndexedRandom as _;
use rand::{RngExt as _, SeedableRng as _};
use sha2::{Digest as _, Sha256};

use crate::target::{SEPARATOR, Target};

/// Numbers at which counters, lengths and lines overflow.
const NUMBERS: [&str; 16] = [
    "0",
    "1",
    "-1",
    "2",
    "10",
    "127",
    "128",
    "255",
    "256",
    "65535",
    "65536",
    "2147483647",
    "4294967295",
    "4294967296",
    "9223372036854775807",
    "18446744073709551616",
];
/// Characters that parsers often treat wrongly: controls, line ends, hidden, wide and combining characters.
const CHARACTERS: [&str; 20] = [
    "\0",
    "\t",
    "\n",
    "\r",
    "\r\n",
    "\r\r\n",
    " ",
    "\"",
    "\\",
    "\u{7f}",
    "\u{85}",
    "\u{a0}",
    "\u{e9}",
    "e\u{301}",
    "\u{2028}",
    "\u{202e}",
    "\u{200b}",
    "\u{feff}",
    "\u{1f980}",
    "\u{fffd}",
];
/// The maximum mutations of one input.
const MAX_MUTATIONS: u32 = 12;
/// The maximum length of a copied or removed range, in most mutations.
const MAX_RANGE: usize = 64;

/// The inputs of one target.
pub struct Inputs<'c> {
    words: &'static [&'static str],
    max_bytes: usize,
    corpus: &'c [Vec<u8>],
    /// The seed of the generators, one stream for each input.
    seed: [u8; 32],
}

impl<'c> Inputs<'c> {
    /// The inputs of this target that follow from a seed.
    #[must_use]
    pub fn new(target: &Target, corpus: &'c [Vec<u8>], seed: u64) -> Self {
        let seed = Sha256::new().chain_update(seed.to_be_bytes()).chain_update(target.name).finalize().into();
        Self { words: target.words, max_bytes: target.max_bytes, corpus, seed }
    }

    /// The input with this number.
    #[must_use]
    pub fn nth(&self, number: u64) -> Vec<u8> {
        let mut rng = ChaCha8Rng::from_seed(self.seed);
        rng.set_stream(number);
        let mut input = match self.corpus.choose(&mut rng) {
            Some(seed) if rng.random_ratio(15, 16) => seed.clone(),
            _ => self.random(&mut rng),
        };
        let mutations = 1 + rng.random_range(0..MAX_MUTATIONS).min(rng.random_range(0..MAX_MUTATIONS));
        for _ in 0..mutations {
            self.mutate(&mut input, &mut rng);
        }
        input.truncate(self.max_bytes);
        input
    }

    /// Random bytes, or a random sequence of words and characters.
    fn random(&self, rng: &mut ChaCha8Rng) -> Vec<u8> {
        let length = rng.random_range(0..48_usize);
        if rng.random_ratio(1, 4) {
            return (0..length).map(|_| rng.random()).collect();
        }
        (0..length).flat_map(|_| self.token(rng)).collect()
    }

    /// A word of the format, a number, a character, a letter or a separator.
    fn token(&self, rng: &mut ChaCha8Rng) -> Vec<u8> {
        let word = match rng.random_range(0..8) {
            0 => NUMBERS.choose(rng),
            1 => CHARACTERS.choose(rng),
            2 => return vec![rng.random_range(b'a'..=b'z')],
            3 if rng.random_ratio(1, 4) => return vec![SEPARATOR],
            _ => self.words.choose(rng).or_else(|| CHARACTERS.choose(rng)),
        };
        word.map_or_else(Vec::new, |word| word.as_bytes().to_vec())
    }

    fn mutate(&self, input: &mut Vec<u8>, rng: &mut ChaCha8Rng) {
        let at = rng.random_range(0..=input.len());
        let range = at..(at + rng.random_range(1..=MAX_RANGE)).min(input.len());
        match rng.random_range(0..14) {
            0 | 1 if at < input.len() => input[at] ^= 1 << rng.random_range(0..8),
            2 if at < input.len() => input[at] = rng.random(),
            3 => input.insert(at, rng.random()),
            4 => drop(input.drain(range)),
            5 => {
                let copied = input[range].to_vec();
                let to = rng.random_range(0..=input.len());
                input.splice(to..to, copied);
            }
            6 => {
                let copied = input[range.clone()].to_vec();
                input.splice(range, std::iter::repeat_n(copied, rng.random_range(2..6)).flatten());
            }
            7 => {
                let other = self.corpus.choose(rng).map_or(&[][..], Vec::as_slice);
                let from = rng.random_range(0..=other.len());
                let until = (from + rng.random_range(1..=4 * MAX_RANGE)).min(other.len());
                input.splice(at..at, other[from..until].iter().copied());
            }
            8 => replace_number(input, at, rng),
            9 if rng.random_ratio(1, 4) => input.truncate(at),
            10 if rng.random_ratio(1, 8) => {
                let repeated = std::iter::repeat_n(self.token(rng), rng.random_range(1..400));
                input.splice(at..at, repeated.flatten());
            }
            11 => {
                let token = self.token(rng);
                input.splice(range, token);
            }
            _ => {
                let token = self.token(rng);
                input.splice(at..at, token);
            }
        }
    }
}

/// Replaces the first number after this place.
fn replace_number(input: &mut Vec<u8>, at: usize, rng: &mut ChaCha8Rng) {
    let Some(found) = input[at..].iter().position(u8::is_ascii_digit) else { return };
    let start = at + found;
    let digits = input[start..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let number: u64 =
        std::str::from_utf8(&input[start..start + digits]).ok().and_then(|text| text.parse().ok()).unwrap_or(0);
    let other = match rng.random_range(0..3) {
        0 => number.wrapping_add(1).to_string(),
        1 => number.saturating_sub(1).to_string(),
        _ => NUMBERS.choose(rng).map_or_else(String::new, |number| (*number).to_owned()),
    };
    input.splice(start..start + digits, other.into_bytes());
}
