//! The design of a table, as data that generated code passes to the runtime.

use modyne::Item;

use crate::error::CorruptItem;
use crate::key_attributes::KeyAttributes;

/// The design of a table. Generated as `DESIGN`.
#[derive(Debug)]
pub struct Design {
    /// The table's name in the schema. It is part of the input of the cursor key, so another name makes old cursors
    /// invalid.
    pub name: &'static str,
    /// The `CreateTable` request, as JSON.
    pub create_table: &'static str,
    /// The `UpdateTimeToLive` request, as JSON.
    pub time_to_live: &'static str,
    /// The `UpdateContinuousBackups` request, as JSON.
    pub continuous_backups: &'static str,
    /// The key attributes of the table.
    pub key_attributes: KeyAttributes,
    /// The key attributes of all indexes.
    pub index_attributes: &'static [&'static str],
    /// The version that this program reads, and the steps to it, by the name of the entity.
    pub versions_of: fn(&str) -> Option<Versions>,
    /// The version that this program writes, for an entity whose change is deployed in two phases.
    pub write_version_of: fn(&str) -> Option<u32>,
    /// The counters of an entity.
    pub counters_of: fn(&str) -> &'static [Counter],
    /// The index keys of an entity.
    pub index_keys_of: fn(&str) -> &'static [IndexKeys],
    /// The keys that follow from an item's fields: those of the table and of its indexes. Empty for an unknown entity.
    pub keys_of: fn(Item) -> Result<Item, CorruptItem>,
}

/// The version of an entity that a program reads, and the steps from older versions.
pub type Versions = (u32, &'static [Step]);

/// The step from one version of an item to the next. Generated from an entity's `[[history]]`.
#[derive(Debug)]
pub struct Step {
    /// The older version.
    pub version: u32,
    /// Old names with their new names.
    pub rename: &'static [(&'static str, &'static str)],
    /// Missing attributes with their default values.
    pub default: &'static [(&'static str, Filling)],
    /// Attributes that are not read any more.
    pub remove: &'static [&'static str],
    /// The indexes in which the item has no key, or another key.
    pub index: &'static [IndexKeys],
}

/// The default value for an older item.
#[derive(Clone, Copy, Debug)]
pub enum Filling {
    /// A number.
    Number(i64),
    /// A text.
    Text(&'static str),
}

/// A field that writes add to, by its type.
#[derive(Clone, Copy, Debug)]
pub enum Counter {
    /// A `count`: from 0 to 4,294,967,295.
    Count(&'static str),
    /// An `amount`: any whole number of 64 bits.
    Amount(&'static str),
}

/// An entity's keys in one index. Generated.
#[derive(Debug, PartialEq, Eq)]
pub struct IndexKeys {
    /// The attributes of the partition key and the sort key.
    pub keys: [&'static str; 2],
    /// The attributes from which they are made.
    pub from: &'static [&'static str],
}
