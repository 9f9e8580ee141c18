//! Java.

use crate::language::Language::Java;
use crate::source::{Line, Source};

use super::{Confidence, Find, Hit, Languages, Rule, Topic, Weight};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "boxed-constructor",
        languages: Languages::Only(&[Java]),
        topic: Topic::Performance,
        weight: Weight::Smell,
        confidence: Confidence::High,
        why: "The constructors of the number types are deprecated and always make a new object. `valueOf` reuses common \
              ones.",
        find: Find::Line(boxed_constructor),
    },
    Rule {
        id: "equals-without-hash-code",
        languages: Languages::Only(&[Java]),
        topic: Topic::Correctness,
        weight: Weight::Bug,
        confidence: Confidence::High,
        why: "The class defines `equals` but not `hashCode`. Two equal objects then have different hashes, and a `HashMap` \
              or `HashSet` does not find what it holds.",
        find: Find::File(equals_without_hash_code),
    },
    Rule {
        id: "print-stack-trace",
        languages: Languages::Only(&[Java]),
        topic: Topic::Errors,
        weight: Weight::Risk,
        confidence: Confidence::Medium,
        why: "`printStackTrace` writes to the error stream, past every logger, and the program goes on as if nothing had \
              happened. Log the exception with its context, or pass it on.",
        find: Find::Line(print_stack_trace),
    },
    Rule {
        id: "catch-throwable",
        languages: Languages::Only(&[Java]),
        topic: Topic::Errors,
        weight: Weight::Risk,
        confidence: Confidence::High,
        why: "`Throwable` includes errors the program cannot go on from, such as running out of memory. Catch `Exception`, \
              or better the ones you expect.",
        find: Find::Line(catch_throwable),
    },
    Rule {
        id: "optional-get",
        languages: Languages::Only(&[Java]),
        topic: Topic::Errors,
        weight: Weight::Risk,
        confidence: Confidence::Medium,
        why: "`get` on an empty `Optional` throws. `orElseThrow` says that this is meant, `orElse` and `map` avoid it.",
        find: Find::Line(optional_get),
    },
    Rule {
        id: "stream-not-closed",
        languages: Languages::Only(&[Java]),
        topic: Topic::Errors,
        weight: Weight::Risk,
        confidence: Confidence::Medium,
        why: "This opens a file or connection outside a `try (…)`. If an exception is thrown before `close`, it stays open; \
              declare it in the head of a `try`.",
        find: Find::Line(stream_not_closed),
    },
];

fn boxed_constructor(_: &Source<'_>, index: usize, line: &Line<'_>) -> Option<Hit> {
    let types = ["Integer", "Long", "Double", "Boolean", "Short", "Byte", "Float"];
    let at = line.find("new <word> (").find(|at| types.contains(&line.token(at + 1)))?;
    let made = format!("{}.valueOf", line.token(at + 1));
    Some(Hit::at(index).becomes(line.replaced(at..at + 2, &made)))
}

fn equals_without_hash_code(source: &Source<'_>) -> Vec<Hit> {
    if !source.whole || source.mentions("hashCode") > 0 || source.has("record") {
        return Vec::new();
    }
    let defines = |line: &Line<'_>| line.has("boolean equals ( Object");
    let first = source.lines.iter().position(defines);
    first.map(Hit::at).into_iter().collect()
}

fn print_stack_trace(_: &Source<'_>, index: usize, line: &Line<'_>) -> Option<Hit> {
    line.has(". printStackTrace ( )").then(|| Hit::at(index))
}

fn catch_throwable(_: &Source<'_>, index: usize, line: &Line<'_>) -> Option<Hit> {
    let at = line.find("catch ( Throwable").next()?;
    Some(Hit::at(index).becomes(line.replaced(at + 2..at + 3, "Exception")))
}

fn optional_get(source: &Source<'_>, index: usize, line: &Line<'_>) -> Option<Hit> {
    let finders = [
        ") . get ( )", // a call that answers with an Optional, in one expression
    ];
    let chained = finders.iter().any(|pattern| line.has(pattern))
        && line.has_word(&["findFirst", "findAny", "findById", "max", "min", "ofNullable"]);
    let guarded = source.previous_code(index).is_some_and(|before| source.lines[before].has(". isPresent ("));
    (chained && !guarded).then(|| Hit::at(index))
}

fn stream_not_closed(_: &Source<'_>, index: usize, line: &Line<'_>) -> Option<Hit> {
    let types = [
        "FileInputStream",
        "FileOutputStream",
        "FileReader",
        "FileWriter",
        "BufferedReader",
        "BufferedWriter",
        "PrintWriter",
        "Scanner",
    ];
    let opened = line.begins("<word> <word> = new <word> (") && types.contains(&line.token(4));
    let standard_input = line.has("System . in");
    (opened && !standard_input && line.last() == ";").then(|| Hit::at(index))
}
