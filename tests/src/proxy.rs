//! A proxy between a store and its engine that stalls or fails requests, counts the steps of a client, or bills
//! its requests by the formulas of AWS.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use tokio::net::TcpListener;
use tokio::sync::watch;

mod bill;
mod defect;
mod steps;

pub use bill::Units;
pub use defect::Defect;
pub use steps::Step;

use bill::Bill;
use defect::Defective;
use steps::Steps;

/// A proxy in front of an engine. It forwards every request, unless a trap such as [`Proxy::stall`] catches it.
#[derive(Clone, Debug)]
pub struct Proxy {
    address: SocketAddr,
    engine: String,
    /// The user part of the engine's URL, with its `@`: the access key that requests are signed with.
    key: String,
    http: reqwest::Client,
    traps: Arc<Mutex<Vec<Trap>>>,
    /// Held by the one transaction that is running.
    turn: Option<Arc<tokio::sync::Mutex<()>>>,
    /// Responses of the proxy in place of the engine, each for one request of an operation.
    refusals: Arc<Mutex<VecDeque<(&'static str, String)>>>,
    /// Only for a proxy that counts steps.
    steps: Option<Steps>,
    /// Only for a proxy that bills requests.
    bill: Option<Bill>,
    /// The number of requests that the engine is executing.
    forwarding: Arc<AtomicUsize>,
    /// The number of requests that traps caught.
    caught: Arc<AtomicUsize>,
    /// Only for a proxy that makes the store defective.
    defect: Option<Defective>,
}

/// The moment when a request is stalled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// The engine has not received the request.
    BeforeTheEngine,
    /// The engine has executed the request, and its response is held back.
    BeforeTheAnswer,
}

#[derive(Clone, Debug)]
struct Trap {
    /// Part of the `x-amz-target` header; empty for every request.
    operation: &'static str,
    moment: Moment,
    /// The number of requests that pass first.
    passes: usize,
    effect: Effect,
    state: watch::Sender<Caught>,
}

/// The effect on the requests that a trap catches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Effect {
    Stall,
    /// This many requests get an error response, and later ones pass.
    Fail(usize),
    /// This many requests are refused with this code, and later ones pass.
    Refuse(&'static str, usize),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Caught {
    Nothing,
    ARequest,
    Released,
}

/// The requests that are stalled or fail, now or later.
#[derive(Debug)]
pub struct Stalled(watch::Sender<Caught>);

impl Stalled {
    /// Waits until a request has been caught.
    pub async fn arrived(&self) {
        let mut state = self.0.subscribe();
        let caught = state.wait_for(|caught| *caught == Caught::ARequest).await;
        caught.expect("the sender is alive");
    }

    /// Releases the caught request and all later ones.
    pub fn release(self) {
        self.0.send_replace(Caught::Released);
    }
}

impl Proxy {
    /// Starts a proxy in front of the engine at this URL.
    pub async fn before(engine: &str) -> Self {
        let (proxy, listener) = Self::parts(engine).await;
        proxy.serve(listener)
    }

    /// Starts a proxy that refuses a transaction while another one runs, as DynamoDB does when both touch an item.
    /// Engines on one machine run transactions one after another and never refuse any.
    pub async fn refusing_overlaps(engine: &str) -> Self {
        let (proxy, listener) = Self::parts(engine).await;
        Self { turn: Some(Arc::default()), ..proxy }.serve(listener)
    }

    /// A proxy that does not serve yet, and its socket.
    async fn parts(engine: &str) -> (Self, TcpListener) {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let http = reqwest::Client::builder().no_proxy().build();
        let proxy = Self {
            address: listener.local_addr().expect("a bound socket has an address"),
            engine: model::without_access_key(engine),
            key: model::split_access_key(engine).0.map_or_else(String::new, |key| format!("{key}@")),
            http: http.expect("a client without TLS always builds"),
            traps: Arc::default(),
            turn: None,
            refusals: Arc::default(),
            steps: None,
            bill: None,
            forwarding: Arc::default(),
            caught: Arc::default(),
            defect: None,
        };
        (proxy, listener)
    }

