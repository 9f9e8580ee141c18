//! Swift.

use crate::language::Language::Swift;
use crate::source::{Kind, Line, Source};

use super::{Confidence, Find, Hit, Languages, Rule, Topic, Weight};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "force-try",
        languages: Languages::Only(&[Swift]),
        topic: Topic::Errors,
        weight: Weight::Risk,
        confidence: Confidence::High,
        why: "`try!` ends the program when the call throws. In a function that `throws`, plain `try` passes the error on.",
        find: Find::Line(force_try),
    },
    Rule {
        id: "force-unwrap",
        languages: Languages::Only(&[Swift]),
        topic: Topic::Errors,
        weight: Weight::Risk,
        confidence: Confidence::Medium,
        why: "`!` ends the program when the value is missing. `guard let`, `if let` or `??` deal with that case.",
        find: Find::Line(force_unwrap),
    },
    Rule {
        id: "force-cast",
        languages: Languages::Only(&[Swift]),
        topic: Topic::Errors,
        weight: Weight::Risk,
        confidence: Confidence::High,
        why: "`as!` ends the program when the value has another type. `as?` gives `nil` instead.",
        find: Find::Line(force_cast),
    },
    Rule {
        id: "count-instead-of-empty",
        languages: Languages::Only(&[Swift]),
        topic: Topic::Performance,
        weight: Weight::Note,
        confidence: Confidence::High,
        why: "Counting a collection can walk all of it; `isEmpty` looks whether there is a first element.",
        find: Find::Line(count_instead_of_empty),
    },
    Rule {
        id: "strong-delegate",
        languages: Languages::Only(&[Swift]),
        topic: Topic::Correctness,
        weight: Weight::Risk,
        confidence: Confidence::Medium,
        why: "A delegate that is held strongly usually holds its holder too, and neither is ever freed. Make it `weak`.",
        find: Find::Line(strong_delegate),
    },
];

fn force_try(source: &Source<'_>, index: usize, line: &Line<'_>) -> Option<Hit> {
    let at = line.find("try !").find(|at| line.touches_previous(at + 1))?;
    let hit = Hit::at(index);
    let Some(function) = source.function_around(index) else {
        return Some(hit);
    };
    let mut header = (function.lines.first()..=function.opens).map(|at| &source.lines[at]);
    let throws = header.any(|line| line.has_word(&["throws"]));
    let block = (function.opens + 1..=index).any(|at| source.lines[at].last() == "in" || source.lines[at].has("do {"));
    Some(if throws && !block { hit.becomes(line.replaced(at..at + 2, "try")) } else { hit })
}

fn force_unwrap(_: &Source<'_>, index: usize, line: &Line<'_>) -> Option<Hit> {
    let found = line.find("!").any(|at| {
        let before = at.checked_sub(1).map_or("", |before| line.token(before));
        let value = at > 0 && (line.kind(at - 1) == Some(Kind::Word) || matches!(before, ")" | "]"));
        let declares_type = line.has(": <word> !");
        value && line.touches_previous(at) && !matches!(before, "try" | "as" | "is") && !declares_type
    });
    found.then(|| Hit::at(index))
}

fn force_cast(_: &Source<'_>, index: usize, line: &Line<'_>) -> Option<Hit> {
    let found = line.find("as !").any(|at| line.touches_previous(at + 1));
    found.then(|| Hit::at(index))
}

fn count_instead_of_empty(_: &Source<'_>, index: usize, line: &Line<'_>) -> Option<Hit> {
    if line.has("self . count") {
        return None;
    }
    let hit = Hit::at(index);
    if let Some(at) = line.find(". count == 0").next() {
        return Some(hit.becomes(line.replaced(at + 1..at + 4, "isEmpty")));
    }
    let at = line.find(". count > 0").chain(line.find(". count != 0")).next()?;
    let operator = at + 2;
    let sides = line.operand_before(operator).zip(line.operand_after(operator));
    let Some((start, end)) = sides else {
        return Some(hit);
    };
    let better = format!("!{}.isEmpty", line.source(start..at));
    Some(hit.becomes(line.replaced(start..end, &better)))
}

fn strong_delegate(_: &Source<'_>, index: usize, line: &Line<'_>) -> Option<Hit> {
    let at = line.find("var <word> :").find(|at| {
        let name = line.token(at + 1);
        name == "delegate" || name.ends_with("Delegate")
    })?;
    let weak = line.has_word(&["weak", "unowned", "static"]);
    let stored = !line.has("{") && line.has("?") && at < 3;
    (!weak && stored).then(|| Hit::at(index).becomes(line.replaced(at..at, "weak ")))
}
