//! `codesensei query`: any access pattern by its id or name, with its own arguments, and what it cost.

mod confirm;
mod explain;
mod flags;
mod masking;
mod rows;
mod summary;

use std::io::{self, IsTerminal as _};
use std::path::PathBuf;

use clap::Args;
use model::registry::{Argument, Pattern};
use model::{Answer, Arguments, ENTITIES, Meter, PageRequest, Row, RunError, Store, Traffic};

use serde_json::Value;

use crate::local::LocalError;
use crate::target::{Opened, Target};

pub use confirm::NotConfirmed;
pub use rows::Format;

/// A pattern, its arguments, and what is done with what it finds.
#[derive(Clone, Debug)]
pub struct Query {
    pattern: &'static Pattern,
    /// Each with what was typed for it.
    arguments: Vec<(&'static Argument, Vec<String>)>,
    options: Options,
    paging: Paging,
    writing: Writing,
    code: CodeOptions,
}

/// What every pattern takes beside its own arguments.
#[derive(Clone, Debug, Args)]
struct Options {
    /// How rows are written: `table` on a terminal and `jsonl` in a pipe, unless it is said.
    #[arg(long, value_enum, env = "CODESENSEI_FORMAT")]
    format: Option<Format>,
    /// Only these fields, in this order.
    #[arg(long, value_name = "FIELDS", value_delimiter = ',')]
    fields: Vec<String>,
    /// Show the exact request, what IAM must allow and what it should cost; send nothing.
    #[arg(long)]
    explain: bool,
    /// Show what is personal: names, addresses, messages, selected code. It is masked otherwise.
    #[arg(long)]
    show_pii: bool,
    #[command(flatten)]
    target: Target,
}

/// What patterns with pages take.
#[derive(Clone, Debug, Default, Args)]
struct Paging {
    /// At most so many rows, over as many pages as that takes. A page when it is not said.
    #[arg(long, value_name = "ROWS", value_parser = clap::value_parser!(u32).range(1..))]
    limit: Option<u32>,
    /// Go on after the page that ended with this cursor.
    #[arg(long)]
    cursor: Option<String>,
    /// Every row, however many pages that takes.
    #[arg(long, conflicts_with = "limit")]
    all: bool,
}

/// What patterns that change something take.
#[derive(Clone, Debug, Default, Args)]
struct Writing {
    /// Yes, this pattern changes the table.
    #[arg(long)]
    write: bool,
    /// Do not ask for the table's name first: for scripts.
    #[arg(long)]
    yes: bool,
}

/// What patterns that read code take.
#[derive(Clone, Debug, Default, Args)]
struct CodeOptions {
    /// Show the code itself, decompressed, as the field `text`.
    #[arg(long)]
    show_code: bool,
    /// Write the code, decompressed, to this file.
    #[arg(long, value_name = "FILE")]
    code_to: Option<PathBuf>,
}

/// A query found nothing it could show.
#[derive(Debug, thiserror::Error)]
pub enum QueryError {
    /// An argument is not what it should be.
    #[error("--{flag}: {reason}\n\nFor example:\n  {example}")]
    Argument {
        /// The flag, and what is inside its value after a dot.
        flag: String,
        /// What is wrong.
        reason: String,
        /// A command line that works.
        example: &'static str,
    },
    /// The pattern writes, and nobody said that it may.
    #[error("{pattern} changes the table: say --write, or look at what it would send with --explain")]
    Writes {
        /// The pattern's id.
        pattern: &'static str,
    },
    /// The name of the table was not typed.
    #[error(transparent)]
    NotConfirmed(#[from] NotConfirmed),
    /// The table cannot be reached.
    #[error(transparent)]
    Place(#[from] LocalError),
    /// The pattern failed.
    #[error(transparent)]
    Run(RunError),
    /// The code was asked for, and there is none.
    #[error("there is no code to write to {file}: nothing was found, or it was replaced while it was read")]
    NoCode {
        /// The file.
        file: String,
    },
    /// A file or the standard output cannot be written.
    #[error("cannot write {what}: {source}")]
    Output {
        /// Which.
        what: String,
        /// What the system said.
        source: io::Error,
    },
}

impl QueryError {
    /// Whether what was typed is at fault, and not what happened.
    #[must_use]
    pub const fn is_usage(&self) -> bool {
        matches!(self, Self::Argument { .. } | Self::Writes { .. })
    }
}

/// Asks and shows.
///
/// # Errors
/// With what is wrong and what to do about it.
pub async fn run(query: Query) -> Result<(), QueryError> {
    let pattern = query.pattern;
    if query.options.explain {
        return explain::explain(&query).await;
    }
    if pattern.writes() && !query.writing.write {
        return Err(QueryError::Writes { pattern: pattern.id });
    }
    query.check_fields()?;
    query.options.target.run(async |opened| ask(&query, opened).await).await
}

async fn ask(query: &Query, opened: &Opened) -> Result<(), QueryError> {
    let pattern = query.pattern;
    opened.check().await?;
    if pattern.writes() && !query.writing.yes {
        confirm::confirm(&opened.store, &opened.place)?;
    }
    let (meter, traffic) = (Meter::new(), Traffic::new());
    let store = opened.store.metered(meter.clone()).counting(&traffic);
    let format = Format::or_suitable(query.options.format);
    let mut out = rows::Output::new(format, pattern);
    let (mut count, mut cursor) = (0, query.paging.cursor.clone());
    loop {
        let limit = query.left(count);
        let answer = query.page(&store, limit, cursor.as_deref()).await?;
        count += answer.rows.len();
        for row in answer.rows {
            out.push(query.shown(&store, row).await?)?;
        }
        cursor = answer.cursor;
        if cursor.is_none() || !query.goes_on(count) {
            break;
        }
    }
    out.finish()?;
    summary::Summary { pattern, rows: count, bytes: traffic.bytes(), total: meter.total(), cursor: cursor.as_deref() }
        .tell(io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none());
    if let Some(file) = query.code.code_to.as_ref().filter(|_| !out.has_code()) {
        return Err(QueryError::NoCode { file: file.display().to_string() });
    }
    Ok(())
}

impl Query {
    /// Whether another page is wanted after so many rows.
    fn goes_on(&self, count: usize) -> bool {
        self.paging.all || self.paging.limit.is_some_and(|limit| count < limit as usize)
    }

    /// How many rows the next page may have; what the pattern says when it is not said.
    fn left(&self, count: usize) -> Option<u32> {
        self.paging.limit.map(|limit| limit.saturating_sub(u32::try_from(count).unwrap_or(u32::MAX)))
    }

    fn arguments(&self) -> Result<Arguments, QueryError> {
        let mut values = Vec::new();
        for (argument, typed) in &self.arguments {
            let value = flags::value(argument, typed).map_err(|reason| self.invalid(argument.name, reason))?;
            values.extend(value.map(|value| (argument.name.to_owned(), value)));
        }
        Ok(Arguments::new(values))
    }

    /// `name` may go on into the argument after a dot.
    fn invalid(&self, name: &str, reason: String) -> QueryError {
        let (argument, inside) =
            name.split_once('.').map_or((name, ""), |(argument, _)| (argument, &name[argument.len()..]));
        let flag = argument.replace('_', "-") + inside;
        QueryError::Argument { flag, reason, example: self.pattern.example }
    }

    async fn page(&self, store: &Store, limit: Option<u32>, cursor: Option<&str>) -> Result<Answer, QueryError> {
        let answer = store.run(self.pattern, self.arguments()?, PageRequest { limit, cursor }).await;
        answer.map_err(|error| self.failed(error))
    }

    /// Fields that no row can have are a mistake.
    fn check_fields(&self) -> Result<(), QueryError> {
        let of_entities = ENTITIES.iter().filter(|entity| self.pattern.entities.contains(&entity.name));
        let mut known: Vec<&str> = of_entities.flat_map(|entity| entity.fields).map(|field| field.name).collect();
        known.extend(["entity", "text", "count", "PK", "SK"]);
        let unknown = self.options.fields.iter().find(|field| !known.contains(&field.as_str()));
        unknown.map_or(Ok(()), |field| {
            let fields = known[..known.len() - 5].join(", ");
            Err(self.invalid("fields", format!("there is no field {field}; there are {fields}")))
        })
    }

    /// The fields that are wanted, in the order in which they are wanted; the entity stays the first.
    fn chosen(&self, mut fields: Vec<(&'static str, Value)>) -> Vec<(&'static str, Value)> {
        if self.options.fields.is_empty() {
            return fields;
        }
        let mut rest = fields.split_off(1);
        for wanted in &self.options.fields {
            if let Some(at) = rest.iter().position(|(name, _)| name == wanted) {
                fields.push(rest.swap_remove(at));
            }
        }
        fields
    }

    fn failed(&self, error: RunError) -> QueryError {
        match error {
            RunError::Argument(invalid) => self.invalid(&invalid.name, invalid.reason),
            error => QueryError::Run(error),
        }
    }

    /// The row as it may be seen, and its code where that is wanted.
    async fn shown(&self, store: &Store, row: Row) -> Result<rows::Shown, QueryError> {
        let CodeOptions { show_code, code_to } = &self.code;
        let wanted = row.entity == "code" && (*show_code || code_to.is_some());
        let text = if wanted { store.code_of(&row).await.map_err(QueryError::Run)? } else { None };
        if let (Some(file), Some(text)) = (code_to, &text) {
            let written = std::fs::write(file, text);
            written.map_err(|source| QueryError::Output { what: file.display().to_string(), source })?;
        }
        let has_code = text.is_some();
        let mut shown = masking::masked(row, self.options.show_pii);
        if let Some(text) = text.filter(|_| *show_code) {
            shown.push(("text", text.into()));
        }
        Ok(rows::Shown { fields: self.chosen(shown), has_code })
    }
}
