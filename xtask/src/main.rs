//! `cargo xtask`: what the repository does to itself.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use xtask::codegen::{self, Mode, Outcome};
use xtask::tidy::{self, PATTERNS_FILE, Tree};
use xtask::{Documents, corpus};

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
        /// Begin schema/schema.lock, if there is none: from then on every change is compared with it, and written to it.
        #[arg(long, conflicts_with = "check")]
        lock: bool,
        /// Say in schema/schema.lock that what was announced runs everywhere: after the deployment that announced it.
        #[arg(long, conflicts_with_all = ["check", "lock"])]
        deployed: bool,
    },
    /// Compare what the generator makes of every design in xtask/testdata with what it should.
    Corpus {
        /// Make what comes out what should come out; then look at the difference.
        #[arg(long)]
        bless: bool,
    },
    /// Show how many units a second meet in one partition at the peak rates that the documents declare.
    ///
    /// Fails if that is more than half of what a partition takes; `codegen` refuses such documents too.
    Vet,
    /// Compare what the functions asked of the table while the tests ran with `callers` in access-patterns.md, and with the
    /// policies that follow from them.
    ///
    /// `CODESENSEI_TEST_USED=$PWD/target/used cargo test --workspace`, then `cargo xtask used target/used`.
    Used {
        /// The file that the tests have written.
        recorded: PathBuf,
    },
    /// Print an id for a new access pattern: one more than the highest that is or was used.
    NextId,
    /// Renew everything that tests compare with: the corpus, and the list of patterns that are not called.
    Bless,
}

fn main() -> ExitCode {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask is a folder of the workspace");
    let done = match Arguments::parse().command {
        Command::Codegen { check: true, .. } => codegen(root, Mode::Check),
        Command::Codegen { lock: true, .. } => codegen(root, Mode::Lock),
        Command::Codegen { deployed: true, .. } => codegen(root, Mode::Deployed),
        Command::Codegen { .. } => codegen(root, Mode::Write),
        Command::Corpus { bless: false } => compare_corpus(),
        Command::Corpus { bless: true } => bless_corpus(),
        Command::Vet => vet(root),
        Command::Used { recorded } => used(root, &recorded),
        Command::NextId => next_id(root),
        Command::Bless => bless_corpus().and_then(|done| Ok(done && bless_uncalled_patterns(root)?)),
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

/// Each command says whether all is well.
fn codegen(root: &Path, mode: Mode) -> io::Result<bool> {
    match codegen::run(root, mode)? {
        Outcome::Current { files } => println!("{files} generated files are current"),
        Outcome::Written { changed, files, notices } => {
            for path in &changed {
                println!("wrote {path}");
            }
            println!("{} of {files} generated files changed", changed.len());
            for notice in notices {
                eprintln!("note: {notice}");
            }
        }
        Outcome::Stale(paths) => {
            eprint!("{}", codegen::stale_report(&paths));
            return Ok(false);
        }
        Outcome::Problems(problems) => {
            eprint!("{}", codegen::problem_report(&problems));
            return Ok(false);
        }
    }
    Ok(true)
}

fn vet(root: &Path) -> io::Result<bool> {
    match xtask::vet::report(&Documents::read(root)?) {
        Ok((report, is_well)) => {
            print!("{report}");
            Ok(is_well)
        }
        Err(problems) => {
            eprint!("{problems}");
            Ok(false)
        }
    }
}

fn used(root: &Path, recorded: &Path) -> io::Result<bool> {
    let recorded = fs::read_to_string(recorded)?;
    let differences = xtask::used::differences(&Documents::read(root)?, &recorded);
    eprint!("{}", differences.concat());
    println!("{} things that functions do, {} differences", recorded.lines().count(), differences.len());
    Ok(differences.is_empty())
}

fn next_id(root: &Path) -> io::Result<bool> {
    let patterns = codegen::patterns(&Documents::read(root)?);
    // The lock also knows the patterns that were deleted.
    let lock = fs::read_to_string(root.join("schema/schema.lock")).unwrap_or_default();
    println!("{}", codegen::next_id(patterns.iter().map(|pattern| pattern.id.as_str()), &lock));
    Ok(true)
}

fn compare_corpus() -> io::Result<bool> {
    let cases = corpus::cases(&corpus::folder())?;
    let mut well = 0;
    for case in &cases {
        let differences = case.differences()?;
        eprint!("{}", differences.concat());
        well += usize::from(differences.is_empty());
    }
    println!("{well} of {} designs come out as expected", cases.len());
    Ok(well == cases.len())
}

fn bless_corpus() -> io::Result<bool> {
    let cases = corpus::cases(&corpus::folder())?;
    let mut changed = 0;
    for case in &cases {
        for path in case.bless()? {
            println!("wrote xtask/testdata/{path}");
            changed += 1;
        }
    }
    println!("{changed} files changed for {} designs", cases.len());
    Ok(true)
}

fn bless_uncalled_patterns(root: &Path) -> io::Result<bool> {
    let patterns = codegen::patterns(&Documents::read(root)?);
    let uncalled = tidy::uncalled_patterns(&Tree::read(root)?, &patterns);
    let end = if uncalled.is_empty() { "" } else { "\n" };
    fs::write(root.join(PATTERNS_FILE), uncalled.join("\n") + end)?;
    println!("{} of {} patterns are called nowhere", uncalled.len(), patterns.len());
    Ok(true)
}
