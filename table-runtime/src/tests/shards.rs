//! Queries of several shards: the results are merged in order, and a cursor continues in each shard at its position.

use modyne::expr::{Filter, KeyCondition};
use modyne::model::Query;

use super::support::*;
use crate::cursor::CursorError;
use crate::shards::Sharded;
use crate::{Meter, Order, Page, PageRequest, StoreError, Table};

const SHARDS: [&str; 4] = ["a", "b", "c", "d"];

/// Each garden is a shard.
fn heights_in(gardens: &[&str], order: Order) -> Sharded<ByHeight> {
    let partitions = gardens.iter().map(|garden| height_partition(garden)).collect();
    Sharded::new(partitions, order, |partition| {
        let query = Query::new(KeyCondition::<ByHeight>::in_partition(partition));
        if order == Order::Descending { query.scan_index_backward() } else { query }
    })
}

fn heights(order: Order) -> Sharded<ByHeight> {
    heights_in(&SHARDS, order)
}

/// Thirty plants in one shard, three in each of two others with mostly equal heights, and an empty shard.
async fn uneven() -> (Table, Vec<(i64, String)>) {
    let store = garden().await;
    let mut plants = Vec::new();
    for (garden, count) in [("a", 30), ("b", 3), ("d", 3)] {
        plants.extend(
            (1..=count).map(|number| Plant { height: Some(i64::from(number % 5) - 2), ..Plant::new(garden, number) }),
        );
    }
    plant(&store, &plants).await;
    let mut expected: Vec<_> = plants.iter().map(named).collect();
    expected.sort();
    (store, expected)
}

fn named(plant: &Plant) -> (i64, String) {
    (plant.height.unwrap_or_default(), format!("{}{}", plant.garden, plant.number))
}

async fn page(store: &Table, order: Order, limit: u32, cursor: Option<&str>) -> Result<Page<Plant>, StoreError> {
    let request = PageRequest { limit: Some(limit), cursor };
    store.call(&LIST).sharded_page(heights(order), "all", request, 100).await
}

/// All pages, and the requests of each.
async fn pages(store: &Table, order: Order, limit: u32) -> Vec<(i64, String)> {
    let (mut seen, mut cursor) = (Vec::new(), None);
    loop {
        let found = page(store, order, limit, cursor.as_deref()).await.expect("the engine answers");
        assert!(found.items.len() <= limit as usize);
        seen.extend(found.items.iter().map(named));
        cursor = found.cursor;
        if cursor.is_none() {
            return seen;
        }
    }
}

#[tokio::test]
async fn pages_of_any_size_have_every_item_once_and_in_order() {
    let (store, expected) = uneven().await;
    for order in [Order::Ascending, Order::Descending] {
        for limit in [1, 2, 7, 35, 36, 100] {
            let seen = pages(&store, order, limit).await;
            let is_sorted = seen.windows(2).all(|pair| match order {
                Order::Ascending => pair[0].0 <= pair[1].0,
                Order::Descending => pair[0].0 >= pair[1].0,
            });
            assert!(is_sorted, "{order:?} {limit}: {seen:?}");
            let mut sorted = seen;
            sorted.sort();
            assert_eq!(sorted, expected, "{order:?} {limit}");
        }
    }
}

#[tokio::test]
async fn a_cursor_continues_at_its_position_after_concurrent_inserts() {
    let (store, expected) = uneven().await;
    let first = page(&store, Order::Ascending, 20, None).await.expect("the engine answers");
    let last = first.items.last().and_then(|plant| plant.height).expect("it is in the index");
    plant(&store, &[Plant { height: Some(last - 1), ..Plant::new("a", 90) }]).await;
    plant(&store, &[Plant { height: Some(50), ..Plant::new("b", 91) }]).await;
    let rest = page(&store, Order::Ascending, 100, first.cursor.as_deref()).await.expect("the engine answers");
    let mut seen: Vec<_> = first.items.iter().chain(&rest.items).map(named).collect();
    assert_eq!(seen.pop(), Some((50, "b91".to_owned())), "what came after the cursor is seen");
    seen.sort();
    assert_eq!(seen, expected, "and what came before it is not");
}

