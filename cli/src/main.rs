//! The program `codesensei`. Without a subcommand it runs `serve`.

use std::io::{IsTerminal, stderr};
use std::process::ExitCode;

use clap::CommandFactory as _;
use codesensei::error::Stopped;
use codesensei::options::{Command, Options};
use codesensei::{
    bench, costs, demo, doctor, export, keys, output, patterns, query, seed, serve, sweep, table, target, torture,
    verify,
};
use handlers::logging;
use handlers::openapi::document;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

fn main() -> ExitCode {
    // Before the runtime starts its threads.
    allocator::return_large_buffers();
    run()
}

#[tokio::main]
async fn run() -> ExitCode {
    let options = Options::parse_or_exit();
    let result = match options.command {
        Some(Command::Demo) => demo::run().await,
        Some(Command::Completions { shell }) => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Options::command(), "codesensei", &mut script);
            output::print(&script).map_err(Into::into)
        }
        Some(Command::Openapi) => output::print(format!("{:#}\n", document()).as_bytes()).map_err(Into::into),
        Some(Command::Patterns(options)) => patterns::run(&options).map_err(Into::into),
        Some(Command::Query(options)) => match query::run(*options).await {
            Err(error) if error.is_usage() => {
                eprintln!("codesensei: {error}");
                return ExitCode::from(2);
            }
            result => result.map_err(Into::into),
        },
        Some(Command::Table(options)) => match table::run(options).await {
            Ok(false) => return ExitCode::FAILURE,
            result => result.map(|_| ()),
        },
        Some(Command::Seed(options)) => seed::command::run(&options).await,
        Some(Command::Verify(options)) => match verify::run(options).await {
            Ok(false) => return ExitCode::FAILURE,
            result => result.map(|_| ()),
        },
        Some(Command::Sweep(options)) => match sweep::run(&options).await {
            Ok(false) => return ExitCode::FAILURE,
            result => result.map(|_| ()),
        },
        Some(Command::Export(options)) => match export::run(&options).await {
            Ok(export::ExportResult::Interrupted) => return ExitCode::from(target::INTERRUPTED),
            result => result.map(|_| ()).map_err(Into::into),
        },
        Some(Command::Keys(options)) => keys::run(options).await,
        Some(Command::Costs(options)) => costs::run(&options),
        Some(Command::Bench(options)) => bench::run(&options).await,
        Some(Command::Doctor(options)) => match doctor::run(*options).await {
            Ok(false) => return ExitCode::FAILURE,
            result => result.map(|_| ()),
        },
        Some(Command::Torture(options)) => match torture::run(&options).await {
            Ok(false) => return ExitCode::FAILURE,
            result => result.map(|_| ()),
        },
        Some(Command::Serve(serve)) => {
            init_logging();
            serve::run(serve).await
        }
        None => {
            init_logging();
            serve::run(options.serve).await
        }
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("codesensei: {error}");
            if let Some(cause) = root_cause(&*error) {
                eprintln!("  because: {cause}");
            }
            let is_interrupted = error.is::<seed::command::Interrupted>() || error.is::<Stopped>();
            if is_interrupted { ExitCode::from(target::INTERRUPTED) } else { ExitCode::FAILURE }
        }
    }
}

/// The root cause of an error, unless the error's message already contains it.
fn root_cause(error: &(dyn std::error::Error + 'static)) -> Option<String> {
    let deepest = std::iter::successors(error.source(), |error| error.source()).last()?.to_string();
    (!error.to_string().contains(&deepest)).then_some(deepest)
}

/// Logs to standard error, in colour only on a terminal.
fn init_logging() {
    let lines = tracing_subscriber::fmt::layer().with_writer(stderr).with_ansi(stderr().is_terminal()).compact();
    tracing_subscriber::registry().with(logging::wanted()).with(logging::shown()).with(lines).init();
}
