//! `codesensei patterns`: lists the access patterns, or documents one.

use std::io;

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::error::ErrorKind;
use clap::{Arg, Args, Command, Error, ValueEnum};
use comfy_table::presets::NOTHING;
use comfy_table::{CellAlignment, ContentArrangement, Table};
use model::registry::{Argument, Cost, Parameter, Pattern, Statement};
use model::{ENTITIES, PATTERNS};
use serde_json::{Value, json};

use crate::output::{format_or_default, print};

/// The options of `patterns`.
#[derive(Clone, Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Patterns {
    /// The id (`AP-21`) or name (`list_sessions`) of a pattern to document.
    #[arg(value_name = "PATTERN", value_parser = PatternParser, hide_possible_values = true)]
    pub pattern: Option<&'static Pattern>,
    /// List only the patterns that read or write this entity.
    #[arg(long, value_name = "ENTITY", value_parser = PossibleValuesParser::new(ENTITIES.iter().map(|entity| entity.name)), hide_possible_values = true, conflicts_with = "pattern")]
    pub entity: Option<String>,
    /// The output format. Default: `table` on a terminal, `jsonl` in a pipe.
    #[arg(long, value_enum)]
    pub format: Option<Format>,
}

const EXAMPLES: &str = "\
Examples:
  codesensei patterns                  list all access patterns with their costs
  codesensei patterns AP-21            its callers, its key design and its arguments
  codesensei patterns --entity thread  only the patterns that read or write threads
  codesensei patterns --format json | jq '.[] | select(.wcu > 10) | .id'";

/// The output format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people.
    Table,
    /// One JSON array.
    Json,
    /// One JSON object per line.
    Jsonl,
}

/// Parses the id or name of a pattern, and lists them for shell completion.
#[derive(Clone, Copy, Debug)]
struct PatternParser;

impl TypedValueParser for PatternParser {
    type Value = &'static Pattern;

    fn parse_ref(&self, _: &Command, _: Option<&Arg>, value: &std::ffi::OsStr) -> Result<Self::Value, Error> {
        find(&value.to_string_lossy()).map_err(|text| Error::raw(ErrorKind::InvalidValue, text + "\n"))
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new(PATTERNS.iter().flat_map(|pattern| [pattern.id, pattern.name]).map(PossibleValue::new)))
    }
}

/// The pattern with this id or name, in any case.
///
/// # Errors
/// If there is none, with the most similar name.
pub fn find(text: &str) -> Result<&'static Pattern, String> {
    let is_it = |pattern: &&&Pattern| [pattern.id, pattern.name].iter().any(|known| known.eq_ignore_ascii_case(text));
    if let Some(found) = PATTERNS.iter().find(is_it) {
        return Ok(found);
    }
    let nearest = nearest(text, PATTERNS.iter().flat_map(|pattern| [pattern.id, pattern.name]));
    let suggestion = nearest.map_or_else(|| ";".to_owned(), |name| format!("; did you mean `{name}`?"));
    Err(format!("unknown pattern{suggestion} `codesensei patterns` lists all patterns"))
}

/// The most similar name, if one is similar enough.
pub fn nearest<'n>(text: &str, names: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    let near = |name: &str| strsim::jaro_winkler(&name.to_lowercase(), &text.to_lowercase());
    names.max_by(|one, other| near(one).total_cmp(&near(other))).filter(|name| near(name) > 0.8)
}

/// Runs the command.
///
/// # Errors
/// If the output cannot be written.
pub fn run(options: &Patterns) -> io::Result<()> {
    let is_asked =
        |pattern: &&&Pattern| options.entity.as_ref().is_none_or(|name| pattern.entities.contains(&name.as_str()));
    let output: Vec<&Pattern> = PATTERNS.iter().filter(is_asked).copied().collect();
    let width = terminal_size::terminal_size_of(io::stdout()).map(|(width, _)| width.0);
    let text = match (options.pattern, format_or_default(options.format, Format::Table, Format::Jsonl)) {
        (Some(pattern), Format::Table) => documentation(pattern),
        // Documentation is plain text, also in a pipe, unless a format is given.
        (Some(pattern), _) if options.format.is_none() => documentation(pattern),
        (Some(pattern), _) => format!("{}\n", row(pattern)),
        (None, Format::Table) => format!("{}\n", table(&output, width)),
        (None, Format::Json) => format!("{:#}\n", output.iter().map(|pattern| row(pattern)).collect::<Value>()),
        (None, Format::Jsonl) => {
            output.iter().fold(String::new(), |lines, pattern| lines + &row(pattern).to_string() + "\n")
        }
    };
    print(text.as_bytes())
}

