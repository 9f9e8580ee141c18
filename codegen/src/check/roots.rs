//! Checks of roots: no item is created in the partition of a root (for example a user) that does not exist.

use crate::design::{Action, ActionKind, Design, Entity, Operation, Pattern, Shape, Value, WritePart};
use crate::problem::Problems;
use crate::source::At;

/// A write that may create an item is part of a transaction that fails if the root does not exist. An update of an
/// existing item needs no root, because deleting a root also deletes the items under it.
pub fn new_items_need_the_root(design: &Design, problems: &mut Problems) {
    for pattern in &design.patterns {
        let unrooted = unrooted(design, pattern);
        match (&pattern.without_root, unrooted.first()) {
            (None, _) => unrooted.iter().for_each(|(at, root)| refuse(*at, root, problems)),
            (Some(_), Some(_)) => {}
            (Some(_), None) => {
                let message = "every item that this pattern creates has its root; remove `without_root`";
                problems.push("new-items-need-the-root", pattern.at, message);
            }
        }
    }
}

fn refuse(at: At, root: &Entity, problems: &mut Problems) {
    let name = &root.name;
    let message = format!(
        "this may create an item in the partition of a {name} that does not exist; create it in a `transact` that \
         checks, updates or puts the {name} of the same key, or give the reason in `without_root`"
    );
    problems.push("new-items-need-the-root", at, message);
}

/// The writes of a pattern that may create an item without its root.
fn unrooted<'d>(design: &'d Design, pattern: &Pattern) -> Vec<(At, &'d Entity)> {
    if let Operation::WriteBatch(parts) = &pattern.operation {
        let puts = parts.iter().filter_map(|part| match part {
            WritePart::Put { entity, .. } => Some(*entity),
            WritePart::Delete { .. } | WritePart::DeleteKeys { .. } => None,
        });
        return puts.filter_map(|entity| Some((pattern.at, root_of(design, entity)?))).take(1).collect();
    }
    let actions = pattern.actions();
    let makes = actions.iter().filter(|action| action.upsert || action.kind == ActionKind::Put);
    let with_root = makes.filter_map(|action| Some((action, root_of(design, action.entity)?)));
    with_root
        .filter(|(action, root)| !actions.iter().any(|other| is_root_of(design, other, action, root)))
        .map(|(action, root)| (action.at, root))
        .collect()
}

/// The root of the entity's partition, if the partition has one and it is another entity.
fn root_of(design: &Design, entity: usize) -> Option<&Entity> {
    let entity = design.entity(entity);
    let is_root = |root: &&Entity| root.root && root.pk.segments == entity.pk.segments && root.name != entity.name;
    design.entities.iter().find(is_root).filter(|_| !entity.root)
}

/// Whether this action makes the transaction fail if the root of the created item does not exist.
fn is_root_of(design: &Design, action: &Action, made: &Action, root: &Entity) -> bool {
    if design.entity(action.entity).name != root.name || action.shape != Shape::One {
        return false;
    }
    match action.kind {
        ActionKind::Put => true,
        ActionKind::Check | ActionKind::Update if !action.upsert => {
            root.pk.fields().all(|field| made.shape != Shape::One || has_same_value(action, made, field))
        }
        _ => false,
    }
}

fn has_same_value(action: &Action, made: &Action, field: &str) -> bool {
    match (action.key_value(field), made.key_value(field)) {
        (Some(Value::FieldOf { action, field: of, .. }), None) => *action == made.name && of == field,
        (Some(value), Some(same)) => value == same,
        _ => false,
    }
}
