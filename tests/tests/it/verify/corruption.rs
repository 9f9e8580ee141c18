//! Kinds of corruption, planted past the model.

use std::pin::Pin;
use std::time::Duration;

use model::{FindingKind, FindingKind as Kind, SweepKind};
use serde_json::{Map, Value, json};
use tests::RawItem;

use super::scene::Scene;

type Planted<'a> = Pin<Box<dyn Future<Output = ()> + Send + 'a>>;

/// A corruption that only a manual change or a broken disk causes.
pub(super) struct Corruption {
    pub(super) name: &'static str,
    /// The findings that are repaired.
    pub(super) repaired: &'static [FindingKind],
    /// The findings that are left to a person.
    pub(super) left: &'static [FindingKind],
    pub(super) plant: for<'a> fn(&'a Scene) -> Planted<'a>,
}

macro_rules! corruptions {
    ($($plant:ident: $repaired:expr, $left:expr;)+) => {
        pub(super) const CORRUPTIONS: &[Corruption] = &[$(Corruption {
            name: stringify!($plant),
            repaired: &$repaired,
            left: &$left,
            plant: |scene| Box::pin($plant(scene)),
        }),+];
    };
}

corruptions! {
    a_profile_counts_too_many_sessions: [Kind::SessionCount], [];
    a_profile_counts_too_few_sessions: [Kind::SessionCount], [];
    a_head_counts_other_threads: [Kind::ThreadCount], [];
    a_thread_counts_too_few_slots: [Kind::MessageSlots], [];
    a_profile_counts_a_negative_number: [Kind::BadCounter, Kind::SessionCount], [];
    a_head_counts_half_a_thread: [Kind::BadCounter, Kind::ThreadCount], [];
    a_thread_counts_more_slots_than_a_number_holds: [Kind::BadCounter, Kind::MessageSlots], [];
    a_day_costs_a_fraction: [Kind::BadCounter, Kind::WrongIndexKey], [];
    an_address_without_a_claim: [Kind::MissingClaim], [];
    a_name_without_a_claim: [Kind::MissingClaim], [];
    a_claim_names_no_user: [Kind::StaleClaim], [];
    a_claim_names_another_user: [Kind::StaleClaim, Kind::MissingClaim], [];
    two_users_have_one_address: [], [Kind::MissingClaim];
    a_profile_is_gone: [], [Kind::OrphansOfUser, Kind::StaleClaim];
    a_profile_without_sessions_is_gone: [Kind::OrphansOfUser, Kind::StaleClaim], [];
    a_head_is_gone: [Kind::OrphansOfSession, Kind::SessionCount], [];
    a_thread_is_gone: [Kind::OrphansOfThread, Kind::ThreadCount, Kind::StrayAnchor], [];
    all_anchors_are_gone: [Kind::MissingAnchor], [];
    an_anchor_is_gone: [Kind::MissingAnchor], [];
    an_anchor_of_another_move: [Kind::MissingAnchor], [];
    an_anchor_of_a_thread_that_is_gone: [Kind::StrayAnchor], [];
    an_anchor_is_stable_over_other_text: [Kind::FalseAnchor], [];
    chunks_without_code: [Kind::OrphanChunks], [];
    code_is_gone: [], [Kind::MissingCode];
    code_of_another_revision: [], [Kind::TornCode];
    a_chunk_is_gone: [], [Kind::TornCode];
    code_that_does_not_inflate: [], [Kind::DamagedCode];
    a_chunk_with_other_bytes: [], [Kind::DamagedCode];
    a_thread_of_another_user: [], [Kind::ForeignOwner];
    a_note_is_gone: [], [Kind::MessageGap];
    a_question_is_gone: [], [Kind::MessageGap, Kind::StrayAnswer];
    an_answer_is_gone: [], [Kind::LostAnswer];
    an_expired_window: [Kind::Expired], [];
    a_day_of_the_first_version: [Kind::OlderVersion], [];
    a_day_of_the_next_version: [], [Kind::NewerVersion];
    a_head_without_a_field: [], [Kind::Undecodable];
    an_item_under_another_key: [], [Kind::WrongKey];
    an_amount_out_of_step_in_the_index: [Kind::WrongIndexKey], [];
    a_sign_up_on_another_day_in_the_index: [Kind::WrongIndexKey], [];
    a_day_in_another_shard_of_the_index: [Kind::WrongIndexKey], [];
    an_item_of_no_entity: [], [Kind::UnknownEntity];
    an_overdue_job: [Kind::OverdueJob], [];
    a_job_that_fails: [], [Kind::FailingJob];
    a_question_without_a_run: [Kind::PendingQuestion], [];
}

