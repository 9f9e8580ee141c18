//! Queries of a sharded index key: all shards are queried concurrently, and the results are merged by the sort key.

use std::cmp::Ordering;
use std::collections::VecDeque;

use aws_sdk_dynamodb::types::AttributeValue;
use futures::future::try_join_all;
use modyne::keys::Key;
use modyne::model::Query;

use crate::call::Call;
use crate::cursor::{CursorError, IndexPosition, Position, Scope};
use crate::error::StoreError;
use crate::item::{Item, Returned};
use crate::query::{FirstItems, Order, Page, PageRequest, REQUESTS_PER_PAGE, index_position, start_of_index};

/// The least number of items that a request of one shard reads.
const LEAST_STEP: usize = 25;

/// A query of all shards of one partition.
pub struct Sharded<K: Key> {
    order: Order,
    /// The queries, each with its partition.
    queries: Vec<(String, Query<K>)>,
}

impl<K: Key> Sharded<K> {
    /// One query for each partition, all in this order.
    pub fn new(partitions: Vec<String>, order: Order, query: impl Fn(&String) -> Query<K>) -> Self {
        let queries = partitions.into_iter().map(|partition| {
            let query = query(&partition);
            (partition, query)
        });
        Self { order, queries: queries.collect() }
    }
}

/// The state of one shard during a read.
struct ShardReader<'q, K: Key> {
    query: &'q Query<K>,
    /// The start of the next request.
    start: Option<Item>,
    /// Items that were read and not returned yet.
    buffered: VecDeque<Item>,
    /// Whether the shard has no more items to read.
    is_exhausted: bool,
    requests: u32,
}

impl<'q, K: Key> ShardReader<'q, K> {
    fn new(query: &'q Query<K>, start: Option<Item>) -> Self {
        Self { query, start, buffered: VecDeque::new(), is_exhausted: false, requests: 0 }
    }

    /// Whether the shard must be queried before the next item is known.
    fn needs_request(&self) -> bool {
        self.buffered.is_empty() && !self.is_exhausted
    }
}

