//! The server: a port on localhost, and its handle for tests.

use std::fmt;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::post;
use axum::serve::ListenerExt as _;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use crate::converse::{self, Fault, Shared};
use crate::script::Act;
use crate::seen::{Log, Seen};

/// The largest accepted body.
const LARGEST_BODY: usize = 32 * 1024 * 1024;

/// The endpoint's routes, without a script and a log.
pub fn router() -> Router {
    routes(Arc::new(Shared::default()))
}

fn routes(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/model/{model_id}/converse", post(converse::converse))
        .route("/model/{model_id}/converse-stream", post(converse::converse_stream))
        .fallback(async || Fault::unknown_operation())
        .method_not_allowed_fallback(async || Fault::unknown_operation())
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
        .with_state(shared)
}

/// A running endpoint. When it is dropped, it stops accepting connections.
pub struct LocalBedrock {
    /// The URL, such as `http://127.0.0.1:49152`.
    pub url: String,
    shared: Arc<Shared>,
    /// Dropped with this handle, which ends the server.
    _stop: oneshot::Sender<()>,
}

impl LocalBedrock {
    /// Starts on a free port of 127.0.0.1.
    ///
    /// # Panics
    ///
    /// Outside of a tokio runtime.
    pub fn start() -> io::Result<Self> {
        Self::start_at_pace(Duration::ZERO)
    }

    /// Starts on a free port, with a pause before each event of a streamed answer. A person or a test then sees the
    /// answer while it is written, and can cancel it.
    ///
    /// # Panics
    ///
    /// Outside of a tokio runtime.
    pub fn start_at_pace(pace: Duration) -> io::Result<Self> {
        let listener = std::net::TcpListener::bind(("127.0.0.1", 0))?;
        listener.set_nonblocking(true)?;
        Self::serve(TcpListener::from_std(listener)?, pace)
    }

    /// Starts on the given listener.
    ///
    /// # Panics
    ///
    /// Outside of a tokio runtime.
    pub fn start_on(listener: TcpListener) -> io::Result<Self> {
        Self::serve(listener, Duration::ZERO)
    }

    fn serve(listener: TcpListener, pace: Duration) -> io::Result<Self> {
        let url = format!("http://{}", listener.local_addr()?);
        let log = Some(Log::default());
        let shared = Arc::new(Shared { log, pace, ..Shared::default() });
        let (stop, stopped) = oneshot::channel::<()>();
        // An answer is several small writes; with Nagle's algorithm each would wait for the client's acknowledgement.
        let listener = listener.tap_io(|socket| {
            let _ = socket.set_nodelay(true);
        });
        let served = axum::serve(listener, routes(Arc::clone(&shared))).with_graceful_shutdown(async {
            let _ = stopped.await;
        });
        tokio::spawn(served.into_future());
        Ok(Self { url, shared, _stop: stop })
    }

    /// Queues acts for the next calls, one for each call. A call without an act gets the review.
    pub fn script(&self, acts: Vec<Act>) {
        self.shared.script.queue(acts);
    }

    /// The last 256 requests, oldest first.
    #[must_use]
    pub fn seen(&self) -> Vec<Seen> {
        self.shared.log.as_ref().map(Log::all).unwrap_or_default()
    }

    /// The number of all requests.
    #[must_use]
    pub fn calls(&self) -> usize {
        self.shared.log.as_ref().map(Log::count).unwrap_or_default()
    }
}

impl fmt::Debug for LocalBedrock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LocalBedrock").field("url", &self.url).finish_non_exhaustive()
    }
}
