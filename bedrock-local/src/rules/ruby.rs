//! Ruby.

use crate::language::Language::Ruby;
use crate::source::{Line, Source};

use super::{Confidence, Find, Hit, Languages, Rule, Topic, Weight};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "rescue-exception",
        languages: Languages::Only(&[Ruby]),
        topic: Topic::Errors,
        weight: Weight::Bug,
        confidence: Confidence::High,
        why: "`Exception` includes the signals that stop the program, so it can no longer be stopped here. `StandardError` \
              covers what programs may handle.",
        find: Find::Line(rescue_exception),
    },
    Rule {
        id: "rescue-modifier",
        languages: Languages::Only(&[Ruby]),
        topic: Topic::Errors,
        weight: Weight::Risk,
        confidence: Confidence::High,
        why: "A `rescue` behind an expression hides every error in it, also a misspelt name. Rescue the one error you \
              expect, in a block.",
        find: Find::Line(rescue_modifier),
    },
    Rule {
        id: "nil-comparison",
        languages: Languages::Only(&[Ruby]),
        topic: Topic::Clarity,
        weight: Weight::Smell,
        confidence: Confidence::High,
        why: "`nil?` asks the question directly and does not depend on how an object defines `==`.",
        find: Find::Line(nil_comparison),
    },
    Rule {
        id: "length-instead-of-empty",
        languages: Languages::Only(&[Ruby]),
        topic: Topic::Clarity,
        weight: Weight::Note,
        confidence: Confidence::High,
        why: "Comparing a length with 0 asks whether there is anything. `empty?` says so.",
        find: Find::Line(length_instead_of_empty),
    },
    Rule {
        id: "unless-with-else",
        languages: Languages::Only(&[Ruby]),
        topic: Topic::Clarity,
        weight: Weight::Smell,
        confidence: Confidence::High,
        why: "`unless … else` makes the reader negate twice. Turn the branches around and use `if`.",
        find: Find::Line(unless_with_else),
    },
    Rule {
        id: "unsafe-send",
        languages: Languages::Only(&[Ruby]),
        topic: Topic::Security,
        weight: Weight::Danger,
        confidence: Confidence::Medium,
        why: "A request parameter chooses which method runs or which class is made. Allow a list of names instead.",
        find: Find::Line(unsafe_send),
    },
];

fn rescue_exception(_: &Source<'_>, index: usize, line: &Line<'_>) -> Option<Hit> {
    let found = line.begins("rescue Exception") && line.token(2) != "::";
    found.then(|| Hit::at(index).becomes(line.replaced(1..2, "StandardError")))
}

fn rescue_modifier(_: &Source<'_>, index: usize, line: &Line<'_>) -> Option<Hit> {
    let found = line.find("rescue").any(|at| at > 0 && line.token(at - 1) != ";");
    found.then(|| Hit::at(index))
}

fn nil_comparison(_: &Source<'_>, index: usize, line: &Line<'_>) -> Option<Hit> {
    let at = line.find("== nil").chain(line.find("!= nil")).next()?;
    let hit = Hit::at(index);
    let sides = line.operand_before(at).zip(line.operand_after(at));
    let Some((start, end)) = sides else {
        return Some(hit);
    };
    let not = if line.token(at) == "!=" { "!" } else { "" };
    let asked = format!("{not}{}.nil?", line.source(start..at));
    Some(hit.becomes(line.replaced(start..end, &asked)))
}

fn length_instead_of_empty(_: &Source<'_>, index: usize, line: &Line<'_>) -> Option<Hit> {
    let at = [". length == 0", ". size == 0", ". count == 0"].iter().find_map(|pattern| line.find(pattern).next())?;
    Some(Hit::at(index).becomes(line.replaced(at + 1..at + 4, "empty?")))
}

fn unless_with_else(source: &Source<'_>, index: usize, line: &Line<'_>) -> Option<Hit> {
    if line.first() != "unless" {
        return None;
    }
    let far = source.lines.len().min(index + 60);
    let closing = source.lines[index + 1..far]
        .iter()
        .find(|later| later.indent() == line.indent() && matches!(later.first(), "else" | "elsif" | "end"))?;
    (closing.first() == "else").then(|| Hit::at(index))
}

fn unsafe_send(_: &Source<'_>, index: usize, line: &Line<'_>) -> Option<Hit> {
    let chosen = [". send ( params", ". public_send ( params", ". constantize", "const_get ( params"];
    let found = chosen.iter().any(|pattern| line.has(pattern)) && line.has("params");
    found.then(|| Hit::at(index))
}
