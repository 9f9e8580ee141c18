//! `codesensei verify`: is all that the table holds sound, and what of the rest can be repaired?

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
use crate::output::{counted, print, suitable};
use crate::target::{Opened, Target};
use crate::who::Who;
use plan::{Plan, Step};

/// How many ids of one kind a person is shown; scripts get all.
const SHOWN: usize = 10;

/// What is verified, and how.
#[derive(Clone, Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Verify {
    /// Only what this user has: their profile, claims, sign-ins, days and sessions, read through access patterns and without a
    /// scan. What lies under a session whose head is gone is found by a whole verification alone.
    #[arg(long, value_name = "USER", visible_alias = "user-id")]
    user: Option<Who>,
    /// Only findings of these kinds; they are the first column of what is printed.
    #[arg(long, value_name = "KIND", value_delimiter = ',', hide_possible_values = true, value_parser = kinds())]
    only: Vec<FindingKind>,
    /// Repair what can be repaired safely. Every write is on the condition of what was seen; the rest is left, with the reason.
    #[arg(long)]
    fix: bool,
    /// Write the possible repairs to this file, one on each line after a first line that names the table. With --fix: read it,
    /// and carry out these repairs and no others. Lines can be removed before, all but the first.
    #[arg(long, value_name = "FILE")]
    plan: Option<PathBuf>,
    /// Show the keys of items where a digest stands for them otherwise. They can hold usernames.
    #[arg(long)]
    show_keys: bool,
    /// How it is written: `table` on a terminal and `jsonl` in a pipe, unless it is said.
    #[arg(long, value_enum)]
    format: Option<Format>,
    /// Into how many parts the scan is cut, which are read next to each other.
    #[arg(long, default_value_t = 8, value_parser = clap::value_parser!(u32).range(1..=256))]
    segments: u32,
    /// Read the table so many times, each time for a share of its users and sessions, with that share of the memory.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=1000))]
    passes: u32,
    /// How many milliseconds to wait before looking again at what seems wrong. On a busy table a request may just be writing it.
    #[arg(long, default_value_t = 2_000, value_name = "MS")]
    look_again_after: u64,
    #[command(flatten)]
    target: Target,
}

const EXAMPLES: &str = "\
Examples:
  codesensei verify                                    the table that `serve` uses, also while it runs
  codesensei verify --fix                              and repair it
  codesensei verify --plan repairs.jsonl               write the possible repairs to a file, to read them first
  codesensei verify --fix --plan repairs.jsonl         carry out those, and no others
  codesensei verify --only overdue_job,expired --fix
  codesensei verify --user @ada
  codesensei verify --user 01a05c06-6c80-72e7-b616-dd449d76a152
  codesensei verify --endpoint-url http://127.0.0.1:8000 --format jsonl | jq -r .kind | sort | uniq -c
  codesensei verify --region eu-central-1 --table reviews --passes 4

It reads the whole table once (AP-96, eventually consistent: 0.5 RCU for 4 KB). Then it reads the sweep jobs, all code that is
stored in chunks, and what does not add up, strongly consistently: 1 RCU for 4 KB. The 566 KB of `codesensei seed` take 72.5 RCU
for the scan and 244 for the rest, nearly all of it for one file in chunks. Memory: some 300 bytes for each user, session and
thread; with --passes a share of that. Nothing personal and no content is shown.

Before --fix each finding says what its repair would do: `deletes` removes items, `restores` writes what an item should say.

Exit code 0: sound, or repaired. 1: something is wrong and was not repaired. 2: a wrong option.";

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people: a line for each kind, with some ids.
    Table,
    /// For scripts: a JSON object on a line for each finding.
    Jsonl,
}

/// Takes the kinds by their words, and tells shells all of them.
fn kinds() -> impl clap::builder::TypedValueParser<Value = FindingKind> {
    let words = PossibleValuesParser::new(FindingKind::ALL.iter().map(|kind| kind.word()));
    words.try_map(|word| FindingKind::named(&word).ok_or("there is no such kind"))
}

