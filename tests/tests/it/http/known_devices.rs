//! Guessing an account's password from many addresses, while the owner can still sign in.

use std::time::Duration;

use handlers::rates::RateLimit;
use serde_json::json;
use tests::app::{PASSWORD, Person, Response};
use tests::{Proxy, TestApp, concurrently};

use crate::http::patterns;

async fn tries_to_sign_in(person: &Person, name: &str, password: &str) -> Response {
    person.posts("/auth/login", &json!({ "username": name, "password": password })).await
}

/// This many wrong passwords, each from its own address.
async fn guesses(app: &TestApp, name: &str, count: usize) -> Vec<u16> {
    let mut statuses = Vec::new();
    for _ in 0..count {
        statuses.push(tries_to_sign_in(&app.stranger(), name, "Guess-1843").await.status);
    }
    statuses
}

/// The application with every limit, and ada, whose browser is known to her account, at the start of a window.
async fn scene() -> (TestApp, Person) {
    let app = TestApp::with_rate_limits().await;
    let ada = app.signs_up("ada").await;
    let (rule, now) = (RateLimit::LOGIN_ACCOUNT.rule, app.table().clock().now());
    app.advance(rule.window("ada", now).ends_at.since(now));
    (app, ada)
}

#[tokio::test]
async fn guesses_by_strangers_do_not_block_the_owner_on_a_known_device() {
    let (app, ada) = scene().await;
    let statuses = guesses(&app, "ada", 12).await;
    assert_eq!((&statuses[..10], &statuses[10..]), (&[401; 10][..], &[429; 2][..]));
    let error = tries_to_sign_in(&app.stranger(), "ada", PASSWORD).await.refused(429, "RATE_LIMIT_EXCEEDED");
    assert_eq!(error["limit"], "login-account", "an unknown client shares their limit, with any cookie");
    for _ in 0..3 {
        ada.posts("/auth/logout", &json!({})).await.is(200);
        tries_to_sign_in(&ada, "ada", PASSWORD).await.is(200);
    }
    tries_to_sign_in(&ada, "ADA", PASSWORD).await.is(200);
    app.advance(Duration::from_mins(15));
    app.signs_in("ada").await;
}

#[tokio::test]
async fn only_wrong_passwords_count_against_an_account() {
    let (app, _) = scene().await;
    for _ in 0..30 {
        app.signs_in("ada").await;
    }
    assert_eq!(guesses(&app, "ada", 9).await, [401; 9]);
    for _ in 0..30 {
        app.signs_in("ada").await;
    }
    assert_eq!(guesses(&app, "ada", 2).await, [401, 429]);
}

#[tokio::test]
async fn a_known_device_has_its_own_limit_of_ten_wrong_passwords() {
    let (app, ada) = scene().await;
    let phone = app.signs_in("ada").await;
    // The same browser from many networks, since an address has limits of its own.
    let on_its_way = || {
        let browser = app.stranger();
        browser.with_cookie("device", ada.cookie("device").as_deref());
        browser
    };
    for number in 0..12 {
        let expected = if number < 10 { 401 } else { 429 };
        assert_eq!(tries_to_sign_in(&on_its_way(), "ada", "Guess-1843").await.status, expected, "{number}");
    }
    let error = tries_to_sign_in(&on_its_way(), "ada", PASSWORD).await.refused(429, "RATE_LIMIT_EXCEEDED");
    assert_eq!(error["limit"], "login-device");
    // Neither another device of hers nor another person shares it.
    tries_to_sign_in(&phone, "ada", PASSWORD).await.is(200);
    app.signs_in("ada").await;
}

#[tokio::test]
async fn a_shared_browser_is_a_known_device_of_each_user() {
    let (app, browser) = scene().await;
    app.signs_up("bob").await;
    tries_to_sign_in(&browser, "bob", PASSWORD).await.is(200);
    guesses(&app, "ada", 11).await;
    guesses(&app, "bob", 11).await;
    app.advance(Duration::from_mins(1));
    tries_to_sign_in(&browser, "ada", PASSWORD).await.is(200);
    tries_to_sign_in(&browser, "bob", PASSWORD).await.is(200);
}

#[tokio::test]
async fn only_a_cookie_issued_by_the_service_makes_a_device_known() {
    let (app, ada) = scene().await;
    let good = ada.cookie("device").expect("set at the sign-up");
    let elsewhere = TestApp::with_other_keys().await.signs_up("ada").await.cookie("device").unwrap();
    let bobs = app.signs_up("bob").await.cookie("device").unwrap();
    guesses(&app, "ada", 11).await;
    for forged in [None, Some(&*elsewhere), Some(&*bobs), Some(&good[1..]), Some(&*good.replace(&good[..4], "AAAA"))] {
        let stranger = app.stranger();
        stranger.with_cookie("device", forged);
        tries_to_sign_in(&stranger, "ada", PASSWORD).await.refused(429, "RATE_LIMIT_EXCEEDED");
    }
    let moved = app.stranger();
    moved.with_cookie("device", Some(&format!("x; device={elsewhere}; device={good}")));
    tries_to_sign_in(&moved, "ada", PASSWORD).await.is(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_of_forty_concurrent_guesses_are_checked() {
    let (app, ada) = scene().await;
    let strangers: Vec<_> = (0..40).map(|_| app.stranger()).collect();
    let answers = concurrently(40, |number| {
        let stranger = strangers[number].clone();
        async move {
            loop {
                // 503: other guesses have all places of the queue of this process.
                let status = tries_to_sign_in(&stranger, "ada", "Guess-1843").await.status;
                if status != 503 {
                    return status;
                }
            }
        }
    })
    .await;
    assert_eq!(answers.iter().filter(|status| **status == 401).count(), 10);
    assert_eq!(answers.iter().filter(|status| **status == 429).count(), 30);
    tries_to_sign_in(&ada, "ada", PASSWORD).await.is(200);
}

#[tokio::test]
async fn an_unknown_username_is_limited_like_a_known_one() {
    let (app, _) = scene().await;
    let (rule, now) = (RateLimit::LOGIN_ACCOUNT.rule, app.table().clock().now());
    app.advance(rule.window("unknown", now).ends_at.since(now));
    let statuses = guesses(&app, "unknown", 11).await;
    assert_eq!((&statuses[..10], statuses[10]), (&[401; 10][..], 429));
    let refused = tries_to_sign_in(&app.stranger(), "unknown", PASSWORD).await;
    assert_eq!(patterns(&refused), ["AP-60", "AP-02", "AP-60", "AP-04"]);
}

#[tokio::test]
async fn a_sign_in_succeeds_if_its_hit_cannot_be_taken_back() {
    let (app, ada) = scene().await;
    let proxy = Proxy::before(app.table().endpoint()).await;
    let through = app.on(app.table().store_through(&proxy.url()).await, &ada);
    // The address and the device are counted; then the table stops answering.
    proxy.lose_answers("UpdateItem", 2, 10);
    tries_to_sign_in(&through, "ada", PASSWORD).await.is(200);
}
