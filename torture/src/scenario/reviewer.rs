//! Faults between the server and the model: the right code and status, in time, with the right number of calls, and
//! the question stays stored.

use std::time::Duration;

use serde_json::{Value, json};

use crate::client::{Answer, Person, outline, timed};
use crate::error::TortureError;
use crate::fault::{Fault, Refusal};
use crate::report::ScenarioReport;
use crate::world::{Shared, World, WorldOptions, create_session, create_thread, prepared};

/// The deadline of a question: long enough for the repeats, which begin only with eight seconds left.
const DEADLINE: Duration = Duration::from_secs(15);
/// The deadline for a silent model.
const SHORT: Duration = Duration::from_secs(1);
/// The time after the deadline for storing the failure.
const STORING: Duration = Duration::from_secs(2);

const BUSY: &str = "BEDROCK_UNAVAILABLE";
const THROTTLED: Fault = Fault::Refusal(Refusal::Model(429, "ThrottlingException"));
const INTERNAL: Fault = Fault::Refusal(Refusal::Model(500, "InternalServerException"));
const UNAVAILABLE: Fault = Fault::Refusal(Refusal::Model(503, "ServiceUnavailableException"));
const GATEWAY: Fault = Fault::Refusal(Refusal::Gateway(502));

/// The faults of the next calls, and the outcome: the error code (empty for an answer) and the number of calls.
struct Case {
    faults: Vec<Fault>,
    /// Without a stream.
    whole: (&'static str, u64),
    streamed: (&'static str, u64),
}

fn case(faults: &[Fault], code: &'static str, calls: u64) -> Case {
    Case { faults: faults.to_vec(), whole: (code, calls), streamed: (code, calls) }
}

/// A cut stream has shown a part of the explanation, so the model is not asked again.
fn cut(times: usize, code: &'static str, calls: u64) -> Case {
    Case { streamed: ("AI_MALFORMED_RESPONSE", 1), ..case(&vec![Fault::Cut; times], code, calls) }
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
        cut(1, "", 2),
        cut(3, BUSY, 2),
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
    let (code, expected_calls) = if streams { case.streamed } else { case.whole };
    let shown = answer.as_ref().map_or_else(|| outline(None), |answer| shown(answer, streams));
    let expected = expected(code, streams);
    if shown != expected {
        world.loses(format!("{what}: expected {expected}, got {shown}"));
    }
    if calls != expected_calls {
        world.loses(format!("{what}: {calls} calls instead of {expected_calls}"));
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

/// The expected outcome in words.
fn expected(code: &str, streams: bool) -> String {
    match (code, streams) {
        ("", true) => "200 done".to_owned(),
        ("", false) => "201".to_owned(),
        (code, true) => format!("200 error {code}"),
        ("AI_TIMEOUT", false) => "504 AI_TIMEOUT".to_owned(),
        (code, false) => format!("503 {code}"),
    }
}

/// The outcome in words: the status and the error code, and of a stream its last event.
fn shown(answer: &Answer, streams: bool) -> String {
    if !streams {
        return answer.outline();
    }
    let last =
        |prefix: &str| answer.text.lines().filter_map(|line| line.strip_prefix(prefix)).next_back().unwrap_or_default();
    let (event, data) = (last("event: "), serde_json::from_str::<Value>(last("data: ")).unwrap_or_default());
    let code = data["error"]["code"].as_str().unwrap_or_default();
    format!("{} {event} {code}", answer.status).trim_end().to_owned()
}

/// The number of messages of the thread, of at most 100.
async fn count(person: &Person, path: &str) -> Result<usize, TortureError> {
    let page = prepared("a list of messages", person.get(&format!("{path}?limit=100")).await)?;
    Ok(page.body["messages"].as_array().map_or(0, Vec::len))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn streamed(text: &str) -> Answer {
        Answer { status: 200, body: Value::Null, text: text.to_owned(), retry_after: None }
    }

    #[test]
    fn a_wrong_outcome_differs_from_the_expected_one() {
        let error = "event: delta\ndata: \"a\"\n\nevent: error\ndata: {\"error\":{\"code\":\"AI_TIMEOUT\"}}\n\n";
        assert_eq!(shown(&streamed(error), true), expected("AI_TIMEOUT", true));
        assert_ne!(shown(&streamed(error), true), expected(BUSY, true));
        assert_ne!(shown(&streamed(error), true), expected("", true));
        assert_eq!(shown(&streamed("event: done\ndata: {}\n\n"), true), expected("", true));
        let body = json!({ "error": { "code": BUSY } });
        let refused = Answer { status: 500, body, text: String::new(), retry_after: None };
        assert_ne!(shown(&refused, false), expected(BUSY, false), "the status differs");
    }
}
