//! The data folder: one process at a time, the owner, runs an engine on its table and serves all other commands.
//!
//! Two file locks determine the owner. The system releases both when a process ends, so a crash leaves no lock:
//!
//! - The owner holds `lock` exclusively.
//! - Each command that uses the owner's engine holds `users` shared: its lease. Before the owner stops, it locks
//!   `users` exclusively. So it cannot stop while a lease exists, and no command gets a lease while the owner stops.
//!
//! The file `engine` has the URL of the owner's engine, with its access key. A crash leaves an outdated file, so
//! commands use a URL only after a connection to it succeeded.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use model::without_access_key;
use serde::{Deserialize, Serialize};
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep, timeout};

use crate::engine::Engine;
use crate::error::OpenError;
use crate::interruption::interruption;
use crate::private_files;

const ADDRESS_FILE: &str = "engine";
/// The time between two attempts to lock a file. The system offers no notification without a blocked thread.
const POLL_INTERVAL: Duration = Duration::from_millis(20);
/// The time after which a message about the wait is printed.
const NOTICE_DELAY: Duration = Duration::from_secs(1);
/// The time limit for a connection; a running engine on this machine accepts one much faster.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// The folder, locked by this process until it is dropped: two engines on one file would corrupt it.
#[derive(Debug)]
pub struct DataFolder {
    path: PathBuf,
    _lock: File,
}

/// The right to use the engine of the owner, which keeps running until the lease is dropped.
#[derive(Debug)]
pub struct Lease {
    address: Address,
    _users: File,
}

/// The process that runs the engine.
#[derive(Debug)]
pub enum EngineOwner {
    /// This process owns the folder and has to start the engine.
    ThisProcess(DataFolder),
    /// Another process runs the engine.
    OtherProcess(Lease),
}

/// The kind of process that runs the engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// A server, which runs until it is stopped.
    Server,
    /// A command, which ends by itself.
    Command,
}

/// The content of the file `engine`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Address {
    url: String,
    process: u32,
    role: Role,
}

/// Whether the message about a wait was printed.
enum WaitNotice {
    Pending(Instant),
    Printed,
}

impl DataFolder {
    /// Locks the folder, or gets a lease from its owner. Waits while the owner starts or stops.
    ///
    /// # Errors
    /// If a file of the folder cannot be used.
    pub async fn acquire_or_lease(path: &Path) -> Result<EngineOwner, OpenError> {
        let mut wait = WaitNotice::begin();
        loop {
            if let Some(folder) = Self::try_acquire(path)? {
                return Ok(EngineOwner::ThisProcess(folder));
            }
            if let Some(lease) = Lease::try_acquire(path).map_err(|source| folder_error(path, source))?
                && lease.is_live().await
            {
                return Ok(EngineOwner::OtherProcess(lease));
            }
            wait.wait(|| wait_message(path, None)).await;
        }
    }

    /// Locks the folder. Waits for a command that owns it.
    ///
    /// # Errors
    /// If a file of the folder cannot be used, or a server owns the folder, because a server does not end by itself.
    pub async fn acquire(path: &Path) -> Result<Self, OpenError> {
        let mut wait = WaitNotice::begin();
        loop {
            if let Some(folder) = Self::try_acquire(path)? {
                return Ok(folder);
            }
            let address = Address::read(path);
            if let Some(Address { role: Role::Server, process, .. }) = address {
                // Tries again: the address may be left by a killed server.
                return match Self::try_acquire(path)? {
                    Some(folder) => Ok(folder),
                    None => Err(OpenError::InUse { folder: path.display().to_string(), process }),
                };
            }
            wait.wait(|| wait_message(path, address.as_ref())).await;
        }
    }

    /// Starts the engine on the folder's table and writes its address.
    ///
    /// # Errors
    /// If it cannot be started.
    pub async fn start_engine(&self, role: Role) -> Result<Engine, OpenError> {
        let engine = Engine::in_file(&self.table()).await?;
        let address = Address { url: engine.url().to_owned(), process: std::process::id(), role };
        address.write(&self.path).map_err(|source| folder_error(&self.path, source))?;
        Ok(engine)
    }

