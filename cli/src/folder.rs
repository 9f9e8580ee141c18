//! The data folder: one process at a time, the holder, runs an engine on its table and serves all other commands.
//!
//! Two locks decide who that is. Both end with their process, so a crash leaves none behind:
//!
//! - `lock` is held exclusively by the holder.
//! - `users` is held shared by each command that uses the holder's engine: its lease. The holder takes it exclusively to
//!   leave. It cannot while a lease is out, and no lease can be taken while it leaves.
//!
//! `engine` says where the holder's engine answers, and to which key. A crash leaves an old address behind, so it counts only once a
//! connection to it succeeds.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use model::without_access_key;
use serde::{Deserialize, Serialize};
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep, timeout};

use crate::engine::Engine;
use crate::interruption::interruption;
use crate::local::LocalError;
use crate::private;

const ADDRESS: &str = "engine";
/// Time between two looks at a lock. Nothing tells when one is free without blocking a thread.
const POLL: Duration = Duration::from_millis(20);
/// A wait that is longer than this is told.
const QUIET: Duration = Duration::from_secs(1);
/// A live engine on this machine takes a connection far sooner.
const CONNECTS_WITHIN: Duration = Duration::from_secs(5);

/// The folder, held by this process until it is dropped: two engines on one file would each believe they are alone.
#[derive(Debug)]
pub struct DataFolder {
    path: PathBuf,
    _lock: File,
}

/// The right to use the engine of the process that holds the folder. That process stays until the lease is dropped.
#[derive(Debug)]
pub struct Lease {
    address: Address,
    _users: File,
}

/// Who runs the engine.
#[derive(Debug)]
pub enum Holder {
    /// This process is to run it.
    Us(DataFolder),
    /// Another process runs it.
    Another(Lease),
}

/// What the process that runs the engine does besides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// It serves the API until it is stopped.
    Server,
    /// It is a command that ends by itself.
    Command,
}

/// What the file `engine` holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Address {
    url: String,
    process: u32,
    role: Role,
}

/// Who is asked to let the folder go, for the word that is printed.
enum Wait {
    Silent(Instant),
    Told,
}

impl DataFolder {
    /// Holds the folder, or gets a lease from the process that does. Waits while that process starts or ends.
    ///
    /// # Errors
    /// When the system does not let it.
    pub async fn share(path: &Path) -> Result<Holder, LocalError> {
        let mut wait = Wait::begin();
        loop {
            if let Some(folder) = Self::try_hold(path)? {
                return Ok(Holder::Us(folder));
            }
            if let Some(lease) = Lease::of(path).map_err(|source| failed(path, source))?
                && lease.is_live().await
            {
                return Ok(Holder::Another(lease));
            }
            wait.once(|| waiting(path, None)).await;
        }
    }

    /// Holds the folder. Waits for a command that uses it.
    ///
    /// # Errors
    /// When the system does not let it, and when a server uses it, which ends only when it is stopped.
    pub async fn hold(path: &Path) -> Result<Self, LocalError> {
        let mut wait = Wait::begin();
        loop {
            if let Some(folder) = Self::try_hold(path)? {
                return Ok(folder);
            }
            let address = Address::read(path);
            if let Some(Address { role: Role::Server, process, .. }) = address {
                // Once more: the address may be that of a server that was killed.
                return match Self::try_hold(path)? {
                    Some(folder) => Ok(folder),
                    None => Err(LocalError::InUse { folder: path.display().to_string(), process }),
                };
            }
            wait.once(|| waiting(path, address.as_ref())).await;
        }
    }

    /// Starts the engine on the folder's table, and says where it is.
    ///
    /// # Errors
    /// When it cannot be started.
    pub async fn start_engine(&self, role: Role) -> Result<Engine, LocalError> {
        let engine = Engine::in_file(&self.table()).await?;
        let address = Address { url: engine.url().to_owned(), process: std::process::id(), role };
        address.write(&self.path).map_err(|source| failed(&self.path, source))?;
        Ok(engine)
    }