/// A pattern as JSON.
fn row(pattern: &Pattern) -> Value {
    let Pattern { id, name, title, operation, entities, index, cost, tool, callers, actions, example, .. } = *pattern;
    let Cost { fixture, requests, rcu, wcu } = cost;
    json!({
        "id": id, "name": name, "title": title, "operation": operation.word(), "entities": entities, "index": index,
        "arguments": pattern.arguments.iter().map(argument).collect::<Vec<_>>(),
        "requests": requests, "rcu": rcu, "wcu": wcu, "fixture": fixture,
        "callers": callers, "tool": tool, "actions": actions, "example": example,
        "partiql": pattern.partiql.iter().map(statement).collect::<Vec<_>>(),
    })
}

/// The arguments of `ExecuteStatement`, with templates for values.
fn statement(statement: &Statement) -> Value {
    let Statement { about, text, parameters, limit, consistent } = *statement;
    let parameter = |parameter: &Parameter| match parameter {
        Parameter::Text(template) => json!({ "S": template }),
        Parameter::Number(name) => json!({ "N": name }),
    };
    let parameters: Vec<_> = parameters.iter().map(parameter).collect();
    json!({ "about": about, "Statement": text, "Parameters": parameters, "Limit": limit, "ConsistentRead": consistent })
}

fn argument(argument: &Argument) -> Value {
    let Argument { name, kind, optional, many, .. } = *argument;
    json!({ "name": name, "type": kind, "optional": optional, "many": many })
}