/// A number in DynamoDB's JSON.
fn number(number: u32) -> Value {
    json!({ "N": number.to_string() })
}

fn set(name: &'static str, value: Value) -> impl FnOnce(&mut Map<String, Value>) {
    move |item| {
        item.insert(name.to_owned(), value);
    }
}

/// Whether the item belongs to this user.
fn of(scene: &Scene) -> impl Fn(&RawItem) -> bool {
    let ada = scene.ada.user_id.to_string();
    move |item| item.text("user_id") == Some(&ada)
}

fn has(name: &'static str, id: &impl ToString) -> impl Fn(&RawItem) -> bool {
    let id = id.to_string();
    move |item| item.text(name) == Some(&id)
}

async fn remove(scene: &Scene, kind: &str, pick: impl Fn(&RawItem) -> bool) -> RawItem {
    let item = scene.table.raw().one(kind, pick).await;
    scene.table.raw().remove(&item).await;
    item
}

/// The message with this number in the scene's thread.
fn message(scene: &Scene, seq: i64) -> impl Fn(&RawItem) -> bool {
    let thread = scene.thread.thread.to_string();
    move |item| item.text("thread") == Some(&thread) && item.number("seq") == Some(seq)
}

async fn a_profile_counts_too_many_sessions(scene: &Scene) {
    scene.table.raw().change("user", of(scene), set("session_count", number(9))).await;
}

async fn a_profile_counts_too_few_sessions(scene: &Scene) {
    scene.table.raw().change("user", of(scene), set("session_count", number(0))).await;
}

async fn a_head_counts_other_threads(scene: &Scene) {
    let head = has("session_id", &scene.session.session_id);
    scene.table.raw().change("session", head, set("thread_count", number(1))).await;
}

async fn a_thread_counts_too_few_slots(scene: &Scene) {
    let thread = has("thread", &scene.thread.thread);
    scene.table.raw().change("thread", thread, set("message_slots", number(2))).await;
}

async fn a_profile_counts_a_negative_number(scene: &Scene) {
    scene.table.raw().change("user", of(scene), set("session_count", json!({ "N": "-3" }))).await;
}

async fn a_head_counts_half_a_thread(scene: &Scene) {
    let head = has("session_id", &scene.session.session_id);
    scene.table.raw().change("session", head, set("thread_count", json!({ "N": "0.5" }))).await;
}

async fn a_thread_counts_more_slots_than_a_number_holds(scene: &Scene) {
    let thread = has("thread", &scene.thread.thread);
    scene.table.raw().change("thread", thread, set("message_slots", json!({ "N": "4294967296" }))).await;
}

async fn a_day_costs_a_fraction(scene: &Scene) {
    let change = |day: &mut Map<String, Value>| {
        day.insert("cost_micros".to_owned(), json!({ "N": "8500.5" }));
        day.insert("GSI1SK".to_owned(), json!({ "N": "8500.5" }));
    };
    scene.table.raw().change("daily_usage", of(scene), change).await;
}

async fn an_address_without_a_claim(scene: &Scene) {
    remove(scene, "email_claim", of(scene)).await;
}

async fn a_name_without_a_claim(scene: &Scene) {
    remove(scene, "username_claim", of(scene)).await;
}

async fn a_claim_names_no_user(scene: &Scene) {
    let mut claim = scene.table.raw().one("username_claim", of(scene)).await.0;
    let unknown: model::UserId = scene.table.ids().next(scene.table.clock().now());
    claim.extend([
        ("PK".to_owned(), json!({ "S": "USERNAME#unknown" })),
        ("username_key".to_owned(), json!({ "S": "unknown" })),
        ("user_id".to_owned(), json!({ "S": unknown.to_string() })),
    ]);
    scene.table.raw().put(Value::Object(claim)).await;
}

