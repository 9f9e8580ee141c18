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

/// Calls whose last result is not an error.
const NOT_ERRORS: [&str; 12] = [
    "LookupEnv",
    "Cut",
    "CutPrefix",
    "CutSuffix",
    "Load",
    "LoadOrStore",
    "Caller",
    "Lookup",
    "Get",
    "FromContext",
    "DecodeRune",
    "Frexp",
];

fn ignored_error(source: &Source<'_>, index: usize, line: &Line<'_>) -> Option<Hit> {
    let at = line.find("_ =").chain(line.find("_ :=")).next()?;
    let name = call_name(line, at + 2)?;
    let single = at == 0;
    let several = at == 2 && line.token(1) == "," && line.is_word(0);
    if !(single || several) || NOT_ERRORS.contains(&name) || line.comment.is_some() {
        return None;
    }
    let hit = Hit::at(index).detail(format!("The call is `{name}`."));
    let only_error = source
        .function_around(index)
        .is_some_and(|function| returns_only_error(source, function));
    let ends_here = line.is_balanced() && line.last() == ")";
    if !only_error || !ends_here || (several && line.token(at + 1) == "=") {
        return Some(hit);
    }
    let indent = line.indent();
    let call = line.source(at + 2..line.tokens.len());
    let lines = if single {
        vec![
            format!("{indent}if err := {call}; err != nil {{"),
            format!("{indent}\treturn err"),
            format!("{indent}}}"),
        ]
    } else {
        vec![
            line.replaced(at..at + 1, "err"),
            format!("{indent}if err != nil {{"),
            format!("{indent}\treturn err"),
            format!("{indent}}}"),
        ]
    };
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
    line.tokens
        .len()
        .checked_sub(3)
        .is_some_and(|at| line.is_at(at, ") error {"))
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
            let close = (later.token(found + 1) == "[")
                .then(|| later.close_of(found + 1))
                .flatten();
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
    let named =
        line.begins("<word> , err :=") && matches!(line.first(), "resp" | "res" | "response");
    let function = source.function_around(index)?;
    let closed = function.lines.indexes().any(|at| {
        let later = &source.lines[at];
        later.has("Body . Close (") || later.begins("return") && later.has(line.first())
    });
    (from_http && named && !closed).then(|| Hit::at(index))
}

fn sleep_as_wait(source: &Source<'_>, index: usize, line: &Line<'_>) -> Option<Hit> {
    let function = source.function_around(index)?;
    let starts_work = function
        .lines
        .indexes()
        .any(|at| source.lines[at].begins("go func"));
    (line.begins("time . Sleep (") && starts_work).then(|| Hit::at(index))
}

fn error_compared(_: &Source<'_>, index: usize, line: &Line<'_>) -> Option<Hit> {
    let at = line.find("err ==").chain(line.find("err !=")).next()?;
    let end = line.operand_after(at + 1)?;
    let known = line.source(at + 2..end);
    let last = line.token(end - 1);
    let sentinel = line.kind(end - 1) == Some(Kind::Word)
        && (last.starts_with("Err") || matches!(known, "io.EOF" | "context.Canceled"));
    let start = line.operand_before(at + 1).filter(|start| *start == at)?;
    let not = if line.token(at + 1) == "!=" { "!" } else { "" };
    let asked = format!("{not}errors.Is(err, {known})");
    sentinel.then(|| Hit::at(index).becomes(line.replaced(start..end, &asked)))
}
