//! Writes of one item, transactions and batches.

use super::support::*;
use crate::store::batch::BatchWrite;
use crate::store::changes::Changes;
use crate::store::transact::Transaction;
use crate::store::{Meter, Store, StoreError};

async fn create_plant(store: &Store, plant: &Plant) -> Result<(), Option<Plant>> {
    let put = store.call(&PUT).put(plant.item(), is_new()).await.expect("the engine answers");
    put.map_err(|refused| refused.current().expect("a plant"))
}

#[tokio::test]
async fn a_put_that_must_be_new_hands_back_what_is_there() {
    let store = garden().await;
    let first = Plant { leaves: 3, ..Plant::new("a", 1) };
    assert_eq!(create_plant(&store, &first).await, Ok(()));
    assert_eq!(create_plant(&store, &Plant::new("a", 1)).await, Err(Some(first.clone())));
    assert_eq!(find(&store, "a", 1).await, Some(first));
}

#[tokio::test]
async fn an_update_changes_adds_and_removes_and_returns_the_new_item() {
    let store = garden().await;
    plant(&store, &[Plant { height: Some(4), leaves: 3, ..Plant::new("a", 1) }]).await;
    let changes = Changes::new().set("note", "in bloom").add("leaves", 2).remove("height");
    let updated = store.call(&UPDATE).update(key("a", 1), changes, exists(), true).await.expect("an answer");
    let item = updated.expect("it exists").expect("the new item was asked for");
    assert_eq!(item["leaves"].as_n().map(String::as_str), Ok("5"));
    let expected = Plant { note: "in bloom".to_owned(), leaves: 5, ..Plant::new("a", 1) };
    assert_eq!(find(&store, "a", 1).await, Some(expected));
    let again = store.call(&UPDATE).update(key("a", 1), Changes::new().set("leaves", 1), has_leaves(5), false).await;
    assert!(matches!(again, Ok(Ok(None))));
}

#[tokio::test]
async fn an_update_never_brings_back_what_was_deleted() {
    let store = garden().await;
    let changes = Changes::new().add("leaves", 1);
    let updated = store.call(&UPDATE).update(key("a", 1), changes, exists(), true).await.expect("an answer");
    let refused = updated.expect_err("there is no such plant");
    assert!(refused.missing());
    assert!(refused.current::<Plant>().expect("nothing to decode").is_none());
    assert_eq!(find(&store, "a", 1).await, None);
}

#[tokio::test]
async fn a_false_condition_shows_the_item_it_was_false_for() {
    let store = garden().await;
    plant(&store, &[Plant { leaves: 3, note: "canary".to_owned(), ..Plant::new("a", 1) }]).await;
    let changes = Changes::new().set("leaves", 9);
    let updated = store.call(&UPDATE).update(key("a", 1), changes, has_leaves(2), true).await.expect("an answer");
    let refused = updated.expect_err("there are three leaves");
    assert!(!format!("{refused:?}").contains("canary"));
    assert_eq!(refused.item().and_then(|item| item["leaves"].as_n().ok()).map(String::as_str), Some("3"));
    assert_eq!(refused.current::<Plant>().expect("a plant").map(|plant| plant.leaves), Some(3));
}

#[tokio::test]
async fn adding_without_a_condition_creates_the_counter() {
    let store = garden().await;
    for expected in ["2", "4"] {
        let changes = Changes::new().add("leaves", 2);
        let updated = store.call(&UPDATE).update(key("a", 1), changes, None, true).await.expect("an answer");
        let item = updated.expect("there is no condition").expect("the new item was asked for");
        assert_eq!(item["leaves"].as_n().map(String::as_str), Ok(expected));
    }
}

#[tokio::test]
async fn deleting_twice_is_fine() {
    let store = garden().await;
    plant(&store, &[Plant::new("a", 1)]).await;
    for _ in 0..2 {
        store.call(&DELETE).delete(key("a", 1)).await.expect("an answer");
        assert_eq!(find(&store, "a", 1).await, None);
    }
}

#[tokio::test]
async fn a_transaction_does_all_of_it() {
    let store = garden().await;
    plant(&store, &[Plant::new("a", 1), Plant::new("a", 2), Plant { leaves: 7, ..Plant::new("a", 3) }]).await;
    let meter = Meter::new();
    let transaction = Transaction::new()
        .put("sow", Plant::new("a", 4).item(), is_new())
        .put("replace", Plant { leaves: 1, ..Plant::new("a", 5) }.item(), None)
        .update("grow", key("a", 1), Changes::new().add("leaves", 2), exists())
        .update("count", key("a", 9), Changes::new().set("note", "x").add("leaves", 1), None)
        .delete("pull", key("a", 2), exists())
        .check("see", key("a", 3), has_leaves(7).expect("a condition"));
    let done = store.metered(meter.clone()).call(&TRANSACT).transact(transaction).await.expect("an answer");
    done.expect("every condition is true");
    assert_eq!(find(&store, "a", 1).await.map(|plant| plant.leaves), Some(2));
    assert_eq!(find(&store, "a", 2).await, None);
    assert!(find(&store, "a", 4).await.is_some());
    assert_eq!(meter.total().requests, 1);
    assert!((meter.total().wcu - 12.0).abs() < f64::EPSILON, "two for each of six: {:?}", meter.total());
}

