//! A value that is kept elsewhere and changes while this process runs: loaded at the start, and reloaded when it may have changed.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use futures::future::BoxFuture;
use model::Timestamp;
use tokio::sync::Mutex;

use crate::error::BoxError;

/// Clients can send key ids and secrets that never existed: this limits the reads that they cause.
const MIN_RELOAD_INTERVAL: Duration = Duration::from_mins(1);
/// How long a request waits for a reload.
const RELOAD_TIMEOUT: Duration = Duration::from_secs(3);

/// Loads the value from where it is kept.
pub(crate) type Source<T> = Box<dyn Fn() -> BoxFuture<'static, Result<T, BoxError>> + Send + Sync>;

/// The value as it was loaded last.
pub(crate) struct Reloadable<T> {
    /// What the log calls it.
    name: &'static str,
    value: RwLock<Arc<T>>,
    source: Option<Source<T>>,
    loaded: Mutex<Loaded>,
}

/// When the value was loaded.
struct Loaded {
    at: Timestamp,
    /// When a reload last began, if there was one: it may have failed.
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

    /// A value that stays as it is.
    pub(crate) fn fixed(name: &'static str, value: T, loaded_at: Timestamp) -> Self {
        let loaded = Mutex::new(Loaded { at: loaded_at, reload_began: None });
        Self { name, value: RwLock::new(Arc::new(value)), source: None, loaded }
    }

    pub(crate) fn current(&self) -> Arc<T> {
        Arc::clone(&self.value.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Reloads the value because a request shows that it may have changed, at most once a minute. Requests that come meanwhile wait
    /// for the same reload. If it fails, the old value stays. Says whether this call reloaded it.
    pub(crate) async fn reload(&self, now: Timestamp) -> bool {
        self.reload_if(now, |_| true).await
    }

    /// The same if the value was loaded so long ago. Until a reload succeeds it is tried every minute.
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
            Ok(Err(error)) => tracing::warn!(secret = self.name, %error, "A secret cannot be read again"),
            Err(_) => tracing::warn!(secret = self.name, "Reading a secret again took too long"),
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

    /// A number that is one more with each reading.
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
    async fn requests_make_a_process_read_at_most_once_a_minute() {
        let (value, readings) = counted();
        let at = |seconds| start().plus(Duration::from_secs(seconds));
        assert!(value.reload(at(1)).await, "the first asks at once");
        for second in 2..61 {
            assert!(!value.reload(at(second)).await, "{second} s");
        }
        assert_eq!((*value.current(), readings.load(Ordering::Relaxed)), (1, 1));
        assert!(value.reload(at(61)).await);
        assert_eq!(*value.current(), 2);
    }

    #[tokio::test]
    async fn requests_that_come_together_share_one_reading() {
        let (value, readings) = counted();
        futures::future::join_all((0..20).map(|_| value.reload(start()))).await;
        assert_eq!((*value.current(), readings.load(Ordering::Relaxed)), (1, 1));
    }

    #[tokio::test]
    async fn a_value_that_cannot_be_reloaded_stays_as_it_was() {
        let value = Reloadable::new("number", 7, Box::new(|| async { Err("not now".into()) }.boxed()), start());
        assert!(!value.reload(start()).await);
        assert_eq!(*value.current(), 7);
    }

    #[tokio::test]
    async fn a_reload_that_failed_is_tried_again_a_minute_later_and_one_that_succeeded_ten_minutes_later() {
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
    async fn a_request_waits_three_seconds_for_a_reading_that_does_not_end() {
        let value = Reloadable::new("number", 7, Box::new(|| std::future::pending().boxed()), start());
        let begun = Instant::now();
        assert!(!value.reload(start()).await);
        assert_eq!((*value.current(), begun.elapsed().as_secs()), (7, 3));
        assert!(!value.reload(start().plus(Duration::from_secs(59))).await);
        assert_eq!(begun.elapsed().as_secs(), 3, "the next request of that minute does not wait");
    }
}
