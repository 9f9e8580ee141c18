//! Checks of entities, indexes, patterns and the table against the lock.

use crate::design::{Design, Entity, LockedEntity, asks};
use crate::problem::Problems;

/// Items are read by the type name and the version that they are stored with, so neither may change incompatibly.
pub fn entities_are_as_locked(design: &Design, problems: &mut Problems) {
    const CHECK: &str = "entities-are-as-locked";
    for entity in &design.entities {
        for (name, locked) in &design.lock.entity {
            if locked.removed && (*name == entity.name || locked.type_name == entity.type_name) {
                let message = format!(
                    "{name} is the name of a removed entity, and items of its type \"{}\" may still exist; choose \
                     another name and another type",
                    locked.type_name
                );
                problems.push(CHECK, entity.at, message);
            }
        }
        let Some(locked) = design.lock.entity.get(&entity.name).filter(|locked| !locked.removed) else { continue };
        if locked.type_name != entity.type_name {
            let message = format!(
                "stored items have the type \"{}\" and would not be found as \"{}\"; restore the type",
                locked.type_name, entity.type_name
            );
            problems.push(CHECK, entity.at, message);
        }
        if entity.written() > locked.version && locked.announced == Some(entity.version) {
            let message = format!(
                "version {} is announced, and the lock does not record that every running program reads it; deploy \
                 it, then run `{} --deployed`",
                entity.version, design.table.generate.command
            );
            problems.push(CHECK, entity.at, message);
        }
        if entity.written() < locked.version {
            let message = format!(
                "items are written in version {}, and a version cannot go back to {}; raise it",
                locked.version,
                entity.written()
            );
            problems.push(CHECK, entity.at, message);
        }
    }
}

/// A removed entity must be listed, because its items may still exist.
pub fn removed_entities_are_told(design: &Design, problems: &mut Problems) {
    const CHECK: &str = "removed-entities-are-told";
    let is_here = |name: &str| design.entities.iter().any(|entity| entity.name == name);
    let is_told = |name: &str| design.table.removed_entities.iter().any(|removed| removed.name == name);
    for (name, locked) in &design.lock.entity {
        if !locked.removed && !is_here(name) && !is_told(name) {
            let message = format!(
                "the entity {name} was removed, and its items may exist; describe how they were handled in \
                 `[removed_entities]`: `{name} = \"…\"`"
            );
            problems.push(CHECK, design.table.at, message);
        }
    }
    for removed in &design.table.removed_entities {
        if removed.reason.trim().is_empty() {
            problems.push(
                CHECK,
                removed.at,
                format!("the text for {} is empty; describe how its items were handled", removed.name),
            );
        }
        if is_here(&removed.name) {
            problems.push(
                CHECK,
                removed.at,
                format!("the entity {} still has a file; delete the file, or remove this line", removed.name),
            );
        }
    }
}

/// A deployed table keeps its TTL attribute and its key attributes.
pub fn the_table_is_as_locked(design: &Design, problems: &mut Problems) {
    const CHECK: &str = "the-table-is-as-locked";
    let table = &design.table;
    if let Some([partition, sort]) = design.lock.locked_key()
        && [partition, sort] != [&table.partition_key, &table.sort_key]
    {
        let message = format!(
            "the key attributes of the table were {partition}, {sort} and are now {}, {}; a live table cannot change \
             them: restore their names",
            table.partition_key, table.sort_key
        );
        problems.push(CHECK, table.at, message);
    }
    if let Some(was) = design.lock.ttl_attribute.as_ref().filter(|was| **was != table.ttl_attribute) {
        let message = format!(
            "stored items expire by `{was}` and would not expire by `{}`, because a table has one TTL attribute; \
             restore `{was}`",
            table.ttl_attribute
        );
        problems.push(CHECK, table.at, message);
    }
}

