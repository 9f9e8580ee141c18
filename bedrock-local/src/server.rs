//! The server: a port on localhost, and the handle that tests hold.

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

/// The largest body that is read.
const LARGEST_BODY: usize = 32 * 1024 * 1024;

/// The endpoint's routes, without a script and without a memory.
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

/// A running endpoint. It stops taking connections when it is dropped.
pub struct LocalBedrock {
    /// Where it listens, such as `http://127.0.0.1:49152`.
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

    /// Starts there, with a pause before each event of a streamed answer, as a model takes its time: a person or a test sees it
    /// being written, and can stop it.
    ///
    /// # Panics
    ///
    /// Outside of a tokio runtime.
    pub fn start_at_pace(pace: Duration) -> io::Result<Self> {
        let listener = std::net::TcpListener::bind(("127.0.0.1", 0))?;
        listener.set_nonblocking(true)?;
        Self::serve(TcpListener::from_std(listener)?, pace)
    }

    /// Starts on a port of the caller's choice.
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
        // An answer is several small writes; without this each waits for the client's acknowledgement.
        let listener = listener.tap_io(|socket| {
            let _ = socket.set_nodelay(true);
        });
        let served = axum::serve(listener, routes(Arc::clone(&shared))).with_graceful_shutdown(async {
            let _ = stopped.await;
        });
        tokio::spawn(served.into_future());
        Ok(Self { url, shared, _stop: stop })
    }

    /// Queues acts for the next calls, one each. A call that finds none queued gets the review.
    pub fn script(&self, acts: Vec<Act>) {
        self.shared.script.queue(acts);
    }

    /// The last 256 requests, oldest first.
    #[must_use]
    pub fn seen(&self) -> Vec<Seen> {
        self.shared.log.as_ref().map(Log::all).unwrap_or_default()
    }

    /// How many requests there were in all.
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
