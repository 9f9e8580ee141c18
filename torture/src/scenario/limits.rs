//! Races at each limit: never above it, and the counters equal the items.

use std::collections::BTreeMap;

use futures::StreamExt as _;
use futures::future::join_all;
use serde_json::{Value, json};

use crate::client::{Answer, Person};
use crate::error::TortureError;
use crate::report::ScenarioReport;
use crate::scenario::Scale;
use crate::table::number;
use crate::world::{Shared, World, WorldOptions, create_session, create_thread, prepared};

/// Concurrent requests that fill up to the limit. More would conflict with each other and repeat.
const AT_ONCE: usize = 2;
/// `sessions_per_user` of `schema/limits.toml`.
const SESSIONS: u64 = 100;
/// `threads_per_session` of `schema/limits.toml`.
const THREADS: u64 = 50;
/// `messages_per_thread` of `schema/limits.toml`.
const MESSAGES: u64 = 500;
/// `messages_per_window` of `schema/limits.toml`.
const NOTES_PER_WINDOW: i64 = 30;
/// The longest page of a list.
const PAGE: u64 = 50;

pub(super) async fn run(shared: &Shared, scale: &Scale) -> Result<ScenarioReport, TortureError> {
    let world = World::start(shared, "limits", WorldOptions::default()).await?;
    sessions(&world, scale.races).await?;
    threads(&world, scale.races).await?;
    messages(&world, scale.races).await?;
    let report = world.finish().await?;
    let world = World::start(shared, "limits", WorldOptions { limits: true, ..WorldOptions::default() }).await?;
    rates(&world, scale.races).await?;
    let rates = world.finish().await?;
    Ok(report.and(rates))
}

/// Creates at 99 of 100 sessions.
async fn sessions(world: &World, races: u64) -> Result<(), TortureError> {
    let person = world.person().await?;
    let create = async |_| person.post("/sessions", json!({ "filename": "a.py", "code_content": "print(1)\n" })).await;
    fill(SESSIONS - 1, create).await?;
    race(world, "SESSION_LIMIT_EXCEEDED", races, 1, create).await;
    let count = count(&person, "/sessions", "sessions").await?;
    expect(world, "sessions", count, SESSIONS);
    Ok(())
}

/// Creates at 49 of 50 threads.
async fn threads(world: &World, races: u64) -> Result<(), TortureError> {
    let person = world.person().await?;
    let session = create_session(&person, "a.py", "print(1)\n").await?;
    let path = format!("/sessions/{session}/threads");
    let form = json!({ "type": "block", "start_line": 1, "end_line": 1, "selected_text": "print(1)" });
    let create = async |_| person.post(&path, form.clone()).await;
    fill(THREADS - 1, create).await?;
    race(world, "THREAD_LIMIT_EXCEEDED", races, 1, create).await;
    let count = count(&person, &path, "threads").await?;
    expect(world, "threads", count, THREADS);
    Ok(())
}

/// Notes and questions at 498 of 500 messages. A question takes two.
async fn messages(world: &World, races: u64) -> Result<(), TortureError> {
    let person = world.person().await?;
    let session = create_session(&person, "a.py", "print(1)\n").await?;
    let thread = create_thread(&person, &session, "print(1)").await?;
    let path = format!("/threads/{thread}/messages");
    let post = async |asks: bool| person.post(&path, json!({ "content": "A note.", "ask": asks })).await;
    fill(MESSAGES - 2, async |_| post(false).await).await?;
    race(world, "MESSAGE_LIMIT_EXCEEDED", races, 2, async |number| post(number % 2 == 0).await).await;
    let count = count(&person, &path, "messages").await?;
    // A single note may have taken the last but one place, in which no question has room.
    if !(MESSAGES - 1..=MESSAGES).contains(&count) {
        world.loses(format!("the thread has {count} messages, and the limit is {MESSAGES}"));
    }
    world.measures("messages", count);
    Ok(())
}

/// Notes of one user at the rate limit.
async fn rates(world: &World, races: u64) -> Result<(), TortureError> {
    let person = world.person().await?;
    let session = create_session(&person, "a.py", "print(1)\n").await?;
    let thread = create_thread(&person, &session, "print(1)").await?;
    let path = format!("/threads/{thread}/messages");
    let note = json!({ "content": "A note.", "ask": false });
    let answers = join_all((0..races).map(|_| person.post(&path, note.clone()))).await;
    world.tries(races);
    let accepted = answers.iter().flatten().filter(|answer| answer.is_success()).count();
    let windows = world.table.items_of("rate_window").await?;
    let hits: Vec<i64> = windows
        .iter()
        .filter(|window| window["rule"]["S"] == "message")
        .map(|window| number(&window["hits"]))
        .collect();
    if hits.iter().any(|hits| *hits > NOTES_PER_WINDOW) {
        world.loses(format!("a window of the rate limit has {hits:?} hits"));
    }
    let counted: i64 = hits.iter().sum();
    if i64::try_from(accepted) != Ok(counted) {
        world.loses(format!("{accepted} notes were accepted and {counted} were counted"));
    }
    let refused = answers.iter().flatten().filter(|answer| answer.status == 429);
    let without_time = refused.filter(|answer| answer.retry_after.is_none()).count();
    if without_time > 0 {
        world.loses(format!("{without_time} refusals of the rate limit have no Retry-After"));
    }
    world.measures("notes accepted by the rate limit", accepted);
    Ok(())
}

