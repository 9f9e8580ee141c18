//! Kotlin.

use crate::language::Language::Kotlin;
use crate::source::{Line, Source};

use super::{Confidence, Find, Hit, Languages, Rule, Topic, Weight};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "not-null-assertion",
        languages: Languages::Only(&[Kotlin]),
        topic: Topic::Errors,
        weight: Weight::Risk,
        confidence: Confidence::High,
        why: "`!!` throws a `NullPointerException` when the value is missing, which is what the type system is there to \
              prevent. Use `?.`, `?:` or `requireNotNull` with a message.",
        find: Find::Line(not_null_assertion),
    },
    Rule {
        id: "global-scope",
        languages: Languages::Only(&[Kotlin]),
        topic: Topic::Correctness,
        weight: Weight::Risk,
        confidence: Confidence::High,
        why: "A coroutine in `GlobalScope` lives until it ends, whatever becomes of the screen or request that began it. \
              Launch it in a scope that is cancelled with its owner.",
        find: Find::Line(global_scope),
    },
    Rule {
        id: "size-instead-of-empty",
        languages: Languages::Only(&[Kotlin]),
        topic: Topic::Clarity,
        weight: Weight::Note,
        confidence: Confidence::Medium,
        why: "Comparing a size with 0 asks whether there is anything. `isEmpty` and `isNotEmpty` say so.",
        find: Find::Line(size_instead_of_empty),
    },
    Rule {
        id: "unsafe-cast",
        languages: Languages::Only(&[Kotlin]),
        topic: Topic::Errors,
        weight: Weight::Smell,
        confidence: Confidence::Medium,
        why: "`as` throws when the value has another type. `as?` gives `null` instead, and `is` asks first.",
        find: Find::Line(unsafe_cast),
    },
];

fn not_null_assertion(source: &Source<'_>, index: usize, line: &Line<'_>) -> Option<Hit> {
    let at = line.find("!!").find(|at| line.touches_previous(*at))?;
    let hit = Hit::at(index);
    // Only where the value is used at once and its result thrown away can `?.` take its place.
    let start = line.operand_before(at);
    let close = line.find("(").last().and_then(|open| line.close_of(open));
    let statement = start == Some(0) && line.token(at + 1) == "." && close == Some(line.tokens.len() - 1);
    let plain_call = line.is_at(at + 1, ". <word> (") && line.close_of(at + 3) == close;
    let in_function = source.function_around(index).is_some_and(|function| {
        let body = source.depths[function.opens] + 1;
        index > function.opens && source.depths[index] == body
    });
    Some(if statement && plain_call && in_function && !line.has("=") {
        hit.becomes(line.replaced(at..at + 2, "?."))
    } else {
        hit
    })
}

fn global_scope(_: &Source<'_>, index: usize, line: &Line<'_>) -> Option<Hit> {
    let found = line.has("GlobalScope . launch") || line.has("GlobalScope . async");
    found.then(|| Hit::at(index))
}

fn size_instead_of_empty(_: &Source<'_>, index: usize, line: &Line<'_>) -> Option<Hit> {
    let asked = [
        (". size == 0", "isEmpty()"),
        (". size > 0", "isNotEmpty()"),
        (". size != 0", "isNotEmpty()"),
        (". length == 0", "isEmpty()"),
        (". length > 0", "isNotEmpty()"),
    ];
    let (at, better) = asked.iter().find_map(|(pattern, better)| Some((line.find(pattern).next()?, better)))?;
    if at > 0 && line.token(at - 1) == "this" {
        return None;
    }
    Some(Hit::at(index).becomes(line.replaced(at + 1..at + 4, better)))
}

fn unsafe_cast(_: &Source<'_>, index: usize, line: &Line<'_>) -> Option<Hit> {
    let at = line.find("as <word>").next()?;
    let import = matches!(line.first(), "import" | "typealias");
    let asked = line.touches_previous(at + 1) || line.token(at + 1) == "Any";
    let checked = line.has_word(&["is", "require", "check"]);
    (!import && !asked && !checked && at > 0).then(|| Hit::at(index))
}
