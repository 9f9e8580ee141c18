//! Limits the memory of large bodies while they are read and parsed: a body waits until enough memory is free.

use std::sync::LazyLock;

use model::limits::{BODY_WITHIN, LARGE_BODIES_BYTES, TURN_WITHIN, UNCOUNTED_BODY_BYTES};
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::error::{ApiError, ErrorCode};

const BUSY: &str = "Other large requests are being read. Please send this one again in a moment.";

/// Permits are kilobytes, since a semaphore counts in 32 bits.
const UNIT: usize = 1_024;

/// One semaphore for the process. It is fair: small requests do not starve a large one.
static LARGE: LazyLock<Semaphore> = LazyLock::new(|| Semaphore::new(LARGE_BODIES_BYTES / UNIT));

/// Waits for a permit for this many bytes. Dropping the permit frees them. A small body does not wait.
///
/// # Errors
/// When other requests hold the memory for too long.
pub(super) async fn turn(bytes: usize) -> Result<Option<SemaphorePermit<'static>>, ApiError> {
    if bytes <= UNCOUNTED_BODY_BYTES {
        return Ok(None);
    }
    let units = u32::try_from(bytes.min(LARGE_BODIES_BYTES).div_ceil(UNIT)).unwrap_or(u32::MAX);
    match tokio::time::timeout(TURN_WITHIN, LARGE.acquire_many(units)).await {
        Ok(permit) => permit.map(Some).map_err(ApiError::internal),
        Err(_) => Err(ApiError::new(ErrorCode::DatabaseError).with_message(BUSY)),
    }
}

/// Reads the body with a timeout.
pub(super) async fn within<T>(reading: impl Future<Output = Result<T, ApiError>>) -> Result<T, ApiError> {
    let late = |_| ApiError::new(ErrorCode::InvalidInput).with_message("The body took too long to arrive.");
    tokio::time::timeout(BODY_WITHIN, reading).await.unwrap_or_else(|elapsed| Err(late(elapsed)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn large_bodies_wait_for_memory_and_small_ones_do_not() {
        let first = turn(LARGE_BODIES_BYTES).await.expect("none are held yet");
        assert!(first.is_some());
        assert!(turn(UNCOUNTED_BODY_BYTES).await.expect("it holds none").is_none());
        let began = tokio::time::Instant::now();
        let refused = turn(UNCOUNTED_BODY_BYTES + 1).await.expect_err("others hold them all");
        assert_eq!((refused.code(), began.elapsed().as_secs()), (ErrorCode::DatabaseError, TURN_WITHIN.as_secs()));
        drop(first);
        assert!(
            turn(LARGE_BODIES_BYTES * 2).await.expect("all are free").is_some(),
            "a request larger than the limit waits for all of it"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_takes_longer_than_a_minute_is_refused() {
        let refused = within(std::future::pending::<Result<(), ApiError>>()).await.expect_err("it never comes");
        assert_eq!(refused.message(), "The body took too long to arrive.");
    }
}
