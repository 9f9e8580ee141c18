//! Checks of transactions: they have at most 100 actions or reads of different items, and each action has one error.

use crate::design::{Action, ActionKind, Design, Operation, Pattern, ReadMode, Shape, Value};
use crate::problem::Problems;

fn shaped(design: &Design) -> impl Iterator<Item = &Action> {
    design.patterns.iter().flat_map(Pattern::actions).filter(|action| action.shape != Shape::One)
}

/// An optional or repeated action has one error: to choose between several, its item would have to be read again.
pub fn shaped_actions_name_one_error(design: &Design, problems: &mut Problems) {
    for action in shaped(design) {
        let errors = action.errors();
        if errors.len() > 1 || errors.iter().any(|(_, current)| *current) {
            let message = "an optional or repeated action can have one error, without `current`";
            problems.push("shaped-actions-name-one-error", action.at, message);
        }
    }
}

/// Only optional or repeated actions may be limited to some callers. The policies of the other callers do not allow
/// such an action.
pub fn callers_of_actions_call_the_pattern(design: &Design, problems: &mut Problems) {
    const CHECK: &str = "callers-of-actions-call-the-pattern";
    for pattern in &design.patterns {
        for action in pattern.actions().iter().filter(|action| !action.callers.is_empty()) {
            if action.shape == Shape::One {
                let message = "every caller uses this action; `callers` is only for an action that is `optional` or \
                 `many`";
                problems.push(CHECK, action.at, message);
            }
            for caller in action.callers.iter().filter(|caller| !pattern.callers.contains(caller)) {
                let message = format!("\"{caller}\" is not a caller of {}", pattern.id);
                problems.push(CHECK, action.at, message);
            }
        }
    }
}

pub fn shaped_actions_take_a_row(design: &Design, problems: &mut Problems) {
    const CHECK: &str = "shaped-actions-take-a-row";
    for action in design.patterns.iter().flat_map(Pattern::actions) {
        let given = action.row.is_some();
        let message = match action.shape {
            Shape::One if given => "`row` is only for an action that is `optional` or `many`; remove it",
            Shape::One => continue,
            _ if action.kind == ActionKind::Put && !action.argument_names().is_empty() => {
                "an optional or repeated put has no argument besides its item; compare with literals, or put one item"
            }
            _ => {
                let entity = design.entity(action.entity);
                let needed = action.kind != ActionKind::Put && !action.takes_only_its_key(entity);
                match (needed, given) {
                    (true, false) => {
                        "an optional or repeated action with arguments besides its key needs a `row`, the name of \
                         their struct"
                    }
                    (false, true) => {
                        "an optional or repeated action whose argument is an item or a key has no `row`; remove it"
                    }
                    _ => continue,
                }
            }
        };
        problems.push(CHECK, action.at, message);
    }
}

/// DynamoDB refuses a transaction with two actions on the same item.
pub fn actions_touch_different_items(design: &Design, problems: &mut Problems) {
    for pattern in &design.patterns {
        for (i, a) in pattern.actions().iter().enumerate() {
            for b in &pattern.actions()[i + 1..] {
                if same_item(a, b) {
                    let message = format!(
                        "\"{}\" and \"{}\" write the same item; DynamoDB refuses such a transaction",
                        a.name, b.name
                    );
                    problems.push("actions-touch-different-items", b.at, message);
                }
            }
        }
    }
}

/// Two parts without `many` of one entity have the same arguments, and so the same key.
pub fn parts_read_different_items(design: &Design, problems: &mut Problems) {
    for pattern in &design.patterns {
        let Operation::ReadParts { parts, .. } = &pattern.operation else { continue };
        for (i, part) in parts.iter().enumerate().filter(|(_, part)| !part.many) {
            if let Some(first) = parts[..i].iter().find(|first| !first.many && first.entity == part.entity) {
                let message = format!(
                    "\"{}\" and \"{}\" read the same item; remove one, or add `many = true` to one",
                    first.name, part.name
                );
                problems.push("parts-read-different-items", part.at, message);
            }
        }
    }
}

/// The maximum number of actions or reads in one transaction of DynamoDB.
const MAX_ITEMS: usize = 100;

/// The length of a list is known only to the call, which fails if the transaction becomes too large.
pub fn transactions_fit_one_request(design: &Design, problems: &mut Problems) {
    for pattern in &design.patterns {
        let (number, blocks) = match &pattern.operation {
            Operation::Transact(actions) => (actions.len(), "`[[action]]`"),
            Operation::ReadParts { parts, mode: ReadMode::Transaction } => (parts.len(), "`[[read]]`"),
            _ => continue,
        };
        if number > MAX_ITEMS {
            let message = format!(
                "{} has {number} {blocks} blocks, and one transaction has at most {MAX_ITEMS} items; split the pattern",
                pattern.id
            );
            problems.push("transactions-fit-one-request", pattern.at, message);
        }
    }
}

/// Whether two actions always use the same item. Items of optional and repeated actions are not known here.
fn same_item(a: &Action, b: &Action) -> bool {
    if a.entity != b.entity || a.shape != Shape::One || b.shape != Shape::One {
        return false;
    }
    match (a.kind, b.kind) {
        (ActionKind::Put, ActionKind::Put) => false,
        (ActionKind::Put, _) => is_key_of(b, a),
        (_, ActionKind::Put) => is_key_of(a, b),
        _ => a.key == b.key,
    }
}

/// Whether the action's key is the key of the item that `put` puts.
fn is_key_of(action: &Action, put: &Action) -> bool {
    let taken = |(name, value): &(String, Value)| matches!(value, Value::FieldOf { action, field, .. } if *action == put.name && field == name);
    action.key.iter().all(taken)
}
