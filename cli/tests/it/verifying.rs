//! `codesensei verify`: what it prints, where, and how it ends.

use model::{Clock, CursorKey, Endpoint, Ids, Store, StoreConfig, SweepJob, SweepKind, SweepState};
use serde_json::Value;

use crate::process::{Ended, Server, codesensei, ended};

async fn verify(folder: &str, more: &[&str]) -> Ended {
    let arguments = [&["verify", "--data-dir", folder, "--look-again-after", "0"], more].concat();
    ended(codesensei(&arguments)).await
}

/// Leaves a job that is long overdue, and counts a session that there is not.
async fn damage(url: &str) {
    let store = Store::connect(StoreConfig {
        table: "codesensei".to_owned(),
        endpoint: Endpoint::url(url),
        cursor_key: CursorKey::from_secret(b"a test"),
        clock: Clock::system(),
        ids: Ids::random(),
    })
    .await;
    let claim = store.find_username_claim(&"demo".parse().unwrap()).await.unwrap().expect("the demo account");
    let seen = store.get_user(claim.user_id).await.unwrap().unwrap().session_count;
    store.repair_session_count(claim.user_id, seen, 77).await.unwrap();
    let job = SweepJob {
        shard: 0,
        due: store.clock().now().minus(std::time::Duration::from_hours(3)),
        kind: SweepKind::Staged,
        target: "0198c5e2-8a00-7000-8000-000000000001".to_owned(),
        state: SweepState::Waiting,
        user_id: claim.user_id,
        session_id: None,
        thread: None,
        revision: None,
        chunk_count: 0,
        attempts: 0,
        next_try: None,
    };
    store.leave_sweep_job(&job).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_is_verified_repaired_and_sound_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_str().unwrap();
    Server::start(folder.path()).await.kill().await;
    let sound = verify(path, &[]).await;
    assert_eq!((sound.code, sound.stdout.as_str()), (Some(0), ""), "{}", sound.stderr);
    assert!(sound.stderr.contains(" items, ") && sound.stderr.contains("0 findings"), "{}", sound.stderr);

    let engine = codesensei::engine::Engine::in_file(&folder.path().join("table.db")).await.unwrap();
    damage(engine.url()).await;
    drop(engine);
    let found = verify(path, &["--format", "jsonl"]).await;
    assert_eq!(found.code, Some(1), "{}", found.stderr);
    let lines: Vec<Value> = found.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let kinds: Vec<_> = lines.iter().map(|line| line["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["overdue_job", "session_count"]);
    assert!(lines.iter().all(|line| line["outcome"] == "repairable"), "{lines:?}");
    assert!(!found.stdout.contains("demo"), "{}", found.stdout);

    let user = lines[1]["id"].as_str().unwrap().strip_prefix("user ").unwrap();
    let of_one = verify(path, &["--user", user, "--format", "table"]).await;
    assert_eq!(of_one.code, Some(1));
    assert!(of_one.stdout.contains("counts 77, there are ") && of_one.stdout.contains("--fix"), "{}", of_one.stdout);

    let repaired = verify(path, &["--fix"]).await;
    assert_eq!(repaired.code, Some(0), "{}", repaired.stderr);
    assert!(repaired.stdout.contains(r#""outcome":"repaired""#), "{}", repaired.stdout);
    let again = verify(path, &["--format", "table"]).await;
    assert_eq!((again.code, again.stdout.as_str()), (Some(0), "The table is sound.\n"), "{}", again.stderr);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mistake_is_told_with_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_str().unwrap();
    let wrong = verify(path, &["--user", "ada"]).await;
    assert_eq!(wrong.code, Some(2));
    assert!(wrong.stderr.contains("--user"), "{}", wrong.stderr);
    let absent = verify(path, &["--table", "nowhere"]).await;
    assert_eq!((absent.code, absent.stdout.as_str()), (Some(1), ""));
    assert!(absent.stderr.contains("nowhere"), "{}", absent.stderr);
}
