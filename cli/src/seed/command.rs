//! `codesensei seed`: loads sample data into a table.

use std::fmt::Write as _;
use std::io::{IsTerminal as _, stderr};
use std::num::{NonZeroU32, NonZeroUsize};
use std::time::Instant;

use clap::Args;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::{Crowd, LoadReport, PASSWORD, Rate, SeedLogin, Shape, Stop, Tally, load_people_until, people_count};
use crate::Failure;
use crate::interruption::interruption;
use crate::output::print;
use crate::target::{INTERRUPTED, Interruption, OpenTable, Target};

const EXAMPLES: &str = "\
Examples:
  codesensei seed                       the people of seed/, into the table of `codesensei serve`
  codesensei seed --users 1000          a thousand generated accounts with their data
  codesensei seed --users 10000 --sessions-per-user 20 --concurrency 16
  codesensei seed --users 500 --store http://127.0.0.1:8000 --wcu-per-second 200
  codesensei seed --users 500 --store aws --table reviews-test --wcu-per-second 1000 --yes

Ids and times are fixed, all in September 2026: the same command creates the same data. Existing
data is not written again: a second run writes nothing, and after Ctrl-C the same command continues
where it stopped.

The password of all accounts is Review-me-2026; on AWS no password works. To list generated users:
  codesensei query list_signups --signup-date 2026-09-20 --show-pii";

/// The options of `seed`.
#[derive(Clone, Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Seed {
    /// Allow writes to a table on AWS.
    #[arg(long)]
    pub yes: bool,
    /// The table.
    #[command(flatten)]
    pub target: Target,
    /// The generated accounts.
    #[command(flatten, next_help_heading = "Generated accounts")]
    pub shape: Shape,
    /// The number of accounts to write in parallel.
    #[arg(long, value_name = "COUNT", default_value = "8", requires = "users")]
    pub concurrency: NonZeroUsize,
    /// The maximum of write capacity units per second. Default: unlimited.
    #[arg(long, value_name = "UNITS", requires = "users")]
    pub wcu_per_second: Option<NonZeroU32>,
}

/// Ctrl-C stopped the load.
#[derive(Debug, thiserror::Error)]
pub enum Interrupted {
    /// While it waited for another load.
    #[error("stopped before anything was written")]
    Waiting,
    /// Before the last account.
    #[error("stopped with {written} of {users} accounts written; run the same command to continue")]
    Loading {
        /// The number of complete accounts.
        written: u32,
        /// The number of requested accounts.
        users: u32,
    },
}

/// Loads the data and prints a summary.
///
/// # Errors
/// If the table does not exist or refuses the data, and [`Interrupted`] after Ctrl-C.
pub async fn run(seed: &Seed) -> Result<(), Failure> {
    seed.target.run_interruptible(async |opened, interrupted| load(seed, opened, interrupted).await).await
}

async fn load(seed: &Seed, opened: &OpenTable, mut interrupted: Interruption) -> Result<(), Failure> {
    if opened.is_on_aws() && !seed.yes {
        return Err(format!(
            "the table {} is on AWS; pass --yes to write sample data to it",
            opened.store.table().name()
        )
        .into());
    }
    // Two concurrent loads of the same people would count their usage twice.
    let _turn = tokio::select! {
        turn = opened.lock_command("seed") => turn?,
        () = &mut interrupted => return Err(Interrupted::Waiting.into()),
    };
    opened.create_table_if_absent().await?;
    let sign_in = if opened.is_on_aws() { SeedLogin::Disabled } else { SeedLogin::SharedPassword };
    let (stop, started) = (Stop::default(), Instant::now());
    let listening = tokio::spawn(stop_when_asked(stop.clone(), interrupted));
    let (loaded, users) = if let Some(users) = seed.shape.users {
        (crowd(seed, opened, sign_in, stop).await, users)
    } else {
        (load_people_until(&opened.store, sign_in, &stop).await.map_err(Failure::from), people_count())
    };
    listening.abort();
    let LoadReport { tally, written, existing, is_complete } = loaded?;
    let mut text = report(&tally, started, opened, is_complete);
    if existing > 0 {
        let _ = writeln!(text, "{existing} of the accounts already existed and were not changed.");
    }
    if seed.shape.users.is_none() && is_complete && sign_in == SeedLogin::SharedPassword {
        let _ = writeln!(text, "The password of all accounts is {PASSWORD}.");
    }
    print(text.as_bytes())?;
    if is_complete { Ok(()) } else { Err(Interrupted::Loading { written: written + existing, users }.into()) }
}

async fn crowd(seed: &Seed, opened: &OpenTable, sign_in: SeedLogin, stop: Stop) -> Result<LoadReport, Failure> {
    opened.prepare_bulk_load()?;
    let crowd = Crowd {
        shape: seed.shape.clone(),
        sign_in,
        concurrency: seed.concurrency,
        rate: Rate::per_second(seed.wcu_per_second),
        progress: progress(),
    };
    Ok(crowd.load(&opened.store, stop).await?)
}

fn report(tally: &Tally, started: Instant, opened: &OpenTable, is_complete: bool) -> String {
    for skipped in tally.skipped() {
        eprintln!("not changed: {skipped}");
    }
    // On standard error, because it differs in every run.
    eprintln!("{}", tally.speed(started.elapsed()));
    let (table, location) = (opened.store.table().name(), &opened.location);
    match (tally.items(), is_complete) {
        (0, true) => format!("Nothing to write: the table {table} ({location}) already has all of the data.\n"),
        (0, false) => String::new(),
        _ => format!("{}\nWritten to the table {table} ({location}).\n", tally.summary()),
    }
}

/// The first Ctrl-C completes the current accounts; the second one ends the process at once.
async fn stop_when_asked(stop: Stop, interrupted: Interruption) {
    interrupted.await;
    stop.request();
    eprintln!("completing the current accounts; press Ctrl-C again to stop at once");
    // Created only now: an earlier listener would have received the first Ctrl-C too.
    let Ok(again) = interruption() else { return };
    again.await;
    eprintln!("stopped; run the same command to continue");
    std::process::exit(INTERRUPTED.into());
}

/// A progress bar on a terminal, and nothing elsewhere.
fn progress() -> ProgressBar {
    if !stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{bar:30} {human_pos}/{human_len} accounts, {msg}, {elapsed}, {eta} left");
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
    bar.with_style(style.expect("the template is valid"))
}