/// The list for people, within the width of the terminal, if there is one.
fn table(patterns: &[&Pattern], width: Option<u16>) -> String {
    let mut table = Table::new();
    table.load_preset(NOTHING).set_content_arrangement(ContentArrangement::Disabled);
    if let Some(width) = width {
        table.set_content_arrangement(ContentArrangement::Dynamic).set_width(width);
    }
    table.set_header(["id", "name", "operation", "index", "requests", "RCU", "WCU", "description"]);
    for pattern in patterns {
        let Cost { requests, rcu, wcu, .. } = pattern.cost;
        table.add_row([
            pattern.id.to_owned(),
            pattern.name.to_owned(),
            pattern.operation.word().to_owned(),
            pattern.index.unwrap_or("").to_owned(),
            requests.to_string(),
            rcu.to_string(),
            wcu.to_string(),
            pattern.title.to_owned(),
        ]);
    }
    for number in 4..=6 {
        if let Some(column) = table.column_mut(number) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table
        .lines()
        .map(|line| line.trim_end().strip_prefix(' ').map_or_else(String::new, ToOwned::to_owned))
        .collect::<Vec<_>>()
        .join("\n")
}

/// The documentation of a pattern for people, with its arguments and costs.
fn documentation(pattern: &Pattern) -> String {
    let Pattern { id, name, title, operation, entities, index, cost, callers, .. } = *pattern;
    let doc = plain(pattern.doc);
    let on = index.map(|index| format!(" on {index}")).unwrap_or_default();
    let callers_text = if callers.is_empty() { "operators and data engineers".to_owned() } else { callers.join(", ") };
    let argument_text = |argument: &Argument| {
        let (optional, many) =
            (if argument.optional { ", optional" } else { "" }, if argument.many { ", many" } else { "" });
        format!("{} ({}{optional}{many})", argument.name, argument.kind)
    };
    let arguments: Vec<String> = pattern.arguments.iter().map(argument_text).collect();
    let argument_text = if arguments.is_empty() { "nothing".to_owned() } else { arguments.join(", ") };
    let Cost { fixture, requests, rcu, wcu } = cost;
    // Patterns for other commands only have no example.
    let example = Some(pattern.example).filter(|example| !example.is_empty());
    let example = example.map(|example| format!("example    {example}\n")).unwrap_or_default();
    format!(
        "{id} {title}\n\n{doc}\n\n\
         function   {name}\n\
         operation  {}{on}, of {}\n\
         arguments  {argument_text}\n\
         callers    {callers_text}\n\
         cost       {requests} request{}, {rcu} RCU, {wcu} WCU for {fixture}\n\
         IAM        {}\n{example}{}",
        operation.word(),
        entities.join(", "),
        if requests > 1.0 { "s" } else { "" },
        pattern.actions.join(", "),
        pattern.partiql.iter().map(partiql).collect::<String>(),
    )
}

/// Removes the targets of Markdown links, for a terminal.
#[must_use]
pub fn plain(prose: &str) -> String {
    let (mut plain, mut rest) = (String::new(), prose);
    while let Some((before, link)) = rest.split_once('[') {
        plain.push_str(before);
        let words = link.split_once("](").filter(|(words, _)| !words.contains(['[', ']']));
        if let Some((words, (_, after))) = words.and_then(|(words, target)| Some((words, target.split_once(')')?))) {
            plain.push_str(words);
            rest = after;
        } else {
            plain.push('[');
            rest = link;
        }
    }
    plain + rest
}

/// A statement for people, with its options for `aws dynamodb execute-statement`.
fn partiql(statement: &Statement) -> String {
    let Statement { about, text, parameters, limit, consistent } = *statement;
    let about = if about.is_empty() { String::new() } else { format!(" ({about})") };
    let parameter = |parameter: &Parameter| match parameter {
        Parameter::Text(template) => format!("{{\"S\":\"{template}\"}}"),
        Parameter::Number(name) => format!("{{\"N\":\"{name}\"}}"),
    };
    let parameters: Vec<_> = parameters.iter().map(parameter).collect();
    let consistent = if consistent { " --consistent-read" } else { "" };
    let limit = limit.map(|limit| format!(" --limit {limit}")).unwrap_or_default();
    format!("\nPartiQL{about}\n  {text}\n  --parameters '[{}]'{consistent}{limit}\n", parameters.join(","))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_is_found_by_id_or_name_in_any_case() {
        for text in ["AP-21", "ap-21", "list_sessions", "LIST_SESSIONS"] {
            assert_eq!(find(text).map(|pattern| pattern.id), Ok("AP-21"), "{text}");
        }
    }

    #[test]
    fn an_unknown_pattern_is_refused_with_a_suggestion() {
        let error = find("list_sesions").expect_err("no such name");
        assert!(error.contains("did you mean `list_sessions`?"), "{error}");
        assert_eq!(
            find("x").expect_err("nothing similar"),
            "unknown pattern; `codesensei patterns` lists all patterns"
        );
    }

    #[test]
    fn every_pattern_has_a_row_and_documentation() {
        for pattern in PATTERNS {
            assert_eq!(row(pattern)["id"], pattern.id);
            assert!(documentation(pattern).contains(pattern.name), "{}", pattern.id);
        }
        assert_eq!(table(PATTERNS, None).lines().count(), PATTERNS.len() + 1);
    }

    #[test]
    fn a_link_is_shown_without_its_target() {
        assert_eq!(plain("Ask [an export](a.md#b) or [AP-27](#ap-27)."), "Ask an export or AP-27.");
        for text in ["a[0](b", "[x] and (y)", "[a [b] c"] {
            assert_eq!(plain(text), text);
        }
        for pattern in PATTERNS {
            assert!(!documentation(pattern).contains("]("), "{}", documentation(pattern));
        }
    }

    #[test]
    fn the_list_fits_the_terminal() {
        for width in [80, 100, 140] {
            let list = table(PATTERNS, Some(width));
            let widest = list.lines().map(|line| line.chars().count()).max().unwrap_or_default();
            assert!(widest <= usize::from(width), "{widest} columns of {width}");
            assert!(list.contains("AP-21"), "{list}");
        }
    }
}
