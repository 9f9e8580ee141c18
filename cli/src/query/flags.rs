//! The flags of every pattern, from the registry: names, types, help and an example.

use std::fs;

use clap::error::ErrorKind;
use clap::{Arg, ArgAction, ArgMatches, Args, Command, Error, FromArgMatches};
use model::registry::{Argument, Pattern};
use model::{ENTITIES, PATTERNS, Timestamp};
use serde_json::Value;

use super::{CodeOptions, First, Options, Paging, Query, Writing};
use crate::patterns;

const AFTER: &str = "\
Examples:
  codesensei query AP-80 --date 2026-09-03               by its id
  codesensei query top_users_by_cost --date 2026-09-03   by its name
  codesensei query list_sessions --help                  what a pattern takes, and an example
  codesensei query list_sessions --explain --user-id …   what it would send; nothing is sent

Rows go to standard output, what they cost to standard error. Exit code 2: what was typed is wrong.";

impl Args for Query {
    fn augment_args(command: Command) -> Command {
        command
            .subcommand_required(true)
            // So that what is no pattern is told with the nearest one, as `patterns` does.
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
        let missing = || Error::raw(ErrorKind::MissingSubcommand, "which pattern? `codesensei patterns` lists them");
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
            options: Options::from_arg_matches(matches)?,
            paging: if pattern.page.is_some() { Paging::from_arg_matches(matches)? } else { Paging::default() },
            first: if pattern.first_max.is_some() { First::from_arg_matches(matches)? } else { First::default() },
            writing: if pattern.writes() { Writing::from_arg_matches(matches)? } else { Writing::default() },
            code: if reads_code(pattern) { CodeOptions::from_arg_matches(matches)? } else { CodeOptions::default() },
        })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

fn reads_code(pattern: &Pattern) -> bool {
    !pattern.writes() && pattern.entities.contains(&"code")
}

fn subcommand(pattern: &'static Pattern) -> Command {
    let flags: Vec<String> = pattern.arguments.iter().filter(|one| !one.optional && !one.many).map(usage).collect();
    let usage =
        format!("codesensei query {} {} [OPTIONS]\n\nFor example: {}", pattern.name, flags.join(" "), pattern.example);
    let mut command = Command::new(pattern.name)
        // It is there to say that it cannot be asked by hand.
        .hide(pattern.example.is_empty())
        .visible_alias(pattern.id)
        .alias(pattern.id.to_lowercase())
        .override_usage(usage.replace("  ", " "))
        .next_help_heading("Arguments of the pattern");
    command = pattern.arguments.iter().fold(command, |command, argument| command.arg(flag(argument)));
    command = command.next_help_heading("Options");
    if pattern.page.is_some() {
        command = Paging::augment_args(command);
    }
    if pattern.first_max.is_some() {
        command = First::augment_args(command);
    }
    if pattern.writes() {
        command = Writing::augment_args(command);
    }
    if reads_code(pattern) {
        command = CodeOptions::augment_args(command);
    }
    // The options' own documentation would take the place of the pattern's.
    Options::augment_args(command)
        .about(pattern.title)
        .long_about(format!("{} {}\n\n{}", pattern.id, pattern.title, pattern.doc))
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

/// Whether its value is an item, a key or a list, which are written as JSON.
fn is_json(argument: &Argument) -> bool {
    let entity = argument.kind.strip_suffix(" key").unwrap_or(argument.kind);
    argument.kind == "texts" || argument.kind == "key" || ENTITIES.iter().any(|known| known.name == entity)
}

fn flag(argument: &'static Argument) -> Arg {
    let is_now = argument.name == "now";
    Arg::new(argument.name)
        .long(long(argument))
        .value_name(value_name(argument))
        .help(help(argument))
        .required(!argument.optional && !argument.many && !is_now)
        .action(if argument.many { ArgAction::Append } else { ArgAction::Set })
}

fn help(argument: &Argument) -> String {
    let what = match argument.kind {
        kind if is_json(argument) => {
            let (entity, is_key) = kind.strip_suffix(" key").map_or((kind, false), |entity| (entity, true));
            let words = entity.replace('_', " ");
            let of = if is_key { format!("The key of a {words}") } else { format!("What is written of a {words}") };
            format!(
                "{of}: a JSON object, or @FILE with one{}.",
                if argument.many { "; as often as there are some" } else { "" }
            )
        }
        _ if !argument.doc.is_empty() => argument.doc.to_owned(),
        "count" | "amount" => "A whole number.".to_owned(),
        "time" | "expiry" => "A time in RFC 3339, or `now`.".to_owned(),
        "date" => "A UTC day.".to_owned(),
        "digest" => "A SHA-256, in hex.".to_owned(),
        "flag" => "true or false.".to_owned(),
        "order" => "`asc` or `desc`.".to_owned(),
        "text" => "A text.".to_owned(),
        words => format!("One of {}.", words.replace('|', ", ")),
    };
    // An item's documentation links to others.
    let what = what.split(';').next().unwrap_or_default().trim_end_matches('.').to_owned() + ".";
    if argument.sample.is_empty() { what } else { format!("{what} For instance {}", argument.sample) }
}

/// What was typed, as JSON; the pattern itself checks whether it is of its type.
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
        .map_err(|error| format!("this is no JSON: line {}, column {}", error.line(), error.column()))
}

fn now() -> Value {
    let now: Timestamp = model::Clock::system().now();
    now.to_rfc3339().into()
}
