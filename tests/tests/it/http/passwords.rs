//! Changing a password: which sign-ins end, and the limits on guessing the old one.

use std::time::Duration;

use handlers::auth::password::{Hasher, Password};
use handlers::rates::RateLimit;
use model::NewUser;
use serde_json::{Value, json};
use tests::app::{PASSWORD, Person, Response};
use tests::story::{A_WEEK, newcomer};
use tests::{TestApp, concurrently};

use crate::http::{assert_rate_limited, patterns, to_next_window, user};

const NEW: &str = "Difference-1822";

fn form(current: &str, new: &str) -> Value {
    json!({ "current_password": current, "new_password": new, "confirm_password": new })
}

async fn changes(person: &Person, current: &str, new: &str) -> Response {
    person.puts("/users/me/password", &form(current, new)).await
}

async fn signs_in(app: &TestApp, password: &str) -> u16 {
    app.stranger().posts("/auth/login", &json!({ "username": "ada", "password": password })).await.status
}

#[tokio::test]
async fn a_new_password_ends_every_sign_in_and_starts_one_for_this_browser() {
    let app = TestApp::new().await;
    let desk = app.signs_up("ada").await;
    let (phone, tablet) = (app.signs_in("ada").await, app.signs_in("ada").await);
    let bob = app.signs_up("bob").await;
    app.advance(Duration::from_secs(1));
    let answer = changes(&desk, PASSWORD, NEW).await;
    assert_eq!(patterns(&answer), ["AP-15", "AP-14", "AP-06", "AP-14"]);
    let names: Vec<_> = answer.set_cookies().into_iter().map(|cookie| cookie.name).collect();
    assert_eq!(names, ["access_token", "refresh_token"]);
    assert_eq!(answer.is(200), json!({ "success": true }));
    for ended in [phone, tablet] {
        ended.gets("/users/me").await.refused(401, "UNAUTHORIZED");
        ended.refreshes().await.refused(401, "REFRESH_TOKEN_INVALID");
    }
    desk.gets("/users/me").await.is(200);
    app.advance(Duration::from_hours(1));
    desk.refreshes().await.is(200);
    bob.refreshes().await.is(200);
    assert_eq!((signs_in(&app, PASSWORD).await, signs_in(&app, NEW).await), (401, 200));
}

