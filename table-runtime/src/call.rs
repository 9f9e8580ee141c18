//! One call of a pattern: sends and repeats requests, adds up their cost, and reads single items.

use std::fmt;
use std::pin::Pin;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::types::ConsumedCapacity;
use modyne::model;
use tracing::Instrument as _;

use crate::design::Design;
use crate::error::StoreError;
use crate::failure::{ServiceFailure, Verdict, verdict};
use crate::item::Returned;
use crate::key::Primary;
use crate::key_attributes::KeyAttributes;
use crate::meter::{CallCost, Meter};
use crate::observer::Reached;
use crate::registry::Pattern;
use crate::table::Table;

/// The number of repeats before the call fails.
pub(crate) const REPEATS: u32 = 3;
const FIRST_PAUSE_MS: u64 = 50;
const MAX_PAUSE_MS: u64 = 1_000;

/// One call of one pattern. Reports its cost when it ends, also when it is cancelled.
#[must_use]
pub struct Call<'a> {
    pub(crate) table: &'a Table,
    pattern: &'static Pattern,
    span: tracing::Span,
    /// The number of the call on the table's meter.
    number: Option<u64>,
    cost: Mutex<CallCost>,
}

/// A request without success.
pub(crate) enum SendError<E> {
    /// A condition was false.
    Refused(E),
    /// A failure that repeats cannot solve.
    Failed(StoreError),
}

impl Table {
    /// Begins a call of this pattern.
    pub fn call(&self, pattern: &'static Pattern) -> Call<'_> {
        if let Some(observer) = &self.observer {
            observer.tell(Reached::Pattern(pattern.id));
        }
        Call::new(self, pattern)
    }
}

impl<'a> Call<'a> {
    pub(crate) fn new(table: &'a Table, pattern: &'static Pattern) -> Self {
        let span = tracing::debug_span!("store", pattern = pattern.id, name = pattern.name);
        let cost = CallCost { pattern, requests: 0, rcu: 0.0, wcu: 0.0, is_estimated: false };
        let number = table.meter.as_ref().map(Meter::begin);
        Self { table, pattern, span, number, cost: Mutex::new(cost) }
    }

    /// The design of the table.
    pub fn design(&self) -> &'static Design {
        self.table.design()
    }

    /// The names of the table's key.
    pub(crate) fn key_attributes(&self) -> &'static KeyAttributes {
        &self.design().key_attributes
    }

    /// The id of the pattern, for errors.
    pub(crate) fn id(&self) -> &'static str {
        self.pattern.id
    }

    /// Reads one item by its key.
    pub async fn get<T: Returned>(self, key: Primary, consistent: bool) -> Result<Option<T>, StoreError> {
        let get = || model::Get::new(self.key_attributes().item(&key));
        let output = self.ask(|| get().execute_with_consistency(self.table, consistent)).await?;
        self.has_read(output.consumed_capacity());
        let returned = output.item.map(|item| T::returned(item, self.design())).transpose();
        returned.map_err(|corrupt| corrupt.read_by(self.id()))
    }

    /// Sends a request without a condition, and repeats it while a repeat may succeed.
    pub(crate) async fn ask<T, E, F, A>(&self, attempt: A) -> Result<T, StoreError>
    where
        E: ServiceFailure,
        F: Future<Output = Result<T, SdkError<E>>> + Send,
        A: FnMut() -> F + Send,
    {
        self.send(attempt).await.map_err(|error| match error {
            SendError::Failed(error) => error,
            SendError::Refused(_) => {
                let fault =
                    crate::error::Fault("the table reported a false condition, but the request has none".to_owned());
                StoreError::Rejected { pattern: self.id(), source: Box::new(fault) }
            }
        })
    }

    /// Sends a request, and repeats it while a repeat may succeed. The caller must make repeats safe.
    pub(crate) async fn send<T, E, F, A>(&self, mut attempt: A) -> Result<T, SendError<E>>
    where
        E: ServiceFailure,
        F: Future<Output = Result<T, SdkError<E>>> + Send,
        A: FnMut() -> F + Send,
    {
        let mut repeats = 0;
        loop {
            self.cost().requests += 1;
            // On the heap, because the SDK's futures have several kilobytes each.
            let answer: Pin<Box<F>> = Box::pin(attempt());
            let error = match answer.instrument(self.span.clone()).await {
                Ok(output) => return Ok(output),
                Err(error) => error,
            };
            let verdict = verdict(&error);
            tracing::debug!(parent: &self.span, ?verdict, repeats, "no success");
            if verdict == Verdict::Refused
                && let SdkError::ServiceError(context) = error
            {
                return Err(SendError::Refused(context.into_err()));
            }
            if !verdict.repeats() || self.is_last(repeats) {
                return Err(SendError::Failed(verdict.into_error(self.id(), self.table.name(), &error)));
            }
            pause(repeats).await;
            repeats += 1;
        }
    }

    /// Whether no request follows after so many repeats.
    fn is_last(&self, repeats: u32) -> bool {
        self.table.until.map_or(repeats >= REPEATS, |until| Instant::now() >= until)
    }

    /// Adds the reported cost of a read.
    pub(crate) fn has_read<'c>(&self, capacity: impl IntoIterator<Item = &'c ConsumedCapacity>) {
        for capacity in capacity {
            self.cost().rcu += capacity.read_capacity_units().or(capacity.capacity_units()).unwrap_or(0.0);
        }
    }

    /// Adds the reported cost of a write. A transaction that is repeated after its success reports a read instead.
    pub(crate) fn has_written<'c>(&self, capacity: impl IntoIterator<Item = &'c ConsumedCapacity>) {
        for capacity in capacity {
            let mut cost = self.cost();
            match (capacity.write_capacity_units(), capacity.read_capacity_units()) {
                (None, None) => cost.wcu += capacity.capacity_units().unwrap_or(0.0),
                (write, read) => {
                    cost.wcu += write.unwrap_or(0.0);
                    cost.rcu += read.unwrap_or(0.0);
                }
            }
        }
    }

    /// Adds the estimated cost of a refused write.
    pub(crate) fn was_refused(&self, wcu: f64) {
        let mut cost = self.cost();
        cost.wcu += wcu;
        cost.is_estimated = true;
    }

    fn cost(&self) -> MutexGuard<'_, CallCost> {
        self.cost.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Call<'_> {
    fn drop(&mut self) {
        let cost = *self.cost();
        let CallCost { pattern, requests, rcu, wcu, .. } = cost;
        tracing::debug!(parent: &self.span, pattern = pattern.id, name = pattern.name, requests, rcu, wcu, "called");
        if let (Some(meter), Some(number)) = (&self.table.meter, self.number) {
            meter.end(number, cost);
        }
    }
}