    /// Waits until no other command uses the engine, then stops it and releases the folder. An interruption ends the
    /// wait.
    pub async fn release(self, engine: Engine) {
        let Ok(interrupted) = interruption() else { return };
        tokio::pin!(interrupted);
        let mut wait = WaitNotice::begin();
        let message = || "Waiting for other commands that use the engine of this process. Ctrl-C ends them too.";
        // Locked until the end of this function, so that no command gets a lease on an engine that stops.
        let _leaving = loop {
            match Lease::block_new(&self.path) {
                Ok(Some(users)) => break Some(users),
                Ok(None) => {}
                // Without locks there are no leases.
                Err(_) => break None,
            }
            tokio::select! {
                () = wait.wait(|| message().to_owned()) => {}
                () = &mut interrupted => break None,
            }
        };
        self.remove_address().ok();
        drop(engine);
        drop(self);
    }

    /// Waits until no other process runs this command on the folder. Later ones wait until the result is dropped.
    ///
    /// # Errors
    /// If a file of the folder cannot be used.
    pub async fn lock_command(path: &Path, command: &str) -> Result<File, OpenError> {
        let lock = private_files::open(&path.join(command)).map_err(|source| folder_error(path, source))?;
        let mut wait = WaitNotice::begin();
        loop {
            if is_acquired(lock.try_lock()).map_err(|source| folder_error(path, source))? {
                return Ok(lock);
            }
            wait.wait(|| format!("Waiting for another `codesensei {command}` on {} to end.", path.display())).await;
        }
    }

    /// The file of the table.
    #[must_use]
    pub fn table(&self) -> PathBuf {
        self.path.join("table.db")
    }

    /// Creates the folder if needed and locks it, unless another process owns it.
    fn try_acquire(path: &Path) -> Result<Option<Self>, OpenError> {
        let folder_error = |source| folder_error(path, source);
        private_files::create_folder(path).map_err(folder_error)?;
        // The file is never truncated or removed, because waiting commands must wait for the same file.
        let file = private_files::open(&path.join("lock")).map_err(folder_error)?;
        if !is_acquired(file.try_lock()).map_err(folder_error)? {
            return Ok(None);
        }
        let folder = Self { path: path.to_owned(), _lock: file };
        folder.remove_address().map_err(folder_error)?;
        Ok(Some(folder))
    }

    /// Removes the address, even if a killed process wrote it.
    fn remove_address(&self) -> io::Result<()> {
        match fs::remove_file(self.path.join(ADDRESS_FILE)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            removed => removed,
        }
    }
}

impl Drop for DataFolder {
    fn drop(&mut self) {
        // A failure is harmless: the next owner removes the address.
        self.remove_address().ok();
    }
}

impl Lease {
    /// The URL of the engine, with its access key.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.address.url
    }

    /// Whether the engine still accepts connections.
    pub async fn is_live(&self) -> bool {
        let address = without_access_key(&self.address.url);
        let address = address.trim_start_matches("http://");
        matches!(timeout(CONNECT_TIMEOUT, TcpStream::connect(address)).await, Ok(Ok(_)))
    }

    /// Gets a lease from the folder's owner, unless the owner is starting or stopping.
    fn try_acquire(path: &Path) -> io::Result<Option<Self>> {
        let users = private_files::open(&path.join("users"))?;
        if !is_acquired(users.try_lock_shared())? {
            return Ok(None);
        }
        // Read after the lock: from now on the owner that wrote it keeps running.
        Ok(Address::read(path).map(|address| Self { address, _users: users }))
    }

    /// Blocks further leases, unless a lease exists.
    fn block_new(path: &Path) -> io::Result<Option<File>> {
        let users = private_files::open(&path.join("users"))?;
        Ok(is_acquired(users.try_lock())?.then_some(users))
    }
}

impl Address {
    fn read(folder: &Path) -> Option<Self> {
        serde_json::from_slice(&fs::read(folder.join(ADDRESS_FILE)).ok()?).ok()
    }

