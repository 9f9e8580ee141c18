//! `codesensei verify`: checks the consistency of the data, and repairs it.

mod plan;

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::PathBuf;
use std::time::Duration;

use clap::builder::{PossibleValuesParser, TypedValueParser as _};
use clap::{Args, ValueEnum};
use comfy_table::presets::NOTHING;
use comfy_table::{ContentArrangement, Table as Grid};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use model::{Effect, Finding, FindingKind, Meter, Outcome, Progress, Verified, Verify as How};
use serde_json::json;

use crate::Failure;
use crate::output::{format_or_default, pluralize, print};
use crate::target::{OpenTable, Target};
use crate::user_ref::UserRef;
use plan::{Plan, Step};

/// The number of findings per kind in a table; JSON lines have all findings.
const MAX_EXAMPLES: usize = 10;

/// The options of `verify`.
#[derive(Clone, Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Verify {
    /// Check only this user: the profile, claims, sign-ins, usage days and sessions, read through access patterns
    /// without a scan. Only a verification of the whole table finds data of a session whose head is missing.
    #[arg(long, value_name = "USER", visible_alias = "user-id")]
    user: Option<UserRef>,
    /// Report only findings of these kinds. The first column of the output has the kinds.
    #[arg(long, value_name = "KIND", value_delimiter = ',', hide_possible_values = true, value_parser = kinds())]
    only: Vec<FindingKind>,
    /// Repair what can be repaired safely. Each write succeeds only if the item has not changed. The output explains
    /// why other findings are not repaired.
    #[arg(long)]
    fix: bool,
    /// Write the possible repairs to this file, one per line, after a first line that names the table. With --fix: read
    /// the file and make only these repairs. You can remove any line before that, except the first.
    #[arg(long, value_name = "FILE")]
    plan: Option<PathBuf>,
    /// Show the keys of items instead of their digests. Keys can contain usernames.
    #[arg(long)]
    show_keys: bool,
    /// The output format. Default: `table` on a terminal, `jsonl` in a pipe.
    #[arg(long, value_enum)]
    format: Option<Format>,
    /// The number of segments of the scan, which are read in parallel.
    #[arg(long, default_value_t = 8, value_parser = clap::value_parser!(u32).range(1..=256))]
    segments: u32,
    /// Read the table this many times, each time for a part of its users and sessions, to use less memory.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=1000))]
    passes: u32,
    /// The delay in milliseconds before suspect items are read again, because a request may be writing them.
    #[arg(long, default_value_t = 2_000, value_name = "MS")]
    look_again_after: u64,
    #[command(flatten)]
    target: Target,
}

const EXAMPLES: &str = "\
Examples:
  codesensei verify                                  the table that `serve` uses, even while it runs
  codesensei verify --fix                            verify and repair
  codesensei verify --plan repairs.jsonl             write the possible repairs to a file for review
  codesensei verify --fix --plan repairs.jsonl       make only the repairs in the file
  codesensei verify --only overdue_job,expired --fix
  codesensei verify --user @ada
  codesensei verify --user 01a05c06-6c80-72e7-b616-dd449d76a152
  codesensei verify --endpoint-url http://127.0.0.1:8000 --format jsonl | jq -r .kind | sort | uniq -c
  codesensei verify --region eu-central-1 --table reviews --passes 4

It reads the whole table once (AP-96, eventually consistent: 0.5 RCU for 4 KB). Then it reads the
sweep jobs, all code in chunks and all suspect items, strongly consistently: 1 RCU for 4 KB. The
566 KB of `codesensei seed` take 72.5 RCU for the scan and 244 for the rest, nearly all of it for
one file in chunks. Memory: about 300 bytes for each user, session and thread, divided by --passes.
The output has no personal data and no content.

Without --fix, each finding says what its repair would do: `deletes` removes items, `restores`
writes the correct values.

Exit code 0: no inconsistencies remain. 1: inconsistencies remain. 2: invalid usage.";

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people: a row for each kind, with some ids.
    Table,
    /// For scripts: one JSON object per line for each finding.
    Jsonl,
}

/// Parses the kinds, and lists them for shell completion.
fn kinds() -> impl clap::builder::TypedValueParser<Value = FindingKind> {
    let words = PossibleValuesParser::new(FindingKind::ALL.iter().map(|kind| kind.word()));
    words.try_map(|word| FindingKind::named(&word).ok_or("unknown kind"))
}

