//! `GET /health`: a table that answers, one that does not exist, and one that does not answer.

use std::time::{Duration, Instant};

use handlers::http::trace::Details;
use serde_json::{Value, json};
use tests::app::Response;
use tests::proxy::Moment;
use tests::{CLOSED_URL, Proxy, TestApp, TestTable};

/// Asserts the whole response for an unavailable table.
fn assert_unavailable(answer: Response) {
    let message = "The service is temporarily busy. Please try again.";
    let unwell: Value = json!({ "error": { "code": "DATABASE_ERROR", "message": message } });
    assert_eq!(answer.is(503), unwell);
}

#[tokio::test]
async fn the_health_check_of_a_reachable_table_costs_half_a_read_unit() {
    let app = TestApp::with_rate_limits().await;
    let answer = app.stranger().gets("/health").await;
    let cost: Vec<_> = answer.bill.iter().map(|call| (call.pattern.id, call.requests, call.rcu, call.wcu)).collect();
    assert_eq!(cost, [("ping", 1, 0.5, 0.0)]);
    assert_eq!(
        answer.is(200),
        json!({ "status": "ok", "service": "codesensei", "version": env!("CARGO_PKG_VERSION") })
    );
}

#[tokio::test]
async fn the_health_check_fails_after_two_seconds_without_an_answer_and_recovers() {
    let table = TestTable::new().await;
    let proxy = Proxy::before(table.endpoint()).await;
    let store = table.store_through(&proxy.url()).await;
    let app = TestApp::with(|app| app.store = store).await;
    app.stranger().gets("/health").await.is(200);
    let stalled = proxy.stall("GetItem", Moment::BeforeTheEngine);
    let began = Instant::now();
    assert_unavailable(app.stranger().gets("/health").await);
    // The store itself waits ten seconds for an answer.
    assert!(began.elapsed() < Duration::from_secs(8), "{:?}", began.elapsed());
    stalled.release();
    app.stranger().gets("/health").await.is(200);
}

#[tokio::test]
async fn the_health_check_hides_why_a_table_assert_unavailable() {
    let table = TestTable::new().await;
    let nowhere = table.store_through(CLOSED_URL).await;
    assert_unavailable(TestApp::with(|app| app.store = nowhere).await.stranger().gets("/health").await);
    // The table is deleted when its `TestTable` is dropped.
    let gone = TestTable::new().await.store().clone();
    assert_unavailable(TestApp::with(|app| app.store = gone.clone()).await.stranger().gets("/health").await);
    // In development the response has the cause too.
    let development = TestApp::with(|app| (app.store, app.error_details) = (gone, Details::Included)).await;
    let error = development.stranger().gets("/health").await.refused(503, "DATABASE_ERROR");
    assert!(error["details"]["cause"].as_str().is_some_and(|cause| cause.contains("table")), "{error}");
}
