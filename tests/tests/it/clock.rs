//! Clocks that stand still or jump by an hour: keys never collide, order and tokens stay right, and items past their
//! expiry are ignored while they are still stored.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use model::{AcquireLease, Order, PageRequest, RequestStatus, StoreAnswerError, Timestamp};
use serde_json::{Value, json};
use tests::app::{PASSWORD, Person};
use tests::story::answer;
use tests::{LEASE, TestApp, TestTable, concurrently};

const HOUR: Duration = Duration::from_hours(1);

fn ids(list: &Value, name: &str, id: &str) -> Vec<String> {
    let items = list[name].as_array().expect("a list").iter();
    items.map(|item| item[id].as_str().expect("an id").to_owned()).collect()
}

/// Creates sessions while `tick` changes the clock before each, and returns their ids.
async fn creates(ada: &Person, count: usize, mut tick: impl FnMut(usize)) -> Vec<String> {
    let mut created = Vec::new();
    for number in 0..count {
        tick(number);
        created.push(ada.creates(&format!("{number}.rs"), "fn main() {}\n").await.id);
    }
    created
}

async fn listed(ada: &Person) -> Vec<String> {
    let mut sessions = ids(&ada.gets("/sessions").await.is(200), "sessions", "session_id");
    sessions.reverse();
    sessions
}

#[tokio::test(flavor = "multi_thread")]
async fn concurrent_writes_in_one_millisecond_have_different_keys() {
    let app = TestApp::new().await;
    let ada = Arc::new(app.signs_up("ada").await);
    let session = ada.creates("main.rs", "fn main() {}\n").await;
    let thread = ada.opens_thread(&session, 1..=1).await;
    let before = app.table().raw().items().await.len();
    let notes = concurrently(40, |number| {
        let (ada, thread) = (Arc::clone(&ada), thread.clone());
        async move { ada.notes(&thread, &format!("note {number}")).await }
    });
    let notes = notes.await;
    let sessions = concurrently(40, |number| {
        let ada = Arc::clone(&ada);
        async move { ada.creates(&format!("{number}.rs"), "x").await.id }
    });
    let sessions = sessions.await;
    let times: BTreeSet<String> = notes.iter().map(|note| note["timestamp"].to_string()).collect();
    assert_eq!(times.len(), 1, "the clock stands still");
    assert_eq!(sessions.iter().collect::<BTreeSet<_>>().len(), 40);
    // A session is a head and a code; each note and each of these is an item of its own.
    assert_eq!(app.table().raw().items().await.len(), before + 40 + 2 * 40);
    let page = ada.gets(&thread.messages()).await.is(200);
    let seqs: Vec<String> = (1..=40).map(|seq| format!("{}.{seq}", thread.id)).collect();
    assert_eq!(ids(&page, "messages", "message_id"), seqs);
}

#[tokio::test]
async fn lists_keep_the_order_of_writes_when_the_clock_stands_still_or_jumps() {
    let app = TestApp::new().await;
    let ada = app.signs_up("ada").await;
    let clock = app.table().clock().clone();
    let mut created = creates(&ada, 5, |_| ()).await;
    let session = ada.creates("main.rs", "fn main() {}\n").await;
    created.push(session.id.clone());
    let (begun, mut notes) = (clock.now(), Vec::new());
    let thread = ada.opens_thread(&session, 1..=1).await;
    for to in [begun, begun.plus(HOUR), begun.minus(HOUR), begun, begun.minus(HOUR).plus(Duration::from_millis(1))] {
        clock.set(to);
        // Tokens of another hour are refused, so the person signs in again.
        let form = json!({ "username": "ada", "password": PASSWORD });
        ada.posts("/auth/login", &form).await.is(200);
        created.extend(creates(&ada, 4, |_| ()).await);
        notes.push(ada.notes(&thread, "a note").await["message_id"].as_str().expect("an id").to_owned());
        let (question, reply) = ada.asks(&thread, "Why?").await;
        notes.extend([question, reply].map(|message| message["message_id"].as_str().expect("an id").to_owned()));
    }
    assert_eq!(created.iter().collect::<BTreeSet<_>>().len(), created.len());
    assert_eq!(listed(&ada).await, created, "ids ascend, also after the clock was set back");
    assert_eq!(ids(&ada.gets(&thread.messages()).await.is(200), "messages", "message_id"), notes);
    let usage = ada.gets("/users/me/usage").await.is(200);
    assert_eq!(usage["total"]["requests"], 5);
}

#[tokio::test]
async fn a_token_from_the_future_is_refused_until_the_clock_reaches_it() {
    let app = TestApp::new().await;
    let ada = app.signs_up("ada").await;
    let clock = app.table().clock();
    let signed_in_at = clock.now();
    clock.set(signed_in_at.minus(HOUR));
    ada.gets("/users/me").await.refused(401, "UNAUTHORIZED");
    ada.copied().refreshes().await.refused(401, "REFRESH_TOKEN_INVALID");
    let other = app.signs_in("ada").await;
    other.gets("/users/me").await.is(200);
    // The difference that is tolerated between the clocks of two machines.
    clock.set(signed_in_at.minus(Duration::from_secs(5)));
    ada.gets("/users/me").await.is(200);
    ada.refreshes().await.is(200);
    clock.set(signed_in_at);
    ada.gets("/users/me").await.is(200);
    assert_eq!(ids(&ada.gets("/users/me/devices").await.is(200), "devices", "device_id").len(), 2);
}

