//! The devices of a user: their names, and signing one out from another.

use std::time::Duration;

use axum::http::Request;
use serde_json::{Value, json};
use tests::TestApp;
use tests::app::{PASSWORD, Person, sign_up};

use crate::http::{assert_clears_cookies, patterns};

const FIREFOX: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0";

/// Signs in with this `User-Agent`.
async fn signs_in_with(app: &TestApp, user_agent: &str) -> Person {
    let person = app.stranger();
    let request = Request::post("/auth/login").header("user-agent", user_agent);
    person.sends_json(request, json!({ "username": "ada", "password": PASSWORD }).to_string()).await.is(200);
    person
}

async fn devices(person: &Person) -> Vec<Value> {
    let answer = person.gets("/users/me/devices").await;
    assert_eq!(patterns(&answer), ["AP-14"]);
    answer.is(200)["devices"].as_array().unwrap().clone()
}

fn path(device: &Value) -> String {
    format!("/users/me/devices/{}", device["device_id"].as_str().unwrap())
}

#[tokio::test]
async fn every_sign_in_is_listed_with_its_browser_and_the_current_is_marked() {
    let app = TestApp::new().await;
    let desk = app.stranger();
    let request = Request::post("/auth/signup").header("user-agent", FIREFOX);
    desk.sends_json(request, sign_up("ada").to_string()).await.is(201);
    app.signs_up("bob").await;
    app.advance(Duration::from_mins(1));
    let phone = signs_in_with(&app, "something new").await;
    let shown = devices(&phone).await;
    assert_eq!(shown.len(), 2, "none of bob's");
    let (of_phone, of_desk) = (&shown[0], &shown[1]);
    assert_eq!((&of_phone["is_this"], of_phone.get("browser")), (&json!(true), None));
    assert_eq!(
        (&of_desk["is_this"], &of_desk["browser"], &of_desk["system"]),
        (&json!(false), &json!("Firefox"), &json!("Windows"))
    );
    assert_eq!(of_desk["created_at"], "2100-01-01T08:00:00.000Z");
    assert_eq!(of_phone["last_used_at"], "2100-01-01T08:01:00.000Z");
    assert!(devices(&desk).await.iter().all(|device| (device["is_this"] == true) == (device["browser"] == "Firefox")));
}

#[tokio::test]
async fn the_last_use_is_stored_once_an_hour_and_orders_the_list() {
    let app = TestApp::new().await;
    let ada = app.signs_up("ada").await;
    app.advance(Duration::from_mins(1));
    let phone = app.signs_in("ada").await;
    let mut written = Vec::new();
    for _ in 0..10 {
        app.advance(Duration::from_mins(15));
        written.push(patterns(&ada.refreshes().await));
    }
    assert_eq!(written.iter().filter(|calls| **calls == ["AP-15", "AP-16"]).count(), 2, "{written:?}");
    assert!(written.iter().all(|calls| *calls == ["AP-15"] || *calls == ["AP-15", "AP-16"]));
    let shown = devices(&ada).await;
    assert_eq!((&shown[0]["is_this"], &shown[0]["last_used_at"]), (&json!(true), &json!("2100-01-01T10:01:00.000Z")));
    assert_eq!(shown[1]["last_used_at"], "2100-01-01T08:01:00.000Z");
    phone.posts("/auth/logout", &json!({})).await.is(200);
    assert_eq!(devices(&ada).await.len(), 1);
    phone.gets("/users/me/devices").await.refused(401, "UNAUTHORIZED");
}

#[tokio::test]
async fn a_device_signed_out_from_another_stays_signed_out() {
    let app = TestApp::new().await;
    let (ada, lost) = (app.signs_up("ada").await, app.signs_in("ada").await);
    let shown = devices(&ada).await;
    let of_lost = shown.iter().find(|device| device["is_this"] == false).unwrap();
    let answer = ada.deletes(&path(of_lost)).await;
    assert_eq!((patterns(&answer), answer.set_cookies()), (vec!["AP-14", "AP-13"], vec![]));
    answer.is(200);
    lost.gets("/users/me").await.refused(401, "UNAUTHORIZED");
    lost.refreshes().await.refused(401, "REFRESH_TOKEN_INVALID");
    ada.deletes(&path(of_lost)).await.refused(404, "DEVICE_NOT_FOUND");
    let own = devices(&ada).await;
    let answer = ada.deletes(&path(&own[0])).await;
    assert_clears_cookies(&answer);
    answer.is(200);
    assert_eq!(app.table().raw().all("refresh_family").await.len(), 0);
}

#[tokio::test]
async fn another_users_device_and_an_unknown_device_return_404() {
    let app = TestApp::new().await;
    let (ada, bob) = (app.signs_up("ada").await, app.signs_up("bob").await);
    let bobs = devices(&bob).await;
    for path in [&*path(&bobs[0]), "/users/me/devices/019b3c5a-7d2e-7c3a-8f00-0123456789ab", "/users/me/devices/x"] {
        ada.deletes(path).await.refused(404, "DEVICE_NOT_FOUND");
    }
    bob.refreshes().await.is(200);
    let signed_out = ada.copied();
    ada.posts("/auth/logout", &json!({})).await.is(200);
    signed_out.deletes(&path(&bobs[0])).await.refused(401, "UNAUTHORIZED");
}

#[tokio::test]
async fn the_first_200_bytes_of_the_user_agent_are_stored() {
    let app = TestApp::new().await;
    app.signs_up("ada").await;
    signs_in_with(&app, &format!("Firefox/145.0 {}", "x".repeat(5_000))).await;
    let kept = app.table().raw().all("refresh_family").await;
    assert!(kept.iter().all(|item| item.text("user_agent").unwrap_or_default().len() <= 200));
}
