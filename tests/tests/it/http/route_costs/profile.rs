//! The user's own account.

use handlers::rates::RateLimit;
use model::AddUsage;
use serde_json::{Value, json};
use tests::app::{PASSWORD, Person, Response};

use super::Row;
use super::bench::{Bench, Case, scenes, typical_code};
use crate::http::{FILENAME, first_sign_in};

scenes!(the_profile, a_password, devices, many_devices, usage, deleting, deleting_much);

const NEW: &str = "Difference-1822";

async fn the_profile() -> Vec<Row> {
    let bench = Bench::new().await;
    let (ada, _) = bench.ada().await;
    bench.app.signs_up("bob").await;
    let measured = bench.at(&ada).await;
    bench.measure(Case::Always, "the profile and its sign-in", measured.gets("/users/me")).await.is(200);
    let changes = |change: Value| {
        let measured = measured.clone();
        async move { measured.puts("/users/me", &change).await }
    };
    bench.measure(Case::Typical, "another name", changes(json!({ "name": "Ada King" }))).await.is(200);
    bench.measure(Case::Other, "the same name", changes(json!({ "name": "Ada King" }))).await.is(200);
    let all = json!({ "name": "Ada", "username": "king", "email": "king@example.com" });
    bench.measure(Case::Worst, "another name, username and address", changes(all)).await.is(200);
    let taken = bench.measure(Case::Refused, "the username is taken", changes(json!({ "username": "bob" }))).await;
    taken.refused(409, "USER_ALREADY_EXISTS");
    bench.reach(RateLimit::PROFILE, &ada.ip()).await;
    let limited = bench.measure(Case::Refused, "over the limit of the address", changes(json!({ "name": "A" }))).await;
    limited.refused(429, "RATE_LIMIT_EXCEEDED");
    bench.rows()
}

async fn changes_password(person: &Person, current: &str, new: &str) -> Response {
    let form = json!({ "current_password": current, "new_password": new, "confirm_password": new });
    person.puts("/users/me/password", &form).await
}

async fn a_password() -> Vec<Row> {
    let bench = Bench::new().await;
    let (ada, user) = bench.ada().await;
    bench.app.signs_in("ada").await;
    let measured = bench.at(&ada).await;
    let wrong = changes_password(&measured, "Guess-1843", NEW);
    bench.measure(Case::Refused, "a wrong password", wrong).await.refused(400, "INVALID_INPUT");
    let typical = changes_password(&measured, PASSWORD, NEW);
    bench.measure(Case::Typical, "one other sign-in", typical).await.is(200);
    for _ in 0..100 {
        let user = bench.app.table().profile(&user).await;
        bench.app.table().sign_ins().start(&user, tests::story::A_WEEK).await.unwrap();
    }
    let worst = changes_password(&measured, NEW, PASSWORD);
    bench.measure(Case::Worst, "100 other sign-ins", worst).await.is(200);
    let family = first_sign_in(&bench.app, "ada").await;
    bench.reach(RateLimit::ACCOUNT, &family).await;
    let limited = changes_password(&measured, PASSWORD, NEW);
    bench.measure(Case::Refused, "over the limit of the sign-in", limited).await.refused(429, "RATE_LIMIT_EXCEEDED");
    bench.rows()
}

async fn devices() -> Vec<Row> {
    let bench = Bench::new().await;
    let (ada, _) = bench.ada().await;
    bench.app.signs_in("ada").await;
    let measured = bench.at(&ada).await;
    let listed = bench.measure(Case::Typical, "two sign-ins", measured.gets("/users/me/devices")).await.is(200);
    let mut devices = listed["devices"].as_array().unwrap().iter();
    let other = devices.find(|device| device["is_this"] == false).unwrap()["device_id"].as_str().unwrap();
    let path = format!("/users/me/devices/{other}");
    bench.measure(Case::Typical, "one of two sign-ins", measured.deletes(&path)).await.is(200);
    let gone = bench.measure(Case::Refused, "it has ended", measured.deletes(&path)).await;
    gone.refused(404, "DEVICE_NOT_FOUND");
    bench.rows()
}

