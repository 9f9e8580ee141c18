//! Faults between the server and the model: the right code and status, in time, with the right number of calls, and
//! the question stays stored.

use std::time::Duration;

use serde_json::json;

use crate::client::{Answer, Person, outline, timed};
use crate::error::TortureError;
use crate::fault::{Fault, Refusal};
use crate::report::ScenarioReport;
use crate::world::{Shared, World, WorldOptions, create_session, create_thread, prepared};

/// The deadline of a question: long enough for the repeats, which begin only with eight seconds left.
const DEADLINE: Duration = Duration::from_secs(15);
/// The deadline for a silent model.
const SHORT: Duration = Duration::from_secs(2);
/// The time after the deadline for storing the failure.
const STORING: Duration = Duration::from_secs(2);

const BUSY: &str = "BEDROCK_UNAVAILABLE";
const THROTTLED: Fault = Fault::Refusal(Refusal::Model(429, "ThrottlingException"));
const INTERNAL: Fault = Fault::Refusal(Refusal::Model(500, "InternalServerException"));
const UNAVAILABLE: Fault = Fault::Refusal(Refusal::Model(503, "ServiceUnavailableException"));
const GATEWAY: Fault = Fault::Refusal(Refusal::Gateway(502));

/// The faults of the next calls, the error code (empty for an answer) and the number of calls.
struct Case {
    faults: Vec<Fault>,
    code: &'static str,
    calls: u64,
}

fn case(faults: &[Fault], code: &'static str, calls: u64) -> Case {
    Case { faults: faults.to_vec(), code, calls }
}

fn cases() -> Vec<Case> {
    let delay = Fault::Delay(Duration::from_millis(300));
    vec![
        case(&[delay], "", 1),
        case(&[Fault::Slices], "", 1),
        case(&[Fault::ResetBefore], "", 2),
        case(&[Fault::ResetBefore; 3], BUSY, 2),
        case(&[Fault::ResetAfter], "", 2),
        case(&[Fault::ResetAfter; 3], BUSY, 2),
        case(&[Fault::Cut], "", 2),
        case(&[Fault::Cut; 3], BUSY, 2),
        case(&[THROTTLED, THROTTLED], "", 3),
        case(&[THROTTLED; 3], BUSY, 3),
        case(&[INTERNAL], "", 2),
        case(&[INTERNAL; 3], BUSY, 3),
        case(&[UNAVAILABLE; 3], BUSY, 3),
        case(&[GATEWAY], "", 2),
        case(&[GATEWAY; 3], BUSY, 3),
    ]
}

pub(super) async fn run(shared: &Shared) -> Result<ScenarioReport, TortureError> {
    let world =
        World::start(shared, "reviewer", WorldOptions { deadline: DEADLINE, ..WorldOptions::default() }).await?;
    let person = world.person().await?;
    let session = create_session(&person, "a.py", "print(1)\n").await?;
    let thread = create_thread(&person, &session, "print(1)").await?;
    for case in cases() {
        for streams in [false, true] {
            ask(&world, &person, &thread, &case, streams, DEADLINE).await?;
        }
    }
    let report = world.finish().await?;
    let world = World::start(shared, "reviewer", WorldOptions { deadline: SHORT, ..WorldOptions::default() }).await?;
    let person = world.person().await?;
    let session = create_session(&person, "a.py", "print(1)\n").await?;
    let thread = create_thread(&person, &session, "print(1)").await?;
    let silence = case(&[Fault::Silence(SHORT * 3)], "AI_TIMEOUT", 1);
    for streams in [false, true] {
        ask(&world, &person, &thread, &silence, streams, SHORT).await?;
    }
    Ok(report.and(world.finish().await?))
}

/// Asks with these faults and checks the outcome.
async fn ask(
    world: &World,
    person: &Person,
    thread: &str,
    case: &Case,
    streams: bool,
    deadline: Duration,
) -> Result<(), TortureError> {
    let path = format!("/threads/{thread}/messages");
    let stored = count(person, &path).await?;
    let calls = world.model.requests();
    world.model.queue(case.faults.iter().copied());
    let form = json!({ "content": format!("What is {}?", world.secrets.next()) });
    world.tries(1);
    let (answer, took) =
        timed(async { if streams { person.stream(&path, form).await } else { person.post(&path, form).await } }).await;
    world.model.clear_queue();
    let calls = world.model.requests() - calls;
    let faults: Vec<&str> = case.faults.iter().map(|fault| fault.name()).collect();
    let what = format!("{} ({})", faults.join(", "), if streams { "stream" } else { "whole" });
    let (is_right, shown) = outcome(answer.as_ref(), case.code, streams);
    if !is_right {
        world.loses(format!("{what}: expected `{}`, got {shown}", case.code));
    }
    // A stream whose text has begun is not asked again.
    let fewest = if streams { 1 } else { case.calls };
    if !(fewest..=case.calls).contains(&calls) {
        world.loses(format!("{what}: {calls} calls instead of {}", case.calls));
    }
    if took > deadline + STORING {
        world.loses(format!("{what}: answered after {} ms", took.as_millis()));
    }
    let expected = stored + if is_answer(answer.as_ref()) { 2 } else { 1 };
    let stored = count(person, &path).await?;
    if stored != expected {
        world.loses(format!("{what}: the thread has {stored} messages instead of {expected}"));
    }
    Ok(())
}

fn is_answer(answer: Option<&Answer>) -> bool {
    answer.is_some_and(|answer| answer.is_success() && !answer.text.contains("event: error"))
}

/// Whether the answer has this code and its status; and the answer in words.
fn outcome(answer: Option<&Answer>, code: &str, streams: bool) -> (bool, String) {
    let Some(received) = answer else { return (false, outline(None)) };
    if streams {
        let event =
            received.text.lines().filter_map(|line| line.strip_prefix("event: ")).next_back().unwrap_or_default();
        let is_right = match code {
            "" => event == "done",
            // A cut stream may have shown a part of the explanation; then it is malformed or unavailable.
            code => event == "error" && received.text.contains(&format!("\"code\":\"{code}\"")),
        };
        return (received.status == 200 && is_right, format!("{} with the event {event}", received.status));
    }
    let status = match code {
        "" => 201,
        "AI_TIMEOUT" => 504,
        _ => 503,
    };
    (received.status == status && received.code() == code, received.outline())
}

/// The number of messages of the thread, of at most 100.
async fn count(person: &Person, path: &str) -> Result<usize, TortureError> {
    let page = prepared("a list of messages", person.get(&format!("{path}?limit=100")).await)?;
    Ok(page.body["messages"].as_array().map_or(0, Vec::len))
}
