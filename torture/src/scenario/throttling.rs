//! A throttled store: few tries, at irregular distances, then 503 with the time of the next try, and a quick recovery.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures::future::join_all;
use serde_json::json;

use crate::client::{Answer, Person, outline, timed};
use crate::error::TortureError;
use crate::fault::{Fault, Refusal};
use crate::plan::Mix;
use crate::proxy::Arrival;
use crate::report::ScenarioReport;
use crate::scenario::Scale;
use crate::world::{Shared, World, WorldOptions, create_session};

/// A request and its three repeats.
const MAX_TRIES: usize = 4;
/// The longest answer of a throttled request: four steps of four tries, with pauses of at most 50, 100 and 200 ms.
const ANSWERED_WITHIN: Duration = Duration::from_secs(5);
/// The longest time from the end of a burst to the first success.
const RECOVERED_WITHIN: Duration = Duration::from_secs(2);
/// First pauses are between 0 and 50 ms. With full jitter, a number of them differ by at least this.
const SPREAD: Duration = Duration::from_millis(8);
/// First pauses that are needed to judge their spread.
const MIN_PAUSES: usize = 10;
const CLIENTS: usize = 8;
/// The kinds of requests.
const REQUESTS: u64 = 4;

const THROTTLED: [Fault; 3] =
    [Fault::Refusal(Refusal::Throughput), Fault::Refusal(Refusal::Throttling), Fault::Refusal(Refusal::Conflict)];

/// A person with a session, and the version of its code.
struct Client {
    world: Arc<World>,
    person: Person,
    session: String,
}

pub(super) async fn run(shared: &Shared, scale: &Scale) -> Result<ScenarioReport, TortureError> {
    let world = Arc::new(World::start(shared, "throttling", WorldOptions::default()).await?);
    let mut clients = Vec::new();
    for _ in 0..CLIENTS {
        let person = world.person().await?;
        let session = create_session(&person, "a.py", "print(1)\n").await?;
        clients.push(Client { world: Arc::clone(&world), person, session });
    }
    world.store.set_mix(Mix::of(0.3, THROTTLED));
    let until = Instant::now() + Duration::from_secs(scale.throttled_seconds);
    join_all(clients.iter().map(|client| client.work(until))).await;
    let burst = Duration::from_secs(scale.throttled_seconds);
    burst_of(&world, &clients[0], burst).await;
    drop(clients);
    let world = Arc::into_inner(world).ok_or_else(|| std::io::Error::other("a client still runs"))?;
    world.finish().await
}

impl Client {
    /// Sends requests until this time. Each succeeds, or fails as a throttled one may.
    async fn work(&self, until: Instant) {
        let mut number = 0;
        while Instant::now() < until {
            number += 1;
            for (answer, took) in self.requests(number).await {
                if !answer.as_ref().is_some_and(Answer::is_success) && answer.as_ref().is_none_or(|a| a.status != 409) {
                    self.must_be_busy(answer.as_ref(), took);
                }
            }
        }
    }

    /// A read of each kind and a save, one after another.
    async fn requests(&self, number: u64) -> Vec<(Option<Answer>, Duration)> {
        let mut answers = Vec::new();
        for which in 0..REQUESTS {
            answers.push(timed(self.request(which, number)).await);
        }
        answers
    }

    async fn request(&self, which: u64, number: u64) -> Option<Answer> {
        let path = format!("/sessions/{}", self.session);
        self.world.tries(1);
        match which {
            0 => self.person.get("/users/me").await,
            1 => self.person.get("/sessions").await,
            2 => self.person.get(&path).await,
            _ => {
                let form = json!({ "expected_version_number": number, "code_content": format!("print({number})\n") });
                self.person.put(&path, form).await
            }
        }
    }

    fn must_be_busy(&self, answer: Option<&Answer>, took: Duration) {
        if let Some(loss) = loss_of(answer, took) {
            self.world.loses(loss);
        }
    }
}

/// A failure of a throttled request says so, soon, and when to try again.
fn loss_of(answer: Option<&Answer>, took: Duration) -> Option<String> {
    let is_busy = |answer: &&Answer| answer.status == 503 && answer.code() == "DATABASE_ERROR";
    let problem = match answer.filter(is_busy) {
        None => outline(answer),
        Some(Answer { retry_after: None, .. }) => "503 without Retry-After".to_owned(),
        Some(_) if took > ANSWERED_WITHIN => format!("503 after {} ms", took.as_millis()),
        Some(_) => return None,
    };
    Some(format!("a throttled request was answered with {problem}"))
}

