//! Control flow that does not do what it seems to: errors that vanish, empty bodies, code nothing reaches.

use crate::language::Language::{C, CSharp, Cpp, Java, JavaScript, Kotlin, Php, Python, Swift, TypeScript};
use crate::source::{Line, Source, is_keyword};

use super::{Confidence, Find, Hit, Languages, Rule, Topic, Weight};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "empty-catch",
        languages: Languages::Only(&[JavaScript, TypeScript, Java, Cpp, CSharp, Php, Kotlin, Swift]),
        topic: Topic::Errors,
        weight: Weight::Risk,
        confidence: Confidence::High,
        why: "The error is caught and thrown away. When this fails, nobody learns that it did or why; log it, pass it on, \
              or say in a comment why it does not matter.",
        find: Find::File(empty_catch),
    },
    Rule {
        id: "stray-semicolon",
        languages: Languages::Only(&[JavaScript, TypeScript, Java, C, Cpp, CSharp, Php]),
        topic: Topic::Correctness,
        weight: Weight::Bug,
        confidence: Confidence::High,
        why: "A `;` right behind the condition is the whole body. The block below it is not part of the statement and \
              runs every time.",
        find: Find::Line(stray_semicolon),
    },
    Rule {
        id: "unreachable-code",
        languages: Languages::Only(&[JavaScript, TypeScript, Java, C, Cpp, CSharp, Php, Python]),
        topic: Topic::Correctness,
        weight: Weight::Bug,
        confidence: Confidence::High,
        why: "The line before this one always leaves the block, so this line never runs. Either it is dead and can go, or \
              the exit stands too early.",
        find: Find::Line(unreachable_code),
    },
    Rule {
        id: "missing-break",
        languages: Languages::Only(&[JavaScript, TypeScript, Java, C, Cpp, Php]),
        topic: Topic::Correctness,
        weight: Weight::Risk,
        confidence: Confidence::Medium,
        why: "This case ends without `break`, so it runs on into the next one. If that is meant, say so in a comment; \
              otherwise end the case.",
        find: Find::Line(missing_break),
    },
];

fn empty_catch(source: &Source<'_>) -> Vec<Hit> {
    let mut hits = Vec::new();
    for (index, line) in source.lines.iter().enumerate() {
        let Some(at) = line.find("catch").find(|at| is_clause(line, *at)) else {
            continue;
        };
        let Some(brace) = line.find("{").find(|brace| *brace > at) else {
            continue;
        };
        let Some(last) = source.closed_at(index, brace) else {
            continue;
        };
        let inner = &source.lines[index..=last];
        let explained = inner.iter().any(|line| line.comment.is_some());
        let empty = if last == index {
            line.token(brace + 1) == "}"
        } else {
            brace + 1 == line.tokens.len() && source.next_code(index) == Some(last) && source.lines[last].first() == "}"
        };
        let meant = line.has_word(&["ignored", "ignore", "expected", "unused", "_"]);
        if empty && !explained && !meant {
            hits.push(Hit::at(index));
        }
    }
    hits
}

/// Whether this `catch` is the clause of a `try`, not a method's name.
fn is_clause(line: &Line<'_>, at: usize) -> bool {
    let before = at.checked_sub(1).map_or("", |before| line.token(before));
    matches!(before, "" | "}") && matches!(line.token(at + 1), "(" | "{" | "let")
}

fn stray_semicolon(source: &Source<'_>, index: usize, line: &Line<'_>) -> Option<Hit> {
    let at = ["if (", "for (", "while (", "else if ("]
        .iter()
        .find(|pattern| line.begins(pattern))
        .map(|pattern| pattern.split(' ').count() - 1)?;
    let close = line.close_of(at)?;
    if line.token(close + 1) != ";" {
        return None;
    }
    let block_follows = if line.tokens.len() > close + 2 {
        line.token(close + 2) == "{"
    } else {
        let next = &source.lines[source.next_code(index)?];
        let indented = next.indent().len() > line.indent().len();
        next.first() == "{" || (indented && line.first() != "while")
    };
    // `} while (…);` ends a loop, and `while (…);` may wait on purpose.
    let loops_on_purpose = line.first() == "while" && !block_follows;
    let meant = loops_on_purpose || line.first() == "for" && !block_follows;
    let ends_do = line.first() == "while" && previous_is_brace(source, index);
    if meant || ends_do {
        return None;
    }
    let hit = Hit::at(index);
    let mended = line.replaced(close + 1..close + 2, "");
    Some(if block_follows { hit.becomes(mended) } else { hit })
}

fn previous_is_brace(source: &Source<'_>, index: usize) -> bool {
    source.previous_code(index).is_some_and(|before| source.lines[before].last() == "}")
}

fn unreachable_code(source: &Source<'_>, index: usize, line: &Line<'_>) -> Option<Hit> {
    let before_at = source.previous_code(index)?;
    let before = &source.lines[before_at];
    let leaves = matches!(before.first(), "return" | "throw" | "raise" | "break" | "continue");
    if !leaves || before.indent() != line.indent() || !before.is_balanced() {
        return None;
    }
    let python = source.language == Python;
    let complete = if python { !before.text.trim_end().ends_with('\\') } else { before.last() == ";" };
    let goes_on = matches!(
        line.first(),
        "}" | "{"
            | ")"
            | "]"
            | "case"
            | "default"
            | "else"
            | "#"
            | "function"
            | "elif"
            | "except"
            | "finally"
            | "."
            | "?"
            | ":"
            | "+"
            | "||"
            | "&&"
            | "?>"
            | "endif"
            | "end"
    );
    let label = line.is_word(0) && line.token(1) == ":" && line.tokens.len() == 2;
    let declares = matches!(line.first(), "class" | "type" | "interface");
    // The body of an `if` without braces is one statement; what follows it is reached.
    let guarded = source.previous_code(before_at).is_some_and(|guard| {
        let guard = &source.lines[guard];
        let control = is_keyword(guard.first()) || guard.begins("} else") || guard.last() == ")";
        control && !matches!(guard.last(), "{" | "}" | ";" | ":")
    });
    let starts_text = python && line.is_text(0);
    let reached = goes_on || label || declares || guarded || starts_text;
    let code = line.is_word(0) && !reached && complete;
    code.then(|| Hit::at(index))
}

fn missing_break(source: &Source<'_>, index: usize, line: &Line<'_>) -> Option<Hit> {
    let begins_case =
        |line: &Line<'_>| matches!(line.first(), "case" | "default") && line.last() == ":" && line.token(1) != ";";
    if !begins_case(line) {
        return None;
    }
    let before_at = source.previous_code(index)?;
    let before = &source.lines[before_at];
    let same_block = source.depths[before_at] == source.depths[index];
    let deeper = before.indent().len() > line.indent().len();
    let statement = before.last() == ";" && same_block && deeper;
    let leaves = before.has_word(&[
        "break",
        "return",
        "continue",
        "throw",
        "goto",
        "exit",
        "die",
        "yield",
        "abort",
        "panic",
        "process",
        "unreachable",
        "fallthrough",
    ]);
    let macro_says_so = before.first().to_lowercase().contains("fall");
    let marked = source.lines[before_at..=index]
        .iter()
        .any(|line| line.comment.is_some_and(|c| c.to_lowercase().contains("fall")));
    let continued =
        source.previous_code(before_at).is_some_and(|at| !matches!(source.lines[at].last(), ";" | ":" | "{" | "}"));
    (statement && !leaves && !marked && !macro_says_so && !continued).then(|| Hit::at(before_at))
}
