//! The scenarios, their sizes, and their order in a run.

use std::collections::BTreeMap;
use std::ops::Range;
use std::str::FromStr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::client::Http;
use crate::error::TortureError;
use crate::proxy::Planted;
use crate::report::{Report, ScenarioReport};
use crate::secrets::Secrets;
use crate::world::{Setup, Shared};

mod big;
mod kills;
mod limits;
mod load;
mod questions;
mod reviewer;
mod saves;
mod throttling;

/// A scenario.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scenario {
    /// Concurrent saves of the same sessions, with faults of the store and kills.
    Saves,
    /// Kills at each request of each action.
    Kills,
    /// Repeated questions over broken connections, with a kill.
    Questions,
    /// Races at each limit.
    Limits,
    /// A throttled store.
    Throttling,
    /// Mixed load without faults, and sign-ins beside it.
    Load,
    /// Faults between the server and the model.
    Reviewer,
    /// Large files of one user.
    Big,
}

/// The sizes of the scenarios.
#[derive(Clone, Debug)]
pub struct Scale {
    /// Saves that are sent.
    pub saves: u64,
    /// Concurrent writers of the saves.
    pub writers: u64,
    /// Sessions that the writers share.
    pub sessions: u64,
    /// Kills of each action; at most two for each of its requests.
    pub kill_points: u64,
    /// Questions that are repeated.
    pub questions: u64,
    /// Concurrent requests at each limit.
    pub races: u64,
    /// Seconds with 30 % throttled requests, and then with all requests throttled.
    pub throttled_seconds: u64,
    /// Concurrent users of the mixed load.
    pub users: u64,
    /// The pauses of a user of the mixed load between two requests.
    pub pauses: Range<Duration>,
    /// Seconds of the mixed load alone. Then it runs beside sign-ins for as long, but at most two minutes.
    pub load_seconds: u64,
    /// Sign-ins a second that are offered beside the mixed load.
    pub sign_ins_per_second: u64,
    /// Large sessions of one user.
    pub big_sessions: u64,
    /// Bytes of each large session.
    pub big_bytes: u64,
    /// Threads of one of the large sessions.
    pub big_threads: u64,
    /// Notes in one of these threads, of 5,000 characters each.
    pub big_notes: u64,
}

/// The settings of a run.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The seed of all plans.
    pub seed: u64,
    /// The scenarios, in order.
    pub scenarios: Vec<Scenario>,
    /// Their sizes.
    pub scale: Scale,
    /// A violation that the store's proxy plants, to show that the run finds it.
    pub planted: Option<Planted>,
    /// The command that repeats the run.
    pub command: String,
}

impl Scenario {
    /// Every scenario.
    pub const ALL: [Self; 8] = [
        Self::Saves,
        Self::Kills,
        Self::Questions,
        Self::Limits,
        Self::Throttling,
        Self::Load,
        Self::Reviewer,
        Self::Big,
    ];

    /// The word of the command line.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Saves => "saves",
            Self::Kills => "kills",
            Self::Questions => "questions",
            Self::Limits => "limits",
            Self::Throttling => "throttling",
            Self::Load => "load",
            Self::Reviewer => "reviewer",
            Self::Big => "big",
        }
    }

    async fn run(self, shared: &Shared, scale: &Scale) -> Result<ScenarioReport, TortureError> {
        match self {
            Self::Saves => saves::run(shared, scale).await,
            Self::Kills => kills::run(shared, scale).await,
            Self::Questions => questions::run(shared, scale).await,
            Self::Limits => limits::run(shared, scale).await,
            Self::Throttling => throttling::run(shared, scale).await,
            Self::Load => load::run(shared, scale).await,
            Self::Reviewer => reviewer::run(shared).await,
            Self::Big => big::run(shared, scale).await,
        }
    }
}

impl FromStr for Scenario {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|scenario| scenario.word() == text);
        found.ok_or_else(|| format!("expected one of {}", Self::ALL.map(Self::word).join(", ")))
    }
}

impl Scale {
    /// About a minute for all scenarios, in a debug build on two cores.
    pub const QUICK: Self = Self {
        saves: 600,
        writers: 16,
        sessions: 3,
        kill_points: 1,
        questions: 60,
        races: 60,
        throttled_seconds: 1,
        users: 10,
        pauses: Duration::ZERO..Duration::from_millis(200),
        load_seconds: 2,
        sign_ins_per_second: 10,
        big_sessions: 2,
        big_bytes: 1024 * 1024,
        big_threads: 2,
        big_notes: 20,
    };
    /// The sizes of the published figures.
    pub const FULL: Self = Self {
        saves: 10_000,
        writers: 64,
        sessions: 10,
        kill_points: 100,
        questions: 10_000,
        races: 200,
        throttled_seconds: 5,
        users: 500,
        pauses: Duration::from_secs(1)..Duration::from_secs(5),
        load_seconds: 600,
        sign_ins_per_second: 50,
        big_sessions: 100,
        big_bytes: 5 * 1024 * 1024,
        big_threads: 50,
        big_notes: 500,
    };
}

impl Planted {
    /// The scenarios that are sure to find this violation. The tests of the command run each.
    #[must_use]
    pub const fn shown_by(self) -> &'static [Scenario] {
        match self {
            Self::LostWrite => &[Scenario::Saves, Scenario::Questions, Scenario::Load],
            Self::RepeatedWrite | Self::OldRead => &[Scenario::Saves, Scenario::Load],
        }
    }
}

/// Runs the scenarios one after another, and then searches the output of all servers for secrets. `progress` is called
/// before each with its name.
///
/// # Errors
/// When the server under test does not start, or the store fails without a planned fault.
pub async fn run(
    setup: Setup,
    settings: Settings,
    mut progress: impl FnMut(&'static str),
) -> Result<Report, TortureError> {
    let Settings { seed, scenarios, scale, planted, command } = settings;
    let shared = Shared { setup, seed, planted, http: Http::new(), secrets: Arc::new(Secrets::new(seed)) };
    let mut reports = Vec::new();
    for scenario in scenarios {
        progress(scenario.word());
        reports.push(scenario.run(&shared, &scale).await?);
    }
    progress("secrets");
    reports.push(search_output(&shared)?);
    Ok(Report { seed, command, scenarios: reports })
}

/// Searches the output of every server of the run for the secrets that clients sent, and for tokens.
fn search_output(shared: &Shared) -> Result<ScenarioReport, TortureError> {
    let (began, mut losses, mut files, mut bytes) = (Instant::now(), Vec::new(), 0, 0);
    for entry in std::fs::read_dir(&shared.setup.folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "log") {
            files += 1;
            bytes += path.metadata()?.len();
            losses.extend(shared.secrets.leaks_in(&path)?);
        }
    }
    if bytes == 0 {
        losses.push("no server wrote any output".to_owned());
    }
    let figures =
        vec![("outputs of servers".to_owned(), files.to_string()), ("bytes of output".to_owned(), bytes.to_string())];
    let (tries, faults, took) = (shared.secrets.made(), BTreeMap::new(), began.elapsed());
    Ok(ScenarioReport { scenario: "secrets", tries, faults, losses, figures, took })
}
