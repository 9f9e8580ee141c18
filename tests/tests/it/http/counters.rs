//! Counters with invalid numbers: their items can be read and deleted, and a verification corrects them.

use std::time::Duration;

use model::Verify;
use serde_json::json;
use tests::TestApp;

use crate::http::{CODE, FILENAME, user};

/// A negative number, a fraction, and one that is too large.
const BAD: [&str; 3] = ["-1", "1.5", "99999999999999999999"];

async fn corrupt(app: &TestApp, kind: &str, field: &str, number: &str) {
    let value = json!({ "N": number });
    app.table().raw().change(kind, |_| true, |item| drop(item.insert(field.to_owned(), value))).await;
}

/// Repairs all repairable findings, and returns the number of the others.
async fn verify(app: &TestApp) -> u64 {
    let how = Verify { look_again_after: Duration::ZERO, fix: true, ..Verify::default() };
    app.table().maintenance().verify(how, |_| {}).await.expect("the table answers").unsettled
}

async fn counter(app: &TestApp, kind: &str, field: &str) -> Option<i64> {
    app.table().raw().one(kind, |_| true).await.number(field)
}

#[tokio::test]
async fn a_user_with_a_bad_session_counter_can_sign_in_and_delete_sessions() {
    for bad in BAD {
        let app = TestApp::new().await;
        let ada = app.signs_up("ada").await;
        let (first, second) = (ada.creates(FILENAME, CODE).await, ada.creates(FILENAME, CODE).await);
        corrupt(&app, "user", "session_count", bad).await;
        let ada = app.signs_in("ada").await;
        ada.gets("/users/me").await.is(200);
        ada.gets(&first.path).await.is(200);
        ada.deletes(&first.path).await.is(200);
        ada.gets(&first.path).await.refused(404, "SESSION_NOT_FOUND");
        assert_eq!(verify(&app).await, 0, "{bad}");
        assert_eq!(user(&app, "ada").await.session_count, 1, "{bad}");
        ada.deletes(&second.path).await.is(200);
        assert_eq!(counter(&app, "user", "session_count").await, Some(0), "{bad}");
    }
}

#[tokio::test]
async fn a_session_with_a_bad_thread_counter_can_be_read_and_its_threads_deleted() {
    for bad in BAD {
        let app = TestApp::new().await;
        let ada = app.signs_up("ada").await;
        let session = ada.creates(FILENAME, CODE).await;
        let (first, second) = (ada.opens_thread(&session, 1..=1).await, ada.opens_thread(&session, 2..=2).await);
        corrupt(&app, "session", "thread_count", bad).await;
        ada.gets("/sessions").await.is(200);
        ada.gets(&session.path).await.is(200);
        ada.deletes(&first.path).await.is(200);
        ada.gets(&first.path).await.refused(404, "THREAD_NOT_FOUND");
        assert_eq!(verify(&app).await, 0, "{bad}");
        assert_eq!(counter(&app, "session", "thread_count").await, Some(1), "{bad}");
        ada.deletes(&second.path).await.is(200);
        corrupt(&app, "session", "thread_count", bad).await;
        ada.deletes(&session.path).await.is(200);
        ada.gets(&session.path).await.refused(404, "SESSION_NOT_FOUND");
    }
}

#[tokio::test]
async fn items_can_be_deleted_when_their_counter_is_zero() {
    let app = TestApp::new().await;
    let ada = app.signs_up("ada").await;
    let session = ada.creates(FILENAME, CODE).await;
    let thread = ada.opens_thread(&session, 1..=1).await;
    corrupt(&app, "session", "thread_count", "0").await;
    corrupt(&app, "user", "session_count", "0").await;
    let changes = counter(&app, "session", "thread_changes").await.unwrap();
    ada.deletes(&thread.path).await.is(200);
    assert_eq!(counter(&app, "session", "thread_count").await, Some(0));
    assert_eq!(counter(&app, "session", "thread_changes").await, Some(changes + 1), "a save notices the delete");
    ada.deletes(&session.path).await.is(200);
    assert_eq!(counter(&app, "user", "session_count").await, Some(0));
    assert_eq!(verify(&app).await, 0);
}

#[tokio::test]
async fn a_thread_with_a_bad_slot_counter_can_be_read_and_deleted() {
    for bad in BAD {
        let app = TestApp::new().await;
        let ada = app.signs_up("ada").await;
        let session = ada.creates(FILENAME, CODE).await;
        let thread = ada.opens_thread(&session, 1..=1).await;
        ada.notes(&thread, "a note").await;
        corrupt(&app, "thread", "message_slots", bad).await;
        ada.gets(&thread.path).await.is(200);
        ada.gets(&thread.messages()).await.is(200);
        assert_eq!(verify(&app).await, 0, "{bad}");
        assert_eq!(counter(&app, "thread", "message_slots").await, Some(1), "{bad}");
        corrupt(&app, "thread", "message_slots", bad).await;
        ada.deletes(&thread.path).await.is(200);
    }
}
