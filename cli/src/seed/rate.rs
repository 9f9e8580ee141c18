//! A limit of write units a second, fed by what writes really consumed.

use std::num::NonZeroU32;

use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};

/// A token bucket of write capacity units that holds one second's worth, or no limit.
pub struct Rate(Option<(NonZeroU32, DefaultDirectRateLimiter)>);

impl Rate {
    /// At most so many units a second; as fast as it goes without a number.
    #[must_use]
    pub fn per_second(units: Option<NonZeroU32>) -> Self {
        Self(units.map(|units| (units, RateLimiter::direct(Quota::per_second(units)))))
    }

    /// Waits until so many units may be consumed. Units are consumed in halves and taken in whole ones, rounded up.
    pub(super) async fn take(&self, units: f64) {
        let Some((burst, limiter)) = &self.0 else { return };
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "negative is nothing to take")]
        let mut left = units.ceil().max(0.0) as u32;
        // The bucket gives no more at once than it holds.
        while let Some(portion) = NonZeroU32::new(left.min(burst.get())) {
            limiter.until_n_ready(portion).await.expect("a portion is no more than the bucket holds");
            left -= portion.get();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Instant;

    #[tokio::test]
    async fn units_beyond_the_first_second_are_waited_for() {
        let (rate, begun) = (Rate::per_second(NonZeroU32::new(1_000)), Instant::now());
        for _ in 0..3 {
            rate.take(450.5).await;
        }
        // 1,353 units, of which 1,000 were in the bucket: the rest takes at least 353 ms.
        let took = begun.elapsed().as_millis();
        assert!((340..5_000).contains(&took), "{took} ms");
        Rate::per_second(None).take(1e9).await;
    }
}
