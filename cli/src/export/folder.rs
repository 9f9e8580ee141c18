//! The folder of an export: the paths of its files, and the state of an unfinished export.

use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use model::{Store, Timestamp};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::ExportError;

/// The name of DynamoDB's folder of exports.
const EXPORTS: &str = "AWSDynamoDB";
/// The folder with the state of an unfinished export; it is removed at the end.
const UNFINISHED: &str = "unfinished";

/// An export that this process writes and has locked.
#[derive(Debug)]
pub(super) struct ExportFolder {
    path: PathBuf,
    plan: Plan,
    _lock: File,
}

/// The settings of an export, fixed at its start.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Plan {
    id: String,
    table: String,
    source: String,
    started: Timestamp,
    /// The file name of each segment.
    files: Vec<String>,
}

/// An opened export, and whether it continues an earlier run.
#[derive(Debug)]
pub(super) struct OpenedExport {
    pub(super) folder: ExportFolder,
    pub(super) resumed: bool,
}

impl ExportFolder {
    /// Opens the unfinished export of this source, or creates a new one.
    pub(super) fn open(out: &Path, source: &str, segments: u32, store: &Store) -> Result<OpenedExport, ExportError> {
        let exports = out.join(EXPORTS);
        make_folder(&exports)?;
        let mut unfinished: Vec<PathBuf> = Vec::new();
        for entry in fs::read_dir(&exports).map_err(file_error(&exports))? {
            let path = entry.map_err(file_error(&exports))?.path();
            if path.join(UNFINISHED).join("plan.json").exists() {
                unfinished.push(path);
            }
        }
        unfinished.sort();
        // The newest first: ids begin with the time.
        for path in unfinished.into_iter().rev() {
            let plan: Plan = read_json(&path.join(UNFINISHED).join("plan.json"))?;
            if plan.source == source {
                let folder = Self { _lock: lock(&path)?, path, plan };
                if !folder.path.join("manifest-summary.json").exists() {
                    return Ok(OpenedExport { folder, resumed: true });
                }
                // The export is complete; only its state was not removed.
                folder.remove_progress()?;
            }
        }
        Ok(OpenedExport { folder: Self::create(&exports, source, segments, store)?, resumed: false })
    }

    fn create(exports: &Path, source: &str, segments: u32, store: &Store) -> Result<Self, ExportError> {
        let (now, token) = (store.clock().now(), || store.ids().token().simple().to_string());
        // The same form as DynamoDB's ids: the milliseconds in 14 digits, and 8 random digits.
        let id = format!("{:014}-{}", now.millis(), &token()[..8]);
        let path = exports.join(&id);
        make_folder(&path.join("data"))?;
        make_folder(&path.join(UNFINISHED))?;
        let lock = lock(&path)?;
        write_atomically(&path.join("_started"), b"")?;
        let files = (0..segments).map(|_| format!("{}.json.gz", &token()[..26])).collect();
        let table = store.table().name().to_owned();
        let plan = Plan { id, table, source: source.to_owned(), started: now, files };
        write_json(&path.join(UNFINISHED).join("plan.json"), &plan)?;
        Ok(Self { path, plan, _lock: lock })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn id(&self) -> &str {
        &self.plan.id
    }

    pub(super) fn table(&self) -> &str {
        &self.plan.table
    }

    pub(super) fn started(&self) -> Timestamp {
        self.plan.started
    }

    pub(super) fn segments(&self) -> u32 {
        u32::try_from(self.plan.files.len()).expect("at most 256")
    }

    /// The data file of a segment.
    pub(super) fn data(&self, segment: u32) -> PathBuf {
        self.path.join("data").join(&self.plan.files[segment as usize])
    }

    /// The key that a file of this export would have in a bucket.
    pub(super) fn s3_key(&self, path: &Path) -> String {
        let rest = path.strip_prefix(&self.path).unwrap_or(path);
        let parts = rest.iter().map(|part| part.to_string_lossy().into_owned());
        [EXPORTS.to_owned(), self.plan.id.clone()].into_iter().chain(parts).collect::<Vec<_>>().join("/")
    }

    /// The file with the progress of a segment.
    pub(super) fn checkpoint(&self, segment: u32) -> PathBuf {
        self.path.join(UNFINISHED).join(format!("segment-{segment:03}.json"))
    }

    /// Removes the state of the unfinished export.
    pub(super) fn remove_progress(&self) -> Result<(), ExportError> {
        let unfinished = self.path.join(UNFINISHED);
        fs::remove_dir_all(&unfinished).map_err(file_error(&unfinished))
    }
}

/// Locks the export, because two processes would write each item twice.
fn lock(export: &Path) -> Result<File, ExportError> {
    let path = export.join(UNFINISHED).join("lock");
    let file = private_options().write(true).create(true).truncate(false).open(&path).map_err(file_error(&path))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(ExportError::InUse { path: export.display().to_string() }),
        Err(TryLockError::Error(source)) => Err(file_error(&path)(source)),
    }
}

/// Adds the path to an error.
pub(super) fn file_error(path: &Path) -> impl Fn(io::Error) -> ExportError {
    let path = path.display().to_string();
    move |source| ExportError::File { path: path.clone(), source }
}

/// Options to create files that only their owner can read.
pub(super) fn private_options() -> OpenOptions {
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    options
}

fn make_folder(path: &Path) -> Result<(), ExportError> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt as _;
        builder.mode(0o700);
    }
    builder.create(path).map_err(file_error(path))
}

pub(super) fn read_json<T: DeserializeOwned>(path: &Path) -> Result<T, ExportError> {
    let text = fs::read(path).map_err(file_error(path))?;
    serde_json::from_slice(&text).map_err(io::Error::from).map_err(file_error(path))
}

pub(super) fn write_json<T: Serialize>(path: &Path, value: &T) -> Result<(), ExportError> {
    let text = serde_json::to_vec(value).map_err(io::Error::from).map_err(file_error(path))?;
    write_atomically(path, &text)
}

/// Writes the file atomically: after a power cut it has the old or the new content.
pub(super) fn write_atomically(path: &Path, bytes: &[u8]) -> Result<(), ExportError> {
    let draft = path.with_extension("new");
    let write = || {
        let mut file = private_options().write(true).create(true).truncate(true).open(&draft)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&draft, path)
    };
    write().map_err(file_error(path))
}
