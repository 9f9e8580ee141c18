//! `codesensei query`: runs any access pattern with its arguments, and shows its cost.

mod confirm;
mod csv;
mod derivations;
mod error;
mod explain;
mod flags;
mod masking;
mod resolve;
mod rows;
mod summary;
mod totals;

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::Args;
use model::registry::{Argument, Pattern};
use model::{Answer, Arguments, Date, Meter, PageRequest, Row, RunError, Store, Traffic, Unreadable, UnreadableItem};
use serde_json::Value;

use crate::patterns;
use crate::target::{OpenTable, Target};

pub use confirm::NotConfirmed;
pub use error::QueryError;
pub use rows::Format;

/// A pattern, its arguments and its options.
#[derive(Clone, Debug)]
pub struct Query {
    pattern: &'static Pattern,
    /// Each argument with its values from the command line.
    arguments: Vec<(&'static Argument, Vec<String>)>,
    indirect: IndirectArguments,
    options: Options,
    page_options: PageOptions,
    first: FirstOptions,
    write_options: WriteOptions,
    code: CodeOptions,
}

/// Values from which arguments are computed or read.
#[derive(Clone, Debug, Default)]
struct IndirectArguments {
    /// Texts from which arguments are derived, by the names of their flags.
    derivations: BTreeMap<&'static str, String>,
    /// A file with an item or a key per line; `-` for standard input.
    lines_from: Option<PathBuf>,
    /// The content of the file.
    lines: Option<String>,
    /// The user whose usage days are meant.
    user: Option<String>,
    /// The day after the last day.
    before: Option<Date>,
}

/// Options of all patterns.
#[derive(Clone, Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a separate flag of the command line")]
struct Options {
    /// The output format. Default: `table` on a terminal, `jsonl` in a pipe.
    #[arg(long, value_enum, env = "CODESENSEI_FORMAT")]
    format: Option<Format>,
    /// Put an apostrophe before texts that a spreadsheet would run as formulas in `csv-raw` too; `csv` always does.
    #[arg(long)]
    safe_csv: bool,
    /// Show only these fields, in this order.
    #[arg(long, value_name = "FIELDS", value_delimiter = ',')]
    fields: Vec<String>,
    /// Show the exact request, the IAM permission and the declared cost; send nothing.
    #[arg(long)]
    explain: bool,
    /// Show personal data, which is masked by default: names, addresses, messages, selected code.
    #[arg(long)]
    show_pii: bool,
    /// Skip items of a list that cannot be decoded, for instance of a newer version, and name them on standard error.
    /// By default, such an item is an error.
    #[arg(long)]
    skip_unreadable: bool,
    #[command(flatten)]
    target: Target,
}

/// Options of patterns with pages.
#[derive(Clone, Debug, Default, Args)]
struct PageOptions {
    /// The maximum number of rows, over several pages if needed. Default: one page.
    #[arg(long, value_name = "ROWS", value_parser = clap::value_parser!(u32).range(1..))]
    limit: Option<u32>,
    /// Continue after the page that ended with this cursor.
    #[arg(long)]
    cursor: Option<String>,
    /// Return all rows, over all pages.
    #[arg(long, conflicts_with = "limit")]
    all: bool,
}

/// Options of patterns that return the first items of a list.
#[derive(Clone, Debug, Default, Args)]
struct FirstOptions {
    /// The number of rows. Default: the pattern's own number.
    #[arg(long, value_name = "ROWS", value_parser = clap::value_parser!(u32).range(1..))]
    first: Option<u32>,
}

/// Options of patterns that write.
#[derive(Clone, Debug, Default, Args)]
struct WriteOptions {
    /// Confirm that this pattern may change the table.
    #[arg(long)]
    write: bool,
    /// Do not ask for the table's name, for scripts.
    #[arg(long)]
    yes: bool,
}

/// Options of patterns that read code.
#[derive(Clone, Debug, Default, Args)]
struct CodeOptions {
    /// Show the decompressed code as the field `text`.
    #[arg(long)]
    show_code: bool,
    /// Write the decompressed code to this file.
    #[arg(long, value_name = "FILE")]
    code_to: Option<PathBuf>,
}

/// Runs the command.
///
/// # Errors
/// States the problem and its remedy.
pub async fn run(mut query: Query) -> Result<(), QueryError> {
    let pattern = query.pattern;
    query.check_range()?;
    if query.options.explain {
        query.read_input()?;
        return explain::explain(&query).await;
    }
    if pattern.writes() && !query.write_options.write {
        return Err(QueryError::Writes { pattern: pattern.id });
    }
    query.check_fields()?;
    query.check_first()?;
    // Before the table is opened: a command that waits for its input must not block other commands.
    query.read_input()?;
    query.options.target.run(async |opened| execute(&query, opened).await).await
}

async fn execute(query: &Query, opened: &OpenTable) -> Result<(), QueryError> {
    let pattern = query.pattern;
    opened.check_table_exists().await?;
    let (meter, traffic, unreadable) = (Meter::new(), Traffic::new(), Unreadable::new());
    let store = opened.store.metered(meter.clone());
    let arguments = query.resolve(Some(&store)).await;
    // Before the error check, so that the cost is printed even if there is nothing to do.
    meter.take().iter().for_each(summary::print_lookup);
    let arguments = arguments?;
    if pattern.writes() && !query.write_options.yes {
        confirm::confirm(&opened.store, &opened.location).await?;
    }
    let store = store.counting(&traffic).without_unreadable(&unreadable);
    let format = Format::or_default(query.options.format);
    let mut out = rows::Output::new(format, query.options.safe_csv, pattern, query.header());
    let (mut count, mut cursor) = (0, query.page_options.cursor.clone());
    let mut totals = totals::Totals::of(pattern);
    let (written, more) = loop {
        let limit = query.remaining_limit(count);
        let answer = match query.page(&store, &arguments, limit, cursor.as_deref()).await {
            Ok(answer) => answer,
            Err(error) => {
                summary::print_refused(pattern, meter.total());
                return Err(error::with_missing_index(pattern, &opened.store, error).await);
            }
        };
        query.report_unreadable(unreadable.take())?;
        count += answer.rows.len();
        let written = answer.written;
        for row in answer.rows {
            totals.add(&row);
            out.push(query.display_row(&store, row).await?)?;
        }
        cursor = answer.cursor;
        if cursor.is_none() || !query.wants_more(count) {
            break (written, answer.more);
        }
    };
    out.finish()?;
    let (bytes, total, cursor) = (traffic.bytes(), meter.total(), cursor.as_deref());
    let totals = totals.text();
    summary::Summary { pattern, rows: count, written, bytes, total, cursor, more, totals }.print();
    if let Some(file) = query.code.code_to.as_ref().filter(|_| !out.has_code()) {
        return Err(QueryError::NoCode { file: file.display().to_string() });
    }
    Ok(())
}

impl Query {
    /// Whether to read another page after this many rows.
    fn wants_more(&self, count: usize) -> bool {
        self.page_options.all || self.page_options.limit.is_some_and(|limit| count < limit as usize)
    }

