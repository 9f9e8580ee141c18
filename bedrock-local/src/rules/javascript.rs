//! JavaScript, and TypeScript where it is the same.

use crate::language::Language::{self, JavaScript, TypeScript};
use crate::source::{Kind, Line, Source};

use super::{Confidence, Find, Hit, Languages, Rule, Topic, Weight, unused};

const BOTH: &[Language] = &[JavaScript, TypeScript];

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "strict-equality",
        languages: Languages::Only(BOTH),
        topic: Topic::Correctness,
        weight: Weight::Bug,
        confidence: Confidence::High,
        why: "`==` and `!=` convert their operands first, so `0 == \"\"` and `[] == false` are true. `===` and `!==` \
              compare what is really there.",
        find: Find::Line(strict_equality),
    },
    Rule {
        id: "nan-comparison",
        languages: Languages::Only(BOTH),
        topic: Topic::Correctness,
        weight: Weight::Bug,
        confidence: Confidence::High,
        why: "`NaN` equals nothing, not even itself, so this comparison always has the same result. `Number.isNaN` asks \
              the question.",
        find: Find::Line(nan_comparison),
    },
    Rule {
        id: "no-var",
        languages: Languages::Only(BOTH),
        topic: Topic::Clarity,
        weight: Weight::Smell,
        confidence: Confidence::High,
        why: "`var` is visible in the whole function, even before its line and after its block. `let` and `const` live \
              only where they are declared.",
        find: Find::Line(no_var),
    },
    Rule {
        id: "async-for-each",
        languages: Languages::Only(BOTH),
        topic: Topic::Correctness,
        weight: Weight::Bug,
        confidence: Confidence::High,
        why: "`forEach` does not wait for an async function: the code after it runs before the work is done, and its \
              errors are lost. Use `for (… of …)` with `await`, or `await Promise.all(list.map(…))`.",
        find: Find::Line(async_for_each),
    },
    Rule {
        id: "empty-promise-catch",
        languages: Languages::Only(BOTH),
        topic: Topic::Errors,
        weight: Weight::Risk,
        confidence: Confidence::High,
        why: "The promise's error is thrown away. When this fails, nobody learns that it did; log it or pass it on.",
        find: Find::Line(empty_promise_catch),
    },
    Rule {
        id: "throw-literal",
        languages: Languages::Only(BOTH),
        topic: Topic::Errors,
        weight: Weight::Risk,
        confidence: Confidence::High,
        why: "A thrown string has no stack trace and fails every `instanceof Error`. Throw an `Error` with this message.",
        find: Find::Line(throw_literal),
    },
    Rule {
        id: "unguarded-parse",
        languages: Languages::Only(BOTH),
        topic: Topic::Errors,
        weight: Weight::Risk,
        confidence: Confidence::Medium,
        why: "`JSON.parse` throws on bad input, and no `try` in this function catches it.",
        find: Find::Line(unguarded_parse),
    },
    Rule {
        id: "html-from-text",
        languages: Languages::Only(BOTH),
        topic: Topic::Security,
        weight: Weight::Risk,
        confidence: Confidence::Medium,
        why: "A value becomes part of the page as HTML. If it holds text from a user, that text can run as a script; use \
              `textContent`, or sanitise it.",
        find: Find::Line(html_from_text),
    },
    Rule {
        id: "parse-int-radix",
        languages: Languages::Only(BOTH),
        topic: Topic::Clarity,
        weight: Weight::Smell,
        confidence: Confidence::High,
        why: "Without a base `parseInt` guesses it from the text: `0x10` is read as 16. Say which base you mean.",
        find: Find::Line(parse_int_radix),
    },
    Rule {
        id: "json-copy",
        languages: Languages::Only(BOTH),
        topic: Topic::Performance,
        weight: Weight::Smell,
        confidence: Confidence::Medium,
        why: "Copying through JSON is slow, turns dates into strings and drops `undefined` and functions. \
              `structuredClone` copies what is there.",
        find: Find::Line(json_copy),
    },
];

fn strict_equality(_: &Source<'_>, index: usize, line: &Line<'_>) -> Option<Hit> {
    let loose = |at: &usize| {
        let next = line.token(at + 1);
        let before = at.checked_sub(1).map_or("", |before| line.token(before));
        // Comparing with `null` loosely asks for `undefined` too, and is meant to.
        let idiom = |side: &str| matches!(side, "null" | "undefined" | "NaN");
        line.kind(*at) == Some(Kind::Symbol) && !idiom(next) && !idiom(before)
    };
    let operators = (0..line.tokens.len()).filter(|at| matches!(line.token(*at), "==" | "!="));
    let edits: Vec<_> = operators.filter(loose).map(|at| (at..at + 1, format!("{}=", line.token(at)))).collect();
    (!edits.is_empty()).then(|| Hit::at(index).becomes(line.edited(&edits)))
}

