//! Runs tests, each in a process of its own: once to see which mutants it reaches, then for each mutant.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant, UNIX_EPOCH};

use super::tree::TestProgram;
use super::weave::Id;

/// A mutant can make a loop endless. A test has this time, and ten times its own.
const LEAST_LIMIT: Duration = Duration::from_secs(10);
/// An endless loop can allocate: the virtual memory of a test, in KiB.
const MEMORY: &str = "8000000";
/// The first line of a kept test that passes.
const PASSED: &str = "passed";
const POLL: Duration = Duration::from_millis(2);
const PROGRESS: Duration = Duration::from_secs(20);

/// A test.
#[derive(Debug, Clone)]
pub struct Test {
    program: TestProgram,
    /// Its path within the program.
    name: String,
    /// Whether it passes without a mutant.
    passes: bool,
    took: Duration,
    /// The mutants that it reaches.
    pub reached: BTreeSet<Id>,
}

/// What the tests say about a mutant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// A test failed.
    Caught,
    /// A test did not end.
    TimedOut,
    /// All tests passed that reach it: their number.
    Survived(usize),
    /// Not all tests that reach it ran: the number of those that passed within the time, and the number of all.
    Undecided(usize, usize),
    /// No test reaches it.
    Unreached,
}

impl Outcome {
    /// Says why no test found the mutant. Nothing if one did.
    pub fn words(&self) -> Option<String> {
        match self {
            Self::Caught | Self::TimedOut => None,
            Self::Survived(tests) => Some(format!("survived {tests} tests")),
            Self::Undecided(ran, all) => Some(format!("survived {ran} of {all} tests within the time")),
            Self::Unreached => Some("no test reaches it".to_owned()),
        }
    }
}

enum Ended {
    Passed,
    Failed,
    Late,
}

/// Lists the tests of the programs, and runs each once. Returns those that pass, and the names of the others.
pub fn record(
    programs: &[TestProgram],
    containing: Option<&str>,
    scratch: &Path,
    jobs: usize,
) -> io::Result<(Vec<Test>, Vec<String>)> {
    let mut tests = Vec::new();
    for program in programs {
        let listed = Command::new(&program.path).args(["--list", "--format", "terse"]).output()?;
        let listed = String::from_utf8_lossy(&listed.stdout).into_owned();
        for name in listed.lines().filter_map(|line| line.strip_suffix(": test")) {
            let (program, name) = (program.clone(), name.to_owned());
            let test = Test { program, name, passes: false, took: Duration::ZERO, reached: BTreeSet::new() };
            if containing.is_none_or(|text| test.full_name().contains(text)) {
                tests.push(test);
            }
        }
    }
    fs::create_dir_all(scratch)?;
    let (passed, failed) = (Mutex::new(Vec::new()), Mutex::new(Vec::new()));
    side_by_side("tests", &tests, jobs, |index, test| {
        let test = test.known(scratch).unwrap_or_else(|| {
            let test = test.recorded(&scratch.join(format!("reached-{index}")));
            test.keep(scratch);
            test
        });
        if test.passes { lock(&passed).push(test) } else { lock(&failed).push(test.full_name()) }
    });
    Ok((lock(&passed).split_off(0), lock(&failed).split_off(0)))
}

/// Runs the tests that reach each mutant until one fails, for at most this time.
///
/// Calls `tell` with each outcome at once.
pub fn judge(
    mutants: &[(Id, &str)],
    tests: &[Test],
    limit: Duration,
    jobs: usize,
    tell: impl Fn(Id, &Outcome) + Sync,
) -> Vec<(Id, Outcome)> {
    let outcomes = Mutex::new(Vec::new());
    side_by_side("mutants", mutants, jobs, |_, (id, package)| {
        let reaching = in_order(tests.iter().filter(|test| test.reached.contains(id)).collect(), package);
        let outcome = judge_one(*id, &reaching, limit);
        tell(*id, &outcome);
        lock(&outcomes).push((*id, outcome));
    });
    let mut outcomes = lock(&outcomes).split_off(0);
    outcomes.sort_by_key(|(id, _)| *id);
    outcomes
}

