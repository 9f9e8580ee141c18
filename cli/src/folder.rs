//! The data folder: one process at a time runs an engine on its file, and tells the others where that engine answers.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use crate::engine::Engine;
use crate::local::LocalError;

/// Where the engine of whoever holds the folder answers.
const ENGINE: &str = "engine-url";

/// The folder, held by this process until it is dropped: two engines on one file would each believe they are alone.
#[derive(Debug)]
pub struct DataFolder {
    path: PathBuf,
    _lock: File,
}

/// What became of the wish to hold it.
#[derive(Debug)]
pub enum Holder {
    /// This process holds it.
    Us(DataFolder),
    /// Another process does; its engine answers at this URL, when it has one already.
    Another(Option<String>),
}

impl DataFolder {
    /// Holds the folder, which is made when it is not there, unless another process does.
    ///
    /// # Errors
    /// When the system does not let it.
    pub fn hold(path: &Path) -> Result<Holder, LocalError> {
        let failed = |source| LocalError::DataDir { folder: path.display().to_string(), source };
        fs::create_dir_all(path).map_err(failed)?;
        // Not truncated and not removed: it is the same file for whoever waits for it.
        let lock = File::create(path.join("lock")).map_err(failed)?;
        match lock.try_lock() {
            Ok(()) => {
                let folder = Self { path: path.to_owned(), _lock: lock };
                folder.forget_engine().map_err(failed)?;
                Ok(Holder::Us(folder))
            }
            Err(TryLockError::WouldBlock) => Ok(Holder::Another(fs::read_to_string(path.join(ENGINE)).ok())),
            Err(TryLockError::Error(source)) => Err(failed(source)),
        }
    }

    /// Starts the engine on the folder's table, and says where it is.
    ///
    /// # Errors
    /// When it cannot be started.
    pub async fn start_engine(&self) -> Result<Engine, LocalError> {
        let engine = Engine::in_file(&self.table()).await?;
        let failed = |source| LocalError::DataDir { folder: self.path.display().to_string(), source };
        // Complete or not there: whoever reads it meanwhile must not get half an address.
        let draft = self.path.join("engine-url.new");
        fs::write(&draft, engine.url()).map_err(failed)?;
        fs::rename(draft, self.path.join(ENGINE)).map_err(failed)?;
        Ok(engine)
    }

    /// The file the table is in.
    #[must_use]
    pub fn table(&self) -> PathBuf {
        self.path.join("table.db")
    }

    /// What was written by a process that had no time to tidy up.
    fn forget_engine(&self) -> io::Result<()> {
        match fs::remove_file(self.path.join(ENGINE)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            removed => removed,
        }
    }
}

impl Drop for DataFolder {
    fn drop(&mut self) {
        // Whoever holds the folder next does it again.
        self.forget_engine().ok();
    }
}
