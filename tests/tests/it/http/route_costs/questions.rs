//! Questions, notes and retries of usual sizes.

use std::time::Duration;

use handlers::rates::RateLimit;
use serde_json::{Value, json};
use tests::LEASE;
use tests::app::{Person, Thread};

use super::Row;
use super::bench::{Bench, Case, scenes, typical_code};
use super::messages::{failed, refuses};
use super::sessions::ID;
use crate::http::FILENAME;

scenes!(questions, notes, refused_questions, too_much_code, retries, refused_retries);

const QUESTION: &str = "Is this comparison right?";

fn question() -> Value {
    json!({ "content": QUESTION })
}

fn named() -> Value {
    json!({ "content": QUESTION, "client_message_id": ID })
}

/// A thread on three lines. Its user has asked before on this day, so that the item of the day exists.
async fn a_thread(bench: &Bench, ada: &Person) -> Thread {
    let session = ada.creates(FILENAME, &typical_code()).await;
    let earlier = ada.opens_thread(&session, 33..=35).await;
    ada.asks(&earlier, QUESTION).await;
    bench.next_minute();
    let session = ada.creates(FILENAME, &typical_code()).await;
    ada.opens_thread(&session, 33..=35).await
}

async fn questions() -> Vec<Row> {
    let bench = Bench::new().await;
    let (ada, _) = bench.ada().await;
    let thread = a_thread(&bench, &ada).await;
    let asks = async |body: Value| bench.at(&ada).await.posts(&thread.messages(), &body).await;
    bench.measure(Case::Typical, "a question", asks(question())).await.is(201);
    bench.measure(Case::Other, "a question with a client id", asks(named())).await.is(201);
    bench.measure(Case::Other, "the same again", asks(named())).await.is(200);
    bench.next_minute();
    let after = json!({ "content": QUESTION, "client_message_id": ID.replace("6f1c", "6f1d") });
    bench.measure(Case::Other, "the same after a minute", asks(after)).await.is(201);
    let measured = bench.at(&ada).await;
    measured.posts(&thread.messages(), &question()).await.is(201);
    let warm = async { measured.posts(&thread.messages(), &question()).await };
    bench.measure(Case::Other, "the code is in the memory of the process", warm).await.is(201);
    bench.rows()
}

async fn notes() -> Vec<Row> {
    let bench = Bench::new().await;
    let (ada, user) = bench.ada().await;
    let thread = a_thread(&bench, &ada).await;
    let adds = async |body: Value| bench.at(&ada).await.posts(&thread.messages(), &body).await;
    let note = json!({ "content": "Thanks, applied.", "ask": false });
    bench.measure(Case::Other, "a note", adds(note.clone())).await.is(201);
    let named = json!({ "content": "Thanks, applied.", "ask": false, "client_message_id": ID });
    bench.measure(Case::Other, "a note with a client id", adds(named.clone())).await.is(201);
    bench.measure(Case::Other, "this note again", adds(named)).await.is(200);
    bench.reach(RateLimit::NOTE, &user.user_id.to_string()).await;
    let limited = bench.measure(Case::Refused, "a note over the limit of the user", adds(note)).await;
    limited.refused(429, "RATE_LIMIT_EXCEEDED");
    bench.rows()
}

async fn refused_questions() -> Vec<Row> {
    let bench = Bench::new().await;
    let (ada, user) = bench.ada().await;
    let thread = a_thread(&bench, &ada).await;
    let asks = async |body: Value| bench.at(&ada).await.posts(&thread.messages(), &body).await;
    bench.app.bedrock().script(refuses());
    let failed = bench.measure(Case::Refused, "the model refuses", asks(question())).await;
    failed.refused(503, "BEDROCK_UNAVAILABLE");
    let stale = json!({ "content": QUESTION, "version_number": 7 });
    let conflict = bench.measure(Case::Refused, "a newer version of 3 KB", asks(stale)).await;
    conflict.refused(409, "VERSION_CONFLICT");
    bench.measure(Case::Refused, "an invalid form", asks(json!({}))).await.refused(400, "INVALID_INPUT");
    running(&bench, &ada, &thread).await;
    let mut elsewhere = named();
    elsewhere["client_message_id"] = ID.replace("6f1c", "6f1e").into();
    let absent = thread.messages().replace(&thread.id[thread.id.len() - 4..], "0000");
    let absent = async { bench.at(&ada).await.posts(&absent, &elsewhere).await };
    bench.measure(Case::Refused, "an absent thread", absent).await.refused(404, "THREAD_NOT_FOUND");
    gone(&bench, &ada, &thread).await;
    bench.reach(RateLimit::QUESTION, &user.user_id.to_string()).await;
    let limited = bench.measure(Case::Refused, "a question over the limit of the user", asks(question())).await;
    limited.refused(429, "RATE_LIMIT_EXCEEDED");
    bench.rows()
}

