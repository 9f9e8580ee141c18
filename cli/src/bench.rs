//! `codesensei bench`: measures the speed, the memory and the growth of the product on this machine.

use std::fs;
use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::Failure;
use crate::error::{OpenError, Stopped};
use crate::interruption::interruption;
use crate::output::print;
use crate::section;

mod client;
mod figures;
mod growth;
mod memory;
mod process;
mod routes;
mod scenarios;
mod scene;
mod sign_ins;
mod tools;

use figures::Figures;

/// The options of `bench`.
#[derive(Clone, Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Bench {
    /// What to measure.
    #[command(subcommand)]
    subject: Subject,
    /// Print one JSON object.
    #[arg(long, global = true)]
    json: bool,
    /// Print Markdown, as in docs/figures.md.
    #[arg(long, global = true, conflicts_with = "json")]
    markdown: bool,
    /// Replace the section of these figures between its markers in this file, and its picture in the folder `pictures`
    /// beside the file.
    #[arg(long, global = true, value_name = "FILE", conflicts_with_all = ["json", "markdown"])]
    update: Option<PathBuf>,
}

/// What to measure.
#[derive(Clone, Debug, Subcommand)]
enum Subject {
    /// Requests a second, latency, and time on a processor, for each kind of request.
    Routes(routes::Routes),
    /// Memory at rest, under load, while clients send files of 5 MiB, and a minute later.
    Memory(memory::Memory),
    /// The latency of other requests while people sign in, and what abandoned sign-ins cost.
    SignIns(sign_ins::SignIns),
    /// The same requests in small and in large tables.
    Growth(growth::Growth),
    /// Items a second and peak memory of `seed`, `verify` and `export`.
    Tools(tools::Tools),
}

const EXAMPLES: &str = "\
Examples:
  codesensei bench routes                            every kind of request, on the embedded engine
  codesensei bench routes --only save --rounds 9
  codesensei bench routes --store http://127.0.0.1:8000
  codesensei bench memory --update docs/figures.md

Build with `cargo build --release` first: an unoptimised build is several times slower. Each bench
starts its own servers on 127.0.0.1, with data in a temporary folder, and stops them at its end. The
embedded engine runs in a process of its own, so that its share is visible. Leave the machine alone
meanwhile: the figures compare with each other only within one run.";

/// A bench failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BenchError {
    /// The server's process cannot be started.
    #[error("cannot start the server: {0}")]
    Start(#[source] std::io::Error),
    /// The server ended, or did not answer.
    #[error("the server did not start within a minute: {0}")]
    NoServer(String),
    /// The embedded engine cannot be used.
    #[error(transparent)]
    Engine(#[from] OpenError),
    /// A command failed.
    #[error("`codesensei {command}` failed: {reason}")]
    Command {
        /// The subcommand.
        command: String,
        /// What it printed.
        reason: String,
    },
    /// The picture cannot be written.
    #[error("cannot write {}: {source}", path.display())]
    Picture {
        /// The file.
        path: PathBuf,
        /// The error of the operating system.
        source: std::io::Error,
    },
    /// A request had no answer.
    #[error("{call} had no answer: {reason}")]
    NoAnswer {
        /// The method and the path.
        call: String,
        /// The error of the connection.
        reason: String,
    },
    /// A request that must succeed was refused.
    #[error("{call} was answered with {status}")]
    Refused {
        /// The method and the path.
        call: String,
        /// The status.
        status: u16,
    },
    /// No scenario has this name.
    #[error("no request is named like `{given}`; the names are: {names}")]
    UnknownScenario {
        /// The part of a name from the command line.
        given: String,
        /// All names.
        names: String,
    },
}

impl BenchError {
    fn refused(call: &str, status: hyper::StatusCode) -> Self {
        Self::Refused { call: call.to_owned(), status: status.as_u16() }
    }
}

impl Subject {
    /// The section of docs/figures.md.
    fn section(&self) -> &'static str {
        match self {
            Self::Routes(routes) => routes.section(),
            Self::Memory(_) => "memory",
            Self::SignIns(_) => "sign-ins",
            Self::Growth(_) => "growth",
            Self::Tools(_) => "tools",
        }
    }

    async fn measure(&self) -> Result<Figures, BenchError> {
        match self {
            Self::Routes(routes) => routes::measure(routes).await,
            Self::Memory(memory) => memory::measure(memory).await,
            Self::SignIns(sign_ins) => sign_ins::measure(sign_ins).await,
            Self::Growth(growth) => growth::measure(growth).await,
            Self::Tools(tools) => tools::measure(tools).await,
        }
    }
}

/// Measures, and prints the figures.
///
/// # Errors
/// If a server does not start or a request fails.
pub async fn run(bench: &Bench) -> Result<(), Failure> {
    if cfg!(debug_assertions) {
        eprintln!("This build is not optimised, so it is several times slower. Use `cargo build --release`.");
    }
    if let Some(path) = &bench.update {
        // Before the measurement, which takes long.
        section::check(path, bench.subject.section())?;
    }
    let figures = tokio::select! {
        figures = bench.subject.measure() => figures?,
        () = interruption()? => return Err(Stopped.into()),
    };
    if let Some(path) = &bench.update {
        if let (Some(picture), Some(folder)) = (&figures.picture, path.parent()) {
            let pictures = folder.join("pictures");
            let file = pictures.join(format!("{}.svg", figures.name));
            let written = fs::create_dir_all(pictures).and_then(|()| fs::write(&file, picture.svg()));
            written.map_err(|source| BenchError::Picture { path: file, source })?;
        }
        return Ok(section::update(path, figures.name, &figures.markdown())?);
    }
    let output = if bench.json {
        format!("{:#}\n", figures.json())
    } else if bench.markdown {
        figures.markdown()
    } else {
        figures.text()
    };
    Ok(print(output.as_bytes())?)
}
