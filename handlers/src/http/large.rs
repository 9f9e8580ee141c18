//! Limits the memory of requests with large bodies: a body waits until enough memory is free.
//!
//! A request that stores a file holds its share until it ends, because the text, its gzip and the requests to the table
//! are several times the body.

use std::sync::LazyLock;

use model::limits::{BODY_WITHIN, LARGE_BODIES_BYTES, TURN_WITHIN, UNCOUNTED_BODY_BYTES};
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::error::{ApiError, ErrorCode};

const BUSY: &str = "Other large requests are being read. Please send this one again in a moment.";

/// Permits are kilobytes, since a semaphore counts in 32 bits.
const UNIT: usize = 1_024;

/// Semaphores of the process. They are fair: small requests do not starve a large one. A request first waits for a
/// share of `RECEIVED`, in which its body arrives, and keeps it until it has its share of `HANDLED`. So a client that
/// sends slowly holds only what it announced, and no request waits for `RECEIVED` while it holds `HANDLED`.
static RECEIVED: LazyLock<Semaphore> = LazyLock::new(|| Semaphore::new(LARGE_BODIES_BYTES / UNIT));
static HANDLED: LazyLock<Semaphore> = LazyLock::new(|| Semaphore::new(LARGE_BODIES_BYTES / UNIT));

/// A share of the memory, which is free again when this is dropped. Empty for a small body.
#[derive(Debug)]
pub struct Memory(Option<SemaphorePermit<'static>>);

impl Memory {
    /// Frees all but this many bytes: the size of an inflated body is known only after it was read.
    pub(super) fn shrink_to(&mut self, bytes: usize) {
        if bytes <= UNCOUNTED_BODY_BYTES {
            self.0 = None;
        }
        if let Some(permit) = &mut self.0 {
            drop(permit.split(permit.num_permits().saturating_sub(bytes.div_ceil(UNIT))));
        }
    }
}

/// Waits for the memory in which a body of this many bytes arrives. A small body does not wait.
///
/// # Errors
/// When other requests hold the memory for too long.
pub(super) async fn to_receive(bytes: usize) -> Result<Memory, ApiError> {
    turn(&RECEIVED, bytes).await
}

/// Waits for the memory of a request whose inflated body has this many bytes. A small body does not wait.
///
/// # Errors
/// When other requests hold the memory for too long.
pub(super) async fn to_handle(bytes: usize) -> Result<Memory, ApiError> {
    turn(&HANDLED, bytes).await
}

async fn turn(of: &'static Semaphore, bytes: usize) -> Result<Memory, ApiError> {
    if bytes <= UNCOUNTED_BODY_BYTES {
        return Ok(Memory(None));
    }
    let units = u32::try_from(bytes.min(LARGE_BODIES_BYTES).div_ceil(UNIT)).unwrap_or(u32::MAX);
    match tokio::time::timeout(TURN_WITHIN, of.acquire_many(units)).await {
        Ok(permit) => permit.map(|permit| Memory(Some(permit))).map_err(ApiError::internal),
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
        let first = to_receive(LARGE_BODIES_BYTES).await.expect("none are held yet");
        assert!(first.0.is_some());
        assert!(to_receive(UNCOUNTED_BODY_BYTES).await.expect("it holds none").0.is_none());
        let began = tokio::time::Instant::now();
        let refused = to_receive(UNCOUNTED_BODY_BYTES + 1).await.expect_err("others hold them all");
        assert_eq!((refused.code(), began.elapsed().as_secs()), (ErrorCode::DatabaseError, TURN_WITHIN.as_secs()));
        assert!(to_handle(LARGE_BODIES_BYTES).await.is_ok(), "a slow client does not stop requests that have arrived");
        drop(first);
        assert!(
            to_receive(LARGE_BODIES_BYTES * 2).await.expect("all are free").0.is_some(),
            "a request larger than the limit waits for all of it"
        );
    }

    #[test]
    fn memory_beyond_the_size_of_a_body_is_freed() {
        static OWN: LazyLock<Semaphore> = LazyLock::new(|| Semaphore::new(4_000));
        let mut memory = Memory(Some(OWN.try_acquire_many(4_000).expect("all are free")));
        memory.shrink_to(1_000 * UNIT - 1);
        assert_eq!(OWN.available_permits(), 3_000);
        memory.shrink_to(2_000 * UNIT);
        assert_eq!(OWN.available_permits(), 3_000);
        memory.shrink_to(UNCOUNTED_BODY_BYTES);
        assert_eq!(OWN.available_permits(), 4_000);
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_takes_longer_than_a_minute_is_refused() {
        let refused = within(std::future::pending::<Result<(), ApiError>>()).await.expect_err("it never comes");
        assert_eq!(refused.message(), "The body took too long to arrive.");
    }
}
