//! The prompt cache: what was sent up to a cache point is cheaper the next time.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::{Mutex, PoisonError};

use serde_json::Value;

/// A shorter beginning is not cached, as with the real service silently.
const LEAST_TOKENS: usize = 1_024;

/// The beginnings that were seen, by digest.
#[derive(Debug, Default)]
pub(crate) struct Cache(Mutex<HashSet<u64>>);

/// What of a request's tokens the cache had or got.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Cached {
    pub(crate) read: usize,
    pub(crate) written: usize,
}

impl Cache {
    /// Looks a model's prompt up, and keeps it for the next one. `beginning` is everything up to the last cache point.
    pub(crate) fn look_up(&self, model_id: &str, beginning: &[&Value], tokens: usize) -> Cached {
        if tokens < LEAST_TOKENS {
            return Cached::default();
        }
        let mut hasher = DefaultHasher::new();
        model_id.hash(&mut hasher);
        for part in beginning {
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