impl Call<'_> {
    /// Reads one merged page. The cursor has the position in each shard.
    pub async fn sharded_page<K: Key, T: Returned>(
        self,
        sharded: Sharded<K>,
        bound_to: &str,
        request: PageRequest<'_>,
        max: u32,
    ) -> Result<Page<T>, StoreError> {
        let partition = sharded.queries.first().map_or("", |(partition, _)| partition);
        let scope = Scope { pattern: self.id(), partition, bound_to };
        let (key, now, names) = (self.table.mac_key(), self.table.clock().now(), self.key_attributes());
        let mut positions = match request.cursor {
            Some(cursor) => positions(key.verify(scope, cursor, now)?, sharded.queries.len())?,
            None => vec![None; sharded.queries.len()],
        };
        let mut readers: Vec<ShardReader<'_, K>> = Vec::new();
        for ((partition, query), position) in sharded.queries.iter().zip(&positions) {
            let start = position.clone().map(|position| start_of_index::<K>(partition, position, names)).transpose()?;
            readers.push(ShardReader::new(query, start));
        }
        let want = request.limit.unwrap_or(max).clamp(1, max.max(1)) as usize;
        // One more than requested, to know whether another page follows.
        let mut merged = self.merge::<K, T>(&mut readers, sharded.order, want + 1, Some(REQUESTS_PER_PAGE)).await?;
        let more = merged.len() > want || readers.iter().any(ShardReader::needs_request);
        merged.truncate(want);
        let corrupt = |corrupt: crate::error::CorruptItem| corrupt.read_by(self.id());
        for (position, reader) in positions.iter_mut().zip(&readers) {
            // Items that a filter dropped are not read again.
            if let Some(start) = reader.start.as_ref().filter(|_| reader.needs_request()) {
                *position = Some(index_position::<K>(start, names).map_err(corrupt)?);
            }
        }
        for (shard, item) in &merged {
            positions[*shard] = Some(index_position::<K>(item, names).map_err(corrupt)?);
        }
        let cursor = more.then(|| key.sign(scope, &Position::Index(positions), now));
        Ok(Page { items: self.decode(merged.into_iter().map(|(_, item)| item).collect())?, cursor })
    }

    /// Reads the first `limit` items of all shards, or fewer if there are fewer.
    pub async fn sharded_first<K: Key, T: Returned>(
        self,
        sharded: Sharded<K>,
        limit: u32,
    ) -> Result<Vec<T>, StoreError> {
        let mut readers: Vec<ShardReader<'_, K>> =
            sharded.queries.iter().map(|(_, query)| ShardReader::new(query, None)).collect();
        let merged = self.merge::<K, T>(&mut readers, sharded.order, limit as usize, None).await?;
        self.decode(merged.into_iter().map(|(_, item)| item).collect())
    }

    /// Reads the first `limit` items of all shards, and whether there are more.
    pub async fn sharded_first_of_more<K: Key, T: Returned>(
        self,
        sharded: Sharded<K>,
        limit: u32,
    ) -> Result<FirstItems<T>, StoreError> {
        Ok(FirstItems::of(self.sharded_first(sharded, limit + 1).await?, limit))
    }

    /// Reads every item of every shard, merged.
    pub async fn sharded_all<K: Key, T: Returned>(self, sharded: Sharded<K>) -> Result<Vec<T>, StoreError> {
        let mut readers: Vec<ShardReader<'_, K>> =
            sharded.queries.iter().map(|(_, query)| ShardReader::new(query, None)).collect();
        let whole = readers.iter_mut().map(|reader| async {
            while !reader.is_exhausted {
                self.read_shard::<K, T>(reader, None).await?;
            }
            Ok::<_, StoreError>(())
        });
        try_join_all(whole).await?;
        let merged = self.merge::<K, T>(&mut readers, sharded.order, usize::MAX, None).await?;
        self.decode(merged.into_iter().map(|(_, item)| item).collect())
    }

    /// The number of items in all shards.
    pub async fn sharded_count<K: Key>(self, sharded: Sharded<K>) -> Result<u64, StoreError> {
        let counts = sharded.queries.into_iter().map(|(_, query)| self.count_pages(query));
        Ok(try_join_all(counts).await?.into_iter().sum())
    }

    /// Merged items with the numbers of their shards, up to the requested number. Fewer if there are no more, or if a
    /// shard was queried as often as allowed without a result.
    async fn merge<K: Key, T: Returned>(
        &self,
        readers: &mut [ShardReader<'_, K>],
        order: Order,
        want: usize,
        requests: Option<u32>,
    ) -> Result<Vec<(usize, Item)>, StoreError> {
        // Twice the even share: the hash spreads items well, so few shards need another request.
        let share = want.div_ceil(readers.len().max(1)).saturating_mul(2);
        let step = share.max(LEAST_STEP).min(want);
        let mut merged = Vec::new();
        loop {
            let may_ask = |reader: &ShardReader<'_, K>| requests.is_none_or(|most| reader.requests < most);
            let waiting = readers.iter_mut().filter(|reader| reader.needs_request() && may_ask(reader));
            try_join_all(waiting.map(|reader| self.read_shard::<K, T>(reader, Some(step)))).await?;
            while merged.len() < want && !readers.iter().any(ShardReader::needs_request) {
                let Some(next) = next_shard(readers, order) else { return Ok(merged) };
                merged.extend(readers[next].buffered.pop_front().map(|item| (next, item)));
            }
            if merged.len() == want || !readers.iter().any(|reader| reader.needs_request() && may_ask(reader)) {
                return Ok(merged);
            }
        }
    }

    async fn read_shard<K: Key, T: Returned>(
        &self,
        reader: &mut ShardReader<'_, K>,
        limit: Option<usize>,
    ) -> Result<(), StoreError> {
        let output = self.step::<K, T>(reader.query, limit, reader.start.take()).await?;
        reader.requests += 1;
        reader.buffered.extend(output.items.unwrap_or_default());
        reader.start = output.last_evaluated_key;
        reader.is_exhausted = reader.start.is_none();
        Ok(())
    }
}

/// The shard whose first item is next. Of equal sort keys, the lower shard comes first in both orders.
fn next_shard<K: Key>(readers: &[ShardReader<'_, K>], order: Order) -> Option<usize> {
    let heads = readers.iter().enumerate().filter_map(|(shard, reader)| Some((shard, reader.buffered.front()?)));
    let compare = |one: &Item, other: &Item| match order {
        Order::Ascending => compare_sort_keys::<K>(one, other),
        Order::Descending => compare_sort_keys::<K>(other, one),
    };
    heads.min_by(|(a, one), (b, other)| compare(one, other).then(a.cmp(b))).map(|(shard, _)| shard)
}

fn compare_sort_keys<K: Key>(one: &Item, other: &Item) -> Ordering {
    let sort_key = |item: &Item| match K::DEFINITION.range_key().and_then(|name| item.get(name)) {
        Some(AttributeValue::N(number)) => number.clone(),
        _ => String::new(),
    };
    let (one, other) = (sort_key(one), sort_key(other));
    if let (Ok(one), Ok(other)) = (one.parse::<i64>(), other.parse::<i64>()) {
        return one.cmp(&other);
    }
    let number = |text: &str| text.parse::<f64>().unwrap_or(f64::NAN);
    number(&one).total_cmp(&number(&other))
}

/// The positions of a cursor, one for each shard.
fn positions(position: Position, shards: usize) -> Result<Vec<Option<IndexPosition>>, CursorError> {
    match position {
        Position::Index(positions) if positions.len() == shards => Ok(positions),
        // From a deployment with another number of shards.
        Position::Index(_) | Position::Table { .. } => Err(CursorError::Malformed),
    }
}
