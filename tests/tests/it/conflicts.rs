//! Conflicting transactions are refused, as on AWS: caps and versions hold, and a writer that gives up has written
//! nothing.

use model::{AccessError, NewSessionError, PostError, SaveCodeError, SessionVersion, StoreError};
use tests::story::{edit, file};
use tests::{LEASE, Proxy, TestTable, concurrently};

#[tokio::test(flavor = "multi_thread")]
async fn the_session_counter_is_exact_after_conflicting_creations() {
    let table = TestTable::new().await;
    let ada = table.user("ada").await;
    let proxy = Proxy::refusing_overlaps(table.endpoint()).await;
    let store = table.store_through(&proxy.url()).await;
    let outcomes = concurrently(200, |number| {
        let (store, owner) = (store.clone(), ada.user_id);
        async move { store.sessions().create(owner, None, file("main.rs", &number.to_string())).await }
    })
    .await;
    let (mut made, mut full, mut given_up) = (0, 0, 0);
    for outcome in outcomes {
        match outcome {
            Ok(_) => made += 1,
            Err(NewSessionError::LimitExceeded) => full += 1,
            Err(NewSessionError::Store(StoreError::Contended { .. })) => given_up += 1,
            Err(other) => panic!("{other}"),
        }
    }
    assert!((1..=100).contains(&made), "{made} made, {full} refused, {given_up} given up");
    assert!(full == 0 || made == 100, "{made} made, {full} refused");
    assert_eq!(table.profile(&ada).await.session_count, made);
    assert_eq!(table.patterns().count_sessions(ada.user_id).await.unwrap(), u64::from(made));
    assert_eq!(table.raw().all("code").await.len(), made as usize);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_of_fifty_conflicting_saves_succeeds() {
    let table = TestTable::new().await;
    let ada = table.user("ada").await;
    let session = table.session(&ada, "main.rs", "fn main() {}").await;
    let proxy = Proxy::refusing_overlaps(table.endpoint()).await;
    let store = table.store_through(&proxy.url()).await;
    let outcomes = concurrently(50, |number| {
        let (store, save, owner) = (store.clone(), edit(&session, &format!("// saver {number}")), session.user_id);
        async move { store.sessions().save(owner, save).await }
    })
    .await;
    let mut winner = None;
    for (number, outcome) in outcomes.iter().enumerate() {
        match outcome {
            Ok(_) => assert!(winner.replace(number).is_none(), "a second saver succeeded"),
            Err(SaveCodeError::VersionConflict(current)) => {
                assert_eq!(current.head.version_number, SessionVersion::new(2));
            }
            Err(SaveCodeError::Access(AccessError::Store(StoreError::Contended { .. }))) => {}
            Err(other) => panic!("{other}"),
        }
    }
    let opened = table.read(&session).await;
    assert_eq!(opened.text, format!("// saver {}", winner.expect("one saver succeeded")));
    assert_eq!(opened.head.version_number, SessionVersion::new(2));
}

#[tokio::test(flavor = "multi_thread")]
async fn conflicting_questions_get_numbers_without_gaps() {
    let table = TestTable::new().await;
    let ada = table.user("ada").await;
    let session = table.session(&ada, "main.rs", "fn main() {}").await;
    let thread = table.thread(&session, 1, 1).await;
    let proxy = Proxy::refusing_overlaps(table.endpoint()).await;
    let store = table.store_through(&proxy.url()).await;
    let outcomes = concurrently(40, |number| {
        let (store, thread) = (store.clone(), thread.clone());
        async move { store.messages().ask(&thread, &format!("question {number}"), None, LEASE).await }
    })
    .await;
    let mut taken = Vec::new();
    for outcome in outcomes {
        match outcome {
            Ok(question) => taken.push(question.seq),
            Err(PostError::Unsure { source: StoreError::Contended { .. }, .. }) => {}
            Err(other) => panic!("{other}"),
        }
    }
    taken.sort_unstable();
    assert!(!taken.is_empty());
    assert_eq!(taken, (1..).step_by(2).take(taken.len()).collect::<Vec<u32>>());
    let now = table.threads().get(ada.user_id, thread.id()).await.unwrap();
    assert_eq!(now.message_slots as usize, 2 * taken.len());
}
