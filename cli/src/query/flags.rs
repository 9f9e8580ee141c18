//! The flags of each pattern, generated from the registry.

use std::fs;
use std::path::PathBuf;

use clap::builder::PossibleValuesParser;
use clap::error::ErrorKind;
use clap::{Arg, ArgAction, ArgMatches, Args, Command, Error, FromArgMatches};
use model::registry::{Argument, Entity, Pattern};
use model::{Date, ENTITIES, PATTERNS, Timestamp};
use serde_json::Value;

use super::derivations::Derivation;
use super::{CodeOptions, FirstOptions, IndirectArguments, Options, PageOptions, Query, WriteOptions};
use crate::patterns;

const LINES_FROM: &str = "lines_from";
/// The user of `--before`, for patterns without a user argument.
const OWNER: &str = "days_of";
const BEFORE: &str = "before";

const AFTER: &str = "\
Examples:
  codesensei query AP-80 --date 2026-09-03               by id
  codesensei query top_users_by_cost --date 2026-09-03   by name
  codesensei query list_sessions --help                  the arguments of a pattern, and an example
  codesensei query list_sessions --user @ada             a user by name: AP-02 looks up the id
  codesensei query list_sessions --explain --user-id …   show the request without sending it

Rows go to standard output, and their cost to standard error. Exit code 2: invalid usage.";

/// The note on patterns with totals.
const TOTALS: &str =
    "The sums over all rows are on standard error, in the line `total`. Standard output has only the rows.";