/// Verifies. Says whether the table is sound, or is now.
///
/// # Errors
/// With what is wrong and what to do about it.
pub async fn run(options: Verify) -> Result<bool, Failure> {
    options.target.run(async |opened| verify(&options, opened).await).await
}

async fn verify(options: &Verify, opened: &Opened) -> Result<bool, Failure> {
    opened.check().await?;
    let has_its_indexes = tell_missing_indexes(opened).await;
    let meter = Meter::new();
    let store = opened.store.metered(meter.clone());
    let format = suitable(options.format, Format::Table, Format::Jsonl);
    let table = opened.store.table().name();
    let plan = match &options.plan {
        Some(file) if options.fix => Some(Plan::read(file, table)?),
        _ => None,
    };
    let how = How {
        segments: options.segments,
        passes: options.passes,
        look_again_after: Duration::from_millis(options.look_again_after),
        fix: options.fix,
        only: options.only.clone(),
        plan: plan.as_ref().map(Plan::findings),
    };
    let mut report = Report::new(format, options.show_keys, meter);
    let verified = match &options.user {
        Some(who) => {
            store.maintenance().verify_user(who.id(&store).await?, how, |progress| report.take(progress)).await
        }
        None => store.maintenance().verify(how, |progress| report.take(progress)).await,
    };
    report.bar.finish_and_clear();
    let verified = verified?;
    match (&options.plan, &plan) {
        (Some(file), None) => {
            Plan::write(file, table, &report.steps.iter().cloned().collect::<Vec<_>>())?;
            let repairs = counted(report.steps.len() as u64, "repair");
            eprintln!("{repairs} written to {}; --fix --plan carries them out", file.display());
        }
        // One user's findings say nothing of the others in the plan.
        (_, Some(plan)) if options.user.is_none() => {
            plan.unmet(&report.steps, &options.only).iter().for_each(|text| eprintln!("{text}"));
        }
        _ => {}
    }
    report.finish(verified, options.sound())?;
    Ok(verified.unsettled == 0 && has_its_indexes)
}

/// Says which indexes of the schema the table lacks, and returns whether it has them all, as far as it tells.
async fn tell_missing_indexes(opened: &Opened) -> bool {
    match opened.store.table().missing_indexes().await {
        Ok(missing) if missing.is_empty() => true,
        Ok(missing) => {
            eprintln!(
                "The table lacks {}, which the schema has; `codesensei table update` adds it.",
                missing.join(", ")
            );
            false
        }
        Err(error) => {
            eprintln!("Whether the table has its indexes is not known: {error}");
            true
        }
    }
}

impl Verify {
    /// What is said when nothing was found: no more than what was looked at.
    const fn sound(&self) -> &'static str {
        match (self.user.is_some(), self.only.is_empty()) {
            (false, true) => "The table is sound.",
            (true, true) => "This user is sound.",
            (false, false) => "No finding of these kinds.",
            (true, false) => "No finding of these kinds with this user.",
        }
    }
}

/// What is shown while it runs and at the end.
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

/// The findings of one kind: how many, what became of them, and the first few.
#[derive(Default)]
struct Kind {
    count: u64,
    /// Repairs that were not made, and delete items.
    deletable: u64,
    /// Repairs that were not made, and restore items.
    restorable: u64,
    settled: u64,
    left: u64,
    first: Vec<String>,
    notes: Vec<String>,
}

