//! C#.

use crate::language::Language::CSharp;
use crate::source::{Line, Source};

use super::{Confidence, Find, Hit, Languages, Rule, Topic, Weight};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "async-void",
        languages: Languages::Only(&[CSharp]),
        topic: Topic::Errors,
        weight: Weight::Bug,
        confidence: Confidence::High,
        why: "Nobody can wait for an `async void` method, and an exception in it ends the process. Return a `Task`.",
        find: Find::Line(async_void),
    },
    Rule {
        id: "rethrown-exception",
        languages: Languages::Only(&[CSharp]),
        topic: Topic::Errors,
        weight: Weight::Risk,
        confidence: Confidence::High,
        why: "`throw ex` begins the stack trace anew, so the place of the error is lost. A plain `throw` keeps it.",
        find: Find::Line(rethrown_exception),
    },
    Rule {
        id: "blocking-on-task",
        languages: Languages::Only(&[CSharp]),
        topic: Topic::Correctness,
        weight: Weight::Risk,
        confidence: Confidence::Medium,
        why: "This blocks the thread until the task is done, which can deadlock where tasks return to that thread. \
              `await` it.",
        find: Find::Line(blocking_on_task),
    },
    Rule {
        id: "not-disposed",
        languages: Languages::Only(&[CSharp]),
        topic: Topic::Errors,
        weight: Weight::Risk,
        confidence: Confidence::Medium,
        why: "This holds a file or connection that is only given back when it is disposed of. `using` does so on every way \
              out.",
        find: Find::Line(not_disposed),
    },
    Rule {
        id: "count-instead-of-any",
        languages: Languages::Only(&[CSharp]),
        topic: Topic::Performance,
        weight: Weight::Smell,
        confidence: Confidence::High,
        why: "`Count()` may walk the whole sequence to learn whether there is anything. `Any()` stops at the first.",
        find: Find::Line(count_instead_of_any),
    },
    Rule {
        id: "local-time",
        languages: Languages::Only(&[CSharp]),
        topic: Topic::Correctness,
        weight: Weight::Note,
        confidence: Confidence::Medium,
        why: "`DateTime.Now` depends on the time zone of the machine and jumps twice a year. Store and compare \
              `DateTime.UtcNow`.",
        find: Find::Line(local_time),
    },
    Rule {
        id: "locked-on-this",
        languages: Languages::Only(&[CSharp]),
        topic: Topic::Correctness,
        weight: Weight::Risk,
        confidence: Confidence::High,
        why: "Anyone who holds this object can lock it too, and so block or deadlock the class from outside. Lock a private \
              object.",
        find: Find::Line(locked_on_this),
    },
];

fn async_void(_: &Source<'_>, index: usize, line: &Line<'_>) -> Option<Hit> {
    let at = line.find("async void <word> (").next()?;
    let handler = line.has("object sender") || line.has("object ? sender") || line.has("override");
    (!handler).then(|| Hit::at(index).becomes(line.replaced(at + 1..at + 2, "Task")))
}

fn rethrown_exception(source: &Source<'_>, index: usize, line: &Line<'_>) -> Option<Hit> {
    let thrown = line.begins("throw <word> ;");
    let name = line.token(1);
    let near = source.lines[index.saturating_sub(12)..index].iter().rev();
    let mut catches = near.filter(|line| line.has("catch ("));
    let caught = catches.next().is_some_and(|line| line.has(&format!("{name} )")));
    (thrown && caught).then(|| Hit::at(index).becomes(line.replaced(0..2, "throw")))
}

fn blocking_on_task(_: &Source<'_>, index: usize, line: &Line<'_>) -> Option<Hit> {
    let task = |at: usize| {
        let call = line.tokens[..at].iter().rev().find(|token| token.is_word());
        call.is_some_and(|token| token.text.ends_with("Async")) || line.has("Task . Run (")
    };
    let waits = [") . Result", ") . Wait ( )", ") . GetAwaiter ( ) . GetResult ( )"];
    let found = waits.iter().any(|wait| line.find(wait).any(task));
    let by_name = line.has("Async ( ) . Result");
    (found || by_name).then(|| Hit::at(index))
}

fn not_disposed(source: &Source<'_>, index: usize, line: &Line<'_>) -> Option<Hit> {
    let types =
        ["StreamReader", "StreamWriter", "FileStream", "SqlConnection", "SqlCommand", "BinaryReader", "BinaryWriter"];
    let made = line.begins("<word> <word> = new <word> (") && types.contains(&line.token(4));
    if !made || line.last() != ";" {
        return None;
    }
    let name = line.token(1);
    let function = source.function_around(index)?;
    let mut later = (index + 1..=function.lines.last()).map(|at| &source.lines[at]);
    let leaves = later.any(|line| {
        let handed_on = line.has(&format!("return {name} ;")) || line.has("new") && line.has(name);
        handed_on || line.has(&format!("{name} . Dispose (")) || line.has(&format!("{name} . Close ("))
    });
    let hit = Hit::at(index);
    Some(if leaves { hit } else { hit.becomes(line.replaced(0..0, "using ")) })
}

fn count_instead_of_any(_: &Source<'_>, index: usize, line: &Line<'_>) -> Option<Hit> {
    let at = [". Count ( ) > 0", ". Count ( ) != 0"].iter().find_map(|pattern| line.find(pattern).next())?;
    Some(Hit::at(index).becomes(line.replaced(at + 1..at + 6, "Any()")))
}

fn local_time(_: &Source<'_>, index: usize, line: &Line<'_>) -> Option<Hit> {
    line.has("DateTime . Now").then(|| Hit::at(index))
}

fn locked_on_this(_: &Source<'_>, index: usize, line: &Line<'_>) -> Option<Hit> {
    line.has("lock ( this )").then(|| Hit::at(index))
}
