//! Logs: what a developer or an operator sees at the finest level, and what nobody may see there.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bedrock_local::Act;
use serde_json::{Value, json};
use tests::TestApp;
use tests::app::{Person, sign_up};
use tracing_subscriber::EnvFilter;

/// All levels of every crate, but for what `main` turns off too.
const FILTER: &str = "debug,modyne=off,dynoxide=error";

static LISTENING: AtomicBool = AtomicBool::new(false);
static HEARD: Mutex<Vec<u8>> = Mutex::new(Vec::new());

/// Keeps what this process logs while the test listens: other tests run in it too, before and after.
struct Ear;

impl std::io::Write for Ear {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        if LISTENING.load(Ordering::Relaxed) {
            heard().extend_from_slice(bytes);
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn heard() -> MutexGuard<'static, Vec<u8>> {
    HEARD.lock().unwrap_or_else(PoisonError::into_inner)
}

fn listen() {
    let filter = EnvFilter::new(FILTER);
    let subscriber = tracing_subscriber::fmt().json().with_env_filter(filter).with_writer(|| Ear);
    subscriber.try_init().expect("no other test sets one");
    LISTENING.store(true, Ordering::Relaxed);
}

/// What was logged, after a line that is its last.
fn hear() -> String {
    LISTENING.store(false, Ordering::Relaxed);
    String::from_utf8(std::mem::take(&mut *heard())).expect("JSON lines")
}

/// A text that stands nowhere but where the test put it.
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

/// A sign-up, sign-ins that fail and succeed, and what they have of tokens.
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

/// All that can be done with a file, and all that can go wrong. Returns cursors.
async fn review(app: &TestApp, ada: &Person) -> Vec<String> {
    let session = ada.creates(&format!("{}.py", secret("file")), &code()).await;
    ada.creates("other.py", "").await;
    let thread = ada.opens_thread(&session, 2..=3).await;
    ada.asks(&thread, &secret("question")).await;
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
    ada.posts(&thread.messages(), &question).await.refused(503, "BEDROCK_UNAVAILABLE");
    ada.posts(&thread.messages(), &question).await.refused(503, "BEDROCK_UNAVAILABLE");
    ada.saves(&session, 1, &format!("# {}\n{}", secret("code"), code())).await.is(200);
    ada.saves(&session, 1, &secret("code")).await.refused(409, "VERSION_CONFLICT");
    ada.opens(&session).await;
    let metadata = format!("{}/metadata", session.path);
    ada.patches(&metadata, &json!({ "filename": format!("{}.unknown", secret("file")) })).await.is(200);
    ada.patches(&metadata, &json!({ "filename": secret("file"), "language_override": secret("language") }))
        .await
        .refused(400, "INVALID_LANGUAGE");
    ada.puts(&thread.path, &json!({ "start_line": 2, "selected_text": secret("selected") })).await.is(200);
    ada.puts(&thread.path, &json!({ "selected_text": secret("selected").repeat(2_000) }))
        .await
        .invalid("selected_text");
    ada.posts("/sessions", &json!({ "filename": secret("file"), "code_content": [secret("code")] }))
        .await
        .invalid("code_content");
    ada.sends_json(axum::http::Request::post("/sessions"), format!("{{{}", secret("body")))
        .await
        .refused(400, "INVALID_INPUT");
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

#[tokio::test]
async fn no_password_token_address_code_message_or_answer_is_ever_logged() {
    let app = TestApp::new().await;
    listen();
    let (ada, mut secrets) = sign_ins(&app).await;
    secrets.extend(review(&app, &ada).await);
    app.later(Duration::from_hours(1));
    let log = hear();

    secrets.extend([
        "zq1843".to_owned(),
        "$2b$".to_owned(),
        "Local rule-based".to_owned(),
        "none-comparison".to_owned(),
    ]);
    // Parts of tokens are secrets too: a signature alone can be put under its claims again.
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
    for told in [
        "POST /sessions 201",
        "GET /sessions/{id} 404",
        "BEDROCK_UNAVAILABLE",
        "The model answered",
        "AP-24",
        "AP-33",
        "AP-34",
    ] {
        assert!(log.contains(told), "the log does not say {told}");
    }
}
