//! Responses that are lost after the write was applied: the repeat must neither count twice nor look like a conflict.

use super::proxy::Fault;
use super::support::*;
use crate::changes::Changes;
use crate::transact::Transaction;

const LOST: [Fault; 2] = [Fault::BreakAfter, Fault::CutAnswer];

#[tokio::test]
async fn a_create_with_a_lost_response_is_no_conflict() {
    for fault in LOST {
        let (store, proxy) = broken_garden().await;
        proxy.plan([fault]);
        let put = store.call(&PUT).put(Plant::new("a", 1).item(), Some(is_new())).await.expect("an answer");
        put.expect("the item that is there is our own");
        assert_eq!(proxy.requests().len(), 2);
        let put = store.call(&PUT).put(Plant::new("a", 1).item(), Some(is_new())).await.expect("an answer");
        put.expect_err("another call is another write");
    }
}

#[tokio::test]
async fn a_versioned_update_with_a_lost_response_returns_the_new_item() {
    for fault in LOST {
        let (store, proxy) = broken_garden().await;
        plant(&store, &[Plant { leaves: 1, ..Plant::new("a", 1) }]).await;
        proxy.plan([fault]);
        let changes = Changes::new().set("leaves", 2);
        let updated =
            store.call(&UPDATE).update(key("a", 1), changes, Some(has_leaves(1)), true).await.expect("an answer");
        let item = updated.expect("the write was ours").expect("the new item was asked for");
        assert_eq!(item["leaves"].as_n().map(String::as_str), Ok("2"));
    }
}

#[tokio::test]
async fn an_addition_with_a_lost_response_counts_once() {
    for condition in [None, Some(exists())] {
        for faults in [vec![Fault::BreakAfter], vec![Fault::BreakAfter, Fault::BreakBefore, Fault::CutAnswer]] {
            let (store, proxy) = broken_garden().await;
            plant(&store, &[Plant { leaves: 1, ..Plant::new("a", 1) }]).await;
            proxy.plan(faults);
            let changes = Changes::new().add("leaves", 1);
            let updated = store.call(&UPDATE).update(key("a", 1), changes, condition.clone(), true).await;
            updated.expect("an answer").expect("the write was ours");
            assert_eq!(find(&store, "a", 1).await.map(|plant| plant.leaves), Some(2));
        }
    }
}

#[tokio::test]
async fn a_conflict_with_another_write_remains_after_a_broken_connection() {
    let (store, proxy) = broken_garden().await;
    plant(&store, &[Plant { leaves: 1, ..Plant::new("a", 1) }]).await;
    proxy.plan([Fault::BreakBefore]);
    let put = store.call(&PUT).put(Plant::new("a", 1).item(), Some(is_new())).await.expect("an answer");
    let refused = put.expect_err("another request has written this plant");
    assert_eq!(refused.current::<Plant>().expect("a plant").map(|plant| plant.leaves), Some(1));
}

#[tokio::test]
async fn a_transaction_with_a_lost_response_is_applied_once() {
    for fault in LOST {
        let (store, proxy) = broken_garden().await;
        plant(&store, &[Plant { leaves: 1, ..Plant::new("a", 1) }]).await;
        proxy.plan([fault]);
        let transaction = Transaction::new().put("sow", Plant::new("a", 2).item(), Some(is_new())).update(
            "grow",
            key("a", 1),
            Changes::new().add("leaves", 1),
            Some(exists()),
        );
        let done = store.call(&TRANSACT).transact(transaction).await.expect("an answer");
        done.expect("the repeat carries the same token");
        assert_eq!(find(&store, "a", 1).await.map(|plant| plant.leaves), Some(2));
        let requests = proxy.requests();
        assert_eq!(requests[1], requests[2], "token and all");
    }
}
