//! The shape of functions: how long, how deep, how many parameters.

use crate::source::{Function, Kind, Line, Source};

use super::{Confidence, Find, Hit, Languages, Rule, Topic, Weight};

/// The longest function a reader can hold in mind.
const LONGEST: usize = 60;
const DEEPEST: usize = 4;
const MOST_PARAMETERS: usize = 6;

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "long-function",
        languages: Languages::Code,
        topic: Topic::Clarity,
        weight: Weight::Smell,
        confidence: Confidence::Medium,
        why: "This function is longer than a screen. Name its steps and move them into functions of their own; each can \
              then be read and tested alone.",
        find: Find::File(long_function),
    },
    Rule {
        id: "deep-nesting",
        languages: Languages::Code,
        topic: Topic::Clarity,
        weight: Weight::Smell,
        confidence: Confidence::Medium,
        why: "Branches and loops stand deep inside each other here, so a reader must keep every condition in mind. \
              Return early, or move the inner part into a function.",
        find: Find::File(deep_nesting),
    },
    Rule {
        id: "many-parameters",
        languages: Languages::Code,
        topic: Topic::Clarity,
        weight: Weight::Note,
        confidence: Confidence::Medium,
        why: "With so many parameters a caller easily swaps two. Group those that belong together into a type.",
        find: Find::File(many_parameters),
    },
];

fn named(function: &Function<'_>) -> String {
    match function.name {
        Some(name) => format!("`{name}`"),
        None => "The function".to_owned(),
    }
}

fn long_function(source: &Source<'_>) -> Vec<Hit> {
    let functions = source.functions().iter();
    functions
        .filter(|function| function.lines.len() > LONGEST)
        .map(|function| {
            let lines = function.lines.len();
            let detail = format!("{} takes {lines} lines.", named(function));
            Hit::at(function.lines.first()).detail(detail)
        })
        .collect()
}

/// Whether a line opens a branch or a loop.
pub(crate) fn opens_control(line: &Line<'_>) -> bool {
    let first = match line.first() {
        "}" => line.token(1),
        first => first,
    };
    matches!(
        first,
        "if" | "else"
            | "elif"
            | "elsif"
            | "elseif"
            | "unless"
            | "for"
            | "foreach"
            | "while"
            | "until"
            | "loop"
            | "do"
            | "switch"
            | "match"
            | "when"
            | "guard"
            | "select"
            | "try"
            | "catch"
            | "except"
            | "with"
            | "case"
    )
}

/// For each line how many branches and loops stand around it, functions starting anew.
pub(crate) fn nesting(source: &Source<'_>) -> Vec<usize> {
    if source.language.is_braced() { nesting_by_braces(source) } else { nesting_by_indent(source) }
}

fn nesting_by_braces(source: &Source<'_>) -> Vec<usize> {
    let starts = function_starts(source);
    let mut open: Vec<usize> = Vec::new();
    let mut depths = Vec::with_capacity(source.lines.len());
    for (index, line) in source.lines.iter().enumerate() {
        let current = open.last().copied().unwrap_or(0);
        depths.push(current);
        let mut control = opens_control(line) && !matches!(line.first(), "case" | "with");
        for token in line.tokens.iter().filter(|token| token.kind == Kind::Symbol) {
            match token.text {
                "{" => {
                    let around = open.last().copied().unwrap_or(0);
                    let here = if starts[index] { 0 } else { around };
                    open.push(here + usize::from(control));
                    control = false;
                }
                "}" => {
                    open.pop();
                }
                _ => {}
            }
        }
    }
    depths
}

fn function_starts(source: &Source<'_>) -> Vec<bool> {
    let mut starts = vec![false; source.lines.len()];
    for function in source.functions() {
        starts[function.opens] = true;
    }
    starts
}

fn nesting_by_indent(source: &Source<'_>) -> Vec<usize> {
    let starts = function_starts(source);
    // The indents of the blocks around the line, and how many branches and loops each counts.
    let mut open: Vec<(usize, usize)> = Vec::new();
    let mut depths = Vec::with_capacity(source.lines.len());
    for (index, line) in source.lines.iter().enumerate() {
        let indent = line.indent().len();
        if line.has_code() && !line.is_text(0) {
            while open.last().is_some_and(|(outer, _)| *outer >= indent) {
                open.pop();
            }
        }
        let around = open.last().map_or(0, |(_, depth)| *depth);
        depths.push(around);
        if starts[index] {
            open.push((indent, 0));
        } else if opens_control(line) && !line.has_word(&["end", "fi", "done"]) {
            open.push((indent, around + 1));
        }
    }
    depths
}

fn deep_nesting(source: &Source<'_>) -> Vec<Hit> {
    let depths = nesting(source);
    let mut hits = Vec::new();
    let mut covered = 0;
    for function in source.functions() {
        if function.lines.first() < covered {
            continue;
        }
        covered = function.lines.last() + 1;
        let code = function.lines.indexes().filter(|index| source.lines[*index].has_code());
        let deepest = code.max_by_key(|index| {
            let first_of_equals = source.lines.len() - *index;
            (depths[*index], first_of_equals)
        });
        if let Some(index) = deepest.filter(|index| depths[*index] > DEEPEST) {
            let depth = depths[index];
            hits.push(Hit::at(index).detail(format!("{depth} levels stand around this line.")));
        }
    }
    hits
}

fn many_parameters(source: &Source<'_>) -> Vec<Hit> {
    let mut hits = Vec::new();
    for function in source.functions() {
        let Some(name) = function.name else { continue };
        let header = function.lines.first();
        let line = &source.lines[header];
        let at = line.find("<word> (").find(|at| line.token(*at) == name).map(|at| at + 1);
        let Some(open) = at else { continue };
        let count = count_parameters(source, header, open, function.opens);
        if count > MOST_PARAMETERS {
            hits.push(Hit::at(header).detail(format!("`{name}` takes {count}.")));
        }
    }
    hits
}

/// Counts over lines; a trailing comma adds none, and commas in brackets or `< >` separate no parameters.
fn count_parameters(source: &Source<'_>, header: usize, open: usize, opens: usize) -> usize {
    let mut depth = 0_usize;
    let mut angle = 0_usize;
    let mut count = 0;
    let mut pending = false;
    for index in header..=opens {
        let skip = if index == header { open } else { 0 };
        for token in source.lines[index].tokens.iter().skip(skip) {
            match token.text {
                "(" | "[" | "{" => depth += 1,
                ")" | "]" | "}" => {
                    depth = depth.saturating_sub(1);
                    if depth == 0 {
                        return count + usize::from(pending);
                    }
                }
                "<" => angle += 1,
                ">" => angle = angle.saturating_sub(1),
                ">>" => angle = angle.saturating_sub(2),
                "," if depth == 1 && angle == 0 => {
                    count += usize::from(pending);
                    pending = false;
                    continue;
                }
                _ => {}
            }
            pending |= depth > 1 || token.text != "(";
        }
    }
    0
}
