//! Checks on writes: that they leave whole items, true index keys and one meaning for each failure.

use crate::design::{Action, ActionKind, Design, How, Operation, Shape, action_arguments};
use crate::problem::Problems;

fn actions(design: &Design) -> impl Iterator<Item = &Action> {
    design.patterns.iter().flat_map(|pattern| pattern.actions())
}

/// Changing one part of an index key leaves the key stale unless every part is at hand.
pub fn index_keys_are_rewritten_whole(design: &Design, problems: &mut Problems) {
    for action in actions(design).filter(|action| action.kind == ActionKind::Update) {
        let entity = design.entity(action.entity);
        for change in &action.changes {
            for key in entity.index_keys_of(&change.field) {
                let missing = key.pk.fields().find(|part| {
                    action.key_value(part).is_none()
                        && !matches!(action.change(part), Some(How::Set(_)))
                });
                let index = &design.table.indexes[key.index].name;
                if let Some(part) = missing
                    && key.pk.fields().any(|part| part == change.field)
                {
                    let message = format!(
                        "`{}` is part of the key in {index}: set `{part}` too, so that the whole key is rewritten",
                        change.field
                    );
                    problems.push("index-keys-are-rewritten-whole", change.at, message);
                }
                if key.sk == change.field && matches!(change.how, How::SetOnce(_) | How::Remove) {
                    let message = format!(
                        "`{}` is the sort key in {index}: only `set` and `add` keep it true",
                        change.field
                    );
                    problems.push("index-keys-are-rewritten-whole", change.at, message);
                }
                if key.pk.fields().any(|part| part == change.field)
                    && !matches!(change.how, How::Set(_))
                {
                    let message = format!(
                        "`{}` is part of the key in {index}: only `set` keeps it true",
                        change.field
                    );
                    problems.push("index-keys-are-rewritten-whole", change.at, message);
                }
            }
        }
    }
}

pub fn keys_are_not_updated(design: &Design, problems: &mut Problems) {
    for action in actions(design) {
        let entity = design.entity(action.entity);
        for change in &action.changes {
            if entity
                .key_fields()
                .iter()
                .any(|field| field.name == change.field)
            {
                let message = format!(
                    "`{}` is in the key of {}; an item's key never changes",
                    change.field, entity.name
                );
                problems.push("keys-are-not-updated", change.at, message);
            }
        }
    }
}

/// An upsert may create the item, so it must leave one that can be read.
pub fn an_upsert_writes_a_whole_item(design: &Design, problems: &mut Problems) {
    for action in actions(design).filter(|action| action.upsert) {
        let entity = design.entity(action.entity);
        for field in entity.fields.iter().filter(|field| !field.optional) {
            if action.key_value(&field.name).is_none() && action.change(&field.name).is_none() {
                let message = format!(
                    "an upsert may create the item, but leaves it without `{}`",
                    field.name
                );
                problems.push("an-upsert-writes-a-whole-item", action.at, message);
            }
        }
    }
}

/// A write that can meet an absent or a present item says which error that is.
pub fn writes_say_what_absence_means(design: &Design, problems: &mut Problems) {
    const CHECK: &str = "writes-say-what-absence-means";
    for pattern in &design.patterns {
        let alone = matches!(pattern.operation, Operation::Write(_));
        for action in pattern.actions() {
            let message = match action.kind {
                ActionKind::Put if action.if_missing.is_some() => {
                    "a put takes `if_present`, not `if_missing`"
                }
                ActionKind::Put if action.if_present.is_some() && !action.require.is_empty() => {
                    "a put is either new (`if_present`) or conditional (`require`)"
                }
                ActionKind::Put
                    if action.if_present.is_none()
                        && !action.replace
                        && action.require.is_empty() =>
                {
                    "say `if_present`, the error when there is one already, or `replace = true`"
                }
                ActionKind::Update if action.upsert == action.if_missing.is_some() => {
                    "say `if_missing`, the error when there is none, or `upsert = true`: a late update must not bring a deleted item back"
                }
                ActionKind::Update if action.changes.is_empty() => {
                    "an update changes something: `set`, `add` or `remove`"
                }
                ActionKind::Delete if alone && action.is_conditional() => {
                    "a delete that is repeated after a broken connection finds nothing, so it takes no condition outside `transact`"
                }
                ActionKind::Delete | ActionKind::Check
                    if !action.require.is_empty() && action.if_missing.is_none() =>
                {
                    "say `if_missing` too: a condition also fails when there is no item"
                }
                ActionKind::Check if action.if_missing.is_none() => {
                    "say `if_missing`: a check without a condition checks nothing"
                }
                _ => continue,
            };
            problems.push(CHECK, action.at, message);
        }
    }
}

/// Which of several errors a repeated action means could only be found by reading its item again.
pub fn shaped_actions_name_one_error(design: &Design, problems: &mut Problems) {
    for action in actions(design).filter(|action| action.shape != Shape::One) {
        if action.errors().len() > 1 || action.errors().iter().any(|(_, current)| *current) {
            problems.push(
                "shaped-actions-name-one-error",
                action.at,
                "an optional or repeated action names one error, without `current`",
            );
        }
        let key_fields = design.entity(action.entity).key_fields();
        let named_by_its_key = action_arguments(&design.entities, action)
            .iter()
            .all(|argument| key_fields.iter().any(|field| field.name == argument.name));
        let needs_row = action.kind != ActionKind::Put && !named_by_its_key;
        if needs_row != action.row.is_some() {
            let message = if needs_row {
                "an optional or repeated action with arguments beside its key needs a `row`, the name of their struct"
            } else {
                "an optional or repeated action that takes an item or a key has no `row`"
            };
            problems.push("shaped-actions-name-one-error", action.at, message);
        }
    }
}

/// DynamoDB refuses a transaction that names one item twice.
pub fn actions_touch_different_items(design: &Design, problems: &mut Problems) {
    for pattern in &design.patterns {
        let actions = pattern.actions();
        for (i, a) in actions.iter().enumerate() {
            let same = |b: &&Action| {
                a.entity == b.entity
                    && a.kind != ActionKind::Put
                    && b.kind != ActionKind::Put
                    && a.key == b.key
                    && a.row == b.row
            };
            if let Some(b) = actions[i + 1..].iter().find(same) {
                let message = format!(
                    "\"{}\" and \"{}\" write the same item; DynamoDB refuses such a transaction",
                    a.name, b.name
                );
                problems.push("actions-touch-different-items", b.at, message);
            }
            if actions[i + 1..].iter().any(|b| b.name == a.name)
                || (actions.len() > 1 && a.name.is_empty())
            {
                problems.push(
                    "actions-touch-different-items",
                    a.at,
                    "every action of a transaction has a `name` of its own",
                );
            }
        }
    }
}