#[tokio::test]
async fn each_shard_is_queried_once_for_a_page() {
    let (store, _) = uneven().await;
    let meter = Meter::new();
    let found = page(&store.metered(meter.clone()), Order::Descending, 10, None).await.expect("the engine answers");
    assert_eq!((found.items.len(), meter.take()[0].requests), (10, 4));
}

#[tokio::test]
async fn the_first_items_of_all_shards_report_whether_there_are_more() {
    let (store, expected) = uneven().await;
    for (limit, more) in [(1, true), (35, true), (36, false), (50, false)] {
        let call = store.call(&LIST).sharded_first_of_more::<_, Plant>(heights(Order::Descending), limit);
        let found = call.await.expect("the engine answers");
        assert_eq!((found.items.len(), found.more), (expected.len().min(limit as usize), more), "{limit}");
        assert_eq!(found.items[0].height, Some(2));
    }
    let first = store.call(&LIST).sharded_first::<_, Plant>(heights(Order::Ascending), 3).await;
    assert_eq!(first.expect("the engine answers").len(), 3);
    // Both shards have read more than is taken.
    let even = heights_in(&["b", "d"], Order::Ascending);
    let first = store.call(&LIST).sharded_first::<_, Plant>(even, 2).await;
    assert_eq!(
        first.expect("the engine answers").iter().map(named).collect::<Vec<_>>(),
        [(-1, "b1".to_owned()), (-1, "d1".to_owned())]
    );
}

#[tokio::test]
async fn a_page_ends_when_one_shard_was_queried_as_often_as_allowed() {
    let store = garden().await;
    // Of the shard "a", 8 requests of 3 items find nothing.
    let leafless = (1..=40).map(|number| Plant { height: Some(1), ..Plant::new("a", number) });
    let leafy =
        (1..=9).map(|number| Plant { height: Some(1 + i64::from(number)), leaves: 1, ..Plant::new("b", number) });
    plant(&store, &leafless.chain(leafy).collect::<Vec<_>>()).await;
    let with_leaves = || {
        Sharded::new(["a", "b"].map(height_partition).to_vec(), Order::Ascending, |partition| {
            let filter = Filter::new("#leaves = :one").name("#leaves", "leaves").value(":one", 1);
            Query::new(KeyCondition::<ByHeight>::in_partition(partition)).filter(filter)
        })
    };
    let (mut seen, mut sizes, mut cursor) = (Vec::new(), Vec::new(), None);
    let meter = Meter::new();
    let store = store.metered(meter.clone());
    loop {
        let request = PageRequest { limit: Some(2), cursor: cursor.as_deref() };
        let page = store.call(&LIST).sharded_page::<_, Plant>(with_leaves(), "all", request, 100).await;
        let page = page.expect("the engine answers");
        sizes.push(page.items.len());
        seen.extend(page.items.iter().map(|plant| plant.number));
        cursor = page.cursor;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(sizes, [0, 2, 2, 2, 2, 1]);
    assert_eq!(meter.take()[0].requests, 8 + 1);
    assert_eq!(seen, (1..=9).collect::<Vec<_>>());
}

#[tokio::test]
async fn all_items_of_all_shards_are_read_and_counted() {
    let (store, expected) = uneven().await;
    let all = store.call(&LIST).sharded_all::<_, Plant>(heights(Order::Ascending)).await.expect("the engine answers");
    assert!(all.is_sorted_by_key(|plant| plant.height));
    let mut seen: Vec<_> = all.iter().map(named).collect();
    seen.sort();
    assert_eq!(seen, expected);
    let count = store.call(&LIST).sharded_count(heights(Order::Ascending)).await.expect("the engine answers");
    assert_eq!(count, 36);
}

#[tokio::test]
async fn a_cursor_of_other_shards_is_rejected() {
    let (store, _) = uneven().await;
    let cursor = page(&store, Order::Ascending, 5, None).await.expect("the engine answers").cursor;
    let request = PageRequest { limit: Some(5), cursor: cursor.as_deref() };
    for (gardens, expected) in [(&SHARDS[..3], CursorError::Malformed), (&["b", "a", "c", "d"], CursorError::Forged)] {
        let sharded = heights_in(gardens, Order::Ascending);
        let refused = store.call(&LIST).sharded_page::<_, Plant>(sharded, "all", request, 100).await;
        assert!(matches!(refused, Err(StoreError::Cursor(error)) if error == expected), "{refused:?}");
    }
}