/// A deployed index keeps its keys and its projection, and contains an item only after the item's keys for it are
/// written.
pub fn indexes_are_as_locked(design: &Design, problems: &mut Problems) {
    const CHECK: &str = "indexes-are-as-locked";
    for index in &design.table.indexes {
        let Some(locked) = design.lock.index.get(&index.name) else { continue };
        let name = &index.name;
        if locked.keys != [index.partition_key.clone(), index.sort_key.clone()] {
            let message = format!(
                "the keys of {name} were {} and are now {}, {}; a live index cannot change: add an index with \
                 another name, move the patterns to it, and remove {name}",
                locked.keys.join(", "),
                index.partition_key,
                index.sort_key
            );
            problems.push(CHECK, index.at, message);
        }
        if locked.sorts_texts != index.sorts_texts {
            let words = |texts: bool| if texts { "texts" } else { "numbers" };
            let (was, now) = (words(locked.sorts_texts), words(index.sorts_texts));
            let message = format!(
                "{name} sorted {was} and would now sort {now}; a live index cannot change: add an index with another \
                 name, move the patterns to it, and remove {name}"
            );
            problems.push(CHECK, index.at, message);
        }
        let mut projection = index.projection.clone();
        projection.sort();
        if locked.projection != projection {
            let message = format!(
                "{name} projects {} and would now project {}; a live index cannot change: add an index with another \
                 name, move the patterns to it, and remove {name}",
                locked.projection.join(", "),
                projection.join(", ")
            );
            problems.push(CHECK, index.at, message);
        }
    }
    for entity in &design.entities {
        if let Some(locked) = design.lock.entity.get(&entity.name).filter(|locked| !locked.removed) {
            new_index_keys(design, entity, locked, problems);
        }
    }
}

fn new_index_keys(design: &Design, entity: &Entity, locked: &LockedEntity, problems: &mut Problems) {
    for key in &entity.index_keys {
        let index = &design.table.indexes[key.index].name;
        let is_backfilled = entity.steps_from(locked.version).any(|step| step.index.contains(index));
        if !locked.index.contains_key(index) && !is_backfilled {
            let (words, stored) = (entity.words(), locked.version);
            let backfill = match &design.table.generate.tool {
                Some(tool) => {
                    format!(
                        "run `{tool} table update`, which adds the index, and `{tool} verify --fix`, which \
                     writes its keys to stored items"
                    )
                }
                None => {
                    "add the index to the table and write its keys to stored items with a `reindex` pattern".to_owned()
                }
            };
            let message = format!(
                "no stored {words} is in {index}, so its queries would not find one; raise `version` to {}, with a \
                 `[[history]]` of version {stored} that has `index = [\"{index}\"]`; then {backfill}",
                stored.saturating_add(1)
            );
            problems.push("indexes-are-as-locked", key.at, message);
        }
    }
}

/// The id of a pattern is part of logs, metrics and bills, so it keeps its operation and entities.
pub fn patterns_are_as_locked(design: &Design, problems: &mut Problems) {
    const CHECK: &str = "patterns-are-as-locked";
    for pattern in &design.patterns {
        let Some(locked) = design.lock.pattern.get(&pattern.id) else { continue };
        let has_the_name = locked.names.contains(&pattern.name);
        let asks = asks(design, pattern);
        if has_the_name || !locked.removed && asks == locked.asks {
            continue;
        }
        let (id, was) = (&pattern.id, locked.names.last().map_or("", String::as_str));
        let free = next_free_id(design);
        let message = format!(
            "{id} belongs to `{was}` ({}{}), and ids are never reused; give `{}` ({asks}) another id, for instance \
             {free}",
            locked.asks,
            if locked.removed { ", removed since" } else { "" },
            pattern.name
        );
        problems.push(CHECK, pattern.at, message);
    }
}

fn next_free_id(design: &Design) -> String {
    let ids = design.patterns.iter().map(|pattern| &pattern.id).chain(design.lock.pattern.keys());
    let last = ids.filter_map(|id| id.strip_prefix("AP-")?.parse::<u32>().ok()).max().unwrap_or_default();
    format!("AP-{:02}", last.saturating_add(1))
}
