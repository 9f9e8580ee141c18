//! Tests of the compiled Lambda programs, with a Runtime API, gateway events, a table, secrets and a model.

#![expect(clippy::unwrap_used, reason = "an unwrap in a helper is one in the test that calls it")]

mod deadline;
mod events;
mod gateway;
mod panics;
mod rotation;
mod runtime;
mod streaming;
mod surroundings;
mod watching;

use std::io::{Read as _, Write as _};
use std::time::Duration;

use flate2::read::GzDecoder;
use flate2::{Compression, write::GzEncoder};
use model::{
    DeleteAccount, NewSession, NewUser, OwnEmailClaim, OwnUsernameClaim, SessionId, Store, SweepJob, SweepJobRequired,
    SweepKind, SweepState,
};
use serde_json::{Value, json};

use events::Request;
use runtime::{Function, stops_with};
use surroundings::Surroundings;

const AUTH: &str = env!("CARGO_BIN_EXE_auth");
const USERS: &str = env!("CARGO_BIN_EXE_users");
const SESSIONS: &str = env!("CARGO_BIN_EXE_sessions");
const THREADS: &str = env!("CARGO_BIN_EXE_threads");
const AI: &str = env!("CARGO_BIN_EXE_ai");
const MESSAGES: &str = env!("CARGO_BIN_EXE_messages");
const SWEEP: &str = env!("CARGO_BIN_EXE_sweep");

const PASSWORD: &str = "Analytical-1843";
/// Over a kilobyte, so that responses are compressed.
const CODE: &str = include_str!("../../../seed/files/rate_limiter.py");

fn sign_up() -> Value {
    json!({ "name": "Ada", "email": "ada@example.com", "username": "ada", "password": PASSWORD, "confirm_password": PASSWORD })
}

fn login() -> Value {
    json!({ "username": "ada", "password": PASSWORD })
}

