//! `/users/me`: reading, changing and deleting one's own account.

use std::time::Duration;

use serde_json::{Value, json};
use tests::app::{PASSWORD, Person, Response, sign_up};
use tests::{TestApp, concurrently};

use crate::http::{CODE, FILENAME, assert_clears_cookies, patterns, user};
use crate::items;

/// Every request about one's own account.
async fn all_requests(person: &Person) -> Vec<Response> {
    let passwords = json!({ "current_password": PASSWORD, "new_password": "Difference-1822", "confirm_password": "Difference-1822" });
    vec![
        person.gets("/users/me").await,
        person.puts("/users/me", &json!({ "name": "Mallory" })).await,
        person.puts("/users/me/password", &passwords).await,
        person.deletes_with("/users/me", &json!({ "password": PASSWORD })).await,
    ]
}

async fn signs_in(app: &TestApp, name: &str) -> Response {
    app.stranger().posts("/auth/login", &json!({ "username": name, "password": PASSWORD })).await
}

#[tokio::test]
async fn a_profile_is_shown_to_its_owner() {
    let app = TestApp::new().await;
    let ada = app.signs_up("ada").await;
    let answer = ada.gets("/users/me").await;
    assert_eq!(patterns(&answer), ["AP-15"]);
    let stored = user(&app, "ada").await;
    let shown = json!({ "user": {
        "id": stored.user_id.to_string(),
        "name": "ada",
        "email": "ada@example.com",
        "username": "ada",
        "created_at": "2100-01-01T08:00:00.000Z",
    } });
    assert_eq!(answer.is(200), shown);
}

#[tokio::test]
async fn a_change_of_username_and_address_frees_the_old_ones_at_once() {
    let app = TestApp::new().await;
    let ada = app.signs_up("ada").await;
    app.advance(Duration::from_mins(1));
    let change = json!({ "name": " Ada King ", "username": "Countess", "email": "King@Example.com" });
    let answer = ada.puts("/users/me", &change).await;
    assert_eq!(patterns(&answer), ["AP-15", "AP-05"]);
    let changed = answer.is(200);
    assert_eq!(changed["user"]["name"], "Ada King");
    assert_eq!(changed["user"]["username"], "Countess");
    assert_eq!(changed["user"]["email"], "King@Example.com");
    assert_eq!(changed["user"]["created_at"], "2100-01-01T08:00:00.000Z");
    assert_eq!(ada.gets("/users/me").await.is(200), changed);
    signs_in(&app, "ada").await.refused(401, "INVALID_CREDENTIALS");
    assert_eq!(signs_in(&app, "countess").await.is(200)["user"]["id"], changed["user"]["id"]);
    app.signs_up("ada").await;
    app.stranger().posts("/auth/signup", &sign_up("countess")).await.refused(409, "USER_ALREADY_EXISTS");
    let two = items([("user", 2), ("email_claim", 2), ("username_claim", 2), ("refresh_family", 3)]);
    assert_eq!(app.table().raw().census().await, two);
}

#[tokio::test]
async fn each_field_changes_alone_and_only_its_claim_moves() {
    let app = TestApp::new().await;
    let ada = app.signs_up("ada").await;
    for (field, value, wcu) in [
        // Two units for each item of a transaction and each KB of it; the index has the username, and is written too.
        ("name", "Ada King", 2.0),
        ("email", "king@example.com", 6.0),
        ("username", "countess", 8.0),
    ] {
        let before = ada.gets("/users/me").await.is(200)["user"].take();
        let answer = ada.puts("/users/me", &json!({ field: value })).await;
        assert!(answer.bill[1].wcu <= wcu, "{field}: {:?}", answer.bill[1]);
        let mut expected = before;
        expected[field] = value.into();
        assert_eq!(answer.is(200)["user"], expected);
    }
}

