//! `codesensei costs`: what a month costs on AWS, with all of its arithmetic.

use std::path::PathBuf;

use clap::Args;

use crate::Failure;
use crate::output::print;

mod actions;
mod assumptions;
mod bill;
mod document;
mod prices;
mod report;
#[cfg(test)]
mod tests;

use assumptions::{Assumed, Replaced};
use bill::Bill;

/// For how many users, under which assumptions, and how it is shown.
#[derive(Clone, Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Costs {
    /// For this many users; can be given several times.
    #[arg(long, value_name = "N", default_values_t = [100, 10_000, 1_000_000], value_parser = clap::value_parser!(u64).range(1..))]
    users: Vec<u64>,
    /// Another value for an assumption, such as questions=50; can be given several times.
    #[arg(long, value_name = "NAME=VALUE")]
    assume: Vec<Replaced>,
    /// As one JSON object.
    #[arg(long)]
    json: bool,
    /// As tables in Markdown, with the assumptions and the prices: what docs/costs.md has.
    #[arg(long, conflicts_with = "json")]
    markdown: bool,
    /// Put the tables in Markdown between the markers of this file.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["json", "markdown"])]
    update: Option<PathBuf>,
}

const EXAMPLES: &str = "\
Examples:
  codesensei costs                                a month at 100, 10,000 and 1,000,000 users
  codesensei costs --users 5000 --assume questions=100
  codesensei costs --json | jq '.months[] | {users, total, per_user}'
  codesensei costs --update docs/costs.md         after a pattern, a price or an assumption changed

Quantities come from the cost contracts of the access patterns (`codesensei patterns`), from what each
request asks, and from the assumptions; prices are those of us-east-1 without free tiers and discounts.";

/// Shows it.
///
/// # Errors
/// When it cannot be printed, or the file cannot be updated.
pub fn run(options: &Costs) -> Result<(), Failure> {
    let assumed = Assumed::with(&options.assume);
    let bills: Vec<Bill> = options.users.iter().map(|users| Bill::of(*users, &assumed)).collect();
    if let Some(path) = &options.update {
        return Ok(document::update(path, &report::markdown(&bills, &assumed))?);
    }
    let shown = if options.json {
        format!("{:#}\n", report::json(&bills, &assumed))
    } else if options.markdown {
        report::markdown(&bills, &assumed)
    } else {
        report::text(&bills, &assumed)
    };
    Ok(print(shown.as_bytes())?)
}
