//! `codesensei sweep`: runs the sweep once, and lists the remaining jobs.

use std::time::Duration;

use clap::Args;
use comfy_table::presets::NOTHING;
use comfy_table::{ContentArrangement, Table as Grid};
use model::Backlog;

use crate::Failure;
use crate::output::print;
use crate::target::{OpenTable, Target};

/// The options of `sweep`.
#[derive(Clone, Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Sweep {
    /// Only list the jobs; remove nothing.
    #[arg(long)]
    list: bool,
    /// The time limit. The next run continues where this one stopped.
    #[arg(long, env = "CODESENSEI_SWEEP_SECONDS", default_value_t = 60, value_name = "SECONDS")]
    #[arg(value_parser = clap::value_parser!(u64).range(1..=86_400))]
    within: u64,
    #[command(flatten)]
    target: Target,
}

const EXAMPLES: &str = "\
Examples:
  codesensei sweep                        remove the data of due jobs, then list the remaining jobs
  codesensei sweep --list                 only list the jobs
  codesensei sweep --region eu-central-1 --table reviews --within 900

Exit code 0: no due job remains, or --list. 1: due jobs remain, because they failed, are unreadable
or need more time. 2: invalid usage.";

/// Runs the command. Returns whether no due job remains.
///
/// # Errors
/// States the problem and its remedy.
pub async fn run(options: &Sweep) -> Result<bool, Failure> {
    options.target.run(async |opened| sweep(options, opened).await).await
}

async fn sweep(options: &Sweep, opened: &OpenTable) -> Result<bool, Failure> {
    opened.check_table_exists().await?;
    let swept = if options.list {
        None
    } else {
        let swept = opened.store.maintenance().sweep_due(Duration::from_secs(options.within)).await?;
        eprintln!(
            "{} done, {} failed, {} waiting for their next attempt, {} unreadable, {} unfinished",
            swept.done, swept.failed, swept.put_off, swept.unreadable, swept.unfinished
        );
        for (failure, count) in &swept.failures {
            eprintln!("  {count} failed: {failure}");
        }
        Some(swept)
    };
    print(table(&opened.store.maintenance().sweep_backlog().await?).as_bytes())?;
    Ok(swept.is_none_or(|swept| swept.left() == 0))
}

fn table(kinds: &[Backlog]) -> String {
    if kinds.is_empty() {
        return "No jobs remain.\n".to_owned();
    }
    let mut grid = Grid::new();
    grid.load_preset(NOTHING).set_content_arrangement(ContentArrangement::Dynamic);
    grid.set_header(["kind", "due", "later", "failing", "unreadable", "oldest due"]);
    for kind in kinds {
        let numbers = [kind.due, kind.later, kind.failing, kind.unreadable].map(|number| number.to_string());
        let oldest = kind.oldest_due.map_or_else(String::new, |due| due.to_string());
        grid.add_row([vec![kind.kind.to_owned()], numbers.to_vec(), vec![oldest]].concat());
    }
    grid.trim_fmt() + "\n"
}
