//! Sessions of usual sizes.

use axum::http::{Request, header};
use handlers::rates::RateLimit;
use serde_json::{Value, json};
use tests::app::{Person, Response, Session};
use tests::texts::{gzip_size, with_gzip_of};

use super::Row;
use super::bench::{Bench, Case, long_filename, scenes, typical_code};
use crate::http::FILENAME;

scenes!(lists, long_names, creating, opening, saving, saving_with_many_threads, refused_saves, deleting);

/// A client's id.
pub(super) const ID: &str = "6f1c9a0e-5b7d-4f32-9a55-4c2f1e0d9b77";

pub(super) fn file(code: &str) -> Value {
    json!({ "filename": FILENAME, "code_content": code })
}

async fn lists() -> Vec<Row> {
    let bench = Bench::new().await;
    let (ada, user) = bench.ada().await;
    let measured = bench.at(&ada).await;
    for _ in 0..50 {
        bench.app.table().session(&user, &long_filename(), "x").await;
    }
    bench.measure(Case::Typical, "50 sessions, with heads of 500 B", measured.gets("/sessions")).await.is(200);
    for _ in 0..50 {
        bench.app.table().session(&user, &long_filename(), "x").await;
    }
    let by_activity = async { measured.gets("/sessions?sort=updated").await };
    bench.measure(Case::Other, "by activity, of 100 sessions", by_activity).await.is(200);
    bench.rows()
}

/// A hundred sessions with the longest names.
async fn long_names() -> Vec<Row> {
    let bench = Bench::new().await;
    let (ada, user) = bench.ada().await;
    let measured = bench.at(&ada).await;
    for _ in 0..99 {
        bench.app.table().session(&user, &"f".repeat(255), "x").await;
    }
    let session = ada.creates(&"f".repeat(255), "x").await;
    let worst = async { measured.gets("/sessions?sort=updated").await };
    bench.measure(Case::Worst, "by activity, of 100 sessions with the longest names", worst).await.is(200);
    let full = async { measured.posts("/sessions", &file("x")).await };
    let full = bench.measure(Case::Refused, "the user has 100 sessions", full).await;
    full.refused(409, "SESSION_LIMIT_EXCEEDED");
    let rename = json!({ "filename": "stock.py" });
    let path = format!("{}/metadata", session.path);
    bench.measure(Case::Always, "another name", measured.patches(&path, &rename)).await.is(200);
    let again = async { measured.patches(&path, &rename).await };
    bench.measure(Case::Other, "the same name", again).await.is(200);
    bench.rows()
}

async fn creating() -> Vec<Row> {
    let bench = Bench::new().await;
    let (ada, user) = bench.ada().await;
    let measured = bench.at(&ada).await;
    let mut named = file(&typical_code());
    named["client_session_id"] = ID.into();
    let created = async { measured.posts("/sessions", &named).await };
    bench.measure(Case::Typical, "a file of 3 KB, with a client id", created).await.is(201);
    let repeated = async { measured.posts("/sessions", &named).await };
    bench.measure(Case::Other, "the same again", repeated).await.is(200);
    let unnamed = async { measured.posts("/sessions", &file(&typical_code())).await };
    bench.measure(Case::Other, "a file of 3 KB, without a client id", unnamed).await.is(201);
    let invalid = async { measured.posts("/sessions", &json!({})).await };
    bench.measure(Case::Refused, "an invalid form", invalid).await.refused(400, "INVALID_INPUT");
    bench.reach(RateLimit::SESSION_CREATE, &user.user_id.to_string()).await;
    let limited = async { measured.posts("/sessions", &named).await };
    bench.measure(Case::Refused, "over the limit of the user", limited).await.refused(429, "RATE_LIMIT_EXCEEDED");
    bench.rows()
}

async fn opening() -> Vec<Row> {
    let bench = Bench::new().await;
    let (ada, _) = bench.ada().await;
    let session = ada.creates(FILENAME, &typical_code()).await;
    ada.opens_thread(&session, 33..=35).await;
    let measured = bench.at(&ada).await;
    let opened = bench.measure(Case::Typical, "a file of 3 KB", measured.gets(&session.path)).await;
    let tag = opened.headers[header::ETAG].clone();
    opened.is(200);
    let again = async { measured.gets(&session.path).await };
    bench.measure(Case::Other, "the same, in the memory of the process", again).await.is(200);
    let known = async { measured.sends(Request::get(&session.path).header(header::IF_NONE_MATCH, tag), "").await };
    bench.measure(Case::Other, "the client has it", known).await.is(304);
    let with_threads = bench.at(&ada).await;
    let path = format!("{}?include=threads", session.path);
    bench.measure(Case::Other, "a file of 3 KB with its one thread", with_threads.gets(&path)).await.is(200);
    bench.rows()
}