async fn a_claim_names_another_user(scene: &Scene) {
    let bob = json!({ "S": scene.bob.user_id.to_string() });
    scene.table.raw().change("email_claim", of(scene), set("user_id", bob)).await;
}

async fn two_users_have_one_address(scene: &Scene) {
    remove(scene, "email_claim", of(scene)).await;
    let address = json!({ "S": scene.bob.email.as_str() });
    scene.table.raw().change("user", of(scene), set("email", address)).await;
}

async fn a_profile_is_gone(scene: &Scene) {
    remove(scene, "user", of(scene)).await;
}

async fn a_profile_without_sessions_is_gone(scene: &Scene) {
    let carol = scene.table.user("caroline").await;
    remove(scene, "user", has("user_id", &carol.user_id)).await;
}

async fn a_head_is_gone(scene: &Scene) {
    remove(scene, "session", has("session_id", &scene.session.session_id)).await;
}

async fn a_thread_is_gone(scene: &Scene) {
    remove(scene, "thread", has("thread", &scene.thread.thread)).await;
}

async fn all_anchors_are_gone(scene: &Scene) {
    remove(scene, "anchors", |_| true).await;
}

/// Changes the list of Ada's anchors; the first is that of the scene's thread.
async fn change_anchors(scene: &Scene, change: impl FnOnce(&mut Vec<Value>)) {
    let change = |item: &mut Map<String, Value>| {
        let list = item.get_mut("threads").and_then(|threads| threads["L"].as_array_mut());
        change(list.expect("a list of anchors"));
    };
    scene.table.raw().change("anchors", |_| true, change).await;
}

async fn an_anchor_is_gone(scene: &Scene) {
    change_anchors(scene, |anchors| drop(anchors.remove(0))).await;
}

async fn an_anchor_of_another_move(scene: &Scene) {
    change_anchors(scene, |anchors| anchors[0]["M"]["m"] = number(7)).await;
}

async fn an_anchor_of_a_thread_that_is_gone(scene: &Scene) {
    let thread: model::ThreadUuid = scene.table.ids().next(scene.table.clock().now());
    change_anchors(scene, |anchors| {
        let mut other = anchors[0].clone();
        other["M"]["t"] = json!({ "S": thread.to_string() });
        anchors.push(other);
    })
    .await;
}

async fn an_anchor_is_stable_over_other_text(scene: &Scene) {
    change_anchors(scene, |anchors| anchors[0]["M"]["a"] = json!({ "S": "stable" })).await;
}

async fn chunks_without_code(scene: &Scene) {
    let revision: model::RevisionId = scene.table.ids().next(scene.table.clock().now());
    let mut chunk = scene.table.raw().one("code_chunk", |chunk| chunk.number("n") == Some(0)).await.0;
    chunk.extend([
        ("PK".to_owned(), json!({ "S": format!("CHUNK#{revision}#00") })),
        ("revision".to_owned(), json!({ "S": revision.to_string() })),
    ]);
    scene.table.raw().put(Value::Object(chunk)).await;
}

async fn code_is_gone(scene: &Scene) {
    remove(scene, "code", has("session_id", &scene.session.session_id)).await;
}

async fn code_of_another_revision(scene: &Scene) {
    let code = has("session_id", &scene.session.session_id);
    let other = json!({ "S": scene.large.revision.to_string() });
    scene.table.raw().change("code", code, set("revision", other)).await;
}

async fn a_chunk_is_gone(scene: &Scene) {
    remove(scene, "code_chunk", |chunk| chunk.number("n") == Some(1)).await;
}

async fn code_that_does_not_inflate(scene: &Scene) {
    let code = has("session_id", &scene.session.session_id);
    scene.table.raw().change("code", code, set("inline", json!({ "B": "bm8gZ3ppcA==" }))).await;
}

async fn a_chunk_with_other_bytes(scene: &Scene) {
    let first = scene.table.raw().one("code_chunk", |chunk| chunk.number("n") == Some(0)).await;
    let bytes = first.0["bytes"].clone();
    scene.table.raw().change("code_chunk", |chunk| chunk.number("n") == Some(1), set("bytes", bytes)).await;
}

