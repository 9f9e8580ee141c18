//! One call of a pattern: it sends requests, repeats them, adds up what they cost, and gets single items.

use std::fmt;
use std::pin::Pin;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::types::{ConsumedCapacity, ReturnConsumedCapacity};
use modyne::keys::PrimaryKey as _;
use tracing::Instrument as _;

use crate::design::Design;
use crate::error::StoreError;
use crate::failure::{ServiceFailure, Verdict, verdict};
use crate::item::FromItem;
use crate::key::Primary;
use crate::meter::{CallCost, Meter};
use crate::observer::Reached;
use crate::registry::Pattern;
use crate::table::Table;

/// How often a request is repeated before the call gives up.
pub(crate) const REPEATS: u32 = 3;
const FIRST_PAUSE_MS: u64 = 50;
const LONGEST_PAUSE_MS: u64 = 1_000;

/// One call of one pattern, used up by what it asks. Reports its cost when it ends, also when it is cancelled.
#[must_use]
pub struct Call<'a> {
    pub(crate) table: &'a Table,
    pattern: &'static Pattern,
    span: tracing::Span,
    /// Its number on the table's meter.
    number: Option<u64>,
    cost: Mutex<CallCost>,
}

/// A request that did not succeed.
pub(crate) enum SendError<E> {
    /// A condition was false.
    Refused(E),
    /// Nothing more can be done.
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

    /// The id of the pattern, for errors.
    pub(crate) fn id(&self) -> &'static str {
        self.pattern.id
    }

    /// One item by its key.
    pub async fn get<T: FromItem>(self, key: Primary, consistent: bool) -> Result<Option<T>, StoreError> {
        let request = self
            .table
            .client()
            .get_item()
            .table_name(self.table.name())
            .set_key(Some(key.into_key()))
            .consistent_read(consistent)
            .return_consumed_capacity(ReturnConsumedCapacity::Indexes);
        let output = self.ask(|| request.clone().send()).await?;
        self.has_read(output.consumed_capacity());
        output.item.map(T::from_item).transpose().map_err(|corrupt| corrupt.read_by(self.id()))
    }

    /// Sends a request that has no condition, and repeats it while that makes sense.
    pub(crate) async fn ask<T, E, F, A>(&self, attempt: A) -> Result<T, StoreError>
    where
        E: ServiceFailure,
        F: Future<Output = Result<T, SdkError<E>>> + Send,
        A: FnMut() -> F + Send,
    {
        self.send(attempt).await.map_err(|error| match error {
            SendError::Failed(error) => error,
            SendError::Refused(_) => {
                let fault = crate::error::Fault("a condition was false where none was sent".to_owned());
                StoreError::Rejected { pattern: self.id(), source: Box::new(fault) }
            }
        })
    }

    /// Sends a request and repeats it while that makes sense. It is the caller who makes repeating safe.
    pub(crate) async fn send<T, E, F, A>(&self, mut attempt: A) -> Result<T, SendError<E>>
    where
        E: ServiceFailure,
        F: Future<Output = Result<T, SdkError<E>>> + Send,
        A: FnMut() -> F + Send,
    {
        let mut repeats = 0;
        loop {
            self.cost().requests += 1;
            // On the heap: the SDK's futures are several kilobytes each.
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
            if !verdict.repeats() || self.gives_up(repeats) {
                return Err(SendError::Failed(verdict.into_error(self.id(), self.table.name(), &error)));
            }
            pause(repeats).await;
            repeats += 1;
        }
    }

    /// Whether no request follows after so many repeats.
    fn gives_up(&self, repeats: u32) -> bool {
        self.table.until.map_or(repeats >= REPEATS, |until| Instant::now() >= until)
    }

    /// Adds what a read reports.
    pub(crate) fn has_read<'c>(&self, capacity: impl IntoIterator<Item = &'c ConsumedCapacity>) {
        for capacity in capacity {
            self.cost().rcu += capacity.read_capacity_units().or(capacity.capacity_units()).unwrap_or(0.0);
        }
    }

    /// Adds what a write reports. A transaction that is repeated after it succeeded reports a read instead.
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

    /// Adds what a refused write is estimated to cost.
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

/// Waits before the next repeat, the longer the more there were: full jitter, so that those who met once do not
/// meet again.
pub(crate) async fn pause(repeats: u32) {
    let longest = LONGEST_PAUSE_MS.min(FIRST_PAUSE_MS << repeats.min(16));
    tokio::time::sleep(Duration::from_millis(rand::random_range(0..=longest))).await;
}
