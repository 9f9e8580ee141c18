//! The embedded engine: DynamoDB's API on SQLite in this process, on a local socket with an access key.

use std::fmt;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn_with_state;
use axum::routing::post;
use dynoxide::Database;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::connections::{self, Timeouts};
use crate::private_files;

mod guard;
mod operations;
mod scan;

use guard::AccessKey;

/// A running engine. It stops when this value is dropped; data in a file stays.
pub struct Engine {
    address: SocketAddr,
    url: String,
    database: Database,
    is_loading: Arc<AtomicBool>,
    server: JoinHandle<()>,
}

/// The engine could not start.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The file cannot be opened as a database.
    #[error(
        "cannot open {path} as a database: {reason}; check that no other process uses it and that it is a file of \
         codesensei"
    )]
    Open {
        /// The file.
        path: String,
        /// The engine's message.
        reason: String,
    },
    /// No local port is available.
    #[error("cannot listen on 127.0.0.1")]
    Listen(#[source] io::Error),
}

impl Engine {
    /// Starts an engine in memory. Its data is lost when it stops.
    pub async fn in_memory() -> Result<Self, EngineError> {
        let database = Database::memory()
            .map_err(|error| EngineError::Open { path: "memory".to_owned(), reason: error.to_string() })?;
        Self::serve(database).await
    }

    /// Starts an engine on a file, which is created if it does not exist. Only its owner can read it.
    pub async fn in_file(path: &Path) -> Result<Self, EngineError> {
        let name = path.display().to_string();
        let open_error = |reason: String| EngineError::Open { path: name.clone(), reason };
        restrict_access(path).map_err(|error| open_error(error.to_string()))?;
        let database = Database::new(&name).map_err(|error| open_error(error.to_string()))?;
        Self::serve(database).await
    }

    /// The URL of the engine, with the access key id that requests must be signed with: `http://KEY@127.0.0.1:PORT`.
    /// Each engine has its own key.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    async fn serve(database: Database) -> Result<Self, EngineError> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.map_err(EngineError::Listen)?;
        let address = listener.local_addr().map_err(EngineError::Listen)?;
        let (key, is_loading) = (AccessKey::random(), Arc::new(AtomicBool::new(false)));
        let url = format!("http://{}@{address}", key.as_str());
        let routes = Router::new()
            .route("/", post(operations::answer))
            .layer(DefaultBodyLimit::max(operations::MAX_BODY))
            .layer(from_fn_with_state(key, guard::authorize))
            .with_state((database.clone(), is_loading.clone()));
        let server = tokio::spawn(connections::serve_on(listener, routes, Timeouts::default()));
        Ok(Self { address, url, database, is_loading, server })
    }

    /// Prepares the engine for many writes of this process.
    ///
    /// Writes do not wait for the disk any more, which each item of a batch does separately. A power cut can then lose
    /// the last items, but cannot corrupt the file: this is SQLite's `synchronous = NORMAL` with a write-ahead log, see
    /// <https://www.sqlite.org/pragma.html#pragma_synchronous>.
    ///
    /// A transaction with a known token is applied again. dynoxide looks at the tokens of the last ten minutes in each
    /// transaction: after 150,000 transactions, that was four fifths of its time. A token matters only if an answer is
    /// lost and its request is repeated, which the loading process does not do with its own engine. Other commands that
    /// share the engine have no tokens either, until it stops.
    ///
    /// # Errors
    /// If the database rejects the setting.
    pub fn prepare_bulk_load(&self) -> Result<(), EngineError> {
        self.is_loading.store(true, Ordering::Relaxed);
        // The engine's name for this setting; it opens files with SQLite's `FULL`.
        let set = self.database.disable_bulk_loading();
        set.map_err(|error| EngineError::Open { path: "the table".to_owned(), reason: error.to_string() })
    }
}

impl fmt::Debug for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Engine({})", self.address)
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        self.server.abort();
    }
}

/// Removes access for others to the database, and to the log and the index that SQLite keeps beside it, including files
/// that an earlier version created.
fn restrict_access(path: &Path) -> io::Result<()> {
    private_files::open(path)?;
    ["-wal", "-shm"].iter().try_for_each(|suffix| {
        let mut name = path.as_os_str().to_owned();
        name.push(suffix);
        private_files::restrict_access(&PathBuf::from(name))
    })
}
