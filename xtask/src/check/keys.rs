//! Checks on keys: that no two items can share one, and that stored items keep theirs.

use crate::design::{Design, Entity, Template};
use crate::problem::Problems;
use crate::source::At;

/// Two entities whose templates can give one key would overwrite each other.
pub fn keys_decode_in_one_way(design: &Design, problems: &mut Problems) {
    const CHECK: &str = "keys-decode-in-one-way";
    for (i, a) in design.entities.iter().enumerate() {
        for b in &design.entities[i + 1..] {
            if a.pk.overlaps(&b.pk) && a.sk.overlaps(&b.sk) {
                let message = format!(
                    "{} ({} / {}) and {} ({} / {}) can have the same key; give one a literal segment of its own",
                    a.name, a.pk, a.sk, b.name, b.pk, b.sk
                );
                problems.push(CHECK, b.key_at, message);
            }
            let pairs = a.index_keys.iter().flat_map(|a| b.index_keys.iter().map(move |b| (a, b)));
            for (ka, kb) in pairs.filter(|(ka, kb)| ka.index == kb.index && ka.stored().overlaps(&kb.stored())) {
                let index = &design.table.indexes[ka.index].name;
                let (pa, pb) = (ka.stored(), kb.stored());
                let message = format!("{} and {} can share a partition of {index}: {pa} and {pb}", a.name, b.name);
                problems.push(CHECK, kb.at, message);
            }
        }
    }
}

/// Items keep the key they were written with, so a template does not change without a migration.
pub fn keys_are_as_locked(design: &Design, problems: &mut Problems) {
    for entity in &design.entities {
        as_locked(design, entity, None, (&entity.pk, &entity.sk.to_string()), entity.key_at, problems);
        for key in &entity.index_keys {
            let index = &design.table.indexes[key.index].name;
            as_locked(design, entity, Some(index), (&key.stored(), &format!("{{{}}}", key.sk)), key.at, problems);
        }
    }
}

fn as_locked(
    design: &Design,
    entity: &Entity,
    index: Option<&str>,
    (pk, sk): (&Template, &str),
    at: At,
    problems: &mut Problems,
) {
    const CHECK: &str = "keys-are-as-locked";
    let is_its = |locked: &&crate::design::LockedKey| locked.entity == entity.name && locked.index.as_deref() == index;
    let Some(locked) = design.lock.iter().find(is_its) else {
        return;
    };
    let was = (locked.pk.to_string(), locked.sk.to_string());
    if (was.0.as_str(), was.1.as_str()) == (pk.to_string().as_str(), sk) {
        return;
    }
    let migration = entity.migrations.iter().find(|migration| migration.index.as_deref() == index);
    match migration {
        Some(migration) if (migration.pk.to_string(), migration.sk.to_string()) == was => {}
        Some(migration) => {
            let message = format!(
                "the migration is from {} / {}, but keys.lock has {} / {}",
                migration.pk, migration.sk, was.0, was.1
            );
            problems.push(CHECK, migration.at, message);
        }
        None => {
            let of_index = index.map(|index| format!(" in {index}")).unwrap_or_default();
            let message = format!(
                "the key of {}{of_index} was {} / {} and is now {pk} / {sk}; items that exist keep the old one: \
                 declare a `[migration]`, or change it back",
                entity.name, was.0, was.1
            );
            problems.push(CHECK, at, message);
        }
    }
}
