//! Mutation tests: which small faults in the source would no test find?
//!
//! cargo-mutants lists the mutants, and can test them one by one, each with a build of its own. A build of the data
//! layer takes a minute, and there are thousands of mutants. So this module weaves all of them into one copy of the
//! sources, where an environment variable switches one on; then it builds once, sees which tests reach which mutants,
//! and runs only these.
//!
//! Reading order: `list.rs` (the mutants), `weave.rs` (one file), `tree.rs` (the copy and its build), `run.rs` (the
//! tests), `report.rs` (the outcome).

mod list;
mod report;
mod run;
mod tree;
mod weave;

use std::io;
use std::path::Path;
use std::time::Duration;

use clap::Args;

use list::Mutant;
use report::Report;
use weave::Id;

/// The options of `cargo xtask mutants`.
#[derive(Debug, Clone, Args)]
pub struct Options {
    /// The crates with the mutants.
    #[arg(default_values = ["review", "model", "table-runtime"])]
    packages: Vec<String>,
    /// Only mutants whose name contains this, such as `review/src/lines.rs`.
    #[arg(long, value_name = "TEXT")]
    name: Option<String>,
    /// Only tests whose name contains this, such as `table-runtime` or `it saves::`.
    #[arg(long, value_name = "TEXT")]
    tests: Option<String>,
    /// The time for one mutant. The fastest tests that reach it are first.
    #[arg(long, value_name = "SECONDS", default_value = "60")]
    limit: u64,
    /// The number of tests that run at the same time. Default: the number of processors.
    #[arg(long)]
    jobs: Option<usize>,
    /// Print the errors of the mutants that do not compile.
    #[arg(long)]
    verbose: bool,
}

/// Runs the command. Returns whether no mutant survived.
pub fn run(root: &Path, options: &Options) -> io::Result<bool> {
    let mutants = list::list(root, &options.packages)?;
    let is_meant = |mutant: &Mutant| options.name.as_ref().is_none_or(|text| mutant.name.contains(text));
    let mutants: Vec<Mutant> = mutants.into_iter().filter(is_meant).collect();
    eprintln!("mutants: {} in {}", mutants.len(), options.packages.join(", "));

    let target = root.join("target");
    let mut copy = tree::Tree::copy(root, target.join("mutants").join("tree"), &mutants)?;
    let mut programs = copy.build(&options.packages, options.verbose)?;
    programs.retain(|program| is_relevant(&program.name, &options.packages));

    let jobs = options.jobs.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from));
    let (tests, failed) = run::record(&programs, options.tests.as_deref(), &run::scratch(&target), jobs)?;
    for name in &failed {
        eprintln!("mutants: without a mutant, this test fails in a process of its own: {name}");
    }
    let alive: Vec<(Id, &str)> = (1..=mutants.len())
        .filter(|id| !copy.rejected.contains(id))
        .map(|id| (id, mutants[id - 1].package.as_str()))
        .collect();
    let tell = |id: Id, outcome: &run::Outcome| {
        if let Some(words) = outcome.words() {
            eprintln!("{}: {words}", mutants[id - 1].name);
        }
    };
    let outcomes = run::judge(&alive, &tests, Duration::from_secs(options.limit), jobs, tell);

    let report = Report { mutants: &mutants, outcomes: &outcomes, tests: tests.len() };
    print!("{}", report.table());
    Ok(report.is_clean())
}

/// Whether a program has tests of these crates: their own, or those of the handlers and of the whole API.
fn is_relevant(program: &str, packages: &[String]) -> bool {
    packages.iter().any(|package| package == program) || ["handlers", "handlers/it", "tests/it"].contains(&program)
}
