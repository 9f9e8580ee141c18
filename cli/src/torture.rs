//! `codesensei torture`: load and faults on this program, with a checker for each promise.

use std::io::{IsTerminal as _, stderr};
use std::path::{Path, PathBuf};

use bedrock_local::LocalBedrock;
use clap::builder::{PossibleValuesParser, TypedValueParser as _};
use clap::error::ErrorKind;
use clap::{Args, Command, ValueEnum};
use torture::{Planted, Scale, Scenario, Settings, Setup};

use crate::Failure;
use crate::engine::Engine;
use crate::error::Stopped;
use crate::interruption::interruption;
use crate::output::print;
use crate::{private_files, section};

mod published;

/// The options of `torture`.
#[derive(Clone, Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Torture {
    /// The scenarios to run; all if none is named.
    #[arg(value_name = "SCENARIO", value_parser = scenarios())]
    scenarios: Vec<Scenario>,
    /// The sizes of the scenarios: `quick` takes some minutes, `full` some 20 minutes.
    #[arg(long, value_enum, default_value = "quick")]
    scale: ScaleWord,
    /// The seed of the faults and of the requests. Default: a random one, which the summary prints.
    #[arg(long)]
    seed: Option<u64>,
    /// The number of saves.
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u64).range(1..))]
    saves: Option<u64>,
    /// The number of concurrent writers of the saves.
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u64).range(1..))]
    writers: Option<u64>,
    /// The number of kills of each action; at most two for each of its requests.
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u64).range(1..))]
    kill_points: Option<u64>,
    /// The number of repeated questions.
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u64).range(1..))]
    questions: Option<u64>,
    /// The number of concurrent users of the mixed load.
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u64).range(1..))]
    users: Option<u64>,
    /// The duration of the mixed load. Then it runs beside sign-ins for as long, but at most two minutes.
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..))]
    seconds: Option<u64>,
    /// A DynamoDB endpoint on this machine, such as DynamoDB Local, instead of an embedded engine in memory. Each
    /// scenario creates a table there.
    #[arg(long, value_name = "URL", value_parser = local_url)]
    store: Option<String>,
    /// Makes the store violate its promises, to show that the run finds it: the exit code is then 1.
    #[arg(long, value_name = "VIOLATION", value_parser = violations())]
    planted: Option<Planted>,
    /// Print the summary as JSON.
    #[arg(long)]
    json: bool,
    /// Print the summary as Markdown, as in docs/figures.md.
    #[arg(long, conflicts_with = "json")]
    markdown: bool,
    /// Replace the section of these figures between its markers in this file, besides the summary.
    #[arg(long, value_name = "FILE")]
    update: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum ScaleWord {
    /// For every change.
    Quick,
    /// For published figures.
    Full,
}

const EXAMPLES: &str = "\
Scenarios, in the order of a run:
  saves       concurrent writers save the same sessions while the store fails and the server is killed
  kills       the server is killed at each request of each action, before and after it is applied
  questions   clients repeat questions while connections break and the server is killed
  limits      concurrent requests at each limit: sessions, threads, messages, rate
  throttling  the store throttles some requests, then all
  load        a mixed load without faults, then with many sign-ins beside it
  reviewer    the connection to the model fails in every way
  big         one user has large files
  secrets     at the end of every run: no output of a server contains a secret or a token

Examples:
  codesensei torture                                  every scenario, some minutes
  codesensei torture saves kills --seed 7             two scenarios with the faults of seed 7
  codesensei torture --scale full                     large sizes, some 20 minutes
  codesensei torture load --users 200 --seconds 60
  codesensei torture saves --planted lost-write       a store that loses writes: the exit code is 1
  codesensei torture --store http://127.0.0.1:8000    on DynamoDB Local

The server under test is this program, as a child process. A proxy before the store and another
before the model inject the faults of a plan, which the seed decides. All sockets are on loopback.
A loss is a broken promise: a lost or duplicated write, a wrong answer, a finding of `verify`.

Exit code 0: no loss. 1: a loss, or the run could not be made. 2: invalid usage.";

fn scenarios() -> impl clap::builder::TypedValueParser<Value = Scenario> {
    PossibleValuesParser::new(Scenario::ALL.map(Scenario::word)).try_map(|word| word.parse::<Scenario>())
}

fn violations() -> impl clap::builder::TypedValueParser<Value = Planted> {
    PossibleValuesParser::new(Planted::ALL.map(Planted::word)).try_map(|word| word.parse::<Planted>())
}

/// The run kills processes and injects faults, so it refuses endpoints of other machines.
fn local_url(text: &str) -> Result<String, String> {
    let url: Option<axum::http::Uri> = text.parse().ok();
    let host = url.filter(|url| url.scheme_str() == Some("http")).and_then(|url| Some(url.host()?.to_owned()));
    let is_local = host.is_some_and(|host| host == "127.0.0.1" || host == "localhost");
    if is_local { Ok(text.to_owned()) } else { Err("expected a URL such as http://127.0.0.1:8000".to_owned()) }
}

