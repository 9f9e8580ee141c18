//! `cargo xtask`: what the repository does to itself.

use std::path::Path;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use xtask::codegen::{self, Mode, Outcome};

/// What the repository does to itself.
#[derive(Parser)]
#[command(name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Write model/src/generated, schema/generated and the index of access-patterns.md from the documents.
    ///
    /// Reads schema/*.toml and the blocks of access-patterns.md. Every problem is reported at once, each with its file,
    /// line and column; then nothing is written. schema/README.md explains the words.
    Codegen {
        /// Write nothing; fail if a generated file is not what the documents say.
        #[arg(long)]
        check: bool,
    },
}

fn main() -> ExitCode {
    let Command::Codegen { check } = Arguments::parse().command;
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask is a folder of the workspace");
    match codegen::run(root, if check { Mode::Check } else { Mode::Write }) {
        Ok(Outcome::Current { files }) => println!("{files} generated files are current"),
        Ok(Outcome::Written { changed, files }) => {
            for path in &changed {
                println!("wrote {path}");
            }
            println!("{} of {files} generated files changed", changed.len());
        }
        Ok(Outcome::Stale(paths)) => {
            for path in paths {
                eprintln!("{path} is stale: run `cargo xtask codegen` and commit the result");
            }
            return ExitCode::FAILURE;
        }
        Ok(Outcome::Problems(problems)) => {
            eprint!("{}", codegen::problem_report(&problems));
            return ExitCode::FAILURE;
        }
        Err(error) => {
            eprintln!("cargo xtask codegen: {error}");
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}
