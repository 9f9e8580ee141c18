//! Crowds: the same in every table, consistent, and complete also after interruptions.

use std::num::{NonZeroU32, NonZeroUsize};
use std::time::{Duration, Instant};

use codesensei::seed::{Crowd, LoadReport, ProgressBar, Rate, SeedLogin, Shape, Stop};
use model::{CallCost, Date, PageRequest, SessionId, Signup, Store, UserId};
use tests::TestTable;

use super::soundness::{assert_sound, assert_verified, by_key, paid_by_answer, paid_by_day};

fn shape() -> Shape {
    Shape {
        users: Some(60),
        sessions_per_user: 4.0,
        threads_per_session: 2.0,
        messages_per_thread: 3.0,
        days: 10,
        rng_seed: 7,
    }
}

fn crowd(shape: Shape) -> Crowd {
    Crowd {
        shape,
        sign_in: SeedLogin::SharedPassword,
        concurrency: NonZeroUsize::new(4).unwrap(),
        rate: Rate::per_second(None),
        progress: ProgressBar::hidden(),
    }
}

async fn load(store: &Store, shape: Shape) -> LoadReport {
    crowd(shape).load(store, Stop::default()).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crowd_is_consistent_and_its_usage_equals_the_cost_of_its_answers() {
    let table = TestTable::new().await;
    let outcome = load(table.store(), shape()).await;
    let items = table.raw().items().await;
    assert_sound(&items);
    assert_verified(&table).await;
    assert_eq!(paid_by_day(&items), paid_by_answer(&items));
    assert_eq!((outcome.written, outcome.existing, outcome.is_complete), (60, 0, true));
    assert_eq!(outcome.tally.items(), items.len() as u64);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_load_finds_all_accounts_and_writes_nothing() {
    let table = TestTable::new().await;
    load(table.store(), shape()).await;
    let before = table.raw().items().await;
    let again = load(table.store(), shape()).await;
    assert_eq!((again.written, again.existing, again.tally.items(), again.tally.wcu), (0, 60, 0, 0.0));
    assert_eq!(table.raw().items().await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_interrupted_load_resumes_and_gives_the_same_result() {
    let (table, whole) = (TestTable::new().await, TestTable::new().await);
    load(whole.store(), shape()).await;
    let (stop, store) = (Stop::default(), table.store().clone());
    let asked = stop.clone();
    // Slow enough that the load still runs when the test sees its first items.
    let slow = Crowd { rate: Rate::per_second(NonZeroU32::new(200)), ..crowd(shape()) };
    let first = tokio::spawn(async move { slow.load(&store, asked).await });
    while !table.raw().census().await.contains_key("user") {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    stop.request();
    let first = first.await.unwrap().unwrap();
    assert!(!first.is_complete && first.written > 0 && first.written < 60, "{}", first.written);
    assert_verified(&table).await;
    let second = load(table.store(), shape()).await;
    assert_eq!((second.is_complete, second.existing, second.written), (true, first.written, 60 - first.written));
    assert_eq!(by_key(table.raw().items().await), by_key(whole.raw().items().await));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_load_resumes() {
    let (table, whole) = (TestTable::new().await, TestTable::new().await);
    load(whole.store(), shape()).await;
    let mut kills = 0_u32;
    for patience in (10..).step_by(30).map(Duration::from_millis) {
        let load = crowd(shape()).load(table.store(), Stop::default());
        if let Ok(done) = tokio::time::timeout(patience, load).await {
            assert!(done.unwrap().is_complete);
            break;
        }
        kills += 1;
    }
    assert!(kills > 0, "the first time ends before the load");
    assert_eq!(by_key(table.raw().items().await), by_key(whole.raw().items().await));
}

#[tokio::test(flavor = "multi_thread")]
async fn crowds_of_two_seeds_do_not_collide() {
    let table = TestTable::new().await;
    load(table.store(), shape()).await;
    let others = load(table.store(), Shape { rng_seed: 8, ..shape() }).await;
    assert_eq!((others.written, others.tally.skipped()), (60, &[][..]));
    assert_sound(&table.raw().items().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_limit_of_write_units_counts_consumed_units() {
    let (table, begun) = (TestTable::new().await, Instant::now());
    let slow = Shape { users: Some(20), ..shape() };
    let limited = Crowd { rate: Rate::per_second(NonZeroU32::new(300)), ..crowd(slow) };
    let outcome = limited.load(table.store(), Stop::default()).await.unwrap();
    let seconds = begun.elapsed().as_secs_f64();
    assert!(outcome.tally.wcu > 600.0, "{} WCU are more than a second's worth", outcome.tally.wcu);
    // The bucket starts with the units of one second.
    assert!(seconds > (outcome.tally.wcu - 300.0) / 300.0 - 0.1, "{} WCU in {seconds} s", outcome.tally.wcu);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_taken_username_keeps_its_owner() {
    let (table, elsewhere) = (TestTable::new().await, TestTable::new().await);
    load(elsewhere.store(), shape()).await;
    let holder = table.user(members(&elsewhere).await[0].username.as_str()).await;
    let outcome = load(table.store(), shape()).await;
    assert_eq!((outcome.written, outcome.tally.skipped().len()), (59, 1));
    assert_eq!(table.profile(&holder).await, holder);
}

/// All members, in the order of their sign-ups.
async fn members(table: &TestTable) -> Vec<Signup> {
    let mut members = Vec::new();
    for before in (0..shape().days).rev() {
        let date = last_day().days_before(before);
        members.extend(table.patterns().list_signups(date, PageRequest::default()).await.unwrap().items);
    }
    members
}

fn last_day() -> Date {
    "2026-09-30".parse().unwrap()
}

/// The cost of a list, an open and a top ten: the requests and read units of each call.
async fn costs(table: &TestTable, user_id: UserId, session_id: SessionId) -> Vec<(&'static str, u32, f64)> {
    let _ = table.meter().take();
    table.patterns().list_sessions(user_id, PageRequest::default()).await.unwrap();
    table.patterns().open_session(user_id, session_id).await.unwrap();
    assert_eq!(table.patterns().top_users_by_cost(last_day(), None).await.unwrap().items.len(), 10);
    // An empty shard costs half a unit on AWS and on the embedded engine, and nothing on DynamoDB Local.
    let rcu = |call: &CallCost| call.rcu.max(f64::from(call.requests) / 2.0);
    table.meter().take().into_iter().map(|call| (call.pattern.name, call.requests, rcu(&call))).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_an_open_and_a_top_ten_cost_the_same_in_a_crowd_of_5_times_the_size() {
    let (small, large) = (TestTable::new().await, TestTable::new().await);
    let few = Shape { users: Some(40), days: 1, ..shape() };
    load(large.store(), Shape { users: Some(200), ..few.clone() }).await;
    load(small.store(), few).await;
    // Both crowds contain the same people.
    let mut busiest = None;
    for member in members(&small).await {
        let sessions = small.patterns().list_sessions(member.user_id, PageRequest::default()).await.unwrap().items;
        if busiest.as_ref().is_none_or(|(_, most): &(_, Vec<_>)| most.len() < sessions.len()) {
            busiest = Some((member.user_id, sessions));
        }
    }
    let (user_id, sessions) = busiest.unwrap();
    let session_id = sessions[0].session_id;
    assert_eq!(costs(&large, user_id, session_id).await, costs(&small, user_id, session_id).await);
}
