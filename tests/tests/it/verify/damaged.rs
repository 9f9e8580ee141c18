//! Items that no program of ours wrote: none stops a verification or a sweep, and no repair deletes items in use.

use std::collections::BTreeSet;
use std::time::Duration;

use model::{FindingKind, SaveCodeError, Session, Store, SweepJob, SweepKind};
use serde_json::{Map, Value, json};
use tests::RawItem;

use super::scene::{Scene, fixed, found, options};

const HIGHEST: u32 = u32::MAX;

fn number(value: u32) -> Value {
    json!({ "N": value.to_string() })
}

fn set(name: &'static str, value: Value) -> impl FnOnce(&mut Map<String, Value>) {
    move |item| drop(item.insert(name.to_owned(), value))
}

fn of(session: &Session) -> impl Fn(&RawItem) -> bool + use<> {
    let id = session.session_id.to_string();
    move |item| item.text("session_id") == Some(&*id)
}

/// A copy of an item under another key, with other fields.
async fn plant_a_copy(scene: &Scene, kind: &str, key: [String; 2], fields: &[(&'static str, Value)]) {
    let mut copy = scene.table.raw().one(kind, |_| true).await.0;
    for (name, part) in ["PK", "SK"].into_iter().zip(key) {
        copy.insert(name.to_owned(), json!({ "S": part }));
    }
    copy.extend(fields.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
    scene.table.raw().put(Value::Object(copy)).await;
}

/// A store with an empty cache of code.
async fn store_without_cache(scene: &Scene) -> Store {
    scene.table.store_through(scene.table.endpoint()).await
}

fn kinds(findings: &[(FindingKind, &'static str)]) -> BTreeSet<FindingKind> {
    findings.iter().map(|(kind, _)| *kind).collect()
}

#[tokio::test]
async fn impossible_numbers_do_not_end_a_verification() {
    let scene = Scene::new().await;
    let chunk = scene.table.raw().one("code_chunk", |_| true).await;
    let revision = chunk.text("revision").unwrap().to_owned();
    for n in [3_000, 40_000_000, HIGHEST] {
        let key = [format!("CHUNK#{revision}#{n:02}"), "CHUNK".to_owned()];
        plant_a_copy(&scene, "code_chunk", key, &[("n", number(n))]).await;
    }
    let (session, thread) = (scene.thread.session_id, scene.thread.thread);
    for seq in [400_000_000, HIGHEST] {
        let key = [format!("SESSION#{session}"), format!("MSG#{thread}#{seq:06}")];
        let fields = [("seq", number(seq)), ("thread", json!({ "S": thread.to_string() }))];
        plant_a_copy(&scene, "message", key, &fields).await;
    }
    scene.table.raw().change("anchors", |_| true, set("changes", number(HIGHEST))).await;
    scene.table.raw().change("session", of(&scene.session), set("version_number", number(HIGHEST))).await;
    let seen = kinds(&found(&scene.table).await);
    assert!(seen.contains(&FindingKind::OrphanChunks) && seen.contains(&FindingKind::MessageGap), "{seen:?}");
    let of_ada = scene.table.maintenance().verify_user(scene.ada.user_id, options(false), |_| {}).await.unwrap();
    assert!(of_ada.findings > 0);
    let repaired = fixed(&scene.table).await;
    assert!(repaired.contains(&(FindingKind::OrphanChunks, "repaired")), "{repaired:?}");
    assert!(scene.table.read(&scene.large).await.text.len() > 400_000, "its own chunks are complete");
}

#[tokio::test]
async fn an_impossible_chunk_count_ends_no_read_verification_or_sweep() {
    let scene = Scene::new().await;
    // Code of 5 MiB that gzip does not shorten has 14 chunks.
    for (count, is_impossible) in [(14, false), (15, true), (HIGHEST, true)] {
        for kind in ["session", "code"] {
            scene.table.raw().change(kind, of(&scene.large), set("chunk_count", number(count))).await;
        }
        let store = store_without_cache(&scene).await;
        let refused = store.sessions().open(scene.ada.user_id, scene.large.session_id).await.unwrap_err().to_string();
        assert_eq!(refused.contains("more chunks than code can have"), is_impossible, "{count}: {refused}");
    }
    assert_eq!(kinds(&found(&scene.table).await), BTreeSet::from([FindingKind::TornCode]));
    let revision = scene.large.revision;
    let job = SweepJob {
        revision: Some(revision),
        chunk_count: HIGHEST,
        ..scene.table.job(SweepKind::Replaced, &revision.to_string(), scene.ada.user_id)
    };
    scene.table.patterns().leave_sweep_job(&job).await.unwrap();
    scene.table.advance(Duration::from_secs(1));
    assert_eq!(scene.table.sweep_due_jobs().await.done, 1);
    assert_eq!(scene.table.raw().all("code_chunk").await, []);
}

#[tokio::test]
async fn chunks_that_a_head_or_a_code_item_names_are_not_deleted() {
    let other = "0198c5e2-8a00-7000-8000-00000000abcd";
    let (name_of_another, none) = (json!({ "S": other }), number(0));
    for (kind, field, value, expected) in [
        ("code_chunk", "session_id", name_of_another.clone(), FindingKind::ForeignOwner),
        ("code", "revision", name_of_another, FindingKind::TornCode),
        ("code", "chunk_count", none, FindingKind::TornCode),
    ] {
        let scene = Scene::new().await;
        scene.table.raw().change(kind, of(&scene.large), set(field, value)).await;
        let before = scene.table.raw().all("code_chunk").await.len();
        let seen = fixed(&scene.table).await;
        assert_eq!(seen, [(expected, "left")], "{kind}.{field}");
        assert_eq!(scene.table.raw().all("code_chunk").await.len(), before, "{kind}.{field}");
    }
}

#[tokio::test]
async fn an_item_whose_key_does_not_match_its_fields_is_reported_and_kept() {
    let scene = Scene::new().await;
    let other = "0198c5e2-8a00-7000-8000-00000000abcd";
    let is_last = |item: &RawItem| item.number("seq") == Some(6);
    scene.table.raw().change("message", is_last, set("thread", json!({ "S": other }))).await;
    let job = scene.table.job(SweepKind::Replaced, other, scene.ada.user_id);
    scene.table.patterns().leave_sweep_job(&job).await.unwrap();
    let long_ago = json!({ "N": scene.table.clock().now().minus(Duration::from_hours(48)).millis().to_string() });
    scene.table.raw().change("sweep_job", |_| true, set("due", long_ago)).await;
    let seen = fixed(&scene.table).await;
    assert_eq!(seen.iter().filter(|seen| **seen == (FindingKind::WrongKey, "left")).count(), 2, "{seen:?}");
    assert!(seen.iter().all(|(_, outcome)| *outcome == "left"), "{seen:?}");
    assert_eq!(kinds(&found(&scene.table).await), kinds(&seen));
}

#[tokio::test]
async fn an_item_of_version_0_is_reported_and_kept() {
    let scene = Scene::new().await;
    scene.table.raw().change("daily_usage", |_| true, set("v", number(0))).await;
    assert_eq!(fixed(&scene.table).await, [(FindingKind::Undecodable, "left")]);
}

#[tokio::test]
async fn an_unreadable_session_is_not_counted() {
    let scene = Scene::new().await;
    let key = [format!("USER#{}", scene.ada.user_id), "SESSION#zzz".to_owned()];
    plant_a_copy(&scene, "session", key, &[("session_id", json!({ "S": "zzz" }))]).await;
    assert_eq!(fixed(&scene.table).await, [(FindingKind::Undecodable, "left")]);
}

#[tokio::test]
async fn a_verification_of_one_user_reports_unreadable_claims_and_chunks() {
    for kind in ["email_claim", "username_claim", "code_chunk"] {
        let scene = Scene::new().await;
        let is_of_ada =
            |item: &RawItem| kind == "code_chunk" || item.text("user_id") == Some(&*scene.ada.user_id.to_string());
        let field = if kind == "code_chunk" { "bytes" } else { "claimed_at" };
        scene.table.raw().change(kind, is_of_ada, set(field, json!({ "S": "no such thing" }))).await;
        let alone = scene.table.maintenance().verify_user(scene.ada.user_id, options(false), |_| {}).await.unwrap();
        assert_eq!((alone.findings, alone.unsettled), (1, 1), "{kind}");
        assert_eq!(found(&scene.table).await, [(FindingKind::Undecodable, "left")], "{kind}");
    }
}

#[tokio::test]
async fn a_save_at_the_highest_version_number_is_answered() {
    let scene = Scene::new().await;
    scene.table.raw().change("session", of(&scene.session), set("version_number", number(HIGHEST))).await;
    let head = scene.table.patterns().get_session(scene.ada.user_id, scene.session.session_id).await.unwrap().unwrap();
    let saved = scene.table.save(&head, "fn main() { }\n").await;
    assert!(matches!(saved, Ok(_) | Err(SaveCodeError::VersionConflict(_))), "it is answered");
}
