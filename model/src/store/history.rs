//! Item versions: how an item that an older program wrote becomes one of now, when it is read and when it is upgraded.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::types::AttributeValue;
use modyne::expr::Condition;

use super::call::Call;
use super::changes::Changes;
use super::error::StoreError;
use super::item::{FromItem as _, Item, VERSION_ATTRIBUTE};
use super::reindex::{IndexKeys, as_seen, made_keys, unchanged, written};
use super::stored::{StoredItem, version_of};
use crate::ItemKey;
use crate::generated::any::{versions_of, write_version_of};

/// How an item of one version becomes one of the next. Written by the generator, from an entity's `[[history]]`.
#[derive(Debug)]
pub(crate) struct Step {
    /// The older version.
    pub(crate) version: u32,
    /// Old names, and new ones.
    pub(crate) rename: &'static [(&'static str, &'static str)],
    /// What it lacks, and the value that stands for that.
    pub(crate) default: &'static [(&'static str, Filling)],
    /// What nobody reads any more.
    pub(crate) remove: &'static [&'static str],
    /// The indexes that it is not in, or under another key.
    pub(crate) index: &'static [IndexKeys],
}

/// A value that an older item gets.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(not(test), expect(dead_code, reason = "the documents can ask for either kind"))]
pub(crate) enum Filling {
    Number(i64),
    Text(&'static str),
}

impl Filling {
    fn value(self) -> AttributeValue {
        match self {
            Self::Number(number) => AttributeValue::N(number.to_string()),
            Self::Text(text) => AttributeValue::S(text.to_owned()),
        }
    }
}

impl Step {
    /// What a newer program has written already stays: it may have updated an item without upgrading it.
    fn apply(&self, item: &mut Item) {
        for (old, new) in self.rename {
            if let Some(value) = item.remove(*old) {
                item.entry((*new).to_owned()).or_insert(value);
            }
        }
        for (field, filling) in self.default {
            item.entry((*field).to_owned()).or_insert_with(|| filling.value());
        }
        for field in self.remove {
            item.remove(*field);
        }
        item.insert(VERSION_ATTRIBUTE.to_owned(), AttributeValue::N((self.version + 1).to_string()));
    }

    /// The other way, for programs that know no newer version: what they do not know they ignore, and it is not lost.
    fn revert(&self, item: &mut Item) {
        for (old, new) in self.rename {
            if let Some(value) = item.remove(*new) {
                item.insert((*old).to_owned(), value);
            }
        }
        item.insert(VERSION_ATTRIBUTE.to_owned(), AttributeValue::N(self.version.to_string()));
    }

    /// The attributes that the keys of its indexes are made from, under their older names where they have some.
    fn feeding(&self) -> BTreeSet<&'static str> {
        let from = self.index.iter().flat_map(|index| index.from).copied();
        let older = |name| self.rename.iter().find(|(_, new)| *new == name).map(|(old, _)| *old);
        from.flat_map(|name| [Some(name), older(name)]).flatten().collect()
    }