    /// The limit of the next page. `None`: the default of the pattern.
    fn remaining_limit(&self, count: usize) -> Option<u32> {
        let remaining = |limit: u32| limit.saturating_sub(u32::try_from(count).unwrap_or(u32::MAX));
        self.page_options.limit.map(remaining).or(self.first.first)
    }

    /// Refuses a number of first rows above the maximum of the pattern.
    fn check_first(&self) -> Result<(), QueryError> {
        match (self.first.first, self.pattern.first_max) {
            (Some(first), Some(max)) if first > max => {
                Err(self.invalid("first", format!("{} returns at most {max} rows", self.pattern.id)))
            }
            _ => Ok(()),
        }
    }

    /// An invalid argument. `name` can have a path into the argument after a dot.
    fn invalid(&self, name: &str, reason: String) -> QueryError {
        let (argument, inside) =
            name.split_once('.').map_or((name, ""), |(argument, _)| (argument, &name[argument.len()..]));
        // The flag has two names, and it is unknown which one was typed.
        let flag = if argument == "user_id" { "user, --user-id".to_owned() } else { argument.replace('_', "-") };
        let flag = flag + inside;
        QueryError::Argument { flag, reason, example: self.pattern.example }
    }

    async fn page(
        &self,
        store: &Store,
        arguments: &Arguments,
        limit: Option<u32>,
        cursor: Option<&str>,
    ) -> Result<Answer, QueryError> {
        let answer = store.by_name().run(self.pattern, arguments.clone(), PageRequest { limit, cursor }).await;
        answer.map_err(|error| self.to_query_error(error))
    }

