//! Questions that clients repeat while connections break and the server is killed: each is stored, answered and billed
//! once.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use futures::StreamExt as _;
use rand::rngs::ChaCha8Rng;
use rand::{RngExt as _, SeedableRng as _};
use serde_json::{Value, json};

use crate::client::{Answer, Person, outline, until_answered};
use crate::error::TortureError;
use crate::plan::Mix;
use crate::report::ScenarioReport;
use crate::scenario::Scale;
use crate::world::{Shared, World, WorldOptions, create_session, create_thread, prepared};

/// The share of requests to the store with a fault.
const FAULTS: f64 = 0.04;
/// Questions in one thread: each takes two of 500 messages, and some stay free for wrong duplicates.
const PER_THREAD: u64 = 200;
/// Concurrent clients.
const AT_ONCE: usize = 16;
/// The deadline of a question. After a kill, its lease ends five seconds later.
const DEADLINE: Duration = Duration::from_secs(5);
/// A client gives up a question after so many repeats.
const REPEATS: u32 = 400;
const BETWEEN_REPEATS: Duration = Duration::from_millis(100);

struct Scene {
    world: World,
    person: Person,
    threads: Vec<String>,
    questions: u64,
    done: AtomicU64,
    /// Questions that the model answered too late: each is billed and asked again.
    late: AtomicU64,
}

/// The ids of a question and its answer, as a response told them.
type Told = (u64, String, String);

pub(super) async fn run(shared: &Shared, scale: &Scale) -> Result<ScenarioReport, TortureError> {
    let options = WorldOptions { deadline: DEADLINE, ..WorldOptions::default() };
    let scene = Scene::of(World::start(shared, "questions", options).await?, scale.questions).await?;
    scene.world.store.plant();
    scene.world.store.set_mix(Mix::store(FAULTS));
    let asked = futures::stream::iter(0..scene.questions).map(|number| scene.ask(number));
    let (told, lost) = tokio::join!(asked.buffer_unordered(AT_ONCE).collect::<Vec<_>>(), scene.kill());
    let lost = lost?;
    scene.world.store.set_mix(Mix::none());
    scene.world.store.quiet_for(Duration::from_millis(100)).await;
    let told: Vec<Told> = told.into_iter().flatten().collect();
    let answers = scene.check(&told).await?;
    let (billed, late) = (scene.world.model.forwarded(), scene.late.load(Ordering::SeqCst));
    if billed > scene.questions + lost + late {
        let questions = scene.questions;
        let excuses = format!("{lost} answers that a kill lost and {late} that came after the deadline");
        scene.world.loses(format!("{billed} calls were billed for {questions} questions, {excuses}"));
    }
    for (name, count) in [("answers", answers), ("billed calls", billed), ("calls lost by kills", lost)] {
        scene.world.measures(name, count);
    }
    scene.world.measures("questions", scene.questions);
    scene.world.finish().await
}

impl Scene {
    async fn of(world: World, questions: u64) -> Result<Self, TortureError> {
        let person = world.person().await?;
        let line = format!("# {}", world.secrets.next());
        let session = create_session(&person, "asked.py", &format!("{line}\nprint(1)\n")).await?;
        let mut threads = Vec::new();
        for _ in 0..questions.div_ceil(PER_THREAD) {
            threads.push(create_thread(&person, &session, &line).await?);
        }
        Ok(Self { world, person, threads, questions, done: AtomicU64::new(0), late: AtomicU64::new(0) })
    }

    fn thread(&self, number: u64) -> &str {
        &self.threads[usize::try_from(number / PER_THREAD).unwrap_or_default()]
    }

    async fn send(&self, number: u64) -> Option<Answer> {
        let form = json!({ "content": content(&self.world, number), "client_message_id": id(number) });
        self.world.tries(1);
        self.person.post(&format!("/threads/{}/messages", self.thread(number)), form).await
    }

