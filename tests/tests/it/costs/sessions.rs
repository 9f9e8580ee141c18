//! The fixtures of AP-20 to AP-29: sessions and their code.

use model::{ChangeSessionSettings, CodeChunkKey, DeleteSession, NewSession, PageRequest, SaveSession, SweepKind};
use model::{CodeChunk, Digest, MovedAnchors, Session, SessionVersion, ThreadAnchor, UserKey};

use tests::texts::with_gzip_of;

use super::bench::{Bench, filename, fixtures, small_code};

/// A client id.
const CLIENT_ID: uuid::Uuid = uuid::Uuid::from_u128(7);

fixtures! {
    "AP-20" => create_session,
    "AP-21" => list_sessions,
    "AP-22" => open_session,
    "AP-23" => get_session,
    "AP-24" => save_session,
    "AP-25" => change_session_settings,
    "AP-26" => delete_session,
    "AP-27" => get_code,
    "AP-28" => read_code_chunks,
    "AP-29" => write_code_chunks,
    "AP-131" => get_creation,
    "AP-132" => list_all_sessions,
}

async fn create_session(bench: &Bench) {
    let ada = bench.user().await;
    let new = NewSession { filename: filename().parse().unwrap(), language_override: None, text: small_code() };
    let created = bench.once().await.sessions().create(ada.user_id, Some(CLIENT_ID), new).await.unwrap();
    assert!(!created.is_repeated);
}

async fn get_creation(bench: &Bench) {
    let ada = bench.user().await;
    let new = NewSession { filename: filename().parse().unwrap(), language_override: None, text: small_code() };
    bench.table.sessions().create(ada.user_id, Some(CLIENT_ID), new).await.unwrap();
    let key = Digest::of(format!("session\n{}\n{CLIENT_ID}", ada.user_id));
    assert!(bench.once().await.patterns().get_creation(key).await.unwrap().is_some());
}

async fn list_all_sessions(bench: &Bench) {
    let ada = bench.user().await;
    bench.sessions(&ada, 100).await;
    assert_eq!(bench.once().await.patterns().list_all_sessions(ada.user_id).await.unwrap().len(), 100);
}

async fn list_sessions(bench: &Bench) {
    let ada = bench.user().await;
    bench.sessions(&ada, 50).await;
    let page = bench.once().await.patterns().list_sessions(ada.user_id, PageRequest::default()).await.unwrap();
    assert_eq!((page.items.len(), page.cursor), (50, None));
}

async fn open_session(bench: &Bench) {
    let ada = bench.user().await;
    let session = bench.session(&ada).await;
    let opened = bench.once().await.patterns().open_session(ada.user_id, session.session_id).await.unwrap();
    assert!(opened.head.is_some() && opened.code.is_some());
}

async fn get_session(bench: &Bench) {
    let ada = bench.user().await;
    let session = bench.session(&ada).await;
    assert_eq!(
        bench.once().await.patterns().get_session(ada.user_id, session.session_id).await.unwrap(),
        Some(session)
    );
}

fn one_line_down(anchor: &ThreadAnchor) -> ThreadAnchor {
    let (start_line, end_line) = (anchor.start_line + 1, anchor.end_line + 1);
    ThreadAnchor { start_line, end_line, version: SessionVersion::new(2), ..anchor.clone() }
}

async fn save_session(bench: &Bench) {
    let ada = bench.user().await;
    let session = bench.session(&ada).await;
    for _ in 0..50 {
        bench.thread(&session).await;
    }
    let anchors = bench.table.patterns().get_anchors(session.session_id).await.unwrap().expect("it has threads");
    let threads: Vec<_> = anchors.threads.iter().map(one_line_down).collect();
    let session_id = session.session_id;
    let moved = MovedAnchors { session_id, threads: &threads, seen_changes: 50 };
    // Code of another revision.
    let other = bench.table.session(&ada, &filename(), &with_gzip_of(8_000, 1)).await;
    let code = bench.table.patterns().get_code(other.session_id).await.unwrap().expect("it has code");
    let code = model::Code { session_id, ..code };
    let input = SaveSession {
        answer: None,
        code: &code,
        anchors: Some(moved),
        staged: None,
        replaced: None,
        user_id: ada.user_id,
        session_id: session.session_id,
        expected_version_number: SessionVersion::new(1),
        seen_thread_changes: 50,
        seen_settings_changes: 0,
        language_detected: session.language_detected,
        language_override: None,
        now: bench.table.clock().now(),
        saved_by: ada.user_id,
        anchor_changes: 1,
    };
    bench.once().await.patterns().save_session(input).await.unwrap();
}

async fn change_session_settings(bench: &Bench) {
    let ada = bench.user().await;
    let Session { session_id, language_detected, .. } = bench.session(&ada).await;
    let settings = ChangeSessionSettings {
        user_id: ada.user_id,
        session_id,
        seen_version: SessionVersion::new(1),
        seen_settings_changes: 0,
        filename: &filename().replace('f', "g").parse().unwrap(),
        language_detected,
        language_override: None,
        now: bench.table.clock().now(),
    };
    bench.once().await.patterns().change_session_settings(settings).await.unwrap();
}

async fn delete_session(bench: &Bench) {
    let ada = bench.user().await;
    let session = bench.session(&ada).await;
    let job = bench.table.job(SweepKind::Session, &session.session_id.to_string(), ada.user_id);
    let input = DeleteSession {
        user: Some(&UserKey { user_id: ada.user_id }),
        job: &job,
        user_id: ada.user_id,
        session_id: session.session_id,
        revision: session.revision,
    };
    bench.once().await.patterns().delete_session(input).await.unwrap();
}

async fn get_code(bench: &Bench) {
    let ada = bench.user().await;
    let session = bench.session(&ada).await;
    assert!(bench.once().await.patterns().get_code(session.session_id).await.unwrap().is_some());
}

async fn read_code_chunks(bench: &Bench) {
    let ada = bench.user().await;
    let chunks = bench.chunks(&bench.session(&ada).await);
    bench.table.patterns().write_code_chunks(&chunks).await.unwrap();
    let keys: Vec<CodeChunkKey> = chunks.iter().map(CodeChunk::key).collect();
    assert_eq!(bench.once().await.patterns().read_code_chunks(&keys).await.unwrap().len(), 14);
}

async fn write_code_chunks(bench: &Bench) {
    let ada = bench.user().await;
    let chunks = bench.chunks(&bench.session(&ada).await);
    bench.once().await.patterns().write_code_chunks(&chunks).await.unwrap();
}
