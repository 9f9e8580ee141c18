//! A save reads the head before the threads, so that it misses no thread that the head counts.

use std::time::Duration;

use model::{
    Message, NewAnswer, Patch, PatchStatus, PlacedThread, Saved, Session, SessionVersion, Store, Thread, User,
};
use serde_json::{Map, Value};
use tests::proxy::{Moment, Stalled};
use tests::story::{answer, edit, lines};
use tests::{Proxy, TestTable};

/// Longer than a read takes on this machine: requests that were sent together with a stalled one are answered by then.
const OTHER_READS: Duration = Duration::from_millis(300);

const PATIENCE: Duration = Duration::from_secs(30);

/// Ada with a session and a thread, and a store whose next read of the head is stalled.
struct Scene {
    table: TestTable,
    ada: User,
    session: Session,
    thread: Thread,
    slow: Store,
    proxy: Proxy,
}

/// A change between two concurrent reads, of the threads and of the head.
#[derive(Clone, Copy, Debug)]
enum ThreadChange {
    Opened,
    Moved,
}

impl Scene {
    async fn new() -> Self {
        let table = TestTable::new().await;
        let ada = table.user("ada").await;
        let session = table.session(&ada, "main.rs", "a\nb\nc").await;
        let thread = table.thread(&session, 2, 2).await;
        let proxy = Proxy::before(table.endpoint()).await;
        let slow = table.store_through(&proxy.url()).await;
        Self { table, ada, session, thread, slow, proxy }
    }

    /// Waits until the head is requested, lets the other reads pass, and changes the threads. Then the head is read.
    async fn change_before(&self, head: Stalled, what: ThreadChange) {
        head.arrived().await;
        tokio::time::sleep(OTHER_READS).await;
        match what {
            ThreadChange::Opened => drop(self.table.thread(&self.session, 1, 1).await),
            ThreadChange::Moved => {
                let opened = self.table.threads().open(self.ada.user_id, self.thread.id()).await.unwrap();
                let moved = self.table.threads().move_to(opened, lines(1, 1)).await;
                assert_eq!(moved.unwrap().anchor.start_line, 1);
            }
        }
        head.release();
    }

    /// The stored head, code and anchors of the session.
    async fn stored(&self) -> Vec<(&'static str, Map<String, Value>)> {
        let mut stored = Vec::new();
        for kind in ["session", "code", "anchors"] {
            self.table.raw().change(kind, |_| true, |item| stored.push((kind, item.clone()))).await;
        }
        stored
    }

    async fn put_back(&self, stored: Vec<(&'static str, Map<String, Value>)>) {
        for (kind, as_it_was) in stored {
            self.table.raw().change(kind, |_| true, |item| *item = as_it_was).await;
        }
    }

    async fn assert_moved_one_line_down(&self, saved: &Saved, what: ThreadChange) {
        let expected = match what {
            ThreadChange::Opened => vec![3, 2],
            ThreadChange::Moved => vec![2],
        };
        let stored = self.table.threads_of(&self.session).await;
        let starts =
            |threads: &[PlacedThread]| threads.iter().map(|thread| thread.anchor.start_line).collect::<Vec<_>>();
        assert_eq!(starts(&stored), expected, "{what:?}");
        assert_eq!(starts(&saved.threads), expected, "{what:?}");
    }

    /// An answer whose patch inserts a line at the top, so that applying it moves every thread one line down.
    async fn proposal(&self) -> Message {
        let patch = Patch {
            start_line: 1,
            end_line: 1,
            original: "a".to_owned(),
            replacement: "new\na".to_owned(),
            base_version: SessionVersion::new(1),
            anchor_line: None,
        };
        let question = self.table.question(&self.thread, "Why?").await;
        let proposal = NewAnswer { patch: Some(patch), patch_status: Some(PatchStatus::Verified), ..answer("so") };
        self.table.messages().lease(&question).store_answer(proposal).await.unwrap()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_save_sees_a_thread_that_changed_before_the_head_was_read() {
    for what in [ThreadChange::Opened, ThreadChange::Moved] {
        let scene = Scene::new().await;
        let head = scene.proxy.stall(".GetItem", Moment::BeforeTheEngine);
        let (store, owner, save) = (scene.slow.clone(), scene.ada.user_id, edit(&scene.session, "new\na\nb\nc"));
        let saving = tokio::spawn(async move { store.sessions().save(owner, save).await });
        scene.change_before(head, what).await;
        let saved = saving.await.unwrap().unwrap();
        scene.assert_moved_one_line_down(&saved, what).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_applied_patch_sees_a_thread_that_changed_before_the_head_was_read() {
    for what in [ThreadChange::Opened, ThreadChange::Moved] {
        let scene = Scene::new().await;
        let proposal = scene.proposal().await;
        let head = scene.proxy.stall(".BatchGetItem", Moment::BeforeTheEngine);
        let (store, owner, id) = (scene.slow.clone(), scene.ada.user_id, proposal.id());
        let applying =
            tokio::spawn(async move { store.sessions().apply_patch(owner, id, SessionVersion::new(1)).await });
        scene.change_before(head, what).await;
        let applied = applying.await.unwrap().unwrap();
        scene.assert_moved_one_line_down(&applied.saved, what).await;
    }
}

/// One round trip does not read all items at the same moment: here the answer is from after another request, and the
/// rest from before.
#[tokio::test(flavor = "multi_thread")]
async fn a_patch_applied_during_the_read_returns_the_session_it_created() {
    let scene = Scene::new().await;
    let (owner, id) = (scene.ada.user_id, scene.proposal().await.id());
    let before = scene.stored().await;
    scene.table.sessions().apply_patch(owner, id, SessionVersion::new(1)).await.unwrap();
    let after = scene.stored().await;
    scene.put_back(before).await;

    let next_read = scene.proxy.stall_after(".BatchGetItem", 1, Moment::BeforeTheEngine);
    let store = scene.slow.clone();
    let applying = tokio::spawn(async move { store.sessions().apply_patch(owner, id, SessionVersion::new(1)).await });
    tokio::time::timeout(PATIENCE, next_read.arrived()).await.expect("it is read again");
    scene.put_back(after).await;
    next_read.release();
    let applied = applying.await.unwrap().unwrap();
    assert_eq!(
        (applied.answer.applied_version, applied.saved.head.version_number),
        (Some(SessionVersion::new(2)), SessionVersion::new(2))
    );
}
