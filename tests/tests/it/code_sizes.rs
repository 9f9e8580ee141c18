//! Code of every size: saved, read back byte for byte, and replaced by every other size without leftovers.

use model::limits::INLINE_MAX;
use model::{NewSessionError, SaveCodeError, Session, User};
use tests::story::file;
use tests::texts::{FIVE_MIB, gzip_size, noise, source, with_gzip_of};
use tests::{RawItem, TestTable};

/// A text of each kind, by name.
fn kinds() -> Vec<(&'static str, String)> {
    vec![
        ("nothing", String::new()),
        ("one under the threshold", with_gzip_of(INLINE_MAX - 1, 1)),
        ("at the threshold", with_gzip_of(INLINE_MAX, 2)),
        ("one over the threshold", with_gzip_of(INLINE_MAX + 1, 3)),
        ("5 MiB of source", source(FIVE_MIB)),
        ("5 MiB of noise", noise(FIVE_MIB, 4)),
    ]
}

/// Asserts that the table holds the session, its code in exactly the expected chunks, and nothing else.
async fn assert_nothing_else(table: &TestTable, ada: &User, head: &Session, step: &str) {
    let all = table.raw().outline().await;
    let of = |kind: &str| -> Vec<&RawItem> { all.iter().filter(|item| item.kind() == kind).collect() };
    assert_eq!(of("sweep_job"), Vec::<&RawItem>::new(), "{step}");
    let chunks = of("code_chunk");
    assert_eq!(chunks.len(), head.chunk_count as usize, "{step}");
    let revision = head.revision.to_string();
    assert!(chunks.iter().all(|chunk| chunk.text("revision") == Some(&revision)), "{step}");
    assert_eq!(of("code").len(), 1, "{step}");
    assert_eq!(of("code")[0].text("revision"), Some(revision.as_str()), "{step}");
    // The profile, its two claims, the sign-in, the head and the code.
    assert_eq!(all.len(), 6 + chunks.len(), "{step}");
    assert_eq!(table.profile(ada).await.session_count, 1);
}

/// A walk over the numbers below `count` that takes each step from one to another, and to itself, exactly once.
fn every_step(count: usize) -> Vec<usize> {
    let mut left: Vec<Vec<usize>> = vec![(0..count).collect(); count];
    let (mut stack, mut walk) = (vec![0], Vec::new());
    while let Some(&at) = stack.last() {
        match left[at].pop() {
            Some(next) => stack.push(next),
            None => walk.extend(stack.pop()),
        }
    }
    walk.reverse();
    walk
}

#[test]
fn the_walk_takes_every_step_once() {
    let walk = every_step(4);
    let mut steps: Vec<_> = walk.windows(2).map(|step| (step[0], step[1])).collect();
    steps.sort_unstable();
    steps.dedup();
    assert_eq!((walk.len(), steps.len()), (17, 16));
}

#[tokio::test(flavor = "multi_thread")]
async fn code_of_every_size_replaces_code_of_every_size_without_leftovers() {
    let kinds = kinds();
    assert_eq!(gzip_size(&kinds[2].1), INLINE_MAX);
    let table = TestTable::new().await;
    let ada = table.user("ada").await;
    let walk = every_step(kinds.len());
    let mut session = table.session(&ada, "main.rs", &kinds[walk[0]].1).await;
    for step in walk.windows(2) {
        // Saving unchanged code creates no version.
        let before = session.version_number;
        let version = if step[0] == step[1] { before } else { before.next() };
        let (from, (to, text)) = (kinds[step[0]].0, &kinds[step[1]]);
        session = table.save(&session, text).await.unwrap().head;
        let opened = table.read(&session).await;
        let what = format!("{to} over {from}");
        assert!(opened.text == *text, "{what}: the text that was read differs from the saved one");
        assert_eq!((opened.head.version_number, opened.head.code_bytes as usize), (version, text.len()), "{what}");
        assert_eq!(opened.head, session, "{what}");
        assert_nothing_else(&table, &ada, &session, &what).await;
    }
}

#[tokio::test]
async fn code_is_inline_up_to_the_threshold_and_in_chunks_above() {
    let table = TestTable::new().await;
    let ada = table.user("ada").await;
    for (size, chunks) in [(INLINE_MAX - 1, 0), (INLINE_MAX, 0), (INLINE_MAX + 1, 1)] {
        let text = with_gzip_of(size, 5);
        let session = table.session(&ada, "main.rs", &text).await;
        assert_eq!(session.chunk_count, chunks, "{size}");
        assert!(table.read(&session).await.text == text, "{size}");
    }
}

#[tokio::test]
async fn code_one_byte_over_5_mib_is_refused_and_nothing_is_stored() {
    let table = TestTable::new().await;
    let ada = table.user("ada").await;
    let session = table.session(&ada, "main.rs", "small").await;
    let too_large = noise(FIVE_MIB + 1, 6);
    let before = table.raw().items().await;
    match table.save(&session, &too_large).await {
        Err(SaveCodeError::TooLarge(error)) => assert_eq!(error.bytes, FIVE_MIB + 1),
        other => panic!("{:?}", other.map(|saved| saved.head)),
    }
    match table.sessions().create(ada.user_id, None, file("main.rs", &too_large)).await {
        Err(NewSessionError::TooLarge(error)) => assert_eq!(error.bytes, FIVE_MIB + 1),
        other => panic!("{other:?}"),
    }
    assert_eq!(table.raw().items().await, before);
}
