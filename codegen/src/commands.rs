//! The commands of `codegen`, also for other programs. Each prints its result and returns whether it succeeded.

use std::fs;
use std::io;
use std::path::{self, Path, PathBuf};

use clap::{Args, Subcommand};

use crate::{Documents, LOCK, Mode, Outcome, TABLE};
use crate::{corpus, used, vet};

/// The options of generating.
#[derive(Args, Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Options {
    /// Write nothing. Exit with 1 if a generated file differs from the output of the documents.
    #[arg(long)]
    pub check: bool,
    /// Create schema/schema.lock if it does not exist. Later runs check every change against it and update it.
    #[arg(long, conflicts_with = "check")]
    pub lock: bool,
    /// Record in schema/schema.lock that every running program knows the announced values and versions.
    #[arg(long, conflicts_with_all = ["check", "lock"])]
    pub deployed: bool,
}

/// The other commands of the generator.
#[derive(Subcommand, Debug)]
pub enum Command {
    /// Show the units a second in the hottest partition of each key, at the declared peak rates.
    ///
    /// Exits with 1 if a partition needs more than half of its capacity. Generating refuses such documents too.
    Vet,
    /// Compare the requests that tests recorded with `callers` in access-patterns.md and the resulting policies.
    ///
    /// A line of the file is `web asks AP-01` or `web does GetItem on table in USER#`. Instead of `table`, it may name
    /// an index.
    Used {
        /// The file with the recorded requests.
        recorded: PathBuf,
    },
    /// Print an id for a new access pattern: one more than the highest id in the documents and the lock.
    NextId,
    /// Compare the output of every design in codegen/testdata with the expected output.
    ///
    /// This is for changes of the generator itself.
    Corpus {
        /// Replace the expected output with the actual output. Then review the difference.
        #[arg(long)]
        bless: bool,
    },
}

impl Options {
    fn mode(self) -> Mode {
        match self {
            Options { check: true, .. } => Mode::Check,
            Options { lock: true, .. } => Mode::Lock,
            Options { deployed: true, .. } => Mode::Deployed,
            Options { .. } => Mode::Write,
        }
    }
}

impl Command {
    /// Runs the command on the documents in `root`.
    pub fn run(&self, root: &Path) -> io::Result<bool> {
        match self {
            Command::Vet => vet(root),
            Command::Used { recorded } => used(root, recorded),
            Command::NextId => next_id(root),
            Command::Corpus { bless: false } => compare_corpus(),
            Command::Corpus { bless: true } => bless_corpus(),
        }
    }
}

/// Generates or checks the files of the documents in `root`.
pub fn generate(root: &Path, options: Options) -> io::Result<bool> {
    require_table(root)?;
    match crate::run(root, options.mode())? {
        Outcome::Current { files } => println!("{files} generated files are current"),
        Outcome::Written { changed, files, notices } => {
            for path in &changed {
                println!("{} {path}", if root.join(path).exists() { "wrote" } else { "removed" });
            }
            println!("{} of {files} generated files changed", changed.len());
            for notice in notices {
                eprintln!("note: {notice}");
            }
        }
        Outcome::Stale { paths, command } => {
            eprint!("{}", crate::stale_report(&paths, &command));
            return Ok(false);
        }
        Outcome::Problems(problems) => {
            eprint!("{}", crate::problem_report(&problems));
            return Ok(false);
        }
    }
    Ok(true)
}

/// An error if `root` has no table: then it is probably the wrong folder.
fn require_table(root: &Path) -> io::Result<()> {
    let table = root.join(TABLE);
    if table.is_file() {
        return Ok(());
    }
    let message = format!(
        "{} does not exist: name the folder that contains {TABLE} with `--root <FOLDER>`, or create the file",
        path::absolute(&table).unwrap_or(table).display()
    );
    Err(io::Error::new(io::ErrorKind::NotFound, message))
}

fn documents(root: &Path) -> io::Result<Documents> {
    require_table(root)?;
    Documents::read(root)
}

fn vet(root: &Path) -> io::Result<bool> {
    match vet::report(&documents(root)?) {
        Ok((report, is_within_limits)) => {
            print!("{report}");
            Ok(is_within_limits)
        }
        Err(problems) => {
            eprint!("{problems}");
            Ok(false)
        }
    }
}

fn used(root: &Path, recorded: &Path) -> io::Result<bool> {
    let documents = documents(root)?;
    let recorded = fs::read_to_string(recorded)
        .map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", recorded.display())))?;
    let differences = used::differences(&documents, &recorded);
    eprint!("{}", differences.concat());
    println!("{} recorded lines, {} differences", recorded.lines().count(), differences.len());
    Ok(differences.is_empty())
}

fn next_id(root: &Path) -> io::Result<bool> {
    let documents = documents(root)?;
    let patterns = crate::patterns(&documents);
    // The lock also has the ids of deleted patterns.
    let lock = documents.get(LOCK).unwrap_or_default();
    println!("{}", crate::next_id(patterns.iter().map(|pattern| pattern.id.as_str()), lock));
    Ok(true)
}

fn compare_corpus() -> io::Result<bool> {
    let cases = corpus::cases(&corpus::folder())?;
    let mut matching = 0;
    for case in &cases {
        let differences = case.differences()?;
        eprint!("{}", differences.concat());
        matching += usize::from(differences.is_empty());
    }
    println!("{matching} of {} designs have the expected output", cases.len());
    Ok(matching == cases.len())
}

fn bless_corpus() -> io::Result<bool> {
    let mut cases = corpus::cases(&corpus::folder())?;
    let mut changed = 0;
    for case in &mut cases {
        for path in case.bless()? {
            println!("wrote codegen/testdata/{path}");
            changed += 1;
        }
    }
    println!("{changed} files changed for {} designs", cases.len());
    Ok(true)
}
