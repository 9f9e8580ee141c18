//! Index keys in shards: the items of one day are spread over partitions, and read in one order.

use std::collections::BTreeSet;
use std::time::Duration;

use model::{AddUsage, PageRequest};
use tests::TestTable;

/// The partitions of the index that hold items of an entity.
async fn partitions(table: &TestTable, kind: &str) -> BTreeSet<String> {
    let items = table.raw().items().await;
    items.iter().filter(|item| item.kind() == kind).filter_map(|item| item.text("GSI1PK").map(str::to_owned)).collect()
}

#[tokio::test]
async fn sign_ups_of_all_shards_are_paged_in_the_order_of_their_times() {
    let table = TestTable::new().await;
    let today = table.clock().now().date();
    let mut names = Vec::new();
    for number in 100..140 {
        let name = format!("user{number}");
        table.user(&name).await;
        names.push(name);
        // Some sign up in the same millisecond.
        if number % 3 == 0 {
            table.advance(Duration::from_secs(1));
        }
    }
    let partitions = partitions(&table, "user").await;
    assert!((4..=8).contains(&partitions.len()), "{partitions:?}");
    for limit in [1, 7, 39, 40, 100] {
        let (mut seen, mut cursor) = (Vec::new(), None::<String>);
        loop {
            let page = PageRequest { limit: Some(limit), cursor: cursor.as_deref() };
            let found = table.patterns().list_signups(today, page).await.unwrap();
            seen.extend(found.items);
            cursor = found.cursor;
            if cursor.is_none() {
                break;
            }
        }
        assert!(seen.is_sorted_by_key(|signup| signup.created_at), "{limit}");
        let mut found: Vec<String> = seen.iter().map(|signup| signup.username.as_str().to_owned()).collect();
        found.sort();
        assert_eq!(found, names, "{limit}");
    }
}

#[tokio::test]
async fn the_spend_of_a_day_includes_the_users_of_all_shards() {
    let table = TestTable::new().await;
    let now = table.clock().now();
    let spend = |user_id, cost_micros| AddUsage {
        user_id,
        date: now.date(),
        input_tokens: 3,
        cache_read_tokens: 0,
        cache_write_tokens: 0,
        output_tokens: 2,
        cost_micros,
    };
    for cost in 1..=60 {
        let user = table.user(&format!("user{cost}")).await;
        table.patterns().add_usage(spend(user.user_id, cost)).await.unwrap();
    }
    let rows = table.patterns().spend_of_day(now.date()).await.unwrap();
    let costs: Vec<i64> = rows.iter().map(|row| row.cost_micros).collect();
    assert_eq!(costs, (1..=60).rev().collect::<Vec<_>>(), "dearest first");
    assert_eq!(rows.iter().map(|row| row.input_tokens + row.output_tokens).sum::<i64>(), 300);
    assert!(partitions(&table, "daily_usage").await.len() >= 4);

    for (first, count, more) in
        [(None, 10, true), (Some(59), 59, true), (Some(60), 60, false), (Some(1_000), 60, false)]
    {
        let top = table.patterns().top_users_by_cost(now.date(), first).await.unwrap();
        assert_eq!((top.items.len(), top.more), (count, more), "{first:?}");
        assert_eq!(top.items.last().map(|row| row.cost_micros), Some(61 - i64::try_from(count).unwrap()));
    }
}