#[tokio::test]
async fn a_change_of_case_is_accepted_and_moves_no_claim() {
    let app = TestApp::new().await;
    let ada = app.signs_up("ada").await;
    let claims = || async {
        let mut claims = app.table().raw().all("email_claim").await;
        claims.extend(app.table().raw().all("username_claim").await);
        claims
    };
    let before = claims().await;
    app.advance(Duration::from_mins(1));
    let change = json!({ "username": "ADA", "email": "Ada@Example.com" });
    let changed = ada.puts("/users/me", &change).await.is(200);
    assert_eq!((&changed["user"]["username"], &changed["user"]["email"]), (&json!("ADA"), &json!("Ada@Example.com")));
    assert_eq!(claims().await, before);
    signs_in(&app, "ada").await.is(200);
}

#[tokio::test]
async fn unchanged_fields_are_not_written() {
    let app = TestApp::new().await;
    let ada = app.signs_up("ada").await;
    let before = app.table().raw().items().await;
    app.advance(Duration::from_mins(1));
    for same in [json!({ "name": "ada" }), json!({ "name": " ada ", "username": "ada", "email": "ada@example.com" })] {
        let answer = ada.puts("/users/me", &same).await;
        assert_eq!(patterns(&answer), ["AP-15"]);
        answer.is(200);
    }
    assert!(app.table().raw().items().await == before);
}