    /// Prints the items that cannot be decoded, or fails without `--skip-unreadable`.
    fn report_unreadable(&self, items: Vec<UnreadableItem>) -> Result<(), QueryError> {
        match items.as_slice() {
            [] => Ok(()),
            _ if !self.options.skip_unreadable => Err(QueryError::Unreadable(items)),
            items => {
                eprintln!("{}", error::unreadable(items));
                Ok(())
            }
        }
    }

    /// All fields that the rows can have, in order.
    fn fields(&self) -> Vec<&'static str> {
        let entity = (self.pattern.entities.len() > 1 && !self.pattern.fields.is_empty()).then_some("entity");
        let text = self.code.show_code.then_some("text");
        entity.into_iter().chain(self.pattern.fields.iter().copied()).chain(text).collect()
    }

    /// The columns of the answer: the requested ones, or all. Rows of several entities always have the entity.
    fn header(&self) -> Vec<&'static str> {
        let all = self.fields();
        if self.options.fields.is_empty() {
            return all;
        }
        let is_entity = |name: &&str| *name == "entity";
        let requested =
            self.options.fields.iter().filter_map(|requested| all.iter().copied().find(|name| name == requested));
        let entity = all.first().copied().filter(is_entity);
        entity.into_iter().chain(requested.filter(|name| !is_entity(name))).collect()
    }

    /// Refuses fields that no row can have.
    fn check_fields(&self) -> Result<(), QueryError> {
        let all = self.fields();
        let Some(unknown) = self.options.fields.iter().find(|requested| !all.contains(&requested.as_str())) else {
            return Ok(());
        };
        let reason = match patterns::nearest(unknown, all.iter().copied()) {
            _ if all.is_empty() => "this pattern returns no fields".to_owned(),
            Some(near) => {
                format!("unknown field {unknown}; did you mean `{near}`? The fields are {}", all.join(", "))
            }
            None => format!("unknown field {unknown}; the fields are {}", all.join(", ")),
        };
        Err(self.invalid("fields", reason))
    }

    /// The requested fields in the requested order; the entity stays first.
    fn select_fields(&self, mut fields: Vec<(&'static str, Value)>) -> Vec<(&'static str, Value)> {
        if self.options.fields.is_empty() {
            return fields;
        }
        let mut rest = fields.split_off(1);
        for requested in &self.options.fields {
            if let Some(at) = rest.iter().position(|(name, _)| name == requested) {
                fields.push(rest.swap_remove(at));
            }
        }
        fields
    }

    fn to_query_error(&self, error: RunError) -> QueryError {
        match error {
            RunError::Argument(invalid) => self.invalid(&invalid.name, invalid.reason),
            error => QueryError::Run(error),
        }
    }

    /// The row with masked values, and with its code if requested.
    async fn display_row(&self, store: &Store, row: Row) -> Result<rows::DisplayRow, QueryError> {
        let CodeOptions { show_code, code_to } = &self.code;
        let is_requested = row.entity == "code" && (*show_code || code_to.is_some());
        let text = if is_requested { store.by_name().code_of(&row).await.map_err(QueryError::Run)? } else { None };
        if let (Some(file), Some(text)) = (code_to, &text) {
            let written = std::fs::write(file, text);
            written.map_err(|source| QueryError::Output { what: file.display().to_string(), source })?;
        }
        let has_code = text.is_some();
        let mut fields = masking::mask_row(row, self.options.show_pii);
        if let Some(text) = text.filter(|_| *show_code) {
            fields.push(("text", text.into()));
        }
        Ok(rows::DisplayRow { fields: self.select_fields(fields), has_code })
    }
}
