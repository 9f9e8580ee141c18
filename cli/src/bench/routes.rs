//! `bench routes`: requests a second, latency and time on a processor, for each kind of request.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use clap::Args;
use model::without_access_key;

use super::BenchError;
use super::client::{self, Client};
use super::figures::{Figures, Spread, count, millis, percentile};
use super::scenarios::{Plan, SCENARIOS, Scenario};
use super::scene::{Processor, Scene};
use crate::grid::Grid;
use crate::picture::Bars;
use crate::store_choice::StoreChoice;

/// The options of `bench routes`.
#[derive(Clone, Debug, Args)]
pub(super) struct Routes {
    /// The location of the table: `embedded`, or the URL of an engine such as DynamoDB Local.
    #[arg(long, default_value = "embedded", value_name = "STORE", value_parser = store)]
    store: StoreChoice,
    /// The number of concurrent connections.
    #[arg(long, default_value_t = 8, value_name = "COUNT", value_parser = clap::value_parser!(u16).range(1..=16))]
    connections: u16,
    /// The number of calls of each connection in a round.
    #[arg(long, default_value_t = 100, value_name = "COUNT", value_parser = clap::value_parser!(u16).range(1..=1_000))]
    calls: u16,
    /// The number of rounds. The figures are medians of the rounds, with the lowest and the highest.
    #[arg(long, default_value_t = 5, value_name = "COUNT", value_parser = clap::value_parser!(u16).range(1..=99))]
    rounds: u16,
    /// Only requests whose name contains this text. Can be repeated.
    #[arg(long, value_name = "NAME")]
    only: Vec<String>,
}

fn store(text: &str) -> Result<StoreChoice, String> {
    match text.parse() {
        Ok(store @ (StoreChoice::Embedded | StoreChoice::Url(_))) => Ok(store),
        _ => Err("expected `embedded`, or a URL such as http://127.0.0.1:8000".to_owned()),
    }
}

impl Routes {
    /// The section of docs/figures.md.
    pub(super) const fn section(&self) -> &'static str {
        if matches!(self.store, StoreChoice::Url(_)) { "routes-url" } else { "routes" }
    }
}

/// One round of a kind of request.
struct Round {
    per_second: f64,
    p50: f64,
    p99: f64,
    /// Milliseconds per request.
    server: Option<f64>,
    engine: Option<f64>,
}

/// Measures every kind of request, round by round: a busy moment of the machine then falls on all kinds.
///
/// # Errors
/// If the server does not start or a request fails.
pub(super) async fn measure(options: &Routes) -> Result<Figures, BenchError> {
    let chosen = chosen(&options.only)?;
    let scene = Scene::start(&options.store).await?;
    let plan =
        Plan { url: scene.url().to_owned(), connections: options.connections.into(), calls: options.calls.into() };
    // The first requests of a process open connections and fill caches.
    Client::with_account(&plan.url).await?;
    let mut rounds: Vec<Vec<Round>> = chosen.iter().map(|_| Vec::new()).collect();
    for number in 1..=options.rounds {
        for (scenario, of_scenario) in chosen.iter().zip(&mut rounds) {
            eprintln!("round {number} of {}: {}", options.rounds, scenario.name);
            of_scenario.push(round(&scene, &plan, scenario).await?);
        }
    }
    let rows = chosen.iter().zip(&rounds).map(|(scenario, rounds)| row(scenario, rounds)).collect();
    let bar = |(scenario, rounds): (&&Scenario, &Vec<Round>)| {
        let median = Spread::of(rounds.iter().map(|round| round.per_second)).median;
        (scenario.name.to_owned(), median, format!("{median:.0}"))
    };
    let bars = chosen.iter().zip(&rounds).map(bar).collect();
    let heads = &["request", "a second", "p50 ms", "p99 ms", "server CPU ms", "engine CPU ms"];
    let (mut command, title) = match &options.store {
        StoreChoice::Url(url) => (format!("routes --store {}", without_access_key(url)), "On an engine at a URL"),
        _ => ("routes".to_owned(), "On the embedded engine"),
    };
    let _ = write!(command, " --connections {} --calls {} --rounds {}", plan.connections, plan.calls, options.rounds);
    for name in &options.only {
        let _ = write!(command, " --only '{name}'");
    }
    Ok(Figures {
        name: options.section(),
        command,
        explanation: explanation(options),
        grids: vec![(title.to_owned(), Grid { heads, numbers: 1, rows })],
        picture: Some(Bars { title: format!("Requests a second, {} connections", plan.connections), bars }),
    })
}