#[tokio::test]
async fn a_clock_an_hour_ahead_expires_access_tokens_and_no_sign_ins() {
    let app = TestApp::new().await;
    let (ada, phone) = (app.signs_up("ada").await, app.signs_in("ada").await);
    app.advance(HOUR);
    for device in [&ada, &phone] {
        device.gets("/users/me").await.refused(401, "TOKEN_EXPIRED");
        device.refreshes().await.is(200);
        device.gets("/users/me").await.is(200);
    }
}

#[tokio::test]
async fn a_refresh_token_replaced_twice_in_one_millisecond_has_one_successor() {
    let app = TestApp::new().await;
    let ada = app.signs_up("ada").await;
    app.advance(Duration::from_hours(6 * 24 + 1));
    let tab = ada.copied();
    ada.refreshes().await.is(200);
    tab.refreshes().await.is(200);
    assert_eq!(ada.cookie("refresh_token"), tab.cookie("refresh_token"));
    for device in [&ada, &tab] {
        device.refreshes().await.is(200);
    }
    assert_eq!(ids(&ada.gets("/users/me/devices").await.is(200), "devices", "device_id").len(), 1);
}

#[tokio::test]
async fn leases_of_one_millisecond_differ_and_survive_jumps_of_the_clock() {
    let table = TestTable::new().await;
    let ada = table.user("ada").await;
    let session = table.session(&ada, "main.rs", "fn main() {}\n").await;
    let thread = table.thread(&session, 1, 1).await;
    let (clock, first) = (table.clock(), table.question(&thread, "Why?").await);
    let begun = clock.now();
    let key = first.id().key();
    // An hour back, the first run still holds the question; an hour ahead, no run does.
    clock.set(begun.minus(HOUR));
    assert!(matches!(table.messages().status_of(key).await.expect("an answer"), RequestStatus::Running(_)));
    clock.set(begun.plus(HOUR));
    assert!(matches!(table.messages().status_of(key).await.expect("an answer"), RequestStatus::Open(_)));
    let AcquireLease::Acquired(second) = table.messages().acquire_lease(&first, LEASE).await.expect("an answer") else {
        panic!("no run holds the question");
    };
    assert!(matches!(table.messages().acquire_lease(&first, LEASE).await, Ok(AcquireLease::Lost)));
    table.messages().lease(&second).release("AI_TIMEOUT").await.expect("the run holds it");
    // In the same millisecond, and after the clock was set back.
    for now in [clock.now(), begun] {
        clock.set(now);
        let AcquireLease::Acquired(third) = table.messages().acquire_lease(&second, LEASE).await.expect("an answer")
        else {
            panic!("no run holds the question");
        };
        assert!(third.lease_until > second.lease_until, "{:?} {:?}", third.lease_until, second.lease_until);
        let late = table.messages().lease(&second).store_answer(answer("late")).await;
        assert!(matches!(late, Err(StoreAnswerError::LeaseLost)), "{late:?}");
        table.messages().lease(&third).release("AI_TIMEOUT").await.expect("the run holds it");
    }
    let (_, page) = table
        .messages()
        .list(ada.user_id, thread.id(), Order::Ascending, PageRequest::default())
        .await
        .expect("a page");
    assert_eq!(page.items.len(), 1, "no run stored an answer");
}

/// DynamoDB removes expired items days later, and the embedded engine never before the clock of the test.
#[tokio::test]
async fn sign_ins_past_their_expiry_are_ignored_while_they_are_stored() {
    let app = TestApp::new().await;
    let (ada, phone) = (app.signs_up("ada").await, app.signs_in("ada").await);
    app.advance(Duration::from_hours(8 * 24));
    for device in [&ada, &phone] {
        device.copied().refreshes().await.refused(401, "REFRESH_TOKEN_INVALID");
    }
    let laptop = app.signs_in("ada").await;
    let devices = laptop.gets("/users/me/devices").await.is(200);
    assert_eq!(ids(&devices, "devices", "device_id").len(), 1);
    let stored = app.table().raw().all("refresh_family").await;
    assert_eq!(stored.len(), 3, "the expired ones are still stored");
    let now = app.table().clock().now();
    let expired = app.table().raw().items().await;
    let has_expired =
        |at: Option<i64>| at.is_some_and(|at| Timestamp::from_millis(at * 1_000).is_ok_and(|at| at < now));
    let expired = expired.iter().filter(|item| has_expired(item.number("expires_at")));
    assert_eq!(expired.count(), 2);
}
