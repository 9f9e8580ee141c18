//! Batches: split into requests, sent concurrently, and complete in the end.

use super::support::*;
use crate::Meter;
use crate::batch::BatchWrite;
use crate::key::ItemKey;

fn garden_of(count: u32) -> Vec<BatchWrite> {
    (1..=count).map(|number| BatchWrite::Put(Plant::new("a", number).item())).collect()
}

#[tokio::test]
async fn batches_are_split_and_keys_may_repeat() {
    let store = garden().await;
    let mut writes = garden_of(60);
    writes.push(BatchWrite::Put(Plant { leaves: 5, ..Plant::new("a", 1) }.item()));
    let meter = Meter::new();
    let metered = store.metered(meter.clone());
    metered.call(&BATCH).write_batch(writes).await.expect("an answer");
    assert_eq!(meter.total().requests, 3);
    assert!((meter.total().wcu - 60.0).abs() < f64::EPSILON, "{:?}", meter.total());
    let _ = meter.take();

    let keys = (1..=120).chain([1, 2]).map(|number| key("a", number)).collect();
    let mut found = metered.call(&BATCH).read_batch(keys, true).await.expect("an answer");
    assert_eq!(meter.total().requests, 2);
    // Its key was asked for twice.
    for _ in 0..2 {
        let first = found.take::<Plant>(&key("a", 1)).expect("a plant");
        assert_eq!(first.map(|plant| plant.leaves), Some(5), "the last write of a key stands");
    }
    assert_eq!(found.take::<Plant>(&key("a", 1)).expect("it was taken"), None);
    assert!(found.take::<Plant>(&key("a", 60)).expect("a plant").is_some());
    assert!(found.take::<Plant>(&key("a", 61)).expect("no plant").is_none());
}

#[tokio::test]
async fn the_keys_of_a_query_can_be_deleted() {
    let store = garden().await;
    store.call(&BATCH).write_batch(garden_of(30)).await.expect("an answer");
    let keys: Vec<ItemKey> = store.call(&LIST).all(plants_of("a")).await.expect("an answer");
    let deletes = keys.iter().map(|key| BatchWrite::Delete(key.primary())).collect();
    store.call(&BATCH).write_batch(deletes).await.expect("an answer");
    assert_eq!(store.call(&LIST).count(plants_of("a")).await.expect("an answer"), 0);
}

#[tokio::test]
async fn an_empty_batch_sends_no_request() {
    let store = garden().await;
    let meter = Meter::new();
    let metered = store.metered(meter.clone());
    metered.call(&BATCH).write_batch(Vec::new()).await.expect("nothing to do");
    metered.call(&BATCH).read_batch(Vec::new(), false).await.expect("nothing to do");
    assert_eq!(meter.total().requests, 0);
}

#[tokio::test]
async fn a_batch_larger_than_one_response_is_complete() {
    let store = garden().await;
    let note = "n".repeat(380_000);
    let writes = (1..=50).map(|number| BatchWrite::Put(Plant { note: note.clone(), ..Plant::new("a", number) }.item()));
    store.call(&BATCH).write_batch(writes.collect()).await.expect("25 of these fit in a request");
    let meter = Meter::new();
    let keys = (1..=50).map(|number| key("a", number)).collect();
    let metered = store.metered(meter.clone());
    let mut found = metered.call(&BATCH).read_batch(keys, false).await.expect("an answer");
    for number in 1..=50 {
        assert!(found.take::<Plant>(&key("a", number)).expect("a plant").is_some(), "{number}");
    }
    assert!(meter.total().requests >= 2, "19 MB do not fit into one answer");
}
