//! C++.

use crate::language::Language::Cpp;
use crate::source::{Line, Source};

use super::{Confidence, Find, Hit, Languages, Rule, Topic, Weight};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "null-macro",
        languages: Languages::Only(&[Cpp]),
        topic: Topic::Clarity,
        weight: Weight::Smell,
        confidence: Confidence::High,
        why: "`NULL` is a number in C++, so it may choose the wrong overload. `nullptr` is a pointer.",
        find: Find::Line(null_macro),
    },
    Rule {
        id: "array-delete",
        languages: Languages::Only(&[Cpp]),
        topic: Topic::Correctness,
        weight: Weight::Bug,
        confidence: Confidence::High,
        why: "What `new[]` made must be freed with `delete[]`; with plain `delete` the behaviour is undefined.",
        find: Find::Line(array_delete),
    },
    Rule {
        id: "namespace-std",
        languages: Languages::Only(&[Cpp]),
        topic: Topic::Clarity,
        weight: Weight::Note,
        confidence: Confidence::High,
        why: "`using namespace std` brings in hundreds of names; a new standard may add one that you use. In a header it \
              does so to every file that includes it.",
        find: Find::Line(namespace_std),
    },
    Rule {
        id: "manual-delete",
        languages: Languages::Only(&[Cpp]),
        topic: Topic::Errors,
        weight: Weight::Smell,
        confidence: Confidence::Low,
        why: "Memory that is freed by hand is lost when an exception or an early return comes first. `std::unique_ptr` \
              frees it in every case.",
        find: Find::Line(manual_delete),
    },
    Rule {
        id: "caught-by-value",
        languages: Languages::Only(&[Cpp]),
        topic: Topic::Errors,
        weight: Weight::Risk,
        confidence: Confidence::High,
        why: "Catching by value copies the exception and cuts off what its own type added to its base. Catch a reference.",
        find: Find::Line(caught_by_value),
    },
];

fn null_macro(_: &Source<'_>, index: usize, line: &Line<'_>) -> Option<Hit> {
    let found = line.find("NULL").map(|at| (at..at + 1, "nullptr".to_owned()));
    let edits: Vec<_> = found.collect();
    let directive = line.first() == "#";
    (!directive && !edits.is_empty()).then(|| Hit::at(index).becomes(line.edited(&edits)))
}

/// Whether a name gets what `new T[…]` makes, in the same function.
fn is_made_as_array(source: &Source<'_>, index: usize, name: &str) -> bool {
    let first = source.context_begins(index);
    source.lines[first..index]
        .iter()
        .any(|line| line.find("= new <word> [").any(|at| at > 0 && line.token(at - 1) == name))
}

fn array_delete(source: &Source<'_>, index: usize, line: &Line<'_>) -> Option<Hit> {
    let single = line.begins("delete <word> ;") && is_made_as_array(source, index, line.token(1));
    single.then(|| Hit::at(index).becomes(line.replaced(0..1, "delete[]")))
}

fn namespace_std(_: &Source<'_>, index: usize, line: &Line<'_>) -> Option<Hit> {
    line.begins("using namespace std ;").then(|| Hit::at(index))
}

fn manual_delete(source: &Source<'_>, index: usize, line: &Line<'_>) -> Option<Hit> {
    let array = line.begins("delete [ ] <word> ;");
    let single = line.begins("delete <word> ;") && !is_made_as_array(source, index, line.token(1));
    (array || single).then(|| Hit::at(index))
}

fn caught_by_value(_: &Source<'_>, index: usize, line: &Line<'_>) -> Option<Hit> {
    let hit = Hit::at(index);
    if let Some(at) = line.find("catch ( std :: <word> <word> )").next() {
        let kind = line.source(at + 2..at + 5);
        return Some(hit.becomes(line.replaced(at + 2..at + 5, &format!("const {kind}&"))));
    }
    let at = line.find("catch ( <word> <word> )").next()?;
    let kind = line.token(at + 2);
    let class = kind.starts_with(char::is_uppercase);
    class.then(|| hit.becomes(line.replaced(at + 2..at + 3, &format!("const {kind}&"))))
}
