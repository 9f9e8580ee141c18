//! Queries: one page with a cursor, the first items, all items, or their number.

use aws_sdk_dynamodb::operation::query::QueryOutput;
use aws_sdk_dynamodb::types::{AttributeValue, Select};
use modyne::keys::Key;
use modyne::model::Query;

use crate::call::Call;
use crate::cursor::{CursorError, IndexPosition, Position, Scope};
use crate::error::CorruptItem;
use crate::error::StoreError;
use crate::item::{Item, Returned};
use crate::key_attributes::KeyAttributes;
use crate::unreadable;

/// The number of requests for one page if a filter drops most items. Then the page is short, and its cursor continues
/// at the last position.
pub(crate) const REQUESTS_PER_PAGE: u32 = 8;
/// The least number of items that each request after the first reads if a filter left too few. So a page of a thread,
/// which has at most 500 messages, is full even if many of them have expired.
const LEAST_STEP: usize = 100;

/// The request for a page.
#[derive(Clone, Copy, Default)]
pub struct PageRequest<'a> {
    /// The number of items; the pattern's own maximum if it is absent or larger.
    pub limit: Option<u32>,
    /// The cursor of the previous page; `None` for the first page.
    pub cursor: Option<&'a str>,
}

impl std::fmt::Debug for PageRequest<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // A cursor contains the key of an item.
        let cursor = self.cursor.map(|_| "<redacted>");
        f.debug_struct("PageRequest").field("limit", &self.limit).field("cursor", &cursor).finish()
    }
}

/// The order of a list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// The smallest sort key first: the oldest.
    #[default]
    Ascending,
    /// The largest sort key first: the newest.
    Descending,
}

impl Order {
    /// The name in a request.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ascending => "asc",
            Self::Descending => "desc",
        }
    }
}

/// One page of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T> {
    /// The items in the requested order.
    pub items: Vec<T>,
    /// The cursor of the next page; `None` on the last page.
    pub cursor: Option<String>,
}

/// The first items of a list, and whether there are more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FirstItems<T> {
    /// The items in the requested order.
    pub items: Vec<T>,
    /// Whether there are more.
    pub more: bool,
}

impl<T> FirstItems<T> {
    /// From items of which one more than the limit was requested.
    pub(crate) fn of(mut items: Vec<T>, limit: u32) -> Self {
        let more = items.len() > limit as usize;
        items.truncate(limit as usize);
        Self { items, more }
    }
}

