//! Python: exceptions, comparisons, defaults.

use std::ops::Range;

use crate::language::Language::Python;
use crate::source::{Kind, Line, Source};

use super::{Confidence, Find, Fix, Hit, Languages, Rule, Topic, Weight};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "bare-except",
        languages: Languages::Only(&[Python]),
        topic: Topic::Errors,
        weight: Weight::Bug,
        confidence: Confidence::High,
        why: "`except:` catches everything, also Ctrl-C and the exit of the program, so neither can stop it here. Name the \
              exceptions you expect; `Exception` is the widest that makes sense.",
        find: Find::Line(bare_except),
    },
    Rule {
        id: "swallowed-exception",
        languages: Languages::Only(&[Python]),
        topic: Topic::Errors,
        weight: Weight::Risk,
        confidence: Confidence::Medium,
        why: "The exception is caught and ignored. When this fails, nobody learns that it did or why; log it, or catch \
              only the one that may be ignored.",
        find: Find::Line(swallowed_exception),
    },
    Rule {
        id: "mutable-default",
        languages: Languages::Only(&[Python]),
        topic: Topic::Correctness,
        weight: Weight::Bug,
        confidence: Confidence::High,
        why: "The default is made once, when the function is defined, and shared by all calls: what one call puts in, the \
              next one finds. Default to `None` and make a new one inside.",
        find: Find::Line(mutable_default),
    },
    Rule {
        id: "none-comparison",
        languages: Languages::Only(&[Python]),
        topic: Topic::Correctness,
        weight: Weight::Smell,
        confidence: Confidence::High,
        why: "There is one `None`, so ask for it with `is`. `==` calls a method that the other object may define as it \
              likes.",
        find: Find::Line(none_comparison),
    },
    Rule {
        id: "boolean-comparison",
        languages: Languages::Only(&[Python]),
        topic: Topic::Clarity,
        weight: Weight::Smell,
        confidence: Confidence::Medium,
        why: "A comparison with `True` or `False` adds nothing to a condition, and is wrong for values that are merely \
              true, like a list that is not empty.",
        find: Find::Line(boolean_comparison),
    },
    Rule {
        id: "literal-identity",
        languages: Languages::Only(&[Python]),
        topic: Topic::Correctness,
        weight: Weight::Bug,
        confidence: Confidence::High,
        why: "`is` asks whether two names stand for the same object. Whether equal strings or numbers do is up to the \
              interpreter; compare their values with `==`.",
        find: Find::Line(literal_identity),
    },
    Rule {
        id: "assert-on-tuple",
        languages: Languages::Only(&[Python]),
        topic: Topic::Correctness,
        weight: Weight::Bug,
        confidence: Confidence::High,
        why: "With the brackets this asserts a tuple, and a tuple that is not empty is always true: the check never fails.",
        find: Find::Line(assert_on_tuple),
    },
    Rule {
        id: "type-comparison",
        languages: Languages::Only(&[Python]),
        topic: Topic::Correctness,
        weight: Weight::Smell,
        confidence: Confidence::Medium,
        why: "Comparing types with `==` refuses subclasses, which should do wherever their base does. `isinstance` accepts \
              them.",
        find: Find::Line(type_comparison),
    },
];

fn bare_except(_: &Source<'_>, index: usize, line: &Line<'_>) -> Option<Hit> {
    line.begins("except :").then(|| Hit::at(index).becomes(line.replaced(0..1, "except Exception")))
}

fn swallowed_exception(source: &Source<'_>, index: usize, line: &Line<'_>) -> Option<Hit> {
    let named = line.first() == "except" && line.token(1) != ":";
    let broad = line.has_word(&["Exception", "BaseException"]);
    let same_line = line.last() == "pass" && line.has(": pass");
    let body = source.next_code(index)?;
    let next = &source.lines[body];
    let alone = line.last() == ":" && next.begins("pass") && next.tokens.len() == 1;
    let explained = line.comment.is_some() || next.comment.is_some();
    (named && broad && (same_line || alone) && !explained).then(|| Hit::at(index))
}

