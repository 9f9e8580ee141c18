//! Reading, cancelling, applying and repeating messages.

use bedrock_local::Act;
use handlers::rates::RateLimit;
use model::{Message, Thread};
use serde_json::{Value, json};
use tests::LEASE;

use super::Row;
use super::bench::{Bench, Case, long_filename, longest_message, scenes, typical_code};
use crate::http::FILENAME;

scenes!(reading, reading_much, cancelling, applying, refused_applies, the_full_thread);

const QUESTION: &str = "Is this comparison right?";

fn path_of(thread: &Thread) -> String {
    format!("/threads/{}/messages", thread.id())
}

async fn reading() -> Vec<Row> {
    let bench = Bench::new().await;
    let (ada, _) = bench.ada().await;
    let session = ada.creates(FILENAME, &typical_code()).await;
    let thread = ada.opens_thread(&session, 33..=35).await;
    let (_, answer) = ada.asks(&thread, QUESTION).await;
    let measured = bench.at(&ada).await;
    let listed = async { measured.gets(&thread.messages()).await };
    bench.measure(Case::Typical, "a question and its answer", listed).await.is(200);
    let path = format!("{}/{}", thread.messages(), answer["message_id"].as_str().unwrap());
    bench.measure(Case::Typical, "an answer", measured.gets(&path)).await.is(200);
    let absent = async { measured.gets(&path.replace(".2", ".9")).await };
    bench.measure(Case::Refused, "an absent message", absent).await.refused(404, "MESSAGE_NOT_FOUND");
    bench.rows()
}

/// A thread with `count` notes of this text.
async fn notes(bench: &Bench, count: u32, text: &str) -> Thread {
    let (table, user) = (bench.app.table(), bench.ada().await.1);
    let session = table.session(&user, &long_filename(), &typical_code()).await;
    let mut thread = table.thread(&session, 1, 1).await;
    for number in 1..=count {
        table.messages().add_note(&thread, text, None).await.unwrap();
        thread.message_slots = number;
    }
    thread
}

async fn reading_much() -> Vec<Row> {
    let mut rows = Vec::new();
    let cases = [
        (Case::Other, "100 messages with 500 B of text", "w".repeat(500)),
        (Case::Worst, "100 messages of 5,000 characters, 20 KB each", longest_message()),
    ];
    for (case, when, text) in cases {
        let bench = Bench::new().await;
        let thread = notes(&bench, 100, &text).await;
        let measured = bench.at(&bench.app.signs_in("ada").await).await;
        let path = path_of(&thread);
        bench.measure(case, when, measured.gets(&path)).await.is(200);
        if case == Case::Worst {
            let one = async { measured.gets(&format!("{path}/{}.7", thread.id())).await };
            bench.measure(case, "a message of 5,000 characters, 20 KB", one).await.is(200);
        }
        rows.extend(bench.rows());
    }
    rows
}

async fn cancelling() -> Vec<Row> {
    let bench = Bench::new().await;
    let (ada, user) = bench.ada().await;
    let (table, measured) = (bench.app.table(), bench.at(&ada).await);
    let session = table.session(&user, FILENAME, &typical_code()).await;
    let cases = [
        (Case::Typical, "a short question", "Why?".to_owned()),
        (Case::Worst, "a question of 20 KB", longest_message()),
    ];
    for (case, when, text) in cases {
        let thread = table.thread(&session, 1, 1).await;
        let question = table.messages().ask(&thread, &text, None, LEASE).await.unwrap();
        let path = format!("{}/{}/cancel", path_of(&thread), question.id());
        bench.measure(case, when, measured.posts(&path, &json!({}))).await.is(200);
        if case == Case::Typical {
            bench.measure(Case::Other, "it has ended", measured.posts(&path, &json!({}))).await.is(200);
            let absent = path.replace(".1/cancel", ".3/cancel");
            let absent = bench.measure(Case::Refused, "an absent message", measured.posts(&absent, &json!({}))).await;
            absent.refused(404, "MESSAGE_NOT_FOUND");
        }
    }
    bench.rows()
}

