//! Signing up, in and out.

use std::time::Duration;

use axum::http::{Request, header};
use handlers::auth::password::Hasher;
use handlers::rates::RateLimit;
use model::{FamilyId, UserId};
use serde_json::{Value, json};
use tests::app::{PASSWORD, Person, Response, sign_up};

use super::Row;
use super::bench::{Bench, Case, scenes};
use crate::http::first_sign_in;

scenes!(signing_up, signing_in, refused_sign_ins, refreshing, refreshing_with_tokens_of_three, signing_out);

const IN_SIX_DAYS: Duration = Duration::from_secs(6 * 24 * 60 * 60 + 1);

async fn signing_up() -> Vec<Row> {
    let bench = Bench::new().await;
    let stranger = || async { bench.at(&bench.app.stranger()).await };
    let signs_up = |person: Person, form: Value| async move { person.posts("/auth/signup", &form).await };
    let new = signs_up(stranger().await, sign_up("ada"));
    bench.measure(Case::Typical, "a new account", new).await.is(201);
    let mut longest = sign_up("bobbobbobbobbobbobbo");
    longest["name"] = "\u{1f980}".repeat(100).into();
    longest["email"] =
        format!("{}@{}.{}.{}.com", "b".repeat(64), "c".repeat(63), "d".repeat(63), "e".repeat(57)).into();
    let person = stranger().await;
    let browser = async {
        let request = Request::post("/auth/signup").header(header::USER_AGENT, "x".repeat(300));
        person.sends_json(request, longest.to_string()).await
    };
    bench.measure(Case::Worst, "the longest name, address and browser", browser).await.is(201);
    let taken = signs_up(stranger().await, sign_up("ada"));
    let taken = bench.measure(Case::Refused, "the username and the address are taken", taken).await;
    taken.refused(409, "USER_ALREADY_EXISTS");
    let person = bench.app.stranger();
    bench.reach(RateLimit::SIGN_UP, &person.ip()).await;
    let limited = signs_up(bench.at(&person).await, sign_up("carol"));
    bench.measure(Case::Refused, "over the limit of the address", limited).await.refused(429, "RATE_LIMIT_EXCEEDED");
    bench.rows()
}

async fn signs_in(person: &Person, username: &str, password: &str) -> Response {
    person.posts("/auth/login", &json!({ "username": username, "password": password })).await
}

async fn signing_in() -> Vec<Row> {
    let bench = Bench::new().await;
    let (ada, _) = bench.ada().await;
    let known = bench.at(&ada).await;
    let known = signs_in(&known, "ada", PASSWORD);
    bench.measure(Case::Typical, "a browser that the account knows", known).await.is(200);
    let other = bench.at(&bench.app.stranger()).await;
    let other = signs_in(&other, "ada", PASSWORD);
    bench.measure(Case::Other, "another browser", other).await.is(200);
    let store = bench.store().await;
    let stricter = bench.app.in_another_process(&ada, |app| {
        (app.store, app.hasher) = (store, Hasher::new(5).unwrap());
    });
    let renewed = signs_in(&stricter, "ada", PASSWORD);
    bench.measure(Case::Worst, "the cost of the stored hash is too low", renewed).await.is(200);
    bench.rows()
}

async fn refused_sign_ins() -> Vec<Row> {
    let bench = Bench::new().await;
    bench.ada().await;
    for (when, username) in [("a wrong password", "ada"), ("an unknown name", "unknown")] {
        let person = bench.at(&bench.app.stranger()).await;
        let refused = bench.measure(Case::Refused, when, signs_in(&person, username, "Guess-1843")).await;
        refused.refused(401, "INVALID_CREDENTIALS");
    }
    let limits = [
        ("over the limit of the account", RateLimit::LOGIN_ACCOUNT),
        ("over the limit of the address", RateLimit::LOGIN),
    ];
    for (when, limit) in limits {
        let person = bench.app.stranger();
        let subject = if limit == RateLimit::LOGIN { person.ip() } else { "ada".to_owned() };
        bench.reach(limit, &subject).await;
        let person = bench.at(&person).await;
        let limited = bench.measure(Case::Refused, when, signs_in(&person, "ada", PASSWORD)).await;
        limited.refused(429, "RATE_LIMIT_EXCEEDED");
    }
    bench.rows()
}

