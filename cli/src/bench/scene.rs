//! What a bench runs on: a server, and its engine in a process of its own, so that each one's use of the processor is
//! known.

use std::path::Path;
use std::time::Duration;

use tempfile::TempDir;

use super::BenchError;
use super::process::{self, Server, Usage};
use crate::folder::{DataFolder, EngineOwner, Lease};
use crate::store_choice::StoreChoice;

/// The name of the table.
const TABLE: &str = "codesensei-bench";
/// The folder of the embedded engine.
const ENGINE: &str = "engine";

/// A server and its engine.
#[derive(Debug)]
pub(super) struct Scene {
    server: Server,
    engine: Option<Engine>,
    /// Removed at the end.
    _folder: TempDir,
}

/// The embedded engine in a process of its own: a second server, which answers no request of its own.
#[derive(Debug)]
struct Engine {
    process: Server,
    _lease: Lease,
}

impl Scene {
    /// Starts a server without rate limits on this store. The embedded engine runs in another process, on a file.
    ///
    /// # Errors
    /// If it does not start.
    pub(super) async fn start(store: &StoreChoice) -> Result<Self, BenchError> {
        Self::in_folder(tempfile::tempdir().map_err(BenchError::Start)?, store).await
    }

    /// Starts a server on the embedded engine with generated users in its table, with one session each. They are loaded
    /// before the engine starts, because `seed` alone relaxes the durability of its engine.
    ///
    /// # Errors
    /// If it does not start, or the data cannot be loaded.
    pub(super) async fn with_users(users: u32) -> Result<Self, BenchError> {
        let folder = tempfile::tempdir().map_err(BenchError::Start)?;
        let users = users.to_string();
        let load = ["seed", "--users", &users, "--sessions-per-user", "1", "--threads-per-session", "0", "--table"];
        process::run(&[&load[..], &[TABLE, "--data-dir"]].concat(), Some(&folder.path().join(ENGINE))).await?;
        Self::in_folder(folder, &StoreChoice::Embedded).await
    }

    async fn in_folder(folder: TempDir, store: &StoreChoice) -> Result<Self, BenchError> {
        let (engine, url) = if let StoreChoice::Url(url) = store {
            (None, url.clone())
        } else {
            let (engine, url) = engine(&folder.path().join(ENGINE)).await?;
            (Some(engine), url)
        };
        let server = on(&folder.path().join("server"), &url).await?;
        Ok(Self { server, engine, _folder: folder })
    }

    /// The URL of the server.
    pub(super) fn url(&self) -> &str {
        &self.server.url
    }

    /// The server.
    pub(super) const fn server(&self) -> &Server {
        &self.server
    }

    /// The time on a processor so far: of the server, and of the engine if it is the embedded one.
    pub(super) fn processor(&self) -> Processor {
        let of = |usage: Option<Usage>| usage.map(|usage| usage.processor);
        Processor {
            server: of(self.server.usage()),
            engine: self.engine.as_ref().and_then(|engine| of(engine.process.usage())),
        }
    }
}

async fn engine(folder: &Path) -> Result<(Engine, String), BenchError> {
    let process = Server::start(folder, &["--store", "embedded"]).await?;
    match DataFolder::acquire_or_lease(folder).await? {
        EngineOwner::OtherProcess(lease) => {
            let url = lease.url().to_owned();
            Ok((Engine { process, _lease: lease }, url))
        }
        EngineOwner::ThisProcess(_) => Err(BenchError::NoServer("the process of the engine ended".to_owned())),
    }
}

async fn on(folder: &Path, store: &str) -> Result<Server, BenchError> {
    Server::start(folder, &["--store", store, "--table", TABLE, "--rate-limits", "off"]).await
}

/// Time on a processor. Each part is `None` where it is not known.
#[derive(Clone, Copy, Debug)]
pub(super) struct Processor {
    pub(super) server: Option<Duration>,
    pub(super) engine: Option<Duration>,
}

impl Processor {
    /// The time since an earlier reading.
    pub(super) fn since(self, earlier: Self) -> Self {
        let since = |now: Option<Duration>, then: Option<Duration>| Some(now?.saturating_sub(then?));
        Self { server: since(self.server, earlier.server), engine: since(self.engine, earlier.engine) }
    }
}
