//! Throttling, conflicts and failures: what is repeated, and what is told in the end.

use std::time::{Duration, Instant};

use super::proxy::Fault;
use super::support::*;
use crate::store::batch::BatchWrite;
use crate::store::item::FromItem as _;
use crate::store::transact::Transaction;
use crate::store::{Meter, StoreError, StoredItem};
use crate::{
    DeleteSession, DeleteSessionError, RefreshFamily, RotateRefreshToken, RotateRefreshTokenError, SweepJob, SweepKind,
};

#[tokio::test]
async fn three_failures_are_survived_and_the_fourth_is_told() {
    let codes = [
        "ThrottlingException",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "TransactionConflictException",
    ];
    for code in codes {
        let (store, proxy) = broken_garden().await;
        let meter = Meter::new();
        let metered = store.metered(meter.clone());
        proxy.plan([400; 3].map(|status| Fault::Answer(status, code)));
        let put = metered.call(&PUT).put(Plant::new("a", 1).item(), Some(is_new())).await.expect("an answer");
        put.expect("it is new");
        assert_eq!(meter.take()[0].requests, 4);
        proxy.plan([400; 4].map(|status| Fault::Answer(status, code)));
        let error = metered.call(&GET).get::<Plant>(key("a", 1), false).await.expect_err("it is throttled");
        assert!(matches!(error, StoreError::Contended { pattern: "T-01" }), "{error:?}");
        assert_eq!(meter.take()[0].requests, 4);
    }
}

#[tokio::test]
async fn failures_of_the_other_side_are_unavailable() {
    for fault in [
        Fault::Answer(500, "InternalServerError"),
        Fault::Body(503, "<html>busy</html>".to_owned()),
        Fault::Body(200, "{ half".to_owned()),
        Fault::BreakBefore,
    ] {
        let (store, proxy) = broken_garden().await;
        proxy.plan(vec![fault.clone(); 4]);
        let error = store.call(&GET).get::<Plant>(key("a", 1), false).await.expect_err("it fails");
        assert!(matches!(error, StoreError::Unavailable { .. }), "{fault:?}: {error:?}");
        assert_eq!(proxy.requests().len(), 4, "{fault:?}");
        store.ping().await.expect("the next call finds it well");
    }
}

#[tokio::test]
async fn mistakes_and_false_conditions_are_not_repeated() {
    let (store, proxy) = broken_garden().await;
    proxy.plan([Fault::Answer(400, "ValidationException"), Fault::Answer(400, "AccessDeniedException")]);
    for _ in 0..2 {
        let error = store.call(&GET).get::<Plant>(key("a", 1), false).await.expect_err("it is refused");
        assert!(matches!(error, StoreError::Rejected { pattern: "T-01", .. }), "{error:?}");
    }
    assert_eq!(proxy.requests().len(), 2);
}

