//! C, and C++ where it is the same: buffers, format strings, memory.

use crate::language::Language::{self, C, Cpp};
use crate::source::{Line, Source};

use super::{Confidence, Find, Hit, Languages, Rule, Topic, Weight};

const BOTH: &[Language] = &[C, Cpp];

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "unbounded-copy",
        languages: Languages::Only(BOTH),
        topic: Topic::Security,
        weight: Weight::Danger,
        confidence: Confidence::High,
        why: "This function writes until its input ends, whatever the size of the buffer. Longer input overwrites what \
              lies behind it, which is how programs are taken over; use the function that takes a size.",
        find: Find::Line(unbounded_copy),
    },
    Rule {
        id: "format-from-variable",
        languages: Languages::Only(BOTH),
        topic: Topic::Security,
        weight: Weight::Danger,
        confidence: Confidence::High,
        why: "The format itself is a variable. A `%s` or `%n` in it reads or writes memory; print the text with the format \
              `\"%s\"`.",
        find: Find::Line(format_from_variable),
    },
    Rule {
        id: "memset-swapped",
        languages: Languages::Only(BOTH),
        topic: Topic::Correctness,
        weight: Weight::Bug,
        confidence: Confidence::High,
        why: "The size comes last in `memset`. As it stands this sets 0 bytes.",
        find: Find::Line(memset_swapped),
    },
    Rule {
        id: "unchecked-allocation",
        languages: Languages::Only(&[C]),
        topic: Topic::Errors,
        weight: Weight::Risk,
        confidence: Confidence::Medium,
        why: "`malloc` and its like answer `NULL` when there is no memory, and the pointer is used without looking.",
        find: Find::Line(unchecked_allocation),
    },
    Rule {
        id: "unchecked-open",
        languages: Languages::Only(&[C]),
        topic: Topic::Errors,
        weight: Weight::Risk,
        confidence: Confidence::Medium,
        why: "`fopen` answers `NULL` when the file cannot be opened, and the file is used without looking.",
        find: Find::Line(unchecked_open),
    },
    Rule {
        id: "realloc-leak",
        languages: Languages::Only(BOTH),
        topic: Topic::Errors,
        weight: Weight::Bug,
        confidence: Confidence::High,
        why: "When `realloc` fails it answers `NULL` and leaves the old block alone; assigning the answer to the only \
              pointer loses that block. Keep the answer in another variable until it has been checked.",
        find: Find::Line(realloc_leak),
    },
    Rule {
        id: "number-without-check",
        languages: Languages::Only(BOTH),
        topic: Topic::Errors,
        weight: Weight::Smell,
        confidence: Confidence::Medium,
        why: "`atoi` answers 0 for text that is no number, and nobody can tell it from a real 0. `strtol` reports where it \
              stopped.",
        find: Find::Line(number_without_check),
    },
    Rule {
        id: "compare-as-condition",
        languages: Languages::Only(BOTH),
        topic: Topic::Correctness,
        weight: Weight::Bug,
        confidence: Confidence::Medium,
        why: "`strcmp` answers 0 when the texts are equal, so this branch runs when they differ. Compare the answer with 0, \
              so that a reader need not know.",
        find: Find::Line(compare_as_condition),
    },
];

/// Whether a name is declared as an array here, so that `sizeof` gives its size.
fn is_array(source: &Source<'_>, index: usize, name: &str) -> bool {
    let first = source.context_begins(index);
    source.lines[first..=index]
        .iter()
        .any(|line| line.find("char <word> [").any(|at| line.token(at + 1) == name && line.token(at + 3) != "]"))
}

/// Whether the name at `at` can only be that of the C library.
fn is_library(line: &Line<'_>, at: usize) -> bool {
    let qualified = at > 0 && matches!(line.token(at - 1), "." | "->" | "::");
    !qualified || at > 1 && line.is_at(at - 2, "std ::")
}

