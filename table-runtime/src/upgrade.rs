//! Upgrades: the table itself brings a stored item one version up.

use std::collections::BTreeSet;

use crate::attributes::VERSION_ATTRIBUTE;
use crate::call::Call;
use crate::changes::Changes;
use crate::condition::Condition;
use crate::design::{Design, Filling, Step};
use crate::error::StoreError;
use crate::item::Item;
use crate::reindex::{as_seen, unchanged, written};
use crate::stored::StoredItem;

impl Step {
    /// The attributes from which the index keys are made, under older names too.
    fn feeding(&self) -> BTreeSet<&'static str> {
        let from = self.index.iter().flat_map(|index| index.from).copied();
        let older = |name| self.rename.iter().find(|(_, new)| *new == name).map(|(old, _)| *old);
        from.flat_map(|name| [Some(name), older(name)]).flatten().collect()
    }

    /// The same as an update of the table, which applies it to the current item, so that concurrent writes are
    /// preserved. `made` are the keys that follow from the item's fields. Index keys are written on the condition that
    /// the fields still have the values that were read.
    fn changes(&self, seen: &Item, made: &Item) -> (Changes, Condition) {
        let mut changes = Changes::new().set(VERSION_ATTRIBUTE, self.version + 1);
        changes = written(changes, made, self.index.iter().flat_map(|index| index.keys));
        let mut condition = unchanged(as_seen(seen), seen, self.feeding());
        for (number, (old, new)) in self.rename.iter().enumerate() {
            let alias = format!("#old{number}");
            // An optional field may be absent under both names; then it must still be absent.
            let word = if seen.contains_key(*old) {
                changes = changes.rename(old, new);
                "attribute_exists"
            } else {
                "attribute_not_exists"
            };
            condition = condition.and(&format!("{word}({alias})")).name(alias, *old);
        }
        for (field, filling) in self.default {
            changes = match filling {
                Filling::Number(number) => changes.set_once(field, *number),
                Filling::Text(text) => changes.set_once(field, *text),
            };
        }
        for field in self.remove {
            changes = changes.remove(field);
        }
        (changes, condition)
    }
}

/// The step that brings an item one version up, unless running programs could not read the result.
fn next_step(design: &Design, item: &StoredItem) -> Option<&'static Step> {
    let entity = item.entity()?;
    let (_, history) = (design.versions_of)(entity)?;
    let step = history.iter().find(|step| Some(step.version) == item.version())?;
    (design.write_version_of)(entity).is_none_or(|written| step.version < written).then_some(step)
}

impl StoredItem {
    /// The item one version up, as the table computes it.
    #[must_use]
    pub fn upgraded(&self, design: &Design) -> Self {
        let mut item = self.attributes().clone();
        if let Some(step) = next_step(design, self) {
            step.apply(&mut item);
        }
        self.with(item)
    }
}

impl Call<'_> {
    /// Brings a stored item one version up, if it still has the version that was read. Returns whether it had.
    pub async fn upgrade(self, item: &StoredItem) -> Result<bool, StoreError> {
        let seen = item.attributes();
        let Some(step) = next_step(self.design(), item) else { return Ok(false) };
        let key = self.key_attributes().of(seen).map_err(|corrupt| corrupt.read_by(self.id()))?;
        let made = if step.index.is_empty() {
            Item::new()
        } else {
            (self.design().keys_of)(seen.clone()).map_err(|corrupt| corrupt.read_by(self.id()))?
        };
        let (changes, condition) = step.changes(seen, &made);
        Ok(self.update(key, changes, Some(condition), false).await?.is_ok())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::design::IndexKeys;
    use crate::tests::DESIGN;
    use aws_sdk_dynamodb::types::AttributeValue;

    const HISTORY: &[Step] = &[
        Step { version: 1, rename: &[("hits", "count")], default: &[], remove: &[], index: &[] },
        Step {
            version: 2,
            rename: &[],
            default: &[("state", Filling::Text("open")), ("cost", Filling::Number(0))],
            remove: &["junk"],
            index: &[IndexKeys { keys: ["GSI2PK", "GSI2SK"], from: &["count", "cost"] }],
        },
    ];

    fn item(version: u32, more: &[(&str, &str)]) -> Item {
        let number = |text: &str| AttributeValue::N(text.to_owned());
        let mut item = Item::from([(VERSION_ATTRIBUTE.to_owned(), number(&version.to_string()))]);
        item.extend(more.iter().map(|(name, value)| ((*name).to_owned(), number(value))));
        item
    }

    #[test]
    fn the_keys_of_an_index_are_made_from_a_field_under_its_old_name_too() {
        let renamed = Step { rename: &[("hits", "count"), ("price", "total")], ..HISTORY[1] };
        assert_eq!(renamed.feeding(), BTreeSet::from(["cost", "count", "hits"]));
    }

    #[test]
    fn an_item_is_not_upgraded_beyond_what_running_programs_write() {
        let written = |version| {
            let write_version_of: fn(&str) -> Option<u32> = match version {
                1 => |_| Some(1),
                2 => |_| Some(2),
                3 => |_| Some(3),
                _ => |_| None,
            };
            let key_attributes = crate::key_attributes::KeyAttributes::new("PK", "SK");
            let design = Design { versions_of: |_| Some((3, HISTORY)), write_version_of, key_attributes, ..DESIGN };
            let mut old = item(2, &[("count", "7")]);
            old.insert("et".to_owned(), AttributeValue::S("plant".to_owned()));
            StoredItem::new(old, &DESIGN).upgraded(&design).version()
        };
        assert_eq!([1, 2, 3, 4].map(written), [Some(2), Some(2), Some(3), Some(3)]);
    }

    #[test]
    fn the_update_makes_the_same_changes_if_the_item_is_unchanged() {
        let (changes, condition) = HISTORY[0].changes(&item(1, &[("hits", "7")]), &Item::new());
        assert_eq!(changes.expression(), "SET #0 = :0, #2 = if_not_exists(#2, #1) REMOVE #1");
        assert!(condition.expression().ends_with("AND attribute_exists(#old0)"), "{condition:?}");
        let (changes, condition) = HISTORY[0].changes(&item(1, &[]), &Item::new());
        assert_eq!(changes.expression(), "SET #0 = :0");
        assert!(condition.expression().ends_with("AND attribute_not_exists(#old0)"), "{condition:?}");
    }

    #[test]
    fn an_item_enters_an_index_if_the_fields_of_its_keys_are_unchanged() {
        let seen = item(2, &[("count", "7")]);
        let made =
            Item::from(["PK", "GSI2PK", "GSI2SK"].map(|name| (name.to_owned(), AttributeValue::N("7".to_owned()))));
        let (changes, condition) = HISTORY[1].changes(&seen, &made);
        let names: Vec<String> = changes.names().map(|(_, name)| name).collect();
        assert_eq!(names, ["v", "GSI2PK", "GSI2SK", "state", "cost", "junk"]);
        let end = "AND attribute_not_exists(#from0) AND #from1 = :from1";
        assert!(condition.expression().ends_with(end), "{condition:?}");
    }
}
