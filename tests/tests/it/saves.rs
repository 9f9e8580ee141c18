//! Saves: each version is saved over once, threads move with the code, and readers never get a mixture of versions.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock};

use model::{SaveCodeError, Session, SessionVersion, Store};
use tests::proxy::Moment;
use tests::story::edit;
use tests::texts::{noise, rotated};
use tests::{Proxy, TestTable, concurrently};

use crate::items;

/// Enough noise for two chunks.
const CHUNKED: usize = 500_000;

async fn fifty_savers(table: &TestTable, session: &Session, texts: Vec<String>) -> String {
    let outcomes = concurrently(texts.len(), |number| {
        let (store, save, owner) = (table.store().clone(), edit(session, &texts[number]), session.user_id);
        async move { store.sessions().save(owner, save).await }
    })
    .await;
    let mut winner = None;
    for (outcome, text) in outcomes.iter().zip(&texts) {
        match outcome {
            Ok(saved) => {
                assert_eq!(saved.head.version_number, SessionVersion::new(2));
                assert!(winner.replace(text.clone()).is_none(), "a second saver succeeded");
            }
            Err(SaveCodeError::VersionConflict(current)) => {
                assert_eq!(current.head.version_number, SessionVersion::new(2));
                assert!(texts.iter().any(|text| current.text == *text));
            }
            Err(other) => panic!("neither saved nor a version conflict: {other}"),
        }
    }
    let winner = winner.expect("one saver succeeded");
    let told = |outcome: &Result<_, SaveCodeError>| matches!(outcome, Err(SaveCodeError::VersionConflict(current)) if current.text == winner);
    assert_eq!(outcomes.iter().filter(|outcome| told(outcome)).count(), texts.len() - 1);
    let opened = table.read(session).await;
    assert!(opened.text == winner, "the stored code is not the winner's");
    assert_eq!(opened.head.version_number, SessionVersion::new(2));
    winner
}

