//! A log of the requests, for tests.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::Value;

/// The number of requests that are kept.
const KEPT_REQUESTS: usize = 256;

/// A request that reached the endpoint, valid or not.
#[derive(Clone)]
pub struct Seen {
    /// The model's id, percent-decoded.
    pub model_id: String,
    /// The body, or `null` if it was not JSON.
    pub body: Value,
    /// Whether the client closed the connection before the answer was ready.
    pub cancelled: bool,
}

impl fmt::Debug for Seen {
    /// Omits the body, which contains code and questions.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Seen")
            .field("model_id", &self.model_id)
            .field("body", &"<redacted>")
            .field("cancelled", &self.cancelled)
            .finish()
    }
}

#[derive(Default)]
struct Entries {
    dropped: usize,
    kept: VecDeque<Seen>,
}

/// The last requests, oldest first.
#[derive(Clone, Default)]
pub(crate) struct Log(Arc<Mutex<Entries>>);

/// Marks its request as cancelled unless it is finished first.
pub(crate) struct Pending {
    log: Log,
    number: usize,
    finished: bool,
}

impl Log {
    /// Adds a request to the log.
    pub(crate) fn begin(&self, model_id: &str, body: Value) -> Pending {
        let mut entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if entries.kept.len() == KEPT_REQUESTS {
            entries.kept.pop_front();
            entries.dropped += 1;
        }
        let number = entries.dropped + entries.kept.len();
        entries.kept.push_back(Seen { model_id: model_id.to_owned(), body, cancelled: false });
        drop(entries);
        Pending { log: self.clone(), number, finished: false }
    }

    /// The number of all requests, including those that are no longer kept.
    pub(crate) fn count(&self) -> usize {
        let entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        entries.dropped + entries.kept.len()
    }

    pub(crate) fn all(&self) -> Vec<Seen> {
        let entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        entries.kept.iter().cloned().collect()
    }
}

impl Pending {
    pub(crate) fn finish(mut self) {
        self.finished = true;
    }
}

impl Drop for Pending {
    fn drop(&mut self) {
        if self.finished {
            return;
        }
        let mut entries = self.log.0.lock().unwrap_or_else(PoisonError::into_inner);
        let index = self.number.checked_sub(entries.dropped);
        if let Some(seen) = index.and_then(|index| entries.kept.get_mut(index)) {
            seen.cancelled = true;
        }
    }
}
