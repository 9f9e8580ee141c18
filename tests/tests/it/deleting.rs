//! Deleting: out of reach at once, and removed completely in the end, even if the sweep is killed at any request.

use std::time::Duration;

use model::{AccessError, PageRequest, PostError, Session, Store, StoreAnswerError, Thread, User};
use serde_json::json;
use tests::proxy::Moment;
use tests::story::{A_WEEK, SWEEP_TIME, answer};
use tests::texts::noise;
use tests::{Proxy, TestTable};

/// Enough noise for two chunks.
const CHUNKED: usize = 500_000;

/// Ada with a session that has an item of every kind, and Bob with one that must stay unchanged.
struct Scene {
    table: TestTable,
    ada: User,
    session: Session,
    threads: Vec<Thread>,
    bob: User,
    bobs: Vec<String>,
}

/// The keys of all items, without attributes that change when they are read.
async fn keys(table: &TestTable) -> Vec<String> {
    let mut keys: Vec<String> =
        table.raw().outline().await.iter().map(|item| format!("{} / {}", item.pk(), item.sk())).collect();
    keys.sort();
    keys
}

impl Scene {
    async fn new(messages: usize) -> Self {
        let table = TestTable::new().await;
        let bob = table.user("bob").await;
        let his = table.session(&bob, "main.rs", &noise(CHUNKED, 1)).await;
        table.talk(&table.thread(&his, 1, 1).await, "why?").await;
        let bobs = keys(&table).await;
        let ada = table.user("ada").await;
        let session = table.session(&ada, "main.rs", &noise(CHUNKED, 2)).await;
        let mut threads = Vec::new();
        for line in 1..=2 {
            let mut thread = table.thread(&session, line, line).await;
            for _ in 0..messages {
                table.talk(&thread, "why?").await;
                thread.message_slots += 2;
            }
            threads.push(thread);
        }
        Self { table, ada, session, threads, bob, bobs }
    }

    async fn assert_bob_is_unchanged(&self) {
        let left: Vec<String> = keys(&self.table).await;
        assert!(self.bobs.iter().all(|key| left.contains(key)), "an item of Bob's is missing");
        let page = self.table.patterns().list_sessions(self.bob.user_id, PageRequest::default()).await.unwrap();
        assert!(self.table.read(&page.items[0]).await.text == noise(CHUNKED, 1));
    }

    /// The keys of all items except Bob's.
    async fn left(&self) -> Vec<String> {
        let mut left = keys(&self.table).await;
        left.retain(|key| !self.bobs.contains(key));
        left
    }

    /// Ada's items without sessions: profile, claims, sign-in and today's usage.
    async fn assert_only_the_account_is_left(&self) {
        let mut kinds: Vec<String> =
            self.left().await.iter().map(|key| key.split_once(" / ").unwrap().1.to_owned()).collect();
        kinds.sort();
        let prefixes: Vec<&str> = kinds.iter().map(|kind| kind.split('#').next().unwrap()).collect();
        assert_eq!(prefixes, ["CLAIM", "CLAIM", "PROFILE", "REFRESH", "USAGE"], "{kinds:?}");
        assert_eq!(self.table.profile(&self.ada).await.session_count, 0);
    }
}

#[tokio::test]
async fn deleting_a_session_removes_all_its_items() {
    let scene = Scene::new(10).await;
    let (table, ada) = (&scene.table, scene.ada.user_id);
    table.sessions().delete(ada, scene.session.session_id).await.unwrap();
    scene.assert_only_the_account_is_left().await;
    scene.assert_bob_is_unchanged().await;
    let again = table.sessions().delete(ada, scene.session.session_id).await;
    assert!(matches!(again, Err(AccessError::NotFound)), "{again:?}");
}

#[tokio::test]
async fn deleting_a_thread_removes_its_items_and_keeps_those_of_other_threads() {
    let scene = Scene::new(10).await;
    let before = keys(&scene.table).await;
    let gone = &scene.threads[0];
    scene.table.threads().delete(scene.ada.user_id, gone.id()).await.unwrap();
    let read = scene.table.threads().get(scene.ada.user_id, gone.id()).await;
    assert!(matches!(read, Err(AccessError::NotFound)), "{:?}", read.is_ok());
    let uuid = gone.thread.to_string();
    let expected: Vec<String> = before.into_iter().filter(|key| !key.contains(&uuid)).collect();
    assert_eq!(keys(&scene.table).await, expected);
    assert_eq!(scene.table.read(&scene.session).await.head.thread_count, 1);
    let again = scene.table.threads().delete(scene.ada.user_id, gone.id()).await;
    assert!(matches!(again, Err(AccessError::NotFound)), "{again:?}");
}

