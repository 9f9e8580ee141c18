//! Bounds the memory that large bodies take while they are read and parsed: those that do not fit wait for their turn.

use std::sync::LazyLock;

use tokio::sync::{Semaphore, SemaphorePermit};

use crate::error::{ApiError, ErrorCode};
use crate::limits::{LARGE_BODIES_BYTES, LARGE_BODY_WITHIN, UNCOUNTED_BODY_BYTES};

/// Permits are kilobytes, since a semaphore counts in 32 bits.
const UNIT: usize = 1_024;

/// One for the process, because memory is. It is fair: a large request is not passed by smaller ones for ever.
static LARGE: LazyLock<Semaphore> = LazyLock::new(|| Semaphore::new(LARGE_BODIES_BYTES / UNIT));

/// Waits until so many bytes may be held; they may be until the result is dropped. A small body does not wait.
pub(super) async fn turn(bytes: usize) -> Option<SemaphorePermit<'static>> {
    if bytes <= UNCOUNTED_BODY_BYTES {
        return None;
    }
    let units = u32::try_from(bytes.min(LARGE_BODIES_BYTES).div_ceil(UNIT)).unwrap_or(u32::MAX);
    LARGE.acquire_many(units).await.ok()
}

/// The body, unless its client takes too long to send it.
pub(super) async fn within<T>(reading: impl Future<Output = Result<T, ApiError>>) -> Result<T, ApiError> {
    let late = |_| ApiError::new(ErrorCode::InvalidInput).saying("The body took too long to arrive.");
    tokio::time::timeout(LARGE_BODY_WITHIN, reading).await.unwrap_or_else(|elapsed| Err(late(elapsed)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[tokio::test]
    async fn large_bodies_take_turns_and_small_ones_never_wait() {
        let first = turn(LARGE_BODIES_BYTES).await;
        assert!(first.is_some());
        assert!(turn(UNCOUNTED_BODY_BYTES).await.is_none());
        let soon = Duration::from_millis(50);
        assert!(tokio::time::timeout(soon, turn(UNCOUNTED_BODY_BYTES + 1)).await.is_err());
        drop(first);
        assert!(turn(LARGE_BODIES_BYTES * 2).await.is_some(), "one that is larger than all has all");
    }
}
