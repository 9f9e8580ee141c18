//! The fixtures of AP-80 to AP-96 except AP-84: operators' queries and repairs.

use model::{CodeChunk, DailyUsage, PageRequest, RepairThreadCount};

use super::bench::{Bench, fixtures};
use super::usage::spend;

fixtures! {
    "AP-80" => top_users_by_cost,
    "AP-81" => list_signups,
    "AP-83" => spend_of_day,
    "AP-90" => count_sessions,
    "AP-91" => repair_session_count,
    "AP-92" => count_threads,
    "AP-93" => repair_thread_count,
    "AP-94" => check_claims,
    "AP-95" => get_code_chunk,
    "AP-96" => scan_segment,
}

async fn top_users_by_cost(bench: &Bench) {
    let now = bench.table.clock().now();
    for user in 0..40 {
        let user_id = bench.table.user(&format!("user{user}")).await.user_id;
        spend(&bench.table, user_id, now.date(), 8_500 + user).await;
    }
    assert_eq!(bench.once().await.patterns().top_users_by_cost(now.date(), None).await.unwrap().items.len(), 10);
}

async fn spend_of_day(bench: &Bench) {
    let now = bench.table.clock().now();
    let day = |user: i64| DailyUsage {
        user_id: bench.table.ids().next(now),
        date: now.date(),
        requests: 10,
        input_tokens: 12_000,
        cache_read_tokens: 9_000,
        cache_write_tokens: 0,
        output_tokens: 3_400,
        cost_micros: 85_000 + user,
    };
    let days: Vec<DailyUsage> = (0..40).map(day).collect();
    bench.table.patterns().load_account_data(&[], &[], &[], &[], &[], &days).await.unwrap();
    assert_eq!(bench.once().await.patterns().spend_of_day(now.date()).await.unwrap().len(), 40);
}

async fn list_signups(bench: &Bench) {
    for number in 100..200 {
        bench.table.user(&format!("user{number}")).await;
    }
    let today = bench.table.clock().now().date();
    let page = bench.once().await.patterns().list_signups(today, PageRequest::default()).await.unwrap();
    assert_eq!((page.items.len(), page.cursor), (100, None));
}

async fn count_sessions(bench: &Bench) {
    let ada = bench.user().await;
    bench.sessions(&ada, 50).await;
    assert_eq!(bench.once().await.patterns().count_sessions(ada.user_id).await.unwrap(), 50);
}

async fn repair_session_count(bench: &Bench) {
    let ada = bench.user().await;
    bench.once().await.patterns().repair_session_count(ada.user_id, 0, 0, 7).await.unwrap();
}

async fn count_threads(bench: &Bench) {
    let ada = bench.user().await;
    let session = bench.session(&ada).await;
    for _ in 0..50 {
        bench.thread(&session).await;
    }
    assert_eq!(bench.once().await.patterns().count_threads(session.session_id).await.unwrap(), 50);
}

async fn repair_thread_count(bench: &Bench) {
    let ada = bench.user().await;
    let session = bench.session(&ada).await;
    let (user_id, session_id) = (ada.user_id, session.session_id);
    let input = RepairThreadCount { user_id, session_id, seen_count: 0, seen_changes: 0, counted: 7 };
    bench.once().await.patterns().repair_thread_count(input).await.unwrap();
}

async fn check_claims(bench: &Bench) {
    let ada = bench.user().await;
    let checked =
        bench.once().await.patterns().check_claims(ada.user_id, ada.email.digest(), &ada.username.key()).await.unwrap();
    assert!(checked.user.is_some() && checked.email_claim.is_some() && checked.username_claim.is_some());
}

async fn get_code_chunk(bench: &Bench) {
    let ada = bench.user().await;
    let chunks = bench.chunks(&bench.session(&ada).await);
    bench.table.patterns().write_code_chunks(&chunks[..1]).await.unwrap();
    let CodeChunk { revision, n, .. } = chunks[0];
    assert!(bench.once().await.patterns().get_code_chunk(revision, n).await.unwrap().is_some());
}

async fn scan_segment(bench: &Bench) {
    let ada = bench.user().await;
    let session = bench.session(&ada).await;
    let thread = bench.thread(&session).await;
    bench.notes(&thread, 240, 500).await;
    let page = bench.once().await.patterns().scan_segment(0, 1, None).await.unwrap();
    assert!(page.items.len() > 240 && page.next.is_none());
}