impl Call<'_> {
    /// Reads one page. `bound_to` are the arguments to which the cursor is bound: all that change the items or their
    /// order, but not the size of the page.
    pub async fn page<K: Key, T: Returned>(
        self,
        query: Query<K>,
        bound_to: &str,
        partition: &str,
        request: PageRequest<'_>,
        max: u32,
    ) -> Result<Page<T>, StoreError> {
        let scope = Scope { pattern: self.id(), partition, bound_to };
        let (key, now) = (self.table.mac_key(), self.table.clock().now());
        let mut start = match request.cursor {
            Some(cursor) => Some(start_key::<K>(partition, key.verify(scope, cursor, now)?, self.key_attributes())?),
            None => None,
        };
        let want = request.limit.unwrap_or(max).clamp(1, max.max(1)) as usize;
        let mut items = Vec::new();
        for step in 0..REQUESTS_PER_PAGE {
            // One more than requested, to know whether another page follows.
            let missing = want + 1 - items.len();
            let limit = if step == 0 { missing } else { missing.max(LEAST_STEP) };
            let output = self.step::<K, T>(&query, Some(limit), start.take()).await?;
            items.extend(output.items.unwrap_or_default());
            start = output.last_evaluated_key;
            if items.len() > want || start.is_none() {
                break;
            }
        }
        let more = items.len() > want;
        items.truncate(want);
        let last = if more { items.last() } else { start.as_ref() };
        let cursor = match last.map(|last| position::<K>(last, self.key_attributes())) {
            Some(position) => Some(key.sign(scope, &position.map_err(|corrupt| corrupt.read_by(self.id()))?, now)),
            None => None,
        };
        Ok(Page { items: self.decode(items)?, cursor })
    }

    /// Reads the first `limit` items, or fewer if there are fewer.
    pub async fn first<K: Key, T: Returned>(self, query: Query<K>, limit: u32) -> Result<Vec<T>, StoreError> {
        let limit = limit as usize;
        let mut items: Vec<Item> = Vec::new();
        let mut start = None;
        while items.len() < limit {
            let missing = limit - items.len();
            let step = if start.is_none() { missing } else { missing.max(LEAST_STEP) };
            let output = self.step::<K, T>(&query, Some(step), start.take()).await?;
            items.extend(output.items.unwrap_or_default());
            start = output.last_evaluated_key;
            if start.is_none() {
                break;
            }
        }
        items.truncate(limit);
        self.decode(items)
    }

    /// Reads the first `limit` items, and whether there are more.
    pub async fn first_of_more<K: Key, T: Returned>(
        self,
        query: Query<K>,
        limit: u32,
    ) -> Result<FirstItems<T>, StoreError> {
        Ok(FirstItems::of(self.first(query, limit + 1).await?, limit))
    }

    /// Reads every item, with as many requests as necessary.
    pub async fn all<K: Key, T: Returned>(self, query: Query<K>) -> Result<Vec<T>, StoreError> {
        let mut items = Vec::new();
        let mut start = None;
        loop {
            let output = self.step::<K, T>(&query, None, start.take()).await?;
            items.extend(output.items.unwrap_or_default());
            start = output.last_evaluated_key;
            if start.is_none() {
                return self.decode(items);
            }
        }
    }

    /// The number of items. It costs as much as `all`, but transfers no item.
    pub async fn count<K: Key>(self, query: Query<K>) -> Result<u64, StoreError> {
        self.count_pages(query).await
    }

    pub(crate) async fn count_pages<K: Key>(&self, query: Query<K>) -> Result<u64, StoreError> {
        let query = query.select(Select::Count);
        let mut count = 0;
        let mut start = None;
        loop {
            let output = self.request(query.clone().set_exclusive_start_key(start)).await?;
            count += u64::from(output.count().unsigned_abs());
            start = output.last_evaluated_key;
            if start.is_none() {
                return Ok(count);
            }
        }
    }

    pub(crate) async fn step<K: Key, T: Returned>(
        &self,
        query: &Query<K>,
        limit: Option<usize>,
        start: Option<Item>,
    ) -> Result<QueryOutput, StoreError> {
        let limit = limit.and_then(|limit| u32::try_from(limit).ok());
        let mut query = query.clone().set_limit(limit).set_exclusive_start_key(start);
        if let Some(projection) = T::projection(self.design()) {
            query = query.projection(projection);
        }
        self.request(query).await
    }

    async fn request<K: Key>(&self, query: Query<K>) -> Result<QueryOutput, StoreError> {
        let table = self.table;
        let output = self.ask(|| query.clone().execute(table)).await?;
        self.has_read(output.consumed_capacity());
        Ok(output)
    }

    pub(crate) fn decode<T: Returned>(&self, items: Vec<Item>) -> Result<Vec<T>, StoreError> {
        let design = self.design();
        let Some(unreadable) = &self.table.unreadable else {
            let decoded = items.into_iter().map(|item| T::returned(item, design)).collect::<Result<_, _>>();
            return decoded.map_err(|corrupt: CorruptItem| corrupt.read_by(self.id()));
        };
        let decode_one = |item: Item| {
            let key = unreadable::key(&item, self.key_attributes());
            T::returned(item, design).inspect_err(|corrupt| unreadable.add(key, corrupt)).ok()
        };
        Ok(items.into_iter().filter_map(decode_one).collect())
    }
}

/// The position of an item, or of a last key, in its partition.
fn position<K: Key>(item: &Item, names: &KeyAttributes) -> Result<Position, CorruptItem> {
    let missing = |name| CorruptItem::new("key", format!("`{name}` is missing from a page's rows, or of another type"));
    let text = |name| match item.get(name) {
        Some(AttributeValue::S(text)) => Ok(text.clone()),
        _ => Err(missing(name)),
    };
    match K::DEFINITION.index_name() {
        Some(_) => Ok(Position::Index(vec![Some(index_position::<K>(item, names)?)])),
        None => Ok(Position::Table { sk: text(names.sort())? }),
    }
}

