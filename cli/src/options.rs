//! The command line: the options of `serve` and the subcommands.

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Error, Parser, Subcommand};
use clap_complete::Shell;

use crate::bench::Bench;
use crate::costs::Costs;
use crate::doctor::Doctor;
use crate::export::Export;
use crate::keys::Keys;
use crate::patterns::Patterns;
use crate::query::Query;
use crate::seed::command::Seed;
use crate::serve::Serve;
use crate::sweep::Sweep;
use crate::table::Table;
use crate::torture::Torture;
use crate::verify::Verify;

/// Run CodeSensei's backend on this machine.
///
/// Without a subcommand, it serves the page and the HTTP API on localhost, with a table on an embedded engine, a demo
/// account and, if no model is configured, a rule-based reviewer. No other software is needed.
#[derive(Debug, Parser)]
#[command(name = "codesensei", version, args_conflicts_with_subcommands = true, after_help = EXAMPLES)]
pub struct Options {
    /// The subcommand; `serve` if absent.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// The options of `serve`.
    #[command(flatten)]
    pub serve: Serve,
}

impl Options {
    /// Parses the command line. Prints an error and exits if it is invalid.
    #[must_use]
    pub fn parse_or_exit() -> Self {
        Self::try_parse().unwrap_or_else(|error| with_placement_hint(error).exit())
    }
}

/// Options before a subcommand are those of `serve`: the hint tells where to put the others.
fn with_placement_hint(mut error: Error) -> Error {
    if error.kind() == ErrorKind::ArgumentConflict
        && let Some(ContextValue::String(command)) = error.get(ContextKind::InvalidSubcommand)
    {
        let hint = format!("put the option after the subcommand: codesensei {command} …");
        error.insert(ContextKind::Suggested, ContextValue::StyledStrs(vec![hint.into()]));
    }
    error
}

const EXAMPLES: &str = "\
Examples:
  codesensei                                serve on http://localhost:8080, data in .codesensei/
  codesensei --store memory --port 0        keep the data in memory, use any free port
  codesensei --store http://127.0.0.1:8000  use DynamoDB Local
  codesensei --store aws --table reviews    use a table on AWS, with the usual AWS_* variables
  codesensei demo                           show the product step by step, with costs
  codesensei seed                           load sample people, files and conversations
  codesensei patterns AP-21                 document an access pattern, or list all
  codesensei query AP-80 --date 2026-09-03  run an access pattern and show its cost
  codesensei verify                         check the consistency of the data

Questions are answered by Amazon Bedrock if AWS credentials and BEDROCK_MODEL_IDS are set, by
another endpoint if BEDROCK_ENDPOINT_URL is set, and otherwise by a rule-based reviewer in this
process, which states in every answer that no model was asked.";

/// The subcommands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve the HTTP API on localhost (the default).
    Serve(Serve),
    /// Show the product step by step on a new table in memory, with the requests and the cost of each step.
    Demo,
    /// List the access patterns of the table with their costs, or document one.
    Patterns(Patterns),
    /// Run an access pattern on a table and show its cost.
    Query(Box<Query>),
    /// Create the table, describe a live table, or compare it with the schema.
    Table(Table),
    /// Load sample data: the people of seed/, or any number of generated accounts.
    Seed(Seed),
    /// Check the consistency of a table's data, and repair what can be repaired safely.
    Verify(Verify),
    /// Remove data that deletes, saves and killed processes left behind, and list what remains to be removed.
    ///
    /// `serve` runs this every minute; on AWS a schedule runs it.
    Sweep(Sweep),
    /// Copy a whole table to files, in the format of DynamoDB's export to S3.
    ///
    /// Tools that load an export of DynamoDB can load these files: AWSDynamoDB/EXPORT/data/*.json.gz has one item per
    /// line as {"Item":{…}} in DynamoDB's JSON, and manifests list the files with their checksums. Unlike DynamoDB's
    /// export, it is not a snapshot of one moment: each item has the values that it had when it was read.
    ///
    /// The files contain all data, including personal data: names, addresses, password hashes, messages and code. Only
    /// the owner of the files can read them.
    Export(Export),
    /// Print the API's OpenAPI document, generated from the routes of this program.
    ///
    /// A server returns it at /openapi.json. `codesensei openapi > handlers/openapi.json` updates the copy in the
    /// repository, which is served and is compared for breaking changes.
    Openapi,
    /// Create the keys of a deployment, rotate them without signing users out, and show the state of a rotation.
    Keys(Keys),
    /// Estimate the monthly cost on AWS, with the whole calculation.
    Costs(Costs),
    /// Measure the speed and the memory of the product on this machine, as in docs/figures.md.
    Bench(Bench),
    /// Check a deployment or this machine, and explain how to fix each problem.
    Doctor(Box<Doctor>),
    /// Load and faults: run this program under concurrent clients, faults of the store and the model, and kills, and
    /// check each answer and the table.
    Torture(Torture),
    /// Print a completion script for a shell.
    #[command(after_help = COMPLETIONS)]
    Completions {
        /// The shell.
        shell: Shell,
    },
}

const COMPLETIONS: &str = "\
Examples:
  source <(codesensei completions bash)                                     for this shell
  codesensei completions zsh > \"${fpath[1]}/_codesensei\"                  for every shell
  codesensei completions fish > ~/.config/fish/completions/codesensei.fish";

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    #[test]
    fn options_are_well_formed() {
        Options::command().debug_assert();
    }

    #[test]
    fn durations_are_checked_against_their_bounds() {
        let serving = |option: &str, value: &str| Options::try_parse_from(["codesensei", option, value]);
        for (option, good, bad) in [
            ("--access-token-lifetime", ["1", "900"], ["0", "901"]),
            ("--client-timeout", ["1", "3600"], ["0", "3601"]),
            ("--reviewer-pace", ["0", "1000"], ["1001", "-1"]),
        ] {
            assert!(good.iter().all(|value| serving(option, value).is_ok()), "{option}");
            assert!(bad.iter().chain(&["", "1.5", "2s"]).all(|value| serving(option, value).is_err()), "{option}");
        }
    }

    #[test]
    fn serve_options_work_with_and_without_the_subcommand() {
        for line in [&["codesensei", "--port", "9"][..], &["codesensei", "serve", "--port", "9"]] {
            let options = Options::parse_from(line);
            let serve = match options.command {
                Some(Command::Serve(serve)) => serve,
                _ => options.serve,
            };
            assert_eq!(serve.port, 9);
        }
    }
}
