//! Accounts over HTTP: the cookies of a sign-in, and no information on other people's accounts.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use tests::app::{PASSWORD, SetCookie, sign_up};
use tests::{TestApp, concurrently};

use crate::http::user;
use crate::items;

/// The form with one field changed.
fn form(field: &str, value: impl Into<Value>) -> Value {
    let mut form = sign_up("ada");
    form[field] = value.into();
    form
}

/// The decoded header and claims of a token.
fn inside(token: &str) -> (Value, Value) {
    let mut parts = token.split('.').map(|part| URL_SAFE_NO_PAD.decode(part).unwrap());
    let mut json = || serde_json::from_slice(&parts.next().unwrap()).unwrap();
    (json(), json())
}

#[tokio::test]
async fn sign_up_and_sign_in_set_both_tokens_in_http_only_cookies() {
    let app = TestApp::new().await;
    let credentials = json!({ "username": "Ada", "password": PASSWORD });
    for (path, form) in [("/auth/signup", &sign_up("ada")), ("/auth/login", &credentials)] {
        let cookies = app.stranger().posts(path, form).await.set_cookies();
        let names: Vec<&str> = cookies.iter().map(|cookie| cookie.name.as_str()).collect();
        assert_eq!(names, ["access_token", "refresh_token", "device"], "{path}");
        for (SetCookie { attributes, .. }, seconds) in cookies.iter().zip([604_800, 604_800, 31_536_000]) {
            let max_age = format!("Max-Age={seconds}");
            assert_eq!(attributes, &["HttpOnly", "Secure", "SameSite=Strict", "Path=/", &*max_age]);
        }
        for (SetCookie { value, .. }, life) in cookies.iter().zip([900, 604_800]) {
            let (header, claims) = inside(value);
            assert_eq!(header["alg"], "RS256");
            assert_eq!(header["kid"].as_str().map(str::len), Some(43));
            assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), life);
            assert_eq!(claims["sub"], user(&app, "ada").await.user_id.to_string());
        }
        let types = [0, 1].map(|index: usize| inside(&cookies[index].value).0["typ"].clone());
        assert_eq!(types, ["at+jwt", "rt+jwt"]);
    }
}

#[tokio::test]
async fn wrong_passwords_and_unknown_names_get_the_same_answer() {
    let app = TestApp::new().await;
    app.signs_up("ada").await;
    let long = PASSWORD.repeat(10);
    let mut answers = Vec::new();
    for (username, password) in [
        ("ada", "Analytical-1844"),
        ("unknown", PASSWORD),
        ("not a username", PASSWORD),
        ("", ""),
        ("ada", ""),
        ("ada", &long),
        ("ada", "analytical-1843"),
        ("ada@example.com", PASSWORD),
    ] {
        let credentials = json!({ "username": username, "password": password });
        let answer = app.stranger().posts("/auth/login", &credentials).await;
        let mut headers = answer.headers.clone();
        headers.remove("x-trace-id");
        answers.push((headers, answer.body.clone()));
        answer.refused(401, "INVALID_CREDENTIALS");
    }
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
    assert_eq!(app.table().raw().all("refresh_family").await.len(), 1, "only the sign-in of the sign-up");
}

#[tokio::test]
async fn a_weak_password_is_refused_with_the_rule_it_breaks() {
    let app = TestApp::new().await;
    for (weak, rule) in [
        ("Short-1", "A password has at least 8 characters."),
        ("no-upper-case-1", "A password has at least one upper-case letter."),
        ("No-Number-Here", "A password has at least one number."),
        ("NoSpecial1234", "A password has at least one special character."),
        ("P@ssw0rd123", "This password is too common."),
        ("Nul-1843\u{0}abc", "A password has no control characters."),
        (&*format!("Long-1{}", "x".repeat(66)), "A password has at most 71 bytes."),
        (&*format!("Long-1{}", "\u{1f980}".repeat(17)), "A password has at most 71 bytes."),
    ] {
        let mut form = form("password", weak);
        form["confirm_password"] = weak.into();
        let error = app.stranger().posts("/auth/signup", &form).await.refused(400, "WEAK_PASSWORD");
        assert_eq!((&error["field"], &error["message"]), (&json!("password"), &json!(rule)));
    }
    assert_eq!(app.table().raw().outline().await, []);
}

