//! Variables that nothing reads, and variables that never change.

use crate::language::Language::{
    self, C, CSharp, Cpp, Java, JavaScript, Kotlin, Php, Python, Ruby, Rust, Swift, TypeScript,
};
use crate::source::{Function, Line, Source, is_keyword};

use super::{Confidence, Find, Hit, Languages, Rule, Topic, Weight};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "unused-variable",
        languages: Languages::Only(&[
            JavaScript, TypeScript, Python, Java, Rust, C, Cpp, CSharp, Php, Ruby, Kotlin, Swift,
        ]),
        topic: Topic::Clarity,
        weight: Weight::Smell,
        confidence: Confidence::Medium,
        why: "A variable is set here and its name occurs nowhere else. Either a use of it is missing, or it can go.",
        find: Find::Line(unused_variable),
    },
    Rule {
        id: "never-reassigned",
        languages: Languages::Only(&[JavaScript, TypeScript, Kotlin]),
        topic: Topic::Clarity,
        weight: Weight::Note,
        confidence: Confidence::High,
        why: "This variable never gets another value. Saying so in its declaration spares the reader the search for the \
              place where it changes.",
        find: Find::Line(never_reassigned),
    },
];

/// The types of C and C++ that surely do nothing by themselves.
const NUMBERS: [&str; 10] = ["int", "long", "short", "char", "bool", "float", "double", "unsigned", "size_t", "auto"];

/// The position of the name that a line declares inside a function.
fn declared(language: Language, line: &Line<'_>) -> Option<usize> {
    let keyworded: &[&str] = match language {
        JavaScript | TypeScript => &["const", "let", "var"],
        Rust => &["let"],
        Kotlin => &["val", "var"],
        Swift => &["let", "var"],
        CSharp => &["var"],
        _ => &[],
    };
    if keyworded.contains(&line.first()) {
        let at = 1 + usize::from(line.token(1) == "mut");
        let typed = matches!(line.token(at + 1), "=" | ":");
        return (line.is_word(at) && typed).then_some(at);
    }
    match language {
        Python | Php | Ruby => line.begins("<word> =").then_some(0),
        Java | C | Cpp | CSharp => {
            let at = 1;
            let plain = line.begins("<word> <word> =") && !is_keyword(line.first());
            // A class of C++ may do its work when the variable goes.
            let only_holds = !matches!(language, C | Cpp) || NUMBERS.contains(&line.first());
            let plain = plain && only_holds;
            plain.then_some(at)
        }
        _ => None,
    }
}

fn unused_variable(source: &Source<'_>, index: usize, line: &Line<'_>) -> Option<Hit> {
    let at = declared(source.language, line)?;
    let name = line.token(at);
    let meant = matches!(name, "unused" | "ignored");
    let private = meant || name.starts_with(['_', '@']) || name.starts_with("$_") || is_keyword(name);
    if private || source.mentions(name) != 1 || source.continues[index] {
        return None;
    }
    let function = source.function_around(index)?;
    if index <= function.opens && source.language != Ruby || returns_it(source, function, index) {
        return None;
    }
    let hit = Hit::at(index).detail(format!("The name is `{name}`."));
    if source.language == Rust {
        let hidden = line.replaced(at..at + 1, &format!("_{name}"));
        return Some(hit.becomes(hidden));
    }
    Some(hit)
}

/// In Ruby the last assignment of a method is its value; in Python a class body may hold fields.
fn returns_it(source: &Source<'_>, function: &Function<'_>, index: usize) -> bool {
    source.language == Ruby && source.next_code(index) == Some(function.lines.last())
}

fn never_reassigned(source: &Source<'_>, index: usize, line: &Line<'_>) -> Option<Hit> {
    let (keyword, better) = match source.language {
        Kotlin => ("var", "val"),
        _ => ("let", "const"),
    };
    let plain = line.first() == keyword && line.is_word(1);
    let assigned = line.token(2) == "=" || line.token(2) == ":" && line.has("=");
    let function = source.function_around(index)?;
    let inside = index > function.opens;
    // A second declaration in the same statement may still be assigned to.
    let single = line.find(",").next().is_none() && line.is_balanced();
    if !plain || !assigned || !single || !inside {
        return None;
    }
    if changes(source, function, index, line.token(1)) {
        return None;
    }
    Some(Hit::at(index).becomes(line.replaced(0..1, better)))
}

/// Whether a function gives a name another value than the one on the line that declares it.
pub(super) fn changes(source: &Source<'_>, function: &Function<'_>, declared: usize, name: &str) -> bool {
    source.mentions(name) > 1
        && function.lines.indexes().any(|index| {
            let line = &source.lines[index];
            line.find(name).any(|at| is_written(line, at) && (index != declared || at > 1))
        })
}

/// Whether the name at `at` gets a value there.
fn is_written(line: &Line<'_>, at: usize) -> bool {
    let before = at.checked_sub(1).map_or("", |before| line.token(before));
    let after = line.token(at + 1);
    let assigned = matches!(
        after,
        "=" | "+="
            | "-="
            | "*="
            | "/="
            | "%="
            | "**="
            | "??="
            | "||="
            | "&&="
            | "<<="
            | ">>="
            | ">>>="
            | "++"
            | "--"
            | "in"
            | "of"
    );
    // The lexer reads `|=` and its like as two tokens.
    let compound = matches!(after, "|" | "&" | "^") && line.token(at + 2) == "=";
    let unpacked = matches!(after, "," | "]" | "}") && line.has("=");
    before != "." && (assigned || compound || unpacked || matches!(before, "++" | "--"))
}
