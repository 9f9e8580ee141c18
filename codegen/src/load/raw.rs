//! The documents as serde reads them: every word has its position, and unknown words are refused.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{Error, Unexpected, Visitor};
use serde::{Deserialize, Deserializer};
use toml::Spanned;

use crate::design::USUAL_KEY;

pub type Word = Spanned<String>;
pub type Map<T> = BTreeMap<Word, T>;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawTable {
    pub name: String,
    #[serde(default = "partition_key")]
    pub partition_key: String,
    #[serde(default = "sort_key")]
    pub sort_key: String,
    pub entity_attribute: Option<Word>,
    pub version_attribute: Option<Word>,
    pub ttl_attribute: String,
    pub billing_mode: Word,
    pub encryption: Word,
    pub point_in_time_recovery: bool,
    pub deletion_protection: bool,
    pub functions: Vec<Word>,
    #[serde(default)]
    pub index: Vec<Spanned<RawIndex>>,
    #[serde(default)]
    pub types: Map<RawDomain>,
    /// Removed entities, and how their items were handled.
    #[serde(default)]
    pub removed_entities: Map<String>,
    #[serde(default)]
    pub generate: RawGenerate,
}

fn partition_key() -> String {
    USUAL_KEY[0].to_owned()
}

fn sort_key() -> String {
    USUAL_KEY[1].to_owned()
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawGenerate {
    pub command: Option<String>,
    pub tool: Option<String>,
    pub product: Option<String>,
    pub rust: Option<Word>,
    pub schema: Option<Word>,
    pub policies: Option<Word>,
    pub analytics: Option<Word>,
    #[serde(default)]
    pub by_name: bool,
    #[serde(default)]
    pub limits: Map<Word>,
    pub typescript: Option<Word>,
    #[serde(default)]
    pub templates: Vec<Word>,
    pub api: Option<Word>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawIndex {
    pub name: String,
    pub partition_key: String,
    pub sort_key: String,
    pub sort_type: Option<Word>,
    pub projection: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawDomain {
    pub kind: Word,
    pub rust: String,
    #[serde(default)]
    pub copy: bool,
    pub doc: String,
    pub example: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawLimit {
    pub value: u32,
    pub unit: Word,
    pub doc: String,
    #[serde(rename = "crate")]
    pub package: Option<Word>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawEntity {
    pub entity: Word,
    #[serde(rename = "type")]
    pub type_name: Word,
    pub version: u32,
    pub write_version: Option<u32>,
    pub summary: Word,
    #[serde(default)]
    pub root: bool,
    pub key: RawKey,
    #[serde(default)]
    pub index: Map<RawIndexKey>,
    pub fields: Map<RawField>,
    #[serde(default)]
    pub records: Map<Map<RawField>>,
    #[serde(default)]
    pub history: Vec<Spanned<RawStep>>,
    pub migration: Option<Spanned<RawMigration>>,
    #[serde(default)]
    pub sample: Vec<Map<toml::Value>>,
}

/// The differences between an item of one version and an item of the next.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawStep {
    pub version: u32,
    pub because: Word,
    #[serde(default)]
    pub rename: Map<Word>,
    #[serde(default)]
    pub default: Map<Spanned<toml::Value>>,
    #[serde(default)]
    pub remove: Vec<Word>,
    #[serde(default)]
    pub optional: Vec<Word>,
    #[serde(default)]
    pub index: Vec<Word>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawKey {
    pub pk: Word,
    pub sk: Word,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawIndexKey {
    pub pk: Word,
    pub sk: Word,
    pub shards: Option<Spanned<u32>>,
    pub shard_by: Option<Word>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawField {
    #[serde(rename = "type")]
    pub type_name: Word,
    #[serde(default)]
    pub optional: bool,
    #[serde(default)]
    pub pii: bool,
    pub doc: Word,
    pub rust: Option<String>,
    pub values: Option<Vec<String>>,
    #[serde(default)]
    pub announced: Vec<String>,
    pub record: Option<Word>,
    pub stored_as: Option<Word>,
    pub example: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawMigration {
    pub from: Option<RawKey>,
    #[serde(default)]
    pub index: Map<RawKey>,
    #[serde(rename = "how")]
    pub _how: String,
}

/// Every keyword of a block. A separate check compares them with the keywords of its operation.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawPattern {
    pub name: Word,
    pub operation: Word,
    pub entity: Option<Word>,
    pub entities: Option<Vec<Word>>,
    pub index: Option<Word>,
    pub sort: Option<RawSort>,
    pub order: Option<Word>,
    pub page: Option<Spanned<RawCount>>,
    pub first: Option<Spanned<RawCount>>,
    pub first_max: Option<Spanned<RawCount>>,
    pub all: Option<bool>,
    pub count: Option<bool>,
    pub consistent: Option<bool>,
    pub fields: Option<Vec<Word>>,
    pub row: Option<Word>,
    pub total: Option<Vec<Word>>,
    pub returns: Option<Word>,
    pub expired: Option<Word>,
    pub because: Option<Word>,
    #[serde(default)]
    pub key: Map<Spanned<toml::Value>>,
    #[serde(default)]
    pub set: Map<Spanned<toml::Value>>,
    #[serde(default)]
    pub set_once: Map<Spanned<toml::Value>>,
    #[serde(default)]
    pub add: Map<Spanned<toml::Value>>,
    #[serde(default)]
    pub append: Map<Spanned<toml::Value>>,
    #[serde(default)]
    pub add_to: Map<Spanned<toml::Value>>,
    #[serde(default)]
    pub delete_from: Map<Spanned<toml::Value>>,
    #[serde(default)]
    pub remove: Vec<Word>,
    pub if_missing: Option<String>,
    pub if_present: Option<String>,
    pub replace: Option<bool>,
    pub upsert: Option<bool>,
    #[serde(default)]
    pub require: Vec<RawRequire>,
    #[serde(default)]
    pub action: Vec<Spanned<RawAction>>,
    #[serde(default)]
    pub read: Vec<Spanned<RawRead>>,
    #[serde(default)]
    pub write: Vec<Spanned<RawWrite>>,
    #[serde(default)]
    pub callers: Vec<Word>,
    #[serde(default)]
    pub tool: bool,
    #[serde(default)]
    pub maintenance: bool,
    pub without_root: Option<Word>,
    #[serde(default)]
    pub errors: Map<Word>,
    pub cost: Spanned<RawCost>,
    pub peak: Option<Spanned<RawPeak>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawSort {
    pub begins_with: Option<Word>,
    pub between: Option<[Word; 2]>,
    pub below: Option<Word>,
    pub above: Option<Word>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawRequire {
    pub that: Word,
    #[serde(rename = "else")]
    pub error: String,
    #[serde(default)]
    pub current: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawCost {
    pub fixture: String,
    pub requests: f64,
    pub rcu: f64,
    pub wcu: f64,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawPeak {
    pub per_second: f64,
    pub share: f64,
    #[serde(default)]
    pub shares: Map<f64>,
    pub index_share: Option<f64>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "each is a keyword of a block")]
pub struct RawAction {
    pub name: Option<Word>,
    pub put: Option<Word>,
    pub update: Option<Word>,
    pub delete: Option<Word>,
    pub check: Option<Word>,
    #[serde(default)]
    pub optional: bool,
    #[serde(default)]
    pub many: bool,
    pub row: Option<Word>,
    #[serde(default)]
    pub key: Map<Spanned<toml::Value>>,
    #[serde(default)]
    pub set: Map<Spanned<toml::Value>>,
    #[serde(default)]
    pub set_once: Map<Spanned<toml::Value>>,
    #[serde(default)]
    pub add: Map<Spanned<toml::Value>>,
    #[serde(default)]
    pub append: Map<Spanned<toml::Value>>,
    #[serde(default)]
    pub add_to: Map<Spanned<toml::Value>>,
    #[serde(default)]
    pub delete_from: Map<Spanned<toml::Value>>,
    #[serde(default)]
    pub remove: Vec<Word>,
    pub if_missing: Option<String>,
    pub if_present: Option<String>,
    #[serde(default)]
    pub replace: bool,
    #[serde(default)]
    pub upsert: bool,
    #[serde(default)]
    pub require: Vec<RawRequire>,
    pub expired: Option<Word>,
    pub because: Option<Word>,
    #[serde(default)]
    pub callers: Vec<Word>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawRead {
    pub name: String,
    pub entity: Word,
    #[serde(default)]
    pub many: bool,
    pub expired: Option<Word>,
    pub because: Option<Word>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawWrite {
    pub name: String,
    pub put: Option<Word>,
    pub delete: Option<Word>,
    #[serde(default)]
    pub of: Vec<Word>,
}

/// A number or the name of a limit: `50` or `"@threads_per_page"`.
#[derive(Debug)]
pub enum RawCount {
    Number(u32),
    Limit(String),
}

impl<'de> Deserialize<'de> for RawCount {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Count;
        impl Visitor<'_> for Count {
            type Value = RawCount;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a number or a \"@limit\"")
            }

            fn visit_i64<E: Error>(self, number: i64) -> Result<RawCount, E> {
                let count = u32::try_from(number).map_err(|_| E::invalid_value(Unexpected::Signed(number), &self))?;
                Ok(RawCount::Number(count))
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<RawCount, E> {
                let name = text.strip_prefix('@').ok_or_else(|| E::invalid_value(Unexpected::Str(text), &self))?;
                Ok(RawCount::Limit(name.to_owned()))
            }
        }
        deserializer.deserialize_any(Count)
    }
}

/// Map entries in the order of the document.
pub fn in_order<T>(map: Map<T>) -> Vec<(Word, T)> {
    let mut entries: Vec<_> = map.into_iter().collect();
    entries.sort_by_key(|(word, _)| word.span().start);
    entries
}
