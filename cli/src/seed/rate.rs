//! A limit for write units per second, based on the units that writes really consumed.

use std::num::NonZeroU32;

use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};

/// A token bucket with the write capacity units of one second, or no limit.
pub struct Rate(Option<(NonZeroU32, DefaultDirectRateLimiter)>);

impl Rate {
    /// A limit of this many units per second, or none.
    #[must_use]
    pub fn per_second(units: Option<NonZeroU32>) -> Self {
        Self(units.map(|units| (units, RateLimiter::direct(Quota::per_second(units)))))
    }

    /// Waits until this many units may be consumed, rounded up to whole units.
    pub(super) async fn take(&self, units: f64) {
        let Some((burst, limiter)) = &self.0 else { return };
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a negative number takes nothing")]
        let mut left = units.ceil().max(0.0) as u32;
        // The bucket cannot give more units at once than it holds.
        while let Some(portion) = NonZeroU32::new(left.min(burst.get())) {
            limiter.until_n_ready(portion).await.expect("a portion is at most the size of the bucket");
            left -= portion.get();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Instant;

    #[tokio::test]
    async fn units_beyond_the_first_second_have_to_wait() {
        let (rate, started) = (Rate::per_second(NonZeroU32::new(1_000)), Instant::now());
        for _ in 0..3 {
            rate.take(450.5).await;
        }
        // 1,353 units, of which 1,000 were in the bucket: the rest takes at least 353 ms.
        let took = started.elapsed().as_millis();
        assert!((340..5_000).contains(&took), "{took} ms");
        Rate::per_second(None).take(1e9).await;
    }
}
