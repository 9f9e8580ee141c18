//! Comparisons and assignments whose two sides give the mistake away.

use crate::language::Language::{
    C, CSharp, Cpp, Go, Java, JavaScript, Kotlin, Php, Python, Ruby, Rust, Swift, TypeScript,
};
use crate::source::{Kind, Line, Source};

use super::{Confidence, Find, Hit, Languages, Rule, Topic, Weight};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "compare-to-boolean",
        languages: Languages::Only(&[Java, Go, Rust, C, Cpp]),
        topic: Topic::Clarity,
        weight: Weight::Smell,
        confidence: Confidence::High,
        why: "A condition is compared with `true` or `false`, which says nothing that the condition does not say by \
              itself, and one `=` too few would turn it into an assignment.",
        find: Find::Line(compare_to_boolean),
    },
    Rule {
        id: "self-comparison",
        languages: Languages::Only(&[
            JavaScript, TypeScript, Python, Java, Go, Rust, C, Cpp, CSharp, Php, Ruby, Kotlin, Swift,
        ]),
        topic: Topic::Correctness,
        weight: Weight::Bug,
        confidence: Confidence::High,
        why: "Both sides of this operator are the same, so the result never depends on them. One side was probably meant \
              to be something else.",
        find: Find::Line(self_comparison),
    },
    Rule {
        id: "self-assignment",
        languages: Languages::Only(&[
            JavaScript, TypeScript, Python, Java, Go, Rust, C, Cpp, CSharp, Php, Ruby, Kotlin, Swift,
        ]),
        topic: Topic::Correctness,
        weight: Weight::Bug,
        confidence: Confidence::High,
        why: "A variable is assigned to itself, which does nothing. In a constructor a `this.` or `self.` is often \
              missing on the left.",
        find: Find::Line(self_assignment),
    },
    Rule {
        id: "string-identity",
        languages: Languages::Only(&[Java, C]),
        topic: Topic::Correctness,
        weight: Weight::Bug,
        confidence: Confidence::High,
        why: "`==` compares where two strings are stored, not what they say. It may work for literals and then fail for \
              text that was read or built at run time.",
        find: Find::Line(string_identity),
    },
    Rule {
        id: "assignment-in-condition",
        languages: Languages::Only(&[JavaScript, TypeScript, C, Cpp, Php]),
        topic: Topic::Correctness,
        weight: Weight::Bug,
        confidence: Confidence::High,
        why: "A single `=` in this condition assigns instead of comparing: the variable is overwritten and the branch no \
              longer depends on its old value.",
        find: Find::Line(assignment_in_condition),
    },
];

/// What stands before and behind an operator when both are plain: (start, operator, end).
fn plain_sides(line: &Line<'_>, operator: usize) -> Option<(usize, usize, usize)> {
    let start = line.operand_before(operator)?;
    let end = line.operand_after(operator)?;
    Some((start, operator, end))
}

