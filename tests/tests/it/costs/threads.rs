//! The fixtures of AP-30 to AP-39: threads and their anchors.

use std::time::Duration;

use model::{
    Anchors, ClientRequest, CreateThread, Creation, DeleteThread, Digest, IdempotencyKey, MessageKey, MoveThread,
    PageRequest, RemainingAnchors, RepairAnchors, Session, SessionKey, SessionVersion, SweepKind, Thread, ThreadAnchor,
    ThreadKey, ThreadKind, UserKey,
};

use super::bench::{Bench, fixtures};

fixtures! {
    "AP-30" => create_thread,
    "AP-31" => list_threads,
    "AP-32" => get_thread,
    "AP-33" => move_thread,
    "AP-34" => delete_thread,
    "AP-35" => list_threads_page,
    "AP-36" => get_anchors,
    "AP-37" => get_thread_and_anchors,
    "AP-38" => open_with_anchors,
    "AP-47" => open_without_code,
    "AP-39" => repair_anchors,
}

/// A thread with a selection of 300 bytes.
async fn a_thread(bench: &Bench) -> Thread {
    let ada = bench.user().await;
    let session = bench.session(&ada).await;
    bench.thread(&session).await
}

/// A session with fifty threads.
async fn fifty_threads(bench: &Bench) -> Session {
    let ada = bench.user().await;
    let session = bench.session(&ada).await;
    for _ in 0..50 {
        bench.thread(&session).await;
    }
    session
}

/// The session's anchors, with its only thread at other lines.
async fn moved_anchors(bench: &Bench, thread: &Thread, moves: u32) -> Vec<ThreadAnchor> {
    let mut anchors =
        bench.table.patterns().get_anchors(thread.session_id).await.unwrap().expect("it has threads").threads;
    let anchor = ThreadAnchor { start_line: 2, end_line: 3, moves, ..anchors.remove(0) };
    vec![anchor]
}

async fn create_thread(bench: &Bench) {
    let ada = bench.user().await;
    let (session, empty) = (bench.session(&ada).await, bench.session(&ada).await);
    let (known, session_id) = (bench.thread(&session).await, empty.session_id);
    let thread = Thread { session_id, thread: bench.table.ids().next(bench.table.clock().now()), ..known.clone() };
    let opened = [ThreadAnchor { thread: thread.thread, ..moved_anchors(bench, &known, 0).await.remove(0) }];
    let record = Creation {
        key_digest: Digest::of("a client id"),
        user_id: ada.user_id,
        fingerprint: Digest::of("contents"),
        session_id,
        thread: Some(thread.thread),
        expires_at: thread.created_at.plus(Duration::from_hours(24)).expiry(),
    };
    let input =
        CreateThread { record: Some(&record), thread: &thread, opened: &opened, seen_version: SessionVersion::new(1) };
    bench.once().await.patterns().create_thread(input).await.unwrap();
}

async fn list_threads(bench: &Bench) {
    let session = fifty_threads(bench).await;
    let found = bench.once().await.patterns().list_threads(session.session_id).await.unwrap();
    assert_eq!(found.len(), 51);
}

async fn list_threads_page(bench: &Bench) {
    let session = fifty_threads(bench).await;
    let page =
        bench.once().await.patterns().list_threads_page(session.session_id, PageRequest::default()).await.unwrap();
    assert_eq!((page.items.len(), page.cursor), (50, None));
}

async fn get_anchors(bench: &Bench) {
    let session = fifty_threads(bench).await;
    let anchors = bench.once().await.patterns().get_anchors(session.session_id).await.unwrap();
    assert_eq!(anchors.expect("it has threads").threads.len(), 50);
}

async fn get_thread(bench: &Bench) {
    let thread = a_thread(bench).await;
    assert_eq!(bench.once().await.patterns().get_thread(thread.session_id, thread.thread).await.unwrap(), Some(thread));
}

async fn get_thread_and_anchors(bench: &Bench) {
    let thread = a_thread(bench).await;
    let found = bench.once().await.patterns().get_thread_and_anchors(thread.session_id, thread.thread).await.unwrap();
    assert!(found.thread == Some(thread) && found.anchors.is_some());
}