/// Refuses every request for a time, and measures the recovery.
async fn burst_of(world: &World, client: &Client, time: Duration) {
    world.store.set_mix(Mix::of(1.0, THROTTLED));
    let (until, mut number, mut pauses, mut most) = (Instant::now() + time, 10_000, Vec::new(), 0);
    while Instant::now() < until || pauses.len() < MIN_PAUSES {
        number += 1;
        world.store.record();
        let (answer, took) = timed(client.request(number % REQUESTS, number)).await;
        client.must_be_busy(answer.as_ref(), took);
        let tries = by_request(&world.store.recorded());
        most = tries.values().map(Vec::len).max().unwrap_or_default().max(most);
        pauses.extend(tries.values().filter_map(|tries| Some(tries.get(1)?.duration_since(tries[0]))));
    }
    let spread = spread_of(&pauses);
    for loss in losses_of_repeats(most, spread) {
        world.loses(loss);
    }
    world.store.set_mix(Mix::none());
    let ended = Instant::now();
    while !client.person.get("/sessions").await.is_some_and(|answer| answer.is_success()) {
        if ended.elapsed() > RECOVERED_WITHIN {
            world.loses("requests fail for two seconds after the burst");
            break;
        }
    }
    world.measures("most tries of a request", most);
    world.measures("spread of the pauses before the first repeat", format!("{} ms", spread.as_millis()));
    world.measures("recovered after", format!("{} ms", ended.elapsed().as_millis()));
}

/// The violations of the repeats of throttled requests.
fn losses_of_repeats(most: usize, spread: Duration) -> Vec<String> {
    let mut losses = Vec::new();
    if most > MAX_TRIES {
        losses.push(format!("a request was sent {most} times"));
    }
    if spread < SPREAD {
        losses.push(format!("the pauses before the first repeat differ by only {} ms", spread.as_millis()));
    }
    losses
}

/// The difference of the longest and the shortest pause.
fn spread_of(pauses: &[Duration]) -> Duration {
    let (longest, shortest) = (pauses.iter().max(), pauses.iter().min());
    longest.zip(shortest).map(|(longest, shortest)| longest.saturating_sub(*shortest)).unwrap_or_default()
}

/// The arrivals of each request and its repeats, during one request of one client: equal requests are repeats.
fn by_request(arrivals: &[Arrival]) -> BTreeMap<u64, Vec<Instant>> {
    let mut tries: BTreeMap<u64, Vec<Instant>> = BTreeMap::new();
    for arrival in arrivals {
        tries.entry(arrival.digest).or_default().push(arrival.at);
    }
    tries
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, code: &str, retry_after: Option<u64>) -> Answer {
        Answer { status, body: json!({ "error": { "code": code } }), text: String::new(), retry_after }
    }

    #[test]
    fn a_failure_without_its_code_its_time_or_in_too_long_is_a_loss() {
        let (soon, late) = (Duration::from_millis(300), Duration::from_secs(6));
        let busy = answer(503, "DATABASE_ERROR", Some(1));
        assert_eq!(loss_of(Some(&busy), soon), None);
        for (answer, took, problem) in [
            (Some(&busy), late, "503 after 6000 ms"),
            (Some(&answer(503, "DATABASE_ERROR", None)), soon, "503 without Retry-After"),
            (Some(&answer(500, "INTERNAL_ERROR", None)), soon, "500 INTERNAL_ERROR"),
            (Some(&answer(503, "NETWORK_ERROR", Some(1))), soon, "503 NETWORK_ERROR"),
            (None, soon, "no answer"),
        ] {
            assert_eq!(loss_of(answer, took), Some(format!("a throttled request was answered with {problem}")));
        }
    }

    #[test]
    fn a_fifth_try_and_regular_pauses_are_losses() {
        let millis = |pauses: &[u64]| pauses.iter().map(|pause| Duration::from_millis(*pause)).collect::<Vec<_>>();
        assert_eq!(losses_of_repeats(4, spread_of(&millis(&[1, 30, 49]))), Vec::<String>::new());
        assert_eq!(losses_of_repeats(5, spread_of(&millis(&[1, 30]))), ["a request was sent 5 times"]);
        let regular = losses_of_repeats(4, spread_of(&millis(&[25, 26, 27])));
        assert_eq!(regular, ["the pauses before the first repeat differ by only 2 ms"]);
    }
}
