//! The outcome of all mutants, as a table.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::list::Mutant;
use super::run::Outcome;
use super::weave::Id;

/// The outcome of a run.
pub struct Report<'a> {
    /// The mutants. The number of each is its place, beginning with 1.
    pub mutants: &'a [Mutant],
    /// The outcomes of those that compile.
    pub outcomes: &'a [(Id, Outcome)],
    /// The number of tests that ran.
    pub tests: usize,
}

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

impl Report<'_> {
    /// Whether a test found each mutant.
    pub fn is_clean(&self) -> bool {
        self.outcomes.iter().all(|(_, outcome)| matches!(outcome, Outcome::Caught | Outcome::TimedOut))
    }

    /// The numbers of each crate, as Markdown.
    pub fn table(&self) -> String {
        let mut rows: BTreeMap<&str, Row> = BTreeMap::new();
        for mutant in self.mutants {
            rows.entry(&mutant.package).or_default().mutants += 1;
        }
        for (id, outcome) in self.outcomes {
            let row = rows.entry(&self.mutants[id - 1].package).or_default();
            row.built += 1;
            match outcome {
                Outcome::Caught => row.caught += 1,
                Outcome::TimedOut => row.timed_out += 1,
                Outcome::Survived(_) | Outcome::Undecided(..) => row.survived += 1,
                Outcome::Unreached => row.unreached += 1,
            }
        }
        let mut table =
            "| crate | mutants | do not compile | a test fails | a test does not end | survive | unreached |\n\
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
        let _ = writeln!(table, "\n{} tests ran, each in a process of its own.", self.tests);
        table
    }
}
