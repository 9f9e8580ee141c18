//! Requests that wait for the run of another request: at most one for each question in a process, so that a client that
//! repeats a question holds only one connection.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use model::MessageId;

/// The questions for which a request of this process waits.
#[derive(Clone, Debug, Default)]
pub struct Waiting(Arc<Mutex<HashSet<MessageId>>>);

/// The permission to wait for a question. Dropping it frees the seat.
#[derive(Debug)]
pub(super) struct Seat {
    waiting: Waiting,
    question: MessageId,
}

impl Waiting {
    /// Takes the seat of a question; `None` if another request has it.
    pub(super) fn seat(&self, question: MessageId) -> Option<Seat> {
        let is_free = self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(question);
        is_free.then(|| Seat { waiting: self.clone(), question })
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.waiting.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.question);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_has_one_seat_which_is_freed_on_drop() {
        let waiting = Waiting::default();
        let id = |seq| {
            let thread = "01a05c0d-bf80-7185-8426-38e3974fd9b8.01a05c11-9010-7323-9b7f-4967c19e78a5";
            format!("{thread}.{seq}").parse().expect("an id")
        };
        let first = waiting.seat(id(1));
        assert!(first.is_some() && waiting.seat(id(1)).is_none());
        assert!(waiting.seat(id(3)).is_some(), "another question has its own");
        drop(first);
        assert!(waiting.seat(id(1)).is_some());
    }
}
