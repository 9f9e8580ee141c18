//! Cookies of browsers, other sites and other processes: a valid one counts, beside any others.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::{Request, header};
use futures::FutureExt as _;
use handlers::auth::key_pair::{generate, public_half};
use handlers::auth::keyring::{KeyRing, KeySource};
use handlers::auth::keys::TokenKeys;
use handlers::auth::token::Tokens;
use handlers::http::cookie::CookieNames;
use model::Timestamp;
use tests::TestApp;
use tests::app::{PASSWORD, Person, Response, SetCookie, sign_up};
use tests::table::MORNING;

use crate::http::{assert_clears_cookies, patterns};

async fn sends(person: &Person, method: &str, path: &str, cookies: &str) -> Response {
    let request = Request::builder().method(method).uri(path).header(header::COOKIE, cookies);
    person.sends(request, Body::empty()).await
}

fn pairs(person: &Person, prefix: &str) -> [String; 2] {
    ["access_token", "refresh_token"].map(|name| format!("{prefix}{name}={}", person.cookie(name).unwrap()))
}

#[tokio::test]
async fn a_valid_cookie_counts_beside_invalid_ones() {
    let app = TestApp::new().await;
    let ada = app.signs_up("ada").await;
    let foreign = TestApp::with_other_keys().await.signs_up("ada").await;
    let [access, refresh] = pairs(&ada, "");
    let [foreign_access, foreign_refresh] = pairs(&foreign, "");
    let both = |name: &str, value: &str| format!("access_{name}={value}; refresh_{name}={value}");
    for beside in [
        both("token", ""),
        both("token", "\"x\""),
        both("token", "%zz"),
        both("token", "x"),
        "access_token; refresh_token".to_owned(),
        format!("{foreign_access}; {foreign_refresh}"),
        format!("access_token=\"{0}\"; refresh_token=\"{0}\"", ada.cookie("access_token").unwrap()),
        format!("{access}; {refresh}"),
        vec![both("token", "junk.junk.junk"); 20].join("; "),
    ] {
        for cookies in [format!("{beside}; {access}; {refresh}"), format!("{access}; {refresh}; {beside}")] {
            sends(&app.stranger(), "GET", "/sessions", &cookies).await.is(200);
            sends(&app.stranger(), "GET", "/users/me", &cookies).await.is(200);
            sends(&app.stranger(), "POST", "/auth/refresh", &cookies).await.is(200);
        }
    }
}

#[tokio::test]
async fn the_newer_of_two_valid_access_tokens_identifies_the_caller() {
    let app = TestApp::new().await;
    let (older, newer) = (app.signs_up("ada").await, app.signs_up("bob").await);
    app.advance(Duration::from_secs(1));
    newer.refreshes().await.is(200);
    let cookies = [pairs(&older, "")[0].clone(), pairs(&newer, "")[0].clone()];
    for cookies in [cookies.join("; "), format!("{}; {}", cookies[1], cookies[0])] {
        assert_eq!(sends(&app.stranger(), "GET", "/users/me", &cookies).await.is(200)["user"]["username"], "bob");
    }
}

#[tokio::test]
async fn a_refresh_uses_the_token_whose_sign_in_is_active() {
    let app = TestApp::new().await;
    let ada = app.signs_up("ada").await;
    app.advance(Duration::from_secs(1));
    let ended = app.signs_in("ada").await;
    let [_, left_behind] = pairs(&ended, "");
    ended.posts("/auth/logout", &serde_json::json!({})).await.is(200);
    let cookies = format!("{left_behind}; {}", pairs(&ada, "")[1]);
    sends(&app.stranger(), "POST", "/auth/refresh", &cookies).await.is(200);
    let refused = sends(&app.stranger(), "POST", "/auth/refresh", &left_behind).await;
    assert_clears_cookies(&refused);
    refused.refused(401, "REFRESH_TOKEN_INVALID");
}

#[tokio::test]
async fn sign_out_ends_the_sign_ins_of_all_tokens_in_the_request() {
    let app = TestApp::new().await;
    let (one, two, three) = (app.signs_up("ada").await, app.signs_in("ada").await, app.signs_up("bob").await);
    let kept = app.signs_in("ada").await;
    let cookies = format!(
        "refresh_token=; {}; access_token=\"x\"; {}; {}; refresh_token=x",
        pairs(&one, "")[1],
        pairs(&two, "")[1],
        pairs(&three, "")[0],
    );
    let answer = sends(&app.stranger(), "POST", "/auth/logout", &cookies).await;
    assert_eq!(patterns(&answer), ["AP-13"; 3]);
    assert_clears_cookies(&answer);
    answer.is(200);
    for ended in [one, two, three] {
        ended.refreshes().await.refused(401, "REFRESH_TOKEN_INVALID");
    }
    kept.refreshes().await.is(200);
}