#[tokio::test]
async fn a_profile_change_refuses_the_field_values_that_sign_up_refuses() {
    let app = TestApp::new().await;
    let ada = app.signs_up("ada").await;
    let before = app.table().raw().items().await;
    for (field, values) in [
        ("name", vec![json!(""), json!(" "), json!("x".repeat(101)), json!("A\u{7}"), json!(7), json!(null)]),
        ("email", vec![json!(""), json!("ada"), json!("a b@example.com"), json!(["a@b.co"])]),
        ("username", vec![json!(""), json!("ad"), json!("a".repeat(21)), json!("a-b"), json!({}), json!(false)]),
    ] {
        for value in values {
            let answer = ada.puts("/users/me", &json!({ field: value })).await;
            assert_eq!(answer.bill, []);
            answer.invalid(field);
        }
    }
    let unknown = json!({ "user_id": "x", "password_hash": "x", "session_count": 0, "created_at": 0, "et": "session" });
    ada.puts("/users/me", &unknown).await.invalid("name");
    let mut with_name = unknown;
    with_name["name"] = "ada".into();
    ada.puts("/users/me", &with_name).await.is(200);
    assert!(app.table().raw().items().await == before);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_of_twenty_concurrent_changes_to_one_username_succeeds() {
    let app = TestApp::new().await;
    let mut people = Vec::new();
    for number in 0..20 {
        people.push(app.signs_up(&format!("person{number}")).await);
    }
    let answers = concurrently(20, |number| {
        let person = people[number].clone();
        let name = ["countess", "Countess", "COUNTESS"][number % 3];
        async move { person.puts("/users/me", &json!({ "username": name })).await }
    })
    .await;
    let winners: Vec<_> = answers.iter().filter(|answer| answer.status == 200).collect();
    assert_eq!(winners.len(), 1);
    let holder = user(&app, "countess").await.user_id.to_string();
    assert_eq!(winners[0].json["user"]["id"], holder);
    for answer in answers.into_iter().filter(|answer| answer.status != 200) {
        answer.refused(409, "USER_ALREADY_EXISTS");
    }
    let all = items([("user", 20), ("email_claim", 20), ("username_claim", 20), ("refresh_family", 20)]);
    assert_eq!(app.table().raw().census().await, all);
}

#[tokio::test(flavor = "multi_thread")]
async fn concurrent_changes_of_different_fields_are_all_kept() {
    let app = TestApp::new().await;
    let ada = app.signs_up("ada").await;
    let changes = [("name", "Ada King"), ("email", "king@example.com"), ("username", "countess")];
    let answers = concurrently(3, |number| {
        let (tab, (field, value)) = (ada.clone(), changes[number]);
        async move { tab.puts("/users/me", &json!({ field: value })).await }
    })
    .await;
    for answer in answers {
        answer.is(200);
    }
    let shown = ada.gets("/users/me").await.is(200);
    for (field, value) in changes {
        assert_eq!(shown["user"][field], value);
    }
    let one = items([("user", 1), ("email_claim", 1), ("username_claim", 1), ("refresh_family", 1)]);
    assert_eq!(app.table().raw().census().await, one);
}

#[tokio::test]
async fn a_signed_out_user_cannot_change_the_account_with_a_valid_token() {
    let app = TestApp::new().await;
    let ada = app.signs_up("ada").await;
    let copy = ada.copied();
    ada.posts("/auth/logout", &json!({})).await.is(200);
    let before = app.table().raw().items().await;
    for answer in all_requests(&copy).await {
        assert_eq!(patterns(&answer), ["AP-15"], "{}", answer.what);
        answer.refused(401, "UNAUTHORIZED");
    }
    assert!(app.table().raw().items().await == before);
}

#[tokio::test]
async fn deleting_an_account_removes_its_items_and_invalidates_its_tokens() {
    let app = TestApp::new().await;
    let bob = app.signs_up("bob").await;
    let bobs = app.table().raw().census().await;
    let ada = app.signs_up("ada").await;
    let phone = app.signs_in("ada").await;
    let session = ada.creates(FILENAME, CODE).await;
    let thread = ada.opens_thread(&session, 33..=35).await;
    ada.asks(&thread, "Is this comparison right?").await;
    let copy = ada.copied();
    let answer = ada.deletes_with("/users/me", &json!({ "password": PASSWORD })).await;
    assert_clears_cookies(&answer);
    assert_eq!(answer.is(200), json!({ "success": true }));

    assert_eq!(app.table().raw().census().await, bobs, "only Bob's items are left");
    for device in [&copy, &phone] {
        for answer in all_requests(device).await {
            answer.refused(401, "UNAUTHORIZED");
        }
        device.copied().refreshes().await.refused(401, "REFRESH_TOKEN_INVALID");
        device.posts("/auth/logout", &json!({})).await.is(200);
    }
    signs_in(&app, "ada").await.refused(401, "INVALID_CREDENTIALS");
    let again = app.signs_up("ada").await;
    assert_eq!(again.gets("/sessions").await.is(200), json!({ "sessions": Value::Array(Vec::new()) }));
    copy.gets("/users/me").await.refused(401, "UNAUTHORIZED");
    bob.gets("/users/me").await.is(200);
    assert_eq!(app.table().sweep_due_jobs().await.done, 0);
}

#[tokio::test]
async fn an_account_is_not_deleted_without_its_password() {
    let app = TestApp::new().await;
    let ada = app.signs_up("ada").await;
    app.signs_up("bob").await;
    let before = app.table().raw().items().await;
    for wrong in ["", "analytical-1843", "Difference-1822", &PASSWORD.repeat(9), "\u{0}"] {
        let answer = ada.deletes_with("/users/me", &json!({ "password": wrong })).await;
        assert_eq!(answer.set_cookies(), []);
        answer.invalid("password");
    }
    for value in [json!(null), json!(7), json!([PASSWORD])] {
        ada.deletes_with("/users/me", &json!({ "password": value })).await.invalid("password");
    }
    assert!(app.table().raw().items().await == before);
    ada.gets("/users/me").await.is(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_of_five_concurrent_account_deletes_succeeds_and_the_rest_get_401() {
    let app = TestApp::new().await;
    let ada = app.signs_up("ada").await;
    let answers = concurrently(5, |_| {
        let tab = ada.copied();
        async move { tab.deletes_with("/users/me", &json!({ "password": PASSWORD })).await }
    })
    .await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1);
    for answer in answers.into_iter().filter(|answer| answer.status != 200) {
        answer.refused(401, "UNAUTHORIZED");
    }
    assert_eq!(app.table().raw().outline().await, []);
}
