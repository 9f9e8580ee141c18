//! The fixtures of AP-84, AP-97 to AP-99 and AP-110 to AP-117: the reads and repairs of `codesensei verify`.

use std::time::Duration;

use model::{
    EmailClaim, ExpiredCreation, ExpiredFamily, ExpiredMessage, ExpiredRecord, ExpiredWindow, PageRequest, RateRule,
    ReleaseClaims, RemoveExpired, RepairMessageSlots, RestoreClaims, StaleEmailClaim, StaleUsernameClaim, Store,
    StoredItem, SweepKind, User, UsernameClaim,
};
use serde_json::{Value, json};
use tests::story::A_WEEK;

use super::bench::{Bench, fixtures};
use super::messages::a_thread;
use super::records::record_of;
use super::usage::{days, spend};

fixtures! {
    "AP-84" => correct_counters,
    "AP-97" => upgrade_item,
    "AP-98" => stored_user,
    "AP-99" => stored_session,
    "AP-110" => restore_claims,
    "AP-111" => release_claims,
    "AP-112" => remove_expired,
    "AP-113" => repair_message_slots,
    "AP-116" => stored_sweep_jobs,
    "AP-117" => repair_index_keys,
}

/// The items of an entity, as a scan returns them.
async fn stored(store: &Store, kind: &str) -> Vec<StoredItem> {
    let mut items = store.patterns().scan_segment(0, 1, None).await.expect("the table answers").items;
    items.retain(|item| item.entity() == Some(kind));
    items
}

async fn upgrade_item(bench: &Bench) {
    days(bench, 1).await;
    let of_version_1 = |day: &mut serde_json::Map<String, Value>| {
        day.insert("v".to_owned(), json!({ "N": "1" }));
        day.retain(|name, _| !name.starts_with("GSI1"));
    };
    bench.table.raw().change("daily_usage", |_| true, of_version_1).await;
    let day = stored(&bench.table, "daily_usage").await.pop().unwrap();
    assert!(bench.once().await.patterns().upgrade_item(&day).await.unwrap());
}

async fn correct_counters(bench: &Bench) {
    let ada = bench.user().await;
    bench.session(&ada).await;
    let negative = json!({ "N": "-1" });
    bench.table.raw().change("session", |_| true, |head| drop(head.insert("thread_count".to_owned(), negative))).await;
    let head = stored(&bench.table, "session").await.pop().unwrap();
    assert!(bench.once().await.patterns().correct_counters(&head).await.unwrap());
}

async fn stored_user(bench: &Bench) {
    let (ada, today) = days(bench, 30).await;
    spend(&bench.table, ada, today.days_before(30), 8_500).await;
    let ada = bench.table.patterns().get_user(ada).await.unwrap().unwrap();
    for _ in 0..2 {
        bench.table.sign_ins().start(&ada, A_WEEK).await.unwrap();
    }
    bench.sessions(&ada, 50).await;
    let page = bench.once().await.patterns().stored_user(ada.user_id, PageRequest::default()).await.unwrap();
    assert_eq!((page.items.len(), page.cursor), (85, None));
}

async fn stored_session(bench: &Bench) {
    let thread = a_thread(bench).await;
    bench.notes(&thread, 100, 500).await;
    let page = bench.once().await.patterns().stored_session(thread.session_id, PageRequest::default()).await.unwrap();
    assert_eq!((page.items.len(), page.cursor), (103, None));
}

fn claims_of(bench: &Bench, user: &User) -> (EmailClaim, UsernameClaim) {
    let (user_id, claimed_at) = (user.user_id, bench.table.clock().now());
    let email = EmailClaim { email_digest: user.email.digest(), user_id, claimed_at };
    (email, UsernameClaim { username_key: user.username.key(), user_id, claimed_at })
}

async fn restore_claims(bench: &Bench) {
    let ada = bench.user().await;
    for kind in ["email_claim", "username_claim"] {
        let claim = bench.table.raw().one(kind, |_| true).await;
        bench.table.raw().remove(&claim).await;
    }
    let (email_claim, username_claim) = claims_of(bench, &ada);
    let lost = RestoreClaims {
        email_claim: Some(&email_claim),
        username_claim: Some(&username_claim),
        user_id: ada.user_id,
        email: &ada.email,
        username: &ada.username,
        seen_updated_at: ada.updated_at,
    };
    bench.checks(1);
    bench.once().await.patterns().restore_claims(lost).await.unwrap();
}

