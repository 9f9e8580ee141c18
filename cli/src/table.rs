//! `codesensei table`: makes the table that the schema describes, shows a live one, and compares the two.

use clap::{Args, Subcommand, ValueEnum};
use comfy_table::presets::NOTHING;
use comfy_table::{ContentArrangement, Table as Grid};
use model::{IndexProgress, Protection, TableDescription, TableError, defined_table};
use serde_json::{Value, json};

use crate::Failure;
use crate::local::LocalError;
use crate::output::{print, suitable};
use crate::target::{Opened, Target};

/// What is done with the table.
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
  codesensei table diff --region eu-central-1 --table reviews    is it what schema/table.toml says?
  codesensei table update --region eu-central-1 --table reviews  add the indexes that it lacks
  codesensei table describe --format json | jq .facts.billing

The same definition for other tools is in schema/generated/: create-table.json, time-to-live.json
and continuous-backups.json for `aws dynamodb`, table.cfn.yaml for CloudFormation.";

#[derive(Clone, Debug, Subcommand)]
enum Action {
    /// Make it, with its index, TTL, protection and backups. One that is there keeps its items, keys and indexes; only its expiry is
    /// turned on when it is off.
    #[command(after_help = EXAMPLES)]
    Create {
        /// Let it be deleted: for a table of tests. Otherwise it is protected as the schema says.
        #[arg(long)]
        unprotected: bool,
        #[command(flatten)]
        target: Box<Target>,
    },
    /// Add the indexes that the schema has and the table lacks, and wait until they can be queried.
    ///
    /// The table can be used meanwhile. On AWS an index takes minutes, of a large table hours; ended with Ctrl-C, this command leaves
    /// it being built, and waits for it when it is run again. What else the schema says is not changed: see `table diff`.
    ///
    /// An index shows an item once the item has the keys of the index. Items that were stored before get them from
    /// `codesensei verify --fix`. docs/add-an-index.md tells the whole way.
    #[command(after_help = EXAMPLES)]
    Update {
        #[command(flatten)]
        target: Box<Target>,
    },
    /// Show what a live table is.
    #[command(after_help = EXAMPLES)]
    Describe {
        #[command(flatten)]
        shown: Shown,
        #[command(flatten)]
        target: Box<Target>,
    },
    /// Compare a live table with the schema. Exit code 1 when they differ.
    #[command(after_help = EXAMPLES)]
    Diff {
        #[command(flatten)]
        shown: Shown,
        #[command(flatten)]
        target: Box<Target>,
    },
}

#[derive(Clone, Copy, Debug, Args)]
struct Shown {
    /// How it is written: `table` on a terminal and `json` in a pipe, unless it is said.
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

/// Does it. Says whether all is as it should be.
///
/// # Errors
/// With what is wrong and what to do about it.
pub async fn run(table: Table) -> Result<bool, Failure> {
    match table.action {
        Action::Create { unprotected, target } => {
            target.run_without_file(async |opened| create(opened, unprotected).await).await.map(|()| true)
        }
        Action::Update { target } => target.run(async |opened| update(opened).await).await.map(|()| true),
        Action::Describe { shown, target } => {
            let described = target.run(async |opened| {
                let live = describe(opened).await?;
                Ok(print(description(opened, &live, shown.format()).as_bytes())?)
            });
            described.await.map(|()| true)
        }
        Action::Diff { shown, target } => {
            let compared = target.run(async |opened| {
                let live = describe(opened).await?;
                let differences = live.differences(&defined_table()?);
                print(comparison(&live, &differences, shown.format()).as_bytes())?;
                Ok(differences.is_empty())
            });
            compared.await
        }
    }
}

impl Shown {
    fn format(self) -> Format {
        suitable(self.format, Format::Table, Format::Json)
    }
}

async fn create(opened: &Opened, unprotected: bool) -> Result<(), Failure> {
    let (name, place) = (opened.store.table().name(), opened.place.clone());
    let protection = if unprotected { Protection::Off } else { Protection::AsDefined };
    let created = opened.store.table().create_if_absent(protection).await;
    let created = created.map_err(|source| LocalError::Table { place: place.clone(), source })?;
    if created {
        eprintln!("The table {name} at {place} is ready.");
    } else {
        eprintln!("The table {name} exists already, at {place}. `codesensei table diff` compares it with the schema.");
    }
    Ok(())
}

async fn describe(opened: &Opened) -> Result<TableDescription, LocalError> {
    opened.store.table().describe().await.map_err(|source| failed(opened, source))
}

fn failed(opened: &Opened, source: TableError) -> LocalError {
    let place = opened.place.clone();
    match source {
        TableError::Missing { table } => LocalError::NoTable { table, place },
        source => LocalError::Table { place, source },
    }
}

async fn update(opened: &Opened) -> Result<(), Failure> {
    let (name, place) = (opened.store.table().name(), &opened.place);
    let tell = |progress| match progress {
        IndexProgress::Asked { index } => eprintln!("{index}: asked for"),
        IndexProgress::Waiting { index } => {
            eprintln!("{index}: other tables are being changed; asked for again until it is its turn");
        }
        IndexProgress::Building { index, items } => eprintln!("{index}: being built, {items} entries so far"),
        IndexProgress::Ready { index } => eprintln!("{index}: ready"),
    };
    let update = opened.store.table().add_missing_indexes(tell).await.map_err(|source| failed(opened, source))?;
    if update.added.is_empty() {
        eprintln!("The table {name} at {place} has every index of the schema.");
    } else {
        let added = update.added.join(", ");
        eprintln!(
            "The table {name} at {place} has {added}. `codesensei verify --fix` puts the items in it that were stored before."
        );
    }
    for index in update.unknown {
        eprintln!(
            "{index} is not in the schema, and was left. To delete it: aws dynamodb update-table --table-name {name} \
             --global-secondary-index-updates '[{{\"Delete\":{{\"IndexName\":\"{index}\"}}}}]'"
        );
    }
    Ok(())
}

fn description(opened: &Opened, live: &TableDescription, format: Format) -> String {
    let TableDescription { facts, untold, status, items, bytes } = live;
    let name = opened.store.table().name();
    match format {
        Format::Json => {
            let value = json!({
                "table": name, "status": status, "items": items, "bytes": bytes, "facts": facts, "untold": untold,
            });
            format!("{value:#}\n")
        }
        Format::Table => {
            let first = [("table", name.to_owned()), ("status", status.clone())];
            let last = [("items", format!("{items}, counted every six hours")), ("bytes", bytes.to_string())];
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
            format!("{:#}\n", json!({ "differences": rows, "untold": live.untold }))
        }
        Format::Table => {
            let told = |all: String, fact: &&str| all + fact + ": this engine does not tell\n";
            let untold = live.untold.iter().fold(String::new(), told);
            if differences.is_empty() {
                return format!("{untold}The table is what the schema says.\n");
            }
            let header = ["fact", "the schema says", "the table is"].map(str::to_owned);
            let rows = differences.iter().map(|(fact, defined, live)| {
                let shown = |value: &String| if value.is_empty() { "(nothing)".to_owned() } else { value.clone() };
                [fact.clone(), shown(defined), shown(live)]
            });
            grid(std::iter::once(header).chain(rows)) + &untold
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
