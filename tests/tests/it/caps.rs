//! Caps: 100 sessions of a user and 50 threads of a session, enforced by the writes themselves.

use model::{NewSessionError, NewThreadError};
use tests::story::{file, lines};
use tests::{TestTable, concurrently};

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_concurrent_creations_create_exactly_100_sessions() {
    let table = TestTable::new().await;
    let ada = table.user("ada").await;
    let outcomes = concurrently(200, |number| {
        let (store, owner) = (table.store().clone(), ada.user_id);
        async move { store.sessions().create(owner, None, file("main.rs", &format!("// file {number}"))).await }
    })
    .await;
    let full = outcomes.iter().filter(|outcome| matches!(outcome, Err(NewSessionError::LimitExceeded))).count();
    let made = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
    assert_eq!((made, full), (100, 100), "{:?}", outcomes.iter().find(|outcome| outcome.is_err()));
    assert_eq!(table.profile(&ada).await.session_count, 100);
    assert_eq!(table.patterns().count_sessions(ada.user_id).await.unwrap(), 100);
    assert_eq!(table.raw().all("code").await.len(), 100);
}

#[tokio::test]
async fn deleting_a_session_frees_its_slot() {
    let table = TestTable::new().await;
    let ada = table.user("ada").await;
    let first = table.session(&ada, "main.rs", "one").await;
    for number in 1..100 {
        table.session(&ada, "main.rs", &number.to_string()).await;
    }
    let full = table.sessions().create(ada.user_id, None, file("main.rs", "one too many")).await;
    assert!(matches!(full, Err(NewSessionError::LimitExceeded)), "{full:?}");
    table.sessions().delete(ada.user_id, first.session_id).await.unwrap();
    table.session(&ada, "main.rs", "the hundredth again").await;
    assert_eq!(table.profile(&ada).await.session_count, 100);
}

#[tokio::test(flavor = "multi_thread")]
async fn eighty_concurrent_creations_create_exactly_50_threads() {
    let table = TestTable::new().await;
    let ada = table.user("ada").await;
    let session = table.session(&ada, "main.rs", "fn main() {}").await;
    let outcomes = concurrently(80, |_| {
        let (store, session_id, owner) = (table.store().clone(), session.session_id, ada.user_id);
        async move { store.threads().create(owner, session_id, None, lines(1, 1)).await }
    })
    .await;
    let full = outcomes.iter().filter(|outcome| matches!(outcome, Err(NewThreadError::LimitExceeded))).count();
    let made = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
    assert_eq!((made, full), (50, 30), "{:?}", outcomes.iter().find(|outcome| outcome.is_err()));
    let head = table.read(&session).await.head;
    assert_eq!(head.thread_count, 50);
    let threads = table.threads_of(&session).await;
    assert_eq!(threads.len(), 50);
}

#[tokio::test]
async fn deleting_a_thread_frees_its_slot() {
    let table = TestTable::new().await;
    let ada = table.user("ada").await;
    let session = table.session(&ada, "main.rs", "fn main() {}").await;
    let first = table.thread(&session, 1, 1).await;
    for _ in 1..50 {
        table.thread(&session, 1, 1).await;
    }
    let full = table.threads().create(ada.user_id, session.session_id, None, lines(1, 1)).await;
    assert!(matches!(full, Err(NewThreadError::LimitExceeded)), "{:?}", full.is_ok());
    table.delete_thread(&first).await;
    table.thread(&session, 1, 1).await;
    assert_eq!(table.read(&session).await.head.thread_count, 50);
}
