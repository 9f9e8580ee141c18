//! The scenarios, their sizes, and their order in a run.

use std::str::FromStr;
use std::sync::Arc;

use crate::client::Http;
use crate::error::TortureError;
use crate::proxy::Planted;
use crate::report::{Report, ScenarioReport};
use crate::secrets::Secrets;
use crate::world::{Setup, Shared};

mod kills;
mod saves;

/// A scenario.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scenario {
    /// Concurrent saves of the same sessions, with faults of the store.
    Saves,
    /// Kills at each request of each action.
    Kills,
}

/// The sizes of the scenarios.
#[derive(Clone, Copy, Debug)]
pub struct Scale {
    /// Saves that are sent.
    pub saves: u64,
    /// Concurrent writers.
    pub writers: u64,
    /// Sessions that the writers share.
    pub sessions: u64,
    /// Kills of each action; at most two for each of its requests.
    pub kill_points: u64,
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
    /// A violation that the store proxy plants, to show that the run finds it.
    pub planted: Option<Planted>,
    /// The command that repeats the run.
    pub command: String,
}

impl Scenario {
    /// Every scenario.
    pub const ALL: [Self; 2] = [Self::Saves, Self::Kills];

    /// The word of the command line.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Saves => "saves",
            Self::Kills => "kills",
        }
    }

    async fn run(self, shared: &Shared, scale: &Scale) -> Result<ScenarioReport, TortureError> {
        match self {
            Self::Saves => saves::run(shared, scale).await,
            Self::Kills => kills::run(shared, scale).await,
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
    /// Some seconds for each scenario, in a debug build.
    pub const QUICK: Self = Self { saves: 600, writers: 16, sessions: 3, kill_points: 2 };
    /// The sizes of the published figures.
    pub const FULL: Self = Self { saves: 10_000, writers: 64, sessions: 10, kill_points: 100 };
}

/// Runs the scenarios one after another, and reports each before it starts.
///
/// # Errors
/// When the server under test does not start, or the store fails without a planned fault.
pub async fn run(setup: Setup, settings: Settings, mut progress: impl FnMut(Scenario)) -> Result<Report, TortureError> {
    let Settings { seed, scenarios, scale, planted, command } = settings;
    let shared = Shared { setup, seed, planted, http: Http::new(), secrets: Arc::new(Secrets::new(seed)) };
    let mut reports = Vec::new();
    for scenario in scenarios {
        progress(scenario);
        reports.push(scenario.run(&shared, &scale).await?);
    }
    Ok(Report { seed, command, scenarios: reports })
}
