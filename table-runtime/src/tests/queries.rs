//! Reads of single items, pages, cursors, counts, and items that do not decode.

use modyne::expr::Filter;

use super::proxy::Proxy;
use super::support::*;
use crate::item::FromItem as _;
use crate::{Clock, ItemKey};
use crate::{CursorError, Meter, Page, PageRequest, StoreError, Table};

async fn garden_of(count: u32) -> Table {
    let store = garden().await;
    let plants: Vec<Plant> =
        (1..=count).map(|number| Plant { height: Some(i64::from(number / 2)), ..Plant::new("a", number) }).collect();
    plant(&store, &plants).await;
    plant(&store, &[Plant { height: Some(1), ..Plant::new("b", 1) }]).await;
    store
}

async fn page(store: &Table, limit: u32, cursor: Option<&str>) -> Result<Page<Plant>, StoreError> {
    let request = PageRequest { limit: Some(limit), cursor };
    store.call(&LIST).page(plants_of("a"), "asc", &partition("a"), request, 50).await
}

fn numbers(plants: &[Plant]) -> Vec<u32> {
    plants.iter().map(|plant| plant.number).collect()
}

#[tokio::test]
async fn an_absent_item_is_none_and_a_present_one_is_complete() {
    let store = garden_of(1).await;
    assert_eq!(find(&store, "a", 2).await, None);
    let found = find(&store, "a", 1).await;
    assert_eq!(found, Some(Plant { height: Some(0), ..Plant::new("a", 1) }));
}

#[tokio::test]
async fn pages_have_no_gaps_and_the_last_has_no_cursor() {
    let store = garden_of(6).await;
    for limit in 1..=7 {
        let mut seen = Vec::new();
        let mut cursor: Option<String> = None;
        let mut pages = 0;
        loop {
            let page = page(&store, limit, cursor.as_deref()).await.expect("our own cursor");
            assert!(!page.items.is_empty(), "no page is empty");
            seen.extend(numbers(&page.items));
            pages += 1;
            cursor = page.cursor;
            if cursor.is_none() {
                break;
            }
        }
        assert_eq!(seen, [1, 2, 3, 4, 5, 6]);
        assert_eq!(pages, 6_u32.div_ceil(limit));
    }
}

#[tokio::test]
async fn a_page_is_never_larger_than_its_pattern_allows() {
    let store = garden_of(6).await;
    for (limit, expected) in [(None, 4), (Some(100), 4), (Some(0), 1), (Some(2), 2)] {
        let request = PageRequest { limit, cursor: None };
        let call = store.call(&LIST);
        let page: Page<Plant> = call.page(plants_of("a"), "", &partition("a"), request, 4).await.expect("an answer");
        assert_eq!(page.items.len(), expected, "{limit:?}");
    }
}

#[tokio::test]
async fn an_empty_list_is_one_empty_page() {
    let store = garden().await;
    assert_eq!(page(&store, 10, None).await.expect("an answer"), Page { items: Vec::new(), cursor: None });
}

#[tokio::test]
async fn pages_of_an_index_continue_between_equal_sort_keys() {
    let store = garden_of(7).await;
    for backward in [false, true] {
        let query = || {
            if backward { by_height("a").scan_index_backward() } else { by_height("a") }
        };
        let mut seen = Vec::new();
        let mut cursor: Option<String> = None;
        loop {
            let request = PageRequest { limit: Some(2), cursor: cursor.as_deref() };
            let call = store.call(&LIST);
            let page = call.page::<_, Plant>(query(), "", &height_partition("a"), request, 50).await;
            let page = page.expect("our own cursor");
            seen.extend(page.items.iter().map(|plant| plant.height));
            cursor = page.cursor;
            if cursor.is_none() {
                break;
            }
        }
        let mut expected = [0, 1, 1, 2, 2, 3, 3].map(Some);
        if backward {
            expected.reverse();
        }
        assert_eq!(seen, expected);
    }
}

#[tokio::test]
async fn a_cursor_is_valid_only_for_its_list() {
    let store = garden_of(6).await;
    let cursor = page(&store, 2, None).await.expect("an answer").cursor.expect("there are more");
    let request = PageRequest { limit: None, cursor: Some(&cursor) };
    let other = store.call(&LIST).page::<_, Plant>(plants_of("b"), "asc", &partition("b"), request, 50).await;
    assert!(matches!(other, Err(StoreError::Cursor(CursorError::Forged))), "{other:?}");
    let other = store.call(&GET).page::<_, Plant>(plants_of("a"), "asc", &partition("a"), request, 50).await;
    assert!(matches!(other, Err(StoreError::Cursor(CursorError::Forged))), "{other:?}");
    let other = store.call(&LIST).page::<_, Plant>(plants_of("a"), "desc", &partition("a"), request, 50).await;
    assert!(matches!(other, Err(StoreError::Cursor(CursorError::Forged))), "{other:?}");
    // Signed for the table and sent to an index, as after a deployment that moves a pattern.
    let other = store.call(&LIST).page::<_, Plant>(by_height("a"), "asc", &partition("a"), request, 50).await;
    assert!(matches!(other, Err(StoreError::Cursor(CursorError::Malformed))), "{other:?}");
    assert!(!format!("{request:?}").contains(&cursor));
}

