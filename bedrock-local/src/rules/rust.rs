//! Rust: panics, ignored results, unsafe code.

use crate::language::Language::Rust;
use crate::source::{Line, Source};

use super::{Confidence, Find, Fix, Hit, Languages, Rule, Topic, Weight};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "unwrap-used",
        languages: Languages::Only(&[Rust]),
        topic: Topic::Errors,
        weight: Weight::Risk,
        confidence: Confidence::Medium,
        why: "`unwrap` panics when there is no value, and the message does not say what was expected. Pass the error on \
              with `?`, handle the other case, or use `expect` with the reason why it cannot happen.",
        find: Find::File(unwrap_used),
    },
    Rule {
        id: "unfinished-code",
        languages: Languages::Only(&[Rust]),
        topic: Topic::Correctness,
        weight: Weight::Bug,
        confidence: Confidence::High,
        why: "This macro stands for code that is not written yet, and panics when it is reached.",
        find: Find::Line(unfinished_code),
    },
    Rule {
        id: "dbg-left",
        languages: Languages::Only(&[Rust]),
        topic: Topic::Clarity,
        weight: Weight::Smell,
        confidence: Confidence::High,
        why: "`dbg!` prints to the error stream and is meant for a moment of debugging. The expression inside works \
              without it.",
        find: Find::Line(dbg_left),
    },
    Rule {
        id: "ignored-result",
        languages: Languages::Only(&[Rust]),
        topic: Topic::Errors,
        weight: Weight::Risk,
        confidence: Confidence::Low,
        why: "`let _ =` throws the result away, and with it any error. Handle it, or say in a comment why it may be lost.",
        find: Find::File(ignored_result),
    },
    Rule {
        id: "unsafe-unexplained",
        languages: Languages::Only(&[Rust]),
        topic: Topic::Correctness,
        weight: Weight::Risk,
        confidence: Confidence::High,
        why: "The compiler does not check this block, so a reader must. Say in a `SAFETY:` comment above it which promises \
              it relies on and why they hold.",
        find: Find::Line(unsafe_unexplained),
    },
    Rule {
        id: "lock-across-await",
        languages: Languages::Only(&[Rust]),
        topic: Topic::Correctness,
        weight: Weight::Bug,
        confidence: Confidence::Low,
        why: "A guard of a blocking lock is held while the task waits. Other tasks on the thread can then wait for it \
              forever; take what you need out of the lock first.",
        find: Find::Line(lock_across_await),
    },
];

/// How far a guard is followed.
const LONGEST_GUARDED: usize = 300;

/// Calls that answer with a `Result` whose error a boxed one can hold.
const FALLIBLE: [&str; 18] = [
    "parse",
    "open",
    "create",
    "read_to_string",
    "read",
    "write",
    "write_all",
    "flush",
    "read_line",
    "read_dir",
    "create_dir_all",
    "remove_file",
    "from_str",
    "from_slice",
    "to_vec",
    "connect",
    "bind",
    "metadata",
];

/// Lines that belong to tests, where a panic is how one fails.
struct Tests<'s, 'a> {
    source: &'s Source<'a>,
    /// Where the test module begins.
    module: usize,
}

impl<'s, 'a> Tests<'s, 'a> {
    fn of(source: &'s Source<'a>) -> Self {
        let begins = |line: &Line<'_>| line.has("cfg ( test");
        let module = source.lines.iter().position(begins).unwrap_or(source.lines.len());
        Self { source, module }
    }

    fn include(&self, index: usize) -> bool {
        let function = self.source.function_around(index);
        let header = function.map_or(index, |function| function.lines.first());
        let above = self.source.lines[..header].iter().rev();
        let mut attributes = above.take_while(|line| line.first() == "#" || line.comment.is_some());
        index >= self.module || attributes.any(|line| line.has("test ]") || line.has("test ("))
    }
}

fn unwrap_used(source: &Source<'_>) -> Vec<Hit> {
    let tests = Tests::of(source);
    let lines = source.lines.iter().enumerate();
    let unwraps = lines.filter_map(|(index, line)| {
        // A lock only fails when another thread has panicked; then this one may as well.
        let guards = |at: &usize| {
            let call = at.checked_sub(3);
            let locks = ["lock ( ) .", "read ( ) .", "write ( ) ."];
            call.is_some_and(|call| locks.iter().any(|lock| line.is_at(call, lock)))
        };
        let at = line.find(". unwrap ( )").find(|at| !guards(at))?;
        (!tests.include(index)).then(|| unwrap_at(source, index, line, at))
    });
    unwraps.collect()
}

