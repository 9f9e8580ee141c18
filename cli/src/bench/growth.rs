//! `bench growth`: the same requests in small and in large tables, of users with one session and with a hundred.

use clap::Args;
use hyper::Method;
use serde_json::json;

use super::BenchError;
use super::client::{self, Call, Client};
use super::figures::{Figures, millis, percentile};
use super::scenarios::source;
use super::scene::Scene;
use crate::grid::Grid;
use crate::picture::Bars;

/// The options of `bench growth`.
#[derive(Clone, Debug, Args)]
pub(super) struct Growth {
    /// The numbers of users in the table, in increasing order, separated by commas.
    #[arg(long, value_name = "COUNT", value_delimiter = ',', default_values_t = [1, 1_000, 100_000],
        value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    users: Vec<u32>,
    /// The number of calls of each kind.
    #[arg(long, default_value_t = 300, value_name = "COUNT", value_parser = clap::value_parser!(u16).range(1..=10_000))]
    calls: u16,
}

/// Measures one connection at each size of the table.
///
/// # Errors
/// If the server does not start, the data cannot be loaded, or a request fails.
pub(super) async fn measure(options: &Growth) -> Result<Figures, BenchError> {
    let mut rows = Vec::new();
    for &users in &options.users {
        eprintln!("loading {users} users");
        let scene = Scene::with_users(users).await?;
        for sessions in [1, 100] {
            eprintln!("{users} users, {sessions} sessions");
            rows.push(row(&scene, users, sessions, options.calls.into()).await?);
        }
    }
    let sizes: Vec<String> = options.users.iter().map(u32::to_string).collect();
    let heads =
        &["users", "sessions of the user", "list", "open", "rename", "save", "create a thread", "profile", "usage"];
    Ok(Figures {
        name: "growth",
        command: format!("growth --users {} --calls {}", sizes.join(","), options.calls),
        explanation: format!(
            "The median latency in milliseconds of {} calls of one connection (50 for threads), on the embedded engine \
             with its table in a file. The table has that many generated users with one session each; the calls are \
             those of one more user, with files of 30 KB. A list has at most 50 sessions.",
            options.calls
        ),
        picture: Some(Bars {
            title: "Median latency in ms by the size of the table".to_owned(),
            bars: bars(heads, &rows),
        }),
        grids: vec![("Latency and the size of the table".to_owned(), Grid { heads, numbers: 0, rows })],
    })
}

/// One group for each kind of request: a bar for each size.
fn bars(heads: &[&str], rows: &[Vec<String>]) -> Vec<(String, f64, String)> {
    let mut bars = Vec::new();
    for (column, head) in heads.iter().enumerate().skip(2) {
        for row in rows {
            let label = format!("{head}, {} users, {} sessions", row[0], row[1]);
            bars.push((label, row[column].parse().unwrap_or_default(), row[column].clone()));
        }
        bars.push((String::new(), 0.0, String::new()));
    }
    bars
}

async fn row(scene: &Scene, users: u32, sessions: usize, calls: usize) -> Result<Vec<String>, BenchError> {
    let (client, code) = (Client::with_account(scene.url()).await?, source(30_000));
    let mut session = String::new();
    for _ in 0..sessions {
        session = client.create("inventory.rs", &code).await?;
    }
    let renamed = |n: usize| {
        let body = json!({ "filename": format!("inventory_{n}.rs") });
        Call::with(Method::PATCH, &format!("{session}/metadata"), &body)
    };
    let saved = |version: usize| {
        let first = if version % 2 == 1 { "\n" } else { "" };
        let body = json!({ "expected_version_number": version, "code_content": format!("{first}{code}") });
        Call::with(Method::PUT, &session, &body)
    };
    let mut row = vec![users.to_string(), sessions.to_string()];
    let threads: Vec<Call> =
        (1..=50).map(|line| Call::post(&format!("{session}/threads"), &client::selection(&code, line))).collect();
    let queues: [Vec<Call>; 7] = [
        vec![Call::get("/sessions?limit=50"); calls],
        vec![Call::get(&session); calls],
        (0..calls).map(renamed).collect(),
        (1..=calls).map(saved).collect(),
        threads,
        vec![Call::get("/users/me"); calls],
        vec![Call::get("/users/me/usage"); calls],
    ];
    for queue in queues {
        let mut times = client::run(vec![(client.clone(), queue)]).await?;
        times.sort_unstable();
        row.push(format!("{:.2}", millis(percentile(&times, 0.5))));
    }
    Ok(row)
}
