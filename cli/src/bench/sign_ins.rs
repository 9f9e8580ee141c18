//! `bench sign-ins`: the latency of other requests while people sign in, and what abandoned sign-ins cost.

use std::time::{Duration, Instant};

use clap::Args;
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval, sleep, timeout};

use super::BenchError;
use super::client::{Call, Client};
use super::figures::{Figures, count, millis, percentile};
use super::scenarios::source;
use super::scene::Scene;
use crate::grid::Grid;
use crate::store_choice::StoreChoice;

/// The options of `bench sign-ins`.
#[derive(Clone, Debug, Args)]
pub(super) struct SignIns {
    /// The number of sign-ins that begin in a second.
    #[arg(long, default_value_t = 50, value_name = "COUNT", value_parser = clap::value_parser!(u16).range(1..=500))]
    per_second: u16,
    /// The duration of each of the three phases.
    #[arg(long, default_value_t = 15, value_name = "SECONDS", value_parser = clap::value_parser!(u16).range(1..=600))]
    seconds: u16,
}

/// The connections that read meanwhile.
const READERS: u8 = 4;
/// An abandoned sign-in: its client closes the connection after this time.
const PATIENCE: Duration = Duration::from_millis(20);

/// The statuses of a sign-in that is refused because there are too many, and the pause before it is sent again.
const REFUSALS: [u16; 2] = [429, 503];
const RETRY: Duration = Duration::from_millis(50);

/// How sign-ins of a phase were answered.
#[derive(Default)]
struct Answers {
    times: Vec<Duration>,
    refused: usize,
}

/// Measures reads alone, beside sign-ins, and beside sign-ins whose clients disconnect.
///
/// # Errors
/// If the server does not start or a request fails.
pub(super) async fn measure(options: &SignIns) -> Result<Figures, BenchError> {
    let scene = Scene::start(&StoreChoice::Embedded).await?;
    let reader = Client::with_account(scene.url()).await?;
    let session = reader.create("inventory.rs", &source(30_000)).await?;
    let mut rows = Vec::new();
    for (name, patience) in
        [("no sign-in", None), ("sign-ins", Some(Duration::from_mins(1))), ("abandoned sign-ins", Some(PATIENCE))]
    {
        eprintln!("{name}, for {} seconds", options.seconds);
        let before = scene.processor();
        let length = Duration::from_secs(options.seconds.into());
        let reads = tokio::spawn(reads(reader.clone(), Call::get(&session), length));
        let answers = match patience {
            Some(patience) => sign_ins(&scene, &reader, options, patience).await?,
            None => Answers::default(),
        };
        let reads = reads.await.expect("a reader does not panic")?;
        let used = scene.processor().since(before);
        let next = next_sign_in(&scene, &reader).await?;
        let processor = used.server.map_or_else(|| "unknown".to_owned(), |used| format!("{:.1}", used.as_secs_f64()));
        rows.push(row(name, &reads, &answers, &processor, next));
    }
    let SignIns { per_second, seconds } = options;
    Ok(Figures {
        name: "sign-ins",
        command: format!("sign-ins --per-second {per_second} --seconds {seconds}"),
        explanation: format!(
            "{READERS} connections open a session of 30 KB, one request after another, for {seconds} seconds: alone, \
             while {per_second} sign-ins begin in each second, and while their clients disconnect after {} ms. A \
             refused sign-in got 429 or 503. The last column is the duration of one sign-in after the phase.",
            PATIENCE.as_millis()
        ),
        grids: vec![(
            "Reads beside sign-ins".to_owned(),
            Grid {
                heads: &[
                    "beside",
                    "reads a second",
                    "p50 ms",
                    "p99 ms",
                    "answered sign-ins",
                    "refused",
                    "p50 ms of one",
                    "server CPU s",
                    "next sign-in ms",
                ],
                numbers: 1,
                rows,
            },
        )],
        picture: None,
    })
}

/// The time until a sign-in succeeds, after those that are still being hashed. A refused one is sent again.
async fn next_sign_in(scene: &Scene, person: &Client) -> Result<Duration, BenchError> {
    let began = Instant::now();
    while REFUSALS.contains(&Client::stranger(scene.url()).send(&person.sign_in()).await?.0.as_u16()) {
        sleep(RETRY).await;
    }
    Ok(began.elapsed())
}

async fn reads(client: Client, call: Call, length: Duration) -> Result<Vec<Duration>, BenchError> {
    let until = Instant::now() + length;
    let mut readers = JoinSet::new();
    for _ in 0..READERS {
        let (client, call) = (client.clone(), call.clone());
        readers.spawn(async move {
            let mut times = Vec::new();
            while Instant::now() < until {
                let began = Instant::now();
                client.ask(&call).await?;
                times.push(began.elapsed());
            }
            Ok::<_, BenchError>(times)
        });
    }
    let mut times = Vec::new();
    while let Some(done) = readers.join_next().await {
        times.extend(done.expect("a reader does not panic")?);
    }
    times.sort_unstable();
    Ok(times)
}

/// Begins sign-ins at a fixed rate, whether or not earlier ones were answered.
async fn sign_ins(
    scene: &Scene,
    person: &Client,
    options: &SignIns,
    patience: Duration,
) -> Result<Answers, BenchError> {
    let mut ticks = interval(Duration::from_secs(1) / u32::from(options.per_second));
    ticks.set_missed_tick_behavior(MissedTickBehavior::Burst);
    let mut running = JoinSet::new();
    for _ in 0..u32::from(options.per_second) * u32::from(options.seconds) {
        ticks.tick().await;
        // A client of its own, whose connection is closed with it.
        let (client, call) = (Client::stranger(scene.url()), person.sign_in());
        running.spawn(async move {
            let began = Instant::now();
            let answer = timeout(patience, client.send(&call)).await.ok()?;
            Some(answer.map(|(status, _, _)| (status, began.elapsed())))
        });
    }
    let mut answers = Answers::default();
    while let Some(done) = running.join_next().await {
        match done.expect("a sign-in does not panic") {
            Some(Ok((status, took))) if status.is_success() => answers.times.push(took),
            Some(Ok((status, _))) if REFUSALS.contains(&status.as_u16()) => answers.refused += 1,
            Some(Ok((status, _))) => return Err(BenchError::refused("POST /auth/login", status)),
            Some(Err(error)) => return Err(error),
            None => {}
        }
    }
    answers.times.sort_unstable();
    Ok(answers)
}

fn row(name: &str, reads: &[Duration], answers: &Answers, processor: &str, next: Duration) -> Vec<String> {
    let seconds: f64 = reads.iter().map(Duration::as_secs_f64).sum::<f64>() / f64::from(READERS);
    let at = |times: &[Duration], share| {
        if times.is_empty() { "none".to_owned() } else { format!("{:.1}", millis(percentile(times, share))) }
    };
    vec![
        name.to_owned(),
        format!("{:.0}", count(reads) / seconds),
        at(reads, 0.5),
        at(reads, 0.99),
        answers.times.len().to_string(),
        answers.refused.to_string(),
        at(&answers.times, 0.5),
        processor.to_owned(),
        format!("{:.0}", millis(next)),
    ]
}