#[tokio::test]
async fn a_long_delete_returns_early_and_the_sweep_finishes_it() {
    let scene = Scene::new(1).await;
    let (table, ada) = (&scene.table, scene.ada.user_id);
    for whole_session in [false, true] {
        let proxy = Proxy::before(table.endpoint()).await;
        let store = table.store_through(&proxy.url()).await;
        // The leftovers are never found.
        let _stalled = proxy.stall("Query", Moment::BeforeTheEngine);
        let id = scene.threads[0].id();
        if whole_session {
            store.sessions().delete(ada, id.session_id).await.unwrap();
        } else {
            store.threads().delete(ada, id).await.unwrap();
        }
        assert_eq!(table.raw().all("sweep_job").await.len(), 1);
        assert_eq!(table.sweep_due_jobs().await.done, 1);
    }
    scene.assert_only_the_account_is_left().await;
    scene.assert_bob_is_unchanged().await;
}

#[tokio::test]
async fn deleting_an_account_removes_all_its_items() {
    let scene = Scene::new(10).await;
    let (table, ada) = (&scene.table, &scene.ada);
    for number in 0..7 {
        table.session(ada, "main.rs", &number.to_string()).await;
        table.sign_ins().start(ada, A_WEEK).await.unwrap();
        table.advance(Duration::from_hours(24));
        let thread = table.threads().get(ada.user_id, scene.threads[0].id()).await.unwrap();
        table.talk(&thread, "and today?").await;
    }
    table.delete_account(ada).await;
    assert_eq!(table.patterns().get_user(ada.user_id).await.unwrap(), None);
    assert_eq!(table.sweep_due_jobs().await.done, 1);
    assert_eq!(scene.left().await, Vec::<String>::new());
    scene.assert_bob_is_unchanged().await;
}

#[tokio::test]
async fn writes_during_a_session_delete_are_refused_or_deleted() {
    let scene = Scene::new(1).await;
    let (table, ada) = (&scene.table, scene.ada.user_id);
    let question = table.question(&scene.threads[0], "is this right?").await;
    let proxy = Proxy::before(table.endpoint()).await;
    let store = table.store_through(&proxy.url()).await;
    // The session is out of reach, and none of its items is removed yet.
    let stalled = proxy.stall("BatchWriteItem", Moment::BeforeTheEngine);
    let id = scene.session.session_id;
    let removal = tokio::spawn(async move { store.sessions().delete(ada, id).await });
    stalled.arrived().await;
    let save = table.save(&scene.session, "too late").await;
    assert!(save.is_err());
    // The threads still exist, and accept no messages.
    let thread = table.threads().get(ada, scene.threads[0].id()).await.unwrap();
    let last = table.messages().add_note(&thread, "a last word", None).await;
    assert!(matches!(last, Err(PostError::Access(AccessError::NotFound))), "{last:?}");
    stalled.release();
    removal.await.unwrap().unwrap();
    scene.assert_only_the_account_is_left().await;
    // Later requests find no item to write to.
    assert!(matches!(
        table.messages().add_note(&thread, "hello?", None).await,
        Err(PostError::Access(AccessError::NotFound))
    ));
    let late = table.messages().lease(&question).store_answer(answer("here I am")).await;
    assert!(matches!(late, Err(StoreAnswerError::QuestionGone)), "{late:?}");
    scene.assert_only_the_account_is_left().await;
}

