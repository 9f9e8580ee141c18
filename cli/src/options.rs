//! What can be said on the command line, or through the environment.

use std::num::NonZeroU32;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Args, Error, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use model::{DEFAULT_CODE_CACHE_MIB, MessageTtl};

use crate::costs::Costs;
use crate::doctor::Doctor;
use crate::export::Export;
use crate::keys::Keys;
use crate::patterns::Patterns;
use crate::query::Query;
use crate::seed::command::Seed;
use crate::sweep::Sweep;
use crate::table::Table;
use crate::verify::Verify;

/// CodeSensei's backend on this machine.
///
/// Without a command it serves: the HTTP API on localhost, its table on an embedded engine, a demo account, and a
/// rule-based reviewer where no model is configured. Nothing else has to be installed or running.
#[derive(Debug, Parser)]
#[command(name = "codesensei", version, args_conflicts_with_subcommands = true, after_help = EXAMPLES)]
pub struct Options {
    /// What to do; serves when absent.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// How to serve.
    #[command(flatten)]
    pub serve: Serve,
}

impl Options {
    /// What was typed. When that is wrong, says what, and ends.
    #[must_use]
    pub fn typed() -> Self {
        Self::try_parse().unwrap_or_else(|error| advised(error).exit())
    }
}

/// The options before a command are those of `serve`: says where the others stand.
fn advised(mut error: Error) -> Error {
    if error.kind() == ErrorKind::ArgumentConflict
        && let Some(ContextValue::String(command)) = error.get(ContextKind::InvalidSubcommand)
    {
        let advice = format!("put the option after the subcommand: codesensei {command} …");
        error.insert(ContextKind::Suggested, ContextValue::StyledStrs(vec![advice.into()]));
    }
    error
}

const EXAMPLES: &str = "\
Examples:
  codesensei                                serve on http://localhost:8080, data in .codesensei/
  codesensei --store memory --port 0        forget everything at the end, take any free port
  codesensei --store http://127.0.0.1:8000  use DynamoDB Local
  codesensei --store aws --table reviews    use a table on AWS, with the usual AWS_* variables
  codesensei demo                           walk through the product, see what each step costs
  codesensei seed                           load people, files and conversations to look at
  codesensei patterns AP-21                 what the table can be asked: all of it, or one pattern
  codesensei query AP-80 --date 2026-09-03  ask it, and see what that costs
  codesensei verify                         is all that the table holds sound?

Who answers questions: Amazon Bedrock, with AWS credentials and BEDROCK_MODEL_IDS set; an endpoint,
with BEDROCK_ENDPOINT_URL set; else a rule-based reviewer in this process, which says in every
answer that no model was asked.";

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve the HTTP API on localhost (the default).
    Serve(Serve),
    /// Walk through the product on a fresh table in memory, and see what each step asks of it and costs.
    Demo,
    /// List the access patterns of the table with what they cost, or read about one.
    Patterns(Patterns),
    /// Ask one of them of a table, and see what it costs.
    Query(Box<Query>),
    /// Make the table, show what a live one is, or compare it with the schema.
    Table(Table),
    /// Load data to look at: the people of seed/, or as many made-up accounts as asked for.
    Seed(Seed),
    /// Check that all of a table fits together, and repair what can be repaired safely.
    Verify(Verify),
    /// Remove what deletes, saves and killed writers left behind, and show what is still to be removed.
    ///
    /// `serve` does this every minute, and on AWS a schedule does.
    Sweep(Sweep),
    /// Copy a whole table to files, in the format of DynamoDB's own export to S3.
    ///
    /// What loads an export of the service's loads this: AWSDynamoDB/EXPORT/data/*.json.gz has an item a line as {"Item":{…}} in
    /// DynamoDB's JSON, and manifests beside it name the files with their checksums. Unlike the service's, it is no picture
    /// of one moment: each item is as it was when it was read.
    ///
    /// The files hold everything, also what is personal: names, addresses, password hashes, messages and code. Only you can read them.
    Export(Export),
    /// Print the API's OpenAPI document, as the routes of this program say it.
    ///
    /// It is what a server answers at /openapi.json. `codesensei openapi > handlers/openapi.json` renews the copy in the
    /// repository, which is served, and compared for breaking changes.
    Openapi,
    /// Make the keys of a deployment, rotate them without signing users out, and show the state of a rotation.
    Keys(Keys),
    /// Work out what a month costs on AWS, with all of the arithmetic.
    Costs(Costs),
    /// Check a deployment or this machine, and say how to mend what is wrong.
    Doctor(Box<Doctor>),
    /// Print what makes a shell complete this command's words.
    #[command(after_help = COMPLETIONS)]
    Completions {
        /// The shell.
        shell: Shell,
    },
}

const COMPLETIONS: &str = "\
Examples:
  source <(codesensei completions bash)                                     in this shell
  codesensei completions zsh > \"${fpath[1]}/_codesensei\"                  in every one
  codesensei completions fish > ~/.config/fish/completions/codesensei.fish";

