//! Large code is staged before its commit: a writer that dies in between damages nothing, and its chunks are removed.

use std::time::Duration;

use model::{RevisionId, SaveCodeError, Saved, Session, Store, SweepKind, Timestamp, User};
use tests::proxy::{Moment, Stalled};
use tests::story::{edit, file};
use tests::texts::noise;
use tests::{Proxy, TestTable};
use tokio::task::JoinHandle;

/// Enough noise for two chunks.
const CHUNKED: usize = 500_000;
/// The time after which staged code without a commit may be removed.
const STAGING: Duration = Duration::from_mins(15);

type Save = JoinHandle<Result<Saved, SaveCodeError>>;

/// A session in chunks, and a writer that saves over it through a proxy.
struct Scene {
    table: TestTable,
    ada: User,
    session: Session,
    old: String,
    proxy: Proxy,
    store: Store,
}

impl Scene {
    async fn new() -> Self {
        let table = TestTable::new().await;
        let ada = table.user("ada").await;
        let old = noise(CHUNKED, 1);
        let session = table.session(&ada, "main.rs", &old).await;
        let proxy = Proxy::before(table.endpoint()).await;
        let store = table.store_through(&proxy.url()).await;
        Self { table, ada, session, old, proxy, store }
    }

    fn start_saving(&self, text: &str) -> Save {
        let (store, owner, save) = (self.store.clone(), self.ada.user_id, edit(&self.session, text));
        tokio::spawn(async move { store.sessions().save(owner, save).await })
    }

    /// A save that dies where the proxy stalls it.
    async fn killed_save(&self, text: &str, stalled: Stalled) {
        let save = self.start_saving(text);
        stalled.arrived().await;
        save.abort();
        assert!(save.await.expect_err("the save was stalled").is_cancelled());
    }

    async fn assert_reads(&self, text: &str, version: u32) {
        let opened = self.table.read(&self.session).await;
        assert!(opened.text == text, "the code is incomplete");
        assert_eq!(opened.head.version_number.get(), version);
    }

    /// The numbers of chunks and of jobs.
    async fn chunks_and_jobs(&self) -> (usize, usize) {
        let census = self.table.raw().census().await;
        let of = |kind| census.get(kind).copied().unwrap_or_default();
        (of("code_chunk"), of("sweep_job"))
    }

    /// Begins the only job.
    async fn begin_the_job(&self) {
        let job = self.table.raw().one("sweep_job", |_| true).await;
        let [shard, due] = ["shard", "due"].map(|name| job.number(name).expect("a number"));
        let due = Timestamp::from_millis(due).expect("a time");
        let target = job.text("target").expect("a text");
        let shard = u32::try_from(shard).expect("a small number");
        self.table.patterns().begin_sweep_job(shard, due, SweepKind::Staged, target).await.unwrap();
    }