pub(super) async fn saves(person: &Person, session: &Session, version: u32, code: &str) -> Response {
    let save = json!({ "expected_version_number": version, "code_content": code });
    person.puts(&session.path, &save).await
}

async fn saving() -> Vec<Row> {
    let bench = Bench::new().await;
    let (ada, _) = bench.ada().await;
    let code = typical_code();
    let session = ada.creates(FILENAME, &code).await;
    let plain = ada.creates(FILENAME, &code).await;
    ada.opens_thread(&session, 33..=35).await;
    let measured = bench.at(&ada).await;
    let new = format!("# new\n{code}");
    bench.measure(Case::Typical, "one thread moves", saves(&measured, &session, 1, &new)).await.is(200);
    bench.measure(Case::Other, "no threads", saves(&measured, &plain, 1, &new)).await.is(200);
    let measured = bench.at(&ada).await;
    bench.measure(Case::Other, "unchanged code", saves(&measured, &session, 2, &new)).await.is(200);
    let language = json!({ "expected_version_number": 2, "language_override": "Swift" });
    let language = async { measured.puts(&session.path, &language).await };
    bench.measure(Case::Other, "only another language", language).await.is(200);
    bench.rows()
}

/// Code of 30 KB whose gzip has at most 8 KB.
fn code_of_30_kb() -> String {
    let mut code = with_gzip_of(7_900, 1);
    while code.len() < 30_000 {
        code.push_str("\n# the same comment, line by line");
    }
    assert!((7_900..=8_192).contains(&gzip_size(&code)), "{}", gzip_size(&code));
    code
}

async fn saving_with_many_threads() -> Vec<Row> {
    let bench = Bench::new().await;
    let (ada, user) = bench.ada().await;
    // A little smaller than the limit of an item, so that one more line fits too.
    let largest = with_gzip_of(240 * 1_024 - 1, 1);
    let largest = largest[..largest.len() - 100].to_owned();
    let cases = [
        ("30 KB in 8 KB of gzip, 50 threads move", code_of_30_kb(), 300),
        ("the largest inline code, 50 threads move", largest, 16 * 1_024),
    ];
    for (when, code, bytes) in cases {
        let session = bench.app.table().session(&user, FILENAME, &code).await;
        bench.threads(&session, 50, &"s".repeat(bytes)).await;
        let measured = bench.at(&ada).await;
        let save = json!({ "expected_version_number": 1, "code_content": format!("\n{code}") });
        let path = format!("/sessions/{}", session.session_id);
        let saved = bench.measure(Case::Other, when, async { measured.puts(&path, &save).await }).await.is(200);
        let moved = saved["threads"].as_array().unwrap().iter().filter(|thread| thread["start_line"] == 2);
        assert_eq!(moved.count(), 50);
    }
    let session = bench.app.table().session(&user, FILENAME, "x").await;
    bench.threads(&session, 50, &"s".repeat(300)).await;
    let (measured, path) = (bench.at(&ada).await, format!("/sessions/{}/threads", session.session_id));
    bench.measure(Case::Other, "50 threads with selections of 300 B", measured.gets(&path)).await.is(200);
    let full = async { measured.posts(&path, &json!({ "type": "file" })).await };
    let full = bench.measure(Case::Refused, "the session has 50 threads", full).await;
    full.refused(409, "THREAD_LIMIT_EXCEEDED");
    bench.rows()
}

async fn refused_saves() -> Vec<Row> {
    let bench = Bench::new().await;
    let (ada, user) = bench.ada().await;
    let session = ada.creates(FILENAME, &typical_code()).await;
    ada.saves(&session, 1, "x").await.is(200);
    ada.saves(&session, 2, &typical_code()).await.is(200);
    let measured = bench.at(&ada).await;
    let conflict = bench.measure(Case::Refused, "a newer version of 3 KB", saves(&measured, &session, 1, "y")).await;
    conflict.refused(409, "VERSION_CONFLICT");
    let invalid = async { measured.puts(&session.path, &json!({})).await };
    bench.measure(Case::Refused, "an invalid form", invalid).await.refused(400, "INVALID_INPUT");
    bench.reach(RateLimit::SESSION_SAVE, &user.user_id.to_string()).await;
    let limited = bench.measure(Case::Refused, "over the limit of the user", saves(&measured, &session, 3, "y")).await;
    limited.refused(429, "RATE_LIMIT_EXCEEDED");
    bench.rows()
}

async fn deleting() -> Vec<Row> {
    let bench = Bench::new().await;
    let (ada, _) = bench.ada().await;
    let session = ada.creates(FILENAME, &typical_code()).await;
    let thread = ada.opens_thread(&session, 33..=35).await;
    ada.asks(&thread, "Is this comparison right?").await;
    let measured = bench.at(&ada).await;
    let deleted = async { measured.deletes(&session.path).await };
    bench.measure(Case::Typical, "one thread, a question and its answer", deleted).await.is(200);
    bench.rows()
}
