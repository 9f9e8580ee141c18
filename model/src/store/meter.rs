//! Meters: what calls cost, as the table itself reports it.

use std::sync::{Arc, Mutex, PoisonError};

use crate::registry::Pattern;

/// Collects the cost of every call of the stores it was given to. Clones share one list.
#[derive(Clone, Debug, Default)]
pub struct Meter(Arc<Mutex<Vec<CallCost>>>);

/// What one call of a pattern cost, its repeats included.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CallCost {
    /// The pattern that was called.
    pub pattern: &'static Pattern,
    /// Requests sent, repeats included.
    pub requests: u32,
    /// Read capacity units, of the table and its indexes.
    pub rcu: f64,
    /// Write capacity units, of the table and its indexes.
    pub wcu: f64,
}

/// What several calls cost together.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Total {
    /// Requests sent.
    pub requests: u32,
    /// Read capacity units.
    pub rcu: f64,
    /// Write capacity units.
    pub wcu: f64,
}

impl Meter {
    /// An empty meter.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The calls since the last `take`, in the order in which they ended.
    #[must_use]
    pub fn take(&self) -> Vec<CallCost> {
        std::mem::take(&mut *self.calls())
    }

    /// The sum of the calls since the last `take`.
    #[must_use]
    pub fn total(&self) -> Total {
        self.calls().iter().fold(Total::default(), |sum, call| Total {
            requests: sum.requests + call.requests,
            rcu: sum.rcu + call.rcu,
            wcu: sum.wcu + call.wcu,
        })
    }

    pub(super) fn add(&self, cost: CallCost) {
        self.calls().push(cost);
    }

    fn calls(&self) -> std::sync::MutexGuard<'_, Vec<CallCost>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