impl fmt::Debug for Call<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Call({})", self.pattern.id)
    }
}

/// Waits before the next repeat, longer after each one. Full jitter, so that requests that collided once do not collide
/// again.
pub(crate) async fn pause(repeats: u32) {
    tokio::time::sleep(Duration::from_millis(rand::random_range(0..=longest_pause_ms(repeats)))).await;
}

fn longest_pause_ms(repeats: u32) -> u64 {
    MAX_PAUSE_MS.min(FIRST_PAUSE_MS << repeats.min(16))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry::Operation;

    #[test]
    fn each_pause_can_be_twice_as_long_as_the_one_before_until_a_second() {
        let pauses: Vec<u64> = (0..6).chain([16, 17, u32::MAX]).map(longest_pause_ms).collect();
        assert_eq!(pauses, [50, 100, 200, 400, 800, 1_000, 1_000, 1_000, 1_000]);
    }

    static PATTERN: Pattern = crate::tests::pattern("T-01", Operation::Get);

    #[tokio::test]
    async fn a_call_adds_what_each_table_reports_and_prints_its_pattern() {
        let table = crate::tests::unreachable().await;
        let call = Call::new(&table, &PATTERN);
        let capacity = |all, read, write| {
            let of = ConsumedCapacity::builder().set_capacity_units(all);
            of.set_read_capacity_units(read).set_write_capacity_units(write).build()
        };
        call.has_written(&[capacity(Some(3.0), None, None), capacity(Some(9.0), Some(2.0), Some(4.0))]);
        call.has_written(&[capacity(None, Some(0.5), None), capacity(None, None, None)]);
        call.has_read(&[capacity(Some(1.0), None, None), capacity(Some(9.0), Some(8.0), None)]);
        let cost = *call.cost();
        assert_eq!((cost.rcu, cost.wcu, cost.is_estimated), (2.0 + 0.5 + 1.0 + 8.0, 3.0 + 4.0, false));
        assert_eq!(format!("{call:?}"), "Call(T-01)");
    }

    #[tokio::test]
    async fn a_repeat_waits() {
        // One pause of some is 0 ms with a probability of one in a thousand, not all of them.
        let mut has_waited = false;
        for _ in 0..4 {
            has_waited |= futures::poll!(Box::pin(pause(9))).is_pending();
        }
        assert!(has_waited);
    }
}
