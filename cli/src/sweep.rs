//! `codesensei sweep`: one run of the sweep by hand, and what is left to be removed.

use std::time::Duration;

use clap::Args;
use comfy_table::presets::NOTHING;
use comfy_table::{ContentArrangement, Table as Grid};
use model::Backlog;

use crate::Failure;
use crate::output::print;
use crate::target::{Opened, Target};

/// How the sweep runs.
#[derive(Clone, Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Sweep {
    /// Only show the jobs that there are; remove nothing.
    #[arg(long)]
    list: bool,
    /// How long it runs at most. The next run continues where this one stopped.
    #[arg(long, env = "CODESENSEI_SWEEP_SECONDS", default_value_t = 60, value_name = "SECONDS")]
    #[arg(value_parser = clap::value_parser!(u64).range(1..=86_400))]
    within: u64,
    #[command(flatten)]
    target: Target,
}

const EXAMPLES: &str = "\
Examples:
  codesensei sweep                        remove what is due, then show what is left
  codesensei sweep --list                 only show what is to be removed
  codesensei sweep --region eu-central-1 --table reviews --within 900

Exit code 0: no due job is left, or --list. 1: due jobs are left, because they failed, cannot be read or take longer.
2: a wrong option.";

/// Sweeps. Returns whether no due job is left.
///
/// # Errors
/// With what is wrong and what to do about it.
pub async fn run(options: &Sweep) -> Result<bool, Failure> {
    options.target.run(async |opened| sweep(options, opened).await).await
}

async fn sweep(options: &Sweep, opened: &Opened) -> Result<bool, Failure> {
    opened.check().await?;
    let swept = if options.list {
        None
    } else {
        let swept = opened.store.maintenance().sweep_due(Duration::from_secs(options.within)).await?;
        eprintln!(
            "{} done, {} failed, {} waiting for their next try, {} unreadable, {} unfinished",
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
        return "Nothing is left to be removed.\n".to_owned();
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
