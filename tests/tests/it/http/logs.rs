//! Logs: the output at the finest level, and the data that it must never contain.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::http::Request;
use axum::http::request::Builder;
use bedrock_local::Act;
use serde_json::{Value, json};
use tests::app::contract::operations;
use tests::app::{Person, sign_up};
use tests::{CLOSED_URL, TestApp};
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

static CAPTURING: AtomicBool = AtomicBool::new(false);
static CAPTURED: Mutex<Vec<u8>> = Mutex::new(Vec::new());

/// Captures the log of this process while the test listens; other tests run in it before and after.
struct Capture;

impl std::io::Write for Capture {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        if CAPTURING.load(Ordering::Relaxed) {
            captured().extend_from_slice(bytes);
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn captured() -> MutexGuard<'static, Vec<u8>> {
    CAPTURED.lock().unwrap_or_else(PoisonError::into_inner)
}

fn start_capture() {
    // Everything is requested; each program's filter decides what is shown.
    let lines = tracing_subscriber::fmt::layer().json().with_writer(|| Capture);
    let subscriber = tracing_subscriber::registry().with(LevelFilter::TRACE).with(handlers::logging::shown());
    subscriber.with(lines).try_init().expect("no other test sets a subscriber");
    CAPTURING.store(true, Ordering::Relaxed);
}

/// The captured log, up to a final line of this test.
fn end_capture() -> String {
    CAPTURING.store(false, Ordering::Relaxed);
    String::from_utf8(std::mem::take(&mut *captured())).expect("JSON lines")
}

/// A text that occurs only where the test puts it.
fn secret(what: &str) -> String {
    format!("zq{what}zq1843")
}

fn form() -> Value {
    let mut form = sign_up(&secret("user"));
    form["name"] = secret("name").into();
    form["email"] = format!("{}@example.com", secret("mail")).into();
    form["password"] = format!("A-{}", secret("password")).into();
    form["confirm_password"] = form["password"].clone();
    form
}

fn code() -> String {
    format!("def {}():\n    if best == None:\n        return '{}'\n", secret("name"), secret("code"))
}

/// A sign-up, failed and successful sign-ins, and their tokens.
async fn sign_ins(app: &TestApp) -> (Person, Vec<String>) {
    let ada = app.stranger();
    ada.posts("/auth/signup", &form()).await.is(201);
    app.stranger().posts("/auth/signup", &form()).await.refused(409, "USER_ALREADY_EXISTS");
    let wrong = json!({ "username": secret("user"), "password": secret("wrong") });
    app.stranger().posts("/auth/login", &wrong).await.refused(401, "INVALID_CREDENTIALS");
    let right = json!({ "username": secret("user"), "password": form()["password"] });
    let cookies = ["access_token", "refresh_token"];
    let mut tokens: Vec<String> = cookies.iter().filter_map(|name| ada.cookie(name)).collect();
    ada.posts("/auth/login", &right).await.is(200);
    tokens.extend(cookies.iter().filter_map(|name| ada.cookie(name)));
    (ada, tokens)
}

/// The actions of a person on their own account, and the tokens after each step.
async fn account(app: &TestApp, ada: &Person) -> Vec<String> {
    let mut tokens = Vec::new();
    let mut keep = |person: &Person| {
        tokens.extend(["access_token", "refresh_token"].iter().filter_map(|name| person.cookie(name)));
    };
    let new = format!("N-{}", secret("password"));
    let passwords =
        |current: &str| json!({ "current_password": current, "new_password": new, "confirm_password": new });
    let old = form()["password"].as_str().unwrap().to_owned();
    let thief = ada.copied();
    ada.gets("/users/me").await.is(200);
    ada.gets("/users/me/usage").await.is(200);
    let devices = ada.gets("/users/me/devices").await.is(200)["devices"].clone();
    let other = devices.as_array().unwrap().iter().find(|device| device["is_this"] != true);
    if let Some(other) = other {
        let path = format!("/users/me/devices/{}", other["device_id"].as_str().unwrap());
        ada.deletes(&path).await.is(200);
    }
    let profile = json!({ "name": secret("rename"), "username": secret("again"), "email": format!("{}@example.com", secret("moved")) });
    ada.puts("/users/me", &profile).await.is(200);
    ada.puts("/users/me", &json!({ "email": secret("noaddress") })).await.invalid("email");
    ada.puts("/users/me/password", &passwords(&secret("wrong"))).await.invalid("current_password");
    ada.puts("/users/me/password", &passwords(&old)).await.is(200);
    keep(ada);
    thief.refreshes().await.refused(401, "REFRESH_TOKEN_INVALID");
    let thief = ada.copied();
    app.advance(Duration::from_hours(6 * 24 + 1));
    ada.refreshes().await.is(200);
    keep(ada);
    app.advance(Duration::from_secs(30));
    thief.refreshes().await.refused(401, "REFRESH_TOKEN_INVALID");
    thief.with_cookie("refresh_token", Some(&secret("token")));
    thief.refreshes().await.refused(401, "REFRESH_TOKEN_INVALID");
    let again = json!({ "username": secret("again"), "password": new });
    ada.posts("/auth/login", &again).await.is(200);
    keep(ada);
    let gone = ada.copied();
    ada.deletes_with("/users/me", &json!({ "password": secret("wrong") })).await.invalid("password");
    ada.deletes_with("/users/me", &json!({ "password": new })).await.is(200);
    gone.gets("/users/me").await.refused(401, "UNAUTHORIZED");
    gone.posts("/auth/logout", &json!({})).await.is(200);
    tokens
}

/// All requests for a file, and all their errors. Returns cursors.
async fn review(app: &TestApp, ada: &Person) -> Vec<String> {
    let session = ada.creates(&format!("{}.py", secret("file")), &code()).await;
    ada.creates("other.py", "").await;
    let thread = ada.opens_thread(&session, 2..=3).await;
    let (_, answer) = ada.asks(&thread, &secret("question")).await;
    let apply = format!("{}/{}/apply", thread.messages(), answer["message_id"].as_str().unwrap());
    ada.posts(&apply, &json!({ "expected_version_number": 1 })).await.is(200);
    ada.posts(&apply, &json!({ "expected_version_number": 2 })).await.is(200);
    let question = apply.replace(".2/apply", ".1/apply");
    ada.posts(&question, &json!({ "expected_version_number": 2 })).await.refused(409, "PATCH_CONFLICT");
    ada.gets(apply.trim_end_matches("/apply")).await.is(200);
    ada.notes(&thread, &secret("note")).await;
    app.bedrock().script(vec![
        Act::fault(429, "ThrottlingException", secret("fault")),
        Act::Text(secret("answer")),
        Act::Text(secret("answer")),
        Act::fault(400, "ValidationException", secret("fault")),
        Act::fault(403, "AccessDeniedException", secret("fault")),
    ]);
    let question = json!({ "content": secret("question") });
    ada.posts(&thread.messages(), &question).await.refused(502, "AI_MALFORMED_RESPONSE");
    ada.posts(&thread.messages(), &question).await.refused(500, "INTERNAL_ERROR");
    let failed = ada.posts(&thread.messages(), &question).await.refused(503, "BEDROCK_UNAVAILABLE");
    let failed = format!("{}/{}", thread.messages(), failed["message_id"].as_str().unwrap());
    ada.posts(&format!("{failed}/cancel"), &json!({})).await.is(200);
    ada.posts(&format!("{failed}/retry"), &json!({})).await.is(201);
    ada.saves(&session, 2, &format!("# {}\n{}", secret("code"), code())).await.is(200);
    ada.saves(&session, 1, &secret("code")).await.refused(409, "VERSION_CONFLICT");
    ada.opens(&session).await;
    for path in [&thread.path, &format!("{}/threads", session.path)] {
        ada.gets(path).await.is(200);
    }
    ada.gets("/health").await.is(200);
    ada.gets("/openapi.json").await.is(200);
    let metadata = format!("{}/metadata", session.path);
    ada.patches(&metadata, &json!({ "filename": format!("{}.unknown", secret("file")) })).await.is(200);
    ada.patches(&metadata, &json!({ "filename": secret("file"), "language_override": secret("language") }))
        .await
        .refused(400, "INVALID_LANGUAGE");
    ada.puts(&thread.path, &json!({ "start_line": 2, "selected_text": secret("selected") })).await.is(200);
    ada.puts(&thread.path, &json!({ "selected_text": secret("selected").repeat(8_000) }))
        .await
        .invalid("selected_text");
    ada.posts("/sessions", &json!({ "filename": secret("file"), "code_content": [secret("code")] }))
        .await
        .invalid("code_content");
    ada.sends_json(Request::post("/sessions"), format!("{{{}", secret("body"))).await.refused(400, "INVALID_INPUT");
    ada.gets(&format!("/sessions/{}?{}={}", secret("path"), secret("query"), secret("query")))
        .await
        .refused(404, "SESSION_NOT_FOUND");
    ada.gets(&format!("/{}", secret("path"))).await.refused(404, "NOT_FOUND");
    let mut cursors = Vec::new();
    for list in ["/sessions?limit=1".to_owned(), format!("{}?limit=1", thread.messages())] {
        let cursor = ada.gets(&list).await.is(200)["cursor"].as_str().unwrap().to_owned();
        ada.gets(&format!("{list}&cursor={cursor}")).await.is(200);
        ada.gets(&format!("{list}&cursor={}", secret("cursor"))).await.invalid("cursor");
        cursors.push(cursor);
    }
    for path in [&thread.path, &session.path] {
        ada.deletes(path).await.is(200);
    }
    ada.deletes(&session.path).await.refused(404, "SESSION_NOT_FOUND");
    ada.with_cookie("access_token", Some(&secret("token")));
    ada.gets("/sessions").await.refused(401, "UNAUTHORIZED");
    cursors
}

/// The same questions about code that is not stored, and all their errors.
async fn analyze(app: &TestApp, ada: &Person) {
    let said = |role, content: String| json!({ "role": role, "content": content });
    let asked = json!({
        "filename": format!("{}.py", secret("file")),
        "code_content": code(),
        "question": secret("question"),
        "start_line": 2,
        "end_line": 3,
        "selected_text": secret("selected"),
        "history": [said("user", secret("said")), said("ai", secret("said"))],
    });
    let with = |field: &str, value: Value| {
        let mut body = asked.clone();
        body[field] = value;
        body
    };
    ada.posts("/ai/analyze", &asked).await.is(200);
    app.bedrock().script(vec![
        Act::fault(500, "InternalServerException", secret("fault")),
        Act::Text(secret("answer")),
        Act::Raw { status: 200, body: format!("<html>{}", secret("answer")) },
        Act::fault(408, "ModelTimeoutException", secret("fault")),
        Act::fault(400, "ValidationException", format!("Input is too long: {}", secret("fault"))),
        Act::fault(404, "ResourceNotFoundException", secret("fault")),
    ]);
    ada.posts("/ai/analyze", &asked).await.refused(502, "AI_MALFORMED_RESPONSE");
    ada.posts("/ai/analyze", &asked).await.refused(504, "AI_TIMEOUT");
    ada.posts("/ai/analyze", &asked).await.refused(413, "TOKEN_LIMIT_EXCEEDED");
    ada.posts("/ai/analyze", &asked).await.refused(503, "BEDROCK_UNAVAILABLE");
    for (field, value) in [
        ("filename", json!([secret("file")])),
        ("code_content", json!({ secret("code"): secret("code") })),
        ("type", json!(secret("type"))),
        ("start_line", json!(secret("line"))),
        ("end_line", json!(4_000_000)),
        ("history", Value::from(vec![said("user", secret("said")); 11])),
    ] {
        ada.posts("/ai/analyze", &with(field, value)).await.invalid(field);
    }
    ada.posts("/ai/analyze", &with("language_override", secret("language").into()))
        .await
        .refused(400, "INVALID_LANGUAGE");
    ada.posts("/ai/analyze", &with("question", secret("question").repeat(400).into()))
        .await
        .refused(400, "MESSAGE_TOO_LONG");
    let large = with("code_content", secret("code").repeat(500_000).into());
    ada.posts("/ai/analyze", &large).await.refused(413, "FILE_TOO_LARGE");
    // Lines 2 and 3, which the question is about, are too long together.
    let lines = format!("\n{0}\n{0}", secret("code").repeat(50_000));
    ada.posts("/ai/analyze", &with("code_content", lines.into())).await.refused(413, "TOKEN_LIMIT_EXCEEDED");
}

/// Requests that never reach a handler, or whose handler never reaches the table.
async fn rejected_requests(app: &TestApp, ada: &Person) {
    let sends = |request: Builder| ada.sends_json(request, secret("body"));
    let origin = format!("https://{}.example", secret("origin"));
    sends(Request::post("/sessions").header("origin", origin)).await.refused(403, "FORBIDDEN");
    sends(Request::delete("/sessions").header(secret("header"), secret("header")))
        .await
        .refused(405, "METHOD_NOT_ALLOWED");
    let typed = Request::post("/auth/login").header("content-type", secret("type"));
    ada.sends(typed, secret("password")).await.refused(400, "INVALID_INPUT");
    let stranger = app.stranger();
    stranger.with_cookie("access_token", Some(&format!("e30.{}.e30", secret("token"))));
    stranger.gets("/sessions").await.refused(401, "UNAUTHORIZED");
    ada.gets(&format!("/sessions?cursor={}", secret("cursor"))).await.invalid("cursor");
    let language = json!({ "filename": "a", "code_content": "", "language_override": secret("language") });
    ada.posts("/sessions", &language).await.refused(400, "INVALID_LANGUAGE");

    let nowhere = app.table().store_through(CLOSED_URL).await;
    let without = TestApp::with(|app| app.store = nowhere).await;
    let stranger = without.stranger();
    stranger.gets("/health").await.refused(503, "DATABASE_ERROR");
    stranger.posts("/auth/signup", &form()).await.refused(503, "DATABASE_ERROR");
    let limited = TestApp::with_rate_limits().await;
    let stranger = limited.stranger();
    let wrong = json!({ "username": secret("user"), "password": secret("wrong") });
    for _ in 0..5 {
        stranger.posts("/auth/login", &wrong).await.refused(401, "INVALID_CREDENTIALS");
    }
    stranger.posts("/auth/login", &wrong).await.refused(429, "RATE_LIMIT_EXCEEDED");
}

#[tokio::test]
async fn no_password_token_address_code_message_or_answer_is_ever_logged() {
    let app = TestApp::new().await;
    start_capture();
    let (ada, mut secrets) = sign_ins(&app).await;
    analyze(&app, &ada).await;
    rejected_requests(&app, &ada).await;
    secrets.extend(review(&app, &ada.copied()).await);
    secrets.extend(account(&app, &ada).await);
    app.advance(Duration::from_hours(1));
    let log = end_capture();

    secrets.extend([
        "zq1843".to_owned(),
        "$2b$".to_owned(),
        "Local rule-based".to_owned(),
        "none-comparison".to_owned(),
    ]);
    // Parts of tokens are secrets too: a signature alone can be appended to its claims again.
    let parts: Vec<String> = secrets
        .iter()
        .flat_map(|secret| secret.split('.'))
        .filter(|part| part.len() >= 40)
        .map(str::to_owned)
        .collect();
    for secret in secrets.iter().chain(&parts) {
        let line = log.lines().find(|line| line.contains(secret.as_str()));
        assert_eq!(line, None, "{secret} is in the log");
    }
    for operation in operations() {
        let answered = |status: &u16| log.contains(&format!("{} {} {status}", operation.method, operation.path));
        assert!([200, 201].iter().any(answered), "no request was sent to {} {}", operation.method, operation.path);
    }
    for told in [
        "PUT /users/me/password 200",
        "A replaced refresh token was used again",
        "POST /sessions 201",
        "GET /sessions/{id} 404",
        "BEDROCK_UNAVAILABLE",
        "The model answered",
        "AP-24",
        "AP-33",
        "AP-34",
        "DEBUG",
    ] {
        assert!(log.contains(told), "the log lacks {told}");
    }
}