async fn release_claims(bench: &Bench) {
    let ada = bench.user().await;
    let (email, username) = (ada.email.digest(), ada.username.key());
    let seen_claimed_at = bench.table.patterns().find_email_claim(email).await.unwrap().unwrap().claimed_at;
    let claims = ReleaseClaims {
        email_claim: Some(StaleEmailClaim { email_digest: email, owner: ada.user_id, seen_claimed_at }),
        username_claim: Some(StaleUsernameClaim { username_key: &username, owner: ada.user_id, seen_claimed_at }),
    };
    bench.once().await.patterns().release_claims(claims).await.unwrap();
}

async fn remove_expired(bench: &Bench) {
    let thread = a_thread(bench).await;
    let question = bench.table.question(&thread, "why?").await;
    let record = record_of(bench, &question);
    let seen_expires_at = bench.table.clock().now().expiry();
    let other = model::Message { seq: 3, content: "w".repeat(500), expires_at: Some(seen_expires_at), ..question };
    let asked = model::AskQuestion {
        question: &other,
        record: Some(&record),
        seen_slots: 2,
        last_role: None,
        last_excerpt: None,
        last_state: None,
        expire_from: None,
        expire_until: None,
    };
    bench.table.patterns().ask_question(asked).await.unwrap();
    let new = model::NewThread { selected_text: "s".to_owned(), ..tests::story::lines(1, 1) };
    let client_id = Some(uuid::Uuid::from_u128(7));
    bench.table.threads().create(thread.user_id, thread.session_id, client_id, new).await.unwrap();
    let creation = bench.table.raw().one("creation", |_| true).await;
    let key = creation.text("key_digest").expect("it has its key").parse::<model::Digest>().unwrap();
    let creation = bench.table.patterns().get_creation(key).await.unwrap().unwrap();
    let rule = RateRule::new("login", 5, Duration::from_mins(15));
    bench.table.rate_limits().hit(rule, "192.0.2.1").await.unwrap();
    let user_id = thread.user_id;
    let family = bench.table.patterns().list_refresh_families(user_id).await.unwrap().pop().unwrap();
    let window = rule.window("192.0.2.1", bench.table.clock().now());
    let expired = RemoveExpired {
        family: Some(ExpiredFamily { user_id, family_id: family.family_id, seen_expires_at: family.expires_at }),
        record: Some(ExpiredRecord {
            session_id: record.session_id,
            thread: record.thread,
            key_digest: record.key_digest,
            seen_expires_at: record.expires_at,
        }),
        creation: Some(ExpiredCreation { key_digest: key, seen_expires_at: creation.expires_at }),
        window: Some(ExpiredWindow {
            rule: "login",
            subject: "192.0.2.1",
            window: window.number,
            seen_expires_at: window.ends_at.expiry(),
        }),
        message: Some(ExpiredMessage { session_id: thread.session_id, thread: thread.thread, seq: 3, seen_expires_at }),
    };
    bench.once().await.patterns().remove_expired(expired).await.unwrap();
}

async fn repair_message_slots(bench: &Bench) {
    let thread = a_thread(bench).await;
    let (session_id, seen_updated_at, thread) = (thread.session_id, thread.updated_at, thread.thread);
    let input = RepairMessageSlots { session_id, thread, seen_slots: 0, seen_updated_at, counted: 4 };
    bench.once().await.patterns().repair_message_slots(input).await.unwrap();
}

async fn repair_index_keys(bench: &Bench) {
    days(bench, 1).await;
    bench
        .table
        .raw()
        .change("daily_usage", |_| true, |day| drop(day.insert("GSI1SK".to_owned(), json!({ "N": "1" }))))
        .await;
    let day = stored(&bench.table, "daily_usage").await.pop().unwrap();
    assert!(bench.once().await.patterns().repair_index_keys(&day).await.unwrap());
}

async fn stored_sweep_jobs(bench: &Bench) {
    let ada = bench.user().await;
    for number in 0..25 {
        let target = format!("0198c5e2-8a00-7000-8000-0000000000{number:02}");
        bench
            .table
            .patterns()
            .leave_sweep_job(&bench.table.job(SweepKind::Thread, &target, ada.user_id))
            .await
            .unwrap();
    }
    let page = bench.once().await.patterns().stored_sweep_jobs(3, PageRequest::default()).await.unwrap();
    assert_eq!((page.items.len(), page.cursor), (25, None));
}
