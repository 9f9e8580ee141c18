//! HTTP on this machine, for clients that may be silent: whatever they begin ends after a while.

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

/// The pause after a connection could not be accepted, for instance because too many files are open.
const ACCEPTS_AGAIN: Duration = Duration::from_millis(100);

/// How long clients are waited for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Patience {
    /// For a request to begin, for its whole head, for each part of its body, and for a client to take more of its answer.
    pub(crate) silence: Duration,
    /// For requests under way when the server is to end.
    pub(crate) shutdown: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self { silence: Duration::from_secs(30), shutdown: Duration::from_secs(30) }
    }
}

/// How serving came to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// Requests under way were answered, or have had their time.
    Graceful,
    /// It was asked for a second time.
    AtOnce,
}

/// Serves until it is asked to end; then answers what is under way, until that is done, has taken too long, or it is asked
/// again.
pub(crate) async fn serve(
    listener: TcpListener,
    routes: Router,
    patience: Patience,
    mut interrupted: Interruptions,
) -> End {
    let (ending, is_ending) = watch::channel(false);
    let mut connections = JoinSet::new();
    tokio::select! {
        () = accept(&listener, routes, patience.silence, &is_ending, &mut connections) => {}
        () = interrupted.next() => {}
    }
    drop(listener);
    ending.send_replace(true);
    let answered = async { while connections.join_next().await.is_some() {} };
    tokio::select! {
        _ = timeout(patience.shutdown, answered) => End::Graceful,
        () = interrupted.next() => End::AtOnce,
    }
}

/// Serves for ever, or until the task is aborted.
pub(crate) async fn serve_on(listener: TcpListener, routes: Router, patience: Patience) {
    let (_ending, is_ending) = watch::channel(false);
    accept(&listener, routes, patience.silence, &is_ending, &mut JoinSet::new()).await;
}

/// Accepts connections for ever.
async fn accept(
    listener: &TcpListener,
    routes: Router,
    silence: Duration,
    is_ending: &watch::Receiver<bool>,
    connections: &mut JoinSet<()>,
) {
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, peer)) => {
                    connections.spawn(connection(stream, peer, routes.clone(), silence, is_ending.clone()));
                }
                Err(_) => sleep(ACCEPTS_AGAIN).await,
            },
            Some(_) = connections.join_next() => {}
        }
    }
}

async fn connection(
    stream: TcpStream,
    peer: SocketAddr,
    routes: Router,
    silence: Duration,
    mut is_ending: watch::Receiver<bool>,
) {
    let under_way = Arc::new(AtomicUsize::new(0));
    let service = service_fn(|request| answer(request, peer, routes.clone(), silence, Arc::clone(&under_way)));
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(silence);
    let mut stream = TimeoutStream::new(stream);
    // What an answer still has to send is held meanwhile.
    stream.set_write_timeout(Some(silence));
    let mut served = pin!(http.serve_connection(TokioIo::new(Box::pin(stream)), service));
    tokio::select! {
        // An error is the client's: it hung up, or sent no HTTP.
        _ = served.as_mut() => return,
        _ = is_ending.wait_for(|is_ending| *is_ending) => {}
    }
    if under_way.load(Ordering::Relaxed) > 0 {
        served.as_mut().graceful_shutdown();
        let _ = served.await;
    }
}

async fn answer(
    mut request: Request<Incoming>,
    peer: SocketAddr,
    routes: Router,
    silence: Duration,
    under_way: Arc<AtomicUsize>,
) -> Result<Response, Infallible> {
    under_way.fetch_add(1, Ordering::Relaxed);
    request.extensions_mut().insert(ConnectInfo(peer));
    let request = request.map(|body| Body::new(Patient { body, silence, waits: None }));
    let response = routes.oneshot(request).await?;
    // Until its body is sent, which may be a stream.
    let counted = Counted(under_way);
    Ok(response.map(|body| Body::new(Sending { body, _counted: counted })))
}

/// A body whose parts come in time, or that fails.
struct Patient {
    body: Incoming,
    silence: Duration,
    waits: Option<Pin<Box<Sleep>>>,
}

impl http_body::Body for Patient {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        if let Poll::Ready(frame) = Pin::new(&mut self.body).poll_frame(cx) {
            self.waits = None;
            return Poll::Ready(frame.map(|frame| frame.map_err(axum::Error::new)));
        }
        let silence = self.silence;
        ready!(self.waits.get_or_insert_with(|| Box::pin(sleep(silence))).as_mut().poll(cx));
        Poll::Ready(Some(Err(axum::Error::new(io::Error::from(io::ErrorKind::TimedOut)))))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// A request that is under way until this is dropped.
struct Counted(Arc<AtomicUsize>);

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// An answer that is being sent.
struct Sending {
    body: Body,
    _counted: Counted,
}

impl http_body::Body for Sending {
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
