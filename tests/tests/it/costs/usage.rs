//! The fixtures of AP-65 to AP-68: usage.

use model::{AddUsage, DailyUsageKey, Date, PageRequest, Store, UserId};

use super::bench::{Bench, fixtures};

fixtures! {
    "AP-65" => list_usage,
    "AP-66" => add_usage,
    "AP-67" => get_usage,
    "AP-68" => delete_usage,
}

pub(super) async fn spend(store: &Store, user_id: UserId, date: Date, cost_micros: i64) {
    let usage = AddUsage {
        user_id,
        date,
        input_tokens: 1_200,
        cache_read_tokens: 900,
        cache_write_tokens: 0,
        output_tokens: 340,
        cost_micros,
    };
    store.patterns().add_usage(usage).await.expect("the user exists");
}

/// A user with this many days of usage, up to today.
pub(super) async fn days(bench: &Bench, count: u32) -> (UserId, Date) {
    let (ada, today) = (bench.user().await.user_id, bench.table.clock().now().date());
    for day in 0..count {
        spend(&bench.table, ada, today.days_before(day), 8_500).await;
    }
    (ada, today)
}

async fn list_usage(bench: &Bench) {
    let (ada, today) = days(bench, 31).await;
    let page =
        bench.once().await.patterns().list_usage(ada, today.days_before(30), today, PageRequest::default()).await;
    assert_eq!(page.unwrap().items.len(), 31);
}

async fn add_usage(bench: &Bench) {
    let (ada, today) = days(bench, 1).await;
    for _ in 0..8 {
        spend(&bench.table, ada, today, 8_500).await;
    }
    bench.checks(1);
    spend(bench.once().await, ada, today, 8_500).await;
}

async fn get_usage(bench: &Bench) {
    let (ada, today) = days(bench, 1).await;
    assert!(bench.once().await.patterns().get_usage(ada, today).await.unwrap().is_some());
}

async fn delete_usage(bench: &Bench) {
    let (user_id, today) = days(bench, 31).await;
    let keys: Vec<_> = (0..31).map(|day| DailyUsageKey { user_id, date: today.days_before(day) }).collect();
    bench.once().await.patterns().delete_usage(&keys).await.unwrap();
}