/// Runs the command. Returns whether no inconsistencies remain.
///
/// # Errors
/// States the problem and its remedy.
pub async fn run(options: Verify) -> Result<bool, Failure> {
    options.target.run(async |opened| verify(&options, opened).await).await
}

async fn verify(options: &Verify, opened: &OpenTable) -> Result<bool, Failure> {
    opened.check_table_exists().await?;
    let has_its_indexes = report_missing_indexes(opened).await;
    let meter = Meter::new();
    let store = opened.store.metered(meter.clone());
    let format = format_or_default(options.format, Format::Table, Format::Jsonl);
    let table = opened.store.table().name();
    let plan = match &options.plan {
        Some(file) if options.fix => Some(Plan::read(file, table)?),
        _ => None,
    };
    let settings = How {
        segments: options.segments,
        passes: options.passes,
        look_again_after: Duration::from_millis(options.look_again_after),
        fix: options.fix,
        only: options.only.clone(),
        plan: plan.as_ref().map(Plan::findings),
    };
    let mut report = Report::new(format, options.show_keys, meter);
    let verified = match &options.user {
        Some(user_ref) => {
            store
                .maintenance()
                .verify_user(user_ref.id(&store).await?, settings, |progress| report.on_progress(progress))
                .await
        }
        None => store.maintenance().verify(settings, |progress| report.on_progress(progress)).await,
    };
    report.bar.finish_and_clear();
    let verified = verified?;
    match (&options.plan, &plan) {
        (Some(file), None) => {
            Plan::write(file, table, &report.steps.iter().cloned().collect::<Vec<_>>())?;
            let repairs = pluralize(report.steps.len() as u64, "repair");
            eprintln!("{repairs} written to {}; --fix --plan makes them", file.display());
        }
        // The findings of one user say nothing about other users in the plan.
        (_, Some(plan)) if options.user.is_none() => {
            plan.unmatched(&report.steps, &options.only).iter().for_each(|text| eprintln!("{text}"));
        }
        _ => {}
    }
    report.finish(verified, options.empty_message())?;
    Ok(verified.unsettled == 0 && has_its_indexes)
}

/// Prints which indexes of the schema are missing. Returns whether none is known to be missing.
async fn report_missing_indexes(opened: &OpenTable) -> bool {
    match opened.store.table().missing_indexes().await {
        Ok(missing) if missing.is_empty() => true,
        Ok(missing) => {
            eprintln!("The table lacks {} of the schema; `codesensei table update` adds it.", missing.join(", "));
            false
        }
        Err(error) => {
            eprintln!("Cannot check the indexes of the table: {error}");
            true
        }
    }
}

impl Verify {
    /// The message without findings, which claims only what was checked.
    const fn empty_message(&self) -> &'static str {
        match (self.user.is_some(), self.only.is_empty()) {
            (false, true) => "The table is consistent.",
            (true, true) => "This user's data is consistent.",
            (false, false) => "No findings of these kinds.",
            (true, false) => "No findings of these kinds for this user.",
        }
    }
}

/// The output during the verification and at its end.
struct Report {
    format: Format,
    bar: ProgressBar,
    meter: Meter,
    cost: Cost,
    kinds: BTreeMap<FindingKind, Kind>,
    show_keys: bool,
    /// The possible repairs.
    steps: BTreeSet<Step>,
    failure: Option<io::Error>,
}

#[derive(Clone, Copy, Default)]
struct Cost {
    requests: u64,
    rcu: f64,
    wcu: f64,
}

/// The findings of one kind: the counts, the first few, and notes.
#[derive(Default)]
struct Kind {
    count: u64,
    /// Repairs not made that would delete items.
    deletable: u64,
    /// Repairs not made that would restore items.
    restorable: u64,
    settled: u64,
    left: u64,
    examples: Vec<String>,
    notes: Vec<String>,
}

