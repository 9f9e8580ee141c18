//! Meters: the cost of calls, as the table itself reports it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::registry::Pattern;

/// Collects the cost of every call of its tables. Clones share one list.
#[derive(Clone, Debug, Default)]
pub struct Meter(Arc<Mutex<Calls>>);

#[derive(Debug, Default)]
struct Calls {
    begun: u64,
    /// The cost of each ended call, with the number of the call.
    ended: Vec<(u64, CallCost)>,
}

/// The cost of one call of a pattern, including repeats.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CallCost {
    /// The called pattern.
    pub pattern: &'static Pattern,
    /// The number of requests, including repeats.
    pub requests: u32,
    /// Read capacity units, of the table and its indexes.
    pub rcu: f64,
    /// Write capacity units, of the table and its indexes.
    pub wcu: f64,
    /// Whether a part of the write units is estimated: those of refused writes, which are billed and not reported.
    pub is_estimated: bool,
}

/// The cost of several calls together.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Total {
    /// The number of requests.
    pub requests: u32,
    /// Read capacity units.
    pub rcu: f64,
    /// Write capacity units.
    pub wcu: f64,
    /// Whether a part of the write units is estimated.
    pub is_estimated: bool,
}

impl Total {
    /// The sum with another call.
    #[must_use]
    pub fn and(self, call: &CallCost) -> Self {
        Self {
            requests: self.requests + call.requests,
            rcu: self.rcu + call.rcu,
            wcu: self.wcu + call.wcu,
            is_estimated: self.is_estimated || call.is_estimated,
        }
    }
}

impl Meter {
    /// An empty meter.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The calls that ended since the last `take`, in the order of their beginning. Of concurrent calls, the order of
    /// the ends is random.
    #[must_use]
    pub fn take(&self) -> Vec<CallCost> {
        let mut ended = std::mem::take(&mut self.calls().ended);
        ended.sort_unstable_by_key(|(number, _)| *number);
        ended.into_iter().map(|(_, cost)| cost).collect()
    }

    /// The sum of the calls since the last `take`.
    #[must_use]
    pub fn total(&self) -> Total {
        self.calls().ended.iter().fold(Total::default(), |sum, (_, call)| sum.and(call))
    }

    /// The number of a call that begins now.
    pub(crate) fn begin(&self) -> u64 {
        let mut calls = self.calls();
        calls.begun += 1;
        calls.begun
    }

    pub(crate) fn end(&self, number: u64, cost: CallCost) {
        self.calls().ended.push((number, cost));
    }

    fn calls(&self) -> MutexGuard<'_, Calls> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry::Operation;
    use crate::tests::pattern;

    #[test]
    fn calls_are_reported_in_the_order_of_their_beginning() {
        static TENDED: Pattern = pattern("T-01", Operation::Get);
        let meter = Meter::new();
        let cost = |requests| CallCost { pattern: &TENDED, requests, rcu: 0.5, wcu: 0.0, is_estimated: false };
        let (first, second) = (meter.begin(), meter.begin());
        meter.end(second, cost(2));
        meter.end(first, cost(1));
        assert_eq!(meter.total(), Total { requests: 3, rcu: 1.0, wcu: 0.0, is_estimated: false });
        assert_eq!(meter.take(), [cost(1), cost(2)]);
        assert_eq!(meter.take(), []);
    }
}
