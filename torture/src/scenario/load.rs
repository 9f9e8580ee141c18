//! Mixed load without faults: no request fails, and the duration of each route, without and with many sign-ins.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use futures::future::join_all;
use futures::{StreamExt as _, TryStreamExt as _};
use rand::rngs::ChaCha8Rng;
use rand::{RngExt as _, SeedableRng as _};
use serde_json::json;

use crate::client::{Answer, Person, outline, timed};
use crate::error::TortureError;
use crate::latency::Latencies;
use crate::report::ScenarioReport;
use crate::scenario::Scale;
use crate::world::{Shared, World, WorldOptions, create_session, create_thread};

/// The longest time of the load beside sign-ins.
const BESIDE_SIGN_INS: Duration = Duration::from_mins(2);
/// Users who are created at the same time. The server hashes one password per processor.
const CREATED_AT_ONCE: usize = 2;
/// A stored conversation must not reach its limit of 500 messages.
const MAX_MESSAGES: u64 = 400;

/// A user with a session and a thread.
struct User {
    person: Person,
    session: String,
    thread: String,
    /// The version of the session after the last save.
    version: AtomicU64,
}

/// The durations of each route, and the failures of all.
#[derive(Default)]
struct Routes {
    latencies: Mutex<BTreeMap<&'static str, Latencies>>,
    failed: AtomicU64,
}

pub(super) async fn run(shared: &Shared, scale: &Scale) -> Result<ScenarioReport, TortureError> {
    let world = Arc::new(World::start(shared, "load", WorldOptions::default()).await?);
    let users = futures::stream::iter(0..scale.users).map(|_| User::create(&world));
    let users: Vec<User> = users.buffer_unordered(CREATED_AT_ONCE).try_collect().await?;
    world.store.plant();
    let (time, pauses) = (Duration::from_secs(scale.load_seconds), &scale.pauses);
    let alone = Routes::default();
    work_all(&world, &users, time, pauses, &alone).await;
    world.measures("users", scale.users);
    world.measures("pauses of a user", format!("{} to {} ms", pauses.start.as_millis(), pauses.end.as_millis()));
    alone.measure(&world, time, "");
    let time = time.min(BESIDE_SIGN_INS);
    let (beside, sign_ins) = (Routes::default(), Routes::default());
    tokio::join!(
        work_all(&world, &users, time, pauses, &beside),
        sign_in_all(&world, &users, time, scale.sign_ins_per_second, &sign_ins),
    );
    let words = format!(", with {} sign-ins a second offered", scale.sign_ins_per_second);
    beside.measure(&world, time, &words);
    sign_ins.measure_latencies(&world, &words);
    drop(users);
    let world = Arc::into_inner(world).ok_or_else(|| std::io::Error::other("a user still works"))?;
    world.finish().await
}

async fn work_all(world: &World, users: &[User], time: Duration, pauses: &Range<Duration>, routes: &Routes) {
    let until = Instant::now() + time;
    let work = users.iter().zip(0..).map(|(user, number)| user.work(world, number, until, pauses, routes));
    join_all(work).await;
}

/// Offers sign-ins at this rate, independent of how long each takes. The server refuses those for which it has no room:
/// it hashes one password per processor, and the queue for it has an end.
async fn sign_in_all(world: &World, users: &[User], time: Duration, rate: u64, routes: &Routes) {
    let (offered, refused) = (time.as_secs() * rate, AtomicU64::new(0));
    let sign_ins = (0..offered).map(async |number| {
        tokio::time::sleep(time.mul_f64(f64_of(number) / f64_of(offered.max(1)))).await;
        let user = &users[usize::try_from(number).unwrap_or_default() % users.len()];
        let browser = user.person.elsewhere();
        let (answer, took) = timed(browser.sign_in()).await;
        if answer.as_ref().is_some_and(Answer::is_busy) {
            refused.fetch_add(1, Ordering::Relaxed);
        } else {
            routes.add(world, "POST /auth/login", answer.as_ref(), took);
        }
    });
    join_all(sign_ins).await;
    world.measures("refused sign-ins", format!("{} of {offered}", refused.into_inner()));
}

