//! The keys of this process, and reading them again when a token names one that it does not know.

use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use futures::future::BoxFuture;
use model::Timestamp;
use tokio::sync::Mutex;

use crate::auth::keys::TokenKeys;
use crate::error::BoxError;

/// Minimum time between two readings. Anybody can send a token that names a key that there never was.
const PAUSE: Duration = Duration::from_mins(1);
/// How long a process may sign with a key without having looked whether it is still the one to sign with. An old public key
/// is kept for longer than that, see `codesensei keys drop`.
const SIGNING_AGE: Duration = Duration::from_mins(10);
/// Maximum time that a request waits for the keys.
const PATIENCE: Duration = Duration::from_secs(3);

/// Reads the keys where they are kept.
pub type KeySource = Box<dyn Fn() -> BoxFuture<'static, Result<TokenKeys, BoxError>> + Send + Sync>;

/// The keys that sign and check tokens now.
pub struct KeyRing {
    keys: RwLock<Arc<TokenKeys>>,
    source: Option<KeySource>,
    read: Mutex<Read>,
}

/// When the keys were read.
struct Read {
    /// At the start, or again.
    last: Timestamp,
    /// Again; not since the start without it.
    again: Option<Timestamp>,
}

impl KeyRing {
    /// Keys that can be read again: when keys are exchanged, another process may sign with the new one before this
    /// one has heard of it. These were read at `read_at`.
    #[must_use]
    pub fn readable(keys: TokenKeys, source: KeySource, read_at: Timestamp) -> Self {
        Self { source: Some(source), read: Mutex::new(Read { last: read_at, again: None }), ..keys.into() }
    }

    /// The keys as they were read last.
    pub(crate) fn current(&self) -> Arc<TokenKeys> {
        Arc::clone(&self.keys.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Reads the keys again, because a token names one that is not known: at most once a minute. Requests that come
    /// meanwhile wait for the same reading. When they cannot be read, the old ones stay.
    pub(crate) async fn read_again(&self, now: Timestamp) {
        self.read_if(now, |read| read.again.is_none_or(|again| now.since(again) >= PAUSE)).await;
    }

    /// Before something is signed: reads the keys again when that was last done ten minutes ago. A process lives for
    /// hours, and would sign with a key that was replaced until it ends.
    pub(crate) async fn keep_current(&self, now: Timestamp) {
        self.read_if(now, |read| now.since(read.last) >= SIGNING_AGE).await;
    }

    async fn read_if(&self, now: Timestamp, is_due: impl Fn(&Read) -> bool) {
        let Some(source) = &self.source else { return };
        let mut read = self.read.lock().await;
        if !is_due(&read) {
            return;
        }
        *read = Read { last: now, again: Some(now) };
        match tokio::time::timeout(PATIENCE, source()).await {
            Ok(Ok(keys)) => {
                tracing::info!(kid = keys.kid(), "The keys of tokens were read again");
                *self.keys.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(keys);
            }
            Ok(Err(error)) => tracing::warn!(%error, "The keys of tokens cannot be read again"),
            Err(_) => tracing::warn!("Reading the keys of tokens again took too long"),
        }
    }
}

impl From<TokenKeys> for KeyRing {
    /// Keys that stay as they are.
    fn from(keys: TokenKeys) -> Self {
        Self {
            keys: RwLock::new(Arc::new(keys)),
            source: None,
            read: Mutex::new(Read { last: Timestamp::EPOCH, again: None }),
        }
    }
}

impl fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyRing").field("keys", &self.current()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::keys::tests::keys;
    use futures::FutureExt as _;

    #[tokio::test]
    async fn a_process_that_signs_looks_every_ten_minutes_which_key_to_sign_with() {
        let start: Timestamp = "2026-11-23T08:00:00Z".parse().expect("a time");
        let ring = KeyRing::readable(keys(0, &[]), Box::new(|| async { Ok(keys(1, &[0])) }.boxed()), start);
        let (old, new) = (keys(0, &[]), keys(1, &[]));
        ring.keep_current(start.plus(Duration::from_secs(599))).await;
        assert_eq!(ring.current().kid(), old.kid());
        ring.keep_current(start.plus(Duration::from_mins(10))).await;
        assert_eq!(ring.current().kid(), new.kid());
        assert!(ring.current().public(old.kid().expect("it signs")).is_some(), "its tokens are still good");
    }

    #[tokio::test]
    async fn keys_that_cannot_be_read_leave_those_that_there_are() {
        let start: Timestamp = "2026-11-23T08:00:00Z".parse().expect("a time");
        let ring = KeyRing::readable(keys(0, &[]), Box::new(|| async { Err("not now".into()) }.boxed()), start);
        ring.keep_current(start.plus(Duration::from_hours(1))).await;
        assert_eq!(ring.current().kid(), keys(0, &[]).kid());
    }
}
