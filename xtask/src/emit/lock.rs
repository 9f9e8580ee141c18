//! `schema/keys.lock`: the key templates as they are, for the next run to compare with.

use crate::codegen::Emitted;
use crate::design::Design;
use crate::load::LOCK;

pub fn emit(design: &Design) -> Vec<Emitted> {
    let mut text = String::from(
        "# The keys that stored items have. Written by `cargo xtask codegen`; see schema/README.md before changing a key.\n",
    );
    let width = |of: fn(&crate::design::Entity) -> String| {
        design
            .entities
            .iter()
            .map(|entity| of(entity).len())
            .max()
            .unwrap_or(0)
    };
    let (name, pk) = (
        width(|entity| entity.name.clone()),
        width(|entity| entity.pk.to_string()),
    );
    for entity in &design.entities {
        text.push_str(&format!(
            "{:name$}  {:pk$}  {}\n",
            entity.name,
            entity.pk.to_string(),
            entity.sk
        ));
    }
    vec![Emitted {
        path: LOCK.to_owned(),
        text,
    }]
}
