//! `codesensei seed`: puts data into a table.

use std::fmt::Write as _;
use std::io::{IsTerminal as _, stderr};
use std::num::{NonZeroU32, NonZeroUsize};
use std::time::Instant;

use clap::Args;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::crowd::load::Outcome;
use super::{Crowd, PASSWORD, Rate, Shape, SignIn, Stop, Tally, load_people_until, people_count};
use crate::Failure;
use crate::interruption::interruption;
use crate::output::print;
use crate::target::{INTERRUPTED, Interruption, Opened, Target};

const EXAMPLES: &str = "\
Examples:
  codesensei seed                       the people of seed/, into the table that `codesensei` serves
  codesensei seed --users 1000          a thousand made-up accounts with all that is in them
  codesensei seed --users 10000 --sessions-per-user 20 --concurrency 16
  codesensei seed --users 500 --store http://127.0.0.1:8000 --wcu-per-second 200
  codesensei seed --users 500 --store aws --table reviews-test --wcu-per-second 1000 --yes

Ids and times are fixed, all in September 2026: the same command makes the same table. What is there
already is not written again, so a second run writes nothing, and after Ctrl-C the same command goes
on where it stopped.

All of them sign in with the password Review-me-2026; on AWS no password works. To list the made-up people:
  codesensei query list_signups --signup-date 2026-09-20 --show-pii";

/// What to put into which table.
#[derive(Clone, Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Seed {
    /// Write to a table on AWS, which is refused without it.
    #[arg(long)]
    pub yes: bool,
    /// The table.
    #[command(flatten)]
    pub target: Target,
    /// The made-up accounts.
    #[command(flatten, next_help_heading = "Made-up accounts")]
    pub shape: Shape,
    /// How many accounts are written at the same time.
    #[arg(long, value_name = "COUNT", default_value = "8", requires = "users")]
    pub concurrency: NonZeroUsize,
    /// How many write capacity units a second may be consumed; without it, as many as the table takes.
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
    #[error(
        "stopped with {written} of {users} accounts written; give the same command again, and it goes on from here"
    )]
    Loading {
        /// Accounts that are all there.
        written: u32,
        /// Accounts asked for.
        users: u32,
    },
}

/// Fills the table and says what that took.
///
/// # Errors
/// When there is no such table or it does not take the data, and [`Interrupted`] after Ctrl-C.
pub async fn run(seed: &Seed) -> Result<(), Failure> {
    seed.target.run_to_its_end(async |opened, interrupted| load(seed, opened, interrupted).await).await
}

async fn load(seed: &Seed, opened: &Opened, mut interrupted: Interruption) -> Result<(), Failure> {
    if opened.is_on_aws() && !seed.yes {
        return Err(format!(
            "this would write made-up data to the table {} on AWS; pass --yes if the table is for that",
            opened.store.table().name()
        )
        .into());
    }
    // Two loads of the same people at once would count what they did twice.
    let _turn = tokio::select! {
        turn = opened.turn("seed") => turn?,
        () = &mut interrupted => return Err(Interrupted::Waiting.into()),
    };
    opened.create_table_if_absent().await?;
    let sign_in = if opened.is_on_aws() { SignIn::Nobody } else { SignIn::WithThePassword };
    let (stop, begun) = (Stop::default(), Instant::now());
    let listening = tokio::spawn(stop_when_asked(stop.clone(), interrupted));
    let (loaded, users) = if let Some(users) = seed.shape.users {
        (crowd(seed, opened, sign_in, stop).await, users)
    } else {
        (load_people_until(&opened.store, sign_in, &stop).await.map_err(Failure::from), people_count())
    };
    listening.abort();
    let Outcome { tally, written, there, is_complete } = loaded?;
    let mut text = report(&tally, begun, opened, is_complete);
    if there > 0 {
        let _ = writeln!(text, "{there} of the accounts were there already, and were left as they are.");
    }
    if seed.shape.users.is_none() && is_complete && sign_in == SignIn::WithThePassword {
        let _ = writeln!(text, "All of them sign in with the password {PASSWORD}.");
    }
    print(text.as_bytes())?;
    if is_complete { Ok(()) } else { Err(Interrupted::Loading { written: written + there, users }.into()) }
}

async fn crowd(seed: &Seed, opened: &Opened, sign_in: SignIn, stop: Stop) -> Result<Outcome, Failure> {
    opened.expect_many_writes()?;
    let crowd = Crowd {
        shape: seed.shape.clone(),
        sign_in,
        concurrency: seed.concurrency,
        rate: Rate::per_second(seed.wcu_per_second),
        progress: progress(),
    };
    Ok(crowd.load(&opened.store, stop).await?)
}

fn report(tally: &Tally, begun: Instant, opened: &Opened, is_complete: bool) -> String {
    for left in tally.left() {
        eprintln!("left as it is: {left}");
    }
    // Beside the data, since it differs in every run.
    eprintln!("{}", tally.speed(begun.elapsed()));
    let (table, place) = (opened.store.table().name(), &opened.place);
    match (tally.items(), is_complete) {
        (0, true) => format!("Nothing to write: all of it is in the table {table} ({place}) already.\n"),
        (0, false) => String::new(),
        _ => format!("{}\nWritten to the table {table} ({place}).\n", tally.summary()),
    }
}

/// The first time, the people at hand are finished; the second time there is no waiting.
async fn stop_when_asked(stop: Stop, interrupted: Interruption) {
    interrupted.await;
    stop.ask();
    eprintln!("finishing the accounts at hand; Ctrl-C again to stop at once");
    // Heard from here on: a listener made earlier would have heard the first time too.
    let Ok(again) = interruption() else { return };
    again.await;
    eprintln!("stopped; give the same command again, and it goes on from here");
    std::process::exit(INTERRUPTED.into());
}

/// A bar on a terminal, and nothing elsewhere.
fn progress() -> ProgressBar {
    if !stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{bar:30} {human_pos}/{human_len} accounts, {msg}, {elapsed}, {eta} left");
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
    bar.with_style(style.expect("the template is one"))
}
