//! One segment of the table and its file: each page is saved before the next one is requested.

use std::fs::File;
use std::io::{Seek as _, SeekFrom, Write as _};
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::sync::Arc;

use flate2::Compression;
use flate2::write::GzEncoder;
use indicatif::ProgressBar;
use model::{Meter, ScanPage, ScanPosition, Store, StoredItem};
use serde::{Deserialize, Serialize};

use super::folder::{ExportFolder, file_error, private_options, read_json, write_json};
use super::{ExportError, MAX_PAGE_UNITS, ReadLimiter, join_result};

/// The progress of a segment. Bytes of its file beyond `file_bytes` belong to a page that was not saved completely.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Progress {
    /// The position of the next page; absent before the first page and after the last.
    next: Option<ScanPosition>,
    is_done: bool,
    file_bytes: u64,
    items: u64,
    item_bytes: u64,
    requests: u64,
    rcu: f64,
}

/// A completely read segment.
#[derive(Clone, Debug)]
pub(super) struct FinishedSegment {
    pub(super) number: u32,
    pub(super) file: PathBuf,
    pub(super) file_bytes: u64,
    pub(super) items: u64,
    pub(super) item_bytes: u64,
    pub(super) requests: u64,
    pub(super) rcu: f64,
}

/// A segment during its export.
pub(super) struct Segment {
    number: u32,
    path: PathBuf,
    checkpoint: PathBuf,
    file: File,
    progress: Progress,
    /// Keeps the lock until the last page is written, even if the waiting task was dropped before.
    _folder: Arc<ExportFolder>,
}

impl Segment {
    /// Opens the segment at its progress. Truncates its file after the last complete page.
    pub(super) fn open(folder: &Arc<ExportFolder>, number: u32) -> Result<Self, ExportError> {
        let (path, checkpoint) = (folder.data(number), folder.checkpoint(number));
        let progress = if checkpoint.exists() { read_json(&checkpoint)? } else { Progress::default() };
        let mut file = private_options()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(file_error(&path))?;
        if file.metadata().map_err(file_error(&path))?.len() < progress.file_bytes {
            let [path, export] = [&path, folder.path()].map(|path| path.display().to_string());
            return Err(ExportError::Damaged { path, export });
        }
        file.set_len(progress.file_bytes).map_err(file_error(&path))?;
        file.seek(SeekFrom::End(0)).map_err(file_error(&path))?;
        Ok(Self { number, path, checkpoint, file, progress, _folder: Arc::clone(folder) })
    }

    /// Reads the remaining pages.
    pub(super) async fn read(
        mut self,
        store: Store,
        segments: u32,
        limit: Option<Arc<ReadLimiter>>,
        bar: ProgressBar,
    ) -> Result<FinishedSegment, ExportError> {
        bar.inc(self.progress.items);
        let meter = Meter::new();
        let store = store.metered(meter.clone());
        while !self.progress.is_done {
            let answer = store.maintenance().scan_segment(self.number, segments, self.progress.next.clone()).await;
            let answer = answer.map_err(|source| ExportError::Read { source })?;
            let mut rcu = 0.0;
            for call in meter.take() {
                self.progress.requests += u64::from(call.requests);
                rcu += call.rcu;
            }
            self.progress.rcu += rcu;
            let items = answer.items.len() as u64;
            // On a thread that may block on the disk. It completes even if this task is dropped.
            let kept = tokio::task::spawn_blocking(move || self.save_page(answer).map(|()| self));
            self = join_result(kept.await).await?;
            bar.inc(items);
            if let (Some(limit), Some(units)) = (&limit, units(rcu)) {
                limit.until_n_ready(units).await.expect("the limiter's burst covers the cost of any page");
            }
        }
        let Self { number, path: file, progress, .. } = self;
        let Progress { file_bytes, items, item_bytes, requests, rcu, .. } = progress;
        Ok(FinishedSegment { number, file, file_bytes, items, item_bytes, requests, rcu })
    }

    /// Writes the page, then the progress.
    fn save_page(&mut self, page: ScanPage) -> Result<(), ExportError> {
        let ScanPage { items, next } = page;
        let is_last = next.is_none();
        // An empty segment needs an empty gzip stream, because readers reject an empty file.
        if !items.is_empty() || (is_last && self.progress.file_bytes == 0) {
            self.append(&items).map_err(file_error(&self.path))?;
        }
        self.progress.items += items.len() as u64;
        self.progress.item_bytes += items.iter().map(|item| item.size() as u64).sum::<u64>();
        self.progress.is_done = is_last;
        self.progress.next = next;
        write_json(&self.checkpoint, &self.progress)
    }

    /// Writes each page as its own gzip member. A sequence of members is a valid gzip file (RFC 1952, 2.2), and a file
    /// can be truncated between them.
    fn append(&mut self, items: &[StoredItem]) -> std::io::Result<()> {
        let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
        for item in items {
            serde_json::to_writer(&mut gzip, &item.to_dynamodb_json())?;
            gzip.write_all(b"\n")?;
        }
        let bytes = gzip.finish()?;
        self.file.write_all(&bytes)?;
        self.file.sync_data()?;
        self.progress.file_bytes += bytes.len() as u64;
        Ok(())
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is between 0 and 256")]
fn units(rcu: f64) -> Option<NonZeroU32> {
    NonZeroU32::new(rcu.ceil().clamp(0.0, f64::from(MAX_PAGE_UNITS)) as u32)
}
