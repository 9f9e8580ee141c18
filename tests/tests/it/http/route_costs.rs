//! What each route asks of the table: the tables of docs/route-costs.md, measured through the router with all limits.
//!
//! A new route needs its cases in a scene of `route_costs/`. Then this command renews the tables:
//! `CODESENSEI_TEST_BLESS=1 cargo test -p tests --test it route_costs`

mod accounts;
mod analysis;
mod bench;
mod large;
mod messages;
mod page;
mod profile;
mod questions;
mod sessions;
mod threads;

use std::collections::BTreeSet;
use std::pin::Pin;

use futures::StreamExt as _;
use tests::app::contract::{Operation, operations};
use tests::engine;
use tests::proxy::Units;

use bench::{Case, Row};
use page::Page;

/// The number of scenes that run concurrently. Most of their time, the proxies wait for further requests of a step.
const AT_ONCE: usize = 12;

/// The number of runs of a scene whose figures differ from the expected ones. A busy machine can delay one of two
/// concurrent requests until the proxy takes it for another step, or a response until the store repeats the request.
const RUNS: usize = 4;

/// Renews the tables if it is set.
const VARIABLE: &str = "CODESENSEI_TEST_BLESS";

fn is_renewing() -> bool {
    std::env::var_os(VARIABLE).is_some()
}

type Scene = fn() -> Pin<Box<dyn Future<Output = Vec<Row>> + Send>>;

/// Each scene has a table of its own. The slowest come first.
fn scenes() -> impl Iterator<Item = &'static Scene> {
    let all: [&[Scene]; 8] = [
        large::SCENES,
        sessions::SCENES,
        threads::SCENES,
        messages::SCENES,
        questions::SCENES,
        accounts::SCENES,
        profile::SCENES,
        analysis::SCENES,
    ];
    all.into_iter().flatten()
}

/// Runs a scene until its rows are those of the page, or, to renew the page, until two runs agree.
async fn settled(scene: Scene, page: &Page) -> Vec<Row> {
    let mut last: Option<Vec<Row>> = None;
    for _ in 0..RUNS {
        let Ok(rows) = tokio::spawn(scene()).await else { continue };
        if page.has(&rows) || is_renewing() && last.as_ref() == Some(&rows) {
            return rows;
        }
        last = Some(rows);
    }
    last.expect("a scene without a panic, see above")
}

async fn measured(page: &Page) -> Vec<Row> {
    let rows = futures::stream::iter(scenes()).map(|scene| settled(*scene, page)).buffered(AT_ONCE);
    rows.collect::<Vec<_>>().await.concat()
}

/// The error codes that a route answers after a write, or after a count of the request. Their cost must be known.
const REFUSALS: [&str; 14] = [
    "RATE_LIMIT_EXCEEDED",
    "USER_ALREADY_EXISTS",
    "INVALID_CREDENTIALS",
    "REFRESH_TOKEN_INVALID",
    "SESSION_LIMIT_EXCEEDED",
    "THREAD_LIMIT_EXCEEDED",
    "MESSAGE_LIMIT_EXCEEDED",
    "VERSION_CONFLICT",
    "PATCH_CONFLICT",
    "TOKEN_LIMIT_EXCEEDED",
    "BEDROCK_UNAVAILABLE",
    "REQUEST_IN_PROGRESS",
    "DEVICE_NOT_FOUND",
    "MESSAGE_NOT_FOUND",
];

/// What is missing: a sentence for each operation without its cases.
fn missing_cases(operations: &[Operation], rows: &[Row]) -> Vec<String> {
    let mut missing = Vec::new();
    for operation in operations {
        let own: Vec<&Row> = rows.iter().filter(|row| row.route == operation.route()).collect();
        let has = |case| own.iter().any(|row| row.case == case);
        let is_complete = has(Case::Always) || has(Case::Typical) && has(Case::Worst);
        if !is_complete {
            missing.push(format!("{} needs a typical and a worst case, or one for always", operation.route()));
        }
        for code in operation.codes().filter(|code| REFUSALS.contains(code)) {
            if !own.iter().any(|row| row.answer.ends_with(code)) {
                missing.push(format!("{} needs a case of {code}", operation.route()));
            }
        }
    }
    missing
}

