//! Checks of item versions: reads and writes are correct for items of every older version.

use std::collections::BTreeSet;

use crate::design::{Action, Design, Entity, Expression, Field, How, Literal, Operation, Pattern, Step};
use crate::load::literal_fits;
use crate::problem::Problems;

/// The maximum number of versions that a message lists.
const MAX_LISTED: usize = 10;

/// Each version before the current one has a step, in order.
pub fn histories_reach_the_version(design: &Design, problems: &mut Problems) {
    const CHECK: &str = "history-reaches-the-version";
    for entity in &design.entities {
        if entity.version == 0 {
            problems.push(CHECK, entity.at, "the first version is 1");
            continue;
        }
        let found: Vec<u32> = entity.history.iter().map(|step| step.version).collect();
        if (1..entity.version).eq(found.iter().copied()) {
            continue;
        }
        // One more than are listed, because the version can be a typing error in the millions.
        let needed: Vec<u32> = (1..entity.version).take(MAX_LISTED + 1).collect();
        let said = |versions: &[u32]| match versions {
            [] => "none".to_owned(),
            several => {
                let listed: Vec<String> = several.iter().take(MAX_LISTED).map(u32::to_string).collect();
                let more = if several.len() > MAX_LISTED { ", …" } else { "" };
                format!("{}{more}", listed.join(", "))
            }
        };
        let at = entity.history.first().map_or(entity.at, |step| step.at);
        let message = format!(
            "{} has version {}, so `[[history]]` needs a step for each earlier version, in order ({}); it has {}",
            entity.name,
            entity.version,
            said(&needed),
            said(&found),
        );
        problems.push(CHECK, at, message);
    }
}

/// Goes back from the current fields through the history. The results of a step must exist after it, and the fields
/// that it removes must not.
pub fn histories_fit_the_fields(design: &Design, problems: &mut Problems) {
    const CHECK: &str = "history-fits-the-fields";
    for entity in &design.entities {
        let stored = entity.stored_fields();
        let mut fields: BTreeSet<&str> = entity.fields.iter().map(Field::stored_name).collect();
        for step in entity.history.iter().rev() {
            let missing: Vec<&str> = step.fills().filter(|made| problems.is_missing(&entity.name, made)).collect();
            for field in &missing {
                problems.not_a_field(CHECK, step.at, (entity, field), "a `[[history]]`");
            }
            let mut refuse = |message: String| problems.push(CHECK, step.at, message);
            if step.because.trim().is_empty() {
                refuse("`because` is empty; describe the change".to_owned());
            }
            let says = [!step.rename.is_empty(), !step.default.is_empty(), !step.remove.is_empty()];
            if !says.contains(&true) && step.optional.is_empty() && step.index.is_empty() {
                let message = "this step changes nothing; remove it, because an optional field and a field that is \
                 no longer read need no version";
                refuse(message.to_owned());
            }
            let next = step.version.saturating_add(1);
            for made in step.fills() {
                if !fields.remove(made) && !missing.contains(&made) {
                    refuse(format!("`{made}` is not a field of version {next}, or two entries of the step create it"));
                }
                if !missing.contains(&made) && is_in_a_key(design, entity, made, step) {
                    refuse(format!(
                        "`{made}` is part of a key, and the keys of older items lack it; declare a `[migration]`"
                    ));
                }
            }
            let gone = step.rename.iter().map(|(old, _)| old).chain(&step.remove);
            for old in gone {
                if !fields.insert(old) {
                    refuse(format!("`{old}` is also a field of version {next}, or two entries of the step remove it"));
                }
            }
            for name in &step.optional {
                match stored.iter().find(|(path, _)| path == name) {
                    Some((_, field)) if !field.optional => {
                        refuse(format!("`{name}` may be absent from version {next} on, so it must be `optional`"));
                    }
                    None if !fields.contains(name.as_str()) => {
                        refuse(format!(
                            "`{name}` is not a field of version {}; remove it from `optional`",
                            step.version
                        ));
                    }
                    _ => {}
                }
            }
            for name in &step.index {
                let has_it = entity.index_keys.iter().any(|key| design.table.indexes[key.index].name == *name);
                if !has_it {
                    refuse(format!("{} has no key in {name}; add `[index.{name}]`", entity.words()));
                }
            }
            for (name, literal) in &step.default {
                if let Some(field) = entity.stored(name)
                    && let Err(message) = literal_fits(literal, &field.ty)
                {
                    refuse(format!("the default of `{name}`: {message}"));
                }
            }
        }
    }
}

/// Whether stored items have a key with the field. Indexes in this step or a later one do not count: their keys are
/// created with the new field.
fn is_in_a_key(design: &Design, entity: &Entity, field: &str, step: &Step) -> bool {
    let is_made = |index: usize| {
        let name = &design.table.indexes[index].name;
        entity.steps_from(step.version).any(|step| step.index.contains(name))
    };
    entity.key_fields().iter().any(|key| key.stored_name() == field)
        || entity.index_keys_of(entity.stored(field).map_or(field, |field| &field.name)).any(|key| !is_made(key.index))
}