#[tokio::test]
async fn a_cursor_expires_by_the_stores_clock() {
    let store = garden_of(6).await;
    let cursor = page(&store, 2, None).await.expect("an answer").cursor.expect("there are more");
    let clock: &Clock = store.clock();
    clock.advance(std::time::Duration::from_hours(25));
    let late = page(&store, 2, Some(&cursor)).await;
    assert!(matches!(late, Err(StoreError::Cursor(CursorError::Expired))), "{late:?}");
}

#[tokio::test]
async fn a_filter_leaves_pages_full() {
    let store = garden().await;
    let plants: Vec<Plant> = (1..=60).map(|number| Plant { leaves: number % 10, ..Plant::new("a", number) }).collect();
    plant(&store, &plants).await;
    let filter = || Filter::new("#leaves = :leaves").name("#leaves", "leaves").value(":leaves", 0);
    let query = || plants_of("a").filter(filter());
    let request = PageRequest { limit: Some(4), cursor: None };
    let call = store.call(&LIST);
    let first: Page<Plant> = call.page(query(), "", &partition("a"), request, 50).await.expect("an answer");
    assert_eq!(numbers(&first.items), [10, 20, 30, 40]);
    let request = PageRequest { limit: Some(4), cursor: first.cursor.as_deref() };
    let call = store.call(&LIST);
    let second: Page<Plant> = call.page(query(), "", &partition("a"), request, 50).await.expect("an answer");
    assert_eq!(numbers(&second.items), [50, 60]);
    assert_eq!(second.cursor, None);
    let few: Vec<Plant> = store.call(&LIST).first(query(), 3).await.expect("an answer");
    assert_eq!(numbers(&few), [10, 20, 30]);
}

/// The limits of the requests since the last call of this function.
fn limits(proxy: &Proxy) -> Vec<u64> {
    let body = |body: &String| serde_json::from_str::<serde_json::Value>(body).expect("JSON");
    proxy.requests().iter().map(|request| body(request)["Limit"].as_u64().expect("a limit")).collect()
}

#[tokio::test]
async fn each_request_for_a_page_reads_what_is_missing_and_no_fewer_than_a_hundred() {
    let (store, proxy) = broken_garden().await;
    // Of 250 plants, those with 1, 11, 21 and so on have leaves.
    let leaves = |number: u32| u32::from(number % 10 == 1);
    let plants: Vec<Plant> =
        (1..=250).map(|number| Plant { leaves: leaves(number), ..Plant::new("a", number) }).collect();
    plant(&store, &plants).await;
    proxy.requests();
    let with_leaves =
        || plants_of("a").filter(Filter::new("#leaves = :one").name("#leaves", "leaves").value(":one", 1));
    for (want, expected) in [(2, &[3, 100][..]), (20, &[21, 100, 100]), (150, &[151, 135])] {
        let request = PageRequest { limit: Some(want), cursor: None };
        let call = store.call(&LIST);
        let page: Page<Plant> = call.page(with_leaves(), "", &partition("a"), request, 200).await.expect("an answer");
        assert_eq!((page.items.len(), page.cursor.is_some()), (want.min(25) as usize, want < 25));
        assert_eq!(limits(&proxy), expected, "{want} of a page");
    }
    for (want, expected) in [(2, &[2, 100][..]), (150, &[150, 135])] {
        let first: Vec<Plant> = store.call(&LIST).first(with_leaves(), want).await.expect("an answer");
        assert_eq!(first.len(), want.min(25) as usize);
        assert_eq!(limits(&proxy), expected, "the first {want}");
    }
}

#[tokio::test]
async fn a_full_page_is_the_last_if_only_filtered_items_follow() {
    let store = garden().await;
    let leaves = |number: u32| u32::from([1, 50].contains(&number));
    let plants: Vec<Plant> =
        (1..=250).map(|number| Plant { leaves: leaves(number), ..Plant::new("a", number) }).collect();
    plant(&store, &plants).await;
    let filter = Filter::new("#leaves = :one").name("#leaves", "leaves").value(":one", 1);
    let request = PageRequest { limit: Some(2), cursor: None };
    let call = store.call(&LIST);
    let page: Page<Plant> =
        call.page(plants_of("a").filter(filter), "", &partition("a"), request, 50).await.expect("an answer");
    assert_eq!((numbers(&page.items), page.cursor), (vec![1, 50], None));
}