/// A thread with an answer, and a question with a record.
struct Opening {
    thread: Thread,
    threads: [ThreadKey; 1],
    messages: [MessageKey; 1],
    users: [UserKey; 1],
    records: [IdempotencyKey; 1],
}

impl Opening {
    async fn new(bench: &Bench) -> Self {
        let thread = a_thread(bench).await;
        let (_, answer) = bench.table.talk(&thread, "why?").await;
        let thread = bench.table.threads().get(thread.user_id, thread.id()).await.unwrap();
        let request = ClientRequest::new("6f1c9a0e-5b7d-4f32-9a55-4c2f1e0d9b77".parse().unwrap(), "why?", true);
        let question = bench.table.messages().ask(&thread, "why?", Some(request), tests::LEASE).await.unwrap();
        let (threads, messages, users) = ([thread.key()], [answer.key()], [UserKey { user_id: thread.user_id }]);
        Self { threads, messages, users, records: [request.record(&question).key()], thread }
    }
}

async fn open_with_anchors(bench: &Bench) {
    let opening = Opening::new(bench).await;
    let (user_id, session_id) = (opening.thread.user_id, opening.thread.session_id);
    let Opening { threads, messages, users, records, .. } = &opening;
    let store = bench.once().await;
    let found =
        store.patterns().open_with_anchors(user_id, session_id, threads, messages, users, records).await.unwrap();
    assert!(found.head.is_some() && found.code.is_some() && found.anchors.is_some());
    assert_eq!((found.threads.len(), found.messages.len()), (1, 1));
    assert_eq!((found.users.len(), found.records.len()), (1, 1));
}

async fn open_without_code(bench: &Bench) {
    let opening = Opening::new(bench).await;
    let (user_id, session_id) = (opening.thread.user_id, opening.thread.session_id);
    let Opening { threads, messages, users, records, .. } = &opening;
    let store = bench.once().await;
    let found =
        store.patterns().open_without_code(user_id, session_id, threads, messages, users, records).await.unwrap();
    assert!(found.head.is_some() && found.anchors.is_some());
    assert_eq!((found.threads.len(), found.messages.len()), (1, 1));
    assert_eq!((found.users.len(), found.records.len()), (1, 1));
}

async fn repair_anchors(bench: &Bench) {
    let thread = a_thread(bench).await;
    let threads = moved_anchors(bench, &thread, 0).await;
    let anchors = Anchors { session_id: thread.session_id, user_id: thread.user_id, changes: 2, threads };
    let input = RepairAnchors {
        anchors: &anchors,
        user_id: thread.user_id,
        session_id: thread.session_id,
        seen_version: SessionVersion::new(1),
        seen_changes: 1,
    };
    bench.checks(1);
    bench.once().await.patterns().repair_anchors(input).await.unwrap();
}

async fn move_thread(bench: &Bench) {
    let thread = a_thread(bench).await;
    let threads = moved_anchors(bench, &thread, 1).await;
    let input = MoveThread {
        session_id: thread.session_id,
        thread: thread.thread,
        user_id: thread.user_id,
        kind: ThreadKind::Block,
        selected_text: &"t".repeat(300),
        selected_gzip: None,
        moves: 1,
        threads: &threads,
        seen_changes: 1,
        seen_version: SessionVersion::new(1),
        now: bench.table.clock().now(),
    };
    bench.once().await.patterns().move_thread(input).await.unwrap();
}

async fn delete_thread(bench: &Bench) {
    let thread = a_thread(bench).await;
    let job = bench.table.job(SweepKind::Thread, &thread.thread.to_string(), thread.user_id);
    let head = SessionKey { user_id: thread.user_id, session_id: thread.session_id };
    let (session_id, thread) = (thread.session_id, thread.thread);
    let anchors = Some(RemainingAnchors { session_id, threads: &[], seen_changes: 1 });
    let input = DeleteThread { counted: Some(&head), uncounted: None, anchors, job: &job, session_id, thread };
    bench.once().await.patterns().delete_thread(input).await.unwrap();
}
