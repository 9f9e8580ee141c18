//! What only TypeScript has: types that are switched off.

use crate::language::Language::TypeScript;
use crate::source::{Line, Source};

use super::{Confidence, Find, Hit, Languages, Rule, Topic, Weight};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "ts-ignore",
        languages: Languages::Only(&[TypeScript]),
        topic: Topic::Correctness,
        weight: Weight::Risk,
        confidence: Confidence::High,
        why: "`@ts-ignore` silences every error of the next line, also those that come later. `@ts-expect-error` does the \
              same and tells you when it is no longer needed.",
        find: Find::Line(ts_ignore),
    },
    Rule {
        id: "any-type",
        languages: Languages::Only(&[TypeScript]),
        topic: Topic::Correctness,
        weight: Weight::Smell,
        confidence: Confidence::High,
        why: "`any` switches the type checker off for this value and for all that is made from it. `unknown` also takes \
              everything, but must be checked before it is used.",
        find: Find::Line(any_type),
    },
    Rule {
        id: "non-null-assertion",
        languages: Languages::Only(&[TypeScript]),
        topic: Topic::Errors,
        weight: Weight::Smell,
        confidence: Confidence::Medium,
        why: "`!` tells the compiler that the value is there without checking it. When it is not, this throws; use `?.` \
              or test it.",
        find: Find::Line(non_null_assertion),
    },
];

fn ts_ignore(_: &Source<'_>, index: usize, line: &Line<'_>) -> Option<Hit> {
    line.comment.filter(|text| text.contains("@ts-ignore"))?;
    let at = line.text.rfind("@ts-ignore")?;
    let (before, after) = line.text.split_at(at);
    let mended = format!("{before}@ts-expect-error{}", after.strip_prefix("@ts-ignore")?);
    Some(Hit::at(index).becomes(mended))
}

fn any_type(_: &Source<'_>, index: usize, line: &Line<'_>) -> Option<Hit> {
    let caught = line.has("catch (");
    let found = [": any", "as any", "< any >", "< any ,"].iter().any(|pattern| line.has(pattern));
    (found && !caught).then(|| Hit::at(index))
}

fn non_null_assertion(_: &Source<'_>, index: usize, line: &Line<'_>) -> Option<Hit> {
    let asserts = line.find("! .").any(|at| line.touches_previous(at) && line.touches_previous(at + 1));
    asserts.then(|| Hit::at(index))
}