    /// Keeps the engine running until no other command uses it, then stops it and lets the folder go. An interruption
    /// ends the wait.
    pub async fn release(self, engine: Engine) {
        let Ok(interrupted) = interruption() else { return };
        tokio::pin!(interrupted);
        let mut wait = Wait::begin();
        let told = || "Waiting for other commands that use this table through this one. Ctrl-C ends them too.";
        // Held until the end of this function, so that no command gets a lease on an engine that stops.
        let _leaving = loop {
            match Lease::refuse(&self.path) {
                Ok(Some(users)) => break Some(users),
                Ok(None) => {}
                // Without locks there are no leases either.
                Err(_) => break None,
            }
            tokio::select! {
                () = wait.once(|| told().to_owned()) => {}
                () = &mut interrupted => break None,
            }
        };
        self.forget_engine().ok();
        drop(engine);
        drop(self);
    }

    /// Waits until no other command of this folder does this, and keeps them waiting until the result is dropped.
    ///
    /// # Errors
    /// When the system does not let it.
    pub async fn turn(path: &Path, what: &str) -> Result<File, LocalError> {
        let turn = private::file(&path.join(what)).map_err(|source| failed(path, source))?;
        let mut wait = Wait::begin();
        loop {
            if lock(turn.try_lock()).map_err(|source| failed(path, source))? {
                return Ok(turn);
            }
            wait.once(|| format!("Waiting for another `codesensei {what}` on {} to end.", path.display())).await;
        }
    }

    /// The file the table is in.
    #[must_use]
    pub fn table(&self) -> PathBuf {
        self.path.join("table.db")
    }

    /// Holds the folder, which is made when it is not there, unless another process does.
    fn try_hold(path: &Path) -> Result<Option<Self>, LocalError> {
        let failed = |source| failed(path, source);
        private::folder(path).map_err(failed)?;
        // Not truncated and not removed: the commands that wait for it have to wait for the same file.
        let file = private::file(&path.join("lock")).map_err(failed)?;
        if !lock(file.try_lock()).map_err(failed)? {
            return Ok(None);
        }
        let folder = Self { path: path.to_owned(), _lock: file };
        folder.forget_engine().map_err(failed)?;
        Ok(Some(folder))
    }

    /// Removes the address, also one that a killed process left behind.
    fn forget_engine(&self) -> io::Result<()> {
        match fs::remove_file(self.path.join(ADDRESS)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            removed => removed,
        }
    }
}

impl Drop for DataFolder {
    fn drop(&mut self) {
        // The next process that holds the folder does it again.
        self.forget_engine().ok();
    }
}

impl Lease {
    /// Where the engine answers, with its key.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.address.url
    }

    /// Whether the engine still takes connections.
    pub async fn is_live(&self) -> bool {
        let place = without_access_key(&self.address.url);
        let place = place.trim_start_matches("http://");
        matches!(timeout(CONNECTS_WITHIN, TcpStream::connect(place)).await, Ok(Ok(_)))
    }

    /// A lease from the folder's holder, unless it is just starting or ending.
    fn of(path: &Path) -> io::Result<Option<Self>> {
        let users = private::file(&path.join("users"))?;
        if !lock(users.try_lock_shared())? {
            return Ok(None);
        }
        // Read after the lock: from here on the holder that wrote it stays.
        Ok(Address::read(path).map(|address| Self { address, _users: users }))
    }

    /// Refuses further leases, unless one is out.
    fn refuse(path: &Path) -> io::Result<Option<File>> {
        let users = private::file(&path.join("users"))?;
        Ok(lock(users.try_lock())?.then_some(users))
    }
}

impl Address {
    fn read(folder: &Path) -> Option<Self> {
        serde_json::from_slice(&fs::read(folder.join(ADDRESS)).ok()?).ok()
    }

