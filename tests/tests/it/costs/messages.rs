//! The fixtures of AP-40 to AP-46 and AP-53 to AP-56: messages.

use std::time::Duration;

use model::{
    AddNote, AskQuestion, FailQuestion, Idempotency, Message, NewAnswer, Order, PageRequest, Patch, PatchStatus,
    ReplyState, Role, SessionVersion, ShowLastState, StoreAnswer, TakeOverQuestion, Thread,
};
use tests::story::answer;

use super::bench::{Bench, fixtures};
use super::records::record_of;

fixtures! {
    "AP-40" => ask_question,
    "AP-41" => add_note,
    "AP-42" => store_answer,
    "AP-43" => fail_question,
    "AP-44" => list_messages,
    "AP-45" => last_messages,
    "AP-46" => get_message,
    "AP-133" => get_thread_and_message,
    "AP-53" => take_over_question,
    "AP-54" => cancel_question,
    "AP-55" => watch_question,
    "AP-56" => show_last_state,
}

/// A thread's excerpt of its last message.
const EXCERPT: &str = "eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee";

pub(super) async fn a_thread(bench: &Bench) -> Thread {
    let ada = bench.user().await;
    let session = bench.session(&ada).await;
    bench.thread(&session).await
}

/// The next question of a thread, and its record.
async fn next_question(bench: &Bench, thread: &Thread) -> (Message, Idempotency) {
    let first = bench.table.question(thread, &"q".repeat(200)).await;
    let later = first.created_at.plus(Duration::from_secs(1));
    let question = Message { seq: 3, created_at: later, ..first };
    let record = record_of(bench, &question);
    (question, record)
}

async fn ask_question(bench: &Bench) {
    let thread = a_thread(bench).await;
    let (question, record) = next_question(bench, &thread).await;
    let asked = AskQuestion {
        question: &question,
        record: Some(&record),
        seen_slots: 2,
        last_role: Some(Role::User),
        last_excerpt: Some(EXCERPT),
        last_state: question.reply_state,
        expire_from: None,
        expire_until: None,
    };
    bench.once().await.patterns().ask_question(asked).await.unwrap();
}

async fn add_note(bench: &Bench) {
    let thread = a_thread(bench).await;
    let first = bench.table.messages().add_note(&thread, &"n".repeat(200), None).await.unwrap();
    let later = first.created_at.plus(Duration::from_secs(1));
    let note = Message { seq: 2, created_at: later, ..first };
    bench
        .once()
        .await
        .patterns()
        .add_note(AddNote {
            note: &note,
            record: None,
            seen_slots: 1,
            last_role: Some(Role::User),
            last_excerpt: Some(EXCERPT),
            expire_from: None,
            expire_until: None,
        })
        .await
        .unwrap();
}

/// An answer of 900 bytes with a patch of two short pieces of code.
fn answer_with_patch() -> NewAnswer {
    let patch = Patch {
        start_line: 10,
        end_line: 14,
        original: "o".repeat(200),
        replacement: "r".repeat(200),
        base_version: SessionVersion::new(1),
        anchor_line: Some(10),
    };
    NewAnswer { patch: Some(patch), patch_status: Some(PatchStatus::Verified), ..answer(&"a".repeat(900)) }
}

async fn store_answer(bench: &Bench) {
    let mut thread = a_thread(bench).await;
    let (question, reply) = loop {
        let question = bench.table.question(&thread, &"q".repeat(200)).await;
        let reply = bench.table.messages().lease(&question).store_answer(answer_with_patch()).await.unwrap();
        thread.message_slots += 2;
        if thread.message_slots == 18 {
            break (question, reply);
        }
    };
    let question = Message { seq: 19, ..question };
    let asked = AskQuestion {
        question: &question,
        record: None,
        seen_slots: 18,
        last_role: Some(Role::User),
        last_excerpt: Some(EXCERPT),
        last_state: question.reply_state,
        expire_from: None,
        expire_until: None,
    };
    bench.table.patterns().ask_question(asked).await.unwrap();
    let input = StoreAnswer {
        answer: &Message { seq: 20, ..reply },
        question_seq: 19,
        held_until: question.lease_until.unwrap(),
        last_role: Some(Role::Ai),
        last_excerpt: Some(EXCERPT),
        date: bench.table.clock().now().date(),
        input_tokens: 3,
        cache_read_tokens: 0,
        cache_write_tokens: 0,
        output_tokens: 2,
        cost_micros: 5,
    };
    bench.checks(1);
    bench.once().await.patterns().store_answer(input).await.unwrap();
}

