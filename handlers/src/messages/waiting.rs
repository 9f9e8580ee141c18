//! Requests that wait for the run of another request: at most one for each question in a process, so that a client that
//! repeats a question holds only one connection.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use model::MessageId;

/// The questions for which a request of this process waits.
#[derive(Clone, Debug, Default)]
pub struct Waiting(Arc<Mutex<HashSet<MessageId>>>);

/// The permit to wait for a question. Dropping it releases the permit.
#[derive(Debug)]
pub(super) struct WaitPermit {
    waiting: Waiting,
    question: MessageId,
}

impl Waiting {
    /// Acquires the permit of a question; `None` if another request holds it.
    pub(super) fn try_acquire(&self, question: MessageId) -> Option<WaitPermit> {
        let is_free = self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(question);
        is_free.then(|| WaitPermit { waiting: self.clone(), question })
    }
}

impl Drop for WaitPermit {
    fn drop(&mut self) {
        self.waiting.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.question);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_has_one_permit_which_is_released_on_drop() {
        let waiting = Waiting::default();
        let id = |seq| {
            let thread = "01a05c0d-bf80-7185-8426-38e3974fd9b8.01a05c11-9010-7323-9b7f-4967c19e78a5";
            format!("{thread}.{seq}").parse().expect("an id")
        };
        let first = waiting.try_acquire(id(1));
        assert!(first.is_some() && waiting.try_acquire(id(1)).is_none());
        assert!(waiting.try_acquire(id(3)).is_some(), "another question has its own");
        drop(first);
        assert!(waiting.try_acquire(id(1)).is_some());
    }
}
