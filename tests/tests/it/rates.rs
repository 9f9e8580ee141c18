//! Rate windows: the number of hits in each, the exact retry time, and one update for each hit.

use std::time::Duration;

use model::{Hit, RateRule, Timestamp};
use tests::{TestTable, concurrently};

const FIVE_A_MINUTE: RateRule = RateRule::new("login", 5, Duration::from_mins(1));

async fn hit(table: &TestTable, subject: &str) -> Hit {
    table.rate_limits().hit(FIVE_A_MINUTE, subject).await.unwrap()
}

fn refused(retry_at: Timestamp) -> Hit {
    Hit::Refused { limit: "login", retry_at }
}

/// Moves the clock to the start of the subject's next window, and returns its end.
fn next_window(table: &TestTable, rule: RateRule, subject: &str) -> Timestamp {
    let now = table.clock().now();
    table.advance(rule.window(subject, now).ends_at.since(now));
    rule.window(subject, table.clock().now()).ends_at
}

#[tokio::test]
async fn a_hit_over_the_limit_is_refused_until_exactly_the_end_of_the_window() {
    let table = TestTable::new().await;
    let retry_at = next_window(&table, FIVE_A_MINUTE, "ada");
    assert_eq!(retry_at.since(table.clock().now()), Duration::from_mins(1));
    for _ in 0..5 {
        assert_eq!(hit(&table, "ada").await, Hit::Counted);
        table.advance(Duration::from_millis(9_999));
    }
    assert_eq!(hit(&table, "ada").await, refused(retry_at));
    table.advance(retry_at.minus(Duration::from_millis(1)).since(table.clock().now()));
    assert_eq!(hit(&table, "ada").await, refused(retry_at));
    table.advance(Duration::from_millis(1));
    assert_eq!(table.clock().now(), retry_at);
    assert_eq!(hit(&table, "ada").await, Hit::Counted);
}

#[tokio::test]
async fn every_hit_is_one_request_of_one_write_unit() {
    let table = TestTable::new().await;
    next_window(&table, FIVE_A_MINUTE, "ada");
    for window in 0..3 {
        for number in 0..5 {
            let _ = table.meter().take();
            assert_eq!(hit(&table, "ada").await, Hit::Counted);
            let calls = table.meter().take();
            assert_eq!(calls.len(), 1);
            assert_eq!((calls[0].pattern.id, calls[0].requests, calls[0].wcu), ("AP-60", 1, 1.0), "{window}, {number}");
        }
        let _ = table.meter().take();
        assert!(matches!(hit(&table, "ada").await, Hit::Refused { .. }));
        let refused = table.meter().take();
        assert_eq!((refused.len(), refused[0].requests, refused[0].wcu), (1, 1, 1.0), "DynamoDB bills a refused write");
        assert!(refused[0].is_estimated);
        next_window(&table, FIVE_A_MINUTE, "ada");
    }
    // Each window is its own item, which expires at its end.
    let mut windows = table.raw().items().await;
    windows.retain(|item| item.kind() == "rate_window");
    assert_eq!(windows.len(), 3);
    for window in windows {
        let end = window.number("expires_at").unwrap();
        assert!(end <= table.clock().now().expiry().seconds() && end > 0);
    }
}

#[tokio::test]
async fn other_subjects_and_other_rules_have_their_own_windows() {
    let table = TestTable::new().await;
    for _ in 0..6 {
        hit(&table, "ada").await;
    }
    assert_eq!(hit(&table, "bob").await, Hit::Counted);
    let other = RateRule { name: "signup", ..FIVE_A_MINUTE };
    assert_eq!(table.rate_limits().hit(other, "ada").await.unwrap(), Hit::Counted);
    let longer = RateRule { window: Duration::from_hours(1), ..FIVE_A_MINUTE };
    assert_eq!(table.rate_limits().hit(longer, "ada").await.unwrap(), Hit::Counted);
}

#[tokio::test]
async fn a_hit_that_raises_two_counters_raises_both_or_none() {
    let table = TestTable::new().await;
    let note = RateRule { name: "message", window: Duration::from_mins(1), max_hits: Some(5), max_ai_hits: None };
    let question = RateRule { max_ai_hits: Some(2), ..note };
    let analysis = RateRule { max_hits: None, ..question };
    let retry_at = next_window(&table, note, "ada");
    let counters = || async {
        let window = table.raw().one("rate_window", |_| true).await;
        (window.number("hits").unwrap(), window.number("ai_hits").unwrap())
    };
    for (rule, counted) in [(question, (1, 1)), (note, (2, 1)), (analysis, (2, 2)), (note, (3, 2))] {
        assert_eq!(table.rate_limits().hit(rule, "ada").await.unwrap(), Hit::Counted);
        assert_eq!(counters().await, counted);
    }
    for rule in [question, analysis] {
        assert_eq!(table.rate_limits().hit(rule, "ada").await.unwrap(), Hit::Refused { limit: "ai", retry_at });
    }
    assert_eq!(counters().await, (3, 2));
    for _ in 0..2 {
        assert_eq!(table.rate_limits().hit(note, "ada").await.unwrap(), Hit::Counted);
    }
    for rule in [note, question] {
        assert_eq!(table.rate_limits().hit(rule, "ada").await.unwrap(), Hit::Refused { limit: "message", retry_at });
    }
    assert_eq!(table.rate_limits().hit(analysis, "ada").await.unwrap(), Hit::Refused { limit: "ai", retry_at });
    assert_eq!(counters().await, (5, 2));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_concurrent_hits_are_counted_exactly_up_to_the_limit() {
    let table = TestTable::new().await;
    let rule = RateRule::new("ai", 30, Duration::from_mins(1));
    for _ in 0..2 {
        let retry_at = next_window(&table, rule, "ada");
        let hits = concurrently(100, |_| {
            let store = table.store().clone();
            async move { store.rate_limits().hit(rule, "ada").await.unwrap() }
        })
        .await;
        assert_eq!(hits.iter().filter(|hit| **hit == Hit::Counted).count(), 30);
        let refused = Hit::Refused { limit: "ai", retry_at };
        assert_eq!(hits.iter().filter(|hit| **hit == refused).count(), 70);
        let number = rule.window("ada", table.clock().now()).number;
        let window = table.raw().one("rate_window", |window| window.number("window") == Some(number.into())).await;
        assert_eq!(window.number("hits"), Some(30));
    }
}
