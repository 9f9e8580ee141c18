//! Cost contracts: each pattern, called once through its generated function, has the cost that `access-patterns.md`
//! states.

mod accounts;
mod bench;
mod deleting;
mod families;
mod loading;
mod maintenance;
mod messages;
mod operators;
mod records;
mod sessions;
mod threads;
mod usage;

use std::fmt::Write as _;

use futures::StreamExt as _;
use model::PATTERNS;
use model::registry::{Operation, Pattern};
use tests::{TestTable, engine};

use bench::{Bench, Fixture, Measured};

/// The number of patterns that are measured concurrently. All at once would keep a small engine from answering in time.
const AT_ONCE: usize = 8;

/// The fixture of each pattern, by the pattern's id.
const FIXTURES: [&[(&str, Fixture)]; 11] = [
    accounts::FIXTURES,
    families::FIXTURES,
    sessions::FIXTURES,
    threads::FIXTURES,
    messages::FIXTURES,
    records::FIXTURES,
    usage::FIXTURES,
    deleting::FIXTURES,
    operators::FIXTURES,
    loading::FIXTURES,
    maintenance::FIXTURES,
];

fn fixture_of(pattern: &Pattern) -> Fixture {
    let found: Vec<_> = FIXTURES.iter().copied().flatten().filter(|(id, _)| *id == pattern.id).collect();
    match found[..] {
        [(_, fixture)] => *fixture,
        [] => panic!("{} has a cost contract and no fixture: write one in tests/tests/it/costs", pattern.id),
        _ => panic!("{} has two fixtures", pattern.id),
    }
}

async fn measure(pattern: &'static Pattern) -> Measured {
    let fixture = fixture_of(pattern);
    let bench = Bench::on(TestTable::new().await);
    fixture(&bench).await;
    bench.measured(pattern).await
}

/// The write units to compare with a contract. Not every engine reports those of a transaction as AWS does; the formula
/// is AWS's.
fn write_units(pattern: &Pattern, measured: &Measured) -> f64 {
    if pattern.operation == Operation::Transact { measured.by_formula } else { measured.wcu }
}

/// Whether two figures are equal. They are multiples of a half, which floats represent exactly.
fn equal(one: f64, other: f64) -> bool {
    (one - other).abs() < 0.01
}

/// Whether the measured cost equals the contract.
fn matches_contract(pattern: &Pattern, measured: &Measured) -> bool {
    let cost = pattern.cost;
    equal(cost.requests, measured.requests)
        && equal(cost.rcu, measured.rcu)
        && equal(cost.wcu, write_units(pattern, measured))
}

/// Measures a pattern. Its cost is the same each time; but a request that a busy engine did not answer in time is
/// retried, and the retry is counted. So a pattern that differs from its contract is measured again, on another table.
async fn measure_with_retry(pattern: &'static Pattern) -> Measured {
    let mut measured = measure(pattern).await;
    for _ in 0..2 {
        if matches_contract(pattern, &measured) {
            break;
        }
        measured = measure(pattern).await;
    }
    measured
}

#[tokio::test(flavor = "multi_thread")]
async fn every_pattern_costs_exactly_its_contract() {
    let benches = PATTERNS.iter().map(|&pattern| async move {
        let measured = tokio::spawn(measure_with_retry(pattern)).await;
        (pattern, measured.unwrap_or_else(|_| panic!("{}: its fixture panicked, see above", pattern.id)))
    });
    let benches: Vec<_> = futures::stream::iter(benches).buffered(AT_ONCE).collect().await;
    let mut wrong = String::new();
    for (pattern, measured) in &benches {
        let (cost, wcu) = (pattern.cost, write_units(pattern, measured));
        if !matches_contract(pattern, measured) {
            let Measured { requests, rcu, .. } = measured;
            let _ = writeln!(
                wrong,
                "{} {}, {}: says requests = {}, rcu = {}, wcu = {}; costs requests = {requests}, rcu = {rcu}, wcu = {wcu}",
                pattern.id, pattern.name, cost.fixture, cost.requests, cost.rcu, cost.wcu,
            );
        }
        // Where the engine reports the same figures as AWS, the formula gives the same result.
        if pattern.operation != Operation::Transact || engine::named().is_none() {
            assert!(equal(measured.wcu, measured.by_formula), "{}: {measured:?}", pattern.id);
        }
    }
    assert!(wrong.is_empty(), "correct access-patterns.md and run `cargo xtask codegen`:\n{wrong}");
}

#[test]
fn contracts_that_are_too_high_or_too_low_fail() {
    type Change = fn(&mut model::registry::Cost, f64);
    let correct: Pattern = **PATTERNS.iter().find(|pattern| pattern.id == "AP-97").expect("there is AP-97");
    let cost = correct.cost;
    let measured = Measured { requests: cost.requests, rcu: cost.rcu, wcu: cost.wcu, by_formula: cost.wcu };
    assert!(matches_contract(&correct, &measured));
    let figures: [Change; 3] = [|cost, by| cost.requests += by, |cost, by| cost.rcu += by, |cost, by| cost.wcu += by];
    for change in figures {
        for by in [-0.5, 0.5, 999.0] {
            let mut wrong = correct;
            change(&mut wrong.cost, by);
            assert!(!matches_contract(&wrong, &measured), "{by} more in the contract");
        }
    }
}

#[test]
fn every_pattern_has_exactly_one_fixture() {
    for pattern in PATTERNS {
        let count = FIXTURES.iter().copied().flatten().filter(|(id, _)| *id == pattern.id).count();
        assert_eq!(count, 1, "fixtures of {} in tests/tests/it/costs", pattern.id);
    }
}

#[test]
fn every_fixture_belongs_to_an_existing_pattern() {
    let known = |id: &str| PATTERNS.iter().any(|pattern| pattern.id == id);
    let orphans: Vec<_> = FIXTURES.iter().copied().flatten().filter(|(id, _)| !known(id)).map(|(id, _)| id).collect();
    assert_eq!(orphans, Vec::<&&str>::new());
}
