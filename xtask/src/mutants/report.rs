//! The outcome of all mutants, as a table.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::list::Mutant;
use super::run::Outcome;
use super::weave::Id;

/// The numbers of a crate.
#[derive(Default)]
struct Row {
    mutants: usize,
    built: usize,
    caught: usize,
    timed_out: usize,
    survived: usize,
    unreached: usize,
}

/// The numbers of each crate, as Markdown: of these mutants, whose outcomes have numbers in the list of all.
pub fn table(meant: &[&Mutant], all: &[Mutant], outcomes: &[(Id, Outcome)], tests: usize) -> String {
    let mut rows: BTreeMap<&str, Row> = BTreeMap::new();
    for mutant in meant {
        rows.entry(&mutant.package).or_default().mutants += 1;
    }
    for (id, outcome) in outcomes {
        let row = rows.entry(&all[id - 1].package).or_default();
        row.built += 1;
        match outcome {
            Outcome::Caught => row.caught += 1,
            Outcome::TimedOut => row.timed_out += 1,
            Outcome::Survived(_) | Outcome::Undecided(..) => row.survived += 1,
            Outcome::Unreached => row.unreached += 1,
        }
    }
    let mut table = "| crate | mutants | do not compile | a test fails | a test does not end | survive | unreached |\n\
            | --- | ---: | ---: | ---: | ---: | ---: | ---: |\n"
        .to_owned();
    for (package, row) in rows {
        let Row { mutants, built, caught, timed_out, survived, unreached } = row;
        let not_built = mutants - built;
        let _ = writeln!(
            table,
            "| `{package}` | {mutants} | {not_built} | {caught} | {timed_out} | {survived} | {unreached} |"
        );
    }
    let _ = writeln!(table, "\n{tests} tests ran, each in a process of its own.");
    table
}
