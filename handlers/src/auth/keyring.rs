//! The keys of this process, and reading them again when a token names one that it does not know.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use model::Timestamp;

use crate::auth::keys::TokenKeys;
use crate::reloadable::{Reloadable, Source};

/// What the log calls them.
const NAME: &str = "keys of tokens";
/// How long a process may sign with a key without having looked whether it is still the one to sign with. An old public key
/// is kept for longer than that, see `codesensei keys drop`.
const SIGNING_AGE: Duration = Duration::from_mins(10);

/// Reads the keys where they are kept.
pub type KeySource = Source<TokenKeys>;

/// The keys that sign and check tokens now.
pub struct KeyRing(Reloadable<TokenKeys>);

impl KeyRing {
    /// Keys that can be read again: when keys are exchanged, another process may sign with the new one before this
    /// one has heard of it. These were read at `read_at`.
    #[must_use]
    pub fn readable(keys: TokenKeys, source: KeySource, read_at: Timestamp) -> Self {
        Self(Reloadable::new(NAME, keys, source, read_at))
    }

    /// The keys as they were read last.
    pub(crate) fn current(&self) -> Arc<TokenKeys> {
        self.0.current()
    }

    /// Reads the keys again, because a token names one that is not known: at most once a minute.
    pub(crate) async fn read_again(&self, now: Timestamp) {
        self.tell(self.0.reload(now).await);
    }

    /// Before something is signed: reads the keys again when that was last done ten minutes ago. A process lives for
    /// hours, and would sign with a key that was replaced until it ends.
    pub(crate) async fn keep_current(&self, now: Timestamp) {
        self.tell(self.0.reload_if_older(SIGNING_AGE, now).await);
    }

    fn tell(&self, were_read: bool) {
        if were_read {
            tracing::info!(kid = self.current().kid(), "The keys of tokens were read again");
        }
    }
}

impl From<TokenKeys> for KeyRing {
    /// Keys that stay as they are.
    fn from(keys: TokenKeys) -> Self {
        Self(Reloadable::fixed(NAME, keys, Timestamp::EPOCH))
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
