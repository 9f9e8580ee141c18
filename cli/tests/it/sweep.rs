//! `codesensei sweep`: its work, its output, and its exit codes.

use model::{Clock, CursorKey, Endpoint, Ids, Store, SweepJob, SweepJobRequired, SweepKind, SweepState, TableConfig};

use crate::process::{CommandResult, Server, codesensei, run_to_end};

async fn sweep(folder: &str, more: &[&str]) -> CommandResult {
    let arguments = [&["sweep", "--data-dir", folder], more].concat();
    run_to_end(codesensei(&arguments)).await
}

/// Adds a job that succeeds, and one that fails because it has no thread.
async fn leave_jobs(url: &str) {
    let store = Store::connect(TableConfig {
        table: "codesensei".to_owned(),
        endpoint: Endpoint::url(url),
        cursor_key: CursorKey::from_secret(b"a test"),
        clock: Clock::system(),
        ids: Ids::random(),
    })
    .await;
    for kind in [SweepKind::Replaced, SweepKind::Thread] {
        let job: SweepJob = SweepJobRequired {
            shard: 0,
            due: store.clock().now(),
            kind,
            target: "0198c5e2-8a00-7000-8000-000000000001".to_owned(),
            state: SweepState::Waiting,
            user_id: store.ids().next(store.clock().now()),
            chunk_count: 0,
            attempts: 0,
        }
        .into();
        store.patterns().leave_sweep_job(&job).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sweep_removes_due_data_and_lists_the_remaining_jobs() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_str().unwrap();
    Server::start(folder.path()).await.kill().await;
    let clean = sweep(path, &[]).await;
    assert_eq!((clean.code, clean.stdout.as_str()), (Some(0), "No jobs remain.\n"), "{}", clean.stderr);

    let engine = codesensei::engine::Engine::in_file(&folder.path().join("table.db")).await.unwrap();
    leave_jobs(engine.url()).await;
    drop(engine);
    let words = |end: &CommandResult| -> Vec<String> {
        end.stdout.lines().skip(1).map(|line| line.split_whitespace().take(5).collect::<Vec<_>>().join(" ")).collect()
    };
    let listed = sweep(path, &["--list"]).await;
    assert_eq!(listed.code, Some(0), "{}", listed.stderr);
    assert_eq!(words(&listed), ["replaced 1 0 0 0", "thread 1 0 0 0"], "{}", listed.stdout);
    let swept = sweep(path, &[]).await;
    assert_eq!(swept.code, Some(1), "{}", swept.stderr);
    assert_eq!(words(&swept), ["thread 1 0 1 0"], "{}", swept.stdout);
    assert!(
        swept.stderr.contains("1 done, 1 failed") && swept.stderr.contains("1 failed: thread: "),
        "{}",
        swept.stderr
    );
    let again = sweep(path, &[]).await;
    assert!(again.stderr.contains("1 waiting for their next attempt"), "{}", again.stderr);
}
