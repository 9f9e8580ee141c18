//! A TCP proxy that injects faults between the server and its store or its model, and stops the world at a request.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::io::AsyncWriteExt as _;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{oneshot, watch};
use tokio::task::JoinHandle;

use crate::fault::{Fault, Tally, is_read, is_write};
use crate::plan::{Mix, Plan};
use crate::wire::{Reader, Request, Response};

mod batch;
mod planted;
mod upstream;

use batch::Split;
use planted::FirstAnswers;
pub use planted::Planted;
use upstream::Upstream;

/// The longest wait of a held read for another writer.
const HELD: Duration = Duration::from_millis(250);
/// The bytes of an answer that arrive one by one; the rest arrives at once.
const SLICED: usize = 1_024;

/// A running proxy. It stops when it is dropped.
#[derive(Debug)]
pub(crate) struct Proxy {
    address: SocketAddr,
    shared: Arc<Shared>,
    server: JoinHandle<()>,
}

/// The moment of a stop, relative to its request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Moment {
    /// The service has not received the request.
    Before,
    /// The service has applied the request, and the client has no answer.
    After,
}

/// One request that arrived, for counts of repeats.
#[derive(Clone, Debug)]
pub(crate) struct Arrival {
    /// Equal for a request and its repeats.
    pub(crate) digest: u64,
    /// When it arrived.
    pub(crate) at: Instant,
}

#[derive(Debug)]
struct Stop {
    /// The number of requests until the stop, itself included.
    left: u64,
    moment: Moment,
    reached: oneshot::Sender<()>,
}

#[derive(Debug)]
struct Shared {
    upstream: String,
    plan: Mutex<Plan>,
    tally: Tally,
    planted: Option<Planted>,
    /// False while a scenario is prepared.
    plants: AtomicBool,
    first_answers: FirstAnswers,
    /// The number of writes that the service accepted.
    commits: watch::Sender<u64>,
    stop: Mutex<Option<Stop>>,
    /// While true, no request passes. At the end, the connections with such requests are closed.
    frozen: watch::Sender<bool>,
    arrivals: Mutex<Option<Vec<Arrival>>>,
    requests: AtomicU64,
    forwarded: AtomicU64,
    in_flight: AtomicUsize,
}

/// What the client gets.
enum Reply {
    Whole(Vec<u8>),
    Sliced(Vec<u8>),
    Half(Vec<u8>),
    Reset,
    /// The connection closes.
    Nothing,
}