/// A write applies to the stored item, before its history is applied. So a condition cannot compare a field that an
/// older item lacks, and an `add` to such a field starts at 0.
pub fn writes_fit_older_items(design: &Design, problems: &mut Problems) {
    const CHECK: &str = "writes-fit-older-items";
    for action in design.patterns.iter().flat_map(Pattern::actions) {
        let entity = design.entity(action.entity);
        for step in &entity.history {
            for require in &action.require {
                let may_lack = |field: &&str| step.fills().any(|filled| filled == entity.stored_name(field));
                if let Some(field) = tested(&require.that).into_iter().find(may_lack)
                    && !require.that.holds_without_item()
                {
                    let message = format!(
                        "items of version {} lack `{field}`, so this fails for them; write `{field} missing or …`",
                        step.version
                    );
                    problems.push(CHECK, require.at, message);
                }
            }
            // An upsert sets the current version on the item, so the step is never applied to the fields that it does
            // not write.
            let stepped_over =
                step.rename.iter().filter(|(_, new)| action.upsert && !is_always_changed(action, name_of(entity, new)));
            for (old, new) in stepped_over {
                let message =
                    format!("items of version {} store `{new}` as `{old}`; set it in the upsert", step.version);
                problems.push(CHECK, action.at, message);
            }
            for change in &action.changes {
                if let Some(message) = lost_change(step, entity.stored_name(&change.field), &change.how) {
                    problems.push(CHECK, change.at, message);
                }
            }
        }
    }
}

fn is_always_changed(action: &Action, field: &str) -> bool {
    action.changes.iter().any(|change| change.field == field && change.is_always_made())
}

/// The name of the field with this attribute name.
fn name_of<'e>(entity: &'e Entity, stored: &'e str) -> &'e str {
    entity.stored(stored).map_or(stored, |field| &field.name)
}

fn tested(that: &Expression) -> Vec<&str> {
    that.tests().into_iter().map(|test| test.field).collect()
}

/// The problem with this change if the stored item is older than the step.
fn lost_change(step: &Step, field: &str, how: &How) -> Option<String> {
    let version = step.version;
    let renamed = step.rename.iter().find(|(_, new)| new == field);
    let default = step.default.iter().find(|(name, _)| name == field);
    match (how, renamed, default) {
        // An absent number counts as 0.
        (How::Set(_), ..) | (_, None, None) | (How::Add(_), None, Some((_, Literal::Number(0)))) => None,
        (_, Some((old, _)), _) => {
            Some(format!("items of version {version} store `{field}` as `{old}`, which this change ignores; use `set`"))
        }
        (How::Add(_) | How::Append(_) | How::AddTo(_) | How::DeleteFrom(_), None, Some(_)) => {
            Some(format!("items of version {version} lack `{field}`, so this adds to 0 and not to its default"))
        }
        (How::SetOnce(_) | How::Remove, None, Some(_)) => {
            Some(format!("items of version {version} lack `{field}`; use `set` or `add`"))
        }
    }
}

/// A program that still writes an older version writes all fields that programs of that version need, under their old
/// names.
pub fn older_versions_are_written_whole(design: &Design, problems: &mut Problems) {
    const CHECK: &str = "older-versions-are-written-whole";
    for entity in &design.entities {
        let Some(written) = entity.write_version else { continue };
        if written == 0 || written >= entity.version {
            let message = format!(
                "`write_version` must be lower than {}; without `write_version`, items are written in version {}",
                entity.version, entity.version
            );
            problems.push(CHECK, entity.at, message);
            continue;
        }
        for step in entity.steps_from(written) {
            for field in step.remove.iter().chain(&step.optional) {
                let message = format!(
                    "programs of version {} need `{field}` in every item, and this program may not write it; remove \
                     `write_version`, and run no program of version {} at the same time",
                    step.version, step.version
                );
                problems.push(CHECK, step.at, message);
            }
        }
    }
    for action in design.patterns.iter().flat_map(Pattern::actions) {
        let entity = design.entity(action.entity);
        let Some(written) = entity.write_version else { continue };
        let renames: Vec<_> = entity.steps_from(written).flat_map(|step| &step.rename).collect();
        let changed = action.changes.iter().map(|change| (change.field.as_str(), change.at));
        let tested =
            action.require.iter().flat_map(|require| tested(&require.that).into_iter().map(|f| (f, require.at)));
        for (field, at) in changed.chain(tested) {
            if let Some((old, _)) = renames.iter().find(|(_, new)| new == entity.stored_name(field)) {
                let message = format!(
                    "items of version {written} store `{field}` as `{old}`, which this change ignores; use \
                     `stored_as = \"{old}\"` instead of a rename, which moves no data"
                );
                problems.push(CHECK, at, message);
            }
        }
    }
}

/// A row is a part of an item without its version, so missing fields cannot be filled in.
pub fn rows_fit_older_items(design: &Design, problems: &mut Problems) {
    for pattern in &design.patterns {
        let Operation::Query(query) = &pattern.operation else { continue };
        let (Some((_, fields)), Some(entity)) = (&query.row, query.entities.first()) else { continue };
        let entity = design.entity(*entity);
        for step in &entity.history {
            if let Some(field) =
                step.fills().find(|filled| fields.iter().any(|field| entity.stored_name(field) == *filled))
            {
                let message = format!(
                    "items of version {} lack `{field}`, and a row does not apply the history; return the whole \
                     item, or upgrade all items and remove the step",
                    step.version
                );
                problems.push("rows-fit-older-items", query.at, message);
            }
        }
    }
}