fn unwrap_at(source: &Source<'_>, index: usize, line: &Line<'_>, at: usize) -> Hit {
    let hit = Hit::at(index);
    let called =
        at.checked_sub(1).filter(|close| line.token(*close) == ")").and_then(|close| called_before(line, close));
    let fallible = called.is_some_and(|name| FALLIBLE.contains(&name));
    if fallible && takes_any_error(source, index) { hit.becomes(line.replaced(at..at + 4, "?")) } else { hit }
}

/// The name of the function whose brackets close at `close`.
fn called_before<'a>(line: &Line<'a>, close: usize) -> Option<&'a str> {
    let open = (0..close).rev().find(|open| line.token(*open) == "(" && line.close_of(*open) == Some(close))?;
    let mut name = open.checked_sub(1)?;
    if line.token(name) == ">" {
        name = line.find(":: <").filter(|at| *at < name).last()?.checked_sub(1)?;
    }
    line.is_word(name).then(|| line.token(name))
}

/// Whether the function around a line returns a `Result` that takes every kind of error.
fn takes_any_error(source: &Source<'_>, index: usize) -> bool {
    let Some(function) = source.function_around(index) else {
        return false;
    };
    let closures = ["|| {", "| {", "async {", "async move {"];
    let nested = (function.opens + 1..=index).any(|at| closures.iter().any(|open| source.lines[at].has(open)))
        || source.lines[index].has("|");
    let mut header = (function.lines.first()..=function.opens).map(|at| &source.lines[at]);
    !nested
        && header.any(|line| {
            line.has("Box < dyn") && line.has("Error") || line.has("anyhow :: Result <") || line.has("eyre :: Result <")
        })
}

fn unfinished_code(_: &Source<'_>, index: usize, line: &Line<'_>) -> Option<Hit> {
    let found = line.has("todo ! (") || line.has("unimplemented ! (");
    found.then(|| Hit::at(index))
}

fn dbg_left(source: &Source<'_>, index: usize, line: &Line<'_>) -> Option<Hit> {
    let at = line.find("dbg ! (").next()?;
    let hit = Hit::at(index);
    let Some(close) = line.close_of(at + 2) else {
        return Some(hit);
    };
    if at == 0 && line.token(close + 1) == ";" && close + 2 == line.tokens.len() {
        return Some(hit.fix(Fix::without(source, index)));
    }
    let one = line.arguments(at + 2).is_some_and(|list| list.len() == 1);
    let inner = line.source(at + 3..close);
    Some(if one { hit.becomes(line.replaced(at..close + 1, inner)) } else { hit })
}

fn ignored_result(source: &Source<'_>) -> Vec<Hit> {
    let tests = Tests::of(source);
    let ignores = |(index, line): (usize, &Line<'_>)| {
        let called = line.begins("let _ =") && line.last() == ";" && line.has("(");
        let before = index.checked_sub(1).and_then(|before| source.lines[before].comment);
        let explained = line.comment.is_some() || before.is_some();
        let writes = line.has("write ! (") || line.has("writeln ! (");
        let found = called && !explained && !writes && !tests.include(index);
        found.then(|| Hit::at(index))
    };
    source.lines.iter().enumerate().filter_map(ignores).collect()
}

fn unsafe_unexplained(source: &Source<'_>, index: usize, line: &Line<'_>) -> Option<Hit> {
    if !line.has("unsafe {") {
        return None;
    }
    let above = source.lines[index.saturating_sub(6)..=index].iter().rev();
    let mut explained = false;
    for (distance, near) in above.enumerate() {
        let safety = near.comment.is_some_and(|text| text.to_lowercase().contains("safety"));
        explained |= safety;
        // A comment may stand above a statement of two lines, not above the one before it.
        if safety || distance > 1 && near.has_code() {
            break;
        }
    }
    (!explained).then(|| Hit::at(index))
}

fn lock_across_await(source: &Source<'_>, index: usize, line: &Line<'_>) -> Option<Hit> {
    let at = line.find(". lock ( ) . unwrap ( ) ;").next()?;
    let name = if line.token(1) == "mut" { 2 } else { 1 };
    let guard = line.first() == "let" && line.token(name + 1) == "=" && at + 9 == line.tokens.len();
    if !guard {
        return None;
    }
    let depth = source.depths[index];
    let end = source.lines.len().min(index + LONGEST_GUARDED);
    let block = (index + 1..end).take_while(|at| source.depths[*at] >= depth);
    for later in block {
        let line_after = &source.lines[later];
        if line_after.has("drop (") {
            return None;
        }
        if line_after.has(". await") {
            let waits = format!("Line {} waits.", line_after.number);
            return Some(Hit::at(index).detail(waits));
        }
    }
    None
}