    fn serve(self, listener: TcpListener) -> Self {
        let app = axum::Router::new()
            .fallback(pass)
            .layer(axum::extract::DefaultBodyLimit::disable())
            .with_state(self.clone());
        tokio::spawn(async move { axum::serve(listener, app).await });
        self
    }

    /// The proxy's URL, with the engine's access key.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}{}", self.key, self.address)
    }

    /// Stalls the next request of an operation, for example `TransactWriteItems`, and every later one.
    #[must_use]
    pub fn stall(&self, operation: &'static str, moment: Moment) -> Stalled {
        self.set_trap(operation, moment, 0, Effect::Stall)
    }

    /// Lets this many requests of an operation pass, and stalls all later ones. An empty name means any operation.
    #[must_use]
    pub fn stall_after(&self, operation: &'static str, requests: usize, moment: Moment) -> Stalled {
        self.set_trap(operation, moment, requests, Effect::Stall)
    }

    /// Lets this many requests of an operation pass, and fails all later ones until they are released: before the
    /// engine receives them, or with their responses lost.
    #[must_use]
    pub fn fail(&self, operation: &'static str, passes: usize, moment: Moment) -> Stalled {
        self.set_trap(operation, moment, passes, Effect::Fail(usize::MAX))
    }

    /// Lets this many requests of an operation pass, and loses the responses to the next `lost` ones.
    pub fn lose_answers(&self, operation: &'static str, passes: usize, lost: usize) {
        drop(self.set_trap(operation, Moment::BeforeTheAnswer, passes, Effect::Fail(lost)));
    }

    /// Refuses the next `requests` requests of an operation with a code of DynamoDB.
    pub fn refuse(&self, operation: &'static str, code: &'static str, requests: usize) {
        drop(self.set_trap(operation, Moment::BeforeTheEngine, 0, Effect::Refuse(code, requests)));
    }

    /// Answers the next request of an operation with this body and status 400. The engine does not receive the request.
    pub fn refuse_with(&self, operation: &'static str, body: String) {
        self.refusals.lock().unwrap_or_else(PoisonError::into_inner).push_back((operation, body));
    }

    /// Removes all traps.
    pub fn clear_traps(&self) {
        self.traps.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// The number of requests that traps caught since the last call.
    #[must_use]
    pub fn take_caught(&self) -> usize {
        self.caught.swap(0, Ordering::SeqCst)
    }

    /// The number of requests that the engine is executing. Stalled requests do not count.
    #[must_use]
    pub fn forwarding(&self) -> usize {
        self.forwarding.load(Ordering::SeqCst)
    }

    /// The body that refuses the next request of this target.
    fn refusal_of(&self, target: &str) -> Option<String> {
        let mut refusals = self.refusals.lock().unwrap_or_else(PoisonError::into_inner);
        let is_next = refusals.front().is_some_and(|(operation, _)| target.ends_with(operation));
        if is_next { refusals.pop_front().map(|(_, body)| body) } else { None }
    }

    fn set_trap(&self, operation: &'static str, moment: Moment, passes: usize, effect: Effect) -> Stalled {
        let state = watch::Sender::new(Caught::Nothing);
        let stalled = Stalled(state.clone());
        let trap = Trap { operation, moment, passes, effect, state };
        self.traps.lock().unwrap_or_else(PoisonError::into_inner).push(trap);
        stalled
    }

    /// The trap that catches a request, if any.
    fn trap_for(&self, target: &str) -> Option<Trap> {
        let mut traps = self.traps.lock().unwrap_or_else(PoisonError::into_inner);
        let is_open = |trap: &Trap| *trap.state.borrow() != Caught::Released && !trap.effect.is_over();
        let trap = traps.iter_mut().find(|trap| target.ends_with(trap.operation) && is_open(trap))?;
        if trap.passes > 0 {
            trap.passes -= 1;
            return None;
        }
        self.caught.fetch_add(1, Ordering::SeqCst);
        let caught = trap.clone();
        if let Effect::Fail(left) | Effect::Refuse(_, left) = &mut trap.effect {
            *left -= 1;
        }
        Some(caught)
    }

    async fn forward(&self, headers: HeaderMap, body: Bytes) -> Answer {
        let _counted = Counted::new(&self.forwarding);
        let mut request = self.http.post(&self.engine).body(body);
        for (name, value) in &headers {
            if name != header::HOST && name != header::CONTENT_LENGTH {
                request = request.header(name, value);
            }
        }
        let answer = request.send().await.map_err(|_| StatusCode::BAD_GATEWAY)?;
        let (status, mut headers) = (answer.status(), answer.headers().clone());
        headers.remove(header::CONTENT_LENGTH);
        headers.remove(header::TRANSFER_ENCODING);
        let body = answer.bytes().await.map_err(|_| StatusCode::BAD_GATEWAY)?;
        Ok((status, headers, body))
    }
}

