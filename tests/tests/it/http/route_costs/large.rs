//! The largest code, selections and messages.

use bedrock_local::Act;
use serde_json::{Map, Value, json};
use tests::app::{Person, Session};
use tests::texts::{FIVE_MIB, noise};

use super::Row;
use super::bench::{Bench, Case, longest_message, scenes};
use super::messages::failed;
use super::sessions::{ID, file, saves};
use crate::http::{FILENAME, user};

scenes!(writing, reading, creating);

/// The longest selection: 64 KiB.
const SELECTION: usize = 64 * 1_024;
/// The second line of each selection.
const SHORT: &str = "value = 1";

/// Code of 5 MiB that hardly compresses, in pairs of a long and a short line: each pair is a longest selection.
fn code() -> String {
    let noise = noise(FIVE_MIB, 1).replace(['\n', '\r', '\0'], "x");
    let (mut code, mut rest) = (String::new(), &*noise);
    while code.len() + SELECTION + 10 < FIVE_MIB {
        let (long, others) = rest.split_at(SELECTION - 1 - SHORT.len());
        rest = others;
        code.extend([long, "\n", SHORT, "\n"]);
    }
    code
}

/// The block of the pair of lines with this number, from 1.
fn block(code: &str, pair: usize) -> Value {
    let selected = code.lines().skip(2 * pair - 2).take(2).collect::<Vec<_>>().join("\n");
    assert_eq!(selected.len(), SELECTION);
    json!({ "type": "block", "start_line": 2 * pair - 1, "end_line": 2 * pair, "selected_text": selected })
}

async fn creating() -> Vec<Row> {
    let bench = Bench::new().await;
    let (ada, _) = bench.ada().await;
    let mut named = file(&code());
    named["client_session_id"] = ID.into();
    let creates = async { bench.at(&ada).await.posts("/sessions", &named).await };
    bench.measure(Case::Worst, "5 MiB in 12 chunks, with a client id", creates).await.is(201);
    let full = |user: &mut Map<String, Value>| drop(user.insert("session_count".into(), json!({ "N": "100" })));
    bench.app.table().raw().change("user", |_| true, full).await;
    named["client_session_id"] = ID.replace("6f1c", "6f1d").into();
    let refused = async { bench.at(&ada).await.posts("/sessions", &named).await };
    let refused = bench.measure(Case::Refused, "5 MiB, for a user with 100 sessions", refused).await;
    refused.refused(409, "SESSION_LIMIT_EXCEEDED");
    bench.rows()
}

/// A session of 5 MiB with 49 threads, whose selections are the longest.
async fn scene(bench: &Bench) -> (Person, Session) {
    let (ada, user) = bench.ada().await;
    // Threads on short code take less time to open.
    let stored = bench.app.table().session(&user, FILENAME, "x").await;
    bench.threads(&stored, 49, &noise(SELECTION, 2).replace(['\n', '\r', '\0'], "x")).await;
    let (path, code) = (format!("/sessions/{}", stored.session_id), code());
    let session = Session { path, id: stored.session_id.to_string(), json: json!({}), code };
    ada.saves(&session, 1, &session.code).await.is(200);
    (ada, session)
}

async fn reading() -> Vec<Row> {
    let bench = Bench::new().await;
    let (ada, session) = scene(&bench).await;
    let path = format!("{}/threads", session.path);
    let mut last = block(&session.code, 50);
    last["client_thread_id"] = ID.into();
    let opens = async { bench.at(&ada).await.posts(&path, &last).await };
    let when = "the 50th selection of 64 KiB in 5 MiB, with a client id";
    let opened = bench.measure(Case::Worst, when, opens).await.is(201);
    let thread = format!("/threads/{}", opened["thread"]["thread_id"].as_str().unwrap());
    reads(&bench, &ada, &session, &thread).await;
    asks(&bench, &ada, &thread).await;
    bench.rows()
}