    /// Complete or not there: a command that reads it meanwhile must not get half an address.
    fn write(&self, folder: &Path) -> io::Result<()> {
        let draft = folder.join("engine.new");
        private::write(&draft, &serde_json::to_vec(self)?)?;
        fs::rename(draft, folder.join(ADDRESS))
    }
}

impl Wait {
    fn begin() -> Self {
        Self::Silent(Instant::now())
    }

    /// Waits a little; says on standard error what for, once, when it has been long.
    async fn once(&mut self, what: impl FnOnce() -> String) {
        if let Self::Silent(since) = self
            && since.elapsed() >= QUIET
        {
            eprintln!("{}", what());
            *self = Self::Told;
        }
        sleep(POLL).await;
    }
}

fn waiting(path: &Path, address: Option<&Address>) -> String {
    let who = address.map_or_else(|| "Another codesensei".to_owned(), |address| format!("Process {}", address.process));
    format!("{who} uses {}; waiting until it ends.", path.display())
}

/// Whether a lock was had.
fn lock(tried: Result<(), TryLockError>) -> io::Result<bool> {
    match tried {
        Ok(()) => Ok(true),
        Err(TryLockError::WouldBlock) => Ok(false),
        Err(TryLockError::Error(source)) => Err(source),
    }
}

fn failed(folder: &Path, source: io::Error) -> LocalError {
    LocalError::DataDir { folder: folder.display().to_string(), source }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn held(path: &Path) -> (DataFolder, Engine) {
        let Ok(Holder::Us(folder)) = DataFolder::share(path).await else { panic!("nothing else uses the folder") };
        let engine = folder.start_engine(Role::Command).await.expect("an engine");
        (folder, engine)
    }

    #[tokio::test]
    async fn a_holder_stays_until_its_last_lease_is_returned() {
        let place = tempfile::tempdir().expect("a temporary folder");
        let (folder, engine) = held(place.path()).await;
        let url = engine.url().to_owned();
        let Ok(Holder::Another(lease)) = DataFolder::share(place.path()).await else { panic!("it is held") };
        assert_eq!(lease.url(), url);
        let released = tokio::spawn(folder.release(engine));
        sleep(POLL * 4).await;
        assert!(!released.is_finished());
        assert!(lease.is_live().await);
        drop(lease);
        released.await.expect("it ends");
        assert!(matches!(DataFolder::share(place.path()).await, Ok(Holder::Us(_))));
    }

    #[tokio::test]
    async fn the_address_of_a_killed_holder_is_not_used() {
        let place = tempfile::tempdir().expect("a temporary folder");
        let address = Address { url: "http://127.0.0.1:9".to_owned(), process: 1, role: Role::Command };
        let starting = File::create(place.path().join("lock")).expect("a file");
        starting.lock().expect("the lock of a holder that has no engine yet");
        address.write(place.path()).expect("an address that was left behind");
        let waits = timeout(POLL * 4, DataFolder::share(place.path())).await;
        assert!(waits.is_err(), "{waits:?}");
        drop(starting);
        assert!(matches!(DataFolder::share(place.path()).await, Ok(Holder::Us(_))));
        assert_eq!(Address::read(place.path()), None);
    }

    #[tokio::test]
    async fn a_server_waits_for_a_command_and_not_for_a_server() {
        let place = tempfile::tempdir().expect("a temporary folder");
        let (folder, engine) = held(place.path()).await;
        let waits = timeout(POLL * 4, DataFolder::hold(place.path())).await;
        assert!(waits.is_err(), "{waits:?}");
        folder.release(engine).await;
        let server = DataFolder::hold(place.path()).await.expect("it is free");
        let _engine = server.start_engine(Role::Server).await.expect("an engine");
        let refused = DataFolder::hold(place.path()).await.expect_err("another server has it");
        assert!(matches!(refused, LocalError::InUse { .. }), "{refused}");
    }
}
