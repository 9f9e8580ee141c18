//! Go.

use crate::language::Language::Go;
use crate::source::{Function, Kind, Line, Source};

use super::{Confidence, Find, Fix, Hit, Languages, Rule, Topic, Weight};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "ignored-error",
        languages: Languages::Only(&[Go]),
        topic: Topic::Errors,
        weight: Weight::Risk,
        confidence: Confidence::Medium,
        why: "The error goes into `_`. When this call fails, the program goes on with a value that means nothing; check \
              the error, or say in a comment why it cannot happen.",
        find: Find::Line(ignored_error),
    },
    Rule {
        id: "unwrapped-error",
        languages: Languages::Only(&[Go]),
        topic: Topic::Errors,
        weight: Weight::Smell,
        confidence: Confidence::High,
        why: "`%v` turns the error into text, so `errors.Is` and `errors.As` no longer find it. `%w` keeps it.",
        find: Find::Line(unwrapped_error),
    },
    Rule {
        id: "nil-map-write",
        languages: Languages::Only(&[Go]),
        topic: Topic::Correctness,
        weight: Weight::Bug,
        confidence: Confidence::High,
        why: "The map is declared but never made, and writing to a nil map panics.",
        find: Find::Line(nil_map_write),
    },
    Rule {
        id: "body-not-closed",
        languages: Languages::Only(&[Go]),
        topic: Topic::Errors,
        weight: Weight::Risk,
        confidence: Confidence::Medium,
        why: "The body of this response is never closed, so its connection is never given back. Add \
              `defer resp.Body.Close()` once the error has been checked.",
        find: Find::Line(body_not_closed),
    },
    Rule {
        id: "sleep-as-wait",
        languages: Languages::Only(&[Go]),
        topic: Topic::Correctness,
        weight: Weight::Smell,
        confidence: Confidence::Low,
        why: "Sleeping until something should have happened is too long on one machine and too short on another. Wait for \
              it with a channel or a `sync.WaitGroup`.",
        find: Find::Line(sleep_as_wait),
    },
    Rule {
        id: "error-compared",
        languages: Languages::Only(&[Go]),
        topic: Topic::Errors,
        weight: Weight::Smell,
        confidence: Confidence::High,
        why: "An error that was wrapped on its way is no longer equal to this one. `errors.Is` looks inside.",
        find: Find::Line(error_compared),
    },
];

/// Functions whose last result is surely an error, beside a value.
const VALUE_AND_ERROR: [&str; 24] = [
    "Atoi",
    "ParseInt",
    "ParseUint",
    "ParseFloat",
    "ParseBool",
    "ParseDuration",
    "ParseQuery",
    "Open",
    "OpenFile",
    "Create",
    "ReadFile",
    "ReadAll",
    "ReadDir",
    "Stat",
    "Marshal",
    "MarshalIndent",
    "NewRequest",
    "Getwd",
    "Hostname",
    "Exec",
    "Query",
    "Dial",
    "Listen",
    "LookPath",
];

/// Functions whose only result is an error.
const ONLY_ERROR: [&str; 20] = [
    "Remove",
    "RemoveAll",
    "Close",
    "Mkdir",
    "MkdirAll",
    "Rename",
    "Chmod",
    "Chdir",
    "Setenv",
    "Unsetenv",
    "Unmarshal",
    "Flush",
    "Sync",
    "Encode",
    "Decode",
    "ListenAndServe",
    "Ping",
    "Commit",
    "Rollback",
    "Shutdown",
];

fn ignored_error(source: &Source<'_>, index: usize, line: &Line<'_>) -> Option<Hit> {
    let at = line.find("_ =").chain(line.find("_ :=")).next()?;
    let name = call_name(line, at + 2)?;
    let single = at == 0 && ONLY_ERROR.contains(&name);
    let several = at == 2 && line.begins("<word> ,") && VALUE_AND_ERROR.contains(&name);
    if !(single || several) || line.comment.is_some() {
        return None;
    }
    let hit = Hit::at(index).detail(format!("The call is `{name}`."));
    let function = source.function_around(index);
    let passes_on = function.is_some_and(|function| returns_only_error(source, function));
    let ends_here = line.is_balanced() && line.last() == ")";
    if !passes_on || !ends_here || (several && line.token(at + 1) == "=") {
        return Some(hit);
    }
    let indent = line.indent();
    let call = line.source(at + 2..line.tokens.len());
    let mut lines = if single {
        vec![format!("{indent}if err := {call}; err != nil {{")]
    } else {
        let assigned = line.replaced(at..at + 1, "err");
        vec![assigned, format!("{indent}if err != nil {{")]
    };
    lines.extend([format!("{indent}\treturn err"), format!("{indent}}}")]);
    Some(hit.fix(Fix::lines(index, index, lines)))
}

