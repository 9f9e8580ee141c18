//! Counts the sequential steps of a client: concurrent requests are one step, however fast the engine is.
//!
//! ```text
//! let proxy = Proxy::counting_steps(table.endpoint()).await;
//! let ada = app.on(table.store_through(&proxy.url()).await, &ada);
//! ada.gets("/users/me").await.is(200);
//! assert_eq!(proxy.take_steps(), [["GetItem"]]);
//! ```
//!
//! The proxy holds back every request until no other one has arrived for [`QUIET`], then forwards all of them: that is
//! one step. A request that depends on the response to another one cannot arrive while that one is held back, so the
//! number of steps is never too small. It is too large only if the client takes longer than [`QUIET`] between two
//! independent requests. Call [`Proxy::take_steps`] also before the measured action, to discard earlier steps. A retry
//! of a failed request is another step.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::timeout;

use super::Proxy;
use super::bill::Bill;

/// A step is complete when no request has arrived for this long.
const QUIET: Duration = Duration::from_millis(150);

/// The operations of concurrent requests, sorted, such as `["GetItem", "UpdateItem"]`.
pub type Step = Vec<String>;

/// The steps of the requests through one proxy.
#[derive(Clone, Debug, Default)]
pub(super) struct Steps {
    requests: Arc<Mutex<Requests>>,
    /// The number of complete steps.
    complete: watch::Sender<usize>,
}

#[derive(Debug, Default)]
struct Requests {
    waiting: Step,
    arrived: usize,
    complete: Vec<Step>,
}

impl Steps {
    /// Waits until the step of this request is complete.
    pub(super) async fn join(&self, target: &str) {
        let operation = target.rsplit('.').next().unwrap_or_default().to_owned();
        let mut complete = self.complete.subscribe();
        let mut arrived = {
            let mut requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
            // Steps are completed under this lock, so this request cannot join a later step.
            complete.mark_unchanged();
            requests.waiting.push(operation);
            requests.arrived += 1;
            requests.arrived
        };
        while timeout(QUIET, complete.changed()).await.is_err() {
            let mut requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
            if requests.arrived == arrived && !requests.waiting.is_empty() {
                let mut step = std::mem::take(&mut requests.waiting);
                step.sort_unstable();
                requests.complete.push(step);
                self.complete.send_modify(|complete| *complete += 1);
                return;
            }
            arrived = requests.arrived;
        }
    }

    fn take(&self) -> Vec<Step> {
        std::mem::take(&mut self.requests.lock().unwrap_or_else(PoisonError::into_inner).complete)
    }
}

impl Proxy {
    /// Starts a proxy that counts the steps of one client.
    pub async fn counting_steps(engine: &str) -> Self {
        let (proxy, listener) = Self::parts(engine).await;
        Self { steps: Some(Steps::default()), ..proxy }.serve(listener)
    }

    /// Starts a proxy that counts the steps of one client, and bills its requests.
    pub async fn billing(engine: &str) -> Self {
        let (proxy, listener) = Self::parts(engine).await;
        Self { steps: Some(Steps::default()), bill: Some(Bill::at(engine)), ..proxy }.serve(listener)
    }

    /// The steps since the last call, in order.
    ///
    /// # Panics
    /// If the proxy does not count steps.
    #[must_use]
    pub fn take_steps(&self) -> Vec<Step> {
        self.steps.as_ref().expect("the proxy was started with `counting_steps`").take()
    }
}
