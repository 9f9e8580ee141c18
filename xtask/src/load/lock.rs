//! `schema/keys.lock`: the key templates as they were last generated. No file is no lock yet.

use crate::design::{LockedKey, Template};
use crate::load::{Documents, LOCK};
use crate::problem::Problems;
use crate::source::Sources;

/// A line for each key: the entity, its two templates, and the index if it is one's.
pub fn load(documents: &Documents, sources: &mut Sources, problems: &mut Problems) -> Vec<LockedKey> {
    let Some(text) = documents.get(LOCK) else {
        return Vec::new();
    };
    let at = sources.add(LOCK, text);
    let mut keys = Vec::new();
    let mut offset = 0;
    for line in text.split_inclusive('\n') {
        if !line.starts_with('#') && !line.trim().is_empty() {
            match parse(line) {
                Some(key) => keys.push(key),
                None => problems.push(
                    "keys-are-as-locked",
                    at.plus(offset),
                    "this is no line of a lock: an entity, its `pk` and its `sk`; take the file back from the last commit",
                ),
            }
        }
        offset += line.len();
    }
    keys
}

fn parse(line: &str) -> Option<LockedKey> {
    let mut words = line.split_whitespace();
    let (entity, pk, sk) = (words.next()?, words.next()?, words.next()?);
    let index = words.next().map(str::to_owned);
    let (pk, sk) = (Template::parse(pk).ok()?, Template::parse(sk).ok()?);
    words.next().is_none().then(|| LockedKey { entity: entity.to_owned(), index, pk, sk })
}
