//! PHP.

use crate::language::Language::Php;
use crate::source::{Kind, Line, Source};

use super::{Confidence, Find, Hit, Languages, Rule, Topic, Weight};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "unescaped-output",
        languages: Languages::Only(&[Php]),
        topic: Topic::Security,
        weight: Weight::Danger,
        confidence: Confidence::High,
        why: "What the visitor sent goes into the page as it is, so it can be a script that runs for other visitors. \
              `htmlspecialchars` makes it plain text.",
        find: Find::Line(unescaped_output),
    },
    Rule {
        id: "loose-comparison",
        languages: Languages::Only(&[Php]),
        topic: Topic::Correctness,
        weight: Weight::Risk,
        confidence: Confidence::Medium,
        why: "`==` converts its operands first, so `\"1e3\" == \"1000\"` and `0 == \"\"` can be true. `===` compares type and \
              value.",
        find: Find::Line(loose_comparison),
    },
    Rule {
        id: "removed-function",
        languages: Languages::Only(&[Php]),
        topic: Topic::Correctness,
        weight: Weight::Bug,
        confidence: Confidence::High,
        why: "This function is no longer part of PHP. Use PDO or mysqli with prepared statements, `preg_split`, or an \
              anonymous function.",
        find: Find::Line(removed_function),
    },
    Rule {
        id: "silenced-error",
        languages: Languages::Only(&[Php]),
        topic: Topic::Errors,
        weight: Weight::Risk,
        confidence: Confidence::High,
        why: "`@` hides every error of this call, also those nobody expected. Check the result instead.",
        find: Find::Line(silenced_error),
    },
    Rule {
        id: "unserialized-input",
        languages: Languages::Only(&[Php]),
        topic: Topic::Security,
        weight: Weight::Danger,
        confidence: Confidence::High,
        why: "Unserialising what a visitor sent lets them choose which objects are made and so which code runs. Use JSON.",
        find: Find::Line(unserialized_input),
    },
];

const INPUT: [&str; 4] = ["$_GET", "$_POST", "$_REQUEST", "$_COOKIE"];

fn unescaped_output(_: &Source<'_>, index: usize, line: &Line<'_>) -> Option<Hit> {
    let at = line.find("echo").chain(line.find("print")).next()?;
    let input = (at + 1..line.tokens.len()).find(|at| INPUT.contains(&line.token(*at)))?;
    let escaped = line.has_word(&["htmlspecialchars", "htmlentities", "intval", "strip_tags", "urlencode"]);
    if escaped || line.has("( int )") {
        return None;
    }
    let close = line.close_of(input + 1).filter(|_| line.token(input + 1) == "[");
    let Some(close) = close.filter(|close| matches!(line.token(close + 1), ";" | "." | "," | "")) else {
        return Some(Hit::at(index));
    };
    let value = line.source(input..close + 1);
    let safe = format!("htmlspecialchars({value}, ENT_QUOTES)");
    Some(Hit::at(index).becomes(line.replaced(input..close + 1, &safe)))
}

fn loose_comparison(_: &Source<'_>, index: usize, line: &Line<'_>) -> Option<Hit> {
    let at = line.find("==").chain(line.find("!=")).next()?;
    let before = at.checked_sub(1)?;
    let asks_for_null = line.token(at + 1).eq_ignore_ascii_case("null");
    let hit = Hit::at(index);
    // Only text that no number can equal keeps its meaning for certain.
    let plain_text = |at: usize| {
        let text = line.token(at).trim_matches(['"', '\'']);
        line.kind(at) == Some(Kind::Text) && text.starts_with(char::is_alphabetic)
    };
    let sure = plain_text(at + 1) || plain_text(before);
    let strict = format!("{}=", line.token(at));
    Some(if sure && !asks_for_null { hit.becomes(line.replaced(at..at + 1, &strict)) } else { hit })
}

fn removed_function(_: &Source<'_>, index: usize, line: &Line<'_>) -> Option<Hit> {
    let removed = [
        "mysql_query",
        "mysql_connect",
        "mysql_fetch_array",
        "mysql_fetch_assoc",
        "mysql_real_escape_string",
        "ereg",
        "split",
        "create_function",
        "each",
    ];
    let at = line.find("<word> (").find(|at| {
        let before = at.checked_sub(1).map_or("", |before| line.token(before));
        removed.contains(&line.token(*at)) && !matches!(before, "->" | "?->" | "::" | "function" | "new")
    })?;
    let name = format!("The function is `{}`.", line.token(at));
    Some(Hit::at(index).detail(name))
}

fn silenced_error(_: &Source<'_>, index: usize, line: &Line<'_>) -> Option<Hit> {
    let found = line.find("@ <word>").any(|at| line.touches_previous(at + 1) && line.token(at + 1) != "trigger_error");
    found.then(|| Hit::at(index))
}

fn unserialized_input(_: &Source<'_>, index: usize, line: &Line<'_>) -> Option<Hit> {
    let at = line.find("unserialize (").next()?;
    INPUT.contains(&line.token(at + 2)).then(|| Hit::at(index))
}