fn explanation(options: &Routes) -> String {
    format!(
        "{} connections send the same kind of request, each one request after another. A figure is the median of {} \
         rounds, with the lowest and the highest round. The time on a processor is per request: of the process with \
         the handlers, the SDK and the offline reviewer, and of the process with the engine.",
        options.connections, options.rounds
    )
}

fn chosen(only: &[String]) -> Result<Vec<&'static Scenario>, BenchError> {
    for given in only {
        if !SCENARIOS.iter().any(|scenario| scenario.name.contains(given)) {
            let names: Vec<&str> = SCENARIOS.iter().map(|scenario| scenario.name).collect();
            return Err(BenchError::UnknownScenario { given: given.clone(), names: names.join(", ") });
        }
    }
    let is_chosen = |scenario: &&Scenario| only.is_empty() || only.iter().any(|given| scenario.name.contains(given));
    Ok(SCENARIOS.iter().filter(is_chosen).collect())
}

async fn round(scene: &Scene, plan: &Plan, scenario: &Scenario) -> Result<Round, BenchError> {
    let plan = Plan { calls: (plan.calls / scenario.one_of).max(1), ..plan.clone() };
    let queues = (scenario.prepare)(&plan).await?;
    let (before, began) = (scene.processor(), Instant::now());
    let mut times = client::run(queues).await?;
    let (took, used) = (began.elapsed(), scene.processor().since(before));
    Ok(Round::of(&mut times, took, used))
}

impl Round {
    fn of(times: &mut [Duration], took: Duration, used: Processor) -> Self {
        times.sort_unstable();
        let count = count(times);
        let per_call = |used: Option<Duration>| used.map(|used| millis(used) / count);
        Self {
            per_second: count / took.as_secs_f64(),
            p50: millis(percentile(times, 0.5)),
            p99: millis(percentile(times, 0.99)),
            server: per_call(used.server),
            engine: per_call(used.engine),
        }
    }
}

fn row(scenario: &Scenario, rounds: &[Round]) -> Vec<String> {
    let spread = |of: fn(&Round) -> f64, decimals| Spread::of(rounds.iter().map(of)).shown(decimals);
    let known = |of: fn(&Round) -> Option<f64>| {
        let values: Option<Vec<f64>> = rounds.iter().map(of).collect();
        values.map_or_else(|| "unknown".to_owned(), |values| Spread::of(values).shown(2))
    };
    vec![
        format!("{}: `{}`", scenario.name, scenario.route),
        spread(|round| round.per_second, 0),
        spread(|round| round.p50, 1),
        spread(|round| round.p99, 1),
        known(|round| round.server),
        known(|round| round.engine),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_of_a_name_chooses_scenarios_and_an_unknown_one_is_refused() {
        let names = |only: &[&str]| {
            let only: Vec<String> = only.iter().map(|&name| name.to_owned()).collect();
            chosen(&only).map(|chosen| chosen.iter().map(|scenario| scenario.name).collect::<Vec<_>>())
        };
        assert_eq!(names(&["save"]).unwrap().len(), 3);
        assert_eq!(names(&[]).unwrap().len(), SCENARIOS.len());
        assert_eq!(names(&["health", "ask"]).unwrap(), ["health", "ask"]);
        assert!(matches!(names(&["save", "fly"]), Err(BenchError::UnknownScenario { given, .. }) if given == "fly"));
    }
}
