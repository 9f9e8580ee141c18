//! Threads of usual sizes.

use serde_json::{Value, json};
use tests::app::Person;

use super::Row;
use super::bench::{Bench, Case, scenes, typical_code};
use super::sessions::ID;
use crate::http::FILENAME;

scenes!(threads, deleting, deleting_much);

/// Lines 33 to 35 of the typical code.
fn block() -> Value {
    let code = typical_code();
    let selected: Vec<&str> = code.lines().skip(32).take(3).collect();
    json!({ "type": "block", "start_line": 33, "end_line": 35, "selected_text": selected.join("\n") })
}

async fn threads() -> Vec<Row> {
    let bench = Bench::new().await;
    let (ada, _) = bench.ada().await;
    let session = ada.creates(FILENAME, &typical_code()).await;
    let path = format!("{}/threads", session.path);
    let mut named = block();
    named["client_thread_id"] = ID.into();
    let opens = |person: Person, form: Value| {
        let path = path.clone();
        async move { person.posts(&path, &form).await }
    };
    let created = opens(bench.at(&ada).await, named.clone());
    let created = bench.measure(Case::Typical, "three lines, with a client id", created).await.is(201);
    let repeated = opens(bench.at(&ada).await, named);
    bench.measure(Case::Other, "the same again", repeated).await.is(200);
    let unnamed = opens(bench.at(&ada).await, block());
    bench.measure(Case::Other, "three lines, without a client id", unnamed).await.is(201);
    let measured = bench.at(&ada).await;
    measured.gets(&session.path).await.is(200);
    let warm = opens(measured.clone(), block());
    bench.measure(Case::Other, "the code is in the memory of the process", warm).await.is(201);
    bench.measure(Case::Typical, "three threads", measured.gets(&path)).await.is(200);
    let thread = format!("/threads/{}", created["thread"]["thread_id"].as_str().unwrap());
    bench.measure(Case::Typical, "a selection of three lines", measured.gets(&thread)).await.is(200);
    let measured = bench.at(&ada).await;
    let moved =
        async { measured.puts(&thread, &json!({ "start_line": 34, "end_line": 34, "selected_text": "" })).await };
    bench.measure(Case::Typical, "one line, in a file of 3 KB", moved).await.is(200);
    bench.rows()
}

async fn deleting() -> Vec<Row> {
    let bench = Bench::new().await;
    let (ada, _) = bench.ada().await;
    let session = ada.creates(FILENAME, &typical_code()).await;
    let thread = ada.opens_thread(&session, 33..=35).await;
    ada.asks(&thread, "Is this comparison right?").await;
    let measured = bench.at(&ada).await;
    let deleted = async { measured.deletes(&thread.path).await };
    bench.measure(Case::Typical, "a question and its answer", deleted).await.is(200);
    bench.rows()
}

async fn deleting_much() -> Vec<Row> {
    let bench = Bench::new().await;
    let (ada, user) = bench.ada().await;
    let table = bench.app.table();
    let session = table.session(&user, FILENAME, &typical_code()).await;
    bench.threads(&session, 49, "selected").await;
    let thread = bench.with_long_notes(&session, 40).await;
    let measured = bench.at(&ada).await;
    let deleted = async { measured.deletes(&format!("/threads/{}", thread.id())).await };
    let when = "40 messages of 20 KB, one of 50 threads: more is left to the sweep";
    bench.measure(Case::Worst, when, deleted).await.is(200);
    assert_eq!(table.raw().census().await.get("sweep_job"), None, "nothing is left to the sweep");
    bench.rows()
}