#[tokio::test(flavor = "multi_thread")]
async fn one_of_fifty_concurrent_saves_succeeds_and_the_rest_get_its_code() {
    let table = TestTable::new().await;
    let ada = table.user("ada").await;
    let session = table.session(&ada, "main.rs", "fn main() {}").await;
    fifty_savers(&table, &session, (0..50).map(|number| format!("// saver {number}")).collect()).await;
    let census = items([
        ("user", 1),
        ("email_claim", 1),
        ("username_claim", 1),
        ("refresh_family", 1),
        ("session", 1),
        ("code", 1),
    ]);
    assert_eq!(table.raw().census().await, census);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_of_fifty_chunked_saves_succeeds_and_the_chunks_of_the_rest_are_removed() {
    let table = TestTable::new().await;
    let ada = table.user("ada").await;
    let session = table.session(&ada, "main.rs", &noise(CHUNKED, 99)).await;
    let base = noise(CHUNKED, 1);
    fifty_savers(&table, &session, (0..50).map(|by| rotated(&base, by)).collect()).await;
    let head = table.read(&session).await.head;
    let chunks = table.raw().all("code_chunk").await;
    let revision = head.revision.to_string();
    assert_eq!(chunks.len(), head.chunk_count as usize);
    assert!(chunks.iter().all(|chunk| chunk.text("revision") == Some(&revision)));
    assert_eq!(table.raw().all("sweep_job").await, []);
}

#[tokio::test]
async fn a_save_over_an_older_version_gets_the_current_version_and_code() {
    let table = TestTable::new().await;
    let ada = table.user("ada").await;
    let first = table.session(&ada, "main.rs", "one").await;
    table.save(&first, "two").await.unwrap();
    match table.save(&first, "three").await {
        Err(SaveCodeError::VersionConflict(current)) => {
            assert_eq!((current.head.version_number, current.text.as_str()), (SessionVersion::new(2), "two"));
        }
        other => panic!("{:?}", other.map(|saved| saved.head)),
    }
    assert_eq!(table.read(&first).await.text, "two");
}

/// A different text for each version: inline for odd ones, and in one or two chunks for even ones.
fn stamped(version: u32) -> String {
    static NOISE: LazyLock<String> = LazyLock::new(|| noise(CHUNKED, 0));
    match version % 4 {
        0 => rotated(&NOISE, version as usize),
        2 => rotated(&NOISE[..300_000], version as usize),
        _ => format!("version {version}"),
    }
}

/// Saves the next version until the given one is reached; others save at the same time.
async fn save_up_to(store: Store, session: Session, last: u32) {
    let mut head = session;
    while head.version_number.get() < last {
        match store.sessions().save(head.user_id, edit(&head, &stamped(head.version_number.get() + 1))).await {
            Ok(saved) => head = saved.head,
            Err(SaveCodeError::VersionConflict(current)) => head = current.head,
            Err(error) => panic!("{error}"),
        }
    }
}

/// Reads the session repeatedly until the saves have ended. Returns the number of reads.
async fn read_all_the_while(store: Store, session: Session, saving: Arc<AtomicBool>) -> u32 {
    let (mut reads, mut seen) = (0, 0);
    while saving.load(Ordering::SeqCst) {
        let opened = store.sessions().open(session.user_id, session.session_id).await;
        let opened = opened.expect("a reader that overlaps a save reads again");
        let version = opened.head.version_number.get();
        assert!(opened.text == stamped(version), "not the code of version {version}");
        assert!(version >= seen, "version {version} was read after {seen}");
        (reads, seen) = (reads + 1, version);
    }
    reads
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_during_saves_always_reads_one_complete_version() {
    let table = TestTable::new().await;
    let ada = table.user("ada").await;
    let session = table.session(&ada, "main.rs", &stamped(1)).await;
    let saving = Arc::new(AtomicBool::new(true));
    let reader = read_all_the_while(table.store().clone(), session.clone(), Arc::clone(&saving));
    let reader = tokio::spawn(reader);
    concurrently(2, |_| save_up_to(table.store().clone(), session.clone(), 201)).await;
    saving.store(false, Ordering::SeqCst);
    let reads = reader.await.unwrap();
    assert!(reads >= 10, "only {reads} reads raced 200 saves");
    assert!(table.read(&session).await.text == stamped(201));
}

#[tokio::test]
async fn a_save_moves_its_threads_in_the_same_write() {
    let table = TestTable::new().await;
    let ada = table.user("ada").await;
    let session = table.session(&ada, "main.rs", "a\nb").await;
    table.thread(&session, 2, 2).await;
    let saved = table.sessions().save(ada.user_id, edit(&session, "new\na\nb")).await.unwrap();
    let threads = table.threads_of(&session).await;
    assert_eq!(threads, saved.threads);
    assert_eq!((threads[0].anchor.start_line, threads[0].anchor_version), (3, SessionVersion::new(2)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_save_moves_a_thread_that_is_opened_during_the_save() {
    let table = TestTable::new().await;
    let ada = table.user("ada").await;
    let proxy = Proxy::before(table.endpoint()).await;
    let store = table.store_through(&proxy.url()).await;
    let code = format!("a\nb\nc\nd\ne\nf\n{}", noise(CHUNKED, 1));
    let session = table.session(&ada, "main.rs", &code).await;
    table.thread(&session, 5, 6).await;
    let new = format!("new\n{code}");
    let (owner, save) = (ada.user_id, edit(&session, &new));
    // The saver has read the threads, and has not committed.
    let stalled = proxy.stall("TransactWriteItems", Moment::BeforeTheEngine);
    let saving = tokio::spawn(async move { store.sessions().save(owner, save).await });
    stalled.arrived().await;
    table.thread(&session, 1, 1).await;
    stalled.release();
    let saved = saving.await.unwrap().unwrap();
    let threads = table.threads_of(&session).await;
    let starts: Vec<u32> = threads.iter().map(|thread| thread.anchor.start_line).collect();
    assert_eq!(starts, [6, 2]);
    assert_eq!(saved.threads, threads);
    let opened = table.read(&session).await;
    assert!(opened.text == new);
    assert_eq!(opened.head, Session { last_modified_by: ada.user_id, ..saved.head });
    // The second attempt used the chunks that the first one staged.
    assert_eq!(table.raw().all("code_chunk").await.len(), opened.head.chunk_count as usize);
    assert_eq!(table.raw().all("sweep_job").await, []);
}
