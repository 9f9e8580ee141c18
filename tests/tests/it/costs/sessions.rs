//! The fixtures of AP-20 to AP-29: sessions and their code.

use model::{ChangeSessionSettings, CodeChunkKey, DeleteSession, NewSession, PageRequest, SaveSession, SweepKind};
use model::{CodeChunk, MovedThread, Session, Thread, UserKey};

use super::bench::{Bench, filename, fixtures, small_code};

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
}

async fn create_session(bench: &Bench) {
    let ada = bench.user().await;
    let new = NewSession { filename: filename().parse().unwrap(), language_override: None, text: small_code() };
    bench.once().await.new_session(ada.user_id, new).await.unwrap();
}

async fn list_sessions(bench: &Bench) {
    let ada = bench.user().await;
    bench.sessions(&ada, 50).await;
    let page = bench.once().await.list_sessions(ada.user_id, PageRequest::default()).await.unwrap();
    assert_eq!((page.items.len(), page.cursor), (50, None));
}

async fn open_session(bench: &Bench) {
    let ada = bench.user().await;
    let session = bench.session(&ada).await;
    let opened = bench.once().await.open_session(ada.user_id, session.session_id).await.unwrap();
    assert!(opened.head.is_some() && opened.code.is_some());
}

async fn get_session(bench: &Bench) {
    let ada = bench.user().await;
    let session = bench.session(&ada).await;
    assert_eq!(bench.once().await.get_session(ada.user_id, session.session_id).await.unwrap(), Some(session));
}

fn one_line_down(thread: &Thread) -> MovedThread {
    MovedThread {
        session_id: thread.session_id,
        thread: thread.thread,
        seen_anchor_version: thread.anchor_version,
        seen_start_line: thread.start_line,
        seen_end_line: thread.end_line,
        start_line: thread.start_line + 1,
        end_line: thread.end_line + 1,
        anchor_status: thread.anchor_status,
        anchor_version: 2,
    }
}

async fn save_session(bench: &Bench) {
    let ada = bench.user().await;
    let session = bench.session(&ada).await;
    // Code like its own, of another revision.
    let other = bench.session(&ada).await;
    let moved = [bench.thread(&session).await, bench.thread(&session).await].map(|thread| one_line_down(&thread));
    let code = bench.table.get_code(other.session_id).await.unwrap().expect("it has code");
    let code = model::Code { session_id: session.session_id, ..code };
    let input = SaveSession {
        answer: None,
        code: &code,
        threads: &moved,
        staged: None,
        replaced: None,
        user_id: ada.user_id,
        session_id: session.session_id,
        expected_version_number: 1,
        seen_thread_changes: 2,
        seen_settings_changes: 0,
        language_detected: session.language_detected,
        language_override: None,
        now: bench.table.clock().now(),
        saved_by: ada.user_id,
    };
    bench.once().await.save_session(input).await.unwrap();
}

async fn change_session_settings(bench: &Bench) {
    let ada = bench.user().await;
    let Session { session_id, language_detected, .. } = bench.session(&ada).await;
    let settings = ChangeSessionSettings {
        user_id: ada.user_id,
        session_id,
        seen_version: 1,
        seen_settings_changes: 0,
        filename: &filename().replace('f', "g").parse().unwrap(),
        language_detected,
        language_override: None,
        now: bench.table.clock().now(),
    };
    bench.once().await.change_session_settings(settings).await.unwrap();
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
    bench.once().await.delete_session(input).await.unwrap();
}

async fn get_code(bench: &Bench) {
    let ada = bench.user().await;
    let session = bench.session(&ada).await;
    assert!(bench.once().await.get_code(session.session_id).await.unwrap().is_some());
}

async fn read_code_chunks(bench: &Bench) {
    let ada = bench.user().await;
    let chunks = bench.chunks(&bench.session(&ada).await);
    bench.table.write_code_chunks(&chunks).await.unwrap();
    let keys: Vec<CodeChunkKey> = chunks.iter().map(CodeChunk::key).collect();
    assert_eq!(bench.once().await.read_code_chunks(&keys).await.unwrap().len(), 14);
}

async fn write_code_chunks(bench: &Bench) {
    let ada = bench.user().await;
    let chunks = bench.chunks(&bench.session(&ada).await);
    bench.once().await.write_code_chunks(&chunks).await.unwrap();
}