#[tokio::test]
async fn cookies_copied_before_a_password_change_are_invalid_at_once() {
    let app = TestApp::new().await;
    let ada = app.signs_up("ada").await;
    let thief = ada.copied();
    changes(&ada, PASSWORD, NEW).await.is(200);
    for _ in 0..3 {
        thief.refreshes().await.refused(401, "REFRESH_TOKEN_INVALID");
        thief.gets("/users/me").await.refused(401, "UNAUTHORIZED");
        app.advance(Duration::from_secs(3));
    }
    // The owner can still sign in.
    ada.refreshes().await.is(200);
    let devices = ada.gets("/users/me/devices").await.is(200);
    assert_eq!(devices["devices"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn an_invalid_field_is_named_and_nothing_changes() {
    let app = TestApp::new().await;
    let ada = app.signs_up("ada").await;
    app.signs_in("ada").await;
    let before = app.table().raw().items().await;
    for (current, new, confirm, code, field) in [
        ("analytical-1843", NEW, NEW, "INVALID_INPUT", "current_password"),
        ("", NEW, NEW, "INVALID_INPUT", "current_password"),
        (&PASSWORD.repeat(9), NEW, NEW, "INVALID_INPUT", "current_password"),
        (PASSWORD, "Short-1", "Short-1", "WEAK_PASSWORD", "new_password"),
        (PASSWORD, "P@ssw0rd123", "P@ssw0rd123", "WEAK_PASSWORD", "new_password"),
        (PASSWORD, NEW, "Difference-1823", "INVALID_INPUT", "confirm_password"),
        (PASSWORD, NEW, "", "INVALID_INPUT", "confirm_password"),
    ] {
        let form = json!({ "current_password": current, "new_password": new, "confirm_password": confirm });
        let answer = ada.puts("/users/me/password", &form).await;
        assert_eq!(answer.set_cookies(), []);
        // An invalid form costs neither a read nor a hash.
        assert_eq!(answer.bill.is_empty(), field != "current_password");
        // Not 401, after which a client refreshes and repeats the request.
        assert_eq!(answer.refused(400, code)["field"], field);
    }
    for field in ["current_password", "new_password", "confirm_password"] {
        for wrong in [json!(null), json!(7), json!([NEW])] {
            let mut form = form(PASSWORD, NEW);
            form[field] = wrong;
            ada.puts("/users/me/password", &form).await.invalid(field);
        }
    }
    assert!(app.table().raw().items().await == before);
    assert_eq!(signs_in(&app, PASSWORD).await, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_of_five_concurrent_changes_succeeds_and_only_its_sign_in_remains() {
    let app = TestApp::new().await;
    let mut devices = vec![app.signs_up("ada").await];
    for _ in 1..5 {
        devices.push(app.signs_in("ada").await);
    }
    let answers = concurrently(5, |number| {
        let device = devices[number].clone();
        async move { changes(&device, PASSWORD, &format!("Difference-{number}")).await }
    })
    .await;
    let made: Vec<_> = (0..5).filter(|number| answers[*number].status == 200).collect();
    assert_eq!(made.len(), 1, "{answers:?}");
    assert!(answers.iter().all(|answer| matches!(answer.status, 200 | 400 | 401)), "{answers:?}");
    assert_eq!(signs_in(&app, &format!("Difference-{}", made[0])).await, 200);
    for (number, device) in devices.iter().enumerate() {
        let status = if number == made[0] { 200 } else { 401 };
        assert_eq!(device.refreshes().await.status, status, "device {number}");
    }
}

#[tokio::test]
async fn a_sign_in_may_try_the_password_five_times_a_minute_on_all_routes() {
    let app = TestApp::with_rate_limits().await;
    let ada = app.signs_up("ada").await;
    let bob = app.signs_up("bob").await;
    let retry_at = to_next_window(&app, RateLimit::ACCOUNT, "ada").await;
    for number in 0..5 {
        if number % 2 == 0 {
            changes(&ada, "Guess-1", NEW).await.invalid("current_password");
        } else {
            let guess = json!({ "password": "Guess-1" });
            ada.deletes_with("/users/me", &guess).await.invalid("password");
        }
        app.advance(Duration::from_secs(2));
    }
    assert_rate_limited(changes(&ada, PASSWORD, NEW).await, retry_at, "50");
    assert_rate_limited(ada.deletes_with("/users/me", &json!({ "password": PASSWORD })).await, retry_at, "50");
    // No other limit applies.
    ada.gets("/users/me").await.is(200);
    ada.puts("/users/me", &json!({ "name": "Ada" })).await.is(200);
    changes(&bob, PASSWORD, NEW).await.is(200);
    app.advance(Duration::from_secs(50));
    changes(&ada, PASSWORD, NEW).await.is(200);
}

#[tokio::test]
async fn a_password_change_requires_no_confirmation() {
    let app = TestApp::new().await;
    let ada = app.signs_up("ada").await;
    let form = json!({ "current_password": PASSWORD, "new_password": NEW });
    ada.puts("/users/me/password", &form).await.is(200);
    assert_eq!((signs_in(&app, PASSWORD).await, signs_in(&app, NEW).await), (401, 200));
}

#[tokio::test]
async fn guesses_with_a_stolen_sign_in_do_not_block_the_owners_change() {
    let app = TestApp::with_rate_limits().await;
    let stolen = app.signs_up("ada").await.copied();
    for number in 0..7 {
        let answer = changes(&stolen, "Guess-1", NEW).await;
        assert_eq!(answer.status, if number < 5 { 400 } else { 429 });
    }
    let owner = app.signs_in("ada").await;
    changes(&owner, PASSWORD, NEW).await.is(200);
    stolen.gets("/users/me").await.refused(401, "UNAUTHORIZED");
}

#[tokio::test]
async fn an_invalid_form_does_not_count_as_a_password_attempt() {
    let app = TestApp::with_rate_limits().await;
    let ada = app.signs_up("ada").await;
    for _ in 0..10 {
        changes(&ada, PASSWORD, "Short-1").await.refused(400, "WEAK_PASSWORD");
    }
    changes(&ada, PASSWORD, NEW).await.is(200);
}

#[tokio::test]
async fn a_hash_of_too_low_cost_is_renewed_at_sign_in() {
    let app = TestApp::with_hash_cost(5).await;
    let cheap = Hasher::new(4).unwrap().enter().unwrap().hash(&PASSWORD.parse::<Password>().unwrap()).await.unwrap();
    let new = NewUser { password_hash: cheap.clone(), ..newcomer("ada") };
    app.table().accounts().create(new, A_WEEK).await.unwrap();
    assert_eq!(signs_in(&app, "Guess-1843").await, 401);
    assert_eq!(user(&app, "ada").await.password_hash, cheap);
    let ada = app.signs_in("ada").await;
    let renewed = user(&app, "ada").await.password_hash;
    assert!(renewed.as_str().starts_with("$2b$05$"));
    ada.refreshes().await.is(200);
    assert_eq!(signs_in(&app, PASSWORD).await, 200);
    assert_eq!(user(&app, "ada").await.password_hash, renewed, "once");
    assert_eq!(app.table().raw().all("refresh_family").await.len(), 3, "no user is signed out");
}