fn nan_comparison(_: &Source<'_>, index: usize, line: &Line<'_>) -> Option<Hit> {
    let signs = ["=== NaN", "== NaN", "!== NaN", "!= NaN"];
    let at = signs.iter().find_map(|sign| line.find(sign).next())?;
    let hit = Hit::at(index);
    let sides = line.operand_before(at).zip(line.operand_after(at));
    let Some((start, end)) = sides else {
        return Some(hit);
    };
    let not = if line.token(at).starts_with('!') { "!" } else { "" };
    let asked = format!("{not}Number.isNaN({})", line.source(start..at));
    Some(hit.becomes(line.replaced(start..end, &asked)))
}

fn no_var(source: &Source<'_>, index: usize, line: &Line<'_>) -> Option<Hit> {
    let at = line.find("var <word>").next()?;
    let hit = Hit::at(index);
    let name = line.token(at + 1);
    let single = line.is_balanced() && !line.has(",") && at == 0;
    let function = source.function_around(index);
    let (Some(function), true) = (function, single) else {
        return Some(hit);
    };
    // Only a variable whose every mention stands behind its line and in its block keeps its meaning.
    let depth = source.depths[index];
    let block_ends = (index + 1..source.lines.len()).find(|at| source.depths[*at] < depth);
    let end = block_ends.unwrap_or(source.lines.len());
    let inside = (index..end).map(|at| source.lines[at].find(name).count());
    if inside.sum::<usize>() != source.mentions(name) || index <= function.opens {
        return Some(hit);
    }
    let fixed = line.token(2) == "=" && !unused::changes(source, function, index, name);
    let keyword = if fixed { "const" } else { "let" };
    Some(hit.becomes(line.replaced(0..1, keyword)))
}

fn async_for_each(_: &Source<'_>, index: usize, line: &Line<'_>) -> Option<Hit> {
    line.has(". forEach ( async").then(|| Hit::at(index))
}

fn empty_promise_catch(_: &Source<'_>, index: usize, line: &Line<'_>) -> Option<Hit> {
    let silent = [
        ". catch ( ( ) => { } )",
        ". catch ( ( <word> ) => { } )",
        ". catch ( <word> => { } )",
        ". catch ( function ( ) { } )",
    ];
    let found = silent.iter().any(|pattern| line.has(pattern));
    (found && line.comment.is_none()).then(|| Hit::at(index))
}

fn throw_literal(_: &Source<'_>, index: usize, line: &Line<'_>) -> Option<Hit> {
    let at = line.find("throw <text>").next()?;
    let end = line.token(at + 2);
    let hit = Hit::at(index);
    if !matches!(end, ";" | "}" | "") || !ends_as_it_begins(line.token(at + 1)) {
        return Some(hit);
    }
    let error = format!("new Error({})", line.token(at + 1));
    Some(hit.becomes(line.replaced(at + 1..at + 2, &error)))
}

fn ends_as_it_begins(text: &str) -> bool {
    text.len() > 1 && text.chars().next() == text.chars().next_back()
}

fn unguarded_parse(source: &Source<'_>, index: usize, line: &Line<'_>) -> Option<Hit> {
    let at = line.find("JSON . parse (").next()?;
    let copied = line.is_at(at + 4, "JSON . stringify (");
    let function = source.function_around(index)?;
    let mut body = function.lines.indexes();
    let guarded = body.any(|index| source.lines[index].has_word(&["try", "catch"]));
    (!copied && !guarded).then(|| Hit::at(index))
}

fn html_from_text(_: &Source<'_>, index: usize, line: &Line<'_>) -> Option<Hit> {
    let at =
        [". innerHTML =", ". innerHTML +=", ". outerHTML ="].iter().find_map(|pattern| line.find(pattern).next())?;
    let value = line.token(at + 3);
    let fixed = line.is_text(at + 3) && matches!(line.token(at + 4), ";" | "") && !value.ends_with("${");
    (!fixed && !value.is_empty()).then(|| Hit::at(index))
}

fn parse_int_radix(_: &Source<'_>, index: usize, line: &Line<'_>) -> Option<Hit> {
    let at = line.find("parseInt (").next()?;
    let close = line.close_of(at + 1)?;
    let arguments = line.arguments(at + 1)?;
    let one = arguments.len() == 1;
    one.then(|| Hit::at(index).becomes(line.replaced(close..close + 1, ", 10)")))
}

fn json_copy(_: &Source<'_>, index: usize, line: &Line<'_>) -> Option<Hit> {
    let at = line.find("JSON . parse ( JSON . stringify (").next()?;
    let hit = Hit::at(index);
    let (Some(inner), Some(outer)) = (line.close_of(at + 7), line.close_of(at + 3)) else {
        return Some(hit);
    };
    let simple = line.arguments(at + 7).is_some_and(|list| list.len() == 1) && outer == inner + 1;
    let copied = format!("structuredClone({})", line.source(at + 8..inner));
    Some(if simple { hit.becomes(line.replaced(at..outer + 1, &copied)) } else { hit })
}
