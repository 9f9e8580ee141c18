//! Random sequences of requests against the API and against a reference model, a plain state in memory: every answer
//! and the whole state at the end must equal the model's.
//!
//! `CODESENSEI_SEQUENCES=100000` runs that many sequences, and prints the size of the run as Markdown. A failure prints
//! the seed of its sequence, which `CODESENSEI_SEED` takes, and the shortest sequence that was found.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use proptest::test_runner::{Config, RngSeed, TestCaseError, TestError, TestRunner};

mod accounts;
mod call;
mod choice;
mod contents;
mod conversation;
mod coverage;
mod faults;
mod operation;
mod reading;
mod restore;
mod seen;
mod state;
mod world;

use faults::Fault;
use operation::{Mishap, Operation, Pause, Step, sequence};
use world::World;

/// The seed of the first sequence; the next ones have the next seeds.
const SEED: u64 = 1;
/// The number of sequences in the suite.
const SEQUENCES: u64 = 50;
/// Tries to shorten a failing sequence.
const SHORTER: u32 = 300;
/// The failures after which a run ends.
const MOST_FAILURES: usize = 5;
/// The number of sequences after which a run reports its progress.
const PROGRESS: u64 = 1_000;
/// Sequences that run beside each other on a processor. A client that retries waits meanwhile.
const PER_PROCESSOR: usize = 2;

fn number(variable: &str) -> Option<u64> {
    let set = std::env::var(variable).ok();
    set.map(|number| number.parse().unwrap_or_else(|_| panic!("{variable} is no number: {number:?}")))
}

/// Runs a sequence on a new table.
fn run(steps: &[Step], fault: Option<Fault>) -> Result<(), String> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let outcome = runtime.block_on(async {
        let mut world = World::new(fault).await?;
        for (number, step) in steps.iter().enumerate() {
            world.step(*step).await.map_err(|error| format!("step {number}: {error}"))?;
        }
        world.read_back().await.map_err(|error| format!("at the end: {error}"))
    });
    // The tasks of killed processes wait for ever.
    runtime.shutdown_background();
    outcome
}

/// Runs the sequence of a seed, and shortens it if it fails.
fn run_seed(seed: u64, fault: Option<Fault>, shorter: u32) -> Result<(), TestError<Vec<Step>>> {
    let config = Config {
        cases: 1,
        rng_seed: RngSeed::Fixed(seed),
        max_shrink_iters: shorter,
        failure_persistence: None,
        ..Config::default()
    };
    let case = |steps: Vec<Step>| {
        let outcome = run(&steps, fault);
        if let Err(error) = &outcome {
            println!("seed {seed}, {} steps: {error}", steps.len());
        }
        outcome.map_err(TestCaseError::fail)
    };
    TestRunner::new(config).run(&sequence(), case)
}

/// Runs sequences beside each other, and returns their failures. It begins no other one after some failures.
fn run_all(first: u64, sequences: u64) -> Vec<String> {
    let (next, done, began) = (AtomicU64::new(0), AtomicU64::new(0), Instant::now());
    let failures = Mutex::new(Vec::new());
    let failed = || failures.lock().unwrap_or_else(PoisonError::into_inner);
    let work = || {
        while failed().len() < MOST_FAILURES {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= sequences {
                return;
            }
            let seed = first + number;
            if let Err(failure) = run_seed(seed, None, SHORTER) {
                let failure = format!("CODESENSEI_SEED={seed} CODESENSEI_SEQUENCES=1 repeats this failure: {failure}");
                eprintln!("{failure}");
                failed().push(failure);
            }
            let done = done.fetch_add(1, Ordering::Relaxed) + 1;
            if done.is_multiple_of(PROGRESS) {
                let seconds = began.elapsed().as_secs().max(1);
                eprintln!("{done} of {sequences} sequences in {seconds} s, {} failures", failed().len());
            }
        }
    };
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..processors * PER_PROCESSOR {
            scope.spawn(work);
        }
    });
    println!("{} sequences from seed {first} in {} s.\n", done.into_inner(), began.elapsed().as_secs());
    failures.into_inner().unwrap_or_else(PoisonError::into_inner)
}

#[test]
fn every_answer_and_the_whole_state_equal_the_reference_model() {
    let (seed, sequences) =
        (number("CODESENSEI_SEED").unwrap_or(SEED), number("CODESENSEI_SEQUENCES").unwrap_or(SEQUENCES));
    let failures = run_all(seed, sequences);
    println!("{}", coverage::summary(sequences, failures.len()));
    eprintln!("{}", coverage::report());
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    assert!(sequences < SEQUENCES || coverage::missing().is_empty(), "no sequence has {:?}", coverage::missing());
}

/// `verify` reports a question whose process was killed more than an hour ago, and the model has to know it.
#[test]
fn a_killed_question_is_overdue_after_an_hour() {
    let ask = Operation::Ask { thread: 0, text: 0, client: None, version: None, fails: false };
    let mishap = Mishap::Killed { after: 2, is_executed: true };
    let killed = Step::Request { device: 0, operation: ask, by_page: true, mishap };
    for steps in [vec![killed], vec![killed, Step::Wait(Pause::Day)]] {
        run(&steps, None).unwrap_or_else(|error| panic!("{steps:?}: {error}"));
    }
}
