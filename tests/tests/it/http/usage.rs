//! The usage and cost that people see of themselves.

use std::time::Duration;

use model::{AddUsage, Date};
use serde_json::{Value, json};
use tests::TestApp;

use crate::http::{CODE, FILENAME, patterns, user};

async fn spends(app: &TestApp, name: &str, date: Date, cost_micros: i64) {
    let user_id = user(app, name).await.user_id;
    let usage = AddUsage {
        user_id,
        date,
        input_tokens: 1_200,
        cache_read_tokens: 900,
        cache_write_tokens: 30,
        output_tokens: 340,
        cost_micros,
    };
    app.table().patterns().add_usage(usage).await.unwrap();
}

#[tokio::test]
async fn users_see_their_own_days_with_tokens_cost_and_total() {
    let app = TestApp::new().await;
    let ada = app.signs_up("ada").await;
    app.signs_up("bob").await;
    let today = app.table().clock().now().date();
    for (name, days_ago, cost) in
        [("ada", 0, 7), ("ada", 0, 8), ("ada", 3, 100), ("ada", 30, 1), ("ada", 31, 5), ("bob", 0, 9)]
    {
        spends(&app, name, today.days_before(days_ago), cost).await;
    }
    let answer = ada.gets("/users/me/usage").await;
    let mut asked = patterns(&answer);
    asked.sort_unstable();
    assert_eq!(asked, ["AP-15", "AP-65"]);
    let shown = answer.is(200);
    assert_eq!((&shown["from"], &shown["to"]), (&json!("2099-12-02"), &json!("2100-01-01")));
    let days: Vec<(&Value, &Value)> =
        shown["days"].as_array().unwrap().iter().map(|day| (&day["date"], &day["amount"]["cost_micros"])).collect();
    assert_eq!(
        days,
        [(&json!("2099-12-02"), &json!(1)), (&json!("2099-12-29"), &json!(100)), (&json!("2100-01-01"), &json!(15)),]
    );
    let total = json!({ "requests": 4, "input_tokens": 4_800, "cache_read_tokens": 3_600, "cache_write_tokens": 120,
        "output_tokens": 1_360, "cost_micros": 116 });
    assert_eq!(shown["total"], total);
    let three = ada.gets("/users/me/usage?from=2099-12-29&to=2099-12-31").await.is(200);
    assert_eq!((three["days"].as_array().unwrap().len(), &three["total"]["cost_micros"]), (1, &json!(100)));
    let until = ada.gets("/users/me/usage?to=2099-12-02").await.is(200);
    assert_eq!((&until["from"], &until["total"]["cost_micros"]), (&json!("2099-11-02"), &json!(6)));
}

#[tokio::test]
async fn an_answer_is_counted_on_its_day() {
    let app = TestApp::new().await;
    let ada = app.signs_up("ada").await;
    assert_eq!(ada.gets("/users/me/usage").await.is(200)["days"], json!([]));
    let session = ada.creates(FILENAME, CODE).await;
    let thread = ada.opens_thread(&session, 33..=35).await;
    ada.asks(&thread, "Is this comparison right?").await;
    let shown = ada.gets("/users/me/usage").await.is(200);
    assert_eq!((&shown["days"][0]["amount"]["requests"], &shown["days"][0]["date"]), (&json!(1), &json!("2100-01-01")));
    assert!(shown["total"]["output_tokens"].as_u64().unwrap() > 0);
}

#[tokio::test]
async fn invalid_dates_and_too_many_days_are_refused_by_field() {
    let app = TestApp::new().await;
    let ada = app.signs_up("ada").await;
    for (query, field) in [
        ("from=x", "from"),
        ("to=2100-02-30", "to"),
        ("from=&to=2100-01-01", "from"),
        ("from=2100-01-02&to=2100-01-01", "from"),
        ("from=2099-12-01&to=2100-01-01", "from"),
        ("from=0000-01-01", "from"),
        ("from=2100-01-01&from=2100-01-01", "query"),
    ] {
        let answer = ada.gets(&format!("/users/me/usage?{query}")).await;
        assert_eq!(answer.bill, [], "{query}");
        answer.invalid(field);
    }
    ada.gets("/users/me/usage?from=2099-12-02&to=2100-01-01").await.is(200);
    let both = ada.gets("/users/me/usage?from=x&to=y").await.refused(400, "INVALID_INPUT");
    assert_eq!(both["fields"].as_array().unwrap().len(), 2);
    let copy = ada.copied();
    ada.posts("/auth/logout", &json!({})).await.is(200);
    app.advance(Duration::from_mins(1));
    copy.gets("/users/me/usage").await.refused(401, "UNAUTHORIZED");
}
