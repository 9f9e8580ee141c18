//! `cargo xtask`: tasks of this repository, and the generator with the repository as its root.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use codegen::Documents;
use codegen::commands::{self, Options};
use xtask::tidy::{self, PATTERNS_FILE, ROOTS, Tree};

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
    /// Reads schema/*.toml and the blocks of access-patterns.md. Reports all problems at once, each with its file, line
    /// and column, and then writes nothing. schema/README.md explains the format.
    Codegen(Options),
    #[command(flatten)]
    Generator(commands::Command),
    /// Write the table of routes in ARCHITECTURE.md: the file and the access patterns of each route.
    ///
    /// Routes and files come from the handlers. Patterns come from the record of a test run, if one is named; otherwise
    /// each route keeps its patterns. To record: `CODESENSEI_TEST_USED=$PWD/target/used cargo test --workspace`.
    Routes {
        /// The file that the tests wrote.
        recorded: Option<PathBuf>,
    },
    /// Renew the data that tests compare with: the generated files, also those of the example, the corpus, and the list
    /// of uncalled patterns.
    Bless,
    /// Test the tests: which small faults in the source would no test find?
    ///
    /// Needs cargo-mutants, which lists the mutants: cargo install cargo-mutants --locked
    Mutants(xtask::mutants::Options),
}

fn main() -> ExitCode {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask is a folder of the workspace");
    let done = match Arguments::parse().command {
        Command::Codegen(options) => commands::generate(root, options),
        Command::Generator(command @ commands::Command::Used { .. }) => used(root, &command),
        Command::Generator(command) => command.run(root),
        Command::Routes { recorded } => routes(root, recorded.as_deref()),
        Command::Bless => bless(root),
        Command::Mutants(options) => xtask::mutants::run(root, &options),
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
    for folder in ROOTS {
        if !commands::generate(&root.join(folder), Options::default())? {
            return Ok(false);
        }
    }
    let is_blessed = commands::Command::Corpus { bless: true }.run(root)?;
    Ok(is_blessed && bless_uncalled_patterns(root)?)
}

/// Compares the record of a test run with the documents, and with the table of routes.
fn used(root: &Path, command: &commands::Command) -> io::Result<bool> {
    let is_as_documented = command.run(root)?;
    let commands::Command::Used { recorded } = command else { return Ok(is_as_documented) };
    let of_routes = xtask::routes::differences(root, &fs::read_to_string(recorded)?)?;
    for line in of_routes.unseen {
        eprint!("note: {line}");
    }
    eprint!("{}", of_routes.missing.concat());
    if of_routes.missing.is_empty() {
        return Ok(is_as_documented);
    }
    eprintln!("To add the recorded patterns to the table of routes: cargo xtask routes {}", recorded.display());
    Ok(false)
}

fn routes(root: &Path, recorded: Option<&Path>) -> io::Result<bool> {
    let recorded = recorded.map(fs::read_to_string).transpose()?;
    let changed = xtask::routes::write(root, recorded.as_deref())?;
    println!("the table of routes in {} {}", xtask::routes::PAGE, if changed { "changed" } else { "is current" });
    Ok(true)
}

fn bless_uncalled_patterns(root: &Path) -> io::Result<bool> {
    let patterns = codegen::patterns(&Documents::read(root)?);
    let uncalled = tidy::uncalled_patterns(&Tree::read(root)?, &patterns);
    let end = if uncalled.is_empty() { "" } else { "\n" };
    fs::write(root.join(PATTERNS_FILE), uncalled.join("\n") + end)?;
    println!("{} of {} patterns have no call", uncalled.len(), patterns.len());
    Ok(true)
}
