//! The largest code, selections and messages.

use bedrock_local::Act;
use serde_json::{Value, json};
use tests::app::{Person, Session};
use tests::texts::{FIVE_MIB, noise};

use super::Row;
use super::bench::{Bench, Case, longest_message, scenes};
use super::messages::failed;
use super::sessions::{ID, file, saves};
use crate::http::user;

scenes!(five_mib);

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

async fn five_mib() -> Vec<Row> {
    let bench = Bench::new().await;
    let (ada, _) = bench.ada().await;
    let code = code();
    let mut named = file(&code);
    named["client_session_id"] = ID.into();
    let creates = async { bench.at(&ada).await.posts("/sessions", &named).await };
    let created = bench.measure(Case::Worst, "5 MiB in 12 chunks, with a client id", creates).await.is(201);
    let id = created["session"]["session_id"].as_str().unwrap().to_owned();
    let session = Session { path: format!("/sessions/{id}"), json: created["session"].clone(), id, code };
    let thread = fifty_threads(&bench, &ada, &session).await;
    reads(&bench, &ada, &session, &thread).await;
    asks(&bench, &ada, &thread).await;
    writes(&bench, &ada, &session, &thread).await;
    bench.rows()
}

/// Fifty threads with the longest selections; returns the path of the last one.
async fn fifty_threads(bench: &Bench, ada: &Person, session: &Session) -> String {
    let path = format!("{}/threads", session.path);
    for pair in 1..50 {
        ada.posts(&path, &block(&session.code, pair)).await.is(201);
    }
    let mut last = block(&session.code, 50);
    last["client_thread_id"] = ID.into();
    let opens = async { bench.at(ada).await.posts(&path, &last).await };
    let when = "the 50th selection of 64 KiB in 5 MiB, with a client id";
    let opened = bench.measure(Case::Worst, when, opens).await.is(201);
    format!("/threads/{}", opened["thread"]["thread_id"].as_str().unwrap())
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

async fn writes(bench: &Bench, ada: &Person, session: &Session, thread: &str) {
    let answer = ada.gets(&format!("{thread}/messages?order=desc&limit=1")).await.is(200);
    let answer = answer["messages"][0]["message_id"].as_str().unwrap().to_owned();
    let applies = async {
        let body = json!({ "expected_version_number": 1 });
        bench.at(ada).await.posts(&format!("{thread}/messages/{answer}/apply"), &body).await
    };
    bench.measure(Case::Worst, "5 MiB, one of 50 threads with selections of 64 KiB", applies).await.is(200);
    let conflict = async { saves(&bench.at(ada).await, session, 1, "new").await };
    let conflict = bench.measure(Case::Refused, "a newer version of 5 MiB", conflict).await;
    conflict.refused(409, "VERSION_CONFLICT");
    let moved = format!("\n{}", session.code);
    let saved = async { saves(&bench.at(ada).await, session, 2, &moved).await };
    let when = "5 MiB over 5 MiB, 50 threads with selections of 64 KiB move";
    bench.measure(Case::Worst, when, saved).await.is(200);
    let deleted = async { bench.at(ada).await.deletes(&session.path).await };
    let when = "5 MiB, 50 threads with selections of 64 KiB: more is left to the sweep";
    bench.measure(Case::Worst, when, deleted).await.is(200);
    assert_eq!(bench.app.table().raw().census().await.get("sweep_job"), None, "nothing is left to the sweep");
}
