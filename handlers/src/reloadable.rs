//! A value from an external source: loaded at the start, and reloaded when it may have changed.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use futures::future::BoxFuture;
use model::Timestamp;
use tokio::sync::Mutex;

use crate::error::BoxError;

/// Limits the reads that clients can cause with unknown key ids and secrets.
const MIN_RELOAD_INTERVAL: Duration = Duration::from_mins(1);
/// How long a request waits for a reload.
const RELOAD_TIMEOUT: Duration = Duration::from_secs(3);

/// Loads the value from its source.
pub(crate) type Source<T> = Box<dyn Fn() -> BoxFuture<'static, Result<T, BoxError>> + Send + Sync>;

/// The last loaded value.
pub(crate) struct Reloadable<T> {
    /// The name in the log.
    name: &'static str,
    value: RwLock<Arc<T>>,
    source: Option<Source<T>>,
    loaded: Mutex<Loaded>,
}

/// The times of the last load and reload.
struct Loaded {
    at: Timestamp,
    /// The start of the last reload, which may have failed.
    reload_began: Option<Timestamp>,
}

impl Loaded {
    fn may_reload(&self, now: Timestamp) -> bool {
        self.reload_began.is_none_or(|began| now.since(began) >= MIN_RELOAD_INTERVAL)
    }
}

impl<T> Reloadable<T> {
    /// A value that was loaded at `loaded_at`, and the source to reload it from.
    pub(crate) fn new(name: &'static str, value: T, source: Source<T>, loaded_at: Timestamp) -> Self {
        Self { source: Some(source), ..Self::fixed(name, value, loaded_at) }
    }

    /// A value without a source.
    pub(crate) fn fixed(name: &'static str, value: T, loaded_at: Timestamp) -> Self {
        let loaded = Mutex::new(Loaded { at: loaded_at, reload_began: None });
        Self { name, value: RwLock::new(Arc::new(value)), source: None, loaded }
    }

    pub(crate) fn current(&self) -> Arc<T> {
        Arc::clone(&self.value.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Reloads the value, at most once a minute. Concurrent calls wait for the same reload. If it fails, the old value
    /// stays. Returns whether this call reloaded it.
    pub(crate) async fn reload(&self, now: Timestamp) -> bool {
        self.reload_if(now, |_| true).await
    }

    /// Reloads the value if its age is at least `age`. Retries a failed reload after a minute.
    pub(crate) async fn reload_if_older(&self, age: Duration, now: Timestamp) -> bool {
        self.reload_if(now, |loaded| now.since(loaded.at) >= age).await
    }

    async fn reload_if(&self, now: Timestamp, is_due: impl Fn(&Loaded) -> bool) -> bool {
        let Some(source) = &self.source else { return false };
        let mut loaded = self.loaded.lock().await;
        if !is_due(&loaded) || !loaded.may_reload(now) {
            return false;
        }
        loaded.reload_began = Some(now);
        match tokio::time::timeout(RELOAD_TIMEOUT, source()).await {
            Ok(Ok(value)) => {
                loaded.at = now;
                *self.value.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(value);
                return true;
            }
            Ok(Err(error)) => tracing::warn!(secret = self.name, %error, "A secret could not be reloaded"),
            Err(_) => tracing::warn!(secret = self.name, "Reloading a secret timed out"),
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use futures::FutureExt as _;
    use tokio::time::Instant;

    use super::*;

    fn start() -> Timestamp {
        "2026-11-23T08:00:00Z".parse().expect("a time")
    }

    /// A number that increases with each load.
    fn counted() -> (Reloadable<u32>, Arc<AtomicU32>) {
        let readings = Arc::new(AtomicU32::new(0));
        let counter = Arc::clone(&readings);
        let source: Source<u32> = Box::new(move || {
            let number = counter.fetch_add(1, Ordering::Relaxed) + 1;
            async move { Ok(number) }.boxed()
        });
        (Reloadable::new("number", 0, source, start()), readings)
    }

    #[tokio::test]
    async fn a_process_reloads_at_most_once_a_minute() {
        let (value, readings) = counted();
        let at = |seconds| start().plus(Duration::from_secs(seconds));
        assert!(value.reload(at(1)).await, "the first reload is immediate");
        for second in 2..61 {
            assert!(!value.reload(at(second)).await, "{second} s");
        }
        assert_eq!((*value.current(), readings.load(Ordering::Relaxed)), (1, 1));
        assert!(value.reload(at(61)).await);
        assert_eq!(*value.current(), 2);
    }

    #[tokio::test]
    async fn concurrent_requests_share_one_reload() {
        let (value, readings) = counted();
        futures::future::join_all((0..20).map(|_| value.reload(start()))).await;
        assert_eq!((*value.current(), readings.load(Ordering::Relaxed)), (1, 1));
    }

    #[tokio::test]
    async fn a_failed_reload_keeps_the_value() {
        let value = Reloadable::new("number", 7, Box::new(|| async { Err("not now".into()) }.boxed()), start());
        assert!(!value.reload(start()).await);
        assert_eq!(*value.current(), 7);
    }

    #[tokio::test]
    async fn a_failed_reload_is_retried_after_a_minute_and_a_success_lasts_ten() {
        let fails = Arc::new(AtomicU32::new(2));
        let left = Arc::clone(&fails);
        let source: Source<u32> = Box::new(move || {
            let fails = left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)).is_ok();
            async move { if fails { Err("not now".into()) } else { Ok(1) } }.boxed()
        });
        let value = Reloadable::new("number", 0, source, start());
        let mut reloaded_after = Vec::new();
        for minute in 0..30 {
            if value.reload_if_older(Duration::from_mins(10), start().plus(Duration::from_mins(minute))).await {
                reloaded_after.push(minute);
            }
        }
        assert_eq!(reloaded_after, [12, 22]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_reload_times_out_after_three_seconds() {
        let value = Reloadable::new("number", 7, Box::new(|| std::future::pending().boxed()), start());
        let begun = Instant::now();
        assert!(!value.reload(start()).await);
        assert_eq!((*value.current(), begun.elapsed().as_secs()), (7, 3));
        assert!(!value.reload(start().plus(Duration::from_secs(59))).await);
        assert_eq!(begun.elapsed().as_secs(), 3, "the next request of that minute does not wait");
    }
}
