//! The design of a table, as data: what generated code tells the runtime about its entities.

use modyne::Item;

use crate::error::CorruptItem;

/// What the runtime needs to know of a table's design. Written by the generator, as `DESIGN`.
#[derive(Debug)]
pub struct Design {
    /// The `CreateTable` request, as JSON.
    pub create_table: &'static str,
    /// The `UpdateTimeToLive` request, as JSON.
    pub time_to_live: &'static str,
    /// The `UpdateContinuousBackups` request, as JSON.
    pub continuous_backups: &'static str,
    /// The key attributes of all indexes.
    pub index_attributes: &'static [&'static str],
    /// The version that this program reads, and the steps to it, by the entity's name.
    pub versions_of: fn(&str) -> Option<Versions>,
    /// The version that this program writes, for an entity that is deployed in two phases.
    pub write_version_of: fn(&str) -> Option<u32>,
    /// The counters of an entity.
    pub counters_of: fn(&str) -> &'static [Counter],
    /// The index keys of an entity.
    pub index_keys_of: fn(&str) -> &'static [IndexKeys],
    /// The keys that an item's fields make: those of the table and of its indexes. Empty for an item of an unknown entity.
    pub keys_of: fn(Item) -> Result<Item, CorruptItem>,
}

/// The version of an entity that a program reads, and the steps to it from older versions.
pub type Versions = (u32, &'static [Step]);

/// How an item of one version becomes one of the next. Written by the generator, from an entity's `[[history]]`.
#[derive(Debug)]
pub struct Step {
    /// The older version.
    pub version: u32,
    /// Old names, and new ones.
    pub rename: &'static [(&'static str, &'static str)],
    /// What it lacks, and the value that stands for that.
    pub default: &'static [(&'static str, Filling)],
    /// What nobody reads any more.
    pub remove: &'static [&'static str],
    /// The indexes that it is not in, or under another key.
    pub index: &'static [IndexKeys],
}

/// A value that an older item gets.
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

/// An entity's keys in one index. Written by the generator.
#[derive(Debug, PartialEq, Eq)]
pub struct IndexKeys {
    /// The attributes of its partition key and its sort key.
    pub keys: [&'static str; 2],
    /// The attributes that they are made from.
    pub from: &'static [&'static str],
}