/// Runs `delete` through a store that dies after this many requests, then runs the scheduled sweep alone. Returns
/// whether the store died.
async fn killed_after<F>(scene: &Scene, requests: usize, delete: impl FnOnce(Store) -> F) -> bool
where
    F: Future<Output = ()> + Send + 'static,
{
    let proxy = Proxy::before(scene.table.endpoint()).await;
    let moment = if requests.is_multiple_of(2) { Moment::BeforeTheEngine } else { Moment::BeforeTheAnswer };
    let stalled = proxy.stall_after("", requests, moment);
    let mut deletion = tokio::spawn(delete(scene.table.store_through(&proxy.url()).await));
    let died = tokio::select! {
        ended = &mut deletion => {
            ended.expect("the delete does not panic");
            false
        }
        () = stalled.arrived() => true,
    };
    deletion.abort();
    scene.table.sweep_due_jobs().await;
    died
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_delete_killed_at_any_request_is_all_or_nothing() {
    for requests in 0.. {
        let scene = Scene::new(20).await;
        let (ada, id) = (scene.ada.user_id, scene.session.session_id);
        let died =
            killed_after(&scene, requests, |store| async move { store.sessions().delete(ada, id).await.unwrap() })
                .await;
        if scene.table.patterns().get_session(ada, id).await.unwrap().is_some() {
            // It died before the transaction that deletes the session.
            assert!(died && requests <= 1, "{requests}");
            assert!(scene.table.read(&scene.session).await.text == noise(CHUNKED, 2));
        } else {
            scene.assert_only_the_account_is_left().await;
        }
        scene.assert_bob_is_unchanged().await;
        if !died {
            assert!(requests > 5, "only {requests} requests: no delete was killed half-way");
            break;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thread_delete_killed_at_any_request_is_all_or_nothing() {
    for requests in 0.. {
        let scene = Scene::new(20).await;
        let (ada, id) = (scene.ada.user_id, scene.threads[0].id());
        let before = keys(&scene.table).await;
        let died =
            killed_after(&scene, requests, |store| async move { store.threads().delete(ada, id).await.unwrap() }).await;
        let uuid = id.thread.to_string();
        let left = keys(&scene.table).await;
        let thread_count = scene.table.read(&scene.session).await.head.thread_count;
        if scene.table.patterns().get_thread(id.session_id, id.thread).await.unwrap().is_some() {
            assert!(died && requests <= 1 && left == before, "{requests}");
            assert_eq!(thread_count, 2);
        } else {
            let expected: Vec<String> = before.into_iter().filter(|key| !key.contains(&uuid)).collect();
            assert_eq!((left, thread_count), (expected, 1), "killed after {requests} requests");
        }
        if !died {
            assert!(requests > 5, "only {requests} requests: no delete was killed half-way");
            break;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_sweep_killed_at_any_request_is_finished_by_the_next_sweep() {
    for requests in 0.. {
        let scene = Scene::new(2).await;
        scene.table.session(&scene.ada, "main.rs", "a second one").await;
        scene.table.delete_account(&scene.ada).await;
        scene.table.advance(Duration::from_millis(1));
        let died = killed_after(&scene, requests, |store| async move {
            store.maintenance().sweep_due(SWEEP_TIME).await.unwrap();
        })
        .await;
        assert_eq!(scene.left().await, Vec::<String>::new(), "killed after {requests} requests");
        scene.assert_bob_is_unchanged().await;
        if !died {
            assert!(requests > 15, "only {requests} requests: no delete was killed half-way");
            break;
        }
    }
}

#[tokio::test]
async fn deleting_an_account_removes_items_of_newer_versions() {
    let scene = Scene::new(2).await;
    let (table, ada) = (&scene.table, &scene.ada);
    let later = json!({
        "PK": { "S": format!("USER#{}", ada.user_id) },
        "SK": { "S": "SESSION#from-the-future" },
        "et": { "S": "session" },
        "v": { "N": "99" },
    });
    table.raw().put(later).await;
    table.delete_account(ada).await;
    let swept = table.sweep_due_jobs().await;
    assert_eq!((swept.done, swept.left()), (1, 0));
    assert_eq!(scene.left().await, Vec::<String>::new());
    scene.assert_bob_is_unchanged().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn concurrent_sweeps_do_not_interfere() {
    let scene = Scene::new(10).await;
    scene.table.delete_account(&scene.ada).await;
    scene.table.advance(Duration::from_millis(1));
    let swept = tests::concurrently(5, |_| {
        let store = scene.table.store().clone();
        async move { store.maintenance().sweep_due(SWEEP_TIME).await.map(|swept| swept.done) }
    })
    .await;
    for outcome in swept {
        outcome.expect("a sweep that overlaps another one continues");
    }
    scene.table.sweep_due_jobs().await;
    assert_eq!(scene.left().await, Vec::<String>::new());
    scene.assert_bob_is_unchanged().await;
}