#[tokio::test]
async fn the_first_items_cost_one_request() {
    let store = garden_of(6).await;
    let meter = Meter::new();
    let metered = store.metered(meter.clone());
    let tallest: Vec<Plant> =
        metered.call(&LIST).first(by_height("a").scan_index_backward(), 3).await.expect("an answer");
    assert_eq!(numbers(&tallest).len(), 3);
    assert_eq!(tallest[0].height, Some(3));
    let none: Vec<Plant> = metered.call(&LIST).first(plants_of("a"), 0).await.expect("an answer");
    assert!(none.is_empty());
    let costs = meter.take();
    assert_eq!(costs.iter().map(|cost| cost.requests).collect::<Vec<_>>(), [1, 0]);
    assert_eq!(costs[0].pattern.id, "T-02");
    assert!(meter.take().is_empty());
}

#[tokio::test]
async fn all_items_are_read_beyond_the_megabyte_of_one_response() {
    let store = garden().await;
    let note = "n".repeat(60_000);
    let plants: Vec<Plant> = (1..=40).map(|number| Plant { note: note.clone(), ..Plant::new("a", number) }).collect();
    plant(&store, &plants).await;
    let meter = Meter::new();
    let metered = store.metered(meter.clone());
    let all: Vec<Plant> = metered.call(&LIST).all(plants_of("a")).await.expect("an answer");
    assert_eq!(all, plants);
    let count = metered.call(&LIST).count(plants_of("a")).await.expect("an answer");
    assert_eq!(count, 40);
    let keys: Vec<ItemKey> = metered.call(&LIST).all(plants_of("a")).await.expect("an answer");
    assert_eq!(keys.len(), 40);
    assert_eq!(keys[39].primary().range, "PLANT#0040");
    let page = page(&store, 30, None).await.expect("an answer");
    assert_eq!(page.items.len(), 30, "a page is full although one answer was not");
    for cost in meter.take() {
        assert_eq!(cost.requests, 3);
        assert!(cost.rcu > 290.0 && cost.rcu < 300.0, "{}", cost.rcu);
    }
}

#[tokio::test]
async fn an_item_that_does_not_decode_is_an_error() {
    let store = garden_of(3).await;
    let mut strange = Plant::new("a", 2).item();
    strange.insert("et".to_owned(), aws_sdk_dynamodb::types::AttributeValue::S("stone".to_owned()));
    let put = store.call(&PUT).put(strange, None).await.expect("the engine answers");
    put.expect("there is no condition");
    let error = store.call(&LIST).all::<_, Plant>(plants_of("a")).await.expect_err("there is a stone");
    assert_eq!(error.to_string(), "T-02: a stored plant does not decode: it is another kind of item");
    let error = page(&store, 10, None).await.expect_err("there is a stone");
    assert!(matches!(error, StoreError::Corrupt { entity: "plant", .. }));
    let got = store.call(&GET).get::<Plant>(key("a", 2), false).await;
    assert!(matches!(got, Err(StoreError::Corrupt { pattern: "T-01", .. })));
    assert!(Plant::from_item(Plant::new("a", 1).item()).is_ok());
}

#[tokio::test]
async fn the_cost_of_reads_is_as_the_table_reports() {
    let store = garden_of(2).await;
    let meter = Meter::new();
    let metered = store.metered(meter.clone());
    for consistent in [false, true] {
        let found = metered.call(&GET).get::<Plant>(key("a", 1), consistent).await.expect("an answer");
        assert!(found.is_some());
    }
    assert_eq!(meter.total().requests, 2);
    assert!((meter.total().rcu - 1.5).abs() < f64::EPSILON, "{:?}", meter.total());
    let costs: Vec<f64> = meter.take().iter().map(|cost| cost.rcu).collect();
    assert_eq!(costs, [0.5, 1.0]);
}

#[tokio::test]
async fn the_first_items_of_a_partition_report_whether_there_are_more() {
    let store = garden().await;
    plant(&store, &[Plant::new("a", 1), Plant::new("a", 2), Plant::new("a", 3)]).await;
    for (limit, count, more) in [(2, 2, true), (3, 3, false), (4, 3, false)] {
        let found = store.call(&LIST).first_of_more::<_, Plant>(plants_of("a"), limit).await;
        let found = found.expect("the engine answers");
        assert_eq!((found.items.len(), found.more), (count, more), "{limit}");
    }
}
