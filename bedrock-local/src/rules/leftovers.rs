//! What should have been taken out before the review: notes to self, debugging, conflict markers, dead code.

use crate::language::Language::{
    C, CSharp, Cpp, Go, Java, JavaScript, Kotlin, Php, Python, Ruby, Rust, Swift, TypeScript,
};
use crate::source::{Line, Source};

use super::{Confidence, Find, Fix, Hit, Languages, Rule, Topic, Weight};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "merge-conflict",
        languages: Languages::Any,
        topic: Topic::Correctness,
        weight: Weight::Danger,
        confidence: Confidence::High,
        why: "This is a conflict marker that a merge left behind. The file holds both versions of the same code and \
              neither compiles; keep one and delete the markers.",
        find: Find::Line(merge_conflict),
    },
    Rule {
        id: "debugger-left",
        languages: Languages::Only(&[JavaScript, TypeScript, Python, Ruby, Php]),
        topic: Topic::Correctness,
        weight: Weight::Bug,
        confidence: Confidence::High,
        why: "This stops the program and waits for a debugger. In production nobody is there to continue it, so the \
              request hangs or fails; take it out.",
        find: Find::Line(debugger_left),
    },
    Rule {
        id: "debug-output",
        languages: Languages::Only(&[JavaScript, TypeScript, Php, Java]),
        topic: Topic::Clarity,
        weight: Weight::Smell,
        confidence: Confidence::Medium,
        why: "This prints while the program runs, usually a left-over from debugging. It clutters the output, can leak \
              data and has no level to switch off; remove it or use the project's logger.",
        find: Find::Line(debug_output),
    },
    Rule {
        id: "todo-left",
        languages: Languages::Any,
        topic: Topic::Clarity,
        weight: Weight::Note,
        confidence: Confidence::High,
        why: "A comment marks unfinished work. Such notes outlive the memory of what they meant; finish it now, or open \
              an issue and name it here.",
        find: Find::Line(todo_left),
    },
    Rule {
        id: "commented-out-code",
        languages: Languages::Only(&[JavaScript, TypeScript, Java, Go, Rust, C, Cpp, CSharp, Php, Kotlin, Swift]),
        topic: Topic::Clarity,
        weight: Weight::Note,
        confidence: Confidence::Medium,
        why: "Code is kept in a comment. Nobody compiles or tests it, so it soon stops being true; version control \
              remembers it, delete it here.",
        find: Find::Line(commented_out_code),
    },
];

fn merge_conflict(_: &Source<'_>, index: usize, line: &Line<'_>) -> Option<Hit> {
    let begins = ["<<<<<<< ", ">>>>>>> ", "||||||| "];
    let marker = begins.iter().any(|mark| line.text.starts_with(mark));
    marker.then(|| Hit::at(index))
}

fn debugger_left(source: &Source<'_>, index: usize, line: &Line<'_>) -> Option<Hit> {
    let statements: &[&str] = match source.language {
        JavaScript | TypeScript => &["debugger"],
        Python => &["breakpoint ( )", "pdb . set_trace ( )", "ipdb . set_trace ( )"],
        Ruby => &["byebug", "binding . pry", "binding . irb"],
        _ => &["xdebug_break ( )"],
    };
    let found = statements.iter().find(|pattern| line.begins(pattern))?;
    let end = found.split(' ').count();
    let alone = line.tokens.len() == end || (line.tokens.len() == end + 1 && line.last() == ";");
    let in_block = source.language != Python || !is_whole_block(source, index);
    let removed = (alone && in_block).then(|| Fix::without(source, index));
    (alone || source.language != Ruby).then(|| Hit::at(index).fix(removed.flatten()))
}

/// Whether a Python block would be left empty without this line.
fn is_whole_block(source: &Source<'_>, index: usize) -> bool {
    let indent = source.lines[index].indent();
    let opens = source.previous_code(index).is_none_or(|before| source.lines[before].last() == ":");
    let goes_on = source.next_code(index).is_some_and(|next| source.lines[next].indent() == indent);
    opens && !goes_on
}

fn debug_output(source: &Source<'_>, index: usize, line: &Line<'_>) -> Option<Hit> {
    let calls: &[&str] = match source.language {
        JavaScript | TypeScript => &["console . log (", "console . debug ("],
        Php => &["var_dump (", "print_r (", "dd ("],
        _ => &["System . out . println (", "System . out . print ("],
    };
    let call = calls.iter().find(|pattern| line.begins(pattern))?;
    let close = line.close_of(call.split(' ').count() - 1);
    let alone = close.is_some_and(|close| match line.tokens.len() - close {
        1 => true,
        2 => line.last() == ";",
        _ => false,
    });
    let body_of_condition =
        source.previous_code(index).is_some_and(|before| matches!(source.lines[before].last(), ")" | "else" | "=>"));
    // A printing program prints; only in the other languages is the call surely a left-over.
    let sure = alone && !body_of_condition && source.language != Java;
    Some(Hit::at(index).fix(sure.then(|| Fix::without(source, index)).flatten()))
}

fn todo_left(_: &Source<'_>, index: usize, line: &Line<'_>) -> Option<Hit> {
    let comment = line.comment?;
    let marked = comment
        .split(|c: char| !c.is_alphanumeric() && c != '_')
        .any(|word| matches!(word, "TODO" | "FIXME" | "XXX" | "HACK"));
    marked.then(|| Hit::at(index))
}

fn commented_out_code(_: &Source<'_>, index: usize, line: &Line<'_>) -> Option<Hit> {
    let comment = line.comment?.strip_prefix("//")?;
    if line.has_code() || comment.starts_with(['/', '!', '*']) {
        return None;
    }
    let text = comment.trim();
    let statement = text.ends_with(';') && text.contains(['(', '=']) && !text.contains(". ");
    let words_before_sign = text.split(['(', '=']).next().unwrap_or("");
    let begins = text.split([' ', '(']).next().unwrap_or("");
    let name = |c: char| c.is_alphanumeric() || " _.:*&<>-[]$".contains(c);
    let short = words_before_sign.split_whitespace().count() <= 3
        && !words_before_sign.trim().is_empty()
        && words_before_sign.chars().all(name);
    let reads_as_code = short || matches!(begins, "return" | "const" | "let" | "var" | "throw" | "if" | "for");
    (statement && reads_as_code).then(|| Hit::at(index))
}
