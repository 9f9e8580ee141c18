//! The sweep: no unreadable, failing or huge job blocks another job, and no job is lost or fails without a report.

use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use handlers::http::metrics::Metrics;
use model::{DailyUsage, SweepJob, SweepKind, UserId};
use serde_json::{Value, json};
use tests::proxy::Moment;
use tests::story::SWEEP_TIME;
use tests::texts::noise;
use tests::{Proxy, TestTable};

/// Leaves this many jobs that succeed at once.
async fn leave_good_jobs(table: &TestTable, count: usize) -> Vec<SweepJob> {
    let mut jobs = Vec::new();
    for _ in 0..count {
        let revision: model::RevisionId = table.ids().next(table.clock().now());
        jobs.push(table.job(SweepKind::Replaced, &revision.to_string(), any_user_id(table)));
    }
    for job in &jobs {
        table.patterns().leave_sweep_job(job).await.unwrap();
    }
    jobs
}

/// Leaves this many jobs that fail: their kind is a thread, and they name none.
async fn leave_failing_jobs(table: &TestTable, count: usize) {
    for number in 0..count {
        let job = table.job(SweepKind::Thread, &format!("thread {number}"), any_user_id(table));
        table.patterns().leave_sweep_job(&job).await.unwrap();
    }
}

fn any_user_id(table: &TestTable) -> UserId {
    table.ids().next(table.clock().now())
}

/// A job as a later version of this program may write it.
async fn leave_a_job_of_a_newer_version(table: &TestTable) {
    let due = table.clock().now().minus(Duration::from_hours(2)).millis();
    let item = json!({
        "PK": { "S": "SWEEP#03" },
        "SK": { "S": format!("{due:013}#thread#from-the-future") },
        "et": { "S": "sweep_job" },
        "v": { "N": "99" },
    });
    table.raw().put(item).await;
}

#[tokio::test]
async fn an_unreadable_job_is_counted_and_the_others_are_done() {
    let table = TestTable::new().await;
    leave_a_job_of_a_newer_version(&table).await;
    leave_good_jobs(&table, 30).await;
    // Its fields make another key than its own.
    let mut moved = table.raw().one("sweep_job", |job| job.text("state").is_some()).await.0;
    moved.insert("SK".to_owned(), json!({ "S": format!("{:013}#replaced#x", table.clock().now().millis()) }));
    table.raw().put(Value::Object(moved)).await;
    let swept = table.sweep_due_jobs().await;
    assert_eq!((swept.done, swept.unreadable, swept.left()), (30, 2, 2));
    assert_eq!(swept.oldest_due, Some(Duration::from_hours(2) + Duration::from_millis(1)));
    assert_eq!(table.raw().all("sweep_job").await.len(), 2, "an unreadable job is kept");
}

#[tokio::test]
async fn failing_jobs_do_not_block_the_jobs_behind_them() {
    let table = TestTable::new().await;
    leave_failing_jobs(&table, 60).await;
    table.advance(Duration::from_millis(1));
    leave_good_jobs(&table, 5).await;
    let swept = table.sweep_due_jobs().await;
    assert_eq!((swept.done, swept.failed, swept.left()), (5, 60, 60));
    let failures: Vec<_> = swept.failures.into_iter().collect();
    assert_eq!(failures.len(), 1, "{failures:?}");
    assert!(failures[0].0.starts_with("thread: AP-71: ") && failures[0].1 == 60, "{failures:?}");
}

#[tokio::test]
async fn a_failing_job_is_tried_again_with_a_growing_delay() {
    let table = TestTable::new().await;
    leave_failing_jobs(&table, 1).await;
    let mut tried_after = Vec::new();
    let mut minutes = 0;
    table.advance(Duration::from_millis(1));
    while tried_after.len() < 9 {
        let swept = table.maintenance().sweep_due(SWEEP_TIME).await.unwrap();
        assert_eq!((swept.failed + swept.put_off, swept.left()), (1, 1));
        if swept.failed == 1 {
            tried_after.push(minutes);
        }
        table.advance(Duration::from_mins(1));
        minutes += 1;
    }
    assert_eq!(tried_after, [0, 1, 3, 7, 15, 31, 63, 123, 183], "at most an hour apart");
    let [job] = table.raw().all("sweep_job").await.try_into().unwrap();
    assert_eq!(table.raw().one("sweep_job", |_| true).await.number("attempts"), Some(9), "{job:?}");
    let [backlog] = table.maintenance().sweep_backlog().await.unwrap().try_into().unwrap();
    assert_eq!((backlog.kind, backlog.due, backlog.failing), ("thread", 1, 1));
}

