//! The embedded engine: DynamoDB's API on SQLite, in this process, reached over a socket like any other, by programs that
//! have its key.

use std::fmt;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn_with_state;
use axum::routing::post;
use dynoxide::Database;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::connections::{self, Patience};
use crate::private;

mod guard;
mod operations;

use guard::AccessKey;

/// A running engine. It stops when this is dropped; what is in a file stays there.
pub struct Engine {
    address: SocketAddr,
    url: String,
    database: Database,
    server: JoinHandle<()>,
}

/// The engine could not start.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The file cannot be opened as a database.
    #[error("cannot open {path} as a database: {reason}; is another codesensei using it, or is it some other file?")]
    Open {
        /// The file.
        path: String,
        /// What the engine said.
        reason: String,
    },
    /// No port of this machine could be had.
    #[error("cannot listen on 127.0.0.1")]
    Listen(#[source] io::Error),
}

impl Engine {
    /// Starts an engine that forgets everything when it stops.
    pub async fn in_memory() -> Result<Self, EngineError> {
        let database = Database::memory()
            .map_err(|error| EngineError::Open { path: "memory".to_owned(), reason: error.to_string() })?;
        Self::serve(database).await
    }

    /// Starts an engine that keeps everything in a file, which it creates when it is not there. Only its owner can read it.
    pub async fn in_file(path: &Path) -> Result<Self, EngineError> {
        let name = path.display().to_string();
        let failed = |reason: String| EngineError::Open { path: name.clone(), reason };
        close_to_others(path).map_err(|error| failed(error.to_string()))?;
        let database = Database::new(&name).map_err(|error| failed(error.to_string()))?;
        Self::serve(database).await
    }

    /// Where it answers, with the access key id that requests have to be signed with: `http://KEY@127.0.0.1:PORT`. It is
    /// another one for each engine.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    async fn serve(database: Database) -> Result<Self, EngineError> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.map_err(EngineError::Listen)?;
        let address = listener.local_addr().map_err(EngineError::Listen)?;
        let key = AccessKey::random();
        let url = format!("http://{}@{address}", key.as_str());
        let routes = Router::new()
            .route("/", post(operations::answer))
            .layer(DefaultBodyLimit::max(operations::MAX_BODY))
            .layer(from_fn_with_state(key, guard::admit))
            .with_state(database.clone());
        let server = tokio::spawn(connections::serve_on(listener, routes, Patience::default()));
        Ok(Self { address, url, database, server })
    }

    /// From now on no write waits for the disk, which each item of a batch would do by itself. A power cut then loses the
    /// last items and never breaks the file: this is SQLite's `synchronous = NORMAL` with a write-ahead log, see
    /// <https://www.sqlite.org/pragma.html#pragma_synchronous>.
    ///
    /// # Errors
    /// When the database does not take the setting.
    pub fn do_not_wait_for_the_disk(&self) -> Result<(), EngineError> {
        // The engine's own word for these settings; it opens files with SQLite's `FULL`.
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

/// The database, and the log and the index that SQLite keeps beside it with the same permissions, also those that an earlier
/// version made.
fn close_to_others(path: &Path) -> io::Result<()> {
    private::file(path)?;
    ["-wal", "-shm"].iter().try_for_each(|suffix| {
        let mut name = path.as_os_str().to_owned();
        name.push(suffix);
        private::close(&PathBuf::from(name))
    })
}
