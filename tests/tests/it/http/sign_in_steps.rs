//! The number of requests and of sequential steps of a sign-in and of the profile.

use std::time::Duration;

use handlers::rates::{RateLimit, RateLimits};
use serde_json::json;
use tests::app::{PASSWORD, Person, Response};
use tests::{Proxy, TestApp};

use crate::http::{first_sign_in, patterns};

/// The application with every limit, a person on a store whose steps are counted, and the proxy that counts.
async fn scene() -> (TestApp, Person, Proxy) {
    let app = TestApp::with(|app| app.rate_limits = RateLimits::Enforced).await;
    let ada = app.signs_up("ada").await;
    let proxy = Proxy::counting_steps(app.table().endpoint()).await;
    let ada = app.on(app.table().store_through(&proxy.url()).await, &ada);
    let _ = proxy.take_steps();
    (app, ada, proxy)
}

async fn signs_in(person: &Person, username: &str, password: &str) -> Response {
    person.posts("/auth/login", &json!({ "username": username, "password": password })).await
}

#[tokio::test]
async fn a_sign_in_takes_four_steps_beside_the_hash() {
    let (_app, ada, proxy) = scene().await;
    let answer = signs_in(&ada, "ada", PASSWORD).await;
    assert_eq!(patterns(&answer), ["AP-60", "AP-02", "AP-60", "AP-04", "AP-10", "AP-61"]);
    answer.is(200);
    let steps =
        [vec!["UpdateItem"], vec!["GetItem"], vec!["GetItem", "UpdateItem"], vec!["TransactWriteItems", "UpdateItem"]];
    assert_eq!(proxy.take_steps(), steps);
}

#[tokio::test]
async fn an_unknown_name_and_a_wrong_password_send_the_same_requests() {
    let (_app, ada, proxy) = scene().await;
    for username in ["ada", "unknown"] {
        let answer = signs_in(&ada, username, "Guess-1843").await;
        assert_eq!(patterns(&answer), ["AP-60", "AP-02", "AP-60", "AP-04"], "{username}");
        answer.refused(401, "INVALID_CREDENTIALS");
        let steps = [vec!["UpdateItem"], vec!["GetItem"], vec!["GetItem", "UpdateItem"]];
        assert_eq!(proxy.take_steps(), steps, "{username}");
    }
}

#[tokio::test]
async fn a_refresh_takes_one_step_and_its_writes_another() {
    let (app, ada, proxy) = scene().await;
    ada.refreshes().await.is(200);
    assert_eq!(proxy.take_steps(), [["BatchGetItem", "UpdateItem"]]);
    app.advance(Duration::from_hours(1));
    ada.refreshes().await.is(200);
    assert_eq!(proxy.take_steps(), [vec!["BatchGetItem", "UpdateItem"], vec!["UpdateItem"]], "its use is noted");
}

#[tokio::test]
async fn a_refresh_over_its_limit_neither_replaces_a_token_nor_ends_a_sign_in() {
    let app = TestApp::with_rate_limits().await;
    let ada = app.signs_up("ada").await;
    let thief = ada.copied();
    app.advance(Duration::from_secs(6 * 24 * 60 * 60 + 1));
    ada.refreshes().await.is(200);
    app.advance(Duration::from_secs(11));
    let (limit, family) = (RateLimit::REFRESH.rule, first_sign_in(&app, "ada").await);
    for _ in 0..20 {
        app.table().rate_limits().hit(limit, &family).await.unwrap();
    }
    let before = app.table().raw().items().await;
    for person in [&thief, &ada] {
        let refused = person.refreshes().await;
        assert_eq!(patterns(&refused), ["AP-60", "AP-15"]);
        refused.refused(429, "RATE_LIMIT_EXCEEDED");
    }
    assert_eq!(app.table().raw().items().await, before);
}

#[tokio::test]
async fn a_change_of_the_profile_takes_two_steps() {
    let (_app, ada, proxy) = scene().await;
    ada.puts("/users/me", &json!({ "name": "Ada King" })).await.is(200);
    assert_eq!(proxy.take_steps(), [vec!["BatchGetItem", "UpdateItem"], vec!["TransactWriteItems"]]);
}

#[tokio::test]
async fn reading_the_profile_takes_one_request() {
    let (_app, ada, proxy) = scene().await;
    let answer = ada.gets("/users/me").await;
    assert_eq!(patterns(&answer), ["AP-15"]);
    assert_eq!((answer.bill[0].requests, answer.bill[0].rcu), (1, 2.0));
    answer.is(200);
    assert_eq!(proxy.take_steps(), [["BatchGetItem"]]);
}
