//! Checks of arguments and errors: every argument has one meaning, and every error is explained.

use crate::design::{
    Action, ActionKind, Argument, Design, Operation, Pattern, ReadPart, Shape, action_uses, pattern_arguments,
    pattern_uses,
};
use crate::emit::pattern::is_struct;
use crate::problem::Problems;
use crate::suggestion::suggestion;

/// Local variables of generated functions that exist while the arguments are still in use.
const LOCAL_VARIABLES: &[&str] =
    &["changes", "condition", "current", "items", "key", "keys", "order", "page", "partition", "query", "refused"];

/// Refuses equal names of an argument and a part: they would be the same parameter or the same field of the input.
pub fn members_are_unique(design: &Design, problems: &mut Problems) {
    const CHECK: &str = "names-are-unique";
    for pattern in &design.patterns {
        let members = members(design, pattern);
        for Argument { name, .. } in pattern_arguments(&design.entities, pattern) {
            if members.contains(&name) {
                let message = format!("`:{name}` has the same name as a part of the pattern; rename one of them");
                problems.push(CHECK, pattern.at, message);
            }
            if !is_struct(pattern) && LOCAL_VARIABLES.contains(&name.as_str()) {
                problems.push(
                    CHECK,
                    pattern.at,
                    format!("the generated function has a variable `{name}`; choose another name for `:{name}`"),
                );
            }
        }
        if matches!(pattern.operation, Operation::ReadParts { .. } | Operation::WriteBatch(_)) {
            let (members, hidden) = part_variables(&pattern.operation, members);
            for name in hidden {
                let message = format!("the generated function has a variable `{name}` for another part; rename a part");
                problems.push(CHECK, pattern.at, message);
            }
            for name in members.iter().filter(|name| LOCAL_VARIABLES.contains(&name.as_str())) {
                problems.push(
                    CHECK,
                    pattern.at,
                    format!("the generated function has a variable `{name}`; choose another name for the part"),
                );
            }
        }
    }
}

/// The names of the parts, and those that are also the variable of another part's key.
fn part_variables(operation: &Operation, members: Vec<String>) -> (Vec<String>, Vec<String>) {
    let Operation::ReadParts { parts, .. } = operation else { return (members, Vec::new()) };
    let names: Vec<String> = parts.iter().map(|part| part.name.clone()).collect();
    let keys: Vec<String> = parts.iter().filter(|part| !part.many).map(|part| format!("{}_key", part.name)).collect();
    let hidden = names.iter().filter(|name| keys.contains(name)).cloned().collect();
    (names, hidden)
}

/// The parameters of the function that are not arguments for a field.
fn members(design: &Design, pattern: &Pattern) -> Vec<String> {
    match &pattern.operation {
        Operation::Write(action) if action.kind == ActionKind::Put => {
            vec![design.entity(action.entity).name.clone()]
        }
        Operation::Transact(actions) => {
            let is_member = |action: &&Action| action.kind == ActionKind::Put || action.shape != Shape::One;
            actions.iter().filter(is_member).map(|action| action.name.clone()).collect()
        }
        // The keys of a batch stay in scope while its parts are read.
        Operation::ReadParts { parts, .. } => {
            let name = |part: &ReadPart| {
                if part.many { part.name.clone() } else { format!("{}_key", part.name) }
            };
            parts.iter().map(name).collect()
        }
        Operation::WriteBatch(parts) => parts.iter().map(|part| part.name().to_owned()).collect(),
        Operation::Get { .. }
        | Operation::Query(_)
        | Operation::Write(_)
        | Operation::Scan(_)
        | Operation::Upgrade(_) => Vec::new(),
    }
}

pub fn arguments_have_one_type(design: &Design, problems: &mut Problems) {
    for pattern in &design.patterns {
        let mut groups = vec![pattern_uses(&design.entities, pattern)];
        let shaped = pattern.actions().iter().filter(|action| action.shape != Shape::One);
        groups.extend(shaped.map(|action| action_uses(&design.entities, action)));
        for uses in groups {
            for (i, a) in uses.iter().enumerate() {
                let differs = |b: &&Argument| b.name == a.name && (b.ty != a.ty || b.optional != a.optional);
                if let Some(b) = uses[i + 1..].iter().find(differs) {
                    let message = format!(
                        "`:{}` is {} in one place and {} in another; use two arguments",
                        a.name,
                        describe(a),
                        describe(b)
                    );
                    problems.push("arguments-have-one-type", pattern.at, message);
                }
            }
        }
    }
}

fn describe(argument: &Argument) -> String {
    let optional = if argument.optional { "optional " } else { "" };
    format!("{optional}{}", argument.ty.word())
}

/// Every error of a block is explained there, and every explanation is used.
pub fn errors_are_explained(design: &Design, problems: &mut Problems) {
    const CHECK: &str = "errors-are-explained";
    for pattern in &design.patterns {
        let mut used: Vec<&str> = Vec::new();
        for action in pattern.actions() {
            for (name, current) in action.errors() {
                let others = pattern.actions().iter();
                let mut meanings =
                    others.flat_map(|other| other.errors().into_iter().map(|error| (other.entity, error)));
                if current
                    && meanings
                        .any(|(entity, error)| error == (name, false) || error.0 == name && entity != action.entity)
                {
                    let message = format!(
                        "{name} contains the current item here, and no item or another item elsewhere; use two errors"
                    );
                    problems.push(CHECK, action.at, message);
                }
                used.push(name);
            }
        }
        for name in &used {
            if !pattern.errors.iter().any(|(explained, _)| explained == name) {
                let hint = suggestion(name, pattern.errors.iter().map(|(explained, _)| explained.as_str()));
                problems.push(CHECK, pattern.at, format!("{name} is not explained; add it to `errors`{hint}"));
            }
        }
        for (name, _) in pattern.errors.iter().filter(|(name, _)| !used.contains(&name.as_str())) {
            let hint = suggestion(name, used.iter().copied());
            problems.push(
                CHECK,
                pattern.at,
                format!("no action or condition of the block returns {name}; remove it from `errors`{hint}"),
            );
        }
    }
}
