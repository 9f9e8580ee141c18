//! The keys of this process, and reading them again when a token names one that it does not know.

use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use futures::future::BoxFuture;
use model::Timestamp;
use tokio::sync::Mutex;

use crate::auth::keys::SigningKeys;
use crate::error::BoxError;

/// Minimum time between two readings. Anybody can send a token that names a key that there never was.
const PAUSE: Duration = Duration::from_mins(1);
/// Maximum time that a request waits for the keys.
const PATIENCE: Duration = Duration::from_secs(3);

/// Reads the keys where they are kept.
pub type KeySource = Box<dyn Fn() -> BoxFuture<'static, Result<SigningKeys, BoxError>> + Send + Sync>;

/// The keys that sign and check tokens now.
pub struct KeyRing {
    keys: RwLock<Arc<SigningKeys>>,
    source: Option<KeySource>,
    last_read: Mutex<Option<Timestamp>>,
}

impl KeyRing {
    /// Keys that can be read again: when keys are exchanged, another process may sign with the new one before this
    /// one has heard of it.
    #[must_use]
    pub fn readable(keys: SigningKeys, source: KeySource) -> Self {
        Self { source: Some(source), ..keys.into() }
    }

    /// The keys as they were read last.
    pub(crate) fn current(&self) -> Arc<SigningKeys> {
        Arc::clone(&self.keys.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Reads the keys again, at most once a minute. Requests that come meanwhile wait for the same reading.
    /// When they cannot be read, the old ones stay.
    pub(crate) async fn read_again(&self, now: Timestamp) {
        let Some(source) = &self.source else { return };
        let mut last_read = self.last_read.lock().await;
        if last_read.is_some_and(|last| now.since(last) < PAUSE) {
            return;
        }
        *last_read = Some(now);
        match tokio::time::timeout(PATIENCE, source()).await {
            Ok(Ok(keys)) => {
                tracing::info!(kid = keys.kid(), "The signing keys were read again");
                *self.keys.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(keys);
            }
            Ok(Err(error)) => tracing::warn!(%error, "The signing keys cannot be read again"),
            Err(_) => tracing::warn!("Reading the signing keys again took too long"),
        }
    }
}

impl From<SigningKeys> for KeyRing {
    /// Keys that stay as they are.
    fn from(keys: SigningKeys) -> Self {
        Self { keys: RwLock::new(Arc::new(keys)), source: None, last_read: Mutex::new(None) }
    }
}

impl fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyRing").field("keys", &self.current()).finish_non_exhaustive()
    }
}