async fn refreshing() -> Vec<Row> {
    let bench = Bench::new().await;
    let (ada, _) = bench.ada().await;
    let measured = bench.at(&ada).await;
    bench.measure(Case::Typical, "used in the last hour", measured.refreshes()).await.is(200);
    bench.app.advance(Duration::from_hours(1));
    bench.measure(Case::Other, "the first use in an hour", measured.refreshes()).await.is(200);
    let thief = bench.app.stranger();
    thief.with_cookie("refresh_token", ada.cookie("refresh_token").as_deref());
    bench.app.advance(IN_SIX_DAYS);
    bench.measure(Case::Other, "the token is replaced in its last day", measured.refreshes()).await.is(200);
    bench.app.advance(Duration::from_secs(11));
    let stolen = bench.at(&thief).await;
    let stolen = bench.measure(Case::Refused, "a replaced token: its sign-in ends", stolen.refreshes()).await;
    stolen.refused(401, "REFRESH_TOKEN_INVALID");
    let ended = bench.measure(Case::Refused, "an ended sign-in", measured.refreshes()).await;
    ended.refused(401, "REFRESH_TOKEN_INVALID");
    let stranger = bench.at(&bench.app.stranger()).await;
    let absent = bench.measure(Case::Refused, "no valid token", stranger.refreshes()).await;
    absent.refused(401, "REFRESH_TOKEN_INVALID");
    let bob = bench.app.signs_up("bob").await;
    bench.reach(RateLimit::REFRESH, &first_sign_in(&bench.app, "bob").await).await;
    let bob = bench.at(&bob).await;
    let limited = bench.measure(Case::Refused, "over the limit of the sign-in", bob.refreshes()).await;
    limited.refused(429, "RATE_LIMIT_EXCEEDED");
    bench.rows()
}

/// The newest two of three sign-ins have ended; the third one's token is replaced.
async fn refreshing_with_tokens_of_three() -> Vec<Row> {
    let bench = Bench::new().await;
    let (ada, _) = bench.ada().await;
    let mut tokens = vec![ada.cookie("refresh_token").unwrap()];
    for _ in 0..2 {
        bench.app.advance(Duration::from_secs(1));
        let other = bench.app.signs_in("ada").await;
        tokens.push(other.cookie("refresh_token").unwrap());
        other.posts("/auth/logout", &json!({})).await.is(200);
    }
    bench.app.advance(IN_SIX_DAYS);
    let browser = bench.app.stranger();
    browser.with_cookie("refresh_token", Some(&tokens.join("; refresh_token=")));
    let browser = bench.at(&browser).await;
    let when = "tokens of three sign-ins: two have ended, one is replaced";
    bench.measure(Case::Worst, when, browser.refreshes()).await.is(200);
    bench.rows()
}

async fn signing_out() -> Vec<Row> {
    let bench = Bench::new().await;
    let (ada, user) = bench.ada().await;
    let measured = bench.at(&ada).await;
    let signs_out = |person: Person| async move { person.posts("/auth/logout", &json!({})).await };
    bench.measure(Case::Typical, "one sign-in", signs_out(measured)).await.is(200);
    let browser = with_tokens_of_many(&bench, user.user_id);
    let browser = bench.at(&browser).await;
    bench.measure(Case::Worst, "tokens of 14 sign-ins, the most in 10 KB of headers", signs_out(browser)).await.is(200);
    let person = bench.app.stranger();
    bench.reach(RateLimit::LOGOUT, &person.ip()).await;
    let limited = signs_out(bench.at(&person).await);
    bench.measure(Case::Refused, "over the limit of the address", limited).await.refused(429, "RATE_LIMIT_EXCEEDED");
    bench.rows()
}

/// A browser with as many tokens as fit into the 10 KB of headers that API Gateway accepts. Their sign-ins have ended
/// already: to end them again costs the same.
fn with_tokens_of_many(bench: &Bench, user_id: UserId) -> Person {
    let (browser, table) = (bench.app.stranger(), bench.app.table());
    let (mut access, mut refresh) = (Vec::new(), Vec::new());
    let now = table.clock().now();
    let _ = bench.app.in_another_process(&browser, |app| {
        for _ in 0..7 {
            let (one, other): (FamilyId, FamilyId) = (table.ids().next(now), table.ids().next(now));
            access.push(app.tokens.access(user_id, one, now).unwrap().as_str().to_owned());
            refresh.push(app.tokens.refresh(user_id, other, 1, now).unwrap().as_str().to_owned());
        }
    });
    browser.with_cookie("access_token", Some(&access.join("; access_token=")));
    browser.with_cookie("refresh_token", Some(&refresh.join("; refresh_token=")));
    browser
}
