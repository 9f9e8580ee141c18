//! An export's folder: where its files are, and what is known of an export that has not ended.

use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use model::{Store, Timestamp};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::ExportError;

/// What DynamoDB calls the folder of its exports.
const EXPORTS: &str = "AWSDynamoDB";
/// What is needed to go on; it is removed at the end.
const UNFINISHED: &str = "unfinished";

/// An export that this process writes.
#[derive(Debug)]
pub(super) struct ExportFolder {
    path: PathBuf,
    plan: Plan,
    _lock: File,
}

/// What is decided at the beginning.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Plan {
    id: String,
    table: String,
    source: String,
    started: Timestamp,
    /// The name of each segment's file.
    files: Vec<String>,
}

/// An export to write, and whether it was begun before.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) folder: ExportFolder,
    pub(super) resumed: bool,
}

impl ExportFolder {
    /// The export of this source that has not ended, or a new one.
    pub(super) fn open(out: &Path, source: &str, segments: u32, store: &Store) -> Result<Found, ExportError> {
        let exports = out.join(EXPORTS);
        make_folder(&exports)?;
        let mut unfinished: Vec<PathBuf> = Vec::new();
        for entry in fs::read_dir(&exports).map_err(failed(&exports))? {
            let path = entry.map_err(failed(&exports))?.path();
            if path.join(UNFINISHED).join("plan.json").exists() {
                unfinished.push(path);
            }
        }
        unfinished.sort();
        // The newest first: the ids begin with the time.
        for path in unfinished.into_iter().rev() {
            let plan: Plan = read_json(&path.join(UNFINISHED).join("plan.json"))?;
            if plan.source == source {
                let folder = Self { _lock: lock(&path)?, path, plan };
                if !folder.path.join("manifest-summary.json").exists() {
                    return Ok(Found { folder, resumed: true });
                }
                // It ended, but for its own traces.
                folder.forget()?;
            }
        }
        Ok(Found { folder: Self::create(&exports, source, segments, store)?, resumed: false })
    }

    fn create(exports: &Path, source: &str, segments: u32, store: &Store) -> Result<Self, ExportError> {
        let (now, token) = (store.clock().now(), || store.ids().token().simple().to_string());
        // As the service's: milliseconds in fourteen digits, and eight of chance.
        let id = format!("{:014}-{}", now.millis(), &token()[..8]);
        let path = exports.join(&id);
        make_folder(&path.join("data"))?;
        make_folder(&path.join(UNFINISHED))?;
        let lock = lock(&path)?;
        write_whole(&path.join("_started"), b"")?;
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

    /// Where it is remembered how far a segment is.
    pub(super) fn checkpoint(&self, segment: u32) -> PathBuf {
        self.path.join(UNFINISHED).join(format!("segment-{segment:03}.json"))
    }

    /// Removes what was needed to go on.
    pub(super) fn forget(&self) -> Result<(), ExportError> {
        let unfinished = self.path.join(UNFINISHED);
        fs::remove_dir_all(&unfinished).map_err(failed(&unfinished))
    }
}

/// Two processes that go on with one export would write each item twice.
fn lock(export: &Path) -> Result<File, ExportError> {
    let path = export.join(UNFINISHED).join("lock");
    let file = private().write(true).create(true).truncate(false).open(&path).map_err(failed(&path))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(ExportError::InUse { path: export.display().to_string() }),
        Err(TryLockError::Error(source)) => Err(failed(&path)(source)),
    }
}

/// With the file's name, as a person reads it.
pub(super) fn failed(path: &Path) -> impl Fn(io::Error) -> ExportError {
    let path = path.display().to_string();
    move |source| ExportError::File { path: path.clone(), source }
}

/// For files that only their owner reads.
pub(super) fn private() -> OpenOptions {
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
    builder.create(path).map_err(failed(path))
}

pub(super) fn read_json<T: DeserializeOwned>(path: &Path) -> Result<T, ExportError> {
    let text = fs::read(path).map_err(failed(path))?;
    serde_json::from_slice(&text).map_err(io::Error::from).map_err(failed(path))
}

pub(super) fn write_json<T: Serialize>(path: &Path, value: &T) -> Result<(), ExportError> {
    let text = serde_json::to_vec(value).map_err(io::Error::from).map_err(failed(path))?;
    write_whole(path, &text)
}

/// Writes all of it or nothing: whoever reads it after a power cut finds the old file or the new one.
pub(super) fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), ExportError> {
    let draft = path.with_extension("new");
    let write = || {
        let mut file = private().write(true).create(true).truncate(true).open(&draft)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&draft, path)
    };
    write().map_err(failed(path))
}