/// The first letter of a position in an index whose sort key is a text. The position of a number never starts with it.
const TEXT: char = 's';

/// The position of an item, or of a last key, in its partition of an index.
pub(crate) fn index_position<K: Key>(item: &Item, names: &KeyAttributes) -> Result<IndexPosition, CorruptItem> {
    let missing = |name| CorruptItem::new("key", format!("`{name}` is missing from a page's rows, or of another type"));
    let text = |name| item.get(name).and_then(|value| value.as_s().ok()).cloned().ok_or_else(|| missing(name));
    let name = K::DEFINITION.range_key().unwrap_or_default();
    match item.get(name) {
        Some(AttributeValue::N(sort)) => {
            Ok(IndexPosition { sort: sort.clone(), pk: text(names.partition())?, sk: text(names.sort())? })
        }
        Some(AttributeValue::S(sort)) => {
            Ok(IndexPosition { sort: format!("{TEXT}{sort}"), pk: text(names.partition())?, sk: text(names.sort())? })
        }
        _ => Err(missing(name)),
    }
}

/// The start key in an index: the position from the cursor, and the partition always from the caller.
pub(crate) fn start_of_index<K: Key>(
    partition: &str,
    position: IndexPosition,
    names: &KeyAttributes,
) -> Result<Item, CursorError> {
    start_key::<K>(partition, Position::Index(vec![Some(position)]), names)
}

/// The start key: the position from the cursor, and the partition always from the caller.
fn start_key<K: Key>(partition: &str, position: Position, names: &KeyAttributes) -> Result<Item, CursorError> {
    let text = |text: String| AttributeValue::S(text);
    // A position of another form is from a deployment before the pattern moved to or from an index, or to or from
    // shards.
    let parts = match (position, K::DEFINITION.index_name(), K::DEFINITION.range_key()) {
        (Position::Table { sk }, None, _) => vec![(names.sort(), text(sk))],
        (Position::Index(positions), Some(_), Some(name)) => match <[_; 1]>::try_from(positions) {
            Ok([Some(IndexPosition { sort, pk, sk })]) => {
                let sort = match sort.strip_prefix(TEXT) {
                    Some(sort) => text(sort.to_owned()),
                    None => AttributeValue::N(sort),
                };
                vec![(name, sort), (names.partition(), text(pk)), (names.sort(), text(sk))]
            }
            _ => return Err(CursorError::Malformed),
        },
        _ => return Err(CursorError::Malformed),
    };
    let hash = (K::DEFINITION.hash_key(), text(partition.to_owned()));
    Ok(parts.into_iter().chain([hash]).map(|(name, value)| (name.to_owned(), value)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::{ByHeight, DESIGN};

    #[test]
    fn a_request_for_a_page_does_not_print_its_cursor() {
        let request = PageRequest { limit: Some(7), cursor: Some("canary") };
        assert_eq!(format!("{request:?}"), r#"PageRequest { limit: Some(7), cursor: Some("<redacted>") }"#);
    }

    #[test]
    fn the_position_in_an_index_has_its_sort_key_in_the_form_of_its_type() {
        let text = |text: &str| AttributeValue::S(text.to_owned());
        let sort_of = |sort| {
            let item = [("PK", text("p")), ("SK", text("s")), ("GSI1SK", sort)];
            let item = Item::from(item.map(|(name, value)| (name.to_owned(), value)));
            index_position::<ByHeight>(&item, &DESIGN.key_attributes).ok().map(|position| position.sort)
        };
        assert_eq!(sort_of(AttributeValue::N("-7".to_owned())).as_deref(), Some("-7"));
        assert_eq!(sort_of(text("7")).as_deref(), Some("s7"));
        assert_eq!(sort_of(AttributeValue::Bool(true)), None);
    }
}