impl Args for Query {
    fn augment_args(command: Command) -> Command {
        command
            .subcommand_required(true)
            // So that an unknown pattern gets the same suggestion as in `patterns`.
            .allow_external_subcommands(true)
            .arg_required_else_help(true)
            .subcommand_value_name("PATTERN")
            .subcommand_help_heading("Patterns")
            .disable_help_subcommand(true)
            .after_help(AFTER)
            .subcommands(PATTERNS.iter().map(|pattern| subcommand(pattern)))
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for Query {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, Error> {
        let missing = || {
            Error::raw(ErrorKind::MissingSubcommand, "a pattern is required; `codesensei patterns` lists all patterns")
        };
        let (name, matches) = matches.subcommand().ok_or_else(missing)?;
        let found = patterns::find(name).map_err(|text| Error::raw(ErrorKind::InvalidSubcommand, text));
        let pattern = found?;
        if pattern.name != name {
            let text = format!("write it as {} or {}", pattern.id, pattern.name);
            return Err(Error::raw(ErrorKind::InvalidSubcommand, text));
        }
        let typed = |argument: &Argument| -> Vec<String> {
            matches.get_many(argument.name).into_iter().flatten().cloned().collect()
        };
        let arguments = pattern.arguments.iter().map(|argument| (argument, typed(argument)));
        Ok(Self {
            pattern,
            arguments: arguments.collect(),
            indirect: indirect(pattern, matches),
            options: Options::from_arg_matches(matches)?,
            page_options: if pattern.page.is_some() {
                PageOptions::from_arg_matches(matches)?
            } else {
                PageOptions::default()
            },
            first: if pattern.first_max.is_some() {
                FirstOptions::from_arg_matches(matches)?
            } else {
                FirstOptions::default()
            },
            write_options: if pattern.writes() {
                WriteOptions::from_arg_matches(matches)?
            } else {
                WriteOptions::default()
            },
            code: if reads_code(pattern) { CodeOptions::from_arg_matches(matches)? } else { CodeOptions::default() },
        })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

/// The values from which arguments are computed or read.
fn indirect(pattern: &'static Pattern, matches: &ArgMatches) -> IndirectArguments {
    let text = |name: &str| matches.try_get_one::<String>(name).ok().flatten().cloned();
    let given = |source: &'static Derivation| text(source.name).map(|text| (source.name, text));
    IndirectArguments {
        derivations: pattern.arguments.iter().filter_map(Derivation::of).filter_map(given).collect(),
        lines_from: matches.try_get_one::<PathBuf>(LINES_FROM).ok().flatten().cloned(),
        lines: None,
        user: text(OWNER),
        before: matches.try_get_one::<Date>(BEFORE).ok().flatten().copied(),
    }
}

/// The only argument that can be repeated, if there is exactly one.
pub(super) fn repeated_argument(pattern: &'static Pattern) -> Option<&'static Argument> {
    let mut many = pattern.arguments.iter().filter(|argument| argument.many);
    many.next().filter(|_| many.next().is_none())
}

/// The flag for a file with the values of the argument.
pub(super) fn lines_flag(argument: &Argument) -> &'static str {
    if argument.kind.ends_with("key") { "keys-from" } else { "items-from" }
}

/// Whether the argument takes usage days, which `--before` can select.
fn takes_days(argument: &Argument) -> bool {
    argument.kind == "daily_usage key"
}

fn is_range_of_days(pattern: &Pattern) -> bool {
    let is_day = |name: &str| pattern.arguments.iter().any(|argument| argument.name == name && argument.kind == "date");
    is_day("from") && is_day("to")
}

fn reads_code(pattern: &Pattern) -> bool {
    !pattern.writes() && pattern.entities.contains(&"code")
}

fn subcommand(pattern: &'static Pattern) -> Command {
    let is_shown = |one: &&Argument| !one.optional && !one.many && one.name != "now";
    let flags: Vec<String> = pattern.arguments.iter().filter(is_shown).map(usage).collect();
    let usage =
        format!("codesensei query {} {} [OPTIONS]\n\nFor example: {}", pattern.name, flags.join(" "), pattern.example);
    let mut command = Command::new(pattern.name)
        // The subcommand exists only to explain that it cannot be run by hand.
        .hide(pattern.example.is_empty())
        .visible_alias(pattern.id)
        .alias(pattern.id.to_lowercase())
        .override_usage(usage.replace("  ", " "))
        .next_help_heading("Arguments of the pattern");
    command = pattern.arguments.iter().fold(command, |command, argument| command.args(arguments(pattern, argument)));
    command = command.args(substitutes(pattern));
    command = command.next_help_heading("Options");
    if pattern.page.is_some() {
        command = PageOptions::augment_args(command);
    }
    if pattern.first_max.is_some() {
        command = FirstOptions::augment_args(command);
    }
    if pattern.writes() {
        command = WriteOptions::augment_args(command);
    }
    if reads_code(pattern) {
        command = CodeOptions::augment_args(command);
    }
    // After the options, whose documentation would replace the pattern's.
    Options::augment_args(command)
        .about(pattern.title)
        .long_about(format!("{} {}\n\n{}", pattern.id, pattern.title, patterns::plain(pattern.doc)))
        .after_help(if pattern.total.is_empty() { "" } else { TOTALS })
}

fn usage(argument: &Argument) -> String {
    format!("--{} <{}>", long(argument), value_name(argument))
}

fn long(argument: &Argument) -> String {
    argument.name.replace('_', "-")
}

fn value_name(argument: &Argument) -> String {
    if is_json(argument) { "JSON".to_owned() } else { argument.kind.to_uppercase() }
}

/// Whether the value is an item, a key or a list, which are given as JSON.
fn is_json(argument: &Argument) -> bool {
    let entity = argument.kind.strip_suffix(" key").unwrap_or(argument.kind);
    let is_list = matches!(argument.kind, "texts" | "text_set") || argument.kind.starts_with('[');
    is_list || argument.kind == "key" || ENTITIES.iter().any(|known| known.name == entity)
}

/// The flag of an argument, and the flag of the text from which it can be derived.
fn arguments(pattern: &'static Pattern, argument: &'static Argument) -> Vec<Arg> {
    let mut flag = flag(argument);
    let has = |name: &str| pattern.arguments.iter().any(|argument| argument.name == name);
    if argument.kind == "user_id" && argument.name == "user_id" && !has("user") {
        flag = flag.visible_alias("user");
    }
    if is_range_of_days(pattern) {
        flag = match argument.name {
            "from" => flag.required(false).required_unless_present(BEFORE),
            "to" => flag.required(false).required_unless_present(BEFORE).conflicts_with(BEFORE),
            _ => flag,
        };
    }
    match Derivation::of(argument) {
        None => vec![flag],
        Some(source) if has(source.name) => vec![flag.required(false)],
        Some(source) => {
            let name = source.name.replace('_', "-");
            let computed = Arg::new(source.name).value_name(name.to_uppercase().replace('-', "_")).long(name);
            let computed = computed.help(source.help).conflicts_with(argument.name);
            vec![computed, flag.required(false).required_unless_present(source.name)]
        }
    }
}

/// Flags that select several values.
fn substitutes(pattern: &'static Pattern) -> Vec<Arg> {
    let before = || {
        Arg::new(BEFORE)
            .long("before")
            .value_name("DATE")
            .value_parser(|text: &str| text.parse::<Date>().map_err(|_| "expected a UTC day such as 2026-11-23"))
    };
    let mut flags = Vec::new();
    if is_range_of_days(pattern) {
        flags.push(before().help("The days before this one, instead of --to; without --from, from the first day on"));
    }
    if let Some(argument) = repeated_argument(pattern) {
        let what = if argument.kind.ends_with("key") { "keys" } else { "items" };
        flags.push(
            Arg::new(LINES_FROM)
                .long(lines_flag(argument))
                .value_name("FILE")
                .value_parser(clap::value_parser!(PathBuf))
                .help(format!(
                    "A file with {what}, one JSON object per line; - for standard input. JSON lines of another \
                     pattern are accepted"
                )),
        );
        if takes_days(argument) {
            flags.push(before().requires(OWNER).help("All usage days of --user before this one; AP-65 looks them up"));
            let owner = Arg::new(OWNER).long("user").visible_alias("user-id").value_name("USER").requires(BEFORE);
            flags.push(owner.help("The user of these days: an id, or @name"));
        }
    }
    flags
}

fn flag(argument: &'static Argument) -> Arg {
    let is_now = argument.name == "now";
    let flag = Arg::new(argument.name)
        .long(long(argument))
        .value_name(value_name(argument))
        .help(help(argument))
        .required(!argument.optional && !argument.many && !is_now)
        .action(if argument.many { ArgAction::Append } else { ArgAction::Set });
    match values(argument) {
        None => flag,
        Some(values) => flag.value_parser(PossibleValuesParser::new(values)),
    }
}

/// The possible values of the argument, if they are limited.
fn values(argument: &Argument) -> Option<Vec<&'static str>> {
    match argument.kind {
        "order" => Some(vec!["asc", "desc"]),
        "flag" => Some(vec!["true", "false"]),
        words if words.contains('|') => Some(words.split('|').collect()),
        _ => None,
    }
}

fn help(argument: &Argument) -> String {
    let what = match argument.kind {
        kind if is_json(argument) => {
            let (entity, is_key) = kind.strip_suffix(" key").map_or((kind, false), |entity| (entity, true));
            let words = entity.replace('_', " ");
            let many = if argument.many { ". Can be repeated" } else { "" };
            return match ENTITIES.iter().find(|known| known.name == entity) {
                Some(known) if is_key => {
                    format!(
                        "The key of the {words}: a JSON object, or @FILE with one{many}. Fields: {}",
                        known.key.join(", ")
                    )
                }
                Some(known) => {
                    let named = row_fields(known, argument.sample).unwrap_or_else(|| fields(known));
                    format!("The {words} to write: a JSON object, or @FILE with one{many}. {named}")
                }
                None => format!("A JSON array, or @FILE with one{many}"),
            };
        }
        "user_id" => "A user: an id, or @name".to_owned(),
        // Only the first clause: the rest of the documentation refers to other items.
        _ if !argument.doc.is_empty() => argument.doc.split(';').next().unwrap_or_default().to_owned(),
        "count" | "amount" => "A whole number".to_owned(),
        "time" | "expiry" => "A time in RFC 3339, or `now`".to_owned(),
        "date" => "A UTC day".to_owned(),
        "digest" => "A SHA-256, in hex".to_owned(),
        "order" => "The order of the rows".to_owned(),
        "text" => "A text".to_owned(),
        _ => "A word".to_owned(),
    };
    let what = what.trim_end_matches('.');
    if argument.sample.is_empty() || values(argument).is_some() {
        what.to_owned()
    } else {
        format!("{what}. Example: {}", argument.sample)
    }
}

/// The field names in the sample of an argument that is not a whole item but has other fields.
fn row_fields(entity: &Entity, sample: &str) -> Option<String> {
    let Ok(Value::Object(row)) = serde_json::from_str(sample) else { return None };
    let is_field = |name: &String| entity.fields.iter().any(|field| field.name == name);
    let names: Vec<&str> = row.keys().map(String::as_str).collect();
    (!row.keys().all(is_field)).then(|| format!("Fields: {}", names.join(", ")))
}

/// The names of the fields of an entity.
fn fields(entity: &Entity) -> String {
    let names = |is_optional: bool| {
        let fields = entity.fields.iter().filter(|field| field.optional == is_optional);
        fields.map(|field| field.name).collect::<Vec<_>>().join(", ")
    };
    let optional = names(true);
    let optional = if optional.is_empty() { optional } else { format!(". Optional: {optional}") };
    format!("Fields: {}{optional}", names(false))
}

/// The values of the command line as JSON. The pattern checks their types.
pub(super) fn value(argument: &Argument, typed: &[String]) -> Result<Option<Value>, String> {
    let mut values = typed.iter().map(|text| one(argument, text)).collect::<Result<Vec<_>, _>>()?;
    Ok(match (argument.many, argument.name) {
        (true, _) => Some(Value::Array(values)),
        (false, "now") if values.is_empty() => Some(now()),
        (false, _) => values.pop(),
    })
}

fn one(argument: &Argument, text: &str) -> Result<Value, String> {
    if !is_json(argument) {
        let is_now = text == "now" && ["time", "expiry"].contains(&argument.kind);
        return Ok(if is_now { now() } else { text.into() });
    }
    let read = |file: &str| fs::read_to_string(file).map_err(|error| format!("cannot read the file {file}: {error}"));
    let json = text.strip_prefix('@').map(read).transpose()?;
    serde_json::from_str(json.as_deref().unwrap_or(text))
        .map_err(|error| format!("not valid JSON: line {}, column {}", error.line(), error.column()))
}

fn now() -> Value {
    let now: Timestamp = model::Clock::system().now();
    now.to_rfc3339().into()
}
