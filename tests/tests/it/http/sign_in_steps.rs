//! The number of requests and of sequential steps of a sign-in and of the profile.

use handlers::rates::RateLimits;
use serde_json::json;
use tests::app::{PASSWORD, Person, Response};
use tests::{Proxy, TestApp};

use crate::http::patterns;

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
async fn reading_the_profile_takes_one_request() {
    let (_app, ada, proxy) = scene().await;
    let answer = ada.gets("/users/me").await;
    assert_eq!(patterns(&answer), ["AP-15"]);
    assert_eq!((answer.bill[0].requests, answer.bill[0].rcu), (1, 2.0));
    answer.is(200);
    assert_eq!(proxy.take_steps(), [["BatchGetItem"]]);
}
