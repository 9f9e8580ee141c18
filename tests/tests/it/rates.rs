//! Rate windows: so many hits from the first on, an exact time to come back, and no way round it by coming together.

use std::time::Duration;

use model::{Hit, RateRule};
use tests::{TestTable, at_once};

const FIVE_A_MINUTE: RateRule = RateRule { name: "login", max_hits: 5, window_seconds: 60 };

async fn hit(table: &TestTable, subject: &str) -> Hit {
    table.hit(FIVE_A_MINUTE, subject).await.unwrap()
}

#[tokio::test]
async fn the_hit_after_the_last_is_refused_until_exactly_the_end_of_the_window() {
    let table = TestTable::new().await;
    let opened = table.clock().now();
    for _ in 0..5 {
        assert_eq!(hit(&table, "ada").await, Hit::Counted);
        table.later(Duration::from_millis(9_999));
    }
    let retry_at = opened.plus(Duration::from_mins(1));
    assert_eq!(hit(&table, "ada").await, Hit::Refused { retry_at });
    table.later(retry_at.minus(Duration::from_millis(1)).since(table.clock().now()));
    assert_eq!(hit(&table, "ada").await, Hit::Refused { retry_at });
    table.later(Duration::from_millis(1));
    assert_eq!(table.clock().now(), retry_at);
    assert_eq!(hit(&table, "ada").await, Hit::Counted);
}

#[tokio::test]
async fn a_window_that_has_ended_starts_again_with_the_next_hit() {
    let table = TestTable::new().await;
    for round in 0..3 {
        let opened = table.clock().now();
        for _ in 0..5 {
            assert_eq!(hit(&table, "ada").await, Hit::Counted, "{round}");
        }
        let retry_at = opened.plus(Duration::from_mins(1));
        assert_eq!(hit(&table, "ada").await, Hit::Refused { retry_at });
        table.later(Duration::from_mins(1) + Duration::from_secs(round));
    }
    assert_eq!(table.raw().all("rate_window").await.len(), 1);
}

#[tokio::test]
async fn another_subject_and_another_rule_have_windows_of_their_own() {
    let table = TestTable::new().await;
    for _ in 0..6 {
        hit(&table, "ada").await;
    }
    assert_eq!(hit(&table, "bob").await, Hit::Counted);
    let other = RateRule { name: "signup", ..FIVE_A_MINUTE };
    assert_eq!(table.hit(other, "ada").await.unwrap(), Hit::Counted);
    let longer = RateRule { window_seconds: 3_600, ..FIVE_A_MINUTE };
    assert_eq!(table.hit(longer, "ada").await.unwrap(), Hit::Counted);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_hundred_hits_at_once_exactly_the_limit_is_counted() {
    let table = TestTable::new().await;
    let rule = RateRule { name: "ai", max_hits: 30, window_seconds: 60 };
    // The first window is opened by the hundred themselves; the second is restarted by them.
    for _ in 0..2 {
        let retry_at = table.clock().now().plus(Duration::from_mins(1));
        let hits = at_once(100, |_| {
            let store = table.store().clone();
            async move { store.hit(rule, "ada").await.unwrap() }
        })
        .await;
        assert_eq!(hits.iter().filter(|hit| **hit == Hit::Counted).count(), 30);
        assert_eq!(hits.iter().filter(|hit| **hit == Hit::Refused { retry_at }).count(), 70);
        assert_eq!(table.raw().all("rate_window").await[0].number("hits"), Some(30));
        table.later(Duration::from_mins(1));
    }
}