/// Sends requests that all must succeed.
async fn fill(requests: u64, send: impl AsyncFn(u64) -> Option<Answer>) -> Result<(), TortureError> {
    let requests = futures::stream::iter(0..requests).map(async |number| {
        let mut answer = None;
        // Writers of one thread refuse each other; a client repeats.
        for _ in 0..20 {
            answer = send(number).await;
            if answer.as_ref().is_none_or(|answer| answer.code() != "DATABASE_ERROR") {
                break;
            }
        }
        answer
    });
    let mut answers = requests.buffer_unordered(AT_ONCE);
    while let Some(answer) = answers.next().await {
        prepared("a request below the limit", answer)?;
    }
    Ok(())
}

/// Sends requests at the same time. At most `room` may succeed, and the others are refused with this code.
async fn race(world: &World, code: &str, requests: u64, room: usize, send: impl AsyncFn(u64) -> Option<Answer>) {
    let answers = join_all((0..requests).map(async |number| send(number).await)).await;
    world.tries(requests);
    let mut outcomes = BTreeMap::new();
    for answer in &answers {
        let outcome = crate::client::outline(answer.as_ref());
        *outcomes.entry(outcome).or_insert(0_usize) += 1;
    }
    for loss in losses_of(code, room, &outcomes) {
        world.loses(loss);
    }
    let outcomes: Vec<String> = outcomes.iter().map(|(outcome, count)| format!("{count} x {outcome}")).collect();
    world.measures(format!("race at {code}"), outcomes.join(", "));
}

/// The violations of a race with these outcomes.
fn losses_of(code: &str, room: usize, outcomes: &BTreeMap<String, usize>) -> Vec<String> {
    let mut losses = Vec::new();
    let accepted: usize =
        outcomes.iter().filter(|(outcome, _)| outcome.starts_with("20")).map(|(_, count)| count).sum();
    if accepted > room {
        losses.push(format!("{accepted} requests were accepted at {code}, with room for {room}"));
    }
    let is_expected =
        |outcome: &str| outcome.starts_with("20") || outcome.contains(code) || outcome.contains("DATABASE_ERROR");
    for (outcome, count) in outcomes.iter().filter(|(outcome, _)| !is_expected(outcome)) {
        losses.push(format!("{count} requests at {code} were answered with {outcome}"));
    }
    losses
}

fn expect(world: &World, what: &str, count: u64, limit: u64) {
    if count != limit {
        world.loses(format!("there are {count} {what}, and the limit is {limit}"));
    }
    world.measures(what, count);
}

/// The number of things in all pages of a list.
async fn count(person: &Person, path: &str, field: &str) -> Result<u64, TortureError> {
    let (mut found, mut cursor) = (0, String::new());
    loop {
        let page = prepared("a list", person.get(&format!("{path}?limit={PAGE}{cursor}")).await)?;
        found += page.body[field].as_array().map_or(0, Vec::len) as u64;
        match page.body["cursor"].as_str().map(Value::from) {
            Some(next) => cursor = format!("&cursor={}", next.as_str().unwrap_or_default()),
            None => return Ok(found),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_above_the_limit_and_an_unexpected_answer_are_losses() {
        let losses = |outcomes: &[(&str, usize)]| {
            let outcomes = outcomes.iter().map(|(outcome, count)| ((*outcome).to_owned(), *count)).collect();
            losses_of("THREAD_LIMIT_EXCEEDED", 1, &outcomes)
        };
        let refused = ("409 THREAD_LIMIT_EXCEEDED", 9);
        assert_eq!(losses(&[("201", 1), refused, ("503 DATABASE_ERROR", 1)]), Vec::<String>::new());
        assert!(losses(&[("201", 2), refused])[0].starts_with("2 requests were accepted"));
        assert!(losses(&[refused, ("500 INTERNAL_ERROR", 1)])[0].ends_with("answered with 500 INTERNAL_ERROR"));
        assert!(losses(&[refused, ("no answer", 3)])[0].starts_with("3 requests"));
    }
}
