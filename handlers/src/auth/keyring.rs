//! The keys of this process, which are reloaded when a token names an unknown key.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use model::Timestamp;

use crate::auth::keys::TokenKeys;
use crate::reloadable::{Reloadable, Source};

/// The name in the log.
const NAME: &str = "token keys";
/// Maximum age of a key that signs. An old public key is kept longer, see `codesensei keys drop`.
const SIGNING_AGE: Duration = Duration::from_mins(10);

/// Loads the keys from their source.
pub type KeySource = Source<TokenKeys>;

/// The current keys that sign and check tokens.
pub struct KeyRing(Reloadable<TokenKeys>);

impl KeyRing {
    /// Keys with a source, loaded at `read_at`. During a rotation another process may sign with the new key before
    /// this one has loaded it.
    #[must_use]
    pub fn readable(keys: TokenKeys, source: KeySource, read_at: Timestamp) -> Self {
        Self(Reloadable::new(NAME, keys, source, read_at))
    }

    /// The last loaded keys.
    pub(crate) fn current(&self) -> Arc<TokenKeys> {
        self.0.current()
    }

    /// Reloads the keys because a token names an unknown key, at most once a minute.
    pub(crate) async fn read_again(&self, now: Timestamp) {
        self.log(self.0.reload(now).await);
    }

    /// Before signing: reloads keys that are ten minutes old. A process lives for hours, and would continue to sign
    /// with a replaced key.
    pub(crate) async fn keep_current(&self, now: Timestamp) {
        self.log(self.0.reload_if_older(SIGNING_AGE, now).await);
    }

    fn log(&self, is_reloaded: bool) {
        if is_reloaded {
            tracing::info!(kid = self.current().kid(), "The token keys were reloaded");
        }
    }
}

impl From<TokenKeys> for KeyRing {
    /// Keys without a source.
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
    async fn a_signing_process_reloads_its_keys_every_ten_minutes() {
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
    async fn a_failed_reload_keeps_the_keys() {
        let start: Timestamp = "2026-11-23T08:00:00Z".parse().expect("a time");
        let ring = KeyRing::readable(keys(0, &[]), Box::new(|| async { Err("not now".into()) }.boxed()), start);
        ring.keep_current(start.plus(Duration::from_hours(1))).await;
        assert_eq!(ring.current().kid(), keys(0, &[]).kid());
    }
}