/// Counts a request until it ends.
struct Counted(Arc<AtomicUsize>);

impl Counted {
    fn new(counter: &Arc<AtomicUsize>) -> Self {
        counter.fetch_add(1, Ordering::SeqCst);
        Self(Arc::clone(counter))
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Effect {
    const fn is_over(self) -> bool {
        matches!(self, Self::Fail(0) | Self::Refuse(_, 0))
    }
}

impl Trap {
    /// Stalls the request, or fails it.
    async fn spring(&self, moment: Moment) -> Result<(), StatusCode> {
        if self.moment != moment {
            return Ok(());
        }
        let caught = |state: &mut Caught| {
            let is_first = *state == Caught::Nothing;
            if is_first {
                *state = Caught::ARequest;
            }
            is_first
        };
        self.state.send_if_modified(caught);
        if self.effect != Effect::Stall {
            return Err(StatusCode::SERVICE_UNAVAILABLE);
        }
        let released = self.state.subscribe().wait_for(|state| *state == Caught::Released).await.is_ok();
        debug_assert!(released, "the trap holds a sender itself");
        Ok(())
    }
}

/// DynamoDB's refusal of a transaction that conflicts with another one at its first item.
const CONFLICT: &[u8] = br#"{
    "__type": "com.amazonaws.dynamodb.v20120810#TransactionCanceledException",
    "Message": "Transaction cancelled, please refer cancellation reasons for specific reasons [TransactionConflict, None]",
    "CancellationReasons": [{ "Code": "TransactionConflict" }, { "Code": "None" }]
}"#;

type Answer = Result<(StatusCode, HeaderMap, Bytes), StatusCode>;

/// A client that disconnects ends this at its await: a request that was stalled then never reaches the engine.
async fn pass(State(proxy): State<Proxy>, headers: HeaderMap, body: Bytes) -> Answer {
    let target = headers.get("x-amz-target").and_then(|target| target.to_str().ok()).unwrap_or_default();
    if let Some(steps) = &proxy.steps {
        steps.join(target).await;
    }
    if let Some(defect) = &proxy.defect {
        return defect.pass(&proxy, headers.clone(), body).await;
    }
    if let Some(body) = proxy.refusal_of(target) {
        return Ok((StatusCode::BAD_REQUEST, HeaderMap::new(), body.into()));
    }
    let turn = proxy.turn.clone().filter(|_| target.ends_with("TransactWriteItems"));
    let mine = turn.as_ref().map(|turn| turn.try_lock());
    if let Some(Err(_)) = mine {
        return Ok((StatusCode::BAD_REQUEST, HeaderMap::new(), Bytes::from_static(CONFLICT)));
    }
    let trap = proxy.trap_for(target);
    if let Some(Trap { effect: Effect::Refuse(code, _), .. }) = trap {
        let body = format!(r#"{{"__type":"com.amazonaws.dynamodb.v20120810#{code}","message":"not now"}}"#);
        return Ok((StatusCode::BAD_REQUEST, HeaderMap::new(), body.into()));
    }
    if let Some(trap) = &trap {
        trap.spring(Moment::BeforeTheEngine).await?;
    }
    let answer = match &proxy.bill {
        Some(bill) => bill.forward(&proxy, headers, body).await,
        None => proxy.forward(headers, body).await,
    };
    if let Some(trap) = &trap {
        trap.spring(Moment::BeforeTheAnswer).await?;
    }
    answer
}
