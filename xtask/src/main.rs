//! `cargo xtask`: tasks of this repository, and the generator with the repository as its root.

use std::fs;
use std::io;
use std::path::Path;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use codegen::Documents;
use codegen::commands::{self, Options};
use xtask::tidy::{self, PATTERNS_FILE, Tree};

/// Tasks of this repository, and the generator with the repository as its root.
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
    Codegen(Options),
    #[command(flatten)]
    Generator(commands::Command),
    /// Renew everything that tests compare with: the corpus, and the list of patterns that are not called.
    Bless,
}

fn main() -> ExitCode {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask is a folder of the workspace");
    let done = match Arguments::parse().command {
        Command::Codegen(options) => commands::generate(root, options),
        Command::Generator(command) => command.run(root),
        Command::Bless => bless(root),
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("cargo xtask: {error}");
            ExitCode::FAILURE
        }
    }
}

fn bless(root: &Path) -> io::Result<bool> {
    let is_blessed = commands::Command::Corpus { bless: true }.run(root)?;
    Ok(is_blessed && bless_uncalled_patterns(root)?)
}

fn bless_uncalled_patterns(root: &Path) -> io::Result<bool> {
    let patterns = codegen::patterns(&Documents::read(root)?);
    let uncalled = tidy::uncalled_patterns(&Tree::read(root)?, &patterns);
    let end = if uncalled.is_empty() { "" } else { "\n" };
    fs::write(root.join(PATTERNS_FILE), uncalled.join("\n") + end)?;
    println!("{} of {} patterns are called nowhere", uncalled.len(), patterns.len());
    Ok(true)
}