    fn revision(&self) -> RevisionId {
        self.session.revision
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sweep_removes_the_chunks_of_a_writer_killed_before_its_commit() {
    let scene = Scene::new().await;
    let stalled = scene.proxy.stall("TransactWriteItems", Moment::BeforeTheEngine);
    scene.killed_save(&noise(CHUNKED, 2), stalled).await;
    assert_eq!(scene.chunks_and_jobs().await, (4, 1));
    scene.assert_reads(&scene.old, 1).await;
    // Not before its due time: the commit could still arrive.
    assert_eq!(scene.table.sweep_due_jobs().await.done, 0);
    assert_eq!(scene.chunks_and_jobs().await, (4, 1));
    scene.table.advance(STAGING);
    assert_eq!(scene.table.sweep_due_jobs().await.done, 1);
    assert_eq!(scene.chunks_and_jobs().await, (2, 0));
    scene.assert_reads(&scene.old, 1).await;
    let kept = scene.table.raw().all("code_chunk").await;
    assert!(kept.iter().all(|chunk| chunk.text("revision") == Some(&scene.revision().to_string())));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sweep_removes_the_chunks_of_a_writer_killed_while_staging() {
    for moment in [Moment::BeforeTheEngine, Moment::BeforeTheAnswer] {
        let scene = Scene::new().await;
        let stalled = scene.proxy.stall("BatchWriteItem", moment);
        scene.killed_save(&noise(CHUNKED, 2), stalled).await;
        scene.assert_reads(&scene.old, 1).await;
        scene.table.advance(STAGING);
        assert_eq!(scene.table.sweep_due_jobs().await.done, 1);
        assert_eq!(scene.chunks_and_jobs().await, (2, 0));
        scene.assert_reads(&scene.old, 1).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_writer_killed_after_its_commit_keeps_its_code_and_the_old_is_swept() {
    let scene = Scene::new().await;
    let new = noise(CHUNKED, 2);
    let stalled = scene.proxy.stall("TransactWriteItems", Moment::BeforeTheAnswer);
    scene.killed_save(&new, stalled).await;
    scene.assert_reads(&new, 2).await;
    assert_eq!(scene.chunks_and_jobs().await, (4, 1));
    assert_eq!(scene.table.sweep_due_jobs().await.done, 1);
    assert_eq!(scene.chunks_and_jobs().await, (2, 0));
    scene.assert_reads(&new, 2).await;
    // The commit settled the staged job, so no sweep removes the new code later.
    scene.table.advance(STAGING * 2);
    assert_eq!(scene.table.sweep_due_jobs().await.done, 0);
    scene.assert_reads(&new, 2).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_after_the_sweep_began_is_refused_and_its_chunks_are_removed() {
    let scene = Scene::new().await;
    let stalled = scene.proxy.stall("TransactWriteItems", Moment::BeforeTheEngine);
    let save = scene.start_saving(&noise(CHUNKED, 2));
    stalled.arrived().await;
    scene.table.advance(STAGING + Duration::from_millis(1));
    scene.begin_the_job().await;
    stalled.release();
    assert!(save.await.unwrap().is_err(), "the commit came too late");
    assert_eq!(scene.chunks_and_jobs().await, (2, 0));
    scene.assert_reads(&scene.old, 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_after_the_sweep_ended_is_refused() {
    let scene = Scene::new().await;
    let stalled = scene.proxy.stall("TransactWriteItems", Moment::BeforeTheEngine);
    let save = scene.start_saving(&noise(CHUNKED, 2));
    stalled.arrived().await;
    scene.table.advance(STAGING);
    assert_eq!(scene.table.sweep_due_jobs().await.done, 1);
    stalled.release();
    assert!(save.await.unwrap().is_err(), "the commit came too late");
    assert_eq!(scene.chunks_and_jobs().await, (2, 0));
    scene.assert_reads(&scene.old, 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_writer_removes_the_chunks_that_it_wrote_after_the_sweep_ended() {
    let scene = Scene::new().await;
    let stalled = scene.proxy.stall("BatchWriteItem", Moment::BeforeTheEngine);
    let save = scene.start_saving(&noise(CHUNKED, 2));
    stalled.arrived().await;
    scene.table.advance(STAGING);
    assert_eq!(scene.table.sweep_due_jobs().await.done, 1);
    stalled.release();
    assert!(save.await.unwrap().is_err(), "the commit came too late");
    assert_eq!(scene.chunks_and_jobs().await, (2, 0));
    scene.assert_reads(&scene.old, 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sweep_removes_a_creation_killed_before_its_commit() {
    let scene = Scene::new().await;
    let before = scene.table.raw().items().await;
    let stalled = scene.proxy.stall("TransactWriteItems", Moment::BeforeTheEngine);
    let (store, owner) = (scene.store.clone(), scene.ada.user_id);
    let creation =
        tokio::spawn(async move { store.sessions().create(owner, None, file("b.rs", &noise(CHUNKED, 3))).await });
    stalled.arrived().await;
    creation.abort();
    assert!(creation.await.expect_err("the save was stalled").is_cancelled());
    assert_eq!(scene.chunks_and_jobs().await, (4, 1));
    scene.table.advance(STAGING);
    assert_eq!(scene.table.sweep_due_jobs().await.done, 1);
    assert_eq!(scene.table.raw().items().await, before);
}

#[tokio::test]
async fn a_refused_creation_removes_its_chunks_at_once() {
    let table = TestTable::new().await;
    let ada = table.user("ada").await;
    table.delete_account(&ada).await;
    table.sweep_due_jobs().await;
    let refused = table.sessions().create(ada.user_id, None, file("main.rs", &noise(CHUNKED, 1))).await;
    assert!(matches!(refused, Err(model::NewSessionError::UserNotFound)), "{refused:?}");
    assert_eq!(table.raw().items().await, []);
}
