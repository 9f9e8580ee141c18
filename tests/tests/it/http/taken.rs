//! Names and addresses that are taken: who is told, which field it is, and how often.

use std::collections::BTreeMap;
use std::time::Duration;

use tests::TestApp;
use tests::app::contract::operations;
use tests::app::sign_up;

#[tokio::test]
async fn every_route_that_tells_what_is_taken_tells_it_five_times_a_minute() {
    let telling = operations().iter().filter(|operation| operation.codes().any(|code| code == "USER_ALREADY_EXISTS"));
    let mut told = Vec::new();
    for operation in telling {
        let route = format!("{} {}", operation.method, operation.path);
        assert!(operation.codes().any(|code| code == "RATE_LIMIT_EXCEEDED"), "{route} is not limited");
        let app = TestApp::with_rate_limits().await;
        app.signs_up("bob").await;
        let ada = app.signs_up("ada").await;
        app.later(Duration::from_mins(1));
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
async fn a_sign_up_that_is_refused_for_its_form_uses_up_none_of_the_five_a_minute() {
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
