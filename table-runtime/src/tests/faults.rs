//! Throttling, conflicts and failures: the repeated requests, and the final errors.

use std::time::{Duration, Instant};

use super::proxy::Fault;
use super::support::*;
use crate::batch::BatchWrite;
use crate::transact::Transaction;
use crate::{Meter, StoreError};

#[tokio::test]
async fn three_failures_are_repeated_and_the_fourth_is_returned() {
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
async fn failures_of_the_service_or_connection_are_unavailable() {
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
        store.ping().await.expect("the next call succeeds");
    }
}

#[tokio::test]
async fn invalid_requests_are_not_repeated() {
    let (store, proxy) = broken_garden().await;
    proxy.plan([Fault::Answer(400, "ValidationException"), Fault::Answer(400, "AccessDeniedException")]);
    for _ in 0..2 {
        let error = store.call(&GET).get::<Plant>(key("a", 1), false).await.expect_err("it is refused");
        assert!(matches!(error, StoreError::Rejected { pattern: "T-01", .. }), "{error:?}");
    }
    assert_eq!(proxy.requests().len(), 2);
}

#[tokio::test]
async fn a_conflicting_transaction_is_repeated_and_differs_from_a_refused_one() {
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
    done.expect("the third attempt succeeds");
    assert_eq!(proxy.requests().len(), 3);
    proxy.plan(vec![cancelled("TransactionConflict"); 4]);
    let error = store.call(&TRANSACT).transact(transaction()).await.expect_err("every attempt conflicts");
    assert!(matches!(error, StoreError::Contended { .. }), "{error:?}");
    proxy.plan([cancelled("ConditionalCheckFailed")]);
    let done = store.call(&TRANSACT).transact(transaction()).await.expect("an answer");
    assert_eq!(done.expect_err("the second condition is false").action, "pull");
}

#[tokio::test]
async fn a_transaction_of_reads_that_meets_a_write_is_repeated() {
    let (store, proxy) = broken_garden().await;
    let conflict = || {
        let reasons = r#"[{"Code":"None"},{"Code":"TransactionConflict","Message":"m"}]"#;
        let kind = "com.amazonaws.dynamodb.v20120810#TransactionCanceledException";
        Fault::Body(400, format!(r#"{{"__type":"{kind}","Message":"m","CancellationReasons":{reasons}}}"#))
    };
    let keys = || vec![key("a", 1), key("a", 2)];
    proxy.plan([conflict(), conflict()]);
    let mut found = store.call(&TRANSACT).read_transaction(keys()).await.expect("the third attempt succeeds");
    assert_eq!(found.take::<Plant>(&key("a", 1)).expect("no plant"), None);
    assert_eq!(proxy.requests().len(), 3);
    proxy.plan(vec![conflict(); 4]);
    let Err(error) = store.call(&TRANSACT).read_transaction(keys()).await else { panic!("every attempt conflicts") };
    assert!(matches!(error, StoreError::Contended { pattern: "T-06" }), "{error:?}");
}

#[tokio::test]
async fn unprocessed_items_of_a_batch_are_sent_again() {
    let (store, proxy) = broken_garden().await;
    let put = |number: u32| {
        let key = format!(r#""PK":{{"S":"GARDEN#a"}},"SK":{{"S":"PLANT#000{number}"}}"#);
        format!(r#"{{"PutRequest":{{"Item":{{{key},"et":{{"S":"plant"}}}}}}}}"#)
    };
    let left = |writes: &[String]| {
        Fault::Body(200, format!(r#"{{"UnprocessedItems":{{"{}":[{}]}}}}"#, store.name(), writes.join(",")))
    };
    let writes = || (1..=2).map(|number| BatchWrite::Put(Plant::new("a", number).item())).collect();
    let both = left(&[put(1), put(2)]);
    // Progress after three idle requests allows three more.
    let plan = [both.clone(), both.clone(), both.clone(), left(&[put(2)]), left(&[put(2)]), Fault::Pass];
    proxy.plan(plan);
    store.call(&BATCH).write_batch(writes()).await.expect("all writes are processed");
    assert_eq!(proxy.requests().len(), 6);
    proxy.plan([both.clone(), both.clone(), both.clone(), both]);
    let error = store.call(&BATCH).write_batch(writes()).await.expect_err("no write is processed");
    assert!(matches!(error, StoreError::Contended { pattern: "T-07" }), "{error:?}");
    let key_left = r#"{"PK":{"S":"GARDEN#a"},"SK":{"S":"PLANT#0002"}}"#;
    let left = format!(r#"{{"UnprocessedKeys":{{"{}":{{"Keys":[{key_left}]}}}}}}"#, store.name());
    proxy.plan([Fault::Body(200, left)]);
    let mut found = store.call(&BATCH).read_batch(vec![key("a", 1), key("a", 2)], false).await.expect("an answer");
    assert!(found.take::<crate::ItemKey>(&key("a", 2)).expect("a key").is_some());
}

#[tokio::test]
async fn a_closed_port_is_reported_soon() {
    // Port 9 is never chosen as a free port, so no other test can listen on it.
    let store = store_at(([127, 0, 0, 1], 9).into()).await;
    let start = Instant::now();
    let error = store.ping().await.expect_err("the port is closed");
    assert!(matches!(error, StoreError::Unavailable { pattern: "ping", .. }), "{error:?}");
    // Far below the ten seconds that one attempt may take.
    assert!(start.elapsed() < Duration::from_secs(8));
}

#[tokio::test]
async fn errors_contain_no_value_of_an_item() {
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
