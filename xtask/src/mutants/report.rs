//! The outcome of all mutants, as a table and as a file for the next run.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::Path;

use super::list::Mutant;
use super::run::Outcome;
use super::weave::Id;

/// The file with the mutants that a test found: a word for the outcome, and the name.
const FOUND: &str = "found";
const CAUGHT: &str = "caught";
const TIMED_OUT: &str = "timed-out";

/// Keeps the mutants that a test found, now or in the last run, for a run with `--again`.
pub fn keep(
    folder: &Path,
    mut last: BTreeMap<String, Outcome>,
    all: &[Mutant],
    outcomes: &[(Id, Outcome)],
) -> io::Result<()> {
    last.extend(outcomes.iter().map(|(id, outcome)| (all[id - 1].name.clone(), *outcome)));
    let line = |(name, outcome): (&String, &Outcome)| match outcome {
        Outcome::Caught => Some(format!("{CAUGHT} {name}\n")),
        Outcome::TimedOut => Some(format!("{TIMED_OUT} {name}\n")),
        Outcome::Survived(_) | Outcome::Undecided(..) | Outcome::Unreached => None,
    };
    fs::write(folder.join(FOUND), last.iter().filter_map(line).collect::<String>())
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
        let all = ["a: replace + with -", "b", "c", "d", "e"].map(mutant);
        last(folder.path()).expect_err("there was no run");
        keep(folder.path(), BTreeMap::new(), &all, &[(1, Outcome::Caught), (2, Outcome::Survived(3))]).expect("kept");
        let first = last(folder.path()).expect("the first run");
        let more = [(3, Outcome::TimedOut), (4, Outcome::Unreached), (5, Outcome::Undecided(1, 2))];
        keep(folder.path(), first, &all, &more).expect("kept");
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