    /// Writes the file atomically, so that no command reads half an address.
    fn write(&self, folder: &Path) -> io::Result<()> {
        let draft = folder.join("engine.new");
        private_files::write(&draft, &serde_json::to_vec(self)?)?;
        fs::rename(draft, folder.join(ADDRESS_FILE))
    }
}

impl WaitNotice {
    fn begin() -> Self {
        Self::Pending(Instant::now())
    }

    /// Waits one poll interval. After a longer wait, prints the message once on standard error.
    async fn wait(&mut self, command: impl FnOnce() -> String) {
        if let Self::Pending(since) = self
            && since.elapsed() >= NOTICE_DELAY
        {
            eprintln!("{}", command());
            *self = Self::Printed;
        }
        sleep(POLL_INTERVAL).await;
    }
}

fn wait_message(path: &Path, address: Option<&Address>) -> String {
    let owner = address.map_or_else(|| "Another process".to_owned(), |address| format!("Process {}", address.process));
    format!("{owner} uses {}. Waiting until it ends.", path.display())
}

/// Whether the lock was acquired.
fn is_acquired(tried: Result<(), TryLockError>) -> io::Result<bool> {
    match tried {
        Ok(()) => Ok(true),
        Err(TryLockError::WouldBlock) => Ok(false),
        Err(TryLockError::Error(source)) => Err(source),
    }
}

fn folder_error(folder: &Path, source: io::Error) -> OpenError {
    OpenError::DataDir { folder: folder.display().to_string(), source }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn owned(path: &Path) -> (DataFolder, Engine) {
        let Ok(EngineOwner::ThisProcess(folder)) = DataFolder::acquire_or_lease(path).await else {
            panic!("no other process uses the folder")
        };
        let engine = folder.start_engine(Role::Command).await.expect("an engine");
        (folder, engine)
    }

    #[tokio::test]
    async fn the_owner_runs_until_its_last_lease_is_returned() {
        let temp = tempfile::tempdir().expect("a temporary folder");
        let (folder, engine) = owned(temp.path()).await;
        let url = engine.url().to_owned();
        let Ok(EngineOwner::OtherProcess(lease)) = DataFolder::acquire_or_lease(temp.path()).await else {
            panic!("another process owns it")
        };
        assert_eq!(lease.url(), url);
        let released = tokio::spawn(folder.release(engine));
        sleep(POLL_INTERVAL * 4).await;
        assert!(!released.is_finished());
        assert!(lease.is_live().await);
        drop(lease);
        released.await.expect("it ends");
        assert!(matches!(DataFolder::acquire_or_lease(temp.path()).await, Ok(EngineOwner::ThisProcess(_))));
    }

    #[tokio::test]
    async fn the_address_of_a_killed_owner_is_not_used() {
        let temp = tempfile::tempdir().expect("a temporary folder");
        let address = Address { url: "http://127.0.0.1:9".to_owned(), process: 1, role: Role::Command };
        let starting = File::create(temp.path().join("lock")).expect("a file");
        starting.lock().expect("the lock of an owner without an engine");
        address.write(temp.path()).expect("an outdated address");
        let waits = timeout(POLL_INTERVAL * 4, DataFolder::acquire_or_lease(temp.path())).await;
        assert!(waits.is_err(), "{waits:?}");
        drop(starting);
        assert!(matches!(DataFolder::acquire_or_lease(temp.path()).await, Ok(EngineOwner::ThisProcess(_))));
        assert_eq!(Address::read(temp.path()), None);
    }

    #[tokio::test]
    async fn a_server_waits_for_a_command_and_not_for_a_server() {
        let temp = tempfile::tempdir().expect("a temporary folder");
        let (folder, engine) = owned(temp.path()).await;
        let waits = timeout(POLL_INTERVAL * 4, DataFolder::acquire(temp.path())).await;
        assert!(waits.is_err(), "{waits:?}");
        folder.release(engine).await;
        let server = DataFolder::acquire(temp.path()).await.expect("it is free");
        let _engine = server.start_engine(Role::Server).await.expect("an engine");
        let refused = DataFolder::acquire(temp.path()).await.expect_err("another server has it");
        assert!(matches!(refused, OpenError::InUse { .. }), "{refused}");
    }
}