async fn fail_question(bench: &Bench) {
    let thread = a_thread(bench).await;
    let question = bench.table.question(&thread, &"q".repeat(200)).await;
    let Message { session_id, thread, seq, .. } = question;
    let (reply_error, held_until) = (Some("AI_TIMEOUT"), question.lease_until.unwrap());
    let input = FailQuestion { session_id, thread, seq, reply_error, held_until };
    bench.once().await.patterns().fail_question(input).await.unwrap();
}

async fn take_over_question(bench: &Bench) {
    let thread = a_thread(bench).await;
    let question = bench.table.question(&thread, &"q".repeat(200)).await;
    bench.table.advance(Duration::from_mins(2));
    let now = bench.table.clock().now();
    let Message { session_id, thread, seq, .. } = question;
    let lease_until = Some(now.plus(Duration::from_mins(1)));
    let input = TakeOverQuestion { session_id, thread, seq, now, lease_until };
    bench.once().await.patterns().take_over_question(input).await.unwrap();
}

async fn cancel_question(bench: &Bench) {
    let thread = a_thread(bench).await;
    let question = bench.table.question(&thread, &"q".repeat(200)).await;
    let Message { session_id, thread, seq, user_id, .. } = question;
    bench.once().await.patterns().cancel_question(session_id, thread, seq, user_id).await.unwrap();
}

async fn watch_question(bench: &Bench) {
    let thread = a_thread(bench).await;
    let question = bench.table.question(&thread, &"q".repeat(200)).await;
    let Message { session_id, thread, seq, .. } = question;
    assert_eq!(bench.once().await.patterns().watch_question(session_id, thread, seq).await.unwrap(), Some(question));
}

async fn show_last_state(bench: &Bench) {
    let thread = a_thread(bench).await;
    let question = bench.table.question(&thread, &"q".repeat(200)).await;
    let Message { session_id, thread, seq, .. } = question;
    let (last_state, last_lease_until) = (Some(ReplyState::Failed), None);
    let input = ShowLastState { session_id, thread, seq, last_state, last_lease_until };
    bench.once().await.patterns().show_last_state(input).await.unwrap();
}

async fn list_messages(bench: &Bench) {
    let thread = a_thread(bench).await;
    bench.notes(&thread, 100, 500).await;
    let (session_id, uuid) = (thread.session_id, thread.thread);
    let page =
        bench.once().await.patterns().list_messages(session_id, uuid, Order::Ascending, PageRequest::default()).await;
    assert_eq!(page.unwrap().items.len(), 100);
}

async fn last_messages(bench: &Bench) {
    let thread = a_thread(bench).await;
    bench.notes(&thread, 12, 500).await;
    assert_eq!(bench.once().await.patterns().last_messages(thread.session_id, thread.thread).await.unwrap().len(), 11);
}

async fn get_thread_and_message(bench: &Bench) {
    let thread = a_thread(bench).await;
    bench.notes(&thread, 1, 500).await;
    let read = bench.once().await.patterns().get_thread_and_message(thread.session_id, thread.thread, 1).await.unwrap();
    assert!(read.thread.is_some() && read.message.is_some());
}

async fn get_message(bench: &Bench) {
    let thread = a_thread(bench).await;
    bench.notes(&thread, 1, 500).await;
    assert!(bench.once().await.patterns().get_message(thread.session_id, thread.thread, 1).await.unwrap().is_some());
}
