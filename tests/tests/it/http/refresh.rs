//! Staying signed in and signing out: the use, rotation and theft of refresh tokens.

use std::time::Duration;

use handlers::rates::RateLimit;
use serde_json::json;
use tests::app::{PASSWORD, Person, Response};
use tests::{TestApp, concurrently};

use crate::http::{assert_clears_cookies, assert_rate_limited, patterns, to_next_window, user};

const SIX_DAYS: Duration = Duration::from_hours(6 * 24);
/// A moment when less than a day is left of a refresh token.
const IN_SIX_DAYS: Duration = Duration::from_secs(6 * 24 * 60 * 60 + 1);
const A_MOMENT: Duration = Duration::from_millis(1);

fn names(answer: &Response) -> Vec<String> {
    answer.set_cookies().into_iter().map(|cookie| cookie.name).collect()
}

/// Asserts that the person is signed out, and stays so.
async fn assert_signed_out(person: &Person) {
    let answer = person.copied().refreshes().await;
    assert_clears_cookies(&answer);
    answer.refused(401, "REFRESH_TOKEN_INVALID");
    person.gets("/users/me").await.refused(401, "UNAUTHORIZED");
}

#[tokio::test]
async fn a_refresh_returns_a_new_access_token_and_keeps_the_refresh_token() {
    let app = TestApp::new().await;
    let ada = app.signs_up("ada").await;
    let refresh_token = ada.cookie("refresh_token");
    app.advance(Duration::from_mins(16));
    ada.gets("/sessions").await.refused(401, "TOKEN_EXPIRED");
    let answer = ada.refreshes().await;
    assert_eq!(patterns(&answer), ["AP-15"]);
    let [cookie] = answer.set_cookies().try_into().expect("one cookie");
    assert_eq!(cookie.name, "access_token");
    assert_eq!(cookie.attributes, ["HttpOnly", "Secure", "SameSite=Strict", "Path=/", "Max-Age=604800"]);
    let shown = user(&app, "ada").await.user_id.to_string();
    let shown = json!({ "id": shown, "name": "ada", "email": "ada@example.com", "username": "ada" });
    assert_eq!(answer.is(200), json!({ "success": true, "user": shown }));
    ada.gets("/sessions").await.is(200);
    assert_eq!(ada.cookie("refresh_token"), refresh_token);
    // Any number of refreshes keeps the token: it is replaced only near its end.
    ada.refreshes().await.is(200);
}

