//! Concurrent saves: writers share sessions, the store has faults, and the server is killed. The history of each
//! session must have an explanation, and the last acknowledged content must be stored.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use futures::future::join_all;
use rand::rngs::ChaCha8Rng;
use rand::{RngExt as _, SeedableRng as _};
use serde_json::json;

use crate::client::{Answer, Person, outline, until_answered};
use crate::error::TortureError;
use crate::history::{FIRST_VERSION, Kind, Operation, violations};
use crate::plan::Mix;
use crate::report::ScenarioReport;
use crate::scenario::Scale;
use crate::world::{Shared, World, WorldOptions, create_session, create_thread};

/// The share of requests to the store with a fault.
const FAULTS: f64 = 0.06;
/// How often a writer sends a save whose outcome is unknown.
const TRIES: u32 = 4;
/// Contents differ in the number of lines before the line of the thread, which is below this.
const PADDINGS: u64 = 5;
/// The number of kills, at equal distances.
const KILLS: u64 = 2;

/// A session that the writers share.
struct SharedSession {
    id: String,
    operations: Mutex<Vec<Operation>>,
    /// The version that some writer saw last.
    version: AtomicU64,
}

/// The writers' common state.
struct Scene {
    world: World,
    person: Person,
    sessions: Vec<SharedSession>,
    /// The number of each content, by its text.
    contents: Mutex<HashMap<String, u64>>,
    secret: String,
    left: AtomicU64,
    /// Threads whose line was compared with the code of the same answer.
    threads_checked: AtomicU64,
    began: Instant,
}

pub(super) async fn run(shared: &Shared, scale: &Scale) -> Result<ScenarioReport, TortureError> {
    let world = World::start(shared, "saves", WorldOptions::default()).await?;
    let scene = Arc::new(Scene::of(world, scale).await?);
    scene.world.store.plant();
    scene.world.store.set_mix(Mix::store(FAULTS));
    let writers = join_all((0..scale.writers).map(|writer| tokio::spawn(write(Arc::clone(&scene), writer))));
    let (writers, killed) = tokio::join!(writers, kill(&scene, scale.saves));
    killed?;
    for writer in writers {
        writer.map_err(std::io::Error::other)?;
    }
    let scene = Arc::into_inner(scene).ok_or_else(|| std::io::Error::other("a writer still runs"))?;
    scene.check(scale).await
}

impl Scene {
    async fn of(world: World, scale: &Scale) -> Result<Self, TortureError> {
        let person = world.person().await?;
        let secret = world.secrets.next();
        let mut sessions = Vec::new();
        for number in 0..scale.sessions {
            let id = create_session(&person, &format!("{number}.py"), &text_of(&secret, 0)).await?;
            // A save of a session with threads reads head, threads, anchors and code.
            if number % 2 == 0 {
                create_thread(&person, &id, &format!("# {secret}")).await?;
            }
            let version = AtomicU64::new(FIRST_VERSION);
            sessions.push(SharedSession { id, operations: Mutex::default(), version });
        }
        let left = AtomicU64::new(scale.saves);
        let contents = Mutex::new(HashMap::from([(text_of(&secret, 0), 0)]));
        let threads_checked = AtomicU64::new(0);
        Ok(Self { world, person, sessions, contents, secret, left, threads_checked, began: Instant::now() })
    }

