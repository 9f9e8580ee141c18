//! The fixtures of AP-70 to AP-79 and AP-120: sweep jobs, their queries and their deletes.

use std::time::Duration;

use model::{AskQuestion, CodeChunk, CodeChunkKey, Message, PageRequest, PutOffSweepJob, SweepJob, SweepKind, Thread};
use tests::story::A_WEEK;

use super::bench::{Bench, fixtures};
use super::messages::a_thread;
use super::records::record_of;
use super::usage::spend;

fixtures! {
    "AP-70" => leave_sweep_job,
    "AP-71" => list_due_sweep_jobs,
    "AP-72" => begin_sweep_job,
    "AP-73" => settle_sweep_job,
    "AP-74" => session_leftovers,
    "AP-75" => thread_leftovers,
    "AP-76" => thread_record_leftovers,
    "AP-77" => user_footprint,
    "AP-78" => delete_leftovers,
    "AP-79" => delete_code_chunks,
    "AP-120" => put_off_sweep_job,
}

/// A job of the kind with the most fields: staged code.
fn staged_job(bench: &Bench) -> SweepJob {
    let (ids, now) = (bench.table.ids(), bench.table.clock().now());
    let revision: model::RevisionId = ids.next(now);
    SweepJob {
        session_id: Some(ids.next(now)),
        revision: Some(revision),
        chunk_count: 14,
        ..bench.table.job(SweepKind::Staged, &revision.to_string(), ids.next(now))
    }
}

async fn a_job(bench: &Bench) -> SweepJob {
    let job = staged_job(bench);
    bench.table.patterns().leave_sweep_job(&job).await.unwrap();
    job
}

async fn leave_sweep_job(bench: &Bench) {
    let job = staged_job(bench);
    bench.once().await.patterns().leave_sweep_job(&job).await.unwrap();
}

async fn list_due_sweep_jobs(bench: &Bench) {
    for _ in 0..25 {
        a_job(bench).await;
    }
    bench.table.advance(Duration::from_millis(1));
    let due = bench
        .once()
        .await
        .patterns()
        .list_due_sweep_jobs(3, bench.table.clock().now(), PageRequest::default())
        .await
        .unwrap();
    assert_eq!(due.items.len(), 25);
}

async fn put_off_sweep_job(bench: &Bench) {
    let job = a_job(bench).await;
    let next_try = Some(job.due.plus(Duration::from_mins(1)));
    let SweepJob { shard, due, kind, ref target, attempts, .. } = job;
    let put_off = PutOffSweepJob { shard, due, kind, target, seen_attempts: attempts, next_try };
    bench.once().await.patterns().put_off_sweep_job(put_off).await.unwrap();
}

async fn begin_sweep_job(bench: &Bench) {
    let job = a_job(bench).await;
    bench.once().await.patterns().begin_sweep_job(job.shard, job.due, job.kind, &job.target).await.unwrap();
}

async fn settle_sweep_job(bench: &Bench) {
    let job = a_job(bench).await;
    bench.once().await.patterns().settle_sweep_job(job.shard, job.due, job.kind, &job.target).await.unwrap();
}

/// A thread with this many messages of 500 bytes of text, alone in its session's partition except for the code.
async fn a_long_thread(bench: &Bench, messages: u32) -> Thread {
    let thread = a_thread(bench).await;
    bench.notes(&thread, messages, 500).await
}

async fn session_leftovers(bench: &Bench) {
    let thread = a_long_thread(bench, 260).await;
    assert_eq!(bench.once().await.patterns().session_leftovers(thread.session_id).await.unwrap().len(), 250);
}

async fn thread_leftovers(bench: &Bench) {
    let thread = a_long_thread(bench, 250).await;
    assert_eq!(
        bench.once().await.patterns().thread_leftovers(thread.session_id, thread.thread).await.unwrap().len(),
        250
    );
}

async fn thread_record_leftovers(bench: &Bench) {
    let thread = a_thread(bench).await;
    let first = bench.table.question(&thread, "why?").await;
    for seen_slots in (2..22).step_by(2) {
        let question = Message { seq: seen_slots + 1, ..first.clone() };
        let record = record_of(bench, &question);
        let asked = AskQuestion {
            question: &question,
            record: Some(&record),
            seen_slots,
            last_role: None,
            last_excerpt: None,
            last_state: None,
            expire_from: None,
            expire_until: None,
        };
        bench.table.patterns().ask_question(asked).await.unwrap();
    }
    let found = bench.once().await.patterns().thread_record_leftovers(thread.session_id, thread.thread).await.unwrap();
    assert_eq!(found.len(), 10);
}

async fn user_footprint(bench: &Bench) {
    let ada = bench.user().await;
    for _ in 0..2 {
        bench.table.sign_ins().start(&ada, A_WEEK).await.unwrap();
    }
    bench.sessions(&ada, 50).await;
    let today = bench.table.clock().now().date();
    for day in 0..31 {
        spend(&bench.table, ada.user_id, today.days_before(day), 8_500).await;
    }
    let page = bench.once().await.patterns().user_footprint(ada.user_id, PageRequest::default()).await.unwrap();
    assert_eq!((page.items.len(), page.cursor), (85, None));
}

async fn delete_leftovers(bench: &Bench) {
    let thread = a_long_thread(bench, 25).await;
    let found = bench.table.patterns().thread_leftovers(thread.session_id, thread.thread).await.unwrap();
    bench.once().await.patterns().delete_leftovers(&found).await.unwrap();
}

async fn delete_code_chunks(bench: &Bench) {
    let ada = bench.user().await;
    let chunks = bench.chunks(&bench.session(&ada).await);
    bench.table.patterns().write_code_chunks(&chunks).await.unwrap();
    let keys: Vec<CodeChunkKey> = chunks.iter().map(CodeChunk::key).collect();
    bench.once().await.patterns().delete_code_chunks(&keys).await.unwrap();
}
