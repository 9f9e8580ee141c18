//! `codesensei query`: any access pattern by its id or name, with its own arguments, and what it cost.

mod confirm;
mod csv;
mod error;
mod explain;
mod flags;
mod masking;
mod resolve;
mod rows;
mod sources;
mod summary;
mod totals;

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::Args;
use model::registry::{Argument, Pattern};
use model::{Answer, Arguments, Date, Meter, PageRequest, Row, RunError, Store, Traffic, Unreadable, UnreadableItem};
use serde_json::Value;

use crate::patterns;
use crate::target::{Opened, Target};

pub use confirm::NotConfirmed;
pub use error::QueryError;
pub use rows::Format;

/// A pattern, its arguments, and what is done with what it finds.
#[derive(Clone, Debug)]
pub struct Query {
    pattern: &'static Pattern,
    /// Each with what was typed for it.
    arguments: Vec<(&'static Argument, Vec<String>)>,
    extra: Extra,
    options: Options,
    paging: Paging,
    first: First,
    writing: Writing,
    code: CodeOptions,
}

/// What stands for arguments, or for parts of them.
#[derive(Clone, Debug, Default)]
struct Extra {
    /// Texts that arguments are computed from, by the names of their flags.
    sources: BTreeMap<&'static str, String>,
    /// A file with an item or a key on each line; `-` for standard input.
    lines_from: Option<PathBuf>,
    /// What it holds.
    lines: Option<String>,
    /// Whose days are meant.
    user: Option<String>,
    /// The day after the last that is meant.
    before: Option<Date>,
}

/// What every pattern takes beside its own arguments.
#[derive(Clone, Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own on the command line")]
struct Options {
    /// How rows are written: `table` on a terminal and `jsonl` in a pipe, unless it is said.
    #[arg(long, value_enum, env = "CODESENSEI_FORMAT")]
    format: Option<Format>,
    /// In `csv-raw` too, put an apostrophe before texts that a spreadsheet would run as formulas. `csv` always does.
    #[arg(long)]
    safe_csv: bool,
    /// Show only these fields, in this order.
    #[arg(long, value_name = "FIELDS", value_delimiter = ',')]
    fields: Vec<String>,
    /// Show the exact request, what IAM must allow and what it should cost; send nothing.
    #[arg(long)]
    explain: bool,
    /// Show what is personal: names, addresses, messages, selected code. It is masked otherwise.
    #[arg(long)]
    show_pii: bool,
    /// Leave out the items of a list that do not decode, for instance of a newer version, and name them on standard error.
    /// Otherwise one such item is an error.
    #[arg(long)]
    skip_unreadable: bool,
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

/// What patterns take that return the first items of a list.
#[derive(Clone, Debug, Default, Args)]
struct First {
    /// So many of the first rows. The pattern's own number when it is not said.
    #[arg(long, value_name = "ROWS", value_parser = clap::value_parser!(u32).range(1..))]
    first: Option<u32>,
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

/// Asks and shows.
///
/// # Errors
/// With what is wrong and what to do about it.
pub async fn run(mut query: Query) -> Result<(), QueryError> {
    let pattern = query.pattern;
    query.check_range()?;
    if query.options.explain {
        query.read_input()?;
        return explain::explain(&query).await;
    }
    if pattern.writes() && !query.writing.write {
        return Err(QueryError::Writes { pattern: pattern.id });
    }
    query.check_fields()?;
    query.check_first()?;
    // Before the table is opened: a command that waits for its input must not keep the table from others.
    query.read_input()?;
    query.options.target.run(async |opened| ask(&query, opened).await).await
}

async fn ask(query: &Query, opened: &Opened) -> Result<(), QueryError> {
    let pattern = query.pattern;
    opened.check().await?;
    let (meter, traffic, unreadable) = (Meter::new(), Traffic::new(), Unreadable::new());
    let store = opened.store.metered(meter.clone());
    let arguments = query.resolve(Some(&store)).await;
    // Also when they show that there is nothing to do.
    meter.take().iter().for_each(summary::tell_lookup);
    let arguments = arguments?;
    if pattern.writes() && !query.writing.yes {
        confirm::confirm(&opened.store, &opened.place).await?;
    }
    let store = store.counting(&traffic).without_unreadable(&unreadable);
    let format = Format::or_suitable(query.options.format);
    let mut out = rows::Output::new(format, query.options.safe_csv, pattern, query.header());
    let (mut count, mut cursor) = (0, query.paging.cursor.clone());
    let mut totals = totals::Totals::of(pattern);
    let (written, more) = loop {
        let limit = query.left(count);
        let answer = match query.page(&store, &arguments, limit, cursor.as_deref()).await {
            Ok(answer) => answer,
            Err(error) => {
                summary::tell_refused(pattern, meter.total());
                return Err(error::without_index(pattern, &opened.store, error).await);
            }
        };
        query.leave_out(unreadable.take())?;
        count += answer.rows.len();
        let written = answer.written;
        for row in answer.rows {
            totals.add(&row);
            out.push(query.shown(&store, row).await?)?;
        }
        cursor = answer.cursor;
        if cursor.is_none() || !query.goes_on(count) {
            break (written, answer.more);
        }
    };
    out.finish()?;
    let (bytes, total, cursor) = (traffic.bytes(), meter.total(), cursor.as_deref());
    let totals = totals.text();
    summary::Summary { pattern, rows: count, written, bytes, total, cursor, more, totals }.tell();
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
        let left = |limit: u32| limit.saturating_sub(u32::try_from(count).unwrap_or(u32::MAX));
        self.paging.limit.map(left).or(self.first.first)
    }