impl Report {
    fn new(format: Format, show_keys: bool, meter: Meter) -> Self {
        // It draws nothing if standard error is not a terminal.
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
        let style = ProgressStyle::with_template("{spinner} {pos} items, {per_sec}, {elapsed} {msg}");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()));
        Self {
            format,
            bar,
            meter,
            cost: Cost::default(),
            kinds: BTreeMap::new(),
            show_keys,
            steps: BTreeSet::new(),
            failure: None,
        }
    }

    fn on_progress(&mut self, progress: Progress) {
        match progress {
            Progress::Read(items) => {
                self.bar.inc(items);
                self.count_cost();
            }
            Progress::Suspects(count) => self.bar.set_message(format!("reading {count} suspect items again")),
            Progress::Found(finding, outcome) => self.on_finding(&finding, &outcome),
        }
    }

    fn on_finding(&mut self, finding: &Finding, outcome: &Outcome) {
        if self.format == Format::Jsonl && self.failure.is_none() {
            let line = json!({
                "kind": finding.kind.word(),
                "id": finding.id,
                "detail": finding.detail,
                "repair": finding.effect().map(Effect::word),
                "does": finding.repair_does(),
                "outcome": outcome.word(),
                "note": outcome.note(),
                "key": self.visible_key(finding).map(|[pk, sk]| json!({ "PK": pk, "SK": sk })),
            });
            self.failure = self.bar.suspend(|| print(format!("{line}\n").as_bytes())).err();
        }
        self.steps.extend(Step::of(finding));
        let visible_key = self.visible_key(finding).map(|[pk, sk]| format!(" ({pk} {sk})")).unwrap_or_default();
        let is_open = matches!(outcome, Outcome::Repairable | Outcome::NotPlanned);
        let kind = self.kinds.entry(finding.kind).or_default();
        kind.count += 1;
        kind.deletable += u64::from(is_open && finding.effect() == Some(Effect::Deletes));
        kind.restorable += u64::from(is_open && finding.effect() == Some(Effect::Restores));
        kind.settled += u64::from(outcome.is_settled());
        kind.left += u64::from(matches!(outcome, Outcome::Left(_)));
        if kind.examples.len() < MAX_EXAMPLES {
            let detail = if finding.detail.is_empty() { String::new() } else { format!(": {}", finding.detail) };
            kind.examples.push(format!("{}{visible_key}{detail}", finding.id));
        }
        let note = match outcome {
            Outcome::Repairable => format!("--fix {}", finding.repair_does()),
            outcome => outcome.note().to_owned(),
        };
        if !kind.notes.contains(&note) {
            kind.notes.push(note);
        }
    }

    /// The key of the finding's item, if it may be shown and is not in the id.
    fn visible_key<'f>(&self, finding: &'f Finding) -> Option<[&'f str; 2]> {
        finding.key.as_ref().filter(|_| self.show_keys).map(|key| [key.pk(), key.sk()])
    }

    /// Adds the calls since the last time to the cost.
    fn count_cost(&mut self) {
        for call in self.meter.take() {
            self.cost.requests += u64::from(call.requests);
            self.cost.rcu += call.rcu;
            self.cost.wcu += call.wcu;
        }
    }

    fn finish(mut self, verified: Verified, empty_message: &str) -> io::Result<()> {
        self.count_cost();
        if let Some(failure) = self.failure {
            return Err(failure);
        }
        if self.format == Format::Table {
            print(table(&self.kinds, empty_message).as_bytes())?;
        }
        let Cost { requests, rcu, wcu } = self.cost;
        let Verified { items, findings, unsettled } = verified;
        let read = if items > 0 { format!("{}, ", pluralize(items, "item")) } else { String::new() };
        let (requests, findings) = (pluralize(requests, "request"), pluralize(findings, "finding"));
        eprintln!("{read}{requests}, {rcu} RCU, {wcu} WCU; {findings}, {unsettled} open");
        Ok(())
    }
}

fn table(kinds: &BTreeMap<FindingKind, Kind>, empty_message: &str) -> String {
    if kinds.is_empty() {
        return format!("{empty_message}\n");
    }
    let mut grid = Grid::new();
    grid.load_preset(NOTHING).set_content_arrangement(ContentArrangement::Dynamic);
    grid.set_header([
        "kind",
        "found",
        "--fix deletes",
        "--fix restores",
        "repaired",
        "by hand",
        "description and first findings",
    ]);
    for (kind, found) in kinds {
        let mut lines = vec![kind.about().to_owned()];
        lines.extend(found.examples.iter().map(|id| format!("  {id}")));
        let more = found.count.saturating_sub(MAX_EXAMPLES as u64);
        lines.extend((more > 0).then(|| format!("  and {more} more: `--format jsonl` shows all")));
        lines.extend(found.notes.iter().map(|note| format!("  -> {note}")));
        let Kind { count, deletable, restorable, settled, left, .. } = *found;
        let numbers = [count, deletable, restorable, settled, left].map(|number| number.to_string());
        grid.add_row([vec![kind.word().to_owned()], numbers.to_vec(), vec![lines.join("\n")]].concat());
    }
    grid.trim_fmt() + "\n"
}