async fn applying() -> Vec<Row> {
    let bench = Bench::new().await;
    let (ada, _) = bench.ada().await;
    for (case, when, others) in
        [(Case::Typical, "the only thread of a file of 3 KB", 0), (Case::Other, "one of two threads", 1)]
    {
        let session = ada.creates(FILENAME, &typical_code()).await;
        let thread = ada.opens_thread(&session, 33..=35).await;
        for _ in 0..others {
            ada.opens_thread(&session, 1..=1).await;
        }
        let (_, answer) = ada.asks(&thread, QUESTION).await;
        let path = format!("{}/{}/apply", thread.messages(), answer["message_id"].as_str().unwrap());
        let (measured, body) = (bench.at(&ada).await, json!({ "expected_version_number": 1 }));
        bench.measure(case, when, measured.posts(&path, &body)).await.is(200);
        if others == 0 {
            bench.measure(Case::Other, "the same again", measured.posts(&path, &body)).await.is(200);
        }
    }
    bench.rows()
}

async fn refused_applies() -> Vec<Row> {
    let bench = Bench::new().await;
    let (ada, user) = bench.ada().await;
    let session = ada.creates(FILENAME, &typical_code()).await;
    let thread = ada.opens_thread(&session, 33..=35).await;
    let (question, answer) = ada.asks(&thread, QUESTION).await;
    let path = |message: &Value| format!("{}/{}/apply", thread.messages(), message["message_id"].as_str().unwrap());
    let applies = async |version: u32, path: String| {
        let measured = bench.at(&ada).await;
        measured.posts(&path, &json!({ "expected_version_number": version })).await
    };
    let none = bench.measure(Case::Refused, "a message without a patch", applies(1, path(&question))).await;
    none.refused(409, "PATCH_CONFLICT");
    let absent = path(&answer).replace(".2/apply", ".9/apply");
    let absent = bench.measure(Case::Refused, "an absent message", applies(1, absent)).await;
    absent.refused(404, "MESSAGE_NOT_FOUND");
    ada.saves(&session, 1, &format!("# new\n{}", typical_code())).await.is(200);
    let conflict = bench.measure(Case::Refused, "a newer version of 3 KB", applies(1, path(&answer))).await;
    conflict.refused(409, "VERSION_CONFLICT");
    bench.reach(RateLimit::SESSION_SAVE, &user.user_id.to_string()).await;
    let limited = bench.measure(Case::Refused, "over the limit of the user", applies(2, path(&answer))).await;
    limited.refused(429, "RATE_LIMIT_EXCEEDED");
    bench.rows()
}

/// A question in a thread without room, and a question that the model refuses to answer, asked again.
async fn the_full_thread() -> Vec<Row> {
    let bench = Bench::new().await;
    let (ada, user) = bench.ada().await;
    let table = bench.app.table();
    let session = table.session(&user, FILENAME, &typical_code()).await;
    let thread = table.thread(&session, 1, 1).await;
    let own = thread.thread.to_string();
    let fill =
        |item: &mut serde_json::Map<String, Value>| drop(item.insert("message_slots".into(), json!({ "N": "500" })));
    table.raw().change("thread", |item| item.sk().ends_with(&own), fill).await;
    let measured = bench.at(&ada).await;
    for (when, body) in [
        ("the thread has 500 messages", json!({ "content": QUESTION })),
        ("the same, with a note", json!({ "content": "Thanks.", "ask": false })),
    ] {
        let refused = bench.measure(Case::Refused, when, measured.posts(&path_of(&thread), &body)).await;
        refused.refused(409, "MESSAGE_LIMIT_EXCEEDED");
    }
    bench.rows()
}

/// A question whose run failed, because the model refused to answer.
pub(super) async fn failed(bench: &Bench, thread: &Thread, text: &str) -> Message {
    let table = bench.app.table();
    let seen = table.threads().get(thread.user_id, thread.id()).await.unwrap();
    let question = table.messages().ask(&seen, text, None, LEASE).await.unwrap();
    table.messages().lease(&question).release("BEDROCK_UNAVAILABLE").await.unwrap();
    question
}

/// The next call of the model is refused.
pub(super) fn refuses() -> Vec<Act> {
    vec![Act::fault(403, "AccessDeniedException", "no")]
}