fn unbounded_copy(source: &Source<'_>, index: usize, line: &Line<'_>) -> Option<Hit> {
    let names = ["gets", "strcpy", "strcat", "sprintf", "vsprintf"];
    let at = line.find("<word> (").find(|at| names.contains(&line.token(*at)) && is_library(line, *at))?;
    let name = line.token(at);
    let hit = Hit::at(index).detail(format!("The function is `{name}`."));
    let (Some(arguments), Some(close)) = (line.arguments(at + 1), line.close_of(at + 1)) else {
        return Some(hit);
    };
    let Some(first) = arguments.first().filter(|range| range.len() == 1) else {
        return Some(hit);
    };
    let buffer = line.token(first.start);
    // A result that is used means the call stands inside an expression, and the other function answers differently.
    let statement = at == 0 && line.token(close + 1) == ";";
    let declared = source.names_file("stdio");
    if !is_array(source, index, buffer) || !statement || !declared {
        return Some(hit);
    }
    let rest = line.source(first.end + 1..close);
    let bounded = match name {
        "gets" => format!("fgets({buffer}, sizeof({buffer}), stdin)"),
        "strcpy" => format!("snprintf({buffer}, sizeof({buffer}), \"%s\", {rest})"),
        "sprintf" => format!("snprintf({buffer}, sizeof({buffer}), {rest})"),
        "strcat" => format!("strncat({buffer}, {rest}, sizeof({buffer}) - strlen({buffer}) - 1)"),
        _ => return Some(hit),
    };
    Some(hit.becomes(line.replaced(at..close + 1, &bounded)))
}

fn format_from_variable(_: &Source<'_>, index: usize, line: &Line<'_>) -> Option<Hit> {
    let hit = Hit::at(index);
    // A macro may stand for a literal.
    let variable = |at: usize| line.token(at).contains(char::is_lowercase);
    let printed = line.find("printf ( <word> )").find(|at| variable(at + 2));
    if let Some(at) = printed {
        return Some(hit.becomes(line.replaced(at + 2..at + 2, "\"%s\", ")));
    }
    let at = line.find("fprintf ( <word> , <word> )").find(|at| variable(at + 4))?;
    Some(hit.becomes(line.replaced(at + 4..at + 4, "\"%s\", ")))
}

fn memset_swapped(_: &Source<'_>, index: usize, line: &Line<'_>) -> Option<Hit> {
    let at = line.find("memset (").next()?;
    let arguments = line.arguments(at + 1)?;
    let [_, value, size] = arguments.as_slice() else {
        return None;
    };
    let swapped = line.source(size.clone()) == "0" && line.token(value.start) != "0";
    let (value_text, size_text) = (line.source(value.clone()), line.source(size.clone()));
    let mended = format!("{size_text}, {value_text}");
    swapped.then(|| Hit::at(index).becomes(line.replaced(value.start..size.end, &mended)))
}

/// Whether one of the next lines looks at a pointer before it is used.
fn is_checked(source: &Source<'_>, index: usize, name: &str) -> bool {
    let end = source.lines.len().min(index + 5);
    source.lines[index..end].iter().any(|line| {
        let tested = matches!(line.first(), "if" | "while" | "assert" | "}") && line.has(name);
        tested && (line.has("NULL") || line.has("!") || line.has(&format!("( {name} )")) || line.has("assert"))
    })
}

fn unchecked_allocation(source: &Source<'_>, index: usize, line: &Line<'_>) -> Option<Hit> {
    let at = ["malloc (", "calloc (", "strdup ("].iter().find_map(|call| line.find(call).next())?;
    let assigned = line.find("=").find(|equals| *equals < at)?;
    let name = line.token(assigned.checked_sub(1)?);
    let inside_if = line.first() == "if";
    let returned = source.next_code(index).is_some_and(|next| source.lines[next].first() == "return");
    (!inside_if && !returned && !is_checked(source, index + 1, name)).then(|| Hit::at(index))
}

fn unchecked_open(source: &Source<'_>, index: usize, line: &Line<'_>) -> Option<Hit> {
    let at = line.find("= fopen (").next()?;
    let name = line.token(at.checked_sub(1)?);
    let inside_if = matches!(line.first(), "if" | "while");
    (!inside_if && !is_checked(source, index + 1, name)).then(|| Hit::at(index))
}

fn realloc_leak(_: &Source<'_>, index: usize, line: &Line<'_>) -> Option<Hit> {
    let at = line.find("realloc ( <word> ,").next()?;
    let same = line.begins("<word> =") && line.first() == line.token(at + 2);
    same.then(|| Hit::at(index))
}

fn number_without_check(_: &Source<'_>, index: usize, line: &Line<'_>) -> Option<Hit> {
    let found = line.has("atoi (") || line.has("atol (") || line.has("atof (");
    found.then(|| Hit::at(index))
}

fn compare_as_condition(_: &Source<'_>, index: usize, line: &Line<'_>) -> Option<Hit> {
    let at = line.find("if ( strcmp (").next()?;
    let close = line.close_of(at + 3)?;
    (line.token(close + 1) == ")").then(|| Hit::at(index))
}
