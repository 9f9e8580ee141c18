//! Taken names and addresses: the conflicting field, and the limit on such responses.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::json;
use tests::TestApp;
use tests::app::contract::operations;
use tests::app::{Response, sign_up};

/// Asserts a conflict at this field, and at no other.
#[track_caller]
fn assert_taken(answer: Response, field: &str) {
    assert_eq!(answer.set_cookies(), []);
    let message =
        if field == "email" { "This e-mail address is already taken." } else { "This username is already taken." };
    let fields = json!([{ "field": field, "message": message }]);
    let error = json!({ "code": "USER_ALREADY_EXISTS", "message": message, "field": field, "fields": fields });
    assert_eq!(answer.is(409), json!({ "error": error }));
}

#[tokio::test]
async fn a_sign_up_with_a_taken_name_or_address_is_a_conflict_at_that_field() {
    let app = TestApp::new().await;
    app.signs_up("ada").await;
    let before = app.table().raw().census().await;
    for (field, value, taken) in
        [("email", "other@example.com", "username"), ("username", "other", "email"), ("name", "Another Ada", "email")]
    {
        let mut form = sign_up("ada");
        form[field] = value.into();
        assert_taken(app.stranger().posts("/auth/signup", &form).await, taken);
    }
    for (field, value, taken) in [("username", "ADA", "username"), ("email", "ADA@Example.com", "email")] {
        let mut form = sign_up("other");
        form[field] = value.into();
        assert_taken(app.stranger().posts("/auth/signup", &form).await, taken);
    }
    assert_eq!(app.table().raw().census().await, before);
}

#[tokio::test]
async fn a_profile_change_to_a_taken_name_or_address_is_a_conflict_at_that_field() {
    let app = TestApp::new().await;
    let ada = app.signs_up("ada").await;
    app.signs_up("bob").await;
    let before = app.table().raw().items().await;
    for (change, taken) in [
        (json!({ "username": "bob" }), "username"),
        (json!({ "username": "BOB", "email": "new@example.com" }), "username"),
        (json!({ "email": "BOB@example.com", "username": "new" }), "email"),
        (json!({ "name": "Bob", "email": "bob@example.com", "username": "bob" }), "email"),
    ] {
        assert_taken(ada.puts("/users/me", &change).await, taken);
    }
    assert!(app.table().raw().items().await == before);
}

#[tokio::test]
async fn every_route_that_reveals_taken_names_does_so_five_times_a_minute() {
    let telling = operations().iter().filter(|operation| operation.codes().any(|code| code == "USER_ALREADY_EXISTS"));
    let mut told = Vec::new();
    for operation in telling {
        let route = format!("{} {}", operation.method, operation.path);
        assert!(operation.codes().any(|code| code == "RATE_LIMIT_EXCEEDED"), "{route} is not limited");
        let app = TestApp::with_rate_limits().await;
        app.signs_up("bob").await;
        let ada = app.signs_up("ada").await;
        app.advance(Duration::from_mins(1));
        let mut statuses = BTreeMap::new();
        for _ in 0..120 {
            let request = axum::http::Request::builder().method(&*operation.method).uri(&operation.path);
            *statuses.entry(ada.sends_json(request, sign_up("bob").to_string()).await.status).or_insert(0) += 1;
        }
        assert_eq!(statuses, BTreeMap::from([(409, 5), (429, 115)]), "{route}");
        told.push(route);
    }
    assert_eq!(told, ["POST /auth/signup", "PUT /users/me"]);
}

#[tokio::test]
async fn an_invalid_sign_up_does_not_count_against_the_five_a_minute() {
    let app = TestApp::with_rate_limits().await;
    let person = app.stranger();
    for number in 0..20 {
        let mut form = sign_up("ada");
        form[if number % 2 == 0 { "password" } else { "email" }] = "x".into();
        let answer = person.posts("/auth/signup", &form).await;
        assert_eq!((answer.status, answer.bill.len()), (400, 0));
    }
    person.posts("/auth/signup", &sign_up("ada")).await.is(201);
}
