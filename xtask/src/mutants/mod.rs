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

use std::collections::BTreeMap;
use std::io;
use std::path::Path;
use std::time::Duration;

use clap::Args;

use list::Mutant;
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
    /// Only the tests of these crates, which is a smaller build.
    #[arg(long)]
    own: bool,
    /// Without the mutants that a test found in the last run. The table has them too.
    #[arg(long)]
    again: bool,
    /// The time for one mutant.
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
    let folder = root.join("target/mutants");
    let last = if options.again { report::last(&folder)? } else { BTreeMap::new() };
    let is_meant = |mutant: &Mutant| options.name.as_ref().is_none_or(|text| mutant.name.contains(text));

    // All are woven, so that the next run, of fewer mutants, has the same build.
    let mut copy = tree::Tree::copy(root, folder.join("tree"), &options.packages, &mutants)?;
    let mut programs = copy.build(&options.packages, options.own, options.verbose)?;
    programs.retain(|program| is_relevant(&program.name, &options.packages));

    let jobs = options.jobs.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from));
    let (tests, failed) = run::record(&programs, options.tests.as_deref(), &folder.join("scratch"), jobs)?;
    for name in &failed {
        eprintln!("mutants: without a mutant, this test fails in a process of its own: {name}");
    }
    let meant = (1..=mutants.len()).filter(|id| is_meant(&mutants[id - 1]));
    let known = |id: &Id| last.get(&mutants[id - 1].name).copied();
    let compiling = meant.clone().filter(|id| !copy.rejected.contains(id) && known(id).is_none());
    let compiling: Vec<(Id, &str)> = compiling.map(|id| (id, mutants[id - 1].package.as_str())).collect();
    eprintln!("mutants: {}, of which {} compile and are not yet found", meant.clone().count(), compiling.len());
    let found = report::Found::after(&last, &folder)?;
    let tell = |id: Id, outcome: &run::Outcome| {
        if let Err(error) = found.add(&mutants[id - 1].name, outcome) {
            eprintln!("mutants: the outcome cannot be kept: {error}");
        }
        if let Some(words) = outcome.words() {
            eprintln!("{}: {words}", mutants[id - 1].name);
        }
    };
    let mut outcomes = run::judge(&compiling, &tests, Duration::from_secs(options.limit), jobs, tell);
    outcomes.extend(meant.clone().filter_map(|id| Some((id, known(&id)?))));
    let meant: Vec<&Mutant> = meant.map(|id| &mutants[id - 1]).collect();
    print!("{}", report::table(&meant, &mutants, &outcomes, tests.len()));
    Ok(outcomes.iter().all(|(_, outcome)| outcome.words().is_none()))
}

/// Whether a program has tests of these crates: their own, or those of the handlers, of the command line and
/// of the whole API.
fn is_relevant(program: &str, packages: &[String]) -> bool {
    let package = program.split('/').next().unwrap_or(program);
    packages.iter().any(|own| own == package) || ["handlers", "cli", "cli/it", "tests/it"].contains(&program)
}
