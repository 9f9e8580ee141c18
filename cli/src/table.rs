//! `codesensei table`: creates the table of the schema, describes a live table, and compares the two.

use clap::{Args, Subcommand, ValueEnum};
use comfy_table::presets::NOTHING;
use comfy_table::{ContentArrangement, Table as Grid};
use model::{IndexProgress, Protection, TableDescription, TableError, defined_table};
use serde_json::{Value, json};

use crate::Failure;
use crate::error::OpenError;
use crate::output::{format_or_default, print};
use crate::target::{OpenTable, Target};

/// The options of `table`.
#[derive(Clone, Debug, Args)]
#[command(after_help = EXAMPLES, subcommand_required = true, arg_required_else_help = true)]
pub struct Table {
    #[command(subcommand)]
    action: Action,
}

const EXAMPLES: &str = "\
Examples:
  codesensei table create --endpoint-url http://127.0.0.1:8000  on DynamoDB Local
  codesensei table create --region eu-central-1 --table reviews  on AWS, protected against deletion
  codesensei table diff --region eu-central-1 --table reviews    compare it with schema/table.toml
  codesensei table update --region eu-central-1 --table reviews  add missing indexes
  codesensei table describe --format json | jq .facts.billing

The same definition for other tools is in schema/generated/: create-table.json, time-to-live.json
and continuous-backups.json for `aws dynamodb`, table.cfn.yaml for CloudFormation.";

#[derive(Clone, Debug, Subcommand)]
enum Action {
    /// Create the table with its indexes, TTL, deletion protection and backups. An existing table keeps its items, keys
    /// and indexes; only its TTL is turned on if it is off.
    #[command(after_help = EXAMPLES)]
    Create {
        /// Create it without deletion protection, for tests. By default it is protected as the schema says.
        #[arg(long)]
        unprotected: bool,
        #[command(flatten)]
        target: Box<Target>,
    },
    /// Add the missing indexes of the schema, and wait until they can be queried.
    ///
    /// The table can be used meanwhile. On AWS an index takes minutes, on a large table hours. After Ctrl-C, AWS
    /// continues to build the index, and the next run of this command waits for it. No other setting is changed: see
    /// `table diff`.
    ///
    /// An index contains an item only if the item has the keys of the index. `codesensei verify --fix` adds these keys
    /// to items that were stored before. docs/add-an-index.md describes all steps.
    #[command(after_help = EXAMPLES)]
    Update {
        #[command(flatten)]
        target: Box<Target>,
    },
    /// Describe a live table.
    #[command(after_help = EXAMPLES)]
    Describe {
        #[command(flatten)]
        output: OutputOptions,
        #[command(flatten)]
        target: Box<Target>,
    },
    /// Compare a live table with the schema. Exit code 1 when they differ.
    #[command(after_help = EXAMPLES)]
    Diff {
        #[command(flatten)]
        output: OutputOptions,
        #[command(flatten)]
        target: Box<Target>,
    },
}

#[derive(Clone, Copy, Debug, Args)]
struct OutputOptions {
    /// The output format. Default: `table` on a terminal, `json` in a pipe.
    #[arg(long, value_enum)]
    format: Option<Format>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people.
    Table,
    /// One JSON object.
    Json,
}

/// Runs the command. Returns false if a comparison found differences.
///
/// # Errors
/// States the problem and its remedy.
pub async fn run(table: Table) -> Result<bool, Failure> {
    match table.action {
        Action::Create { unprotected, target } => {
            target.run_creating_file(async |opened| create(opened, unprotected).await).await.map(|()| true)
        }
        Action::Update { target } => target.run(async |opened| update(opened).await).await.map(|()| true),
        Action::Describe { output, target } => {
            let described = target.run(async |opened| {
                let live = describe(opened).await?;
                Ok(print(description(opened, &live, output.format()).as_bytes())?)
            });
            described.await.map(|()| true)
        }
        Action::Diff { output, target } => {
            let compared = target.run(async |opened| {
                let live = describe(opened).await?;
                let differences = live.differences(&defined_table()?);
                print(comparison(&live, &differences, output.format()).as_bytes())?;
                Ok(differences.is_empty())
            });
            compared.await
        }
    }
}

impl OutputOptions {
    fn format(self) -> Format {
        format_or_default(self.format, Format::Table, Format::Json)
    }
}

