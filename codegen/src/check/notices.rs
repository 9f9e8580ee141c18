//! Notices: the manual steps and costs of an accepted change.

use crate::design::{Action, ActionKind, Design, Entity, How, IndexKey, Operation, Pattern, WritePart};

/// One sentence for each step or cost of a difference from the lock.
pub fn notices(design: &Design) -> Vec<String> {
    let mut notices = Vec::new();
    for entity in &design.entities {
        let Some(locked) = design.lock.entity.get(&entity.name).filter(|locked| !locked.removed) else { continue };
        if entity.written() > locked.version && locked.reads != Some(entity.version) {
            let (words, version, older) = (entity.words(), entity.version, locked.version);
            let loses = entity.steps_from(older).any(|step| !step.remove.is_empty() || !step.optional.is_empty());
            let way = if loses {
                "run none of them at the same time as the new one".to_owned()
            } else {
                format!("if both run for a while, deploy with `write_version = {older}` first")
            };
            notices.push(format!("running programs refuse items of version {version} of {words}; {way}"));
        }
        for key in &entity.index_keys {
            let index = &design.table.indexes[key.index].name;
            if locked.index.get(index) != Some(&entity.index_key_words(key)) {
                notices.extend(index_notices(design, entity, key));
            }
        }
    }
    notices
}

fn index_notices(design: &Design, entity: &Entity, key: &IndexKey) -> Vec<String> {
    let index = &design.table.indexes[key.index];
    let (name, words) = (&index.name, entity.words());
    let backfill = match &design.table.generate.tool {
        Some(tool) => format!(
            "run `{tool} table update`, which adds the index where it is missing, and `{tool} verify --fix`, which writes \
             the key to each"
        ),
        None => "add the index to the table and write the key to each with a `reindex` pattern".to_owned(),
    };
    let mut notices = vec![
        format!(
            "no stored {words} has a key in {name} yet; {backfill}, for 1 WCU and another for each KB that {name} \
             projects"
        ),
        format!(
            "{name} projects {}; the projection cannot change later, so add every attribute that its queries need now",
            index.projection.join(", ")
        ),
    ];
    let additional_cost: Vec<String> =
        design.patterns.iter().filter_map(|pattern| additional_cost(design, entity, key, pattern)).collect();
    if !additional_cost.is_empty() {
        notices.push(format!(
            "these writes of {words} cost more, for each KB that {name} projects; measure their costs again: {}",
            additional_cost.join(", ")
        ));
    }
    notices
}

/// The additional cost of an index for each item that a pattern writes, if there is one.
fn additional_cost(design: &Design, entity: &Entity, key: &IndexKey, pattern: &Pattern) -> Option<String> {
    let is_it = |index: usize| design.entity(index).name == entity.name;
    let of_actions = pattern.actions().iter().filter(|action| is_it(action.entity));
    let of_batch = match &pattern.operation {
        Operation::WriteBatch(parts) => parts.iter().any(|part| match part {
            WritePart::Put { entity, .. } | WritePart::Delete { entity, .. } => is_it(*entity),
            WritePart::DeleteKeys { .. } => false,
        }),
        _ => false,
    };
    let units = of_actions.map(|action| units(design, entity, key, action)).chain([u32::from(of_batch)]).max()?;
    (units > 0).then(|| format!("{} {} (+{units} WCU)", pattern.id, pattern.name))
}

fn units(design: &Design, entity: &Entity, key: &IndexKey, action: &Action) -> u32 {
    let index = &design.table.indexes[key.index];
    let changes = |field: &str| matches!(action.change(field), Some(How::Set(_) | How::Add(_) | How::Remove));
    let moves = entity.fields_of(key).any(|field| changes(&field.name));
    let shows = |field: &str| index.projection.iter().any(|shown| shown == entity.stored_name(field));
    match action.kind {
        ActionKind::Put | ActionKind::Delete => 1,
        ActionKind::Check => 0,
        // A move deletes one index entry and writes another.
        ActionKind::Update if moves => 2,
        ActionKind::Update if action.upsert => 1,
        ActionKind::Update => u32::from(action.changes.iter().any(|change| shows(&change.field))),
    }
}
