//! Batches: many independent items, split into requests of the allowed size, and repeated until no item is unprocessed.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::WriteRequest;
use futures::future::try_join_all;
use futures::stream::{StreamExt as _, TryStreamExt as _, iter};
use modyne::model::{self, BatchWriteItem};

use crate::call::{Call, REPEATS, pause};
use crate::design::Design;
use crate::error::StoreError;
use crate::item::{Item, Returned};
use crate::key::{ItemKey, Primary};
use crate::key_attributes::KeyAttributes;

/// The largest number of keys in one batch of reads.
const MAX_READS: usize = 100;
/// The largest number of items in one batch of writes. With 400 KB for each item, 25 items are 10 MB, and 14 MB on the
/// wire, so the limit of 16 MB needs no split of its own.
const MAX_WRITES: usize = 25;
/// The number of concurrent batches of writes: enough to hide their latency, too few to throttle a partition.
const WRITES_AT_ONCE: usize = 4;

/// The items that a batch or a transaction of reads found.
pub struct FoundItems {
    pattern: &'static str,
    design: &'static Design,
    /// Each item, with the number of times that its key was asked for.
    items: HashMap<ItemKey, (Item, usize)>,
}

/// The keys of a batch or a transaction of reads.
pub(crate) struct ReadKeys {
    /// The keys as the table has them, each once, in order.
    pub(crate) unique: Vec<Item>,
    /// How many times each key was asked for.
    times: HashMap<ItemKey, usize>,
}

impl FoundItems {
    pub(crate) fn new(call: &Call<'_>, keys: &ReadKeys, items: impl IntoIterator<Item = Item>) -> Self {
        let keyed = |item: Item| {
            let key = ItemKey::new(call.key_attributes().of(&item).ok()?);
            let times = keys.times.get(&key).copied().unwrap_or(1);
            Some((key, (item, times)))
        };
        Self { pattern: call.id(), design: call.design(), items: items.into_iter().filter_map(keyed).collect() }
    }

    /// Takes the item with this key out of the result, once for each time that the key was asked for; `None` if there
    /// is none.
    pub fn take<T: Returned>(&mut self, key: &Primary) -> Result<Option<T>, StoreError> {
        let key = ItemKey::new(key.clone());
        let item = match self.items.get_mut(&key) {
            Some((item, times)) if *times > 1 => {
                *times -= 1;
                Some(item.clone())
            }
            _ => self.items.remove(&key).map(|(item, _)| item),
        };
        let returned = item.map(|item| T::returned(item, self.design)).transpose();
        returned.map_err(|corrupt| corrupt.read_by(self.pattern))
    }
}

/// One write of a batch. DynamoDB supports no conditions in batches.
pub enum BatchWrite {
    /// Writes a whole item.
    Put(Item),
    /// Removes an item, if it exists.
    Delete(Primary),
}

impl Call<'_> {
    /// Reads many items by their keys. A key that occurs twice is read once.
    pub async fn read_batch(self, keys: Vec<Primary>, consistent: bool) -> Result<FoundItems, StoreError> {
        let keys = self.read_keys(keys);
        let slices = keys.unique.chunks(MAX_READS).map(|slice| self.read_slice(slice.to_vec(), consistent));
        let found = try_join_all(slices).await?;
        Ok(FoundItems::new(&self, &keys, found.into_iter().flatten()))
    }

    /// The keys as the table has them, each once.
    pub(crate) fn read_keys(&self, keys: Vec<Primary>) -> ReadKeys {
        let mut read = ReadKeys { unique: Vec::new(), times: HashMap::new() };
        for key in keys {
            let times = read.times.entry(ItemKey::new(key.clone())).or_default();
            *times += 1;
            if *times == 1 {
                read.unique.push(self.key_attributes().item(&key));
            }
        }
        read
    }

    async fn read_slice(&self, mut keys: Vec<Item>, consistent: bool) -> Result<Vec<Item>, StoreError> {
        let table = self.table.name();
        let mut items = Vec::new();
        let mut idle = Idle::default();
        while !keys.is_empty() {
            let asked = keys.len();
            let output = self.ask(|| self.table.batch_get_item(keys.clone(), consistent).send()).await?;
            self.has_read(output.consumed_capacity());
            items.extend(output.responses.and_then(|mut found| found.remove(table)).unwrap_or_default());
            let left = output.unprocessed_keys.and_then(|mut left| left.remove(table));
            keys = left.map(|left| left.keys).unwrap_or_default();
            idle.after(asked, keys.len(), self.id()).await?;
        }
        Ok(items)
    }

    /// Writes many items. If a key occurs twice, the last write applies.
    pub async fn write_batch(self, writes: Vec<BatchWrite>) -> Result<(), StoreError> {
        let mut last: HashMap<ItemKey, BatchWriteItem> = HashMap::new();
        let mut order = Vec::new();
        for write in writes {
            let (key, operation) = write.build(self.key_attributes());
            if last.insert(key.clone(), operation).is_none() {
                order.push(key);
            }
        }
        let operations: Vec<BatchWriteItem> = order.iter().filter_map(|key| last.remove(key)).collect();
        let slices: Vec<Vec<BatchWriteItem>> = operations.chunks(MAX_WRITES).map(<[_]>::to_vec).collect();
        iter(slices)
            .map(|slice| self.write_slice(slice))
            .buffer_unordered(WRITES_AT_ONCE)
            .try_collect::<Vec<()>>()
            .await?;
        Ok(())
    }

    async fn write_slice(&self, mut writes: Vec<BatchWriteItem>) -> Result<(), StoreError> {
        let mut idle = Idle::default();
        while !writes.is_empty() {
            let asked = writes.len();
            let batch = writes.into_iter().fold(model::BatchWrite::new(), model::BatchWrite::operation);
            let output = self.ask(|| batch.clone().execute(self.table)).await?;
            self.has_written(output.consumed_capacity());
            let left = output.unprocessed_items.and_then(|mut left| left.remove(self.table.name()));
            writes = left.unwrap_or_default().into_iter().map(unprocessed).collect();
            idle.after(asked, writes.len(), self.id()).await?;
        }
        Ok(())
    }
}

/// Counts the requests in a row that processed no item.
#[derive(Default)]
struct Idle(u32);

impl Idle {
    /// Handles the result of a request for `asked` items of which `left` are unprocessed: waits if there are any, and
    /// fails if too many requests in a row processed none.
    async fn after(&mut self, asked: usize, left: usize, pattern: &'static str) -> Result<(), StoreError> {
        if left == 0 {
            return Ok(());
        }
        self.0 = if left < asked { 0 } else { self.0 + 1 };
        if self.0 > REPEATS {
            return Err(StoreError::Contended { pattern });
        }
        pause(self.0).await;
        Ok(())
    }
}

impl BatchWrite {
    fn build(self, names: &KeyAttributes) -> (ItemKey, BatchWriteItem) {
        match self {
            Self::Put(item) => {
                let key = ItemKey::new(names.of(&item).expect("items are encoded from entities, with their keys"));
                (key, model::Put::new(item).into())
            }
            Self::Delete(key) => (ItemKey::new(key.clone()), model::Delete::new(names.item(&key)).into()),
        }
    }
}

/// A write that the table returns as unprocessed, to be sent again.
fn unprocessed(write: WriteRequest) -> BatchWriteItem {
    let put = write.put_request.map(|put| model::Put::new(put.item).into());
    let delete = || write.delete_request.map(|delete| model::Delete::new(delete.key).into());
    put.or_else(delete).expect("an unprocessed write is one of the puts and deletes that were sent")
}
