//! The fixtures of AP-50 to AP-61: questions' records and rate windows.

use std::time::Duration;

use model::{AskQuestion, Digest, Hit, Idempotency, Message, RateRule, RunState, TakeOverQuestion};

use super::bench::{Bench, fixtures};
use super::messages::a_thread;

fixtures! {
    "AP-50" => get_question_record,
    "AP-51" => take_over_question,
    "AP-52" => give_question_up,
    "AP-60" => count_hit,
    "AP-61" => take_hit_back,
}

const RULE: RateRule = RateRule::new("login", 5, 60);

/// The record of a question, leased for a minute.
pub(super) fn record_of(bench: &Bench, question: &Message) -> Idempotency {
    let now = bench.table.clock().now();
    Idempotency {
        session_id: question.session_id,
        thread: question.thread,
        key_digest: Digest::of(question.seq.to_string()),
        user_id: question.user_id,
        fingerprint: Digest::of(&question.content),
        state: RunState::Running,
        question_seq: question.seq,
        lease_until: now.plus(Duration::from_mins(1)),
        expires_at: now.plus(Duration::from_hours(24)).expiry(),
    }
}

/// A question that was asked with a client's id.
async fn a_record(bench: &Bench) -> Idempotency {
    let thread = a_thread(bench).await;
    let question = Message { seq: 3, ..bench.table.question(&thread, "why?").await };
    let record = record_of(bench, &question);
    let asked = AskQuestion {
        question: &question,
        record: Some(&record),
        seen_slots: 2,
        expire_from: None,
        expire_until: None,
    };
    bench.table.ask_question(asked).await.unwrap();
    record
}

async fn get_question_record(bench: &Bench) {
    let record = a_record(bench).await;
    let found = bench.once().await.get_question_record(record.session_id, record.thread, record.key_digest).await;
    assert_eq!(found.unwrap(), Some(record));
}

async fn take_over_question(bench: &Bench) {
    let record = a_record(bench).await;
    bench.table.later(Duration::from_mins(2));
    let now = bench.table.clock().now();
    let input = TakeOverQuestion {
        session_id: record.session_id,
        thread: record.thread,
        key_digest: record.key_digest,
        now,
        lease_until: now.plus(Duration::from_mins(1)),
    };
    bench.once().await.take_over_question(input).await.unwrap();
}

async fn give_question_up(bench: &Bench) {
    let record = a_record(bench).await;
    let Idempotency { session_id, thread, key_digest, lease_until, .. } = record;
    bench.once().await.give_question_up(session_id, thread, key_digest, lease_until).await.unwrap();
}

async fn count_hit(bench: &Bench) {
    assert_eq!(bench.table.hit(RULE, "ada").await.unwrap(), Hit::Counted);
    assert_eq!(bench.once().await.hit(RULE, "ada").await.unwrap(), Hit::Counted);
}

async fn take_hit_back(bench: &Bench) {
    let window = RULE.window("ada", bench.table.clock().now());
    assert_eq!(bench.table.hit(RULE, "ada").await.unwrap(), Hit::Counted);
    bench.once().await.take_back(RULE, "ada", window).await.unwrap();
}