    fn now(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_nanos()).unwrap_or(u64::MAX)
    }

    /// Saves once, with repeats while the outcome is unknown. The first try may be given up early.
    async fn save(&self, session: &SharedSession, content: u64, patience: Option<Duration>) {
        let base = session.version.load(Ordering::SeqCst);
        let text = text_of(&self.secret, content);
        self.contents.lock().unwrap_or_else(PoisonError::into_inner).insert(text.clone(), content);
        let (path, sent) = (format!("/sessions/{}", session.id), self.now());
        let form = json!({ "expected_version_number": base, "code_content": text });
        if let Some(patience) = patience {
            let _ = tokio::time::timeout(patience, self.person.put(&path, form.clone())).await;
        }
        let answer = until_answered(TRIES, || self.person.put(&path, form.clone())).await;
        self.world.tries(1);
        let (mut operation, answered) =
            (Operation { kind: Kind::Unsure, version: base + 1, content, sent, answered: 0 }, self.now());
        match answer {
            Some(answer) if answer.is_success() => {
                let version = answer.body["session"]["version_number"].as_u64().unwrap_or_default();
                operation = Operation { kind: Kind::Saved, version, answered, ..operation };
                session.saw(version);
                self.check_threads("save", &answer, content);
            }
            Some(answer) if answer.code() == "VERSION_CONFLICT" => {
                // An earlier try may have been applied before another save.
                session.add(operation);
                let version = answer.body["error"]["current_version"].as_u64().unwrap_or_default();
                let seen = self.content_of(&answer, "/error/current_code");
                operation = Operation { kind: Kind::Seen, version, content: seen, sent, answered };
                session.saw(version);
            }
            Some(answer) if !answer.is_failure() => {
                self.world.loses(format!("a save was answered with {}", answer.outline()));
            }
            _ => {}
        }
        session.add(operation);
    }

    async fn read(&self, session: &SharedSession) -> Option<Answer> {
        let (path, sent) = (format!("/sessions/{}?include=threads", session.id), self.now());
        let answer = until_answered(TRIES, || self.person.get(&path)).await?;
        self.world.tries(1);
        if answer.is_success() {
            let version = answer.body["session"]["version_number"].as_u64().unwrap_or_default();
            let content = self.content_of(&answer, "/session/code_content");
            session.add(Operation { kind: Kind::Seen, version, content, sent, answered: self.now() });
            session.saw(version);
            self.check_threads("read", &answer, content);
        } else if !answer.is_failure() {
            self.world.loses(format!("a read was answered with {}", answer.outline()));
        }
        Some(answer)
    }

    /// Code and threads of one answer are of one version: the thread is at its line.
    fn check_threads(&self, what: &str, answer: &Answer, content: u64) {
        for thread in answer.body["threads"].as_array().into_iter().flatten() {
            self.threads_checked.fetch_add(1, Ordering::Relaxed);
            let (found, expected) = (thread["start_line"].as_u64(), content % PADDINGS + 1);
            if found != Some(expected) {
                self.world.loses(format!("a {what} shows the thread at line {found:?} instead of {expected}"));
            }
        }
    }

    /// The number of a content; the largest number for a text that no writer sent.
    fn content_of(&self, answer: &Answer, pointer: &str) -> u64 {
        let text = answer.body.pointer(pointer).and_then(|text| text.as_str()).unwrap_or_default();
        self.contents.lock().unwrap_or_else(PoisonError::into_inner).get(text).copied().unwrap_or(u64::MAX)
    }

    /// Checks the histories with a last read of each session, without faults.
    async fn check(self, scale: &Scale) -> Result<ScenarioReport, TortureError> {
        self.world.store.set_mix(Mix::none());
        let (mut versions, mut acknowledged, mut unsure) = (0, 0, 0);
        for session in &self.sessions {
            let last = self.read(session).await;
            if !last.as_ref().is_some_and(Answer::is_success) {
                self.world.loses(format!("a session cannot be read at the end: {}", outline(last.as_ref())));
            }
            let operations = session.operations.lock().unwrap_or_else(PoisonError::into_inner).clone();
            for violation in violations(0, &operations) {
                self.world.loses(violation);
            }
            let count = |kind| operations.iter().filter(|operation| operation.kind == kind).count();
            acknowledged += count(Kind::Saved);
            unsure += count(Kind::Unsure);
            versions += operations.iter().map(|operation| operation.version).max().unwrap_or_default() - FIRST_VERSION;
        }
        self.world.measures("saves", scale.saves);
        self.world.measures("acknowledged", acknowledged);
        self.world.measures("refused or of unknown outcome", unsure);
        self.world.measures("versions", versions);
        let threads = self.threads_checked.into_inner();
        self.world.measures("threads compared with the code of the same answer", threads);
        if threads == 0 {
            self.world.loses("no answer showed a thread");
        }
        if acknowledged == 0 {
            self.world.loses("no save was acknowledged");
        }
        self.world.finish().await
    }
}

impl SharedSession {
    fn add(&self, operation: Operation) {
        self.operations.lock().unwrap_or_else(PoisonError::into_inner).push(operation);
    }

    fn saw(&self, version: u64) {
        self.version.fetch_max(version, Ordering::SeqCst);
    }
}

fn text_of(secret: &str, content: u64) -> String {
    let padding = "\n".repeat(usize::try_from(content % PADDINGS).unwrap_or_default());
    format!("{padding}# {secret}\ncontent = {content}\n")
}

/// One writer: saves, and reads every fourth time.
async fn write(scene: Arc<Scene>, writer: u64) {
    let mut random = ChaCha8Rng::seed_from_u64(scene.world.seed);
    random.set_stream(100 + writer);
    loop {
        let left = scene.left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
        let Ok(content) = left else { return };
        let session = &scene.sessions[random.random_range(0..scene.sessions.len())];
        let gives_up = random.random_bool(0.2);
        let patience = gives_up.then(|| Duration::from_millis(random.random_range(0..60)));
        scene.save(session, content, patience).await;
        if random.random_bool(0.25) {
            scene.read(session).await;
        }
    }
}

/// Kills the server while the writers run.
async fn kill(scene: &Scene, saves: u64) -> Result<(), TortureError> {
    for number in (1..=KILLS).rev() {
        while scene.left.load(Ordering::SeqCst) > saves * number / (KILLS + 1) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        scene.world.store.set_mix(Mix::none());
        scene.world.restart().await?;
        scene.world.store.set_mix(Mix::store(FAULTS));
    }
    Ok(())
}