#[tokio::test]
async fn a_refused_transaction_does_nothing_and_names_the_first_reason() {
    let store = garden().await;
    plant(&store, &[Plant { leaves: 7, ..Plant::new("a", 1) }]).await;
    let transaction = Transaction::new()
        .put("sow", Plant::new("a", 4).item(), is_new())
        .check("see", key("a", 1), has_leaves(8).expect("a condition"))
        .delete("pull", key("a", 2), exists());
    let done = store.call(&TRANSACT).transact(transaction).await.expect("an answer");
    let refused = done.expect_err("two conditions are false");
    assert_eq!((refused.action, refused.position), ("see", 1));
    assert_eq!(refused.current::<Plant>().expect("a plant").map(|plant| plant.leaves), Some(7));
    assert_eq!(find(&store, "a", 4).await, None);

    let transaction = Transaction::new().delete("pull", key("a", 2), exists());
    let done = store.call(&TRANSACT).transact(transaction).await.expect("an answer");
    let refused = done.expect_err("there is no second plant");
    assert_eq!((refused.action, refused.missing()), ("pull", true));
}

#[tokio::test]
async fn a_transaction_takes_none_to_a_hundred_actions() {
    let store = garden().await;
    let of = |count: u32| {
        (1..=count).fold(Transaction::new(), |transaction, number| {
            transaction.put("sow", Plant::new("a", number).item(), is_new())
        })
    };
    let meter = Meter::new();
    let metered = store.metered(meter.clone());
    assert!(matches!(metered.call(&TRANSACT).transact(of(0)).await, Ok(Ok(()))));
    let error = metered.call(&TRANSACT).transact(of(101)).await.expect_err("a hundred is the most");
    assert!(matches!(error, StoreError::Rejected { pattern: "T-06", .. }));
    assert_eq!(meter.total().requests, 0);
    assert!(matches!(metered.call(&TRANSACT).transact(of(100)).await, Ok(Ok(()))));
    assert_eq!(store.call(&LIST).count(plants_of("a")).await.expect("an answer"), 100);
}

#[tokio::test]
async fn two_actions_on_one_item_are_a_mistake_and_not_a_conflict() {
    let store = garden().await;
    let transaction = Transaction::new()
        .put("sow", Plant::new("a", 1).item(), None)
        .delete("pull", key("a", 1), None);
    let error = store.call(&TRANSACT).transact(transaction).await.expect_err("the engine refuses it");
    assert!(matches!(error, StoreError::Rejected { .. }), "{error:?}");
}

#[tokio::test]
async fn batches_are_split_and_keys_may_repeat() {
    let store = garden().await;
    let writes = (1..=60).map(|number| BatchWrite::Put(Plant::new("a", number).item()));
    let twice = BatchWrite::Put(Plant { leaves: 5, ..Plant::new("a", 1) }.item());
    let meter = Meter::new();
    let metered = store.metered(meter.clone());
    metered.call(&BATCH).write_batch(writes.chain([twice]).collect()).await.expect("an answer");
    assert_eq!(meter.total().requests, 3);
    assert!((meter.total().wcu - 60.0).abs() < f64::EPSILON, "{:?}", meter.total());
    let keys = (1..=120).chain([1, 2]).map(|number| key("a", number)).collect();
    let mut found = store.call(&BATCH).read_batch(keys, true).await.expect("an answer");
    assert_eq!(found.take::<Plant>(&key("a", 1)).expect("a plant").map(|plant| plant.leaves), Some(5));
    assert_eq!(found.take::<Plant>(&key("a", 1)).expect("taken"), None);
    assert!(found.take::<Plant>(&key("a", 60)).expect("a plant").is_some());
    assert!(found.take::<Plant>(&key("a", 61)).expect("no plant").is_none());

    let keys: Vec<crate::ItemKey> = store.call(&LIST).all(plants_of("a")).await.expect("an answer");
    let deletes = keys.iter().map(|key| BatchWrite::Delete(key.primary())).collect();
    store.call(&BATCH).write_batch(deletes).await.expect("an answer");
    assert_eq!(store.call(&LIST).count(plants_of("a")).await.expect("an answer"), 0);
    store.call(&BATCH).write_batch(Vec::new()).await.expect("nothing to do");
    store.call(&BATCH).read_batch(Vec::new(), false).await.expect("nothing to do");
}

#[tokio::test]
async fn a_batch_larger_than_one_answer_comes_back_whole() {
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

#[tokio::test]
async fn calls_can_be_spawned() {
    let store = garden().await;
    let spawned = tokio::spawn(async move {
        create_plant(&store, &Plant::new("a", 1)).await.expect("it is new");
        let changes = Changes::new().add("leaves", 1);
        let updated = store.call(&UPDATE).update(key("a", 1), changes.set("note", ""), None, false).await;
        assert!(matches!(updated, Ok(Ok(None))));
        let transaction = Transaction::new().delete("pull", key("a", 1), exists());
        assert!(matches!(store.call(&TRANSACT).transact(transaction).await, Ok(Ok(()))));
        store.call(&BATCH).write_batch(vec![BatchWrite::Delete(key("a", 1))]).await
    });
    spawned.await.expect("no panic").expect("an answer");
}
