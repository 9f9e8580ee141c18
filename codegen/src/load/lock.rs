//! Loads `schema/schema.lock`, the properties that stored items and running programs depend on. It is optional.

use crate::design::Lock;
use crate::load::{Documents, LOCK};
use crate::problem::Problems;
use crate::source::Sources;

pub fn load(documents: &Documents, sources: &mut Sources, problems: &mut Problems) -> Lock {
    let Some(text) = documents.get(LOCK) else { return Lock::default() };
    let at = sources.add(LOCK, text);
    match toml::from_str::<Lock>(text) {
        Ok(lock) => Lock { is_kept: true, ..lock },
        Err(error) => {
            let message =
                format!("{}; only the generator writes this file: restore it from the last commit", error.message());
            problems.push("lock-is-understood", at.plus(error.span().map_or(0, |span| span.start)), message);
            Lock::default()
        }
    }
}
