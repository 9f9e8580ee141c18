//! Writes of one item.

use super::support::*;
use crate::batch::BatchWrite;
use crate::changes::Changes;
use crate::transact::Transaction;
use crate::{Meter, Table, Total};

async fn create_plant(store: &Table, plant: &Plant) -> Result<(), Option<Plant>> {
    let put = store.call(&PUT).put(plant.item(), Some(is_new())).await.expect("the engine answers");
    put.map_err(|refused| refused.current().expect("a plant"))
}

#[tokio::test]
async fn a_put_on_an_existing_item_returns_that_item() {
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
    let updated = store.call(&UPDATE).update(key("a", 1), changes, Some(exists()), true).await.expect("an answer");
    let item = updated.expect("it exists").expect("the new item was asked for");
    assert_eq!(item["leaves"].as_n().map(String::as_str), Ok("5"));
    let expected = Plant { note: "in bloom".to_owned(), leaves: 5, ..Plant::new("a", 1) };
    assert_eq!(find(&store, "a", 1).await, Some(expected));
    let again =
        store.call(&UPDATE).update(key("a", 1), Changes::new().set("leaves", 1), Some(has_leaves(5)), false).await;
    assert!(matches!(again, Ok(Ok(None))));
}

#[tokio::test]
async fn an_update_does_not_recreate_a_deleted_item() {
    let store = garden().await;
    let changes = Changes::new().add("leaves", 1);
    let updated = store.call(&UPDATE).update(key("a", 1), changes, Some(exists()), true).await.expect("an answer");
    let refused = updated.expect_err("there is no such plant");
    assert!(refused.missing());
    assert!(refused.current::<Plant>().expect("nothing to decode").is_none());
    assert_eq!(find(&store, "a", 1).await, None);
}

#[tokio::test]
async fn a_false_condition_returns_the_existing_item() {
    let store = garden().await;
    plant(&store, &[Plant { leaves: 3, note: "canary".to_owned(), ..Plant::new("a", 1) }]).await;
    let changes = Changes::new().set("leaves", 9);
    let updated = store.call(&UPDATE).update(key("a", 1), changes, Some(has_leaves(2)), true).await.expect("an answer");
    let refused = updated.expect_err("there are three leaves");
    assert!(!format!("{refused:?}").contains("canary"));
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
async fn a_refused_write_costs_the_larger_item_and_is_an_estimate() {
    let store = garden().await;
    let large = |bytes: usize| Plant { note: "n".repeat(bytes), ..Plant::new("a", 1) };
    for (existing, new, units) in [(10, 10, 1.0), (3_000, 10, 4.0), (10, 3_000, 4.0)] {
        plant(&store, &[large(existing)]).await;
        let meter = Meter::new();
        let metered = store.metered(meter.clone());
        assert!(create_plant(&metered, &large(new)).await.is_err());
        let changes = Changes::new().set("note", "n".repeat(new));
        let updated = metered.call(&UPDATE).update(key("a", 1), changes, Some(has_leaves(9)), false).await;
        assert!(updated.expect("an answer").is_err());
        for call in meter.take() {
            assert!(call.is_estimated && call.wcu >= units - 1.0 && call.wcu <= units, "{existing} {new}: {call:?}");
        }
    }
    let meter = Meter::new();
    let metered = store.metered(meter.clone());
    let updated = metered.call(&UPDATE).update(key("a", 7), Changes::new().add("leaves", 1), Some(exists()), false);
    assert!(updated.await.expect("an answer").is_err());
    assert_eq!(meter.total(), Total { requests: 1, rcu: 0.0, wcu: 1.0, is_estimated: true });
    create_plant(&metered, &Plant::new("a", 8)).await.expect("it is new");
    assert!(!meter.take()[1].is_estimated, "the table reports what a write costs that is not refused");
}

#[tokio::test]
async fn deleting_twice_is_no_error() {
    let store = garden().await;
    plant(&store, &[Plant::new("a", 1)]).await;
    for _ in 0..2 {
        store.call(&DELETE).delete(key("a", 1)).await.expect("an answer");
        assert_eq!(find(&store, "a", 1).await, None);
    }
}

#[tokio::test]
async fn calls_can_be_spawned() {
    let store = garden().await;
    let spawned = tokio::spawn(async move {
        create_plant(&store, &Plant::new("a", 1)).await.expect("it is new");
        let changes = Changes::new().add("leaves", 1);
        let updated = store.call(&UPDATE).update(key("a", 1), changes.set("note", ""), None, false).await;
        assert!(matches!(updated, Ok(Ok(None))));
        let transaction = Transaction::new().delete("pull", key("a", 1), Some(exists()));
        assert!(matches!(store.call(&TRANSACT).transact(transaction).await, Ok(Ok(()))));
        store.call(&BATCH).write_batch(vec![BatchWrite::Delete(key("a", 1))]).await
    });
    spawned.await.expect("no panic").expect("an answer");
}

#[tokio::test]
async fn one_of_many_concurrent_creates_succeeds() {
    let store = garden().await;
    let attempts = (0..20).map(|leaves| {
        let store = store.clone();
        async move { create_plant(&store, &Plant { leaves, ..Plant::new("a", 1) }).await }
    });
    let results = futures::future::join_all(attempts).await;
    let winners: Vec<usize> = (0..20).filter(|attempt| results[*attempt].is_ok()).collect();
    assert_eq!(winners.len(), 1);
    let kept = find(&store, "a", 1).await.expect("one was created");
    assert_eq!(kept.leaves as usize, winners[0]);
    for refused in results.into_iter().filter_map(Result::err) {
        assert_eq!(refused, Some(kept.clone()));
    }
}

#[tokio::test]
async fn all_concurrent_additions_count() {
    let store = garden().await;
    let additions =
        (0..20).map(|_| store.call(&UPDATE).update(key("a", 1), Changes::new().add("leaves", 1), None, false));
    for added in futures::future::join_all(additions).await {
        added.expect("an answer").expect("there is no condition");
    }
    let changes = Changes::new().add("leaves", 0);
    let updated = store.call(&UPDATE).update(key("a", 1), changes, None, true).await.expect("an answer");
    let item = updated.expect("there is no condition").expect("the new item was asked for");
    assert_eq!(item["leaves"].as_n().map(String::as_str), Ok("20"));
}
