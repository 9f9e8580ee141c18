//! Types for sessions, threads and messages. Several files add functions to them.

use crate::Store;

/// The sessions of users: files under review.
#[derive(Clone, Copy, Debug)]
pub struct Sessions<'a> {
    pub(crate) store: &'a Store,
}

impl Store {
    /// The sessions of users: files under review.
    #[must_use]
    pub const fn sessions(&self) -> Sessions<'_> {
        Sessions { store: self }
    }
}

/// The threads of sessions: conversations on lines of code.
#[derive(Clone, Copy, Debug)]
pub struct Threads<'a> {
    pub(crate) store: &'a Store,
}

impl Store {
    /// The threads of sessions: conversations on lines of code.
    #[must_use]
    pub const fn threads(&self) -> Threads<'_> {
        Threads { store: self }
    }
}

/// The messages of threads: questions, notes and answers.
#[derive(Clone, Copy, Debug)]
pub struct Messages<'a> {
    pub(crate) store: &'a Store,
}

impl Store {
    /// The messages of threads: questions, notes and answers.
    #[must_use]
    pub const fn messages(&self) -> Messages<'_> {
        Messages { store: self }
    }
}