#[tokio::test]
async fn a_transaction_in_conflict_is_repeated_and_then_told_apart_from_a_refusal() {
    let (store, proxy) = broken_garden().await;
    let cancelled = |code: &str| {
        let reasons = format!(r#"[{{"Code":"None"}},{{"Code":"{code}","Message":"m"}}]"#);
        let kind = "com.amazonaws.dynamodb.v20120810#TransactionCanceledException";
        Fault::Body(400, format!(r#"{{"__type":"{kind}","Message":"m","CancellationReasons":{reasons}}}"#))
    };
    let transaction =
        || Transaction::new().put("sow", Plant::new("a", 1).item(), Some(is_new())).delete("pull", key("a", 2), None);
    proxy.plan([cancelled("TransactionConflict"), Fault::Answer(400, "TransactionInProgressException")]);
    let done = store.call(&TRANSACT).transact(transaction()).await.expect("an answer");
    done.expect("the third attempt gets through");
    assert_eq!(proxy.requests().len(), 3);
    proxy.plan(vec![cancelled("TransactionConflict"); 4]);
    let error = store.call(&TRANSACT).transact(transaction()).await.expect_err("it never gets through");
    assert!(matches!(error, StoreError::Contended { .. }), "{error:?}");
    proxy.plan([cancelled("ConditionalCheckFailed")]);
    let done = store.call(&TRANSACT).transact(transaction()).await.expect("an answer");
    assert_eq!(done.expect_err("the second condition is false").action, "pull");
}

/// The answer to a transaction that was cancelled for these reasons, each a code and the item that was found.
fn cancelled(reasons: &[(&str, &str)]) -> Fault {
    let kind = "com.amazonaws.dynamodb.v20120810#TransactionCanceledException";
    let reasons: Vec<String> =
        reasons.iter().map(|(code, item)| format!(r#"{{"Code":"{code}","Message":"m","Item":{item}}}"#)).collect();
    let reasons = reasons.join(",");
    Fault::Body(400, format!(r#"{{"__type":"{kind}","Message":"m","CancellationReasons":[{reasons}]}}"#))
}

#[tokio::test]
async fn a_refusal_that_no_condition_explains_is_a_store_error() {
    let (store, proxy) = broken_garden().await;
    let (user_id, session_id) = (store.ids().next(store.clock().now()), store.ids().next(store.clock().now()));
    let revision = store.ids().next(store.clock().now());
    let job = SweepJob::new(SweepKind::Session, "x".to_owned(), user_id, store.clock().now());
    let delete = || store.delete_session(DeleteSession { user: None, job: &job, user_id, session_id, revision });
    let none = ("None", "{}");
    // The second action deletes the code, without a condition.
    proxy.plan([cancelled(&[none, ("ConditionalCheckFailed", "{}"), none])]);
    let error = delete().await.expect_err("the engine refuses it");
    assert!(matches!(error, DeleteSessionError::Store(StoreError::Rejected { pattern: "AP-26", .. })), "{error:?}");
    // More reasons than actions.
    proxy.plan([cancelled(&[none, none, none, ("ConditionalCheckFailed", "{}")])]);
    let error = delete().await.expect_err("the engine refuses it");
    assert!(matches!(error, DeleteSessionError::Store(StoreError::Rejected { pattern: "AP-26", .. })), "{error:?}");
    proxy.plan([cancelled(&[none, none, ("ConditionalCheckFailed", "{}")])]);
    let error = delete().await.expect_err("the engine refuses it");
    assert!(matches!(error, DeleteSessionError::JobExists), "{error:?}");
}

#[tokio::test]
async fn a_refusal_by_an_item_that_meets_every_condition_is_a_store_error() {
    let (store, proxy) = broken_garden().await;
    let now = store.clock().now();
    let (user_id, family_id) = (store.ids().next(now), store.ids().next(now));
    let (second, expires_at) = (now.second(), now.plus(Duration::from_hours(1)).expiry());
    let family = RefreshFamily {
        user_id,
        family_id,
        seq: 3,
        rotated_at: now,
        created_at: now,
        expires_at,
        last_used_at: None,
        user_agent: None,
    };
    let item = StoredItem::from_item(family.to_item()).expect("any item is one").to_dynamodb_json();
    let kind = "com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException";
    let body = format!(r#"{{"__type":"{kind}","message":"m","Item":{}}}"#, item["Item"]);
    proxy.plan(vec![Fault::Body(400, body); 2]);
    let rotate =
        |seq| store.rotate_refresh_token(RotateRefreshToken { user_id, family_id, second, seq, now, expires_at });
    let superseded = rotate(2).await.expect_err("the engine refuses it");
    assert!(matches!(superseded, RotateRefreshTokenError::TokenSuperseded { .. }), "{superseded:?}");
    let unexplained = rotate(3).await.expect_err("the engine refuses it");
    let expected = matches!(unexplained, RotateRefreshTokenError::Store(StoreError::Rejected { pattern: "AP-12", .. }));
    assert!(expected, "{unexplained:?}");
}

#[tokio::test]
async fn what_a_batch_leaves_over_is_sent_again() {
    let (store, proxy) = broken_garden().await;
    let put = |number: u32| {
        let key = format!(r#""PK":{{"S":"GARDEN#a"}},"SK":{{"S":"PLANT#000{number}"}}"#);
        format!(r#"{{"PutRequest":{{"Item":{{{key},"et":{{"S":"plant"}}}}}}}}"#)
    };
    let left = |writes: &[String]| {
        Fault::Body(200, format!(r#"{{"UnprocessedItems":{{"{}":[{}]}}}}"#, store.table(), writes.join(",")))
    };
    let writes = || (1..=2).map(|number| BatchWrite::Put(Plant::new("a", number).item())).collect();
    let both = left(&[put(1), put(2)]);
    // Progress after three idle requests makes room for three more.
    let plan = [both.clone(), both.clone(), both.clone(), left(&[put(2)]), left(&[put(2)]), Fault::Pass];
    proxy.plan(plan);
    store.call(&BATCH).write_batch(writes()).await.expect("it gets done");
    assert_eq!(proxy.requests().len(), 6);
    proxy.plan([both.clone(), both.clone(), both.clone(), both]);
    let error = store.call(&BATCH).write_batch(writes()).await.expect_err("nothing gets done");
    assert!(matches!(error, StoreError::Contended { pattern: "T-07" }), "{error:?}");
    let key_left = r#"{"PK":{"S":"GARDEN#a"},"SK":{"S":"PLANT#0002"}}"#;
    let left = format!(r#"{{"UnprocessedKeys":{{"{}":{{"Keys":[{key_left}]}}}}}}"#, store.table());
    proxy.plan([Fault::Body(200, left)]);
    let mut found = store.call(&BATCH).read_batch(vec![key("a", 1), key("a", 2)], false).await.expect("an answer");
    assert!(found.take::<crate::ItemKey>(&key("a", 2)).expect("a key").is_some());
}

#[tokio::test]
async fn nobody_listening_is_told_soon() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("a bound socket has an address");
    drop(listener);
    let store = store_at(address).await;
    let start = Instant::now();
    let error = store.ping().await.expect_err("nobody listens");
    assert!(matches!(error, StoreError::Unavailable { pattern: "ping", .. }), "{error:?}");
    assert!(start.elapsed() < Duration::from_secs(3));
}

#[tokio::test]
async fn errors_hold_nothing_of_the_items() {
    let (store, proxy) = broken_garden().await;
    let body = r#"{"Item":{"note":{"S":"canary"},"et":{"S":"plant"},"v":{"N":"1"},"leaves":{"S":"canary"}}}"#;
    proxy.plan([Fault::Body(200, body.to_owned())]);
    let corrupt = store.call(&GET).get::<Plant>(key("canary", 1), false).await.expect_err("it does not decode");
    proxy.plan([Fault::Body(400, r#"{"__type":"Odd","message":"canary"}"#.to_owned())]);
    let rejected = store.call(&GET).get::<Plant>(key("canary", 1), false).await.expect_err("it is refused");
    proxy.plan(vec![Fault::Body(200, format!("{body}canary")); 4]);
    let unreadable = store.call(&GET).get::<Plant>(key("canary", 1), false).await.expect_err("it is no JSON");
    for error in [corrupt, rejected, unreadable] {
        let source = std::error::Error::source(&error).map(|source| format!("{source} {source:?}"));
        assert!(!format!("{error} {error:?} {source:?}").contains("canary"), "{error:?}");
    }
}