#[tokio::test]
async fn a_refresh_token_with_less_than_a_day_left_is_replaced_for_a_week() {
    let app = TestApp::new().await;
    let ada = app.signs_up("ada").await;
    let first = ada.cookie("refresh_token");
    app.advance(SIX_DAYS);
    assert_eq!(names(&ada.refreshes().await), ["access_token"], "a whole day is left");
    app.advance(Duration::from_secs(1));
    let answer = ada.refreshes().await;
    assert_eq!(patterns(&answer), ["AP-15", "AP-12"]);
    assert_eq!(names(&answer), ["access_token", "refresh_token"]);
    assert_eq!(answer.set_cookies()[1].attributes[4], "Max-Age=604800");
    answer.is(200);
    assert_ne!(ada.cookie("refresh_token"), first);
    app.advance(IN_SIX_DAYS);
    ada.refreshes().await.is(200);
    app.advance(IN_SIX_DAYS);
    ada.refreshes().await.is(200);
    assert_eq!(app.table().raw().all("refresh_family").await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_concurrent_refreshes_of_an_expiring_token_get_one_successor() {
    let app = TestApp::new().await;
    let ada = app.signs_up("ada").await;
    app.advance(IN_SIX_DAYS);
    let answers = concurrently(10, |_| {
        let tab = ada.copied();
        async move { (tab.refreshes().await, tab) }
    })
    .await;
    let successor = answers[0].1.cookie("refresh_token");
    assert_ne!(successor, ada.cookie("refresh_token"));
    for (answer, tab) in answers {
        assert_eq!(names(&answer), ["access_token", "refresh_token"]);
        answer.is(200);
        assert_eq!(tab.cookie("refresh_token"), successor);
    }
    let family = &app.table().raw().all("refresh_family").await[0];
    assert_eq!(family.number("seq"), Some(2));
}

#[tokio::test]
async fn a_replaced_token_returns_the_same_successor_for_ten_seconds() {
    let app = TestApp::new().await;
    let ada = app.signs_up("ada").await;
    app.advance(IN_SIX_DAYS);
    let (slow_tab, slower_tab) = (ada.copied(), ada.copied());
    ada.refreshes().await.is(200);
    app.advance(Duration::from_millis(1_500));
    slow_tab.refreshes().await.is(200);
    app.advance(Duration::from_millis(8_500));
    slower_tab.refreshes().await.is(200);
    for tab in [slow_tab, slower_tab] {
        assert_eq!(tab.cookie("refresh_token"), ada.cookie("refresh_token"));
        tab.gets("/users/me").await.is(200);
    }
}

#[tokio::test]
async fn a_replaced_token_used_later_ends_the_sign_in_for_both_holders() {
    let app = TestApp::new().await;
    let ada = app.signs_up("ada").await;
    let phone = app.signs_in("ada").await;
    app.advance(IN_SIX_DAYS);
    let thief = ada.copied();
    ada.refreshes().await.is(200);
    app.advance(Duration::from_millis(10_001));
    let answer = thief.refreshes().await;
    assert_eq!(patterns(&answer), ["AP-15", "AP-13"]);
    assert_clears_cookies(&answer);
    answer.refused(401, "REFRESH_TOKEN_INVALID");
    assert_eq!(thief.cookie("refresh_token"), None);
    assert_signed_out(&ada).await;
    phone.refreshes().await.is(200);
}

#[tokio::test]
async fn a_theft_is_detected_when_the_owner_uses_the_replaced_token() {
    let app = TestApp::new().await;
    let ada = app.signs_up("ada").await;
    let thief = ada.copied();
    app.advance(IN_SIX_DAYS);
    thief.refreshes().await.is(200);
    app.advance(Duration::from_millis(10_001));
    ada.refreshes().await.refused(401, "REFRESH_TOKEN_INVALID");
    assert_signed_out(&thief).await;
}

#[tokio::test]
async fn an_invalid_refresh_token_is_refused_and_both_cookies_are_cleared() {
    let app = TestApp::new().await;
    let ada = app.signs_up("ada").await;
    let good = ada.cookie("refresh_token").unwrap();
    let access = ada.cookie("access_token").unwrap();
    let elsewhere = TestApp::with_other_keys().await.signs_up("ada").await.cookie("refresh_token").unwrap();
    let [header, claims, signature] = good.split('.').collect::<Vec<_>>()[..] else { panic!("three parts") };
    for bad in [
        None,
        Some("x"),
        Some(".."),
        Some(&*access),
        Some(&*elsewhere),
        Some(&*format!("{header}.{claims}.")),
        Some(&*format!("{header}.{}.{signature}", elsewhere.split('.').nth(1).unwrap())),
        Some(&*"a".repeat(9_000)),
    ] {
        let visitor = ada.copied();
        visitor.with_cookie("refresh_token", bad);
        let answer = visitor.refreshes().await;
        assert_eq!(answer.bill, []);
        if bad == Some(&*elsewhere) {
            assert_eq!(answer.set_cookies(), [], "its key may not be loaded yet");
        } else {
            assert_clears_cookies(&answer);
        }
        answer.refused(401, "REFRESH_TOKEN_INVALID");
    }
    ada.refreshes().await.is(200);
}

#[tokio::test]
async fn a_refresh_token_is_valid_for_a_week() {
    let app = TestApp::new().await;
    let ada = app.signs_up("ada").await;
    app.advance(Duration::from_millis(7 * 24 * 60 * 60 * 1_000 - 1));
    ada.copied().refreshes().await.is(200);
    let app = TestApp::new().await;
    let ada = app.signs_up("ada").await;
    app.advance(Duration::from_hours(7 * 24));
    assert_expired(&ada).await;
    app.advance(Duration::from_hours(1));
    assert_expired(&ada).await;
}

async fn assert_expired(person: &Person) {
    let answer = person.copied().refreshes().await;
    assert_clears_cookies(&answer);
    answer.refused(401, "REFRESH_TOKEN_INVALID");
}

#[tokio::test]
async fn the_twenty_first_refresh_of_a_sign_in_in_a_minute_is_refused() {
    let app = TestApp::with_rate_limits().await;
    let desk = app.signs_up("ada").await;
    let phone = app.signs_in("ada").await;
    let bob = app.signs_up("bob").await;
    let retry_at = to_next_window(&app, RateLimit::REFRESH, "ada").await;
    for number in 0..20 {
        let tab = if number % 2 == 0 { desk.clone() } else { desk.copied() };
        tab.refreshes().await.is(200);
        app.advance(Duration::from_secs(1));
    }
    assert_rate_limited(desk.refreshes().await, retry_at, "40");
    assert_rate_limited(desk.copied().refreshes().await, retry_at, "40");
    phone.refreshes().await.is(200);
    bob.refreshes().await.is(200);
    app.advance(Duration::from_millis(39_999));
    assert_rate_limited(desk.refreshes().await, retry_at, "1");
    app.advance(A_MOMENT);
    desk.refreshes().await.is(200);
}

#[tokio::test]
async fn a_signed_out_copy_of_the_cookies_does_not_block_the_owners_refresh() {
    let app = TestApp::with_rate_limits().await;
    let copy = app.signs_up("ada").await;
    copy.copied().posts("/auth/logout", &json!({})).await.is(200);
    let ada = app.signs_in("ada").await;
    for number in 0..25 {
        let answer = copy.copied().refreshes().await;
        assert_eq!(answer.status, if number < 20 { 401 } else { 429 }, "{number}");
    }
    ada.refreshes().await.is(200);
}

#[tokio::test]
async fn refreshes_without_a_valid_token_and_sign_outs_are_limited_by_address() {
    let app = TestApp::with_rate_limits().await;
    let (stranger, another) = (app.stranger(), app.stranger());
    stranger.with_cookie("refresh_token", Some("x.y.z"));
    for (path, status) in [("/auth/refresh", 401), ("/auth/logout", 200)] {
        for _ in 0..5 {
            stranger.with_cookie("refresh_token", Some("x.y.z"));
            let answer = stranger.posts(path, &json!({})).await;
            assert_eq!((answer.status, patterns(&answer)), (status, vec!["AP-60"]));
        }
        stranger.with_cookie("refresh_token", Some("x.y.z"));
        let refused = stranger.posts(path, &json!({})).await;
        assert_eq!(refused.set_cookies(), []);
        refused.refused(429, "RATE_LIMIT_EXCEEDED");
        assert_eq!(another.posts(path, &json!({})).await.status, status);
    }
}

#[tokio::test]
async fn signing_out_ends_this_sign_in_and_keeps_the_other_devices() {
    let app = TestApp::new().await;
    let desk = app.signs_up("ada").await;
    let phone = app.signs_in("ada").await;
    let copy = desk.copied();
    let answer = desk.posts("/auth/logout", &json!({})).await;
    assert_eq!(patterns(&answer), ["AP-13"]);
    assert_clears_cookies(&answer);
    assert_eq!(answer.is(200), json!({ "success": true }));
    assert_eq!((desk.cookie("access_token"), desk.cookie("refresh_token")), (None, None));
    assert_signed_out(&copy).await;
    phone.gets("/users/me").await.is(200);
    phone.refreshes().await.is(200);
    assert_eq!(app.table().raw().all("refresh_family").await.len(), 1);
}

#[tokio::test]
async fn either_token_signs_out_and_the_refresh_token_also_after_expired_access() {
    let app = TestApp::new().await;
    for (kept, removed) in [("access_token", "refresh_token"), ("refresh_token", "access_token")] {
        let ada = app.signs_up(&kept[..6]).await;
        let copy = ada.copied();
        ada.with_cookie(removed, None);
        if kept == "refresh_token" {
            app.advance(Duration::from_hours(1));
        }
        ada.posts("/auth/logout", &json!({})).await.is(200);
        copy.refreshes().await.refused(401, "REFRESH_TOKEN_INVALID");
    }
    // The access token of one account beside the refresh token of another: both sign-ins end.
    let (eve, bob) = (app.signs_up("eve").await, app.signs_up("bob").await);
    let mixed = eve.copied();
    mixed.with_cookie("access_token", bob.cookie("access_token").as_deref());
    mixed.posts("/auth/logout", &json!({})).await.is(200);
    assert_signed_out(&eve).await;
    assert_signed_out(&bob).await;
}

#[tokio::test]
async fn signing_out_without_a_token_sends_no_request_to_the_table() {
    let app = TestApp::new().await;
    let expired = app.signs_up("ada").await;
    app.advance(Duration::from_hours(8 * 24));
    let garbled = app.stranger();
    garbled.with_cookie("access_token", Some("x; access_token=y"));
    garbled.with_cookie("refresh_token", Some("\"z\""));
    for person in [app.stranger(), garbled, expired] {
        let answer = person.posts("/auth/logout", &json!({})).await;
        assert_eq!(answer.bill, []);
        assert_clears_cookies(&answer);
        assert_eq!(answer.is(200), json!({ "success": true }));
    }
    let twice = app.signs_in("ada").await;
    let again = twice.copied();
    twice.posts("/auth/logout", &json!({})).await.is(200);
    again.posts("/auth/logout", &json!({})).await.is(200);
}

#[tokio::test]
async fn a_user_can_sign_in_again_after_signing_out() {
    let app = TestApp::new().await;
    let ada = app.signs_up("ada").await;
    ada.posts("/auth/logout", &json!({})).await.is(200);
    ada.posts("/auth/login", &json!({ "username": "ada", "password": PASSWORD })).await.is(200);
    ada.gets("/users/me").await.is(200);
}