/// The tests of the mutant's crate first. Of the others, the fastest and those that reach the least take turns: a slow
/// test of one thing can be the only one that finds it.
fn in_order<'a>(mut reaching: Vec<&'a Test>, package: &str) -> Vec<&'a Test> {
    reaching.sort_by_key(|test| (!test.is_of(package), test.took));
    let own = reaching.iter().take_while(|test| test.is_of(package)).count();
    let mut focused = reaching[own..].to_vec();
    focused.sort_by_key(|test| test.reached.len());
    let turns = reaching[own..].iter().zip(focused).flat_map(|(fast, focused)| [*fast, focused]);
    let mut seen = BTreeSet::new();
    let all = reaching[..own].iter().copied().chain(turns);
    all.filter(|test| seen.insert((test.program.name.as_str(), test.name.as_str()))).collect()
}

fn judge_one(id: Id, reaching: &[&Test], limit: Duration) -> Outcome {
    let started = Instant::now();
    for (ran, test) in reaching.iter().enumerate() {
        if started.elapsed() > limit {
            return Outcome::Undecided(ran, reaching.len());
        }
        match test.run(Some(id), &[], LEAST_LIMIT.max(test.took * 10)) {
            Ok(Ended::Passed) => {}
            Ok(Ended::Late) => return Outcome::TimedOut,
            Ok(Ended::Failed) => return Outcome::Caught,
            // A test that did not run found nothing.
            Err(_) => return Outcome::Undecided(ran, reaching.len()),
        }
    }
    if reaching.is_empty() { Outcome::Unreached } else { Outcome::Survived(reaching.len()) }
}

impl Test {
    /// Whether this is one of the crate's own tests.
    fn is_of(&self, package: &str) -> bool {
        self.program.name.split('/').next() == Some(package)
    }

    /// Its program and its name.
    fn full_name(&self) -> String {
        format!("{} {}", self.program.name, self.name)
    }

    /// The file with what the test reaches. A changed program has another path or another time.
    fn file(&self, scratch: &Path) -> Option<PathBuf> {
        let built = fs::metadata(&self.program.path).ok()?.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
        let program = self.program.path.file_name()?.to_str()?;
        let name = self.name.replace("::", ".");
        Some(scratch.join(format!("{program}-{}", built.as_nanos())).join(name))
    }

    /// The test as an earlier run saw it, if its program is the same.
    fn known(&self, scratch: &Path) -> Option<Self> {
        let text = fs::read_to_string(self.file(scratch)?).ok()?;
        let mut lines = text.lines();
        let passes = lines.next()? == PASSED;
        let took = Duration::from_millis(lines.next()?.parse().ok()?);
        Some(Self { passes, took, reached: lines.filter_map(|line| line.parse().ok()).collect(), ..self.clone() })
    }

    /// Keeps what the test reaches for a later run, which would only find it again.
    fn keep(&self, scratch: &Path) {
        let Some(file) = self.file(scratch) else { return };
        let reached = self.reached.iter().map(Id::to_string).collect::<Vec<_>>().join("\n");
        let _ = file.parent().map(fs::create_dir_all);
        let outcome = if self.passes { PASSED } else { "failed" };
        let _ = fs::write(file, format!("{outcome}\n{}\n{reached}", self.took.as_millis()));
    }

    /// The test with what it reaches without a mutant. The test writes this to the file.
    fn recorded(&self, file: &Path) -> Self {
        let started = Instant::now();
        let ended = self.run(None, &[("MUTANTS_REACHED", file.as_os_str())], Duration::from_mins(5));
        let reached = fs::read_to_string(file).unwrap_or_default();
        let _ = fs::remove_file(file);
        let reached = reached.lines().filter_map(|line| line.parse().ok()).collect();
        Self { passes: matches!(ended, Ok(Ended::Passed)), took: started.elapsed(), reached, ..self.clone() }
    }

