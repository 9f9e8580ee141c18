//! Versions of items: how an older item becomes a current one, in memory and in the table.

use aws_sdk_dynamodb::types::AttributeValue;

use modyne::Item;

use crate::attributes::{VERSION_ATTRIBUTE, version_of};
use crate::design::{Filling, Step};

impl Filling {
    fn value(self) -> AttributeValue {
        match self {
            Self::Number(number) => AttributeValue::N(number.to_string()),
            Self::Text(text) => AttributeValue::S(text.to_owned()),
        }
    }
}

impl Step {
    /// A value that a newer program has written already is kept: it may have updated the item without an upgrade.
    pub(crate) fn apply(&self, item: &mut Item) {
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

    /// The other direction, for programs that know no newer version. They ignore attributes that they do not know, so
    /// nothing is lost.
    fn revert(&self, item: &mut Item) {
        for (old, new) in self.rename {
            if let Some(value) = item.remove(*new) {
                item.insert((*old).to_owned(), value);
            }
        }
        item.insert(VERSION_ATTRIBUTE.to_owned(), AttributeValue::N(self.version.to_string()));
    }
}

/// Brings an item up to date in memory, from its stored version.
pub(crate) fn upcast(item: &mut Item, history: &[Step]) {
    for step in history {
        if version_of(item) == Some(step.version) {
            step.apply(item);
        }
    }
}

/// Converts a current item to an older version, which programs of that version read.
pub(crate) fn downcast(item: &mut Item, version: u32, history: &[Step]) {
    for step in history.iter().rev().filter(|step| step.version >= version) {
        step.revert(item);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::attributes::ENTITY_ATTRIBUTE;
    use crate::design::IndexKeys;
    use crate::item::{decode_entity, decode_older_entity};

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
    fn a_value_of_a_newer_program_in_an_older_item_is_kept() {
        let upcast = upcast_of(1, &[("hits", "7"), ("count", "9"), ("cost", "3")]);
        assert_eq!(upcast["count"], AttributeValue::N("9".to_owned()));
        assert_eq!(upcast["cost"], AttributeValue::N("3".to_owned()));
        assert!(!upcast.contains_key("hits"));
    }

    /// The stored note in the previous program and in the current one. The generator writes such structs.
    mod programs {
        use serde::{Deserialize, Serialize};

        #[derive(Debug, PartialEq, Serialize, Deserialize)]
        pub(crate) struct Before {
            pub(crate) hits: u32,
            pub(crate) title: String,
        }

        #[derive(Debug, PartialEq, Serialize, Deserialize)]
        pub(crate) struct Now {
            /// Renamed with a history.
            pub(crate) count: u32,
            /// Renamed without a history: `stored_as = "title"`.
            #[serde(rename = "title")]
            pub(crate) heading: String,
            /// New and required.
            pub(crate) cost: i64,
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

    /// The first of two deployments: this program reads version 2 and writes version 1.
    fn written_in_phase_one(note: &programs::Now) -> Item {
        let mut item = stored(note, 1);
        downcast(&mut item, 1, OF_NOTES);
        item
    }

    #[test]
    fn in_the_first_phase_each_program_reads_the_items_of_the_other() {
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
    fn in_the_second_phase_programs_of_both_phases_read_the_items() {
        let now = programs::Now { count: 7, heading: "t".to_owned(), cost: 3 };
        for item in [stored(&now, 2), written_in_phase_one(&now)] {
            let read: programs::Now = decode_older_entity(item, "note", 2, OF_NOTES).expect("it knows both versions");
            assert_eq!(read, now);
        }
        // The reason for two deployments: the previous program rejects version 2.
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
}
