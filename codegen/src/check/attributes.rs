//! Checks of attributes: each has one meaning, and the attributes of the table have the expected types.

use std::collections::BTreeMap;

use crate::design::{Design, Field, Type};
use crate::problem::Problems;

/// The attribute that marks the last write of an item. `table-runtime/src/write.rs` defines it too.
pub const WRITE_ID: &str = "write_id";

/// Refuses equal names of two attributes of the table, or of a field and such an attribute: they would overwrite each
/// other.
pub fn attributes_are_told_apart(design: &Design, problems: &mut Problems) {
    const CHECK: &str = "attributes-are-told-apart";
    let table = &design.table;
    let mut own = BTreeMap::from([(WRITE_ID, "the id of the last write".to_owned())]);
    let of_table = [
        (&table.partition_key, "the partition key"),
        (&table.sort_key, "the sort key"),
        (&table.entity_attribute, "the entity's type"),
        (&table.version_attribute, "the entity's version"),
    ];
    let of_indexes = table.indexes.iter().flat_map(|index| {
        let (pk, sk) = (format!("the partition key of {}", index.name), format!("the sort key of {}", index.name));
        [(&index.partition_key, pk, index.at), (&index.sort_key, sk, index.at)]
    });
    let of_table = of_table.into_iter().map(|(name, what)| (name, what.to_owned(), table.at));
    for (name, what, at) in of_table.chain(of_indexes) {
        if let Some(first) = own.insert(name, what.clone()) {
            problems.push(CHECK, at, format!("`{name}` is {first} and also {what}; rename one of them"));
        }
    }
    if let Some(what) = own.get(table.ttl_attribute.as_str()) {
        problems.push(
            CHECK,
            table.at,
            format!("`{}` is {what} and also the expiry; choose another `ttl_attribute`", table.ttl_attribute),
        );
    }
    for field in design.entities.iter().flat_map(|entity| &entity.fields) {
        let stored = field.stored_name();
        if let Some(what) = own.get(stored) {
            problems.push(
                CHECK,
                field.at,
                format!("`{stored}` is {what} in every item; choose another name for the field"),
            );
        }
        if field.stored_as.is_some() && [stored, field.name.as_str()].contains(&table.ttl_attribute.as_str()) {
            let message = format!(
                "`{}` is the TTL attribute, which cannot have another name in the table; remove `stored_as`",
                table.ttl_attribute
            );
            problems.push(CHECK, field.at, message);
        }
    }
}

/// DynamoDB expires items by the seconds in the TTL attribute, and ignores items in which it is not a number of
/// seconds.
pub fn the_ttl_attribute_is_an_expiry(design: &Design, problems: &mut Problems) {
    const CHECK: &str = "the-ttl-attribute-is-an-expiry";
    let ttl = &design.table.ttl_attribute;
    for entity in &design.entities {
        for field in &entity.fields {
            let (is_ttl, is_expiry) = (field.name == *ttl, field.ty == Type::Expiry);
            let message = match (is_ttl, is_expiry) {
                (true, false) => {
                    format!("`{ttl}` is the TTL attribute, so its type must be `expiry` and not {}", field.ty.word())
                }
                (false, true) => {
                    format!("DynamoDB expires items only by `{ttl}`; the type of `{}` must be `time`", field.name)
                }
                _ => continue,
            };
            problems.push(CHECK, field.at, message);
        }
    }
}

/// A projection lists fields of the entities in the index, each once.
pub fn projections_show_fields(design: &Design, problems: &mut Problems) {
    const CHECK: &str = "projections-show-fields";
    for (i, index) in design.table.indexes.iter().enumerate() {
        let within = || design.entities.iter().filter(|entity| entity.index_keys.iter().any(|key| key.index == i));
        for (j, field) in index.projection.iter().enumerate() {
            if index.projection[..j].contains(field) {
                problems.push(CHECK, index.at, format!("{} projects `{field}` twice", index.name));
            }
            if within().next().is_some() && !within().any(|entity| entity.stored(field).is_some()) {
                if let Some(entity) = within().find(|entity| problems.is_missing(&entity.name, field)) {
                    problems.not_a_field(CHECK, index.at, (entity, field), format!("`projection` of {}", index.name));
                    continue;
                }
                let known = within().flat_map(|entity| &entity.fields).map(Field::stored_name);
                let hint = crate::suggestion::suggestion(field, known);
                let message = format!("{} projects `{field}`, which no entity in it has{hint}", index.name);
                problems.push(CHECK, index.at, message);
            }
        }
    }
}