#[tokio::test]
async fn over_https_the_cookies_have_the_host_prefix() {
    let app = TestApp::with(|app| app.cookies = CookieNames::Host).await;
    let ada = app.stranger();
    let answer = ada.posts("/auth/signup", &sign_up("ada")).await;
    let names: Vec<String> = answer.set_cookies().into_iter().map(|cookie| cookie.name).collect();
    assert_eq!(names, ["__Host-access_token", "__Host-refresh_token", "__Host-device"]);
    ada.gets("/users/me").await.is(200);
    ada.refreshes().await.is(200);
    // Cookies of a sibling domain are ignored.
    let plain = format!("access_token={}", ada.cookie("__Host-access_token").unwrap());
    sends(&app.stranger(), "GET", "/users/me", &plain).await.refused(401, "UNAUTHORIZED");
    let cleared = ada.posts("/auth/logout", &serde_json::json!({})).await.set_cookies();
    let cleared: Vec<(String, bool)> =
        cleared.into_iter().map(|SetCookie { name, value, .. }| (name, value.is_empty())).collect();
    assert_eq!(cleared, [("__Host-access_token".to_owned(), true), ("__Host-refresh_token".to_owned(), true)]);
}

/// A private key and its public key.
fn key() -> (String, String) {
    let private = generate().unwrap();
    let public = public_half(&private).unwrap();
    (private, public)
}

#[tokio::test]
async fn key_rotation_signs_no_user_out_and_loads_the_new_key() {
    let (old, new) = (key(), key());
    let morning = Timestamp::from_millis(MORNING).unwrap();
    let again: KeySource = {
        let (old, new) = (old.clone(), new.clone());
        Box::new(move || {
            let keys = TokenKeys::from_pem(&new.0, [&*old.1]);
            async move { Ok(keys?) }.boxed()
        })
    };
    let before = KeyRing::readable(TokenKeys::from_pem(&old.0, []).unwrap(), again, morning);
    // One process that has not read the new key yet, and one that never reads it.
    let tokens = |keys: KeyRing| Arc::new(Tokens::new(keys, "us", "page"));
    let app = TestApp::with(|app| app.tokens = tokens(before)).await;
    let deaf = TestApp::with(|app| app.tokens = tokens(TokenKeys::from_pem(&old.0, []).unwrap().into())).await;
    let ada = app.signs_up("ada").await;
    let [_, by_the_old_key] = pairs(&ada, "");

    let ahead =
        app.in_another_process(&ada, |app| app.tokens = tokens(TokenKeys::from_pem(&new.0, [&*old.1]).unwrap().into()));
    app.advance(Duration::from_hours(6 * 24 + 1));
    ahead.refreshes().await.is(200);
    let [access, refresh] = pairs(&ahead, "");
    assert_ne!(refresh, by_the_old_key);

    let stranger = deaf.stranger();
    let answer = sends(&stranger, "POST", "/auth/refresh", &refresh).await;
    assert_eq!(answer.set_cookies(), [], "another process may know the key");
    answer.refused(401, "REFRESH_TOKEN_INVALID");
    let answer = sends(&stranger, "GET", "/sessions", &access).await;
    assert_eq!(answer.set_cookies(), []);
    answer.refused(401, "UNAUTHORIZED");

    sends(&app.stranger(), "GET", "/sessions", &access).await.is(200);
    sends(&app.stranger(), "POST", "/auth/refresh", &refresh).await.is(200);
    let again = serde_json::json!({ "username": "ada", "password": PASSWORD });
    app.stranger().posts("/auth/login", &again).await.is(200);
}

#[tokio::test]
async fn the_access_cookie_outlives_its_token_so_clients_see_that_it_expired() {
    let app = TestApp::new().await;
    let browser = app.stranger();
    let answer = browser.posts("/auth/signup", &sign_up("ada")).await;
    let cookies = answer.set_cookies();
    // The cookies that a browser still has after sixteen minutes.
    let kept = cookies.iter().filter(|cookie| {
        let life: u64 = cookie.attributes[4].strip_prefix("Max-Age=").unwrap().parse().unwrap();
        life > 16 * 60
    });
    let kept: Vec<String> = kept.map(|cookie| format!("{}={}", cookie.name, cookie.value)).collect();
    app.advance(Duration::from_mins(16));
    sends(&app.stranger(), "GET", "/sessions", &kept.join("; ")).await.refused(401, "TOKEN_EXPIRED");
    sends(&app.stranger(), "POST", "/auth/refresh", &kept.join("; ")).await.is(200);
}

#[tokio::test]
async fn refresh_and_sign_out_need_no_body_and_no_content_type() {
    let app = TestApp::new().await;
    let ada = app.signs_up("ada").await;
    ada.sends(Request::post("/auth/refresh"), Body::empty()).await.is(200);
    ada.sends(Request::post("/auth/logout"), Body::empty()).await.is(200);
    ada.gets("/users/me").await.refused(401, "UNAUTHORIZED");
    // A page of another site cannot send this in a user's name.
    let bob = app.signs_up("bob").await;
    for (name, value) in [
        ("origin", "https://evil.example"),
        ("origin", "null"),
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
    ] {
        for path in ["/auth/refresh", "/auth/logout"] {
            bob.sends(Request::post(path).header(name, value), Body::empty()).await.refused(403, "FORBIDDEN");
        }
    }
    bob.gets("/users/me").await.is(200);
}
