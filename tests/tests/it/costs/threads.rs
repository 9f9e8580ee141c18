//! The fixtures of AP-30 to AP-34: threads.

use model::{
    AnchorStatus, CreateThread, DeleteThread, MoveThread, PageRequest, SessionKey, SweepKind, Thread, ThreadKind,
};

use super::bench::{Bench, fixtures};

fixtures! {
    "AP-30" => create_thread,
    "AP-31" => list_threads,
    "AP-32" => get_thread,
    "AP-33" => move_thread,
    "AP-34" => delete_thread,
}

/// A thread with a selection of 300 bytes.
async fn a_thread(bench: &Bench) -> Thread {
    let ada = bench.user().await;
    let session = bench.session(&ada).await;
    bench.thread(&session).await
}

async fn create_thread(bench: &Bench) {
    let known = a_thread(bench).await;
    let thread = Thread { thread: bench.table.ids().next(bench.table.clock().now()), ..known };
    bench.once().await.create_thread(CreateThread { thread: &thread, seen_version: 1 }).await.unwrap();
}

async fn list_threads(bench: &Bench) {
    let ada = bench.user().await;
    let session = bench.session(&ada).await;
    for _ in 0..50 {
        bench.thread(&session).await;
    }
    let page = bench.once().await.list_threads(session.session_id, PageRequest::default()).await.unwrap();
    assert_eq!((page.items.len(), page.cursor), (50, None));
}

async fn get_thread(bench: &Bench) {
    let thread = a_thread(bench).await;
    assert_eq!(bench.once().await.get_thread(thread.session_id, thread.thread).await.unwrap(), Some(thread));
}

async fn move_thread(bench: &Bench) {
    let thread = a_thread(bench).await;
    let input = MoveThread {
        session_id: thread.session_id,
        thread: thread.thread,
        user_id: thread.user_id,
        kind: ThreadKind::Block,
        start_line: 2,
        end_line: 3,
        selected_text: &"t".repeat(300),
        anchor_status: AnchorStatus::Stable,
        seen_version: 1,
        now: bench.table.clock().now(),
    };
    bench.once().await.move_thread(input).await.unwrap();
}

async fn delete_thread(bench: &Bench) {
    let thread = a_thread(bench).await;
    let job = bench.table.job(SweepKind::Thread, &thread.thread.to_string(), thread.user_id);
    let head = SessionKey { user_id: thread.user_id, session_id: thread.session_id };
    let (session_id, thread) = (thread.session_id, thread.thread);
    let input = DeleteThread { counted: Some(&head), uncounted: None, job: &job, session_id, thread };
    bench.once().await.delete_thread(input).await.unwrap();
}
