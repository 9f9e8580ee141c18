//! Rust: signatures and expressions that have a plainer form.

use crate::language::Language::Rust;
use crate::source::{Line, Source};

use super::{Confidence, Find, Fix, Hit, Languages, Rule, Topic, Weight};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "owned-by-reference",
        languages: Languages::Only(&[Rust]),
        topic: Topic::Clarity,
        weight: Weight::Smell,
        confidence: Confidence::Medium,
        why: "A parameter that only reads can take a slice: `&str` and `&[T]` accept a `&String` or `&Vec<T>` and much \
              more.",
        find: Find::Line(owned_by_reference),
    },
    Rule {
        id: "length-compared-to-zero",
        languages: Languages::Only(&[Rust]),
        topic: Topic::Clarity,
        weight: Weight::Note,
        confidence: Confidence::High,
        why: "Comparing a length with 0 asks whether there is anything. `is_empty` says so.",
        find: Find::Line(length_compared),
    },
    Rule {
        id: "needless-return",
        languages: Languages::Only(&[Rust]),
        topic: Topic::Clarity,
        weight: Weight::Note,
        confidence: Confidence::High,
        why: "The last expression of a function is its value, so `return` adds nothing here; it is for leaving early.",
        find: Find::Line(needless_return),
    },
    Rule {
        id: "index-loop",
        languages: Languages::Only(&[Rust]),
        topic: Topic::Clarity,
        weight: Weight::Note,
        confidence: Confidence::Medium,
        why: "A loop over `0..x.len()` checks every index and says less than `for item in &x`; `enumerate` gives the index \
              as well.",
        find: Find::Line(index_loop),
    },
    Rule {
        id: "clone-to-borrow",
        languages: Languages::Only(&[Rust]),
        topic: Topic::Performance,
        weight: Weight::Smell,
        confidence: Confidence::High,
        why: "This copies a value only to lend the copy. Lend the value itself.",
        find: Find::Line(clone_to_borrow),
    },
];

fn owned_by_reference(source: &Source<'_>, index: usize, line: &Line<'_>) -> Option<Hit> {
    line.find("fn").next()?;
    let hit = Hit::at(index);
    if let Some(at) = line.find(": & String").find(|at| ends_parameter(line.token(at + 3))) {
        let name = line.token(at.checked_sub(1)?);
        let fixed = line.replaced(at + 2..at + 3, "str");
        return Some(if keeps_working(source, index, name) { hit.becomes(fixed) } else { hit });
    }
    let at = line.find(": & Vec < <word> >").find(|at| ends_parameter(line.token(at + 6)))?;
    let name = line.token(at.checked_sub(1)?);
    let slice = format!("[{}]", line.token(at + 4));
    let fixed = line.replaced(at + 2..at + 6, &slice);
    Some(if keeps_working(source, index, name) { hit.becomes(fixed) } else { hit })
}

fn ends_parameter(token: &str) -> bool {
    matches!(token, "," | ")")
}

/// Whether nothing in the function asks for what only the owner has.
fn keeps_working(source: &Source<'_>, index: usize, name: &str) -> bool {
    let Some(function) = source.functions().iter().find(|function| function.lines.first() == index) else {
        return false;
    };
    let owned = ["clone", "capacity", "clone_from"];
    !function.lines.indexes().any(|at| {
        let line = &source.lines[at];
        line.find(name).any(|at| line.token(at + 1) == "." && owned.contains(&line.token(at + 2)))
    })
}

fn length_compared(_: &Source<'_>, index: usize, line: &Line<'_>) -> Option<Hit> {
    let asked = [(". len ( ) == 0", ""), (". len ( ) > 0", "!"), (". len ( ) != 0", "!")];
    let (at, not) = asked.iter().find_map(|(pattern, not)| Some((line.find(pattern).next()?, *not)))?;
    // `is_empty` itself is often written this way.
    if at > 0 && line.token(at - 1) == "self" {
        return None;
    }
    let hit = Hit::at(index);
    let operator = at + 4;
    let sides = line.operand_before(operator).zip(line.operand_after(operator));
    let Some((start, end)) = sides else {
        return Some(hit);
    };
    let better = format!("{not}{}.is_empty()", line.source(start..at));
    Some(hit.becomes(line.replaced(start..end, &better)))
}

fn needless_return(source: &Source<'_>, index: usize, line: &Line<'_>) -> Option<Hit> {
    let last = line.tokens.len().checked_sub(1)?;
    let whole = line.first() == "return" && line.last() == ";" && line.is_balanced() && last > 1;
    let function = source.function_around(index)?;
    let ends = source.next_code(index) == Some(function.lines.last());
    let closes = source.lines[function.lines.last()].first() == "}";
    let own_block = source.depths[index] == source.depths[function.lines.first()] + 1;
    let value = line.source(1..last);
    let plain = line.replaced(0..last + 1, value);
    (whole && ends && closes && own_block).then(|| Hit::at(index).fix(Fix::line(index, plain)))
}

fn index_loop(_: &Source<'_>, index: usize, line: &Line<'_>) -> Option<Hit> {
    let found = line.begins("for <word> in 0 .. <word> . len ( ) {");
    found.then(|| Hit::at(index))
}

fn clone_to_borrow(_: &Source<'_>, index: usize, line: &Line<'_>) -> Option<Hit> {
    let at = line.find("& <word> . clone ( )").find(|at| ends_parameter(line.token(at + 6)))?;
    Some(Hit::at(index).becomes(line.replaced(at + 2..at + 6, "")))
}
