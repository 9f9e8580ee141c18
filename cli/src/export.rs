//! `codesensei export`: the whole table as files, in the format of DynamoDB's export to S3.

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

use crate::local::LocalError;
use crate::output::print;
use crate::target::{Interruption, Opened, Target};
use folder::{ExportFolder, Found};
use segment::Done;

/// Which table, and where its copy goes.
#[derive(Clone, Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Export {
    /// The folder to write to; it is made when it is not there. Each export gets a folder of its own in it.
    #[arg(long, value_name = "FOLDER")]
    out: PathBuf,
    /// Into how many parts the table is cut. They are read next to each other, and each becomes a file.
    #[arg(long, default_value_t = 8, value_parser = clap::value_parser!(u32).range(1..=256))]
    segments: u32,
    /// At most about so many read units a second, all parts together. Without it as fast as the table answers.
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

Interrupted, by Ctrl-C or worse, the same command goes on where it stopped: nothing is read twice,
and nothing is in the files twice. When it has ended, its folder is printed;
schema/generated/analytics/ has SQL for it.

What it costs: half a read unit for each 4 KB of the table, whatever is in it.";

/// The most units that one page costs: 1 MB and one item of 400 KB, 8 KB each.
const DEAREST_PAGE: u32 = 256;

/// How it ended when nothing failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// Everything is in this folder.
    Finished(PathBuf),
    /// By Ctrl-C.
    Interrupted,
}

/// The table was not copied.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The table cannot be reached.
    #[error(transparent)]
    Place(#[from] LocalError),
    /// A page could not be read.
    #[error("{source}; what was read is kept, and the same command goes on from there")]
    Read {
        /// What happened.
        source: StoreError,
    },
    /// A file cannot be read or written.
    #[error("cannot use {path}: {source}")]
    File {
        /// Which.
        path: String,
        /// What the system said.
        source: io::Error,
    },
    /// Another process is at it.
    #[error("another codesensei is writing {path}; wait for it, or use another --out")]
    InUse {
        /// The export's folder.
        path: String,
    },
    /// A file is shorter than what was written to it.
    #[error("{path} was changed since it was written; remove the folder {export} and export again")]
    Damaged {
        /// The file.
        path: String,
        /// The export's folder.
        export: String,
    },
}

/// Limits the read units a second.
type Pace = RateLimiter<NotKeyed, InMemoryState, MonotonicClock>;

/// Copies the table, or what is missing of a copy that was begun.
///
/// # Errors
/// With what is wrong and what to do about it.
pub async fn run(options: &Export) -> Result<End, ExportError> {
    options.target.find_file()?;
    options.target.run_to_its_end(async |opened, interrupted| copy(options, opened, interrupted).await).await
}

async fn copy(options: &Export, opened: &Opened, interrupted: Interruption) -> Result<End, ExportError> {
    opened.check().await?;
    let began = Instant::now();
    let source = source(&options.target, opened);
    let Found { folder, resumed } = ExportFolder::open(&options.out, &source, options.segments, &opened.store)?;
    let folder = Arc::new(folder);
    if resumed {
        eprintln!("Going on with {}", folder.path().display());
    }
    let read = tokio::select! {
        read = read_all(options, &opened.store, &folder) => Some(read?),
        () = interrupted => None,
    };
    let Some(parts) = read else {
        eprintln!("\nStopped. The same command goes on from here.");
        return Ok(End::Interrupted);
    };
    let ended = opened.store.clock().now();
    let total = tokio::task::spawn_blocking({
        let folder = Arc::clone(&folder);
        move || manifest::finish(&folder, &parts, ended)
    });
    let total = outcome(total.await).await?;
    tell(&total, &opened.place, began.elapsed());
    let path = folder.path();
    let printed = print(format!("{}\n", path.display()).as_bytes());
    printed.map_err(|source| ExportError::File { path: "the standard output".to_owned(), source })?;
    Ok(End::Finished(path.to_owned()))
}

/// What a task came to. Its panic goes on here. Tasks are cancelled only when the program ends, which ends this wait too.
async fn outcome<T>(joined: Result<T, JoinError>) -> T {
    match joined.map_err(JoinError::try_into_panic) {
        Ok(value) => value,
        Err(Ok(panic)) => std::panic::resume_unwind(panic),
        Err(Err(_cancelled)) => pending().await,
    }
}

/// Which table it is, so that no export goes on with another one.
fn source(target: &Target, opened: &Opened) -> String {
    // The embedded table is the same one whoever runs its engine.
    let place = opened.place.split(", through ").next().unwrap_or_default();
    let [region, profile] = [&target.region, &target.profile].map(|word| word.as_deref().unwrap_or("-"));
    format!("{} at {place}, region {region}, profile {profile}", opened.store.table().name())
}

async fn read_all(options: &Export, store: &Store, folder: &Arc<ExportFolder>) -> Result<Vec<Done>, ExportError> {
    let pace = options.rcu_per_second.map(|units| {
        let burst = units.max(NonZeroU32::new(DEAREST_PAGE).expect("not zero"));
        Arc::new(Pace::direct_with_clock(Quota::per_second(units).allow_burst(burst), MonotonicClock))
    });
    let bar = progress(folder.segments());
    let mut tasks = JoinSet::new();
    for number in 0..folder.segments() {
        let segment = segment::Segment::open(folder, number)?;
        tasks.spawn(segment.read(store.clone(), folder.segments(), pace.clone(), bar.clone()));
    }
    let mut parts = Vec::new();
    // The first failure ends the others, each after a whole page.
    while let Some(part) = tasks.join_next().await {
        parts.push(outcome(part).await?);
    }
    bar.finish_and_clear();
    parts.sort_by_key(|part| part.number);
    Ok(parts)
}

/// Shown on a terminal only. How many items there will be nobody knows: the table counts them every six hours.
fn progress(segments: u32) -> ProgressBar {
    let bar = ProgressBar::no_length();
    let template = format!("{{spinner}} {{human_pos}} items read ({{per_sec}}), {{elapsed}}, {segments} parts");
    bar.set_style(ProgressStyle::with_template(&template).expect("the template is one"));
    bar.enable_steady_tick(Duration::from_millis(120));
    bar
}

fn tell(total: &manifest::Total, place: &str, took: Duration) {
    eprintln!(
        "{} items from {place} in {}\n  read     {} requests, {} RCU\n  written  {} files, {}, of {} of items",
        HumanCount(total.items),
        HumanDuration(took),
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
    async fn a_task_that_is_cancelled_at_the_end_of_the_program_makes_no_panic() {
        let task = tokio::spawn(pending::<()>());
        task.abort();
        let cancelled = task.await;
        assert!(cancelled.is_err());
        let mut waiting = pin!(outcome(cancelled));
        assert!(waiting.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    }

    #[tokio::test]
    #[should_panic(expected = "a page that cannot be kept")]
    async fn the_panic_of_a_task_goes_on_where_it_is_waited_for() {
        let task = tokio::spawn(async { panic!("a page that cannot be kept") });
        outcome::<()>(task.await).await;
    }
}
