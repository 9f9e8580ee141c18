//! `codesensei`: without a command it serves.

use std::io::{IsTerminal, stderr};
use std::process::ExitCode;

use clap::Parser;
use codesensei::options::{Command, Options};
use codesensei::{demo, serve};
use tracing_subscriber::EnvFilter;

#[tokio::main]
async fn main() -> ExitCode {
    let options = Options::parse();
    let outcome = match options.command {
        Some(Command::Demo) => demo::run().await,
        Some(Command::Serve(serve)) => {
            log();
            serve::run(serve).await
        }
        None => {
            log();
            serve::run(options.serve).await
        }
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("codesensei: {error}");
            ExitCode::FAILURE
        }
    }
}

/// To standard error, in colour only on a terminal. modyne's spans hold whole keys, so they are never shown.
fn log() {
    let filter = EnvFilter::try_from_env("CODESENSEI_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    let filter = ["modyne=off", "dynoxide=error", "aws_config=warn"]
        .into_iter()
        .fold(filter, |filter, rule| filter.add_directive(rule.parse().expect("these rules are well-formed")));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(stderr)
        .with_ansi(stderr().is_terminal())
        .compact()
        .init();
}