#[tokio::test(flavor = "multi_thread")]
async fn every_route_costs_what_the_page_says() {
    let page = Page::read();
    let rows = measured(&page).await;
    assert_eq!(missing_cases(operations(), &rows), Vec::<String>::new());
    // The embedded engine reports the units of AWS, so its report checks the formulas.
    for row in rows.iter().filter(|_| engine::named().is_none()) {
        let own = Units { read: row.rcu, write: row.wcu };
        let reported = row.metered.unwrap_or(own);
        let differs = (reported.read - own.read).abs() > 0.01 || (reported.write - own.write).abs() > 0.01;
        assert!(!differs, "the engine reports {reported:?}: {}", row.line());
    }
    let renewed = page.with(&rows);
    if is_renewing() {
        renewed.write();
    } else {
        let differences = page.differences(&renewed);
        assert!(differences.is_empty(), "{}: if this is wanted, set {VARIABLE}=1:\n{differences}", page::NAME);
    }
}

fn figures_of(row: &Row) -> (usize, usize, f64, f64) {
    (row.requests, row.steps, row.rcu, row.wcu)
}

#[test]
fn the_page_meets_every_target() {
    let page = Page::read();
    let figures = |route: &str, when: &str| page.figures(route, when);
    for when in ["a file of 3 KB", "the same, in the memory of the process"] {
        assert_eq!(figures("GET /sessions/{id}", when).steps, 1, "open a session");
    }
    assert!(figures("GET /sessions", "50 sessions, with heads of 500 B").rcu <= 7.0, "list 50 sessions");
    assert!(figures("PATCH /sessions/{id}/metadata", "another name").wcu <= 1.0, "rename, which has no limit");
    let save = |when| figures("PUT /sessions/{id}", when);
    let eight_kb = save("30 KB in 8 KB of gzip, 50 threads move");
    assert!(eight_kb.wcu <= 30.0 && eight_kb.steps <= 3, "{eight_kb:?}");
    let largest = save("the largest inline code, 50 threads move");
    assert!(largest.wcu <= 520.0 && largest.steps <= 3, "{largest:?}");
    assert_eq!((save("one thread moves").steps, save("no threads").steps), (3, 2), "a save");
    let asked = |when| figures("POST /threads/{thread_id}/messages", when);
    let (plain, named) = (asked("a question"), asked("a question with a client id"));
    assert!(plain.requests <= 5 && plain.steps <= 3, "{plain:?}");
    assert!(named.requests <= 5 && named.steps <= 4, "{named:?}");
    assert_eq!(figures_of(&asked("the same after a minute")), figures_of(&named), "a pause costs nothing");
    let applied = |when| figures("POST /threads/{thread_id}/messages/{message_id}/apply", when).requests;
    assert!(named.requests + applied("one of two threads") <= 9, "a question and its applied patch");
    assert!(named.requests + applied("the only thread of a file of 3 KB") <= 8, "in the only thread");
    for when in ["a browser that the account knows", "another browser"] {
        assert!(figures("POST /auth/login", when).steps <= 4, "sign in: {when}");
    }
}

#[test]
fn a_route_without_its_cases_is_reported() {
    let page = Page::read();
    let rows = page.rows();
    assert_eq!(missing_cases(operations(), &rows), Vec::<String>::new());
    for route in rows.iter().map(|row| &row.route).collect::<BTreeSet<_>>() {
        let others: Vec<Row> = rows.iter().filter(|row| row.route != *route).cloned().collect();
        let missing = missing_cases(operations(), &others);
        assert!(!missing.is_empty() && missing.iter().all(|problem| problem.starts_with(&**route)), "{missing:?}");
    }
    let code = "POST /sessions needs a case of SESSION_LIMIT_EXCEEDED";
    let others: Vec<Row> = rows.into_iter().filter(|row| !row.answer.ends_with("SESSION_LIMIT_EXCEEDED")).collect();
    assert_eq!(missing_cases(operations(), &others), [code]);
}

#[test]
fn a_changed_figure_and_a_removed_row_are_reported() {
    let page = Page::read();
    let rows = page.rows();
    assert_eq!(page.differences(&page.with(&rows)), "");
    let mut changed = rows.clone();
    changed[3].wcu += 0.5;
    let removed = page.differences(&page.with(&rows[1..]));
    assert!(page.differences(&page.with(&changed)).contains(&format!("+ {}", changed[3].line())));
    assert_eq!(removed, format!("- {}\n", rows[0].line()));
    assert!(page.has(&rows) && !page.has(&changed));
}