/// Runs the command. Returns whether no loss was found.
///
/// # Errors
/// If the run could not be made.
pub async fn run(options: &Torture) -> Result<bool, Failure> {
    options.check_planted();
    if let Some(path) = &options.update {
        // Before the run, which takes long.
        section::check(path, published::SECTION)?;
    }
    let folder = RunFolder::create()?;
    let engine = match options.store {
        Some(_) => None,
        None => Some(Engine::in_memory().await?),
    };
    let store =
        engine.as_ref().map_or_else(|| options.store.clone().unwrap_or_default(), |engine| engine.url().to_owned());
    let model = LocalBedrock::start()?;
    let program = std::env::current_exe()?;
    let setup = Setup { program, store, model: model.url.clone(), folder: folder.0.clone() };
    let is_coloured = stderr().is_terminal();
    let report = torture::run(setup, options.settings(), |scenario| {
        if is_coloured { eprintln!("\u{1b}[1m{scenario}\u{1b}[0m") } else { eprintln!("{scenario}") }
    });
    let report = tokio::select! {
        report = report => report?,
        () = interruption()? => return Err(Stopped.into()),
    };
    let text = if options.json {
        format!("{:#}\n", report.to_json())
    } else if options.markdown {
        published::markdown(&report)
    } else {
        report.to_text()
    };
    print(text.as_bytes())?;
    if let Some(path) = &options.update {
        section::update(path, published::SECTION, &published::markdown(&report))?;
    }
    Ok(report.losses() == 0)
}

impl Torture {
    /// Exits with a usage error if no scenario of the run is sure to find the planted violation: without a loss, the
    /// run would look like a proof.
    fn check_planted(&self) {
        let Some(planted) = self.planted.filter(|_| !self.scenarios.is_empty()) else { return };
        let shown_by = planted.shown_by();
        if !self.scenarios.iter().any(|scenario| shown_by.contains(scenario)) {
            let names: Vec<&str> = shown_by.iter().map(|scenario| scenario.word()).collect();
            let text = format!(
                "none of these scenarios is sure to find the violation {}; add one of: {}",
                planted.word(),
                names.join(", "),
            );
            Self::augment_args(Command::new("codesensei torture")).error(ErrorKind::ArgumentConflict, text).exit();
        }
    }

    fn settings(&self) -> Settings {
        let seed = self.seed.unwrap_or_else(|| rand::random::<u32>().into());
        let scale = match self.scale {
            ScaleWord::Quick => Scale::QUICK,
            ScaleWord::Full => Scale::FULL,
        };
        let scale = Scale {
            saves: self.saves.unwrap_or(scale.saves),
            writers: self.writers.unwrap_or(scale.writers),
            kill_points: self.kill_points.unwrap_or(scale.kill_points),
            questions: self.questions.unwrap_or(scale.questions),
            users: self.users.unwrap_or(scale.users),
            load_seconds: self.seconds.unwrap_or(scale.load_seconds),
            ..scale
        };
        let scenarios = if self.scenarios.is_empty() { Scenario::ALL.to_vec() } else { self.scenarios.clone() };
        Settings { seed, scenarios, scale, planted: self.planted, command: self.command(seed) }
    }

    /// The command that repeats the run.
    fn command(&self, seed: u64) -> String {
        let mut words = vec!["codesensei torture".to_owned()];
        words.extend(self.scenarios.iter().map(|scenario| scenario.word().to_owned()));
        if self.scale == ScaleWord::Full {
            words.push("--scale full".to_owned());
        }
        for (option, count) in [
            ("--saves", self.saves),
            ("--writers", self.writers),
            ("--kill-points", self.kill_points),
            ("--questions", self.questions),
            ("--users", self.users),
            ("--seconds", self.seconds),
        ] {
            words.extend(count.map(|count| format!("{option} {count}")));
        }
        words.extend(self.store.as_ref().map(|url| format!("--store {url}")));
        words.extend(self.planted.map(|planted| format!("--planted {}", planted.word())));
        words.push(format!("--seed {seed}"));
        words.join(" ")
    }
}

/// A folder of this run, which is removed at its end.
struct RunFolder(PathBuf);

impl RunFolder {
    fn create() -> std::io::Result<Self> {
        let path = std::env::temp_dir().join(format!("codesensei-torture-{:016x}", rand::random::<u64>()));
        private_files::create_folder(&path)?;
        Ok(Self(path))
    }
}

impl Drop for RunFolder {
    fn drop(&mut self) {
        let path: &Path = &self.0;
        // The system removes temporary folders too.
        let _ = std::fs::remove_dir_all(path);
    }
}
