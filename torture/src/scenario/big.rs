//! One user with large files: every byte comes back, and pages of lists stay small.

use rand::rngs::ChaCha8Rng;
use rand::{RngExt as _, SeedableRng as _};
use serde_json::json;

use crate::client::timed;
use crate::error::TortureError;
use crate::latency::Latencies;
use crate::report::ScenarioReport;
use crate::scenario::Scale;
use crate::world::{Shared, World, WorldOptions, create_session, create_thread, prepared};

/// The largest page of a list, in bytes: a page of DynamoDB.
const MAX_PAGE: usize = 1 << 20;
/// Reads of each list.
const READS: usize = 20;

pub(super) async fn run(shared: &Shared, scale: &Scale) -> Result<ScenarioReport, TortureError> {
    let world = World::start(shared, "big", WorldOptions::default()).await?;
    let person = world.person().await?;
    world.store.plant();
    let mut random = ChaCha8Rng::seed_from_u64(shared.seed);
    let (mut first, mut thread, mut opened) = (String::new(), String::new(), Latencies::default());
    for number in 0..scale.big_sessions {
        let secret = world.secrets.next();
        let text = random_text(&mut random, &secret, usize::try_from(scale.big_bytes).unwrap_or_default());
        let session = create_session(&person, &format!("{number}.txt"), &text).await?;
        if number == 0 {
            for _ in 0..scale.big_threads {
                thread = create_thread(&person, &session, text.lines().next().unwrap_or_default()).await?;
            }
            first.clone_from(&session);
        }
        let (answer, took) = timed(person.get(&format!("/sessions/{session}"))).await;
        opened.add(took);
        world.tries(2);
        if answer.is_none_or(|answer| answer.body["session"]["code_content"].as_str() != Some(&*text)) {
            world.loses(format!("session {number} is not read with the text that was saved"));
        }
    }
    let messages = format!("/threads/{thread}/messages");
    let note = json!({ "content": "é".repeat(5_000), "ask": false });
    for _ in 0..scale.big_notes {
        prepared("a note", person.post(&messages, note.clone()).await)?;
    }
    let threads = format!("/sessions/{first}/threads");
    for (name, path) in [
        ("GET /sessions", "/sessions"),
        ("GET /sessions/{id}/threads", &threads),
        ("GET /threads/{thread_id}/messages", &messages),
    ] {
        let mut latencies = Latencies::default();
        let mut largest = 0;
        for _ in 0..READS {
            let (answer, took) = timed(person.get(path)).await;
            largest = prepared("a list", answer)?.text.len().max(largest);
            latencies.add(took);
        }
        world.tries(READS as u64);
        if largest > MAX_PAGE {
            world.loses(format!("a page of {name} has {largest} bytes"));
        }
        world.measures(name, format!("{largest} bytes, {}", latencies.outline()));
    }
    world.measures("sessions", scale.big_sessions);
    world.measures("bytes of each", scale.big_bytes);
    world.measures("threads of the first", scale.big_threads);
    world.measures("notes in one thread", scale.big_notes);
    world.measures("GET /sessions/{id}", opened.outline());
    world.finish().await
}

/// Lines of random characters of one to four bytes, and line ends of both kinds.
fn random_text(random: &mut ChaCha8Rng, secret: &str, bytes: usize) -> String {
    let mut text = format!("{secret}\n");
    while text.len() + 4 <= bytes {
        match random.random_range(0..80) {
            0 => text.push('\n'),
            1 => text.push_str("\r\n"),
            2 => text.push('😀'),
            3 => text.push('漢'),
            4 => text.push('é'),
            _ => text.push(char::from(random.random_range(b' '..=b'~'))),
        }
    }
    text
}
