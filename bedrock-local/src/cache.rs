//! The prompt cache: a repeated prefix before a cache point is cheaper.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::{Mutex, PoisonError};

use serde_json::Value;

/// The least number of tokens that is cached. The real service also ignores a shorter prefix without an error.
const LEAST_TOKENS: usize = 1_024;

/// The digests of the prefixes seen so far.
#[derive(Debug, Default)]
pub(crate) struct Cache(Mutex<HashSet<u64>>);

/// How many of a request's tokens were read from the cache and written to it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Cached {
    pub(crate) read: usize,
    pub(crate) written: usize,
}

impl Cache {
    /// Looks up a prompt's prefix and stores it. `prefix` is everything up to the last cache point.
    pub(crate) fn look_up(&self, model_id: &str, prefix: &[&Value], tokens: usize) -> Cached {
        if tokens < LEAST_TOKENS {
            return Cached::default();
        }
        let mut hasher = DefaultHasher::new();
        model_id.hash(&mut hasher);
        for part in prefix {
            part.to_string().hash(&mut hasher);
        }
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.insert(hasher.finish()) {
            Cached { read: 0, written: tokens }
        } else {
            Cached { read: tokens, written: 0 }
        }
    }
}
