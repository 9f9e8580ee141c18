//! A proxy between a store and its engine that stalls a request, so that a test can do something meanwhile.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use tokio::net::TcpListener;
use tokio::sync::watch;

/// A proxy in front of an engine. Everything passes but what [`Proxy::stall`] names.
#[derive(Clone, Debug)]
pub struct Proxy {
    address: SocketAddr,
    engine: String,
    http: reqwest::Client,
    traps: Arc<Mutex<Vec<Trap>>>,
    /// Whoever has it has the one transaction under way.
    turn: Option<Arc<tokio::sync::Mutex<()>>>,
}

/// When a request is stalled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// The engine has not seen it.
    BeforeTheEngine,
    /// The engine has carried it out, and its answer is held back.
    BeforeTheAnswer,
}

#[derive(Clone, Debug)]
struct Trap {
    /// Part of the `x-amz-target` header; empty for every request.
    operation: &'static str,
    moment: Moment,
    /// So many requests pass before it snaps.
    passes: usize,
    state: watch::Sender<Caught>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Caught {
    Nothing,
    ARequest,
    Released,
}

/// A request that is stalled, or will be.
#[derive(Debug)]
pub struct Stalled(watch::Sender<Caught>);

impl Stalled {
    /// Waits until a request has been stalled.
    pub async fn arrived(&self) {
        let mut state = self.0.subscribe();
        let caught = state.wait_for(|caught| *caught == Caught::ARequest).await;
        caught.expect("the sender is alive");
    }

    /// Lets it go on, and all later ones.
    pub fn release(self) {
        self.0.send_replace(Caught::Released);
    }
}

impl Proxy {
    /// Starts a proxy in front of the engine at this URL.
    pub async fn before(engine: &str) -> Self {
        Self::start(engine, None).await
    }

    /// Starts a proxy that refuses a transaction while another is under way, as DynamoDB does when both touch an item.
    /// Engines on one machine do one thing after another and never refuse any.
    pub async fn refusing_overlaps(engine: &str) -> Self {
        Self::start(engine, Some(Arc::default())).await
    }

    async fn start(engine: &str, turn: Option<Arc<tokio::sync::Mutex<()>>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let http = reqwest::Client::builder().no_proxy().build();
        let proxy = Self {
            address: listener.local_addr().expect("a bound socket has an address"),
            engine: engine.to_owned(),
            http: http.expect("a client without TLS needs nothing"),
            traps: Arc::default(),
            turn,
        };
        let app = axum::Router::new()
            .fallback(pass)
            .layer(axum::extract::DefaultBodyLimit::disable())
            .with_state(proxy.clone());
        tokio::spawn(async move { axum::serve(listener, app).await });
        proxy
    }

    /// Where it listens.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Stalls the next request of an operation, for example `TransactWriteItems`, and every one after it.
    #[must_use]
    pub fn stall(&self, operation: &'static str, moment: Moment) -> Stalled {
        self.set_trap(operation, moment, 0)
    }

    /// Lets so many requests pass, and stalls all after them.
    #[must_use]
    pub fn stall_after(&self, requests: usize, moment: Moment) -> Stalled {
        self.set_trap("", moment, requests)
    }

    fn set_trap(&self, operation: &'static str, moment: Moment, passes: usize) -> Stalled {
        let state = watch::Sender::new(Caught::Nothing);
        let stalled = Stalled(state.clone());
        let trap = Trap { operation, moment, passes, state };
        self.traps.lock().unwrap_or_else(PoisonError::into_inner).push(trap);
        stalled
    }

    /// The trap that a request falls into, if any.
    fn trap_for(&self, target: &str) -> Option<Trap> {
        let mut traps = self.traps.lock().unwrap_or_else(PoisonError::into_inner);
        let trap = traps.iter_mut().find(|trap| target.ends_with(trap.operation))?;
        if trap.passes > 0 {
            trap.passes -= 1;
            return None;
        }
        Some(trap.clone())
    }

    async fn forward(&self, headers: HeaderMap, body: Bytes) -> Answer {
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

impl Trap {
    async fn snap(&self, moment: Moment) {
        if self.moment != moment {
            return;
        }
        let caught = |state: &mut Caught| {
            let is_first = *state == Caught::Nothing;
            if is_first {
                *state = Caught::ARequest;
            }
            is_first
        };
        self.state.send_if_modified(caught);
        let released = self.state.subscribe().wait_for(|state| *state == Caught::Released).await.is_ok();
        debug_assert!(released, "the trap holds a sender itself");
    }
}

/// How DynamoDB refuses a transaction that met another at its first item.
const CONFLICT: &[u8] = br#"{
    "__type": "com.amazonaws.dynamodb.v20120810#TransactionCanceledException",
    "Message": "Transaction cancelled, please refer cancellation reasons for specific reasons [TransactionConflict, None]",
    "CancellationReasons": [{ "Code": "TransactionConflict" }, { "Code": "None" }]
}"#;

type Answer = Result<(StatusCode, HeaderMap, Bytes), StatusCode>;

/// A client that hangs up ends this at the point where it waits: a request that was stalled then never reaches the engine.
async fn pass(State(proxy): State<Proxy>, headers: HeaderMap, body: Bytes) -> Answer {
    let target = headers.get("x-amz-target").and_then(|target| target.to_str().ok()).unwrap_or_default();
    let turn = proxy.turn.clone().filter(|_| target.ends_with("TransactWriteItems"));
    let mine = turn.as_ref().map(|turn| turn.try_lock());
    if let Some(Err(_)) = mine {
        return Ok((StatusCode::BAD_REQUEST, HeaderMap::new(), Bytes::from_static(CONFLICT)));
    }
    let trap = proxy.trap_for(target);
    if let Some(trap) = &trap {
        trap.snap(Moment::BeforeTheEngine).await;
    }
    let answer = proxy.forward(headers, body).await;
    if let Some(trap) = &trap {
        trap.snap(Moment::BeforeTheAnswer).await;
    }
    answer
}
