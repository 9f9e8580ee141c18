//! Checks of keys: two items never share a key, and stored items keep their key.

use crate::design::{Design, Entity};
use crate::problem::Problems;
use crate::source::At;

/// Refuses two entities whose templates can produce the same key: their items would overwrite each other.
pub fn keys_decode_in_one_way(design: &Design, problems: &mut Problems) {
    const CHECK: &str = "keys-decode-in-one-way";
    for (i, a) in design.entities.iter().enumerate() {
        for b in &design.entities[i + 1..] {
            if a.pk.overlaps(&b.pk) && a.sk.overlaps(&b.sk) {
                let message = format!(
                    "{} ({} / {}) and {} ({} / {}) can have the same key; add a literal segment to one of them, or change one",
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

/// Items keep the key that they were written with, so changing a template requires a migration.
pub fn keys_are_as_locked(design: &Design, problems: &mut Problems) {
    for entity in &design.entities {
        let Some(locked) = design.lock.entity.get(&entity.name) else { continue };
        as_locked(entity, None, (&locked.key, &entity.key_words()), entity.key_at, problems);
        for key in &entity.index_keys {
            let index = &design.table.indexes[key.index].name;
            if let Some(was) = locked.index.get(index) {
                // An upgrade recomputes the keys of an index from the fields.
                let is_made_anew = entity.steps_from(locked.version).any(|step| step.index.contains(index));
                if !is_made_anew {
                    as_locked(entity, Some(index), (was, &entity.index_key_words(key)), key.at, problems);
                }
            }
        }
    }
}

fn as_locked(entity: &Entity, index: Option<&str>, (was, is): (&[String], &[String]), at: At, problems: &mut Problems) {
    const CHECK: &str = "keys-are-as-locked";
    if was == is {
        return;
    }
    let migration = entity.migrations.iter().find(|migration| migration.index.as_deref() == index);
    match migration {
        Some(migration) if [migration.pk.to_string(), migration.sk.to_string()] == was[..was.len().min(2)] => {}
        Some(migration) => {
            let message = format!(
                "the migration is from {} / {}, but schema.lock has {}",
                migration.pk,
                migration.sk,
                was.join(" / ")
            );
            problems.push(CHECK, migration.at, message);
        }
        None => {
            let of_index = index.map(|index| format!(" in {index}")).unwrap_or_default();
            let declare = match index {
                None => "declare a `[migration]`".to_owned(),
                Some(index) => format!(
                    "raise `version` to {}, with a `[[history]]` of version {} that has `index = [\"{index}\"]`",
                    entity.version.saturating_add(1),
                    entity.version
                ),
            };
            let message = format!(
                "the key of {}{of_index} was {} and is now {}, and existing items keep the old key; {declare}, or \
                 restore the old template",
                entity.name,
                was.join(" / "),
                is.join(" / ")
            );
            problems.push(CHECK, at, message);
        }
    }
}
