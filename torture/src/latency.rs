//! Durations of requests, and their percentiles.

use std::time::Duration;

/// Durations in the order of their measurement.
#[derive(Clone, Debug, Default)]
pub(crate) struct Latencies(Vec<Duration>);

impl Latencies {
    pub(crate) fn add(&mut self, took: Duration) {
        self.0.push(took);
    }

    pub(crate) const fn count(&self) -> usize {
        self.0.len()
    }

    /// The duration that this share of requests did not exceed, in percent.
    pub(crate) fn percentile(&self, percent: usize) -> Duration {
        let mut sorted = self.0.clone();
        sorted.sort_unstable();
        let rank = (sorted.len() * percent).div_ceil(100).max(1);
        sorted.get(rank - 1).copied().unwrap_or_default()
    }

    /// `1,234 requests, p50 1.2 ms, p99 3.4 ms`.
    pub(crate) fn outline(&self) -> String {
        let [p50, p99] = [50, 99].map(|percent| self.percentile(percent).as_secs_f64() * 1_000.0);
        format!("{} requests, p50 {p50:.1} ms, p99 {p99:.1} ms", self.count())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_the_nearest_ranks() {
        let mut latencies = Latencies::default();
        (1..=200).rev().for_each(|millis| latencies.add(Duration::from_millis(millis)));
        assert_eq!([50, 99, 100].map(|percent| latencies.percentile(percent).as_millis()), [100, 198, 200]);
        assert_eq!(Latencies::default().percentile(99), Duration::ZERO);
        assert_eq!(latencies.outline(), "200 requests, p50 100.0 ms, p99 198.0 ms");
    }
}
