//! Loops that run once too often, and what should not happen inside one.

use crate::language::Language::{
    C, CSharp, Cpp, Go, Java, JavaScript, Kotlin, Php, Python, Ruby, Rust, Swift, TypeScript,
};
use crate::source::{Line, Source};

use super::{Confidence, Find, Hit, Languages, Rule, Topic, Weight};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "off-by-one",
        languages: Languages::Only(&[JavaScript, TypeScript, Java, C, Cpp, CSharp, Go, Php]),
        topic: Topic::Correctness,
        weight: Weight::Bug,
        confidence: Confidence::High,
        why: "The loop starts at 0 and runs while the index is `<=` the length, so its last turn reads one past the end. \
              The last element of `n` has index `n - 1`.",
        find: Find::Line(off_by_one),
    },
    Rule {
        id: "off-by-one-range",
        languages: Languages::Only(&[Rust, Kotlin, Swift, Ruby, Python]),
        topic: Topic::Correctness,
        weight: Weight::Bug,
        confidence: Confidence::High,
        why: "The range includes the length itself, so its last turn reads one past the end. Use the range that leaves \
              its end out.",
        find: Find::Line(off_by_one_range),
    },
    Rule {
        id: "changed-while-iterating",
        languages: Languages::Only(&[Python, Java, CSharp, Kotlin]),
        topic: Topic::Correctness,
        weight: Weight::Bug,
        confidence: Confidence::Medium,
        why: "The collection changes while the loop walks over it, which skips elements or throws. Walk over a copy, or \
              collect what is to go and remove it afterwards.",
        find: Find::File(changed_while_iterating),
    },
    Rule {
        id: "text-built-in-loop",
        languages: Languages::Only(&[Java, CSharp]),
        topic: Topic::Performance,
        weight: Weight::Risk,
        confidence: Confidence::Medium,
        why: "A string grows inside a loop, and each `+=` copies all of it again: the time grows with the square of the \
              length. Append to a `StringBuilder` and take the string at the end.",
        find: Find::File(text_built_in_loop),
    },
    Rule {
        id: "defer-in-loop",
        languages: Languages::Only(&[Go]),
        topic: Topic::Correctness,
        weight: Weight::Risk,
        confidence: Confidence::Medium,
        why: "`defer` runs when the function returns, not when the turn of the loop ends, so every file or lock stays \
              open until then. Move the body into a function of its own.",
        find: Find::File(defer_in_loop),
    },
];

/// How far into a long loop the rules look.
const LONGEST_LOOP: usize = 400;

/// Whether the tokens from `at` on are the length of something: `x.length`, `x.size()`, `len(x)`.
fn is_length(line: &Line<'_>, at: usize) -> bool {
    if ["len (", "count (", "strlen ("].iter().any(|call| line.is_at(at, call)) {
        return line.close_of(at + 1).is_some_and(|close| ends_condition(line.token(close + 1)));
    }
    let mut here = at;
    while line.is_word(here) && matches!(line.token(here + 1), "." | "->") {
        here += 2;
    }
    let name = line.token(here);
    let called = line.is_at(here + 1, "( )");
    let end = if called { here + 3 } else { here + 1 };
    here > at && matches!(name, "length" | "size" | "Length" | "Count" | "count") && ends_condition(line.token(end))
}

/// Whether the next lines use this variable as an index; a loop that only counts may well count to the length.
fn is_index(source: &Source<'_>, index: usize, variable: &str) -> bool {
    let uses = ["[", "get (", "at (", "charAt ("].map(|open| format!("{open} {variable}"));
    let end = source.lines.len().min(index + 15);
    source.lines[index..end].iter().any(|line| {
        uses.iter().any(|pattern| {
            let length = pattern.split(' ').count();
            line.find(pattern).any(|at| matches!(line.token(at + length), "]" | ")"))
        })
    })
}

fn ends_condition(token: &str) -> bool {
    matches!(token, ";" | ")" | "&&" | "{" | "")
}

fn off_by_one(source: &Source<'_>, index: usize, line: &Line<'_>) -> Option<Hit> {
    let starts = line.find("for").next()?;
    let at = line.find("<=").find(|at| is_length(line, at + 1))?;
    let variable = line.token(at.checked_sub(1)?);
    let plain = at > 1 && matches!(line.token(at - 2), ";" | ",");
    let from_zero =
        ["= 0 ;", ":= 0 ;", "= 0 ,"].iter().any(|zero| line.find(zero).any(|found| found > starts && found < at));
    let found = plain && from_zero && is_index(source, index, variable);
    found.then(|| Hit::at(index).becomes(line.replaced(at..at + 1, "<")))
}