/// The last name before the brackets of the call that begins at `at`.
fn call_name<'a>(line: &Line<'a>, at: usize) -> Option<&'a str> {
    let mut here = at;
    while line.is_word(here) && line.token(here + 1) == "." {
        here += 2;
    }
    let called = line.is_word(here) && line.token(here + 1) == "(" && line.token(here) != "range";
    called.then(|| line.token(here))
}

fn returns_only_error(source: &Source<'_>, function: &Function<'_>) -> bool {
    let line = &source.lines[function.opens];
    line.tokens.len().checked_sub(3).is_some_and(|at| line.is_at(at, ") error {"))
}

fn unwrapped_error(_: &Source<'_>, index: usize, line: &Line<'_>) -> Option<Hit> {
    let at = line.find("fmt . Errorf ( <text>").next()?;
    let format_at = at + 4;
    let text = line.token(format_at);
    let close = line.close_of(at + 3)?;
    let last_is_error = line.is_at(close.checked_sub(2)?, ", err )");
    let verb = text.rfind('%')?;
    let ends_in_value = text[verb..].starts_with("%v") || text[verb..].starts_with("%s");
    if !last_is_error || !ends_in_value || text.contains("%w") || text.contains("%%") {
        return None;
    }
    let wrapped = format!("{}%w{}", &text[..verb], &text[verb + 2..]);
    Some(Hit::at(index).becomes(line.replaced(format_at..format_at + 1, &wrapped)))
}

fn nil_map_write(source: &Source<'_>, index: usize, line: &Line<'_>) -> Option<Hit> {
    if !line.begins("var <word> map [") || line.has("=") {
        return None;
    }
    let name = line.token(1);
    let function = source.function_around(index)?;
    for at in index + 1..=function.lines.last() {
        let later = &source.lines[at];
        if let Some(found) = later.find(name).next() {
            let close = (later.token(found + 1) == "[").then(|| later.close_of(found + 1)).flatten();
            let written = found == 0 && close.is_some_and(|close| later.token(close + 1) == "=");
            let kind = line.source(2..line.tokens.len());
            let made = format!("{}{name} := make({kind})", line.indent());
            return written.then(|| Hit::at(index).becomes(made));
        }
    }
    None
}

fn body_not_closed(source: &Source<'_>, index: usize, line: &Line<'_>) -> Option<Hit> {
    let requested = ["http . Get (", "http . Post (", ". Do ("];
    let from_http = requested.iter().any(|call| line.has(call));
    let named = line.begins("<word> , err :=") && matches!(line.first(), "resp" | "res" | "response");
    if !from_http || !named {
        return None;
    }
    let function = source.function_around(index)?;
    let closed = function.lines.indexes().any(|at| {
        let later = &source.lines[at];
        later.has("Body . Close (") || hands_on(later, line.first())
    });
    (!closed).then(|| Hit::at(index))
}

/// Whether a line returns the value of this name itself, not something made of it.
fn hands_on(line: &Line<'_>, name: &str) -> bool {
    let whole = |at: usize| at > 0 && line.token(at - 1) != "." && matches!(line.token(at + 1), "" | ",");
    line.first() == "return" && line.find(name).any(whole)
}

fn sleep_as_wait(source: &Source<'_>, index: usize, line: &Line<'_>) -> Option<Hit> {
    let function = source.function_around(index)?;
    let starts_work = function.lines.indexes().any(|at| source.lines[at].begins("go func"));
    (line.begins("time . Sleep (") && starts_work).then(|| Hit::at(index))
}

fn error_compared(source: &Source<'_>, index: usize, line: &Line<'_>) -> Option<Hit> {
    let at = line.find("err ==").chain(line.find("err !=")).next()?;
    let end = line.operand_after(at + 1)?;
    let known = line.source(at + 2..end);
    let last = line.token(end - 1);
    let sentinel = line.kind(end - 1) == Some(Kind::Word)
        && (last.starts_with("Err") || matches!(known, "io.EOF" | "context.Canceled"));
    let start = line.operand_before(at + 1).filter(|start| *start == at)?;
    let not = if line.token(at + 1) == "!=" { "!" } else { "" };
    let asked = format!("{not}errors.Is(err, {known})");
    let hit = Hit::at(index);
    let imported = source.names_file("\"errors\"");
    sentinel.then(|| if imported { hit.becomes(line.replaced(start..end, &asked)) } else { hit })
}
