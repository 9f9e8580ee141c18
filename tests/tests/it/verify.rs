//! Verifying: a consistent table has no findings, each kind of corruption is found, and safe repairs are made.

mod corruption;
mod damaged;
mod live;
mod repairs;
mod scene;

use std::collections::BTreeSet;

use model::FindingKind;
use tests::TestTable;

use corruption::{CORRUPTIONS, Corruption};
use scene::{Scene, fixed, found, verified};

#[tokio::test(flavor = "multi_thread")]
async fn a_consistent_table_has_no_findings() {
    let table = TestTable::new().await;
    assert_eq!(found(&table).await, []);
    let scene = Scene::new().await;
    assert_eq!(found(&scene.table).await, []);
    for passes in [2, 5] {
        let options = model::Verify { passes, segments: 3, ..scene::options(false) };
        assert_eq!(verified(&scene.table, options).await.1, []);
    }
    for user in [&scene.ada, &scene.bob] {
        let alone = scene.table.maintenance().verify_user(user.user_id, scene::options(false), |_| {}).await.unwrap();
        assert_eq!(alone.findings, 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn leftovers_of_deletes_are_no_findings_before_and_after_the_sweep() {
    let Scene { table, ada, bob, session, thread, .. } = Scene::new().await;
    table.delete_thread(&thread).await;
    assert_eq!(found(&table).await, []);
    table.delete_session(&session).await;
    assert_eq!(found(&table).await, []);
    table.delete_account(&bob).await;
    assert_eq!(found(&table).await, []);
    table.sweep_due_jobs().await;
    assert_eq!(found(&table).await, []);
    table.delete_account(&ada).await;
    table.sweep_due_jobs().await;
    assert_eq!(found(&table).await, []);
}

async fn check_corruption(corruption: &'static Corruption) {
    let name = corruption.name;
    let scene = Scene::new().await;
    (corruption.plant)(&scene).await;
    let kinds =
        |findings: &[(FindingKind, &'static str)]| findings.iter().map(|(kind, _)| *kind).collect::<BTreeSet<_>>();
    let expected: BTreeSet<_> = [corruption.repaired, corruption.left].concat().into_iter().collect();
    let before = scene.table.raw().items().await;
    let reported = found(&scene.table).await;
    assert_eq!(kinds(&reported), expected, "{name}: {reported:?}");
    assert!(scene.table.raw().items().await == before, "{name}: a verification without repairs changes nothing");
    let repaired = fixed(&scene.table).await;
    assert_eq!(kinds(&repaired), expected, "{name}: {repaired:?}");
    for (kind, outcome) in &repaired {
        let wanted = if corruption.left.contains(kind) { "left" } else { "repaired" };
        assert_eq!(*outcome, wanted, "{name}: {kind:?}");
    }
    let left: BTreeSet<_> = corruption.left.iter().copied().collect();
    let again = found(&scene.table).await;
    assert_eq!(kinds(&again), left, "{name}, after the repair: {again:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn each_kind_of_corruption_is_found_and_repaired_if_that_is_safe() {
    let runs: Vec<_> = CORRUPTIONS.iter().map(|corruption| tokio::spawn(check_corruption(corruption))).collect();
    for (run, corruption) in runs.into_iter().zip(CORRUPTIONS) {
        assert!(run.await.is_ok(), "{}: see above", corruption.name);
    }
}

#[test]
fn every_kind_of_finding_has_a_planted_corruption() {
    let planted: BTreeSet<_> = CORRUPTIONS.iter().flat_map(|each| [each.repaired, each.left].concat()).collect();
    let missing: Vec<_> = FindingKind::ALL.iter().filter(|kind| !planted.contains(kind)).collect();
    assert!(missing.is_empty(), "plant {missing:?}");
    assert!(CORRUPTIONS.len() >= 20);
}