fn off_by_one_range(source: &Source<'_>, index: usize, line: &Line<'_>) -> Option<Hit> {
    let hit = Hit::at(index);
    let variable = match line.find("in").next() {
        Some(at) if at > 0 => line.token(at - 1),
        _ => "",
    };
    if source.language == Python {
        let at = line.find("range ( len (").next()?;
        let close = line.close_of(at + 3)?;
        let one_more = line.is_at(close + 1, "+ 1 )") && is_index(source, index, variable);
        return one_more.then(|| hit.becomes(line.replaced(close..close + 3, ")")));
    }
    let (range, exclusive) = match source.language {
        Rust => ("0 ..=", ".."),
        Swift => ("0 ...", "..<"),
        Kotlin => ("0 ..", "until"),
        _ => ("0 ..", "..."),
    };
    let at = line.find(range).next()?;
    let end = at + 2;
    let ends_in_length = match source.language {
        Rust => line.is_at(end, "<word> . len ( )") && ends_range(line.token(end + 5)),
        Swift => line.is_at(end, "<word> . count") && ends_range(line.token(end + 3)),
        Kotlin => {
            (line.is_at(end, "<word> . size") || line.is_at(end, "<word> . length")) && ends_range(line.token(end + 3))
        }
        _ => {
            let counted = ["length", "size", "count"];
            line.is_at(end, "<word> .") && counted.contains(&line.token(end + 2)) && ends_range(line.token(end + 3))
        }
    };
    // A block of Ruby names its variable elsewhere.
    let indexes = source.language == Ruby || is_index(source, index, variable);
    let spaced = if source.language == Kotlin && line.touches_previous(at + 1) { " until " } else { exclusive };
    (ends_in_length && indexes).then(|| hit.becomes(line.replaced(at + 1..at + 2, spaced)))
}

fn ends_range(token: &str) -> bool {
    matches!(token, "" | ")" | "{" | "do" | "]" | ";")
}

/// The loops of a file: (header, last line). Braces or indentation tell where one ends.
fn bodies(source: &Source<'_>) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    for (index, line) in source.lines.iter().enumerate() {
        let begins =
            matches!(line.first(), "for" | "foreach" | "while") || line.first() == "async" && line.token(1) == "for";
        if !begins {
            continue;
        }
        if source.language == Python {
            let indent = line.indent().len();
            let deeper = |at: &usize| {
                let line = &source.lines[*at];
                !line.has_code() || line.indent().len() > indent
            };
            let end = source.lines.len().min(index + LONGEST_LOOP);
            let last = (index + 1..end).take_while(deeper).last();
            found.extend(last.map(|last| (index, last)));
        } else if let Some(last) = closing_line(source, index) {
            found.push((index, last.min(index + LONGEST_LOOP)));
        }
    }
    found
}

/// The last line of the block whose brace opens on this line or alone on the next.
fn closing_line(source: &Source<'_>, index: usize) -> Option<usize> {
    if let Some(brace) = source.lines[index].find("{").last() {
        return source.closed_at(index, brace);
    }
    let next = source.next_code(index)?;
    let alone = source.lines[next].first() == "{";
    source.closed_at(next, 0).filter(|_| alone)
}

fn changed_while_iterating(source: &Source<'_>) -> Vec<Hit> {
    let mut hits = Vec::new();
    for (header, last) in bodies(source) {
        let line = &source.lines[header];
        let Some(over) = line.find("in").chain(line.find(":")).next() else {
            continue;
        };
        let name = line.token(over + 1);
        let plain = line.is_word(over + 1) && matches!(line.token(over + 2), ":" | ")" | "");
        if !plain || source.language == Python && line.token(over + 2) != ":" {
            continue;
        }
        let changes = ["remove", "append", "pop", "insert", "add", "Remove", "Add"];
        let changing = (header + 1..=last).find(|index| {
            let line = &source.lines[*index];
            let stops = |at: Option<usize>| at.is_some_and(|at| matches!(source.lines[at].first(), "break" | "return"));
            line.is_at(0, name)
                && line.token(1) == "."
                && changes.contains(&line.token(2))
                && line.token(3) == "("
                && !stops(source.next_code(*index))
        });
        if let Some(index) = changing {
            let over = format!("The loop begins on line {}.", line.number);
            hits.push(Hit::at(index).detail(over));
        }
    }
    hits
}

fn text_built_in_loop(source: &Source<'_>) -> Vec<Hit> {
    let declares = |name: &str| {
        source.lines.iter().any(|line| {
            let typed = ["String", "string", "var"].contains(&line.first());
            typed && line.is_at(1, name) && line.token(2) == "=" && line.is_text(3)
        })
    };
    let mut hits = Vec::new();
    let mut seen_until = 0;
    for (header, last) in bodies(source) {
        for index in (header + 1).max(seen_until)..=last {
            let line = &source.lines[index];
            if line.begins("<word> +=") && declares(line.first()) {
                hits.push(Hit::at(index));
            }
        }
        seen_until = seen_until.max(last + 1);
    }
    hits
}

fn defer_in_loop(source: &Source<'_>) -> Vec<Hit> {
    let mut hits = Vec::new();
    let mut seen_until = 0;
    for (header, last) in bodies(source) {
        let mut closures_end = 0;
        for index in (header + 1).max(seen_until)..=last {
            let line = &source.lines[index];
            if let Some(at) = line.find("func (").next()
                && let Some(brace) = line.find("{").find(|brace| *brace > at)
            {
                let end = source.closed_at(index, brace).unwrap_or(index);
                closures_end = closures_end.max(end);
            }
            if line.first() == "defer" && index > closures_end {
                hits.push(Hit::at(index));
            }
        }
        seen_until = seen_until.max(last + 1);
    }
    hits
}