#[tokio::test]
async fn sign_up_accepts_the_shortest_and_longest_value_of_each_field() {
    let app = TestApp::new().await;
    let (short, long) = ("Aa1!5678".to_owned(), format!("Aa1!{}", "x".repeat(67)));
    let longest_name = "\u{1f980}".repeat(100);
    for (name, email, username, password) in [
        ("A", "a@b.co", "abc", &short),
        (&*longest_name, &*format!("{}@example.com", "a".repeat(64)), "a2345678901234567890", &long),
    ] {
        let form = json!({
            "name": name, "email": email, "username": username, "password": password, "confirm_password": password,
        });
        let signed_up = app.stranger().posts("/auth/signup", &form).await.is(201);
        assert_eq!((&signed_up["user"]["name"], &signed_up["user"]["username"]), (&json!(name), &json!(username)));
        let credentials = json!({ "username": username, "password": password });
        app.stranger().posts("/auth/login", &credentials).await.is(200);
    }
}

#[tokio::test]
async fn every_byte_of_the_longest_password_is_checked() {
    let app = TestApp::new().await;
    let password = format!("Long-1{}", "x".repeat(65));
    let mut form = form("password", &*password);
    form["confirm_password"] = (&*password).into();
    app.stranger().posts("/auth/signup", &form).await.is(201);
    for (last, status) in [("x", 200), ("y", 401)] {
        let credentials = json!({ "username": "ada", "password": format!("{}{last}", &password[..70]) });
        assert_eq!(app.stranger().posts("/auth/login", &credentials).await.status, status);
    }
}

#[tokio::test]
async fn sign_up_names_the_invalid_field() {
    let app = TestApp::new().await;
    for (field, values) in [
        ("name", vec![json!(""), json!(" "), json!("x".repeat(101)), json!("A\u{7}"), json!(null), json!(7)]),
        (
            "email",
            vec![json!(""), json!("ada"), json!("@"), json!("ada@"), json!("a b@example.com"), json!(["a@b.co"])],
        ),
        ("username", vec![json!(""), json!("ad"), json!("a".repeat(21)), json!("a-b"), json!("adä"), json!({})]),
        ("password", vec![json!(null), json!(12_345_678)]),
        ("confirm_password", vec![json!("Analytical-1844"), json!(""), json!(false)]),
    ] {
        for value in values {
            app.stranger().posts("/auth/signup", &form(field, value)).await.invalid(field);
        }
        let mut without = sign_up("ada");
        without.as_object_mut().unwrap().remove(field);
        app.stranger().posts("/auth/signup", &without).await.invalid(field);
    }
    for field in ["username", "password"] {
        let mut credentials = json!({ "username": "ada", "password": PASSWORD });
        credentials[field] = json!(null);
        app.stranger().posts("/auth/login", &credentials).await.invalid(field);
    }
    assert_eq!(app.table().raw().outline().await, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_of_twenty_concurrent_sign_ups_with_one_address_succeeds() {
    let app = TestApp::new().await;
    let strangers: Vec<_> = (0..20).map(|_| app.stranger()).collect();
    let answers = concurrently(20, |number| {
        let stranger = strangers[number].clone();
        let form = form("username", format!("ada{number}"));
        async move { stranger.posts("/auth/signup", &form).await }
    })
    .await;
    let made = answers.iter().filter(|answer| answer.status == 201).count();
    assert_eq!(made, 1);
    for answer in answers {
        if answer.status != 201 {
            assert_eq!(answer.set_cookies(), []);
            answer.refused(409, "USER_ALREADY_EXISTS");
        }
    }
    let one = items([("user", 1), ("email_claim", 1), ("username_claim", 1), ("refresh_family", 1)]);
    assert_eq!(app.table().raw().census().await, one);
}
