//! Python: calls that need another argument, or another function.

use crate::language::Language::Python;
use crate::source::{Line, Source};

use super::{Confidence, Find, Hit, Languages, Rule, Topic, Weight};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "unsafe-yaml",
        languages: Languages::Only(&[Python]),
        topic: Topic::Security,
        weight: Weight::Danger,
        confidence: Confidence::High,
        why: "`yaml.load` without a safe loader can build any object, and so run any code, that the document names. \
              `yaml.safe_load` reads plain data only.",
        find: Find::Line(unsafe_yaml),
    },
    Rule {
        id: "unpickled-input",
        languages: Languages::Only(&[Python]),
        topic: Topic::Security,
        weight: Weight::Risk,
        confidence: Confidence::Medium,
        why: "Unpickling runs code that the data chooses. Read only what you wrote yourself, or use JSON.",
        find: Find::Line(unpickled_input),
    },
    Rule {
        id: "request-without-timeout",
        languages: Languages::Only(&[Python]),
        topic: Topic::Errors,
        weight: Weight::Risk,
        confidence: Confidence::High,
        why: "`requests` waits for ever unless told otherwise, so one silent server can stop the whole program. Give it a \
              timeout.",
        find: Find::Line(request_without_timeout),
    },
    Rule {
        id: "open-without-with",
        languages: Languages::Only(&[Python]),
        topic: Topic::Errors,
        weight: Weight::Risk,
        confidence: Confidence::Medium,
        why: "The file is opened without `with`, so an exception before `close` leaves it open and may lose what was \
              written.",
        find: Find::Line(open_without_with),
    },
    Rule {
        id: "wildcard-import",
        languages: Languages::Only(&[Python]),
        topic: Topic::Clarity,
        weight: Weight::Smell,
        confidence: Confidence::High,
        why: "`import *` brings in names that nobody can see here, and a new release of that module may replace yours. \
              Import the names you use.",
        find: Find::Line(wildcard_import),
    },
    Rule {
        id: "range-over-len",
        languages: Languages::Only(&[Python]),
        topic: Topic::Clarity,
        weight: Weight::Note,
        confidence: Confidence::Medium,
        why: "Looping over `range(len(…))` to index a list says less than looping over the list; `enumerate` gives the \
              index as well.",
        find: Find::Line(range_over_len),
    },
];

fn unsafe_yaml(_: &Source<'_>, index: usize, line: &Line<'_>) -> Option<Hit> {
    let at = line.find("yaml . load (").next()?;
    let arguments = line.arguments(at + 3)?;
    let safe = line.has("Loader") || arguments.len() != 1;
    (!safe).then(|| Hit::at(index).becomes(line.replaced(at + 2..at + 3, "safe_load")))
}

fn unpickled_input(_: &Source<'_>, index: usize, line: &Line<'_>) -> Option<Hit> {
    let found = line.has("pickle . loads (") || line.has("pickle . load (");
    found.then(|| Hit::at(index))
}

fn request_without_timeout(_: &Source<'_>, index: usize, line: &Line<'_>) -> Option<Hit> {
    let methods = ["get", "post", "put", "delete", "patch", "head"];
    let at = line.find("requests . <word> (").find(|at| methods.contains(&line.token(at + 2)))?;
    let close = line.close_of(at + 3)?;
    let unpacks = line.find("**").any(|star| star > at && star < close);
    let has_arguments = close > at + 4 && line.token(close - 1) != ",";
    if line.has("timeout =") || unpacks || !has_arguments {
        return None;
    }
    let bounded = line.replaced(close..close + 1, ", timeout=10)");
    Some(Hit::at(index).becomes(bounded))
}

fn open_without_with(_: &Source<'_>, index: usize, line: &Line<'_>) -> Option<Hit> {
    let assigned = line.begins("<word> = open (");
    let read_at_once = line.has("open (") && (line.has(") . read (") || line.has(") . write ("));
    ((assigned || read_at_once) && line.first() != "with").then(|| Hit::at(index))
}

fn wildcard_import(_: &Source<'_>, index: usize, line: &Line<'_>) -> Option<Hit> {
    let found = line.first() == "from" && line.has("import *");
    found.then(|| Hit::at(index))
}

fn range_over_len(_: &Source<'_>, index: usize, line: &Line<'_>) -> Option<Hit> {
    let at = line.find("for <word> in range ( len (").next()?;
    let close = line.close_of(at + 6)?;
    line.is_at(close + 1, ") :").then(|| Hit::at(index))
}
