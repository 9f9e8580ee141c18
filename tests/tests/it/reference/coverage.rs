//! Counts the answers by request and status, and the mishaps: a generator whose requests are all refused would prove
//! nothing.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use super::call::Call;

/// The answers by request and status.
static ANSWERS: Mutex<BTreeMap<(String, u16), u64>> = Mutex::new(BTreeMap::new());

/// All requests to the API, also those of the device that reads everything.
pub(super) static REQUESTS: Count = Count::new();
/// Processes that were killed while they handled a request.
pub(super) static KILLS: Count = Count::new();
/// Answers that did not reach the client, which sent its request again.
pub(super) static LOST_ANSWERS: Count = Count::new();
/// Answers of the table that did not reach the server.
pub(super) static LOST_TABLE_ANSWERS: Count = Count::new();

/// A number of events of all sequences.
#[derive(Debug)]
pub(super) struct Count(AtomicU64);

impl Count {
    const fn new() -> Self {
        Self(AtomicU64::new(0))
    }

    pub(super) fn add(&self, events: usize) {
        self.0.fetch_add(events as u64, Ordering::Relaxed);
    }

    fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// The requests and the statuses that every run of the suite must have seen.
const REQUIRED: [(&str, u16); 37] = [
    ("SignUp", 409),
    ("SignIn", 200),
    ("SignIn", 401),
    ("SignOut", 200),
    ("Refresh", 200),
    ("Refresh", 401),
    ("ReadProfile", 200),
    ("ChangeProfile", 200),
    ("ChangeProfile", 409),
    ("ChangePassword", 200),
    ("DeleteAccount", 200),
    ("ListDevices", 200),
    ("ReadUsage", 200),
    ("CreateSession", 201),
    ("CreateSession", 200),
    ("ListSessions", 200),
    ("OpenSession", 200),
    ("OpenSession", 403),
    ("Save", 200),
    ("Save", 409),
    ("Rename", 200),
    ("DeleteSession", 200),
    ("CreateThread", 201),
    ("ListThreads", 200),
    ("ReadThread", 200),
    ("MoveThread", 200),
    ("DeleteThread", 200),
    ("Post", 201),
    ("Post", 200),
    ("Post", 503),
    ("Retry", 200),
    ("Retry", 201),
    ("Apply", 200),
    ("Apply", 409),
    ("Cancel", 200),
    ("ReadMessage", 200),
    ("ListMessages", 200),
];

pub(super) fn note(call: &Call, status: u16) {
    let name = format!("{call:?}").chars().take_while(|c| c.is_alphanumeric()).collect();
    *ANSWERS.lock().unwrap_or_else(PoisonError::into_inner).entry((name, status)).or_default() += 1;
}

/// A table in Markdown: the size of a run.
pub(super) fn summary(sequences: u64, differences: usize) -> String {
    let statuses = ANSWERS.lock().unwrap_or_else(PoisonError::into_inner);
    let refused = statuses.iter().filter(|((_, status), _)| *status >= 400).map(|(_, count)| count).sum::<u64>();
    let answered = statuses.values().sum::<u64>();
    let rows = [
        ("sequences", sequences),
        ("requests to the API", REQUESTS.get()),
        ("answers before the final reads", answered),
        ("refusals among them", refused),
        ("processes killed while they handled a request", KILLS.get()),
        ("answers lost on the way to the client", LOST_ANSWERS.get()),
        ("answers lost on the way from the table", LOST_TABLE_ANSWERS.get()),
        ("differences from the reference model", differences as u64),
    ];
    let rows = rows.map(|(what, number)| format!("| {what} | {number} |\n")).concat();
    format!("| what | number |\n| --- | ---: |\n{rows}")
}

/// A table in Markdown: the number of answers by request and status.
pub(super) fn report() -> String {
    let answers = ANSWERS.lock().unwrap_or_else(PoisonError::into_inner);
    let rows = answers.iter().map(|((name, status), count)| format!("| {name} | {status} | {count} |\n"));
    ["| request | status | answers |\n|---|---|---|\n".to_owned()].into_iter().chain(rows).collect()
}

/// The required answers that no sequence had.
pub(super) fn missing() -> Vec<(&'static str, u16)> {
    let answers = ANSWERS.lock().unwrap_or_else(PoisonError::into_inner);
    REQUIRED.into_iter().filter(|(name, status)| !answers.contains_key(&((*name).to_owned(), *status))).collect()
}
