//! Checks of single writes: they keep items complete and index keys correct, and every failure has one error.

use crate::design::{Action, ActionKind, Change, Design, Entity, How, IndexKey, Operation, Pattern, Value};
use crate::problem::Problems;

fn actions(design: &Design) -> impl Iterator<Item = &Action> {
    design.patterns.iter().flat_map(Pattern::actions)
}

/// An update of one part of an index key must set every part, otherwise the stored key is stale.
pub fn index_keys_are_rewritten_whole(design: &Design, problems: &mut Problems) {
    const CHECK: &str = "index-keys-are-rewritten-whole";
    for action in actions(design).filter(|action| action.kind == ActionKind::Update) {
        let entity = design.entity(action.entity);
        for change in &action.changes {
            for key in entity.index_keys_of(&change.field) {
                let (field, index) = (&change.field, &design.table.indexes[key.index].name);
                if let Some(Value::OptionalArgument(name)) = change.how.value() {
                    let message = format!(
                        "`{field}` is part of the key in {index}, so its change cannot be optional; write `:{name}`"
                    );
                    problems.push(CHECK, change.at, message);
                    continue;
                }
                if entity.is_rewritten_whole(key) {
                    if let Some(message) = half_written(entity, action, change, (key, index)) {
                        problems.push(CHECK, change.at, message);
                    }
                    continue;
                }
                if key.pk.fields().any(|part| part == field) {
                    if !matches!(change.how, How::Set(_)) {
                        let message = format!("`{field}` is part of the key in {index}; change it with `set`");
                        problems.push(CHECK, change.at, message);
                    }
                    if let Some(part) = key.pk.fields().find(|part| *part != field && action.written(part).is_none()) {
                        let message = format!(
                            "`{field}` is part of the key in {index}; set `{part}` too, so that the whole key is \
                             rewritten"
                        );
                        problems.push(CHECK, change.at, message);
                    }
                }
                if key.number() == Some(field) && matches!(change.how, How::SetOnce(_) | How::Remove) {
                    let message = format!("`{field}` is the sort key in {index}; change it with `set` or `add`");
                    problems.push(CHECK, change.at, message);
                }
            }
        }
    }
}

/// The problem with a change of an index key whose two attributes must be set or removed together.
fn half_written(entity: &Entity, action: &Action, change: &Change, (key, index): (&IndexKey, &str)) -> Option<String> {
    let field = &change.field;
    if action.leaves_index(entity, key) {
        return None;
    }
    if !matches!(change.how, How::Set(_)) {
        let is_optional = entity.field(field).is_some_and(|field| field.optional);
        let words = if is_optional { "`set` or `remove`" } else { "`set`" };
        return Some(format!("`{field}` is part of the key in {index}; change it with {words}"));
    }
    let part = key.fields().into_iter().find(|part| part != field && action.written(part).is_none())?;
    Some(format!("`{field}` is part of the key in {index}; set `{part}` too, so that the whole key is rewritten"))
}

pub fn keys_are_not_updated(design: &Design, problems: &mut Problems) {
    for action in actions(design) {
        let entity = design.entity(action.entity);
        for change in &action.changes {
            if entity.key_fields().iter().any(|field| field.name == change.field) {
                let message = format!(
                    "`{}` is part of the key of {}, which cannot change; put a new item and delete the old one",
                    change.field, entity.name
                );
                problems.push("keys-are-not-updated", change.at, message);
            }
        }
    }
}

/// DynamoDB refuses an update expression with two changes of the same field.
pub fn fields_are_changed_once(design: &Design, problems: &mut Problems) {
    for action in actions(design) {
        for (i, change) in action.changes.iter().enumerate() {
            if action.changes[..i].iter().any(|before| before.field == change.field) {
                let message = format!("`{}` is changed twice in one write; remove one of the changes", change.field);
                problems.push("fields-are-changed-once", change.at, message);
            }
        }
    }
}

/// An upsert may create the item, so it must set every field that a reader needs.
pub fn an_upsert_writes_a_whole_item(design: &Design, problems: &mut Problems) {
    for action in actions(design).filter(|action| action.upsert) {
        let entity = design.entity(action.entity);
        for field in entity.fields.iter().filter(|field| !field.optional) {
            if action.key_value(&field.name).is_none() && !is_always_written(action, &field.name) {
                let message = format!("this upsert may create an item without `{}`; set it", field.name);
                problems.push("an-upsert-writes-a-whole-item", action.at, message);
            }
        }
    }
}

fn is_always_written(action: &Action, field: &str) -> bool {
    action.changes.iter().any(|change| change.field == field && change.is_always_made())
}

/// A write names the error for an absent or present item if it can fail because of it.
pub fn writes_say_what_absence_means(design: &Design, problems: &mut Problems) {
    const CHECK: &str = "writes-say-what-absence-means";
    for pattern in &design.patterns {
        let alone = matches!(pattern.operation, Operation::Write(_));
        for action in pattern.actions() {
            if let Some(message) = wrong_absence_keyword(action, alone) {
                problems.push(CHECK, action.at, message);
            }
            let may_make_it = action.upsert || action.kind == ActionKind::Put && action.if_present.is_none();
            let fails = action.require.iter().find(|require| !require.that.holds_without_item());
            if let (true, Some(require)) = (may_make_it, fails) {
                let message = "this condition fails if the item does not exist, so the upsert never creates it; \
                 write `… missing or …`";
                problems.push(CHECK, require.at, message);
            }
        }
    }
}

/// The missing or superfluous keyword for an item that is absent or present.
fn wrong_absence_keyword(action: &Action, alone: bool) -> Option<&'static str> {
    let is_conditional = !action.require.is_empty();
    Some(match action.kind {
        ActionKind::Put => match (action.if_present.is_some(), action.replace, is_conditional) {
            (false, false, false) => "a put needs `if_present`, the error for an existing item, or `replace = true`",
            (true, false, false) | (false, true, false) | (false, false, true) => return None,
            _ => {
                "a put has only one of `if_present` (a new item), `replace` (any item) and `require` (an item that \
             meets a condition)"
            }
        },
        ActionKind::Update if action.changes.is_empty() => "an update needs a change: `set`, `add` or `remove`",
        ActionKind::Update if !action.changes.iter().any(Change::is_always_made) => {
            "every change of this update is optional, and an update needs one change; remove the `?` of one argument \
             (without it, a missing value removes an optional field)"
        }
        ActionKind::Update if action.upsert == action.if_missing.is_some() => {
            "an update needs `if_missing`, the error for a missing item, or `upsert = true`; otherwise a late update \
             would create a deleted item again"
        }
        ActionKind::Delete if alone && action.is_conditional() => {
            "a delete outside of `transact` has no condition, because its repeat after a lost response finds no item"
        }
        ActionKind::Delete | ActionKind::Check if is_conditional && action.if_missing.is_none() => {
            "add `if_missing`: a condition also fails if the item does not exist"
        }
        ActionKind::Check if action.if_missing.is_none() => "a check needs a condition; add `if_missing`",
        ActionKind::Update | ActionKind::Delete | ActionKind::Check => return None,
    })
}
