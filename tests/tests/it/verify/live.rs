//! A table in use: unfinished writes are not reported as corruption, and no repair undoes them.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use model::Verify;
use tests::Proxy;
use tests::proxy::Moment;
use tests::story::edit;
use tests::texts::noise;

use super::scene::{Scene, fixed, found, options, verified};

#[tokio::test(flavor = "multi_thread")]
async fn staged_code_before_its_commit_is_no_orphan() {
    let scene = Scene::new().await;
    let proxy = Proxy::before(scene.table.endpoint()).await;
    let store = scene.table.store_through(&proxy.url()).await;
    let stalled = proxy.stall("TransactWriteItems", Moment::BeforeTheEngine);
    let (owner, save) = (scene.ada.user_id, edit(&scene.large, &noise(500_000, 2)));
    let saving = tokio::spawn(async move { store.sessions().save(owner, save).await });
    stalled.arrived().await;
    assert_eq!(fixed(&scene.table).await, []);
    saving.abort();
    scene.table.advance(Duration::from_mins(15));
    scene.table.sweep_due_jobs().await;
    assert_eq!(found(&scene.table).await, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn verifying_and_repairing_a_busy_table_finds_nothing() {
    let scene = Arc::new(Scene::new().await);
    let stop = Arc::new(AtomicBool::new(false));
    let writers: Vec<_> = (0..3_u64)
        .map(|seed| {
            let (scene, stop) = (Arc::clone(&scene), Arc::clone(&stop));
            tokio::spawn(async move {
                let mut size = 100;
                while !stop.load(Ordering::Relaxed) {
                    let text = noise(if size % 3 == 0 { 400_000 } else { size }, seed);
                    let session = scene.table.session(&scene.bob, "busy.rs", &text).await;
                    let thread = scene.table.thread(&session, 1, 1).await;
                    scene.table.talk(&thread, "why?").await;
                    let saved = scene.table.save(&session, &noise(size, seed + 9)).await;
                    assert!(saved.is_ok() || size > 0);
                    if let Ok(deleted) = scene.table.patterns().get_session(scene.bob.user_id, session.session_id).await
                    {
                        scene.table.delete_session(&deleted.unwrap()).await;
                    }
                    size += 1;
                }
            })
        })
        .collect();
    for round in 0..4 {
        let options = Verify { look_again_after: Duration::from_millis(300), ..options(round % 2 == 1) };
        assert_eq!(verified(&scene.table, options).await.1, [], "round {round}");
    }
    stop.store(true, Ordering::Relaxed);
    for writer in writers {
        writer.await.expect("no write was undone");
    }
    scene.table.sweep_due_jobs().await;
    assert_eq!(found(&scene.table).await, []);
}