fn mutable_default(source: &Source<'_>, index: usize, line: &Line<'_>) -> Option<Hit> {
    let def = line.find("def <word> (").next()?;
    let defaults: Vec<usize> = line
        .find("=")
        .filter(|at| *at > def)
        .filter(|at| ["[ ]", "{ }", "list ( )", "dict ( )", "set ( )"].iter().any(|empty| line.is_at(at + 1, empty)))
        .collect();
    let at = *defaults.first()?;
    let hit = Hit::at(index);
    let length = if line.is_word(at + 1) { 3 } else { 2 };
    let name_at = line.arguments(def + 2)?.into_iter().find(|range| range.contains(&at))?.start;
    let body = source.next_code(index).map(|next| &source.lines[next])?;
    let simple =
        defaults.len() == 1 && line.last() == ":" && !body.is_text(0) && body.indent().len() > line.indent().len();
    if !simple {
        return Some(hit);
    }
    let (name, value) = (line.token(name_at), line.source(at + 1..at + 1 + length));
    let outer = body.indent();
    // One level is what the body is in by.
    let step = outer.strip_prefix(line.indent()).unwrap_or("    ");
    let lines = vec![
        line.replaced(at + 1..at + 1 + length, "None"),
        format!("{outer}if {name} is None:"),
        format!("{outer}{step}{name} = {value}"),
    ];
    Some(hit.fix(Fix::lines(index, index, lines)))
}

fn none_comparison(_: &Source<'_>, index: usize, line: &Line<'_>) -> Option<Hit> {
    let compared = |at: &usize| line.is_at(*at, "== None") || line.is_at(*at, "!= None");
    let found: Vec<usize> = (0..line.tokens.len()).filter(compared).collect();
    found.first()?;
    let spaced = |at: &usize| !line.touches_previous(*at) && !line.touches_previous(at + 1);
    let edits = found.into_iter().filter(spaced).map(|at| {
        let word = if line.token(at) == "==" { "is" } else { "is not" };
        (at..at + 1, word.to_owned())
    });
    Some(with_edits(Hit::at(index), line, &edits.collect::<Vec<_>>()))
}

fn with_edits(hit: Hit, line: &Line<'_>, edits: &[(Range<usize>, String)]) -> Hit {
    if edits.is_empty() { hit } else { hit.becomes(line.edited(edits)) }
}

fn boolean_comparison(_: &Source<'_>, index: usize, line: &Line<'_>) -> Option<Hit> {
    let condition = matches!(line.first(), "if" | "elif" | "while" | "assert");
    let compared =
        |at: &usize| matches!(line.token(*at), "==" | "!=") && matches!(line.token(at + 1), "True" | "False");
    let found: Vec<usize> = (0..line.tokens.len()).filter(compared).collect();
    found.first().filter(|_| condition)?;
    let edits = found.into_iter().filter_map(|at| {
        let (start, end) = line.operand_before(at).zip(line.operand_after(at))?;
        let wanted = (line.token(at) == "==") == (line.token(at + 1) == "True");
        let not = if wanted { "" } else { "not " };
        Some((start..end, format!("{not}{}", line.source(start..at))))
    });
    Some(with_edits(Hit::at(index), line, &edits.collect::<Vec<_>>()))
}

fn literal_identity(_: &Source<'_>, index: usize, line: &Line<'_>) -> Option<Hit> {
    let literal = |at: usize| matches!(line.kind(at), Some(Kind::Text | Kind::Number));
    let hit = Hit::at(index);
    if let Some(at) = line.find("is not").find(|at| literal(at + 2)) {
        return Some(hit.becomes(line.replaced(at..at + 2, "!=")));
    }
    let at = line.find("is").find(|at| literal(at + 1))?;
    Some(hit.becomes(line.replaced(at..at + 1, "==")))
}

fn assert_on_tuple(_: &Source<'_>, index: usize, line: &Line<'_>) -> Option<Hit> {
    let close = line.begins("assert (").then(|| line.close_of(1))??;
    let arguments = line.arguments(1)?;
    let pair = arguments.len() == 2 && close + 1 == line.tokens.len();
    let gap = if line.touches_previous(1) { " " } else { "" };
    let inner = format!("{gap}{}", line.source(2..close));
    pair.then(|| Hit::at(index).becomes(line.replaced(1..close + 1, &inner)))
}

fn type_comparison(_: &Source<'_>, index: usize, line: &Line<'_>) -> Option<Hit> {
    let at = line.find("type (").next()?;
    let before = at.checked_sub(1).map_or("", |before| line.token(before));
    let close = line.close_of(at + 1)?;
    let sign = line.token(close + 1);
    if !matches!(sign, "==" | "!=") || before == "." || !line.is_word(close + 2) {
        return None;
    }
    let hit = Hit::at(index);
    let Some(end) = line.operand_after(close + 1).filter(|end| *end == close + 3) else {
        return Some(hit);
    };
    let not = if sign == "!=" { "not " } else { "" };
    let (value, kind) = (line.source(at + 2..close), line.token(close + 2));
    let asked = format!("{not}isinstance({value}, {kind})");
    Some(hit.becomes(line.replaced(at..end, &asked)))
}