async fn create(opened: &OpenTable, unprotected: bool) -> Result<(), Failure> {
    let (name, location) = (opened.store.table().name(), opened.location.clone());
    let protection = if unprotected { Protection::Off } else { Protection::AsDefined };
    let created = opened.store.table().create_if_absent(protection).await;
    let created = created.map_err(|source| OpenError::of_table(source, &location))?;
    if created {
        eprintln!("Created the table {name} at {location}.");
    } else {
        eprintln!(
            "The table {name} already exists at {location}. To compare it with the schema: codesensei table diff"
        );
    }
    Ok(())
}

async fn describe(opened: &OpenTable) -> Result<TableDescription, OpenError> {
    opened.store.table().describe().await.map_err(|source| to_error(opened, source))
}

fn to_error(opened: &OpenTable, source: TableError) -> OpenError {
    OpenError::of_table(source, &opened.location)
}

async fn update(opened: &OpenTable) -> Result<(), Failure> {
    let (name, location) = (opened.store.table().name(), &opened.location);
    let print_progress = |progress| match progress {
        IndexProgress::Asked { index } => eprintln!("{index}: requested"),
        IndexProgress::Waiting { index } => {
            eprintln!("{index}: AWS is changing other tables; the request is repeated until AWS accepts it");
        }
        IndexProgress::Building { index, items } => eprintln!("{index}: {items} entries built"),
        IndexProgress::Ready { index } => eprintln!("{index}: ready"),
    };
    let update =
        opened.store.table().add_missing_indexes(print_progress).await.map_err(|source| to_error(opened, source))?;
    if update.added.is_empty() {
        eprintln!("The table {name} at {location} has all indexes of the schema.");
    } else {
        let added = update.added.join(", ");
        eprintln!(
            "The table {name} at {location} now has {added}. To add items that were stored before: codesensei verify \
             --fix"
        );
    }
    for index in update.unknown {
        eprintln!(
            "{index} is not in the schema and was not changed. To delete it: aws dynamodb update-table --table-name \
             {name} --global-secondary-index-updates '[{{\"Delete\":{{\"IndexName\":\"{index}\"}}}}]'"
        );
    }
    Ok(())
}

fn description(opened: &OpenTable, live: &TableDescription, format: Format) -> String {
    let TableDescription { facts, unreported, status, items, bytes } = live;
    let name = opened.store.table().name();
    match format {
        Format::Json => {
            let value = json!({
                "table": name, "status": status, "items": items, "bytes": bytes, "facts": facts, "unreported": unreported,
            });
            format!("{value:#}\n")
        }
        Format::Table => {
            let first = [("table", name.to_owned()), ("status", status.clone())];
            let last = [("items", format!("{items}, updated every six hours")), ("bytes", bytes.to_string())];
            let facts = facts.iter().map(|(name, value)| [name.clone(), value.clone()]);
            let first = first.map(|(name, value)| [name.to_owned(), value]);
            let last = last.map(|(name, value)| [name.to_owned(), value]);
            grid(first.into_iter().chain(facts).chain(last))
        }
    }
}

fn comparison(live: &TableDescription, differences: &[(String, String, String)], format: Format) -> String {
    match format {
        Format::Json => {
            let row = |(fact, defined, live): &(String, String, String)| -> Value {
                json!({ "fact": fact, "defined": defined, "live": live })
            };
            let rows: Vec<Value> = differences.iter().map(row).collect();
            format!("{:#}\n", json!({ "differences": rows, "unreported": live.unreported }))
        }
        Format::Table => {
            let append = |all: String, fact: &&str| all + fact + ": not reported by this engine\n";
            let unreported = live.unreported.iter().fold(String::new(), append);
            if differences.is_empty() {
                return format!("{unreported}The table matches the schema.\n");
            }
            let header = ["fact", "schema", "table"].map(str::to_owned);
            let rows = differences.iter().map(|(fact, defined, live)| {
                let output = |value: &String| if value.is_empty() { "(nothing)".to_owned() } else { value.clone() };
                [fact.clone(), output(defined), output(live)]
            });
            grid(std::iter::once(header).chain(rows)) + &unreported
        }
    }
}

fn grid<const N: usize>(rows: impl Iterator<Item = [String; N]>) -> String {
    let mut grid = Grid::new();
    grid.load_preset(NOTHING).set_content_arrangement(ContentArrangement::Disabled);
    for row in rows {
        grid.add_row(row);
    }
    grid.lines().map(|line| line.trim().to_owned() + "\n").collect()
}
