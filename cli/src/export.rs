//! `codesensei export`: copies the whole table to files, in the format of DynamoDB's export to S3.

mod folder;
mod manifest;
mod segment;

use std::future::pending;
use std::io;
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::Args;
use governor::clock::MonotonicClock;
use governor::state::{InMemoryState, NotKeyed};
use governor::{Quota, RateLimiter};
use indicatif::{HumanBytes, HumanCount, HumanDuration, ProgressBar, ProgressStyle};
use model::{Store, StoreError};
use tokio::task::{JoinError, JoinSet};

use crate::error::OpenError;
use crate::output::print;
use crate::target::{Interruption, OpenTable, Target};
use folder::{ExportFolder, OpenedExport};
use segment::FinishedSegment;

/// The options of `export`.
#[derive(Clone, Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Export {
    /// The output folder, which is created if it does not exist. Each export gets its own subfolder.
    #[arg(long, value_name = "FOLDER")]
    out: PathBuf,
    /// The number of segments of the table. They are read in parallel, and each becomes a file.
    #[arg(long, default_value_t = 8, value_parser = clap::value_parser!(u32).range(1..=256))]
    segments: u32,
    /// The approximate maximum of read units per second, over all segments. Default: unlimited.
    #[arg(long, value_name = "RCU")]
    rcu_per_second: Option<NonZeroU32>,
    #[command(flatten)]
    target: Target,
}

