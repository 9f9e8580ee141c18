//! The outcome of all mutants, as a table and as a file for the next run.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use super::list::Mutant;
use super::run::Outcome;
use super::weave::Id;

/// The file with the mutants that a test found: a word for the outcome, and the name.
const FOUND: &str = "found";
const CAUGHT: &str = "caught";
const TIMED_OUT: &str = "timed-out";

/// The record of the mutants that a test found, for a run with `--again`. Each is written at once, so that a run that
/// is stopped loses nothing.
pub struct Found(Mutex<File>);

impl Found {
    /// Begins the record with what the last run found.
    pub fn after(last: &BTreeMap<String, Outcome>, folder: &Path) -> io::Result<Self> {
        let found = Self(Mutex::new(File::create(folder.join(FOUND))?));
        last.iter().try_for_each(|(name, outcome)| found.add(name, outcome))?;
        Ok(found)
    }

    /// Adds a mutant, if a test found it.
    pub fn add(&self, name: &str, outcome: &Outcome) -> io::Result<()> {
        let word = match outcome {
            Outcome::Caught => CAUGHT,
            Outcome::TimedOut => TIMED_OUT,
            Outcome::Survived(_) | Outcome::Undecided(..) | Outcome::Unreached => return Ok(()),
        };
        self.0.lock().unwrap_or_else(PoisonError::into_inner).write_all(format!("{word} {name}\n").as_bytes())
    }
}

/// The mutants that a test found in the last run, by name.
pub fn last(folder: &Path) -> io::Result<BTreeMap<String, Outcome>> {
    let no_last_run = |_| io::Error::other("--again needs the outcomes of a last run: run it without --again first");
    let kept = fs::read_to_string(folder.join(FOUND)).map_err(no_last_run)?;
    let found = |line: &str| {
        let (word, name) = line.split_once(' ')?;
        let outcome = if word == TIMED_OUT { Outcome::TimedOut } else { Outcome::Caught };
        Some((name.to_owned(), outcome))
    };
    Ok(kept.lines().filter_map(found).collect())
}

/// The numbers of a crate.
#[derive(Default)]
struct Row {
    mutants: usize,
    built: usize,
    caught: usize,
    timed_out: usize,
    survived: usize,
    undecided: usize,
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
            Outcome::Survived(_) => row.survived += 1,
            Outcome::Undecided(..) => row.undecided += 1,
            Outcome::Unreached => row.unreached += 1,
        }
    }
    let mut table =
        "| crate | mutants | do not compile | a test fails | a test does not end | survive | unreached | undecided |\n\
            | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n"
            .to_owned();
    for (package, row) in rows {
        let Row { mutants, built, caught, timed_out, survived, undecided, unreached } = row;
        let not_built = mutants - built;
        let _ = writeln!(
            table,
            "| `{package}` | {mutants} | {not_built} | {caught} | {timed_out} | {survived} | {unreached} | {undecided} |"
        );
    }
    let _ = writeln!(table, "\n{tests} tests ran, each in a process of its own.");
    table
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn mutant(name: &str) -> Mutant {
        let span = json!({ "start": { "line": 1, "column": 1 } });
        let json =
            json!({ "package": "sums", "file": "", "name": name, "genre": "FnValue", "replacement": "", "span": span });
        serde_json::from_value(json).expect("a mutant")
    }

    #[test]
    fn the_next_run_knows_what_this_and_earlier_ones_found() {
        let folder = tempfile::tempdir().expect("a folder");
        last(folder.path()).expect_err("there was no run");
        let run = |outcomes: &[(&str, Outcome)]| {
            let known = last(folder.path()).unwrap_or_default();
            let found = Found::after(&known, folder.path()).expect("a file");
            for (name, outcome) in outcomes {
                found.add(name, outcome).expect("it is written");
            }
        };
        run(&[("a: replace + with -", Outcome::Caught), ("b", Outcome::Survived(3))]);
        run(&[("c", Outcome::TimedOut), ("d", Outcome::Unreached), ("e", Outcome::Undecided(1, 2))]);
        let found = last(folder.path()).expect("both runs");
        let expected = [("a: replace + with -", Outcome::Caught), ("c", Outcome::TimedOut)];
        assert_eq!(found, expected.map(|(name, outcome)| (name.to_owned(), outcome)).into());
    }

    #[test]
    fn the_table_counts_each_outcome() {
        let all = ["a", "b", "c", "d", "e", "f"].map(mutant);
        let meant: Vec<&Mutant> = all.iter().collect();
        let outcomes =
            [Outcome::Caught, Outcome::TimedOut, Outcome::Survived(1), Outcome::Unreached, Outcome::Undecided(1, 2)];
        let outcomes: Vec<_> = (1..).zip(outcomes).collect();
        let table = table(&meant, &all, &outcomes, 7);
        assert!(table.contains("| `sums` | 6 | 1 | 1 | 1 | 1 | 1 | 1 |\n\n7 tests ran"), "{table}");
    }
}