/// Leaves a job of a deleted account with this many days of usage, and returns its user.
async fn leave_an_account(table: &TestTable, days: u32) -> UserId {
    let user_id = any_user_id(table);
    let today = table.clock().now().date();
    let day = |back| DailyUsage {
        user_id,
        date: today.days_before(back),
        requests: 1,
        input_tokens: 1,
        cache_read_tokens: 0,
        cache_write_tokens: 0,
        output_tokens: 1,
        cost_micros: 1,
    };
    let days: Vec<DailyUsage> = (0..days).map(day).collect();
    table.patterns().load_account_data(&[], &[], &[], &[], &[], &days).await.unwrap();
    table.patterns().leave_sweep_job(&table.job(SweepKind::Account, &user_id.to_string(), user_id)).await.unwrap();
    user_id
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_job_does_not_block_the_other_jobs_of_its_shard() {
    let table = TestTable::new().await;
    leave_an_account(&table, 3).await;
    table.advance(Duration::from_millis(1));
    leave_good_jobs(&table, 2).await;
    table.advance(Duration::from_millis(1));
    let proxy = Proxy::before(table.endpoint()).await;
    let store = table.store_through(&proxy.url()).await;
    // The account's days are deleted in batches, which never end here. The other jobs need no batch.
    let _stalled = proxy.stall("BatchWriteItem", Moment::BeforeTheEngine);
    let swept = store.maintenance().sweep_due(Duration::from_secs(4)).await.unwrap();
    assert_eq!((swept.done, swept.unfinished, swept.left()), (2, 1, 1));
    assert!(swept.oldest_due.is_some());
    assert_eq!(table.sweep_due_jobs().await.done, 1, "the next run finishes the job");
    assert_eq!(table.raw().items().await, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_huge_account_is_removed_over_several_runs() {
    let table = TestTable::new().await;
    leave_an_account(&table, 3_000).await;
    table.advance(Duration::from_millis(1));
    leave_good_jobs(&table, 1).await;
    table.advance(Duration::from_millis(1));
    let (mut runs, mut done) = (0, 0);
    while done < 2 {
        let swept = table.maintenance().sweep_due(Duration::from_millis(400)).await.unwrap();
        (runs, done) = (runs + 1, done + swept.done);
        assert!(runs < 1_000, "the sweep never ends");
        // A job that fails once, on a busy machine, is put off.
        table.advance(Duration::from_hours(1));
    }
    assert_eq!(table.raw().items().await, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn shards_are_swept_concurrently() {
    let table = TestTable::new().await;
    leave_an_account(&table, 3).await;
    for shard in 0..8 {
        let job = table.job(SweepKind::Replaced, &format!("revision {shard}"), any_user_id(&table));
        table.patterns().leave_sweep_job(&SweepJob { shard, ..job }).await.unwrap();
    }
    table.advance(Duration::from_millis(1));
    let proxy = Proxy::before(table.endpoint()).await;
    let store = table.store_through(&proxy.url()).await;
    let _stalled = proxy.stall("BatchWriteItem", Moment::BeforeTheEngine);
    let swept = store.maintenance().sweep_due(Duration::from_secs(4)).await.unwrap();
    assert_eq!((swept.done, swept.unfinished), (8, 1), "a stuck shard does not block other shards");
}

#[tokio::test]
async fn the_sweep_of_an_account_removes_unreadable_items() {
    let table = TestTable::new().await;
    let ada = table.user("ada").await;
    let readable = table.session(&ada, "a.rs", &noise(500_000, 1)).await;
    let broken = table.session(&ada, "b.rs", &noise(500_000, 2)).await;
    for session in [&readable, &broken] {
        table.talk(&table.thread(session, 1, 1).await, "why?").await;
    }
    let id = broken.session_id.to_string();
    table
        .raw()
        .change(
            "session",
            |head| head.text("session_id") == Some(&id),
            |head| {
                head.remove("filename");
            },
        )
        .await;
    table
        .raw()
        .change(
            "daily_usage",
            |_| true,
            |day| {
                day.insert("requests".to_owned(), json!({ "N": "-1" }));
            },
        )
        .await;
    table.delete_account(&ada).await;
    let swept = table.sweep_due_jobs().await;
    assert_eq!((swept.done, swept.left()), (1, 0));
    assert_eq!(table.raw().outline().await, []);
}

/// The written bytes.
#[derive(Clone, Default)]
struct Sink(Arc<Mutex<Vec<u8>>>);

impl io::Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn a_sweep_writes_metrics_for_alarms() {
    let table = TestTable::new().await;
    leave_a_job_of_a_newer_version(&table).await;
    leave_failing_jobs(&table, 2).await;
    leave_good_jobs(&table, 3).await;
    table.advance(Duration::from_millis(1));
    let sink = Sink::default();
    handlers::sweep::run(&table, &Metrics::to(sink.clone()), SWEEP_TIME).await.unwrap();
    let line: Value = serde_json::from_slice(&sink.0.lock().unwrap()).expect("one line");
    let directive = &line["_aws"]["CloudWatchMetrics"][0];
    assert_eq!((&directive["Namespace"], &directive["Dimensions"]), (&json!("CodeSensei"), &json!([["service"]])));
    let names: Vec<&str> =
        directive["Metrics"].as_array().unwrap().iter().map(|metric| metric["Name"].as_str().unwrap()).collect();
    let values: Vec<(&str, u64)> = names.iter().map(|name| (*name, line[*name].as_u64().unwrap())).collect();
    let expected = [
        ("SweepJobsDone", 3),
        ("SweepJobsFailed", 2),
        ("SweepJobsPutOff", 0),
        ("SweepJobsUnreadable", 1),
        ("SweepJobsUnfinished", 0),
        ("SweepOldestDueSeconds", 7_200),
    ];
    assert_eq!(values, expected);
    assert_eq!(line["service"], "sweep");
}
