//! The daily cap on a user's questions to the model.

use std::num::NonZeroU32;
use std::time::Duration;

use handlers::rates::RateLimit;
use handlers::rates::RateLimits;
use serde_json::json;
use tests::{TestApp, concurrently};

use super::rates::{analysis, assert_limited, bill, scene};
use crate::http::stored_messages;

#[tokio::test]
async fn the_daily_cap_counts_questions_to_the_model_until_its_window_ends() {
    let app = TestApp::with(|app| app.ai_daily_cap = NonZeroU32::new(3)).await;
    let ada = scene(&app, "ada").await;
    app.advance(Duration::from_mins(1));
    let limit = RateLimit::ai_day(NonZeroU32::new(3).unwrap());
    let retry_at = ada.window(&app, limit).ends_at;
    // Invalid requests do not count as questions.
    ada.person.posts("/ai/analyze", &json!({})).await.invalid("filename");
    let mut large = analysis();
    let two_lines = format!("{0}\n{0}", "x".repeat(250_000));
    (large["code_content"], large["start_line"], large["end_line"]) = (two_lines.into(), 1.into(), 2.into());
    large["selected_text"] = "x".into();
    ada.person.posts("/ai/analyze", &large).await.refused(413, "TOKEN_LIMIT_EXCEEDED");
    let answer = ada.person.posts("/ai/analyze", &analysis()).await;
    assert_eq!(bill(&answer), [("AP-60", 1), ("AP-04", 1), ("AP-60", 1), ("AP-66", 1)]);
    ada.person.asks(&ada.thread, "one").await;
    ada.person.asks(&ada.thread, "two").await;
    let now = app.table().clock().now();
    assert_limited(ada.person.posts("/ai/analyze", &analysis()).await, "ai-day", now, retry_at);
    let question = json!({ "content": "three" });
    assert_limited(ada.person.posts(&ada.thread.messages(), &question).await, "ai-day", now, retry_at);
    assert_eq!(stored_messages(&app, &ada.thread.id).await.len(), 4, "a refused question is not stored");
    assert_eq!(app.bedrock().seen().len(), 3);
    ada.person.notes(&ada.thread, "A note asks no model.").await;
    scene(&app, "bob").await.person.posts("/ai/analyze", &analysis()).await.is(200);

    app.advance(retry_at.minus(Duration::from_millis(1)).since(now));
    let again = app.signs_in("ada").await;
    assert_limited(again.posts("/ai/analyze", &analysis()).await, "ai-day", app.table().clock().now(), retry_at);
    app.advance(Duration::from_millis(1));
    again.posts("/ai/analyze", &analysis()).await.is(200);
}

#[tokio::test]
async fn the_daily_cap_applies_without_rate_limits() {
    let app = TestApp::with(|app| (app.ai_daily_cap, app.rate_limits) = (NonZeroU32::new(2), RateLimits::Off)).await;
    let ada = scene(&app, "ada").await;
    for _ in 0..2 {
        ada.person.posts("/ai/analyze", &analysis()).await.is(200);
    }
    let error = ada.person.posts("/ai/analyze", &analysis()).await.refused(429, "RATE_LIMIT_EXCEEDED");
    assert_eq!(error["limit"], "ai-day");
}

#[tokio::test]
async fn an_invalid_form_does_not_count_as_a_sign_in_attempt() {
    let app = TestApp::with_rate_limits().await;
    app.signs_up("ada").await;
    for _ in 0..20 {
        app.stranger().posts("/auth/login", &json!({ "username": "ada" })).await.invalid("password");
    }
    app.signs_in("ada").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn concurrent_questions_use_exactly_the_rest_of_the_daily_cap() {
    let app = TestApp::with(|app| app.ai_daily_cap = NonZeroU32::new(4)).await;
    let ada = scene(&app, "ada").await;
    let answers = concurrently(10, |_| {
        let ada = ada.clone();
        async move { ada.person.posts("/ai/analyze", &analysis()).await }
    })
    .await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 4);
    assert_eq!(app.bedrock().seen().len(), 4);
}

#[tokio::test]
async fn without_a_cap_there_is_no_daily_limit() {
    let app = TestApp::with_rate_limits().await;
    let ada = scene(&app, "ada").await;
    let answer = ada.person.posts("/ai/analyze", &analysis()).await;
    assert_eq!(bill(&answer), [("AP-60", 1), ("AP-04", 1), ("AP-66", 1)]);
}