fn file(code: &str) -> Value {
    json!({ "filename": "rate_limiter.py", "code_content": code })
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn gunzip(bytes: &[u8]) -> Vec<u8> {
    let mut inflated = Vec::new();
    GzDecoder::new(bytes).read_to_end(&mut inflated).unwrap();
    inflated
}

/// Signs a user up through a REST gateway, and returns the cookies.
async fn cookies(auth: &mut Function) -> Vec<String> {
    let answer = auth.calls(1, &Request::post("/auth/signup", &sign_up())).await;
    assert_eq!(answer.status, 201, "{}", answer.json);
    answer.pairs()
}

#[tokio::test]
async fn a_sign_up_is_valid_in_other_functions_behind_either_gateway() {
    let around = Surroundings::start().await;
    let mut auth = Function::start(AUTH, &around.environment()).await;
    let signed_up = auth.calls(1, &Request::post("/auth/signup", &sign_up())).await;
    assert_eq!((signed_up.status, &signed_up.json["user"]["username"]), (201, &json!("ada")));
    let signed_in = auth.calls(2, &Request::post("/auth/login", &login())).await;
    assert_eq!((signed_in.status, &signed_in.json), (200, &signed_up.json));
    for answer in [&signed_up, &signed_in] {
        assert_eq!(answer.cookies.len(), 3, "{:?}", answer.cookies);
        for cookie in &answer.cookies {
            assert!(cookie.starts_with("__Host-"), "{cookie}");
            assert!(cookie.contains("; HttpOnly; Secure; SameSite=Strict; Path=/; Max-Age="), "{cookie}");
        }
    }

    let mut sessions = Function::start(SESSIONS, &around.environment()).await;
    let list = Request::get("/sessions").with_cookies(&signed_up.pairs());
    let empty = json!({ "sessions": [] });
    assert_eq!(sessions.calls(1, &list).await.json, empty);
    assert_eq!(sessions.calls(2, &list).await.json, empty);
    let create = Request::post("/sessions", &file(CODE)).with_cookies(&signed_in.pairs());
    let created = sessions.calls(2, &create).await;
    assert_eq!(created.status, 201, "{}", created.json);
    let listed = sessions.calls(1, &list).await;
    assert_eq!(listed.json["sessions"], json!([created.json["session"]]));
    let page = Request::get("/sessions").with_cookies(&signed_up.pairs()).with_query("limit", "0");
    for answer in [sessions.calls(1, &page).await, sessions.calls(2, &page).await] {
        assert_eq!((answer.status, &answer.json["error"]["field"]), (400, &json!("limit")));
    }
}

#[tokio::test]
async fn a_review_goes_through_four_functions() {
    let around = Surroundings::start().await;
    let environment = around.environment();
    let pairs = cookies(&mut Function::start(AUTH, &environment).await).await;
    let post = |path: &str, body: &Value| Request::post(path, body).with_cookies(&pairs);
    let mut sessions = Function::start(SESSIONS, &environment).await;
    let created = sessions.calls(1, &post("/sessions", &file(CODE))).await.json;
    let session = format!("/sessions/{}", created["session"]["session_id"].as_str().unwrap());

    let mut threads = Function::start(THREADS, &environment).await;
    let opened = threads.calls(1, &post(&format!("{session}/threads"), &json!({ "type": "file" }))).await;
    assert_eq!(opened.status, 201, "{}", opened.json);
    let thread = format!("/threads/{}", opened.json["thread"]["thread_id"].as_str().unwrap());

    let mut messages = Function::start(MESSAGES, &environment).await;
    let note = json!({ "content": "Who calls this?", "ask": false });
    let noted = messages.calls(1, &post(&format!("{thread}/messages"), &note)).await;
    assert_eq!((noted.status, &noted.json["message"]["content"]), (201, &note["content"]));
}

#[tokio::test]
async fn a_deleted_account_ends_its_tokens_in_all_functions() {
    let around = Surroundings::start().await;
    let mut auth = Function::start(AUTH, &around.environment()).await;
    let mut users = Function::start(USERS, &around.environment()).await;
    let mut pairs = cookies(&mut auth).await;
    for (version, name) in [(1, "Ada King"), (2, "Countess")] {
        let refresh = Request::post("/auth/refresh", &json!({})).with_cookies(&pairs);
        let refreshed = auth.calls(version, &refresh).await;
        assert_eq!((refreshed.status, refreshed.cookies.len()), (200, 1), "{}", refreshed.json);
        pairs[0] = refreshed.pairs().remove(0);
        let rename = Request::post("/users/me", &json!({ "name": name })).with_method("PUT").with_cookies(&pairs);
        assert_eq!(users.calls(version, &rename).await.json["user"]["name"], name);
        let me = Request::get("/users/me").with_cookies(&pairs);
        assert_eq!(users.calls(version, &me).await.json["user"]["name"], name);
    }
    let delete = Request::post("/users/me", &json!({ "password": PASSWORD })).with_method("DELETE");
    let deleted = users.calls(2, &delete.with_cookies(&pairs)).await;
    assert_eq!((deleted.status, &deleted.json), (200, &json!({ "success": true })));
    assert!(deleted.cookies.iter().all(|cookie| cookie.ends_with("; Max-Age=0")), "{:?}", deleted.cookies);
    for version in [1, 2] {
        let refresh = Request::post("/auth/refresh", &json!({})).with_cookies(&pairs);
        assert_eq!(auth.calls(version, &refresh).await.json["error"]["code"], "REFRESH_TOKEN_INVALID");
    }
}

#[tokio::test]
async fn compressed_bodies_pass_the_gateway_in_both_directions() {
    let around = Surroundings::start().await;
    let pairs = cookies(&mut Function::start(AUTH, &around.environment()).await).await;
    let mut sessions = Function::start(SESSIONS, &around.environment()).await;
    let packed = gzip(file(CODE).to_string().as_bytes());
    for version in [1, 2] {
        let create = Request::binary("/sessions", "application/gzip", &packed).with_cookies(&pairs);
        let created = sessions.calls(version, &create).await;
        assert_eq!(created.status, 201, "{}", created.json);
        let path = format!("/sessions/{}", created.json["session"]["session_id"].as_str().unwrap());
        let open = Request::get(&path).with_cookies(&pairs);
        assert!(sessions.calls(version, &open).await.json["session"]["code_content"] == CODE);
        let opened = sessions.calls(version, &open.with_header("Accept-Encoding", "gzip")).await;
        let opened: Value = serde_json::from_slice(&gunzip(&opened.body)).unwrap();
        assert!(opened["session"]["code_content"] == CODE);
    }
}

#[tokio::test]
async fn a_function_serves_only_its_own_domain() {
    let around = Surroundings::start().await;
    let mut sessions = Function::start(SESSIONS, &around.environment()).await;
    let mut threads = Function::start(THREADS, &around.environment()).await;
    for version in [1, 2] {
        for request in [Request::post("/auth/login", &login()), Request::get("/health")] {
            let answer = sessions.calls(version, &request).await;
            assert_eq!((answer.status, &answer.json["error"]["code"]), (404, &json!("NOT_FOUND")));
        }
        let answer = threads.calls(version, &Request::get("/health")).await;
        assert_eq!(
            (answer.status, &answer.json["status"], &answer.json["service"]),
            (200, &json!("ok"), &json!("codesensei"))
        );
    }
}

#[tokio::test]
async fn each_request_logs_one_json_line_with_user_trace_and_cost() {
    let around = Surroundings::start().await;
    let mut auth = Function::start(AUTH, &around.environment()).await;
    let answer = auth.calls(1, &Request::post("/auth/signup", &sign_up())).await;
    let user_id = answer.json["user"]["id"].clone();
    let wrong = json!({ "username": "ada", "password": "Wrong-password-1" });
    auth.calls(2, &Request::post("/auth/login", &wrong)).await;
    let log = auth.stops().await;
    let lines: Vec<Value> = log.lines().map(|line| serde_json::from_str(line).expect(line)).collect();
    let line = |message: &str| {
        let mut found = lines.iter().map(|line| &line["fields"]).filter(|fields| fields["message"] == message);
        let (Some(line), None) = (found.next(), found.next()) else { panic!("not one line `{message}`: {log}") };
        line
    };
    let signed_up = line("POST /auth/signup 201");
    assert_eq!((&signed_up["user_id"], &signed_up["sent_trace_id"]), (&user_id, &json!(runtime::TRACE)));
    assert_eq!(signed_up["table_requests"], 2);
    assert!(signed_up["table_calls"].as_str().unwrap().starts_with("AP-60:1r/0/1 AP-01:1r/"), "{signed_up}");
    assert_eq!(line("POST /auth/login 401")["code"], "INVALID_CREDENTIALS");
    for secret in [PASSWORD, "Wrong-password-1", "ada@example.com", "eyJ", "BEGIN", surroundings::SEED] {
        assert!(!log.contains(secret), "{secret}: {log}");
    }
}

#[tokio::test]
async fn a_missing_setting_stops_the_function_with_its_name() {
    let around = Surroundings::start().await;
    for (name, programs) in [
        ("CODESENSEI_TABLE", &[AUTH, USERS, SESSIONS, THREADS, MESSAGES, AI, SWEEP][..]),
        ("CODESENSEI_ORIGIN", &[AUTH, USERS, SESSIONS, THREADS, MESSAGES, AI]),
        ("CODESENSEI_PUBLIC_KEYS_SECRET", &[AUTH, USERS, SESSIONS, THREADS, MESSAGES, AI]),
        ("CODESENSEI_SEED_SECRET", &[AUTH, USERS, SESSIONS, THREADS, MESSAGES, AI]),
        ("CODESENSEI_SIGNING_KEY_SECRET", &[AUTH, USERS]),
    ] {
        let mut environment = around.environment();
        environment.retain(|(set, _)| *set != name);
        let words = format!("the environment variable {name} is not set");
        for program in programs {
            assert_eq!(stops_with(program, &environment).await, words);
        }
        // An empty variable counts as unset, because a template cannot omit one.
        environment.push((name, " ".to_owned()));
        assert_eq!(stops_with(programs[0], &environment).await, words);
    }
}

#[tokio::test]
async fn an_invalid_setting_stops_the_function_with_the_expected_form() {
    let around = Surroundings::start().await;
    let days = "expected a whole number of days, from 1 to 36500, or 0: messages never expire";
    for (program, name, value, words) in [
        (AUTH, "CODESENSEI_ORIGIN", "http://app.example.com/", "an origin looks like https://app.example.com"),
        (AI, "AI_DEADLINE_MS", "soon", "the reviewer: AI_DEADLINE_MS must be a positive number of milliseconds"),
        (MESSAGES, "BEDROCK_PRICES", "free", "the reviewer: BEDROCK_PRICES must be like `3/15`"),
        (AI, "CODESENSEI_AI_DAILY_CAP", "0", "CODESENSEI_AI_DAILY_CAP must be a positive number"),
        (MESSAGES, "CODESENSEI_AI_DAILY_CAP", "many", "CODESENSEI_AI_DAILY_CAP must be a positive number"),
        (MESSAGES, "CODESENSEI_MESSAGE_TTL_DAYS", "a year", days),
        (SESSIONS, "CODESENSEI_CODE_CACHE_MIB", "-1", "must be a number of MiB from 0 to 65535"),
        (USERS, "CODESENSEI_SEED_SECRET", "absent", "the secret absent cannot be read: ResourceNotFoundException"),
        (
            USERS,
            "CODESENSEI_SEED_SECRET",
            "text",
            "the secret text is not an object with seed, origin and origin_before",
        ),
        (USERS, "CODESENSEI_SEED_SECRET", "short", "the seed in the secret short is shorter than 32 characters"),
        (USERS, "CODESENSEI_SEED_SECRET", "open", "an origin secret in the secret open is shorter than 32 characters"),
        (USERS, "CODESENSEI_SEED_SECRET", "cut-short", "the secret cut-short cannot be read: "),
        (THREADS, "CODESENSEI_PUBLIC_KEYS_SECRET", "text", "the secret text is not an object with keys"),
        (THREADS, "CODESENSEI_PUBLIC_KEYS_SECRET", "none", "a key in the secrets: there is no key"),
        (THREADS, "CODESENSEI_PUBLIC_KEYS_SECRET", "keyless", "a key in the secrets: not an RSA key in PEM form"),
        (AUTH, "CODESENSEI_SIGNING_KEY_SECRET", "text", "the secret text is not an object with signing_key"),
        (AUTH, "CODESENSEI_SIGNING_KEY_SECRET", "unsigned", "a key in the secrets: not an RSA key in PEM form"),
    ] {
        let mut environment = around.environment();
        environment.retain(|(set, _)| *set != name);
        environment.push((name, value.to_owned()));
        let message = stops_with(program, &environment).await;
        assert!(message.contains(words), "{name}={value}: {message}");
        assert!(
            message.contains(name) || message.contains(value) || message.contains("in the secrets"),
            "{name}: {message}"
        );
        assert!(!message.contains(surroundings::SEED) && !message.contains("hunter2"), "{message}");
    }
}

/// Deletes the account of a user with a session. The sweep deletes the session later.
async fn deleted_account(store: &Store) -> SessionId {
    let hash = "$2b$10$aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa".parse().unwrap();
    let (email, username) = ("ada@example.com".parse().unwrap(), "ada".parse().unwrap());
    let new = NewUser { name: "Ada".to_owned(), email, username, password_hash: hash };
    let (user, _) = store.accounts().create(new, Duration::from_hours(1)).await.unwrap();
    let new = NewSession { filename: "main.rs".parse().unwrap(), language_override: None, text: CODE.to_owned() };
    let session = store.sessions().create(user.user_id, None, new).await.unwrap().item;
    let job: SweepJob = SweepJobRequired {
        shard: 3,
        due: store.clock().now(),
        kind: SweepKind::Account,
        target: user.user_id.to_string(),
        state: SweepState::Waiting,
        user_id: user.user_id,
        chunk_count: 0,
        attempts: 0,
    }
    .into();
    let (owner, email_digest, username_key) = (user.user_id, user.email.digest(), user.username.key());
    let deleted = store.patterns().delete_account(DeleteAccount {
        job: &job,
        email_claim: Some(OwnEmailClaim { email_digest, owner }),
        username_claim: Some(OwnUsernameClaim { username_key: &username_key, owner }),
        user_id: user.user_id,
        email: &user.email,
        username: &user.username,
        password_hash: &user.password_hash,
    });
    deleted.await.unwrap();
    session.session_id
}

#[tokio::test]
async fn the_sweep_deletes_due_items_and_returns_the_count() {
    let around = Surroundings::start().await;
    let store = around.store();
    let session_id = deleted_account(store).await;
    assert!(store.patterns().get_code(session_id).await.unwrap().is_some());
    let mut sweep = Function::start(SWEEP, &around.environment()).await;
    let schedule = json!({ "source": "aws.scheduler", "detail-type": "Scheduled Event", "detail": {} });
    let first = sweep.answers(schedule.clone()).await;
    assert!(first["done"].as_u64().unwrap() >= 1, "{first}");
    assert_eq!(store.patterns().get_code(session_id).await.unwrap(), None);
    assert_eq!(sweep.answers(schedule).await, json!({ "done": 0, "left": 0 }));
}
