//! What stands in the selected lines, counted: functions, loops, branches, exits, calls.

use std::ops::Range;

use crate::language::Language;
use crate::rules::shape;
use crate::source::{Kind, Line, Source, is_keyword};

use super::explain::{and_list, lines_in_words, plural, shown};

/// How many names a description lists.
const NAMES: usize = 5;

/// Describes the structure of some lines in a few sentences.
pub(super) fn describe(source: &Source<'_>, scope: &Range<usize>) -> String {
    let lines = &source.lines[scope.clone()];
    let code = lines.iter().filter(|line| line.has_code()).count();
    let comments = lines.iter().filter(|line| !line.has_code() && line.comment.is_some()).count();
    let holds = if lines.len() == 1 { "holds" } else { "hold" };
    let beside = if comments > 0 { format!(" and {} of comments", plural(comments, "line")) } else { String::new() };
    let mut sentences = vec![format!(
        "{} {holds} {} of code{beside}{}.",
        lines_in_words(source, scope),
        plural(code, "line"),
        around(source, scope),
    )];
    if source.language == Language::Sql {
        sentences.extend(statements(lines));
        return sentences.join(" ");
    }
    sentences.extend(defined(source, scope));
    sentences.push(control(source, scope));
    sentences.extend(exits(lines));
    sentences.extend(called(source, scope));
    sentences.join(" ")
}

fn around(source: &Source<'_>, scope: &Range<usize>) -> String {
    let function = source
        .function_around(scope.start)
        .filter(|function| function.lines.first() < scope.start)
        .and_then(|function| function.name);
    function.map_or_else(String::new, |name| format!(", inside `{}`", shown(name)))
}

fn defined(source: &Source<'_>, scope: &Range<usize>) -> Option<String> {
    let inside = source.functions().iter().filter(|function| scope.contains(&function.lines.first()));
    let names: Vec<_> = inside.map(|function| function.name.unwrap_or("")).collect();
    let filled = names.iter().filter(|name| !name.is_empty());
    let listed: Vec<_> = filled.take(NAMES).map(|name| format!("`{}`", shown(name))).collect();
    match names.len() {
        0 => None,
        count if listed.is_empty() => Some(format!("They define {}.", plural(count, "unnamed function"))),
        count => Some(format!(
            "They define {}: {}{}.",
            plural(count, "function"),
            and_list(&listed),
            if count > listed.len() { " and others" } else { "" },
        )),
    }
}

fn control(source: &Source<'_>, scope: &Range<usize>) -> String {
    let lines = &source.lines[scope.clone()];
    let loops = lines.iter().filter(|line| begins_loop(line)).count();
    let branches = lines.iter().filter(|line| begins_branch(line)).count();
    let guards = lines.iter().filter(|line| catches(line)).count();
    let depths = shape::nesting(source);
    let deepest = scope.clone().map(|index| depths[index]).max().unwrap_or(0);
    if loops + branches + guards == 0 {
        return "They run from top to bottom, without loops or branches.".to_owned();
    }
    let mut parts = Vec::new();
    for (count, name) in [(loops, "loop"), (branches, "branch"), (guards, "error handler")] {
        if count > 0 {
            parts.push(plural(count, name));
        }
    }
    let depth = if deepest > 0 { format!(", at most {} deep", plural(deepest, "level")) } else { String::new() };
    format!("There are {}{depth}.", and_list(&parts))
}

fn head<'a>(line: &Line<'a>) -> &'a str {
    match line.first() {
        "}" => line.token(1),
        first => first,
    }
}

fn begins_loop(line: &Line<'_>) -> bool {
    let iterates = line.has(". forEach (") || line.has(". each do") || line.has(". each {");
    matches!(head(line), "for" | "foreach" | "while" | "until" | "loop") || iterates
}

fn begins_branch(line: &Line<'_>) -> bool {
    matches!(head(line), "if" | "elif" | "elsif" | "elseif" | "unless" | "switch" | "match" | "when" | "case" | "guard")
        || line.begins("} else if")
        || line.begins("else if")
}

fn catches(line: &Line<'_>) -> bool {
    matches!(head(line), "catch" | "except" | "rescue")
}

fn exits(lines: &[Line<'_>]) -> Option<String> {
    let leaves = |line: &&Line<'_>| line.has_word(&["return", "throw", "raise"]);
    match lines.iter().filter(leaves).count() {
        0 => None,
        1 => Some("One line can leave the function.".to_owned()),
        count => Some(format!("{count} lines can leave the function.")),
    }
}

fn called(source: &Source<'_>, scope: &Range<usize>) -> Option<String> {
    let mut names: Vec<&str> = Vec::new();
    for index in scope.clone() {
        let line = &source.lines[index];
        for at in line.find("<word> (") {
            let name = line.token(at);
            let before = at.checked_sub(1).map_or("", |before| line.token(before));
            let defines = matches!(before, "fn" | "def" | "func" | "fun" | "function");
            if !is_keyword(name) && !defines && !names.contains(&name) && names.len() <= NAMES {
                names.push(name);
            }
        }
    }
    let listed: Vec<_> = names.iter().take(NAMES).map(|name| format!("`{}`", shown(name))).collect();
    let more = if names.len() > NAMES { " and others" } else { "" };
    (!listed.is_empty()).then(|| format!("They call {}{more}.", and_list(&listed)))
}

fn statements(lines: &[Line<'_>]) -> Option<String> {
    let verbs = ["SELECT", "INSERT", "UPDATE", "DELETE", "CREATE", "ALTER", "DROP", "JOIN", "WHERE"];
    let words = lines.iter().flat_map(|line| &line.tokens);
    let words: Vec<_> = words.filter(|token| token.kind == Kind::Word).map(|token| token.text.to_uppercase()).collect();
    let counted = verbs.iter().filter_map(|verb| {
        let count = words.iter().filter(|word| word == verb).count();
        (count > 0).then(|| format!("{count} `{verb}`"))
    });
    let counted: Vec<_> = counted.collect();
    (!counted.is_empty()).then(|| format!("They hold {}.", and_list(&counted)))
}
