//! Maintenance for operators and scheduled functions: the sweep (`sweep.rs`), the verification (`verify.rs`), and here
//! the export and the load. AP-94, AP-96, AP-100 and AP-101.

mod sweep;
mod verify;

use table_runtime::{Digest, ScanPage, ScanPosition, StoreError};

use crate::{
    Anchors, CheckClaims, Code, DailyUsage, LoadAccount, LoadAccountError, Message, MessageKey, Session, SessionId,
    Store, Thread, ThreadId, UserId, UsernameKey,
};

pub use sweep::{Backlog, Swept};
pub use verify::{Effect, Finding, FindingKind, Outcome, Progress, Verified, Verify};

/// Maintenance functions for operators and scheduled functions.
#[derive(Clone, Copy, Debug)]
pub struct Maintenance<'a> {
    pub(crate) store: &'a Store,
}

/// The items of one account, for a batch load.
#[derive(Clone, Copy, Debug)]
pub struct AccountItems<'a> {
    /// The heads of its sessions.
    pub heads: &'a [Session],
    /// The code of each session.
    pub codes: &'a [Code],
    /// The anchors of each session with threads.
    pub anchors: &'a [Anchors],
    /// The threads of all sessions.
    pub threads: &'a [Thread],
    /// The messages of all threads.
    pub messages: &'a [Message],
    /// Usage by day.
    pub days: &'a [DailyUsage],
}

impl Store {
    /// Maintenance functions: sweep, verify, export and load.
    #[must_use]
    pub const fn maintenance(&self) -> Maintenance<'_> {
        Maintenance { store: self }
    }
}

impl Maintenance<'_> {
    /// A page of one segment of a scan of the whole table. Segments are counted from 0. The read is eventually
    /// consistent.
    ///
    /// # Errors
    /// When there is no such segment, or the table does not answer.
    pub async fn scan_segment(
        self,
        segment: u32,
        total_segments: u32,
        start: Option<ScanPosition>,
    ) -> Result<ScanPage, StoreError> {
        self.store.patterns.scan_segment(segment, total_segments, start).await
    }

    /// Writes an account, its claims and its first sign-in in one transaction.
    ///
    /// # Errors
    /// When a part of the account exists, or the table does not answer.
    pub async fn load_account(self, account: LoadAccount<'_>) -> Result<(), LoadAccountError> {
        self.store.patterns.load_account(account).await
    }

    /// Writes the other items of an account, without a transaction and without conditions. No other writer may change
    /// them at the same time.
    ///
    /// # Errors
    /// When the table does not answer. Some of the items may have been written.
    pub async fn load_account_items(self, items: AccountItems<'_>) -> Result<(), StoreError> {
        let AccountItems { heads, codes, anchors, threads, messages, days } = items;
        self.store.patterns.load_account_data(heads, codes, anchors, threads, messages, days).await
    }

    /// The profile of a user, and the claims on an e-mail address and a username.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn check_claims(
        self,
        user_id: UserId,
        email_digest: Digest,
        username_key: &UsernameKey,
    ) -> Result<CheckClaims, StoreError> {
        self.store.patterns.check_claims(user_id, email_digest, username_key).await
    }

    /// The head of a session, for a resumed load.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn find_session(self, owner: UserId, id: SessionId) -> Result<Option<Session>, StoreError> {
        self.store.patterns.get_session(owner, id).await
    }

    /// A thread, for a resumed load.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn find_thread(self, id: ThreadId) -> Result<Option<Thread>, StoreError> {
        self.store.patterns.get_thread(id.session_id, id.thread).await
    }

    /// A message, for a resumed load.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn find_message(self, key: MessageKey) -> Result<Option<Message>, StoreError> {
        self.store.patterns.get_message(key.session_id, key.thread, key.seq).await
    }
}