impl Proxy {
    /// Starts a proxy in front of the service at `host:port`.
    pub(crate) async fn before(upstream: &str, plan: Plan, planted: Option<Planted>) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared {
            upstream: upstream.to_owned(),
            plan: Mutex::new(plan),
            tally: Tally::default(),
            planted,
            plants: AtomicBool::new(false),
            first_answers: FirstAnswers::default(),
            commits: watch::Sender::new(0),
            stop: Mutex::new(None),
            frozen: watch::Sender::new(false),
            arrivals: Mutex::new(None),
            requests: AtomicU64::new(0),
            forwarded: AtomicU64::new(0),
            in_flight: AtomicUsize::new(0),
        });
        let server = tokio::spawn(accept(listener, Arc::clone(&shared)));
        Ok(Self { address, shared, server })
    }

    pub(crate) const fn address(&self) -> SocketAddr {
        self.address
    }

    pub(crate) fn set_mix(&self, mix: Mix) {
        self.shared.plan().set_mix(mix);
    }

    /// Gives the next requests these faults.
    pub(crate) fn queue(&self, faults: impl IntoIterator<Item = Fault>) {
        self.shared.plan().queue(faults);
    }

    /// Removes queued faults that no request got.
    pub(crate) fn clear_queue(&self) {
        self.shared.plan().clear_queue();
    }

    /// Plants its violation from now on, if it has one.
    pub(crate) fn plant(&self) {
        self.shared.plants.store(true, Ordering::SeqCst);
    }

    pub(crate) fn tally(&self) -> &Tally {
        &self.shared.tally
    }

    /// The number of requests that arrived.
    pub(crate) fn requests(&self) -> u64 {
        self.shared.requests.load(Ordering::SeqCst)
    }

    /// The number of requests that were forwarded to the service.
    pub(crate) fn forwarded(&self) -> u64 {
        self.shared.forwarded.load(Ordering::SeqCst)
    }

    /// Keeps the arrivals from now on.
    pub(crate) fn record(&self) {
        *lock(&self.shared.arrivals) = Some(Vec::new());
    }

    /// The arrivals since [`record`](Self::record). No more are kept.
    pub(crate) fn recorded(&self) -> Vec<Arrival> {
        lock(&self.shared.arrivals).take().unwrap_or_default()
    }

    /// Freezes the world at a moment of the n-th next request, counted from 1. The receiver completes then.
    pub(crate) fn stop_at(&self, nth: u64, moment: Moment) -> oneshot::Receiver<()> {
        let (reached, receiver) = oneshot::channel();
        *lock(&self.shared.stop) = Some(Stop { left: nth, moment, reached });
        receiver
    }

    /// Ends a stop: frozen requests are lost with their connections, and new ones pass.
    pub(crate) fn thaw(&self) {
        *lock(&self.shared.stop) = None;
        self.shared.frozen.send_replace(false);
    }

    /// Waits until the service has answered every forwarded request.
    pub(crate) async fn settled(&self) {
        while self.shared.in_flight.load(Ordering::SeqCst) > 0 {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }

    /// Waits until no request has arrived for this time.
    pub(crate) async fn quiet_for(&self, time: Duration) {
        loop {
            let before = self.requests();
            tokio::time::sleep(time).await;
            if self.requests() == before {
                return self.settled().await;
            }
        }
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    loop {
        match listener.accept().await {
            Ok((client, _)) => {
                let shared = Arc::clone(&shared);
                tokio::spawn(async move {
                    // An error is a broken connection, which each side notices itself.
                    let _ = shared.serve(client).await;
                });
            }
            // Too many open files: some close soon.
            Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
        }
    }
}

impl Shared {
    fn plan(&self) -> MutexGuard<'_, Plan> {
        lock(&self.plan)
    }

    async fn serve(&self, client: TcpStream) -> io::Result<()> {
        client.set_nodelay(true)?;
        let (mut client, mut service) = (Reader::new(client), Upstream::new(&self.upstream));
        while let Some(request) = client.request().await? {
            let stop = self.arrived(&request);
            if *self.frozen.borrow() {
                return self.wait_for_thaw().await;
            }
            let reply = match stop {
                Some(stop) => return self.freeze(stop, &mut service, &request).await,
                None => self.reply(&mut service, &request).await?,
            };
            match reply {
                Reply::Whole(bytes) => client.socket.write_all(&bytes).await?,
                Reply::Sliced(bytes) => {
                    let (first, rest) = bytes.split_at(bytes.len().min(SLICED));
                    for byte in first {
                        client.socket.write_all(std::slice::from_ref(byte)).await?;
                        tokio::task::yield_now().await;
                    }
                    client.socket.write_all(rest).await?;
                }
                Reply::Half(bytes) => {
                    client.socket.write_all(&bytes[..bytes.len() / 2]).await?;
                    return client.socket.shutdown().await;
                }
                Reply::Reset => return client.socket.set_zero_linger(),
                Reply::Nothing => return Ok(()),
            }
        }
        Ok(())
    }

    /// Counts a request. Returns the stop if it is at this request.
    fn arrived(&self, request: &Request) -> Option<Stop> {
        self.requests.fetch_add(1, Ordering::SeqCst);
        if let Some(arrivals) = &mut *lock(&self.arrivals) {
            arrivals.push(Arrival { digest: planted::digest(request), at: Instant::now() });
        }
        let mut stop = lock(&self.stop);
        let next = stop.as_mut()?;
        next.left -= 1;
        if next.left == 0 { stop.take() } else { None }
    }

    async fn freeze(&self, stop: Stop, service: &mut Upstream, request: &Request) -> io::Result<()> {
        if stop.moment == Moment::After {
            self.forward(service, request).await?;
        }
        self.frozen.send_replace(true);
        // The scenario may have given up.
        let _ = stop.reached.send(());
        self.wait_for_thaw().await
    }

    async fn wait_for_thaw(&self) -> io::Result<()> {
        let _ = self.frozen.subscribe().wait_for(|frozen| !frozen).await;
        Ok(())
    }

    async fn reply(&self, service: &mut Upstream, request: &Request) -> io::Result<Reply> {
        if let Some(reply) = self.planted_reply(request) {
            return Ok(reply);
        }
        let fault = self.plan().fault(&request.operation);
        let split = if fault == Some(Fault::Unprocessed) { Split::of(request) } else { None };
        if let Some(fault) = fault.filter(|fault| *fault != Fault::Unprocessed || split.is_some()) {
            self.tally.add(fault.name());
        }
        match fault {
            Some(Fault::ResetBefore) => return Ok(Reply::Reset),
            Some(Fault::Silence(time)) => {
                tokio::time::sleep(time).await;
                return Ok(Reply::Nothing);
            }
            Some(Fault::Refusal(refusal)) => {
                return Ok(Reply::Whole(refusal.response(&request.operation, request.body())));
            }
            Some(Fault::Delay(time)) => tokio::time::sleep(time).await,
            Some(Fault::HeldRead) => self.another_commit().await,
            _ => {}
        }
        let sent = split.as_ref().map_or(request, |split| &split.sent);
        let response = self.forward(service, sent).await?;
        let response = split.map_or_else(|| response.clone(), |split| split.answer(&response));
        if fault == Some(Fault::HeldAnswer) {
            self.another_commit().await;
        }
        Ok(match fault {
            Some(Fault::ResetAfter) => Reply::Reset,
            Some(Fault::Cut) => Reply::Half(response.bytes),
            Some(Fault::Slices) => Reply::Sliced(response.bytes),
            _ => Reply::Whole(response.bytes),
        })
    }

    /// Sends the request to the service and waits for the whole answer.
    async fn forward(&self, service: &mut Upstream, request: &Request) -> io::Result<Response> {
        self.in_flight.fetch_add(1, Ordering::SeqCst);
        self.forwarded.fetch_add(1, Ordering::SeqCst);
        let response = service.ask(request).await;
        self.in_flight.fetch_sub(1, Ordering::SeqCst);
        let response = response?;
        if response.status == 200 && is_write(&request.operation) {
            self.commits.send_modify(|count| *count += 1);
        }
        if self.plants.load(Ordering::SeqCst) {
            self.after_forward(request, &response);
        }
        Ok(response)
    }

    /// Waits until another writer commits, for at most [`HELD`].
    async fn another_commit(&self) {
        let mut commits = self.commits.subscribe();
        let _ = tokio::time::timeout(HELD, commits.changed()).await;
    }

    /// The reply of a planted violation.
    fn planted_reply(&self, request: &Request) -> Option<Reply> {
        match self.planted.filter(|_| self.plants.load(Ordering::SeqCst))? {
            Planted::LostWrite if request.operation == "TransactWriteItems" && self.plan().chance(planted::WRITES) => {
                self.tally.add("planted");
                let head = "HTTP/1.1 200 OK\r\ncontent-type: application/x-amz-json-1.0\r\ncontent-length: 2\r\n\r\n{}";
                Some(Reply::Whole(head.into()))
            }
            Planted::OldRead if is_read(&request.operation) => {
                let old = self.first_answers.of(request)?;
                if !self.plan().chance(planted::READS) {
                    return None;
                }
                self.tally.add("planted");
                Some(Reply::Whole(old.bytes))
            }
            _ => None,
        }
    }

    fn after_forward(&self, request: &Request, response: &Response) {
        match self.planted {
            Some(Planted::OldRead) => self.first_answers.keep(request, response),
            Some(Planted::RepeatedWrite)
                if response.status == 200
                    && request.operation == "TransactWriteItems"
                    && self.plan().chance(planted::WRITES) =>
            {
                self.tally.add("planted");
                let (upstream, again) = (self.upstream.clone(), planted::again_without_conditions(request));
                tokio::spawn(async move {
                    tokio::time::sleep(Duration::from_millis(100)).await;
                    // A violation that fails is none; the run then finds nothing and succeeds.
                    let _ = Upstream::new(&upstream).ask(&again).await;
                });
            }
            _ => {}
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