    /// The same, done by the table to the item as it is when that happens: nothing that is written meanwhile is lost. `made` are
    /// the keys that the item's fields make; those of an index are written on the condition that the fields are as they were seen.
    fn changes(&self, seen: &Item, made: &Item) -> (Changes, Condition) {
        let mut changes = Changes::new().set(VERSION_ATTRIBUTE, self.version + 1);
        changes = written(changes, made, self.index.iter().flat_map(|index| index.keys));
        let mut condition = unchanged(as_seen(seen), seen, self.feeding());
        for (number, (old, new)) in self.rename.iter().enumerate() {
            let alias = format!("#old{number}");
            // An optional field may be absent under either name; then it must still be so.
            let word = if seen.contains_key(*old) {
                changes = changes.rename(old, new);
                "attribute_exists"
            } else {
                "attribute_not_exists"
            };
            condition.expression = format!("{} AND {word}({alias})", condition.expression);
            condition.names.push((alias, (*old).to_owned()));
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

/// Brings an item up to date in memory, from the version that it says it has.
pub(super) fn upcast(item: &mut Item, history: &[Step]) {
    for step in history {
        if version_of(item) == Some(step.version) {
            step.apply(item);
        }
    }
}

/// Makes an item of now one of an older version, which programs of that version read.
pub(super) fn downcast(item: &mut Item, version: u32, history: &[Step]) {
    for step in history.iter().rev().filter(|step| step.version >= version) {
        step.revert(item);
    }
}

/// The step that brings an item one version up, unless programs that run now would not read it then.
fn next_step(item: &StoredItem) -> Option<&'static Step> {
    let entity = item.entity()?;
    let (_, history) = versions_of(entity)?;
    let step = history.iter().find(|step| Some(step.version) == item.version())?;
    write_version_of(entity).is_none_or(|written| step.version < written).then_some(step)
}

impl StoredItem {
    /// The item one version up, as the table makes it.
    pub(crate) fn upgraded(&self) -> Self {
        let mut item = self.attributes().clone();
        if let Some(step) = next_step(self) {
            step.apply(&mut item);
        }
        Self::new(item)
    }
}

impl Call<'_> {
    /// Brings a stored item one version up, if it is still of the version that was seen. Whether it was.
    pub(crate) async fn upgrade(self, item: &StoredItem) -> Result<bool, StoreError> {
        let seen = item.attributes();
        let Some(step) = next_step(item) else { return Ok(false) };
        let key = ItemKey::from_item(seen.clone()).map_err(|corrupt| corrupt.read_by(self.id()))?;
        let made = if step.index.is_empty() {
            Item::new()
        } else {
            made_keys(seen).map_err(|corrupt| corrupt.read_by(self.id()))?
        };
        let (changes, condition) = step.changes(seen, &made);
        Ok(self.update(key.primary(), changes, Some(condition), false).await?.is_ok())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::item::{ENTITY_ATTRIBUTE, decode_entity, decode_older_entity, encode_older_entity};
    use crate::{DailyUsage, Ids, Timestamp};

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

    fn upcast_of(version: u32, more: &[(&str, &str)]) -> Item {
        let mut item = item(version, more);
        upcast(&mut item, HISTORY);
        item
    }

    #[test]
    fn each_version_goes_through_every_step_after_it() {
        let mut expected = item(3, &[("count", "7"), ("cost", "0")]);
        expected.insert("state".to_owned(), AttributeValue::S("open".to_owned()));
        assert_eq!(upcast_of(1, &[("hits", "7"), ("junk", "1")]), expected);
        assert_eq!(upcast_of(2, &[("count", "7"), ("junk", "1")]), expected);
        assert_eq!(upcast_of(3, &[("junk", "1")]), item(3, &[("junk", "1")]));
        assert_eq!(upcast_of(4, &[("hits", "1")]), item(4, &[("hits", "1")]));
    }

    #[test]
    fn what_a_newer_program_has_written_to_an_older_item_stays() {
        let upcast = upcast_of(1, &[("hits", "7"), ("count", "9"), ("cost", "3")]);
        assert_eq!(upcast["count"], AttributeValue::N("9".to_owned()));
        assert_eq!(upcast["cost"], AttributeValue::N("3".to_owned()));
        assert!(!upcast.contains_key("hits"));
    }

    #[test]
    fn the_table_makes_the_same_changes_on_the_condition_of_what_was_seen() {
        let (changes, condition) = HISTORY[0].changes(&item(1, &[("hits", "7")]), &Item::new());
        let update = changes.into_update();
        assert_eq!(
            update.expression,
            "SET #upd_n0 = :upd_v0, #upd_n2 = if_not_exists(#upd_n2, #upd_n1) REMOVE #upd_n1"
        );
        assert!(condition.expression.ends_with("AND attribute_exists(#old0)"), "{}", condition.expression);
        let (changes, condition) = HISTORY[0].changes(&item(1, &[]), &Item::new());
        assert_eq!(changes.into_update().expression, "SET #upd_n0 = :upd_v0");
        assert!(condition.expression.ends_with("AND attribute_not_exists(#old0)"), "{}", condition.expression);
    }

    #[test]
    fn an_item_enters_an_index_on_the_condition_of_what_its_keys_were_made_from() {
        let seen = item(2, &[("count", "7")]);
        let made =
            Item::from(["PK", "GSI2PK", "GSI2SK"].map(|name| (name.to_owned(), AttributeValue::N("7".to_owned()))));
        let (changes, condition) = HISTORY[1].changes(&seen, &made);
        let update = changes.into_update();
        let names: Vec<&str> = update.names.iter().map(|(_, name)| name.as_str()).collect();
        assert_eq!(names, ["v", "GSI2PK", "GSI2SK", "state", "cost", "junk"]);
        let end = "AND attribute_not_exists(#cnd_from0) AND #cnd_from1 = :cnd_from1";
        assert!(condition.expression.ends_with(end), "{}", condition.expression);
    }

    /// A note as the program before has it, and as the one of now does: the generator writes such structs.
    mod programs {
        use serde::{Deserialize, Serialize};

        #[derive(Debug, PartialEq, Serialize, Deserialize)]
        pub(super) struct Before {
            pub(super) hits: u32,
            pub(super) title: String,
        }

        #[derive(Debug, PartialEq, Serialize, Deserialize)]
        pub(super) struct Now {
            /// Renamed by its history.
            pub(super) count: u32,
            /// Renamed without: `stored_as = "title"`.
            #[serde(rename = "title")]
            pub(super) heading: String,
            /// New and required.
            pub(super) cost: i64,
        }
    }

    const OF_NOTES: &[Step] = &[Step {
        version: 1,
        rename: &[("hits", "count")],
        default: &[("cost", Filling::Number(0))],
        remove: &[],
        index: &[],
    }];

    fn stored(fields: impl serde::Serialize, version: u32) -> Item {
        let mut item: Item = serde_dynamo::aws_sdk_dynamodb_1::to_item(fields).expect("a struct is an item");
        item.insert(ENTITY_ATTRIBUTE.to_owned(), AttributeValue::S("note".to_owned()));
        item.insert(VERSION_ATTRIBUTE.to_owned(), AttributeValue::N(version.to_string()));
        item
    }

    /// The first deployment of two: this program reads version 2 and writes version 1.
    fn written_in_phase_one(note: &programs::Now) -> Item {
        let mut item = stored(note, 1);
        downcast(&mut item, 1, OF_NOTES);
        item
    }

    #[test]
    fn in_the_first_phase_each_program_reads_what_the_other_writes() {
        let (before, now) = (
            programs::Before { hits: 7, title: "t".to_owned() },
            programs::Now { count: 7, heading: "t".to_owned(), cost: 3 },
        );
        let read: programs::Before = decode_entity(written_in_phase_one(&now), "note", 1).expect("it knows version 1");
        assert_eq!(read, before);
        let read: programs::Now =
            decode_older_entity(stored(&before, 1), "note", 2, OF_NOTES).expect("it knows both versions");
        assert_eq!(read, programs::Now { cost: 0, ..programs::Now { count: 7, heading: "t".to_owned(), cost: 3 } });
        let own: programs::Now =
            decode_older_entity(written_in_phase_one(&now), "note", 2, OF_NOTES).expect("it knows its own");
        assert_eq!(own, now, "nothing is lost on the way through the older version");
    }

    #[test]
    fn in_the_second_phase_programs_of_both_phases_read_what_is_written() {
        let now = programs::Now { count: 7, heading: "t".to_owned(), cost: 3 };
        for item in [stored(&now, 2), written_in_phase_one(&now)] {
            let read: programs::Now = decode_older_entity(item, "note", 2, OF_NOTES).expect("it knows both versions");
            assert_eq!(read, now);
        }
        // Why there are two: the program before would refuse it.
        let refused = decode_entity::<programs::Before>(stored(&now, 2), "note", 1).expect_err("it is newer");
        assert!(refused.reason().contains("deploy the newer one"), "{}", refused.reason());
    }

    #[test]
    fn a_field_that_is_stored_under_its_old_name_needs_no_version() {
        let stored_by_before = stored(programs::Before { hits: 1, title: "t".to_owned() }, 1);
        let stored_by_now = stored(programs::Now { count: 1, heading: "t".to_owned(), cost: 0 }, 1);
        assert_eq!(stored_by_before["title"], stored_by_now["title"]);
        assert!(!stored_by_now.contains_key("heading"));
    }

    #[test]
    fn an_entity_is_written_in_its_older_version_whole() {
        let now = Timestamp::from_millis(1_800_000_000_000).expect("a time");
        let day = DailyUsage {
            user_id: Ids::seeded(1).next(now),
            date: now.date(),
            requests: 2,
            input_tokens: 30,
            cache_read_tokens: 7,
            cache_write_tokens: 0,
            output_tokens: 40,
            cost_micros: 500,
        };
        let item = encode_older_entity(&day, 1, DailyUsage::HISTORY);
        assert_eq!(version_of(&item), Some(1));
        assert_eq!(item["GSI1SK"], AttributeValue::N("500".to_owned()), "a program of now puts it in the index");
        assert_eq!(DailyUsage::from_item(item).expect("it is read"), day);
    }
}
