//! Deleting an account with everything that an account can have: the sweep is killed repeatedly, and leaves nothing.

use std::time::Duration;

use model::{Change, NewSettings, Session, Store, Thread, User};
use tests::proxy::Moment;
use tests::story::{SWEEP_TIME, answer, edit, file, lines};
use tests::texts::{noise, rotated};
use tests::{LEASE, Proxy, RawItem, TestTable, concurrently};

use crate::items;

const SESSIONS: usize = 100;
/// This many of the sessions have code in two chunks.
const CHUNKED: usize = 4;
const THREADS: usize = 50;
/// 2,000 messages are 40 in each thread: ten questions, ten answers and twenty notes.
const TALKS: u32 = 10;
const NOTES: u32 = 20;

async fn open_sessions(table: &TestTable, owner: &User) -> Vec<Session> {
    let large = noise(500_000, 1);
    concurrently(SESSIONS, |number| {
        let (store, owner) = (table.store().clone(), owner.user_id);
        let text = if number < CHUNKED { rotated(&large, number) } else { format!("// file {number}") };
        async move { store.sessions().create(owner, None, file("main.rs", &text)).await.unwrap().item }
    })
    .await
}

/// The threads with their messages, half of them in a session with chunks and half in one without.
async fn talk(table: &TestTable, sessions: &[Session]) {
    concurrently(THREADS, |number| {
        let (store, session) = (table.store().clone(), sessions[CHUNKED - number % 2].clone());
        async move {
            let new = lines(1, 1);
            let opened = store.threads().create(session.user_id, session.session_id, None, new).await;
            let mut thread = opened.unwrap().item.item;
            for _ in 0..TALKS {
                let question = store.messages().ask(&thread, "why?", None, LEASE).await.unwrap();
                store.messages().lease(&question).store_answer(answer("because")).await.unwrap();
                thread.message_slots += 2;
            }
            add_notes(&store, thread).await;
        }
    })
    .await;
}

async fn add_notes(store: &Store, mut thread: Thread) {
    for _ in 0..NOTES {
        store.messages().add_note(&thread, "a note", None).await.unwrap();
        thread.message_slots += 1;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_account_is_removed_completely_after_three_killed_sweeps() {
    let table = TestTable::new().await;
    let bob = table.user("bob").await;
    table.session(&bob, "main.rs", "bob's").await;
    let bobs = table.raw().items().await;
    let ada = table.user("ada").await;
    let sessions = open_sessions(&table, &ada).await;
    talk(&table, &sessions).await;
    let census = table.raw().census().await;
    let full = items([
        ("user", 2),
        ("email_claim", 2),
        ("username_claim", 2),
        ("refresh_family", 2),
        ("session", SESSIONS + 1),
        ("code", SESSIONS + 1),
        ("code_chunk", CHUNKED * 2),
        ("thread", THREADS),
        ("anchors", 2),
        ("message", 2_000),
        ("daily_usage", 1),
    ]);
    assert_eq!(census, full);
    table.delete_account(&ada).await;
    let mut left = table.raw().outline().await.len();
    for (requests, moment) in
        [(30, Moment::BeforeTheEngine), (90, Moment::BeforeTheAnswer), (180, Moment::BeforeTheEngine)]
    {
        table.advance(Duration::from_millis(1));
        let proxy = Proxy::before(table.endpoint()).await;
        let stalled = proxy.stall_after("", requests, moment);
        let store = table.store_through(&proxy.url()).await;
        let sweep = tokio::spawn(async move { store.maintenance().sweep_due(SWEEP_TIME).await });
        stalled.arrived().await;
        sweep.abort();
        assert!(sweep.await.expect_err("the sweep was stalled").is_cancelled());
        let now = table.raw().outline().await.len();
        assert!(now < left, "{requests} requests removed nothing");
        assert!(now > bobs.len(), "no item was left to be removed");
        left = now;
    }
    table.sweep_due_jobs().await;
    assert_left(&table, bobs).await;
}

async fn assert_left(table: &TestTable, mut expected: Vec<RawItem>) {
    let mut rest = table.raw().items().await;
    for items in [&mut rest, &mut expected] {
        items.sort_by_key(|item| (item.pk().to_owned(), item.sk().to_owned()));
    }
    let keys = |items: &[RawItem]| items.iter().map(|item| item.sk().to_owned()).collect::<Vec<_>>();
    assert_eq!(keys(&rest), keys(&expected));
    assert!(rest == expected, "the items that are left are not Bob's");
}

/// One action on a session and a thread. Its result depends on the moment.
async fn change_something(store: Store, number: usize, session: Session, thread: Thread) {
    let (owner, id) = (session.user_id, session.session_id);
    match number % 7 {
        0 => drop(store.sessions().save(owner, edit(&session, &noise(500_000, 2))).await),
        1 => {
            let new = NewSettings { filename: None, language_override: Change::Set("Go".parse().unwrap()) };
            drop(store.sessions().change_settings(owner, id, &new).await);
        }
        2 => drop(store.messages().add_note(&thread, "a last word", None).await),
        3 => {
            if let Ok(question) = store.messages().ask(&thread, "why?", None, LEASE).await {
                tokio::time::sleep(Duration::from_millis(20)).await;
                drop(store.messages().lease(&question).store_answer(answer("because")).await);
            }
        }
        4 => drop(store.threads().create(owner, id, None, lines(1, 1)).await),
        5 => drop(store.sessions().create(owner, None, file("main.rs", &noise(500_000, 3))).await),
        _ => {
            if let Ok(opened) = store.threads().open(owner, thread.id()).await {
                drop(store.threads().move_to(opened, lines(1, 1)).await);
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn writes_during_an_account_delete_and_its_sweep_leave_nothing() {
    for after in [0, 30, 100].map(Duration::from_millis) {
        let table = TestTable::new().await;
        let bob = table.user("bob").await;
        table.session(&bob, "main.rs", "bob's").await;
        let bobs = table.raw().items().await;
        let ada = table.user("ada").await;
        let session = table.session(&ada, "main.rs", &noise(500_000, 1)).await;
        let thread = table.thread(&session, 1, 1).await;
        let writers =
            concurrently(42, |number| change_something(table.store().clone(), number, session.clone(), thread.clone()));
        let deletion = async {
            tokio::time::sleep(after).await;
            table.delete_account(&ada).await;
            table.sweep_due_jobs().await;
        };
        tokio::join!(writers, deletion);
        // The chunks of refused commits are due for removal.
        table.advance(Duration::from_mins(16));
        table.sweep_due_jobs().await;
        assert_left(&table, bobs).await;
    }
}
