//! The seeded plan of a proxy: which request gets which fault.

use std::collections::VecDeque;
use std::time::Duration;

use rand::rngs::ChaCha8Rng;
use rand::seq::IndexedRandom as _;
use rand::{RngExt as _, SeedableRng as _};

use crate::fault::{Fault, Refusal};

/// A share of requests that get faults, and the faults to choose from.
#[derive(Clone, Debug, Default)]
pub(crate) struct Mix {
    /// From 0 to 1.
    share: f64,
    /// A fault that is named twice is twice as frequent.
    faults: Vec<Fault>,
}

impl Mix {
    /// No faults.
    pub(crate) fn none() -> Self {
        Self::default()
    }

    /// These faults for this share of requests.
    pub(crate) fn of(share: f64, faults: impl Into<Vec<Fault>>) -> Self {
        Self { share, faults: faults.into() }
    }

    /// Every fault of a store. A silence costs its whole time, so it is rare.
    pub(crate) fn store(share: f64) -> Self {
        let frequent = [
            Fault::Delay(Duration::from_millis(15)),
            Fault::ResetBefore,
            Fault::ResetAfter,
            Fault::Cut,
            Fault::Slices,
            Fault::Refusal(Refusal::Throughput),
            Fault::Refusal(Refusal::Throttling),
            Fault::Refusal(Refusal::Conflict),
            Fault::Refusal(Refusal::Internal),
            Fault::Refusal(Refusal::Gateway(503)),
            Fault::Unprocessed,
            Fault::HeldRead,
            Fault::HeldAnswer,
        ];
        let mut faults = frequent.repeat(8);
        faults.push(Fault::Silence(Duration::from_millis(400)));
        Self::of(share, faults)
    }
}

/// The plan of one proxy.
#[derive(Debug)]
pub(crate) struct Plan {
    random: ChaCha8Rng,
    mix: Mix,
    /// The faults of the next requests. `None` is a request without a fault.
    next: VecDeque<Option<Fault>>,
}

impl Plan {
    /// A plan without faults. Equal seeds and streams choose equal faults for equal sequences of operations.
    pub(crate) fn new(seed: u64, stream: u64) -> Self {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        random.set_stream(stream);
        Self { random, mix: Mix::none(), next: VecDeque::new() }
    }

    pub(crate) fn set_mix(&mut self, mix: Mix) {
        self.mix = mix;
    }

    /// Gives the next requests these faults. They precede the mix.
    pub(crate) fn queue(&mut self, faults: impl IntoIterator<Item = Fault>) {
        self.next.extend(faults.into_iter().map(Some));
    }

    /// Removes faults that no request got.
    pub(crate) fn clear_queue(&mut self) {
        self.next.clear();
    }

    /// The fault of this request.
    pub(crate) fn fault(&mut self, operation: &str) -> Option<Fault> {
        if let Some(fault) = self.next.pop_front() {
            return fault;
        }
        if self.mix.faults.is_empty() || !self.random.random_bool(self.mix.share) {
            return None;
        }
        let possible: Vec<Fault> =
            self.mix.faults.iter().copied().filter(|fault| fault.applies_to(operation)).collect();
        possible.choose(&mut self.random).copied()
    }

    /// A number from 0 to 1.
    pub(crate) fn chance(&mut self, share: f64) -> bool {
        self.random.random_bool(share)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(seed: u64) -> Vec<Option<Fault>> {
        let mut plan = Plan::new(seed, 1);
        plan.set_mix(Mix::store(0.3));
        (0..1_000).map(|_| plan.fault("BatchGetItem")).collect()
    }

    #[test]
    fn equal_seeds_plan_equal_faults() {
        assert_eq!(faults(7), faults(7));
        assert_ne!(faults(7), faults(8));
    }

    #[test]
    fn the_share_of_faults_is_the_configured_one() {
        let planned = faults(1).iter().flatten().count();
        assert!((240..360).contains(&planned), "{planned}");
        assert!(!faults(1).contains(&Some(Fault::Refusal(Refusal::Conflict))), "a batch has no conflict");
    }

    #[test]
    fn queued_faults_come_first() {
        let mut plan = Plan::new(1, 1);
        plan.queue([Fault::Cut, Fault::ResetBefore]);
        assert_eq!(plan.fault("converse"), Some(Fault::Cut));
        assert_eq!(plan.fault("converse"), Some(Fault::ResetBefore));
        assert_eq!(plan.fault("converse"), None);
    }
}