/// Another request runs the question, and a third one waits for it.
async fn running(bench: &Bench, ada: &Person, thread: &Thread) {
    let table = bench.app.table();
    let user = crate::http::user(&bench.app, "ada").await.user_id;
    let seen = table.threads().get(user, thread.id.parse().unwrap()).await.unwrap();
    let client = model::ClientRequest::new(ID.parse().unwrap(), QUESTION, true);
    table.messages().ask(&seen, QUESTION, Some(client), LEASE).await.unwrap();
    let (waiting, path) = (ada.clone(), thread.messages());
    let waiting = tokio::spawn(async move { waiting.posts(&path, &named()).await });
    // The waiting request has read the record before this one is sent.
    tokio::time::sleep(Duration::from_millis(500)).await;
    let third = async { bench.at(ada).await.posts(&thread.messages(), &named()).await };
    let third = bench.measure(Case::Refused, "another request waits for its answer", third).await;
    waiting.abort();
    third.refused(409, "REQUEST_IN_PROGRESS");
}

/// The message of the client's id was removed.
async fn gone(bench: &Bench, ada: &Person, thread: &Thread) {
    let raw = bench.app.table().raw();
    let question = raw.one("message", |item| item.text("reply_state") == Some("pending")).await;
    raw.remove(&question).await;
    let again = async { bench.at(ada).await.posts(&thread.messages(), &named()).await };
    let again = bench.measure(Case::Refused, "its message has expired", again).await;
    again.refused(404, "MESSAGE_NOT_FOUND");
}

/// A question about more code than the model sees.
async fn too_much_code() -> Vec<Row> {
    let bench = Bench::new().await;
    let (ada, user) = bench.ada().await;
    let table = bench.app.table();
    let code = format!("{}\n", "x".repeat(140_000)).repeat(3);
    let session = table.session(&user, FILENAME, &code).await;
    let thread = table.thread(&session, 1, 3).await;
    let path = format!("/threads/{}/messages", thread.id());
    let asked = async { bench.at(&ada).await.posts(&path, &question()).await };
    let asked = bench.measure(Case::Refused, "too much code for the model", asked).await;
    asked.refused(413, "TOKEN_LIMIT_EXCEEDED");
    let question = failed(&bench, &thread, QUESTION).await;
    let path = format!("{path}/{}/retry", question.id());
    let again = async { bench.at(&ada).await.posts(&path, &json!({})).await };
    let again = bench.measure(Case::Refused, "too much code for the model", again).await;
    again.refused(413, "TOKEN_LIMIT_EXCEEDED");
    bench.rows()
}

async fn retries() -> Vec<Row> {
    let bench = Bench::new().await;
    let (ada, user) = bench.ada().await;
    let thread = a_thread(&bench, &ada).await;
    let stored = bench.app.table().threads().get(user.user_id, thread.id.parse().unwrap()).await.unwrap();
    let question = failed(&bench, &stored, QUESTION).await;
    let path = format!("{}/{}/retry", thread.messages(), question.id());
    let asks = async || bench.at(&ada).await.posts(&path, &json!({})).await;
    bench.measure(Case::Typical, "a failed question", asks()).await.is(201);
    bench.measure(Case::Other, "the same again", asks()).await.is(200);
    bench.rows()
}

async fn refused_retries() -> Vec<Row> {
    let bench = Bench::new().await;
    let (ada, user) = bench.ada().await;
    let thread = a_thread(&bench, &ada).await;
    let stored = bench.app.table().threads().get(user.user_id, thread.id.parse().unwrap()).await.unwrap();
    let question = failed(&bench, &stored, QUESTION).await;
    let path = format!("{}/{}/retry", thread.messages(), question.id());
    let asks = async |path: &str| bench.at(&ada).await.posts(path, &json!({})).await;
    bench.app.bedrock().script(refuses());
    let refused = bench.measure(Case::Refused, "the model refuses", asks(&path)).await;
    refused.refused(503, "BEDROCK_UNAVAILABLE");
    let absent = path.replace(".1/retry", ".9/retry");
    let absent = bench.measure(Case::Refused, "an absent message", asks(&absent)).await;
    absent.refused(404, "MESSAGE_NOT_FOUND");
    bench.app.table().messages().acquire_lease(&question, LEASE).await.unwrap();
    let (waiting, own) = (ada.clone(), path.clone());
    let waiting = tokio::spawn(async move { waiting.posts(&own, &json!({})).await });
    // The waiting request has read the question before this one is sent.
    tokio::time::sleep(Duration::from_millis(500)).await;
    let third = bench.measure(Case::Refused, "another request waits for its answer", asks(&path)).await;
    waiting.abort();
    third.refused(409, "REQUEST_IN_PROGRESS");
    bench.reach(RateLimit::QUESTION, &user.user_id.to_string()).await;
    let limited = bench.measure(Case::Refused, "over the limit of the user", asks(&path)).await;
    limited.refused(429, "RATE_LIMIT_EXCEEDED");
    bench.rows()
}