async fn writing() -> Vec<Row> {
    let bench = Bench::new().await;
    let (ada, session) = scene(&bench).await;
    let opened = ada.posts(&format!("{}/threads", session.path), &block(&session.code, 50)).await.is(201);
    let thread = format!("/threads/{}", opened["thread"]["thread_id"].as_str().unwrap());
    bench.app.bedrock().script(says());
    let asked = ada.posts(&format!("{thread}/messages"), &json!({ "content": "Why?" })).await.is(201);
    let answer = asked["reply"]["message_id"].as_str().unwrap();
    writes(&bench, &ada, &session, &format!("{thread}/messages/{answer}/apply")).await;
    bench.rows()
}

async fn reads(bench: &Bench, ada: &Person, session: &Session, thread: &str) {
    let reads = async |path: String| bench.at(ada).await.gets(&path).await;
    let opens = reads(format!("{}?include=threads", session.path));
    bench.measure(Case::Worst, "5 MiB with 50 selections of 64 KiB", opens).await.is(200);
    let lists = reads(format!("{}/threads", session.path));
    bench.measure(Case::Worst, "50 threads with selections of 64 KiB", lists).await.is(200);
    bench.measure(Case::Worst, "a selection of 64 KiB", reads(thread.to_owned())).await.is(200);
    let moves = async {
        let other = json!({ "start_line": 99, "end_line": 100, "selected_text": "" });
        bench.at(ada).await.puts(thread, &other).await
    };
    bench.measure(Case::Worst, "a selection of 64 KiB in 5 MiB, one of 50 threads", moves).await.is(200);
}

/// The longest answer that fits into the model's 4,000 tokens of output, with a patch of the last short line.
fn says() -> Vec<Act> {
    let patch = json!({ "start_line": 100, "end_line": 100, "original": SHORT, "replacement": "value = 2" });
    vec![Act::say("tool_use", json!({ "explanation": "x".repeat(16_000), "confidence": "high", "patch": patch }))]
}

async fn asks(bench: &Bench, ada: &Person, thread: &str) {
    let (table, owner) = (bench.app.table(), user(&bench.app, "ada").await.user_id);
    let mut stored = table.threads().get(owner, thread["/threads/".len()..].parse().unwrap()).await.unwrap();
    for number in 1..=10 {
        table.messages().add_note(&stored, &longest_message(), None).await.unwrap();
        stored.message_slots = number;
    }
    let body = json!({ "content": longest_message(), "client_message_id": ID });
    bench.app.bedrock().script(says());
    let asks = async { bench.at(ada).await.posts(&format!("{thread}/messages"), &body).await };
    let when = "20 KB after ten messages of 20 KB, about 64 KiB of 5 MiB, with a client id";
    bench.measure(Case::Worst, when, asks).await.is(201);
    let question = failed(bench, &stored, &longest_message()).await;
    bench.app.bedrock().script(says());
    let again = format!("{thread}/messages/{}/retry", question.id());
    let again = async { bench.at(ada).await.posts(&again, &json!({})).await };
    bench.measure(Case::Worst, "a failed question as long as the longest", again).await.is(201);
}

async fn writes(bench: &Bench, ada: &Person, session: &Session, apply: &str) {
    let applies = async { bench.at(ada).await.posts(apply, &json!({ "expected_version_number": 2 })).await };
    bench.measure(Case::Worst, "5 MiB, one of 50 threads with selections of 64 KiB", applies).await.is(200);
    let conflict = async { saves(&bench.at(ada).await, session, 2, "new").await };
    let conflict = bench.measure(Case::Refused, "a newer version of 5 MiB", conflict).await;
    conflict.refused(409, "VERSION_CONFLICT");
    let moved = format!("\n{}", session.code);
    let saved = async { saves(&bench.at(ada).await, session, 3, &moved).await };
    let when = "5 MiB over 5 MiB, 50 threads with selections of 64 KiB";
    bench.measure(Case::Worst, when, saved).await.is(200);
    let deleted = async { bench.at(ada).await.deletes(&session.path).await };
    let when = "5 MiB, 50 threads with selections of 64 KiB: more is left to the sweep";
    bench.measure(Case::Worst, when, deleted).await.is(200);
    assert_eq!(bench.app.table().raw().census().await.get("sweep_job"), None, "nothing is left to the sweep");
}
