//! The fixtures of AP-50 to AP-61: questions' records and rate windows.

use std::time::Duration;

use model::{AskQuestion, Digest, Hit, Idempotency, Message, RateRule};

use super::bench::{Bench, fixtures};
use super::messages::a_thread;

fixtures! {
    "AP-50" => get_question_record,
    "AP-60" => count_hit,
    "AP-61" => take_hit_back,
}

const RULE: RateRule = RateRule::new("login", 5, Duration::from_mins(1));

/// The record of a question.
pub(super) fn record_of(bench: &Bench, question: &Message) -> Idempotency {
    let now = bench.table.clock().now();
    Idempotency {
        session_id: question.session_id,
        thread: question.thread,
        key_digest: Digest::of(question.seq.to_string()),
        user_id: question.user_id,
        fingerprint: Digest::of(&question.content),
        question_seq: question.seq,
        expires_at: now.plus(Duration::from_hours(24)).expiry(),
    }
}

/// A question with a client id.
async fn a_record(bench: &Bench) -> Idempotency {
    let thread = a_thread(bench).await;
    let question = Message { seq: 3, ..bench.table.question(&thread, "why?").await };
    let record = record_of(bench, &question);
    let asked = AskQuestion {
        question: &question,
        record: Some(&record),
        seen_slots: 2,
        last_role: Some(question.role),
        last_excerpt: Some("why?"),
        last_state: question.reply_state,
        expire_from: None,
        expire_until: None,
    };
    bench.table.patterns().ask_question(asked).await.unwrap();
    record
}

async fn get_question_record(bench: &Bench) {
    let record = a_record(bench).await;
    let found =
        bench.once().await.patterns().get_question_record(record.session_id, record.thread, record.key_digest).await;
    assert_eq!(found.unwrap(), Some(record));
}

async fn count_hit(bench: &Bench) {
    assert_eq!(bench.table.rate_limits().hit(RULE, "ada").await.unwrap(), Hit::Counted);
    assert_eq!(bench.once().await.rate_limits().hit(RULE, "ada").await.unwrap(), Hit::Counted);
}

async fn take_hit_back(bench: &Bench) {
    let window = RULE.window("ada", bench.table.clock().now());
    assert_eq!(bench.table.rate_limits().hit(RULE, "ada").await.unwrap(), Hit::Counted);
    bench.once().await.rate_limits().undo_hit(RULE, "ada", window).await.unwrap();
}