/// How to serve.
#[derive(Clone, Debug, Args)]
pub struct Serve {
    /// The port on 127.0.0.1; 0 takes any free one.
    #[arg(long, env = "CODESENSEI_PORT", default_value_t = 8080)]
    pub port: u16,
    /// Where the table is: `embedded` (a file), `memory`, the URL of a DynamoDB endpoint, or `aws`.
    #[arg(long, env = "CODESENSEI_STORE", default_value = "embedded", value_name = "STORE")]
    pub store: StoreChoice,
    /// The table's name. It is created when it is not there, except on AWS.
    #[arg(long, env = "CODESENSEI_TABLE", default_value = "codesensei", value_parser = crate::target::table_name)]
    pub table: String,
    /// Where the embedded engine's file and this machine's keys are kept.
    #[arg(long, env = "CODESENSEI_DATA_DIR", default_value = ".codesensei", value_name = "FOLDER")]
    pub data_dir: PathBuf,
    /// How many questions a user can ask the model in a day. Without it only the limit per minute holds.
    #[arg(long, env = "CODESENSEI_AI_DAILY_CAP", value_name = "QUESTIONS")]
    pub ai_daily_cap: Option<NonZeroU32>,
    /// After how many days messages expire, from 1 to 36500; 0 is never. Messages that are stored already keep their expiry.
    #[arg(long, env = "CODESENSEI_MESSAGE_TTL_DAYS", default_value = "0", value_name = "DAYS")]
    pub message_ttl_days: MessageTtl,
    /// How much code that was read is kept in memory, in MiB; 0 keeps none.
    #[arg(long, env = "CODESENSEI_CODE_CACHE_MIB", default_value_t = DEFAULT_CODE_CACHE_MIB, value_name = "MIB")]
    pub code_cache_mib: u16,
    /// Whether too many requests are refused, as on AWS.
    #[arg(long, env = "CODESENSEI_RATE_LIMITS", default_value = "on", value_name = "SWITCH")]
    pub rate_limits: Switch,
    /// How long a client may be silent: before a request, within its head and within its body, and while it is sent its answer.
    /// Its connection is closed then.
    #[arg(long, env = "CODESENSEI_CLIENT_TIMEOUT", default_value = "30", value_name = "SECONDS", value_parser = seconds::<3_600>)]
    pub client_timeout: Duration,
    /// How long requests under way are waited for after Ctrl-C. A second Ctrl-C ends them at once.
    #[arg(long, env = "CODESENSEI_SHUTDOWN_TIMEOUT", default_value = "30", value_name = "SECONDS", value_parser = seconds::<3_600>)]
    pub shutdown_timeout: Duration,
    /// How long an access token is good for, from 1 to 900: with less than the 900 of a deployment one can see, and test, what a page
    /// does when it runs out. It is taken for five seconds more, since clocks may differ.
    #[arg(long, env = "CODESENSEI_ACCESS_TOKEN_LIFETIME", default_value = "900", value_name = "SECONDS", value_parser = seconds::<900>)]
    pub access_token_lifetime: Duration,
    /// How long the rule-based reviewer waits before each piece of a streamed answer, in milliseconds up to 1000: with some 20 a person
    /// sees an answer being written, and can stop it. Without effect where another endpoint or Amazon Bedrock answers.
    #[arg(long, env = "CODESENSEI_REVIEWER_PACE", default_value = "0", value_name = "MS", value_parser = pace)]
    pub reviewer_pace: Duration,
}

fn seconds<const MOST: u64>(text: &str) -> Result<Duration, String> {
    let seconds = text.parse().ok().filter(|seconds| (1..=MOST).contains(seconds));
    seconds.map(Duration::from_secs).ok_or_else(|| format!("give whole seconds, from 1 to {MOST}"))
}

fn pace(text: &str) -> Result<Duration, String> {
    let millis = text.parse().ok().filter(|millis| (0..=1_000).contains(millis));
    millis.map(Duration::from_millis).ok_or_else(|| "give whole milliseconds, from 0 to 1000".to_owned())
}

/// Whether requests are limited.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Switch {
    /// As deployed.
    On,
    /// For tools that send more than a person does.
    Off,
}

/// Where the table is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StoreChoice {
    /// The embedded engine, in a file of the data folder.
    Embedded,
    /// The embedded engine, forgotten at the end.
    Memory,
    /// A DynamoDB endpoint.
    Url(String),
    /// AWS.
    Aws,
}

/// The text names no store.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a store is `embedded`, `memory`, `aws`, or a URL such as http://127.0.0.1:8000")]
pub struct InvalidStore;

impl FromStr for StoreChoice {
    type Err = InvalidStore;

    fn from_str(text: &str) -> Result<Self, InvalidStore> {
        match text {
            "embedded" => Ok(Self::Embedded),
            "memory" => Ok(Self::Memory),
            "aws" => Ok(Self::Aws),
            url => {
                let uri: axum::http::Uri = url.parse().map_err(|_| InvalidStore)?;
                let known = matches!(uri.scheme_str(), Some("http" | "https")) && uri.host().is_some();
                if known { Ok(Self::Url(url.trim_end_matches('/').to_owned())) } else { Err(InvalidStore) }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    #[test]
    fn the_options_are_well_formed() {
        Options::command().debug_assert();
    }

    #[test]
    fn a_store_is_one_of_four_things() {
        assert_eq!("embedded".parse(), Ok(StoreChoice::Embedded));
        assert_eq!("memory".parse(), Ok(StoreChoice::Memory));
        assert_eq!("aws".parse(), Ok(StoreChoice::Aws));
        assert_eq!("http://127.0.0.1:8000/".parse(), Ok(StoreChoice::Url("http://127.0.0.1:8000".to_owned())));
        for bad in ["", "AWS", "sqlite", "ftp://x", "127.0.0.1:8000", "http://"] {
            assert_eq!(bad.parse::<StoreChoice>(), Err(InvalidStore), "{bad}");
        }
    }

    #[test]
    fn durations_have_bounds() {
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
    fn serving_takes_its_options_with_and_without_its_name() {
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