async fn many_devices() -> Vec<Row> {
    let bench = Bench::new().await;
    let (ada, user) = bench.ada().await;
    let new = model::NewSignIn { lifetime: tests::story::A_WEEK, user_agent: Some("x".repeat(200)) };
    let mut last = None;
    for _ in 0..100 {
        last = Some(bench.app.table().sign_ins().start(&user, new.clone()).await.unwrap());
    }
    let measured = bench.at(&ada).await;
    bench.measure(Case::Worst, "101 sign-ins", measured.gets("/users/me/devices")).await.is(200);
    let path = format!("/users/me/devices/{}", last.unwrap().family_id);
    bench.measure(Case::Worst, "one of 101 sign-ins", measured.deletes(&path)).await.is(200);
    bench.rows()
}

/// Usage on each of the last `count` days.
async fn spends(bench: &Bench, user_id: model::UserId, count: u32) {
    let today = bench.app.table().clock().now().date();
    for days_ago in 0..count {
        let date = today.days_before(days_ago);
        let (input_tokens, output_tokens, cost_micros) = (180_000, 21_000, 945_000);
        let tokens = AddUsage {
            user_id,
            date,
            input_tokens,
            cache_read_tokens: 90_000,
            cache_write_tokens: 12_000,
            output_tokens,
            cost_micros,
        };
        bench.app.table().patterns().add_usage(tokens).await.unwrap();
    }
}

async fn usage() -> Vec<Row> {
    let bench = Bench::new().await;
    let (ada, user) = bench.ada().await;
    let measured = bench.at(&ada).await;
    spends(&bench, user.user_id, 12).await;
    bench.measure(Case::Typical, "12 days with questions", measured.gets("/users/me/usage")).await.is(200);
    spends(&bench, user.user_id, 31).await;
    bench.measure(Case::Worst, "31 days with questions", measured.gets("/users/me/usage")).await.is(200);
    bench.rows()
}

async fn deletes_account(person: &Person, password: &str) -> Response {
    person.deletes_with("/users/me", &json!({ "password": password })).await
}

async fn deleting() -> Vec<Row> {
    let bench = Bench::new().await;
    let (ada, _) = bench.ada().await;
    let session = ada.creates(FILENAME, &typical_code()).await;
    let thread = ada.opens_thread(&session, 33..=35).await;
    ada.asks(&thread, "Is this comparison right?").await;
    let measured = bench.at(&ada).await;
    let wrong = deletes_account(&measured, "Guess-1843");
    bench.measure(Case::Refused, "a wrong password", wrong).await.refused(400, "INVALID_INPUT");
    let family = first_sign_in(&bench.app, "ada").await;
    bench.reach(RateLimit::ACCOUNT, &family).await;
    let limited = deletes_account(&measured, PASSWORD);
    bench.measure(Case::Refused, "over the limit of the sign-in", limited).await.refused(429, "RATE_LIMIT_EXCEEDED");
    bench.next_minute();
    let typical = deletes_account(&measured, PASSWORD);
    bench.measure(Case::Typical, "one session, one thread, a question and its answer", typical).await.is(200);
    bench.rows()
}

async fn deleting_much() -> Vec<Row> {
    let bench = Bench::new().await;
    let (ada, user) = bench.ada().await;
    spends(&bench, user.user_id, 31).await;
    let table = bench.app.table();
    let session = table.session(&user, FILENAME, &typical_code()).await;
    bench.with_long_notes(&session, 40).await;
    let measured = bench.at(&ada).await;
    let worst = deletes_account(&measured, PASSWORD);
    let when = "31 days, one session, 40 messages of 20 KB: more is left to the sweep";
    bench.measure(Case::Worst, when, worst).await.is(200);
    assert_eq!(table.raw().census().await.keys().collect::<Vec<_>>(), ["rate_window"], "nothing is left to the sweep");
    bench.rows()
}
