//! Refusals: a generated pattern explains each by one of its conditions, or returns a store error.

use std::time::Duration;

use model::{
    DeleteSession, DeleteSessionError, PageRequest, RotateRefreshToken, RotateRefreshTokenError, Store, StoreError,
    SweepKind,
};
use tests::{Proxy, TestTable};

/// A table, the store that reaches it through a proxy, and the proxy.
async fn behind_a_proxy() -> (TestTable, Store, Proxy) {
    let table = TestTable::new().await;
    let proxy = Proxy::before(table.endpoint()).await;
    let store = table.store_through(&proxy.url()).await;
    (table, store, proxy)
}

/// The body of a cancelled transaction, with a code and an item for each action.
fn cancelled(codes: &[&str]) -> String {
    let kind = "com.amazonaws.dynamodb.v20120810#TransactionCanceledException";
    let reasons: Vec<String> =
        codes.iter().map(|code| format!(r#"{{"Code":"{code}","Message":"m","Item":{{}}}}"#)).collect();
    format!(r#"{{"__type":"{kind}","Message":"m","CancellationReasons":[{}]}}"#, reasons.join(","))
}

#[tokio::test]
async fn an_unexplained_refusal_of_a_transaction_is_a_store_error() {
    let (table, store, proxy) = behind_a_proxy().await;
    let now = store.clock().now();
    let (user_id, session_id, revision) = (store.ids().next(now), store.ids().next(now), store.ids().next(now));
    let job = table.job(SweepKind::Session, "x", user_id);
    let patterns = store.patterns();
    let delete = || patterns.delete_session(DeleteSession { user: None, job: &job, user_id, session_id, revision });
    // The second action deletes the code without a condition; a fourth action does not exist.
    for codes in
        [["None", "ConditionalCheckFailed", "None"].as_slice(), &["None", "None", "None", "ConditionalCheckFailed"]]
    {
        proxy.refuse_with("TransactWriteItems", cancelled(codes));
        let error = delete().await.unwrap_err();
        let is_unexplained = matches!(error, DeleteSessionError::Store(StoreError::Rejected { pattern: "AP-26", .. }));
        assert!(is_unexplained, "{error:?}");
    }
    proxy.refuse_with("TransactWriteItems", cancelled(&["None", "None", "ConditionalCheckFailed"]));
    assert!(matches!(delete().await.unwrap_err(), DeleteSessionError::JobExists));
}

#[tokio::test]
async fn a_refusal_by_an_item_that_meets_every_condition_is_a_store_error() {
    let (table, store, proxy) = behind_a_proxy().await;
    let (user, family) = table.user_and_family("ada").await;
    let stored = table.patterns().stored_user(user.user_id, PageRequest::default()).await.unwrap().items;
    let stored = stored.iter().find(|item| item.entity() == Some("refresh_family")).unwrap().to_dynamodb_json();
    let kind = "com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException";
    let refusal = format!(r#"{{"__type":"{kind}","message":"m","Item":{}}}"#, stored["Item"]);
    let now = store.clock().now();
    let (second, expires_at) = (now.second(), now.plus(Duration::from_hours(1)).expiry());
    let rotate = |seq| {
        let (user_id, family_id) = (user.user_id, family.family_id);
        proxy.refuse_with("UpdateItem", refusal.clone());
        let input = RotateRefreshToken { user_id, family_id, second, seq, now, expires_at };
        store.patterns().rotate_refresh_token(input)
    };
    let superseded = rotate(family.seq + 1).await.unwrap_err();
    assert!(matches!(superseded, RotateRefreshTokenError::TokenSuperseded { .. }), "{superseded:?}");
    let unexplained = rotate(family.seq).await.unwrap_err();
    let expected = matches!(unexplained, RotateRefreshTokenError::Store(StoreError::Rejected { pattern: "AP-12", .. }));
    assert!(expected, "{unexplained:?}");
}