    /// More of the first rows than the pattern allows are a mistake.
    fn check_first(&self) -> Result<(), QueryError> {
        match (self.first.first, self.pattern.first_max) {
            (Some(first), Some(max)) if first > max => {
                Err(self.invalid("first", format!("{} returns up to {max} of the first rows", self.pattern.id)))
            }
            _ => Ok(()),
        }
    }

    /// `name` may go on into the argument after a dot.
    fn invalid(&self, name: &str, reason: String) -> QueryError {
        let (argument, inside) =
            name.split_once('.').map_or((name, ""), |(argument, _)| (argument, &name[argument.len()..]));
        // Both are its names, and which was typed is not told.
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
        answer.map_err(|error| self.failed(error))
    }

    /// Names the items that do not decode, or fails when they were not to be left out.
    fn leave_out(&self, items: Vec<UnreadableItem>) -> Result<(), QueryError> {
        match items.as_slice() {
            [] => Ok(()),
            _ if !self.options.skip_unreadable => Err(QueryError::Unreadable(items)),
            items => {
                eprintln!("{}", error::unreadable(items));
                Ok(())
            }
        }
    }

    /// Every field that the rows can have, in order.
    fn fields(&self) -> Vec<&'static str> {
        let entity = (self.pattern.entities.len() > 1 && !self.pattern.fields.is_empty()).then_some("entity");
        let text = self.code.show_code.then_some("text");
        entity.into_iter().chain(self.pattern.fields.iter().copied()).chain(text).collect()
    }

    /// The columns of the answer: those asked for, or all. Rows of several kinds always say of which they are.
    fn header(&self) -> Vec<&'static str> {
        let all = self.fields();
        if self.options.fields.is_empty() {
            return all;
        }
        let is_first = |name: &&str| *name == "entity";
        let asked = self.options.fields.iter().filter_map(|asked| all.iter().copied().find(|name| name == asked));
        let entity = all.first().copied().filter(is_first);
        entity.into_iter().chain(asked.filter(|name| !is_first(name))).collect()
    }

    /// A field that no row can have is a mistake.
    fn check_fields(&self) -> Result<(), QueryError> {
        let all = self.fields();
        let Some(wrong) = self.options.fields.iter().find(|asked| !all.contains(&asked.as_str())) else {
            return Ok(());
        };
        let reason = match patterns::nearest(wrong, all.iter().copied()) {
            _ if all.is_empty() => "this pattern returns no fields".to_owned(),
            Some(near) => format!("there is no field {wrong}; did you mean `{near}`? There are {}", all.join(", ")),
            None => format!("there is no field {wrong}; there are {}", all.join(", ")),
        };
        Err(self.invalid("fields", reason))
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
        let text = if wanted { store.by_name().code_of(&row).await.map_err(QueryError::Run)? } else { None };
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