impl Report {
    fn new(format: Format, show_keys: bool, meter: Meter) -> Self {
        // It draws nothing where standard error is no terminal.
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

    fn take(&mut self, progress: Progress) {
        match progress {
            Progress::Read(items) => {
                self.bar.inc(items);
                self.count_cost();
            }
            Progress::Suspects(count) => self.bar.set_message(format!("looking again at {count} that do not add up")),
            Progress::Found(finding, outcome) => self.found(&finding, &outcome),
        }
    }

    fn found(&mut self, finding: &Finding, outcome: &Outcome) {
        if self.format == Format::Jsonl && self.failure.is_none() {
            let line = json!({
                "kind": finding.kind.word(),
                "id": finding.id,
                "detail": finding.detail,
                "repair": finding.effect().map(Effect::word),
                "does": finding.repair_does(),
                "outcome": outcome.word(),
                "note": outcome.note(),
                "key": self.key(finding).map(|[pk, sk]| json!({ "PK": pk, "SK": sk })),
            });
            self.failure = self.bar.suspend(|| print(format!("{line}\n").as_bytes())).err();
        }
        self.steps.extend(Step::of(finding));
        let key = self.key(finding).map(|[pk, sk]| format!(" ({pk} {sk})")).unwrap_or_default();
        let is_open = matches!(outcome, Outcome::Repairable | Outcome::NotPlanned);
        let kind = self.kinds.entry(finding.kind).or_default();
        kind.count += 1;
        kind.deletable += u64::from(is_open && finding.effect() == Some(Effect::Deletes));
        kind.restorable += u64::from(is_open && finding.effect() == Some(Effect::Restores));
        kind.settled += u64::from(outcome.is_settled());
        kind.left += u64::from(matches!(outcome, Outcome::Left(_)));
        if kind.first.len() < SHOWN {
            let detail = if finding.detail.is_empty() { String::new() } else { format!(": {}", finding.detail) };
            kind.first.push(format!("{}{key}{detail}", finding.id));
        }
        let note = match outcome {
            Outcome::Repairable => format!("--fix {}", finding.repair_does()),
            outcome => outcome.note().to_owned(),
        };
        if !kind.notes.contains(&note) {
            kind.notes.push(note);
        }
    }

    /// The key of the finding's item, when it may be shown and the id does not say it.
    fn key<'f>(&self, finding: &'f Finding) -> Option<[&'f str; 2]> {
        finding.key.as_ref().filter(|_| self.show_keys).map(|key| [key.pk(), key.sk()])
    }

    /// The meter keeps every call until it is asked.
    fn count_cost(&mut self) {
        for call in self.meter.take() {
            self.cost.requests += u64::from(call.requests);
            self.cost.rcu += call.rcu;
            self.cost.wcu += call.wcu;
        }
    }

    fn finish(mut self, verified: Verified, sound: &str) -> io::Result<()> {
        self.count_cost();
        if let Some(failure) = self.failure {
            return Err(failure);
        }
        if self.format == Format::Table {
            print(table(&self.kinds, sound).as_bytes())?;
        }
        let Cost { requests, rcu, wcu } = self.cost;
        let Verified { items, findings, unsettled } = verified;
        let read = if items > 0 { format!("{}, ", counted(items, "item")) } else { String::new() };
        let (requests, findings) = (counted(requests, "request"), counted(findings, "finding"));
        eprintln!("{read}{requests}, {rcu} RCU, {wcu} WCU; {findings}, {unsettled} open");
        Ok(())
    }
}

fn table(kinds: &BTreeMap<FindingKind, Kind>, sound: &str) -> String {
    if kinds.is_empty() {
        return format!("{sound}\n");
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
        "what it is, and the first of them",
    ]);
    for (kind, found) in kinds {
        let mut lines = vec![kind.about().to_owned()];
        lines.extend(found.first.iter().map(|id| format!("  {id}")));
        let more = found.count.saturating_sub(SHOWN as u64);
        lines.extend((more > 0).then(|| format!("  and {more} more: `--format jsonl` shows all")));
        lines.extend(found.notes.iter().map(|note| format!("  -> {note}")));
        let Kind { count, deletable, restorable, settled, left, .. } = *found;
        let numbers = [count, deletable, restorable, settled, left].map(|number| number.to_string());
        grid.add_row([vec![kind.word().to_owned()], numbers.to_vec(), vec![lines.join("\n")]].concat());
    }
    grid.trim_fmt() + "\n"
}
