//! The targets in `cargo test`: seeds and files are replayed, then inputs of a fixed seed run. Each target must find
//! its planted fault.
//!
//! `CODESENSEI_FUZZ_SEED` sets another seed, and a failure prints the seed. See `cargo run -p fuzz -- --help` for long
//! runs.

use fuzz::run::{Outcome, run};
use fuzz::{Inputs, TARGETS, Target};

/// The number of inputs within which a planted fault must be found.
const UNTIL_FOUND: u64 = 2_000;

fn seed() -> u64 {
    match std::env::var("CODESENSEI_FUZZ_SEED") {
        Ok(text) => text.parse().expect("CODESENSEI_FUZZ_SEED must be a whole number"),
        Err(_) => 14,
    }
}

fn passes(target: &Target) {
    let seed = seed();
    let Outcome { inputs, failure, .. } =
        run(target, target.run, seed, target.short_run).expect("the corpus is readable");
    if let Some(failure) = failure {
        let input = String::from_utf8_lossy(&failure.input);
        panic!("{}: input {:?} of seed {seed} fails: {}\n{input:?}", target.name, failure.number, failure.message);
    }
    assert_eq!(inputs, target.short_run);
}

/// A test for each target, so that they run in parallel and a failure names its target.
macro_rules! targets {
    ($($name:ident),+) => {
        $(#[test]
        fn $name() {
            passes(named(stringify!($name)));
        })+

        #[test]
        fn every_target_has_a_test() {
            let tested = [$(stringify!($name)),+];
            assert_eq!(TARGETS.map(|target| target.name), tested);
        }
    };
}

targets!(
    keys, cursor, code, body, cookies, tokens, events, lines, anchors, patch, markdown, answer, stream, converse,
    documents
);

fn named(name: &str) -> &'static Target {
    TARGETS.iter().find(|target| target.name == name).expect("a target of this name")
}

#[test]
fn every_target_finds_its_planted_fault() {
    for target in &TARGETS {
        let outcome = run(target, target.planted, seed(), UNTIL_FOUND).expect("the corpus is readable");
        assert!(outcome.failure.is_some(), "{}: {UNTIL_FOUND} inputs do not find the planted fault", target.name);
    }
}

#[test]
fn inputs_depend_only_on_the_seed_and_their_number() {
    let target = named("patch");
    let corpus = target.corpus().expect("the corpus is readable");
    let inputs = |seed: u64| {
        let inputs = Inputs::new(target, &corpus, seed);
        (0..50).map(|number| inputs.nth(number)).collect::<Vec<_>>()
    };
    assert_eq!(inputs(1), inputs(1));
    assert_ne!(inputs(1), inputs(2));
    assert!(inputs(3).iter().all(|input| input.len() <= target.max_bytes));
    assert_eq!(Inputs::new(target, &corpus, 1).nth(49), inputs(1)[49], "without the inputs before it");
}
