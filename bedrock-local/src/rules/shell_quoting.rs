//! Shell: expansions that fall apart, and `rm` on a name that may be empty.

use std::ops::Range;

use crate::language::Language::Shell;
use crate::source::{Kind, Line, Source};

use super::{Confidence, Find, Hit, Languages, Rule, Topic, Weight};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "rm-of-empty-name",
        languages: Languages::Only(&[Shell]),
        topic: Topic::Correctness,
        weight: Weight::Danger,
        confidence: Confidence::High,
        why: "If the variable is empty, this deletes from the root of the file system on. `${NAME:?}` stops the script \
              instead.",
        find: Find::Line(rm_of_empty_name),
    },
    Rule {
        id: "unquoted-variable",
        languages: Languages::Only(&[Shell]),
        topic: Topic::Correctness,
        weight: Weight::Bug,
        confidence: Confidence::High,
        why: "Without quotes the shell splits the value at spaces and expands `*` in it, so a name with a space becomes two \
              arguments and an empty one none.",
        find: Find::Line(unquoted_variable),
    },
    Rule {
        id: "backticks",
        languages: Languages::Only(&[Shell]),
        topic: Topic::Clarity,
        weight: Weight::Smell,
        confidence: Confidence::High,
        why: "Backticks cannot be nested without backslashes and are easily read as quotes. `$(…)` does the same.",
        find: Find::Line(backticks),
    },
];

/// The run of tokens around `at` that the shell reads as one word.
fn shell_word(line: &Line<'_>, at: usize) -> Range<usize> {
    let joins =
        |at: usize| line.touches_previous(at) && !is_separator(line.token(at)) && !is_separator(line.token(at - 1));
    let start = (1..=at).rev().find(|at| !joins(*at)).unwrap_or(0);
    let end = (at + 1..line.tokens.len()).find(|at| !joins(*at));
    start..end.unwrap_or(line.tokens.len())
}

fn is_separator(token: &str) -> bool {
    matches!(
        token,
        ";" | ";;" | "|" | "||" | "&" | "&&" | "(" | ")" | "$(" | "$((" | "<" | ">" | ">>" | "<<<" | "`" | "{" | "}"
    )
}

/// Whether a command begins at this token.
fn at_command(line: &Line<'_>, at: usize) -> bool {
    at == 0
        || matches!(
            line.token(at - 1),
            ";" | "|"
                | "||"
                | "&"
                | "&&"
                | "("
                | "$("
                | "`"
                | "then"
                | "do"
                | "else"
                | "!"
                | "if"
                | "while"
                | "until"
                | "{"
                | "exec"
                | "sudo"
        )
}

fn rm_of_empty_name(_: &Source<'_>, index: usize, line: &Line<'_>) -> Option<Hit> {
    let rm = line.find("rm").find(|at| at_command(line, *at))?;
    let is_flag = |token: &str| token.starts_with('-') && token.contains(['r', 'R']);
    let recursive = line.tokens[rm..].iter().any(|token| is_flag(token.text));
    if !recursive {
        return None;
    }
    for at in rm + 1..line.tokens.len() {
        let token = line.token(at);
        match line.kind(at) {
            Some(Kind::Variable) if line.touches_previous(at + 1) && line.token(at + 1).starts_with('/') => {
                let Some(name) = plain_name(token) else {
                    continue;
                };
                let guarded = line.replaced(at..at + 1, &format!("\"${{{name}:?}}\""));
                return Some(Hit::at(index).becomes(guarded));
            }
            Some(Kind::Text) => {
                let Some(body) = token.strip_prefix('"') else {
                    continue;
                };
                let Some(end) = body.find('/').filter(|end| *end > 1) else {
                    continue;
                };
                let Some(name) = plain_name(&body[..end]) else {
                    continue;
                };
                let guarded = format!("\"${{{name}:?}}{}", &body[end..]);
                return Some(Hit::at(index).becomes(line.replaced(at..at + 1, &guarded)));
            }
            _ => {}
        }
    }
    None
}

/// The name in `$NAME` or `${NAME}`, unless the expansion does more.
fn plain_name(variable: &str) -> Option<&str> {
    let name = variable.strip_prefix('$')?;
    let name = name.strip_prefix('{').and_then(|name| name.strip_suffix('}')).unwrap_or(name);
    let plain = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    (plain && !name.is_empty()).then_some(name)
}

fn unquoted_variable(_: &Source<'_>, index: usize, line: &Line<'_>) -> Option<Hit> {
    let harmless = ["for", "case", "return", "exit", "shift", "kill", "wait", "let", "select", "eval", "set", "unset"];
    if harmless.contains(&line.first()) {
        return None;
    }
    let splits: Vec<usize> = (0..line.tokens.len()).filter(|at| is_split(line, *at)).collect();
    let first = *splits.first()?;
    let mut mended = line.text.to_owned();
    for at in splits.iter().rev() {
        let token = line.tokens[*at];
        // `"$*"` would be one word, `"$@"` is each argument.
        let whole = if token.text == "$*" { "$@" } else { token.text };
        mended.replace_range(token.start..token.end(), &format!("\"{whole}\""));
    }
    let name = plain_name(line.token(first)).map(|name| format!("The variable is `{name}`."));
    Some(Hit::at(index).detail(name.unwrap_or_default()).becomes(mended))
}

fn is_split(line: &Line<'_>, at: usize) -> bool {
    let token = line.token(at);
    if line.kind(at) != Some(Kind::Variable) || matches!(token, "$?" | "$#" | "$$" | "$!" | "$-") {
        return false;
    }
    let bare = token.trim_matches(['$', '{', '}']).to_uppercase();
    let meant = ["OPTS", "FLAGS", "ARGS", "OPTIONS"].iter().any(|end| bare.ends_with(end));
    let counts = token.starts_with("${#");
    let word = shell_word(line, at);
    let assigns = word.clone().any(|at| matches!(line.token(at), "=" | "+="));
    let opened = |open: &str, close: &str| {
        let opens = line.find(open).filter(|open| *open < at).count();
        let closes = line.find(close).filter(|close| *close < at).count();
        opens > closes
    };
    let arithmetic = opened("$((", ") )") || opened("( (", ") )");
    let tested = opened("[[", "]]");
    !(meant || counts || assigns || arithmetic || tested || at_command(line, word.start))
}

fn backticks(_: &Source<'_>, index: usize, line: &Line<'_>) -> Option<Hit> {
    let marks: Vec<usize> = line.find("`").collect();
    let [open, close] = marks.as_slice() else {
        return marks.first().map(|_| Hit::at(index));
    };
    let inner = line.source(open + 1..*close);
    let hit = Hit::at(index);
    Some(if inner.contains('\\') || inner.is_empty() {
        hit
    } else {
        hit.becomes(line.replaced(*open..close + 1, &format!("$({inner})")))
    })
}
