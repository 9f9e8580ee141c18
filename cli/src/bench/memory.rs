//! `bench memory`: memory at rest, under load, while clients send files of 5 MiB, and later.

use std::time::Duration;

use clap::Args;
use tempfile::TempDir;
use tokio::time::sleep;

use super::BenchError;
use super::client::{self, Call, Client, Queue};
use super::figures::{Figures, mebibytes};
use super::process::{Server, Usage};
use super::scenarios::source;
use super::scene::Scene;
use crate::grid::Grid;
use crate::store_choice::StoreChoice;

/// The options of `bench memory`.
#[derive(Clone, Debug, Args)]
pub(super) struct Memory {
    /// The number of clients that send a file of 5 MiB at the same time.
    #[arg(long, default_value_t = 20, value_name = "COUNT", value_parser = clap::value_parser!(u16).range(1..=100))]
    clients: u16,
    /// The pause before the last reading.
    #[arg(long, default_value_t = 60, value_name = "SECONDS", value_parser = clap::value_parser!(u16).range(1..=600))]
    pause: u16,
}

/// The largest file of a session.
const LARGEST: usize = review::limits::CODE_BYTES;
/// The calls of each of eight connections for the reading under load.
const CALLS: usize = 200;

/// Measures a server that runs its own engine, and one whose engine is another process.
///
/// # Errors
/// If a server does not start or a request fails.
pub(super) async fn measure(options: &Memory) -> Result<Figures, BenchError> {
    let folder = tempfile::tempdir().map_err(BenchError::Start)?;
    let whole = whole(&folder).await?;
    let mut rows = vec![row("with the engine", options, &whole).await?];
    drop(whole);
    let scene = Scene::start(&StoreChoice::Embedded).await?;
    rows.push(row("without the engine", options, scene.server()).await?);
    let heads = &["server", "at rest", "under load", "peak of large files", "after the pause"];
    let Memory { clients, pause } = options;
    Ok(Figures {
        name: "memory",
        command: format!("memory --clients {clients} --pause {pause}"),
        explanation: format!(
            "Resident memory in MiB. Under load, eight connections open sessions of 30 KB. Then {clients} \
             clients create a session of 5 MiB that does not compress, twice each and all at once. The last reading \
             is {pause} seconds later."
        ),
        grids: vec![("Memory of the server".to_owned(), Grid { heads, numbers: 1, rows })],
        picture: None,
    })
}

async fn whole(folder: &TempDir) -> Result<Server, BenchError> {
    Server::start(folder.path(), &["--store", "embedded", "--rate-limits", "off"]).await
}

async fn row(name: &str, options: &Memory, server: &Server) -> Result<Vec<String>, BenchError> {
    let shown = |of: fn(Usage) -> u64| {
        server.usage().map_or_else(|| "unknown".to_owned(), |usage| format!("{:.0}", mebibytes(of(usage))))
    };
    let rest = shown(|usage| usage.memory);
    eprintln!("{name}: under load");
    client::run(small(&server.url).await?).await?;
    let load = shown(|usage| usage.memory);
    let queues = large(&server.url, options.clients).await?;
    eprintln!("{name}: {} clients send 5 MiB", options.clients);
    server.forget_peak();
    client::run(queues).await?;
    let peak = shown(|usage| usage.peak);
    sleep(Duration::from_secs(options.pause.into())).await;
    Ok(vec![name.to_owned(), rest, load, peak, shown(|usage| usage.memory)])
}

async fn small(url: &str) -> Result<Vec<Queue>, BenchError> {
    let (client, code) = (Client::with_account(url).await?, source(30_000));
    let mut queues = Vec::new();
    for _ in 0..8 {
        let session = client.create("inventory.rs", &code).await?;
        queues.push((client.clone(), vec![Call::get(&session); CALLS]));
    }
    Ok(queues)
}

/// Text that hardly compresses, different for each client.
async fn large(url: &str, clients: u16) -> Result<Vec<Queue>, BenchError> {
    let mut queues = Vec::new();
    for _ in 0..clients {
        let client = Client::with_account(url).await?;
        let text: String = (0..LARGEST).map(|_| char::from(rand::random_range(b' '..=b'~'))).collect();
        let body = serde_json::json!({ "filename": "noise.txt", "code_content": text });
        let call = Call::post("/sessions", &body);
        queues.push((client, vec![call.clone(), call]));
    }
    Ok(queues)
}
