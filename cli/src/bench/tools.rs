//! `bench tools`: items a second and peak memory of the commands that read or write a whole table.

use std::path::Path;

use super::BenchError;
use super::figures::{Figures, mebibytes};
use super::process::{self, Finished};
use crate::grid::Grid;
use clap::Args;

/// The options of `bench tools`.
#[derive(Clone, Debug, Args)]
pub(super) struct Tools {
    /// The numbers of items, approximately, separated by commas.
    #[arg(long, value_name = "COUNT", value_delimiter = ',', default_values_t = [10_000, 100_000],
        value_parser = clap::value_parser!(u32).range(1_000..=10_000_000))]
    items: Vec<u32>,
}

/// The items of a generated account with its sessions, threads and messages, on average.
const PER_USER: u32 = 75;

/// Loads, checks and exports tables of these sizes.
///
/// # Errors
/// If a command fails.
pub(super) async fn measure(options: &Tools) -> Result<Figures, BenchError> {
    let mut rows = Vec::new();
    for &items in &options.items {
        let folder = tempfile::tempdir().map_err(BenchError::Start)?;
        rows.extend(of_size(folder.path(), (items / PER_USER).max(1)).await?);
    }
    let sizes: Vec<String> = options.items.iter().map(u32::to_string).collect();
    Ok(Figures {
        name: "tools",
        command: format!("tools --items {}", sizes.join(",")),
        explanation: "Each command runs as a process of its own with the embedded engine, on a file. Memory is the \
                      highest resident memory in MiB, of the command and its engine together."
            .to_owned(),
        grids: vec![(
            "Data tools".to_owned(),
            Grid { heads: &["items", "command", "seconds", "items a second", "peak memory, MiB"], numbers: 2, rows },
        )],
        picture: None,
    })
}

async fn of_size(folder: &Path, users: u32) -> Result<Vec<Vec<String>>, BenchError> {
    let (users, out) = (users.to_string(), folder.join("export"));
    let out = out.to_string_lossy();
    eprintln!("loading {users} users");
    let seeded = process::run(&["seed", "--users", &users, "--data-dir"], Some(folder)).await?;
    eprintln!("verifying");
    let verified = process::run(&["verify", "--data-dir"], Some(folder)).await?;
    eprintln!("exporting");
    let exported = process::run(&["export", "--out", &out, "--data-dir"], Some(folder)).await?;
    let items = items_of(&verified.messages).ok_or_else(|| BenchError::Command {
        command: "verify".to_owned(),
        reason: "its summary has no number of items".to_owned(),
    })?;
    let row = |command: &str, finished: &Finished| {
        let seconds = finished.took.as_secs_f64();
        let peak = finished.peak.map_or_else(|| "unknown".to_owned(), |peak| format!("{:.0}", mebibytes(peak)));
        vec![
            format!("{items:.0}"),
            format!("`{command}`"),
            format!("{seconds:.1}"),
            format!("{:.0}", items / seconds),
            peak,
        ]
    };
    Ok(vec![row("seed", &seeded), row("verify", &verified), row("export", &exported)])
}

/// The number of items that `verify` has read: its summary begins with it.
fn items_of(messages: &str) -> Option<f64> {
    messages.lines().find_map(|line| line.split_once(" items, ")?.0.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_of_items_is_in_the_summary_of_verify() {
        let summary = "a line\n9875 items, 8 requests, 12.5 RCU, 0 WCU; 0 findings, 0 open\n";
        assert_eq!(items_of(summary), Some(9_875.0));
        assert_eq!(items_of("no summary"), None);
    }
}