    /// Runs the test with a mutant, or with none.
    fn run(&self, mutant: Option<Id>, more: &[(&str, &std::ffi::OsStr)], limit: Duration) -> io::Result<Ended> {
        let mut command = Command::new("sh");
        command.args(["-c", "ulimit -v \"$1\"; shift; exec \"$@\"", "sh", MEMORY]).arg(&self.program.path);
        command.args(["--exact", &self.name, "--test-threads", "1"]).current_dir(&self.program.folder);
        command.env("MUTANT", mutant.unwrap_or(0).to_string()).envs(more.iter().copied());
        command.env("CARGO_MANIFEST_DIR", &self.program.folder).env("RUST_BACKTRACE", "0");
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let mut child = command.spawn()?;
        wait(&mut child, limit)
    }
}

#[expect(clippy::disallowed_methods, reason = "this thread has no other task")]
fn wait(child: &mut Child, limit: Duration) -> io::Result<Ended> {
    let started = Instant::now();
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(if status.success() { Ended::Passed } else { Ended::Failed });
        }
        if started.elapsed() > limit {
            child.kill()?;
            child.wait()?;
            return Ok(Ended::Late);
        }
        thread::sleep(POLL);
    }
}

/// Calls the function for each entry, in several threads, and prints the progress.
fn side_by_side<T: Sync>(name: &str, all: &[T], jobs: usize, call: impl Fn(usize, &T) + Sync) {
    let (next, started) = (AtomicUsize::new(0), Instant::now());
    let printed = Mutex::new(Instant::now());
    thread::scope(|scope| {
        for _ in 0..jobs {
            scope.spawn(|| {
                while let Some((index, entry)) = {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    all.get(index).map(|entry| (index, entry))
                } {
                    call(index, entry);
                    let mut printed = lock(&printed);
                    if printed.elapsed() > PROGRESS {
                        *printed = Instant::now();
                        eprintln!("mutants: {} of {} {name}, {} s", index + 1, all.len(), started.elapsed().as_secs());
                    }
                }
            });
        }
    });
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Like a program of tests. Mutant 2 makes its only test fail.
    const PROGRAM: &str = r#"#!/bin/sh
if [ "$1" = --list ]; then echo "it_adds: test"; exit 0; fi
[ -z "$MUTANTS_REACHED" ] || printf '1\n2\n' > "$MUTANTS_REACHED"
[ "$MUTANT" != 2 ]
"#;

    /// Writes the program in another process: one that is open for writing cannot be started.
    fn written(path: &Path) {
        let write = r#"printf %s "$1" > "$2"; chmod +x "$2""#;
        let done = Command::new("sh").args(["-c", write, "sh", PROGRAM]).arg(path).status().expect("a shell");
        assert!(done.success());
    }

    #[test]
    fn each_mutant_has_the_outcome_of_the_tests_that_reach_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let (path, scratch) = (folder.path().join("sums"), folder.path().join("scratch"));
        written(&path);
        let program = TestProgram { name: "sums".to_owned(), path, folder: folder.path().to_owned() };
        let recorded = |containing| {
            let (tests, failed) = record(std::slice::from_ref(&program), containing, &scratch, 1).expect("a record");
            assert_eq!(failed, Vec::<String>::new());
            tests
        };
        let mutants = [(1, "sums"), (2, "sums"), (3, "sums")];
        let judged = |tests: &[Test]| judge(&mutants, tests, Duration::from_mins(1), 1, |_, _| {});
        let expected = [(1, Outcome::Survived(1)), (2, Outcome::Caught), (3, Outcome::Unreached)];
        assert_eq!(judged(&recorded(None)), expected);
        assert_eq!(judged(&recorded(Some("adds"))), expected, "with the kept record");
        assert!(recorded(Some("subtracts")).is_empty());
    }
}
