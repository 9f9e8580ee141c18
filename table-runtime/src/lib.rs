//! The runtime of generated code: it sends the requests of access patterns to a DynamoDB table, repeats them, measures
//! them, and decodes the results.
//!
//! Generated code is the user of this crate. A generated function creates a [`Call`](call::Call) for its pattern and
//! passes a request to it; the call sends the request. [`Table`] is the starting point of calls: a client, a table
//! name, a clock, a source of ids, and a key for cursors. Generated code passes the table's design as a [`Design`].
//!
//! Reads and writes of single items are in `call.rs` and `write.rs`, transactions in `transact.rs`, batches in
//! `batch.rs`, queries in `query.rs` and `shards.rs`, the scan in `scan.rs`. modyne sends their requests, except those
//! in `beyond_modyne.rs`. `lifecycle.rs`, `indexes.rs` and `facts.rs` create and describe the table itself.

pub mod attributes;
pub mod batch;
mod beyond_modyne;
pub mod call;
pub mod changes;
pub mod condition;
pub mod counter;
#[doc(hidden)]
pub mod counts;
#[doc(hidden)] // Public for the fuzz targets.
pub mod cursor;
mod definition;
pub mod design;
mod digest;
mod endpoint;
mod error;
mod facts;
mod failure;
mod history;
pub mod ids;
mod indexes;
pub mod item;
pub mod key;
mod key_attributes;
mod lifecycle;
mod meter;
mod observer;
mod ping;
mod query;
mod reached;
mod refused;
pub mod registry;
pub mod reindex;
mod scan;
pub mod shards;
pub mod size;
mod sorted;
mod stored;
mod table;
mod text;
mod text_set;
mod time;
pub mod transact;
mod unreadable;
mod upgrade;
mod wire;
pub mod write;

#[cfg(test)]
mod tests;

pub use counts::InvalidCount;
pub use cursor::{CursorError, CursorKey};
pub use definition::Protection;
pub use design::Design;
pub use digest::{Digest, InvalidDigest};
pub use endpoint::{AwsSettings, Endpoint, split_access_key, without_access_key};
pub use error::{BoxError, CorruptItem, OtherFact, StoreError, TableError};
pub use facts::{TableDescription, TableFacts, defined_table};
pub use ids::{Ids, InvalidId, UuidNewtype};
pub use indexes::{IndexProgress, TableUpdate};
pub use key::{ItemKey, KeyPart};
pub use key_attributes::KeyAttributes;
pub use meter::{CallCost, Meter, Total};
pub use observer::Reached;
pub use query::{FirstItems, Order, Page, PageRequest};
pub use scan::{ScanPage, ScanPosition};
pub use sorted::Sorted;
pub use stored::StoredItem;
pub use table::{Table, TableConfig};
pub use text_set::TextSet;
pub use time::{Clock, Date, Expiry, InvalidTime, Timestamp};
pub use unreadable::{Unreadable, UnreadableItem, readable};
pub use wire::{RequestCapture, Traffic, WireRequest};
#[doc(hidden)]
pub use {aws_sdk_dynamodb::primitives::Blob, serde, serde_bytes, uuid};

/// What generated entities and keys implement.
pub mod entity {
    pub use modyne::keys::{
        FullKey, GlobalSecondaryIndexDefinition, IndexKey, Key, KeyDefinition, PrimaryKey, PrimaryKeyDefinition,
        SecondaryIndexDefinition,
    };
    pub use modyne::{Entity, EntityDef, EntityTypeNameRef};

    pub use crate::table::Keyed;
}

/// What generated requests are made of.
pub mod expr {
    pub use modyne::expr::{Filter, KeyCondition, StaticProjection};
    pub use modyne::model::Query;

    pub use crate::condition::Condition;
}
