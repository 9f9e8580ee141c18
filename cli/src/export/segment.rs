//! One part of the table and its file: page after page, each kept before the next is asked for.

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

use super::folder::{ExportFolder, failed, private, read_json, write_json};
use super::{DEAREST_PAGE, ExportError, Pace, outcome};

/// How far a segment is. Whatever its file holds beyond `file_bytes` was written by a page that did not come to its end.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Progress {
    /// Where it goes on; absent before the first page, and after the last.
    next: Option<ScanPosition>,
    is_done: bool,
    file_bytes: u64,
    items: u64,
    item_bytes: u64,
    requests: u64,
    rcu: f64,
}

/// A segment that was read to its end.
#[derive(Clone, Debug)]
pub(super) struct Done {
    pub(super) number: u32,
    pub(super) file: PathBuf,
    pub(super) file_bytes: u64,
    pub(super) items: u64,
    pub(super) item_bytes: u64,
    pub(super) requests: u64,
    pub(super) rcu: f64,
}

/// A segment that is being read.
pub(super) struct Segment {
    number: u32,
    path: PathBuf,
    checkpoint: PathBuf,
    file: File,
    progress: Progress,
    /// Held until its last page is written, which may be after nobody waits for it any more.
    _folder: Arc<ExportFolder>,
}

impl Segment {
    /// The segment as far as it is, its file cut back to what is known to be whole.
    pub(super) fn open(folder: &Arc<ExportFolder>, number: u32) -> Result<Self, ExportError> {
        let (path, checkpoint) = (folder.data(number), folder.checkpoint(number));
        let progress = if checkpoint.exists() { read_json(&checkpoint)? } else { Progress::default() };
        let mut file =
            private().read(true).write(true).create(true).truncate(false).open(&path).map_err(failed(&path))?;
        if file.metadata().map_err(failed(&path))?.len() < progress.file_bytes {
            let [path, export] = [&path, folder.path()].map(|path| path.display().to_string());
            return Err(ExportError::Damaged { path, export });
        }
        file.set_len(progress.file_bytes).map_err(failed(&path))?;
        file.seek(SeekFrom::End(0)).map_err(failed(&path))?;
        Ok(Self { number, path, checkpoint, file, progress, _folder: Arc::clone(folder) })
    }

    /// Reads what is left of it.
    pub(super) async fn read(
        mut self,
        store: Store,
        segments: u32,
        limit: Option<Arc<Pace>>,
        bar: ProgressBar,
    ) -> Result<Done, ExportError> {
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
            // On a thread that may wait for the disk. Dropped meanwhile, it still comes to its end.
            let kept = tokio::task::spawn_blocking(move || self.keep(answer).map(|()| self));
            self = outcome(kept.await).await?;
            bar.inc(items);
            if let (Some(limit), Some(units)) = (&limit, units(rcu)) {
                limit.until_n_ready(units).await.expect("no page costs more than the limiter holds");
            }
        }
        let Self { number, path: file, progress, .. } = self;
        let Progress { file_bytes, items, item_bytes, requests, rcu, .. } = progress;
        Ok(Done { number, file, file_bytes, items, item_bytes, requests, rcu })
    }

    /// Writes the page, and then that it is written.
    fn keep(&mut self, page: ScanPage) -> Result<(), ExportError> {
        let ScanPage { items, next } = page;
        let is_last = next.is_none();
        // A segment without items is a gzip of nothing, which every reader takes; a file without bytes is not.
        if !items.is_empty() || (is_last && self.progress.file_bytes == 0) {
            self.append(&items).map_err(failed(&self.path))?;
        }
        self.progress.items += items.len() as u64;
        self.progress.item_bytes += items.iter().map(|item| item.size() as u64).sum::<u64>();
        self.progress.is_done = is_last;
        self.progress.next = next;
        write_json(&self.checkpoint, &self.progress)
    }

    /// A page is a gzip of its own. One after the other they are a gzip too (RFC 1952, 2.2), and a file can be cut between them.
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
    NonZeroU32::new(rcu.ceil().clamp(0.0, f64::from(DEAREST_PAGE)) as u32)
}