    /// Sends a question up to four times with a client that gives up early, then until it is answered, then once more:
    /// one to five repeats, besides those that faults need.
    async fn ask(&self, number: u64) -> Option<Told> {
        let mut random = ChaCha8Rng::seed_from_u64(self.world.seed);
        random.set_stream(1_000 + number);
        for _ in 0..random.random_range(0..=4) {
            let patience = Duration::from_micros(random.random_range(0..40_000));
            let _ = tokio::time::timeout(patience, self.send(number)).await;
        }
        let told = self.until_answered(number).await;
        let again = self.until_answered(number).await;
        self.done.fetch_add(1, Ordering::SeqCst);
        if told != again {
            self.world.loses(format!("question {number} has another answer when it is repeated"));
        }
        told
    }

    async fn until_answered(&self, number: u64) -> Option<Told> {
        let mut last = None;
        for _ in 0..REPEATS {
            last = self.send(number).await;
            if let Some(answer) = last.as_ref().filter(|answer| answer.is_success()) {
                let id = |of: &str| answer.body[of]["message_id"].as_str().unwrap_or_default().to_owned();
                return Some((number, id("message"), id("reply")));
            }
            if last.as_ref().is_some_and(|answer| answer.code() == "AI_TIMEOUT") {
                self.late.fetch_add(1, Ordering::SeqCst);
            }
            let may_repeat = |answer: &Answer| answer.is_failure() || answer.code() == "REQUEST_IN_PROGRESS";
            if !last.as_ref().is_none_or(may_repeat) {
                break;
            }
            tokio::time::sleep(BETWEEN_REPEATS).await;
        }
        self.world.loses(format!("question {number} is not answered: {}", outline(last.as_ref())));
        None
    }

    /// Kills the server when half of the questions are answered. Returns the number of calls whose answer was lost.
    async fn kill(&self) -> Result<u64, TortureError> {
        while self.done.load(Ordering::SeqCst) < self.questions / 2 {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        self.world.store.set_mix(Mix::none());
        self.world.server.kill().await?;
        self.world.store.settled().await;
        self.world.model.settled().await;
        let messages = self.world.table.items_of("message").await?;
        let answers = messages.iter().filter(|message| message["role"]["S"] == "ai").count() as u64;
        let lost = self.world.model.forwarded().saturating_sub(answers);
        self.world.server.start_again().await?;
        self.world.store.set_mix(Mix::store(FAULTS));
        Ok(lost)
    }

    /// Checks that each question is stored once, directly before its answer, as the responses told. Returns the number
    /// of answers.
    async fn check(&self, told: &[Told]) -> Result<u64, TortureError> {
        let mut stored: BTreeMap<String, (String, String)> = BTreeMap::new();
        for thread in &self.threads {
            for message in self.messages(thread).await? {
                let text = |field: &str| message[field].as_str().unwrap_or_default().to_owned();
                stored.insert(text("message_id"), (text("role"), text("content")));
            }
        }
        let of_role = |role: &str| stored.values().filter(|(stored, _)| stored == role).count() as u64;
        if of_role("user") != self.questions {
            self.world.loses(format!("{} questions are stored instead of {}", of_role("user"), self.questions));
        }
        if of_role("ai") > self.questions {
            self.world.loses(format!("{} answers are stored for {} questions", of_role("ai"), self.questions));
        }
        for (number, question, answer) in told {
            if stored.get(question).is_none_or(|(_, text)| *text != content(&self.world, *number)) {
                self.world.loses(format!("question {number} is not stored as it was acknowledged"));
            }
            if stored.get(answer).is_none_or(|(role, _)| role != "ai") {
                self.world.loses(format!("the acknowledged answer to question {number} is not stored"));
            }
        }
        Ok(of_role("ai"))
    }

    async fn messages(&self, thread: &str) -> Result<Vec<Value>, TortureError> {
        let (mut messages, mut cursor) = (Vec::new(), String::new());
        loop {
            let path = format!("/threads/{thread}/messages?limit=100{cursor}");
            let page = prepared("a list of messages", until_answered(5, || self.person.get(&path)).await)?;
            messages.extend(page.body["messages"].as_array().cloned().unwrap_or_default());
            match page.body["cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => return Ok(messages),
            }
        }
    }
}

fn content(world: &World, number: u64) -> String {
    format!("What is {}q{number}?", world.secrets.marker())
}

/// A client id that is the same in every run.
fn id(number: u64) -> String {
    format!("6f1c9a0e-5b7d-4f32-9a55-{number:012x}")
}