async fn a_thread_of_another_user(scene: &Scene) {
    let bob = json!({ "S": scene.bob.user_id.to_string() });
    let thread = has("thread", &scene.thread.thread);
    scene.table.raw().change("thread", thread, set("user_id", bob)).await;
}

async fn a_note_is_gone(scene: &Scene) {
    remove(scene, "message", message(scene, 1)).await;
}

async fn a_question_is_gone(scene: &Scene) {
    remove(scene, "message", message(scene, 2)).await;
}

async fn an_answer_is_gone(scene: &Scene) {
    remove(scene, "message", message(scene, 3)).await;
}

async fn an_expired_window(scene: &Scene) {
    let long_ago = scene.table.clock().now().minus(Duration::from_hours(5 * 24)).seconds();
    let expired = json!({ "N": long_ago.to_string() });
    scene.table.raw().change("rate_window", |_| true, set("expires_at", expired)).await;
}

async fn a_day_of_the_first_version(scene: &Scene) {
    let older = |day: &mut Map<String, Value>| {
        day.insert("v".to_owned(), number(1));
        day.remove("cache_read_tokens");
        day.remove("cache_write_tokens");
    };
    scene.table.raw().change("daily_usage", of(scene), older).await;
}

async fn a_day_of_the_next_version(scene: &Scene) {
    scene.table.raw().change("daily_usage", of(scene), set("v", number(3))).await;
}

async fn a_head_without_a_field(scene: &Scene) {
    let head = has("session_id", &scene.session.session_id);
    let change = |head: &mut Map<String, Value>| {
        head.remove("filename");
    };
    scene.table.raw().change("session", head, change).await;
}

async fn an_item_under_another_key(scene: &Scene) {
    let window = scene.table.raw().one("rate_window", |_| true).await;
    scene.table.raw().remove(&window).await;
    let moved = json!({ "S": "RATE#login#192.0.2.2#0001994916" });
    scene
        .table
        .raw()
        .put(Value::Object([window.0, Map::from_iter([("PK".to_owned(), moved)])].into_iter().flatten().collect()))
        .await;
}

async fn an_amount_out_of_step_in_the_index(scene: &Scene) {
    scene.table.raw().change("daily_usage", of(scene), set("GSI1SK", number(77))).await;
}

async fn a_sign_up_on_another_day_in_the_index(scene: &Scene) {
    let other = json!({ "S": "SIGNUP#2026-11-23" });
    scene.table.raw().change("user", of(scene), set("GSI1PK", other)).await;
}

async fn a_day_in_another_shard_of_the_index(scene: &Scene) {
    let change = |day: &mut Map<String, Value>| {
        let partition = day["GSI1PK"]["S"].as_str().unwrap();
        let (day_of, shard) = partition.rsplit_once('#').unwrap();
        let other = format!("{day_of}#{}", (shard.parse::<u32>().unwrap() + 1) % 8);
        day.insert("GSI1PK".to_owned(), json!({ "S": other }));
    };
    scene.table.raw().change("daily_usage", of(scene), change).await;
}

async fn an_item_of_no_entity(scene: &Scene) {
    scene.table.raw().put(json!({ "PK": { "S": "NOTE#ada" }, "SK": { "S": "1" }, "et": { "S": "note" } })).await;
}

async fn an_overdue_job(scene: &Scene) {
    let due = scene.table.clock().now().minus(Duration::from_hours(2));
    let revision: model::RevisionId = scene.table.ids().next(scene.table.clock().now());
    let job = scene.table.job(SweepKind::Staged, &revision.to_string(), scene.ada.user_id);
    scene.table.patterns().leave_sweep_job(&model::SweepJob { due, ..job }).await.unwrap();
}

async fn a_job_that_fails(scene: &Scene) {
    let due = scene.table.clock().now().minus(Duration::from_hours(25));
    // A job of this kind must name its thread.
    let job = scene.table.job(SweepKind::Thread, "a thread", scene.ada.user_id);
    scene.table.patterns().leave_sweep_job(&model::SweepJob { due, attempts: 9, ..job }).await.unwrap();
}

async fn a_question_without_a_run(scene: &Scene) {
    scene.table.question(&scene.thread, "why?").await;
    scene.table.advance(Duration::from_hours(2));
}
