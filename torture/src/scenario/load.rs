//! Mixed load without faults: no request fails, and the duration of each route, without and with many sign-ins.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use futures::future::join_all;
use rand::rngs::ChaCha8Rng;
use rand::{RngExt as _, SeedableRng as _};
use serde_json::json;

use crate::client::{Answer, Person, outline, timed};
use crate::error::TortureError;
use crate::latency::Latencies;
use crate::report::ScenarioReport;
use crate::scenario::Scale;
use crate::world::{Shared, World, WorldOptions, create_session, create_thread};

/// The longest pause between two requests of a user.
const PAUSE: Duration = Duration::from_millis(200);
/// A stored conversation must not reach its limit of 500 messages.
const MAX_MESSAGES: u64 = 400;

/// A user with a session and a thread.
struct User {
    person: Person,
    session: String,
    thread: String,
}

/// The durations of each route.
#[derive(Default)]
struct Routes(Mutex<BTreeMap<&'static str, Latencies>>);

pub(super) async fn run(shared: &Shared, scale: &Scale) -> Result<ScenarioReport, TortureError> {
    let world = Arc::new(World::start(shared, "load", WorldOptions::default()).await?);
    let mut users = Vec::new();
    for _ in 0..scale.users {
        let person = world.person().await?;
        let session = create_session(&person, "a.py", "print(1)\n").await?;
        let thread = create_thread(&person, &session, "print(1)").await?;
        users.push(User { person, session, thread });
    }
    world.store.plant();
    let time = Duration::from_secs(scale.load_seconds);
    let began = Instant::now();
    let alone = Routes::default();
    let requests = work_all(&world, &users, time, &alone).await;
    #[expect(clippy::cast_precision_loss, reason = "a rate for people")]
    let rate = requests as f64 / began.elapsed().as_secs_f64();
    world.measures("users", scale.users);
    world.measures("requests a second", format!("{rate:.0}"));
    alone.measure(&world, "");
    let (beside, sign_ins) = (Routes::default(), Routes::default());
    let (_, ()) = tokio::join!(
        work_all(&world, &users, time, &beside),
        sign_in_all(&world, &users, time, scale.sign_ins_per_second, &sign_ins),
    );
    let words = format!(", with {} sign-ins a second offered", scale.sign_ins_per_second);
    beside.measure(&world, &words);
    sign_ins.measure(&world, &words);
    drop(users);
    let world = Arc::into_inner(world).ok_or_else(|| std::io::Error::other("a user still works"))?;
    world.finish().await
}

async fn work_all(world: &World, users: &[User], time: Duration, routes: &Routes) -> u64 {
    let until = Instant::now() + time;
    let work = users.iter().zip(0..).map(|(user, number)| user.work(world, number, until, routes));
    join_all(work).await.into_iter().sum()
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

#[expect(clippy::cast_precision_loss, reason = "small numbers")]
const fn f64_of(number: u64) -> f64 {
    number as f64
}

impl User {
    /// Sends requests until this time: 70 % reads, 20 % saves, 8 % messages, 2 % refreshes. Returns their number.
    async fn work(&self, world: &World, number: u64, until: Instant, routes: &Routes) -> u64 {
        let mut random = ChaCha8Rng::seed_from_u64(world.seed);
        random.set_stream(500 + number);
        let (mut requests, mut messages) = (0, 0);
        let mut version = self.version().await;
        while Instant::now() < until {
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
                    let form = json!({ "expected_version_number": version, "code_content": text });
                    let saved = timed(self.person.put(&format!("/sessions/{}", self.session), form)).await;
                    version = saved.0.as_ref().map_or(version, version_of);
                    ("PUT /sessions/{id}", saved)
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
            requests += 1;
            routes.add(world, route, answer.as_ref(), took);
            tokio::time::sleep(PAUSE.mul_f64(random.random())).await;
        }
        requests
    }

    async fn version(&self) -> u64 {
        self.person.get(&format!("/sessions/{}", self.session)).await.as_ref().map_or(1, version_of)
    }
}

fn version_of(answer: &Answer) -> u64 {
    answer.body["session"]["version_number"].as_u64().unwrap_or(1)
}

impl Routes {
    fn add(&self, world: &World, route: &'static str, answer: Option<&Answer>, took: Duration) {
        if !answer.is_some_and(Answer::is_success) {
            world.loses(format!("{route} was answered with {}", outline(answer)));
        }
        self.0.lock().unwrap_or_else(PoisonError::into_inner).entry(route).or_default().add(took);
    }

    fn measure(&self, world: &World, words: &str) {
        for (route, latencies) in &*self.0.lock().unwrap_or_else(PoisonError::into_inner) {
            world.measures(format!("{route}{words}"), latencies.outline());
        }
    }
}
