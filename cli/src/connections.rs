//! An HTTP server with timeouts for silent clients.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::ConnectInfo;
use axum::response::Response;
use http_body::{Frame, SizeHint};
use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{Sleep, sleep, timeout};
use tokio_io_timeout::TimeoutStream;
use tower::ServiceExt as _;

use crate::interruption::Interruptions;

/// The pause after a failed accept, for instance because too many files are open.
const ACCEPT_RETRY_DELAY: Duration = Duration::from_millis(100);

/// How long the server waits for clients.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Timeouts {
    /// For the begin of a request, for its whole head, for each part of its body, and for a client to read more of its
    /// answer.
    pub(crate) idle: Duration,
    /// For running requests when the server shuts down.
    pub(crate) shutdown: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self { idle: Duration::from_secs(30), shutdown: Duration::from_secs(30) }
    }
}

/// How the server ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shutdown {
    /// Running requests were answered, or the shutdown timeout passed.
    Graceful,
    /// A second interruption ended the server at once.
    Forced,
}

/// Serves until an interruption. Then waits for running requests until they are answered, the shutdown timeout passes
/// or a second interruption comes.
pub(crate) async fn serve(
    listener: TcpListener,
    routes: Router,
    timeouts: Timeouts,
    mut interrupted: Interruptions,
) -> Shutdown {
    let (ending, is_ending) = watch::channel(false);
    let mut connections = JoinSet::new();
    tokio::select! {
        () = accept(&listener, routes, timeouts.idle, &is_ending, &mut connections) => {}
        () = interrupted.next() => {}
    }
    drop(listener);
    ending.send_replace(true);
    let answered = async { while connections.join_next().await.is_some() {} };
    tokio::select! {
        _ = timeout(timeouts.shutdown, answered) => Shutdown::Graceful,
        () = interrupted.next() => Shutdown::Forced,
    }
}

/// Serves until the task is aborted.
pub(crate) async fn serve_on(listener: TcpListener, routes: Router, timeouts: Timeouts) {
    let (_ending, is_ending) = watch::channel(false);
    accept(&listener, routes, timeouts.idle, &is_ending, &mut JoinSet::new()).await;
}

/// Accepts connections without an end.
async fn accept(
    listener: &TcpListener,
    routes: Router,
    idle: Duration,
    is_ending: &watch::Receiver<bool>,
    connections: &mut JoinSet<()>,
) {
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, peer)) => {
                    connections.spawn(connection(stream, peer, routes.clone(), idle, is_ending.clone()));
                }
                Err(_) => sleep(ACCEPT_RETRY_DELAY).await,
            },
            Some(_) = connections.join_next() => {}
        }
    }
}

async fn connection(
    stream: TcpStream,
    peer: SocketAddr,
    routes: Router,
    idle: Duration,
    mut is_ending: watch::Receiver<bool>,
) {
    let active_requests = Arc::new(AtomicUsize::new(0));
    let service = service_fn(|request| answer(request, peer, routes.clone(), idle, Arc::clone(&active_requests)));
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(idle);
    let mut stream = TimeoutStream::new(stream);
    // A client that does not read its answer would keep the answer in memory.
    stream.set_write_timeout(Some(idle));
    let mut served = pin!(http.serve_connection(TokioIo::new(Box::pin(stream)), service));
    tokio::select! {
        // Errors come from the client: it closed the connection, or did not send HTTP.
        _ = served.as_mut() => return,
        _ = is_ending.wait_for(|is_ending| *is_ending) => {}
    }
    if active_requests.load(Ordering::Relaxed) > 0 {
        served.as_mut().graceful_shutdown();
        let _ = served.await;
    }
}

async fn answer(
    mut request: Request<Incoming>,
    peer: SocketAddr,
    routes: Router,
    idle: Duration,
    active_requests: Arc<AtomicUsize>,
) -> Result<Response, Infallible> {
    active_requests.fetch_add(1, Ordering::Relaxed);
    request.extensions_mut().insert(ConnectInfo(peer));
    let request = request.map(|body| Body::new(TimedBody { body, idle, timer: None }));
    let response = routes.oneshot(request).await?;
    // The request counts until its body is sent, which may be a stream.
    let guard = ActiveRequest(active_requests);
    Ok(response.map(|body| Body::new(TrackedBody { body, _counted: guard })))
}

/// A request body that fails if its next part does not arrive in time.
struct TimedBody {
    body: Incoming,
    idle: Duration,
    timer: Option<Pin<Box<Sleep>>>,
}

impl http_body::Body for TimedBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        if let Poll::Ready(frame) = Pin::new(&mut self.body).poll_frame(cx) {
            self.timer = None;
            return Poll::Ready(frame.map(|frame| frame.map_err(axum::Error::new)));
        }
        let idle = self.idle;
        ready!(self.timer.get_or_insert_with(|| Box::pin(sleep(idle))).as_mut().poll(cx));
        Poll::Ready(Some(Err(axum::Error::new(io::Error::from(io::ErrorKind::TimedOut)))))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// Counts a running request until it is dropped.
struct ActiveRequest(Arc<AtomicUsize>);

impl Drop for ActiveRequest {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// A response body that counts as a running request until it is sent.
struct TrackedBody {
    body: Body,
    _counted: ActiveRequest,
}

impl http_body::Body for TrackedBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