const EXAMPLES: &str = "\
Examples:
  codesensei export --out exports                          the table that `codesensei serve` uses
  codesensei export --out exports --store http://127.0.0.1:8000
  codesensei export --out exports --store aws --rcu-per-second 200
  zcat exports/AWSDynamoDB/*/data/*.json.gz | head -n 1

After an interruption, by Ctrl-C or a crash, the same command continues where it stopped: no page is
read twice, and no item is in the files twice. At the end it prints the folder of the export;
schema/generated/analytics/ has SQL for it.

Cost: half a read unit for each 4 KB of the table.";

/// The maximum cost of a page in units: 1 MB and one item of 400 KB, at 8 KB per unit.
const MAX_PAGE_UNITS: u32 = 256;

/// How an export ended without an error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ExportResult {
    /// The export in this folder is complete.
    Finished(PathBuf),
    /// Ctrl-C stopped it.
    Interrupted,
}

/// The export failed.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The table cannot be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// A page could not be read.
    #[error("{source}; the files keep what was read; run the same command to continue")]
    Read {
        /// The cause.
        source: StoreError,
    },
    /// A file cannot be read or written.
    #[error("cannot use {path}: {source}")]
    File {
        /// The path.
        path: String,
        /// The error of the operating system.
        source: io::Error,
    },
    /// Another process writes the export.
    #[error("another process is writing {path}; wait until it ends, or use another --out")]
    InUse {
        /// The export's folder.
        path: String,
    },
    /// A file is shorter than the data written to it.
    #[error("{path} was changed since it was written; remove the folder {export} and export again")]
    Damaged {
        /// The file.
        path: String,
        /// The export's folder.
        export: String,
    },
}

/// Limits the read units per second.
type ReadLimiter = RateLimiter<NotKeyed, InMemoryState, MonotonicClock>;

/// Exports the table, or continues an unfinished export.
///
/// # Errors
/// States the problem and its remedy.
pub async fn run(options: &Export) -> Result<ExportResult, ExportError> {
    options.target.check_file_exists()?;
    options.target.run_interruptible(async |opened, interrupted| copy(options, opened, interrupted).await).await
}

async fn copy(options: &Export, opened: &OpenTable, interrupted: Interruption) -> Result<ExportResult, ExportError> {
    opened.check_table_exists().await?;
    let started = Instant::now();
    let source = source(&options.target, opened);
    let OpenedExport { folder, resumed } = ExportFolder::open(&options.out, &source, options.segments, &opened.store)?;
    let folder = Arc::new(folder);
    if resumed {
        eprintln!("Continuing {}", folder.path().display());
    }
    let read = tokio::select! {
        read = read_all(options, &opened.store, &folder) => Some(read?),
        () = interrupted => None,
    };
    let Some(parts) = read else {
        eprintln!("\nStopped. Run the same command to continue.");
        return Ok(ExportResult::Interrupted);
    };
    let ended = opened.store.clock().now();
    let total = tokio::task::spawn_blocking({
        let folder = Arc::clone(&folder);
        move || manifest::finish(&folder, &parts, ended)
    });
    let total = join_result(total.await).await?;
    print_summary(&total, &opened.location, started.elapsed());
    let path = folder.path();
    let printed = print(format!("{}\n", path.display()).as_bytes());
    printed.map_err(|source| ExportError::File { path: "the standard output".to_owned(), source })?;
    Ok(ExportResult::Finished(path.to_owned()))
}

/// The result of a task. A panic of the task continues here. Tasks are cancelled only at the end of the program, which
/// also ends this wait.
async fn join_result<T>(joined: Result<T, JoinError>) -> T {
    match joined.map_err(JoinError::try_into_panic) {
        Ok(value) => value,
        Err(Ok(panic)) => std::panic::resume_unwind(panic),
        Err(Err(_cancelled)) => pending().await,
    }
}

/// Identifies the table, so that an export of another table is not continued.
fn source(target: &Target, opened: &OpenTable) -> String {
    // An embedded table is the same table, whichever process runs its engine.
    let location = opened.location.split(", through ").next().unwrap_or_default();
    let [region, profile] = [&target.region, &target.profile].map(|value| value.as_deref().unwrap_or("-"));
    format!("{} at {location}, region {region}, profile {profile}", opened.store.table().name())
}

async fn read_all(
    options: &Export,
    store: &Store,
    folder: &Arc<ExportFolder>,
) -> Result<Vec<FinishedSegment>, ExportError> {
    let limiter = options.rcu_per_second.map(|units| {
        let burst = units.max(NonZeroU32::new(MAX_PAGE_UNITS).expect("not zero"));
        Arc::new(ReadLimiter::direct_with_clock(Quota::per_second(units).allow_burst(burst), MonotonicClock))
    });
    let bar = progress(folder.segments());
    let mut tasks = JoinSet::new();
    for number in 0..folder.segments() {
        let segment = segment::Segment::open(folder, number)?;
        tasks.spawn(segment.read(store.clone(), folder.segments(), limiter.clone(), bar.clone()));
    }
    let mut parts = Vec::new();
    // The first error ends the other segments, each after a whole page.
    while let Some(part) = tasks.join_next().await {
        parts.push(join_result(part).await?);
    }
    bar.finish_and_clear();
    parts.sort_by_key(|part| part.number);
    Ok(parts)
}

/// A progress display on a terminal. The total is unknown: DynamoDB updates the item count only every six hours.
fn progress(segments: u32) -> ProgressBar {
    let bar = ProgressBar::no_length();
    let template = format!("{{spinner}} {{human_pos}} items read ({{per_sec}}), {{elapsed}}, {segments} segments");
    bar.set_style(ProgressStyle::with_template(&template).expect("the template is valid"));
    bar.enable_steady_tick(Duration::from_millis(120));
    bar
}

fn print_summary(total: &manifest::Total, location: &str, elapsed: Duration) {
    eprintln!(
        "{} items from {location} in {}\n  read     {} requests, {} RCU\n  written  {} files, {}, of {} of items",
        HumanCount(total.items),
        HumanDuration(elapsed),
        HumanCount(total.requests),
        total.rcu,
        total.files,
        HumanBytes(total.file_bytes),
        HumanBytes(total.item_bytes),
    );
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::pin::pin;
    use std::task::{Context, Waker};

    #[tokio::test]
    async fn a_cancelled_task_causes_no_panic() {
        let task = tokio::spawn(pending::<()>());
        task.abort();
        let cancelled = task.await;
        assert!(cancelled.is_err());
        let mut waiting = pin!(join_result(cancelled));
        assert!(waiting.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    }

    #[tokio::test]
    #[should_panic(expected = "a page that cannot be kept")]
    async fn the_panic_of_a_task_continues_in_its_waiter() {
        let task = tokio::spawn(async { panic!("a page that cannot be kept") });
        join_result::<()>(task.await).await;
    }
}