#[expect(clippy::cast_precision_loss, reason = "numbers of requests")]
const fn f64_of(number: u64) -> f64 {
    number as f64
}

impl User {
    async fn create(world: &World) -> Result<Self, TortureError> {
        let person = world.person().await?;
        let session = create_session(&person, "a.py", "print(1)\n").await?;
        let thread = create_thread(&person, &session, "print(1)").await?;
        Ok(Self { person, session, thread, version: AtomicU64::new(1) })
    }

    /// Pauses and sends a request, until this time: 70 % reads, 20 % saves, 8 % messages, 2 % refreshes.
    async fn work(&self, world: &World, number: u64, until: Instant, pauses: &Range<Duration>, routes: &Routes) {
        let mut random = ChaCha8Rng::seed_from_u64(world.seed);
        random.set_stream(500 + number);
        let mut messages = 0;
        loop {
            tokio::time::sleep(random.random_range(pauses.clone())).await;
            if Instant::now() >= until {
                return;
            }
            let (route, (answer, took)) = match random.random_range(0..100) {
                0..20 => ("GET /sessions", timed(self.person.get("/sessions")).await),
                20..50 => {
                    let path = format!("/sessions/{}?include=threads", self.session);
                    ("GET /sessions/{id}", timed(self.person.get(&path)).await)
                }
                50..70 => {
                    let path = format!("/threads/{}/messages", self.thread);
                    ("GET /threads/{thread_id}/messages", timed(self.person.get(&path)).await)
                }
                70..90 => {
                    let text = format!("print({})\n", random.random::<u32>());
                    ("PUT /sessions/{id}", timed(self.save(&text)).await)
                }
                90..98 if messages < MAX_MESSAGES => {
                    messages += 2;
                    let form = json!({ "content": "What does this line print?" });
                    let path = format!("/threads/{}/messages", self.thread);
                    ("POST /threads/{thread_id}/messages", timed(self.person.post(&path, form)).await)
                }
                _ => {
                    let refreshed = self.person.send(http::Method::POST, "/auth/refresh", None);
                    ("POST /auth/refresh", timed(refreshed).await)
                }
            };
            world.tries(1);
            routes.add(world, route, answer.as_ref(), took);
        }
    }

    async fn save(&self, text: &str) -> Option<Answer> {
        let version = self.version.load(Ordering::SeqCst);
        let form = json!({ "expected_version_number": version, "code_content": text });
        let answer = self.person.put(&format!("/sessions/{}", self.session), form).await;
        if let Some(version) = answer.as_ref().and_then(|answer| answer.body["session"]["version_number"].as_u64()) {
            self.version.store(version, Ordering::SeqCst);
        }
        answer
    }
}

impl Routes {
    fn add(&self, world: &World, route: &'static str, answer: Option<&Answer>, took: Duration) {
        if !answer.is_some_and(Answer::is_success) {
            self.failed.fetch_add(1, Ordering::Relaxed);
            world.loses(format!("{route} was answered with {}", outline(answer)));
        }
        self.latencies().entry(route).or_default().add(took);
    }

    fn latencies(&self) -> MutexGuard<'_, BTreeMap<&'static str, Latencies>> {
        self.latencies.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The requests of this time, their failures and their durations.
    fn measure(&self, world: &World, time: Duration, words: &str) {
        let requests: usize = self.latencies().values().map(Latencies::count).sum();
        let rate = f64_of(requests as u64) / time.as_secs_f64();
        let seconds = time.as_secs();
        world.measures(format!("requests{words}"), format!("{requests} in {seconds} s, {rate:.0} a second"));
        world.measures(format!("failed requests{words}"), self.failed.load(Ordering::Relaxed));
        self.measure_latencies(world, words);
    }

    fn measure_latencies(&self, world: &World, words: &str) {
        for (route, latencies) in &*self.latencies() {
            world.measures(format!("{route}{words}"), latencies.outline());
        }
    }
}