fn operators<'a>(line: &'a Line<'_>, which: &'a [&'a str]) -> impl Iterator<Item = usize> + 'a {
    let tokens = line.tokens.iter().enumerate();
    tokens.filter(|(_, token)| token.kind == Kind::Symbol && which.contains(&token.text)).map(|(at, _)| at)
}

fn compare_to_boolean(source: &Source<'_>, index: usize, line: &Line<'_>) -> Option<Hit> {
    let compared = |at: &usize| matches!(line.token(at + 1), "true" | "false");
    let found: Vec<usize> = operators(line, &["==", "!="]).filter(compared).collect();
    found.first()?;
    let hit = Hit::at(index);
    // In C a number that is not 1 is true and yet not equal to `true`, so there the meaning would change.
    if matches!(source.language, C | Cpp) {
        return Some(hit);
    }
    let edits = found.iter().filter_map(|at| {
        let (start, at, end) = plain_sides(line, *at)?;
        let wanted = (line.token(at) == "==") == (line.token(at + 1) == "true");
        let not = if wanted { "" } else { "!" };
        Some((start..end, format!("{not}{}", line.source(start..at))))
    });
    let edits: Vec<_> = edits.collect();
    Some(if edits.is_empty() { hit } else { hit.becomes(line.edited(&edits)) })
}

fn self_comparison(_: &Source<'_>, index: usize, line: &Line<'_>) -> Option<Hit> {
    let which = ["==", "===", "!=", "!==", "&&", "||", "<=", ">="];
    let at = operators(line, &which).find(|at| {
        plain_sides(line, *at).is_some_and(|(start, operator, end)| {
            let left = line.source(start..operator);
            // A call may give another answer the second time.
            left == line.source(operator + 1..end) && !left.contains('(') && !left.contains("++")
        })
    })?;
    let detail = format!("The operator is `{}`.", line.token(at));
    let hit = Hit::at(index).detail(detail);
    let asks_for_nan = matches!(line.token(at), "!=" | "!==");
    if asks_for_nan {
        let name = "If it asks for “not a number”, say so with the function for it.";
        return Some(hit.detail(name));
    }
    Some(hit)
}

fn self_assignment(source: &Source<'_>, index: usize, line: &Line<'_>) -> Option<Hit> {
    let at = operators(line, &["="]).next()?;
    let (start, _, end) = plain_sides(line, at)?;
    let goes_on = source.next_code(index).is_some_and(|next| {
        let next = &source.lines[next];
        next.kind(0) == Some(Kind::Symbol) && !matches!(next.first(), "}" | "@" | "#")
    });
    let ends = end == line.tokens.len() && source.language != Rust && !goes_on;
    let stops = line.token(end) == ";" || ends;
    let same = line.source(0..at) == line.source(at + 1..end);
    let path = line.tokens[..at].iter().all(|token| token.text != "(");
    // Between brackets this passes an argument, and in a class of Python it takes over a name from outside.
    let statement = start == 0 && stops && !source.continues[index];
    let inside = source.language != Python || source.function_around(index).is_some();
    (statement && same && path && inside).then(|| Hit::at(index))
}

fn string_identity(source: &Source<'_>, index: usize, line: &Line<'_>) -> Option<Hit> {
    let is_string = |at: usize| line.is_text(at) && line.token(at).starts_with('"');
    let at = operators(line, &["==", "!="]).find(|at| is_string(at + 1) || *at > 0 && is_string(at - 1))?;
    let equal = line.token(at) == "==";
    let hit = Hit::at(index);
    let sides = if is_string(at + 1) {
        line.operand_before(at).map(|start| (start, at + 2))
    } else {
        line.operand_after(at).map(|end| (at - 1, end))
    };
    let Some((start, end)) = sides else {
        return Some(hit);
    };
    let (left, right) = (line.source(start..at), line.source(at + 1..end));
    let (text, other) = if is_string(at + 1) { (right, left) } else { (left, right) };
    let compared = if source.language == C {
        let sign = if equal { "==" } else { "!=" };
        format!("strcmp({other}, {text}) {sign} 0")
    } else {
        let not = if equal { "" } else { "!" };
        format!("{not}{text}.equals({other})")
    };
    let declared = source.language != C || source.names_file("string.h");
    Some(if declared { hit.becomes(line.replaced(start..end, &compared)) } else { hit })
}

fn assignment_in_condition(source: &Source<'_>, index: usize, line: &Line<'_>) -> Option<Hit> {
    let at = ["if (", "while (", "elseif ("].iter().find_map(|pattern| line.find(pattern).next())?;
    let close = line.close_of(at + 1)?;
    let mut inside = (at + 2..close).filter(|at| line.token(*at) == "=");
    let operator = inside.next_back()?;
    let declared = line.tokens[at + 2..operator]
        .iter()
        .any(|token| matches!(token.text, "let" | "const" | "var" | "auto" | "(" | "*"));
    let value = line.kind(operator + 1)?;
    let constant = value == Kind::Number
        || value == Kind::Text
        || matches!(line.token(operator + 1), "true" | "false" | "null" | "NULL" | "nullptr" | "undefined");
    let alone = matches!(line.token(operator + 2), ")" | "&&" | "||");
    if declared || !constant || !alone || line.tokens[operator - 1].kind == Kind::Symbol {
        return None;
    }
    let strict = matches!(source.language, JavaScript | TypeScript | Php);
    let sign = if strict { "===" } else { "==" };
    Some(Hit::at(index).becomes(line.replaced(operator..operator + 1, sign)))
}
