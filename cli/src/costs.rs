//! `codesensei costs`: estimates the monthly cost on AWS, with the whole calculation.

use std::fs;
use std::path::PathBuf;

use clap::Args;

use crate::Failure;
use crate::output::print;
use crate::section;

mod actions;
mod assumptions;
mod bill;
mod prices;
mod report;
#[cfg(test)]
mod tests;

use assumptions::{AssumedValues, Override};
use bill::Bill;

/// The options of `costs`.
#[derive(Clone, Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Costs {
    /// The number of users. Can be repeated.
    #[arg(long, value_name = "N", default_values_t = [100, 10_000, 1_000_000], value_parser = clap::value_parser!(u64).range(1..))]
    users: Vec<u64>,
    /// Replace the value of an assumption, such as questions=50. Can be repeated.
    #[arg(long, value_name = "NAME=VALUE")]
    assume: Vec<Override>,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
    /// Print Markdown tables with the assumptions and the prices, as in docs/costs.md.
    #[arg(long, conflicts_with = "json")]
    markdown: bool,
    /// Replace the Markdown tables between the markers of this file, and the picture in `pictures` beside it.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["json", "markdown"])]
    update: Option<PathBuf>,
}

const EXAMPLES: &str = "\
Examples:
  codesensei costs                              the monthly cost for 100, 10,000 and 1,000,000 users
  codesensei costs --users 5000 --assume questions=100
  codesensei costs --json | jq '.months[] | {users, total, per_user}'
  codesensei costs --update docs/costs.md       update the tables of the document

Quantities come from the declared costs of the access patterns (`codesensei patterns`), from the
patterns of each request, and from the assumptions. Prices are for us-east-1, without free tiers and
discounts.";

/// Runs the command.
///
/// # Errors
/// If the output cannot be printed, or the file cannot be updated.
pub fn run(options: &Costs) -> Result<(), Failure> {
    let values = AssumedValues::with(&options.assume);
    let bills: Vec<Bill> = options.users.iter().map(|users| Bill::of(*users, &values)).collect();
    if let Some(path) = &options.update {
        section::update(path, "costs", &report::markdown(&bills, &values))?;
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder.join("pictures"))?;
            fs::write(folder.join("pictures/costs.svg"), report::picture(&bills).svg())?;
        }
        return Ok(());
    }
    let output = if options.json {
        format!("{:#}\n", report::json(&bills, &values))
    } else if options.markdown {
        report::markdown(&bills, &values)
    } else {
        report::text(&bills, &values)
    };
    Ok(print(output.as_bytes())?)
}
