//! Item versions: items of an older program can be read, added to, and upgraded without losing concurrent writes.

use model::{AddUsage, FindingKind, Store, StoreError, StoredItem, User};
use serde_json::{Value, json};
use tests::TestTable;

/// A day as the first version wrote it, past the model: without tokens of the prompt cache, and in no index.
async fn a_day_of_version_1(table: &TestTable, user: &User) {
    let today = table.clock().now().date();
    let number = |number: u32| json!({ "N": number.to_string() });
    let text = |text: String| json!({ "S": text });
    let day = json!({
        "PK": text(format!("USER#{}", user.user_id)), "SK": text(format!("USAGE#{today}")),
        "et": { "S": "daily_usage" }, "v": number(1),
        "user_id": text(user.user_id.to_string()), "date": text(today.to_string()),
        "requests": number(2), "input_tokens": number(30), "output_tokens": number(40), "cost_micros": number(500),
    });
    table.raw().put(day).await;
}

fn spent(store: &Store, user: &User) -> AddUsage {
    AddUsage {
        user_id: user.user_id,
        date: store.clock().now().date(),
        input_tokens: 1,
        cache_read_tokens: 7,
        cache_write_tokens: 0,
        output_tokens: 1,
        cost_micros: 10,
    }
}

async fn the_day(table: &TestTable) -> StoredItem {
    let items = table.patterns().scan_segment(0, 1, None).await.unwrap().items;
    items.into_iter().find(|item| item.entity() == Some("daily_usage")).expect("the day exists")
}

async fn scene() -> (TestTable, User) {
    let table = TestTable::new().await;
    let ada = table.user("ada").await;
    a_day_of_version_1(&table, &ada).await;
    (table, ada)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_item_of_an_older_version_reads_like_a_current_one() {
    let (table, ada) = scene().await;
    let today = table.clock().now().date();
    let day = table.patterns().get_usage(ada.user_id, today).await.unwrap().unwrap();
    assert_eq!((day.requests, day.cache_read_tokens, day.cache_write_tokens, day.cost_micros), (2, 0, 0, 500));
    let listed = table.patterns().list_usage(ada.user_id, today, today, model::PageRequest::default()).await.unwrap();
    assert_eq!(listed.items, [day]);
    // An index contains only upgraded items.
    assert_eq!(table.patterns().top_users_by_cost(today, None).await.unwrap().items, []);
    assert!(table.patterns().user_footprint(ada.user_id, model::PageRequest::default()).await.is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn adding_to_an_item_of_an_older_version_keeps_its_amounts() {
    let (table, ada) = scene().await;
    table.patterns().add_usage(spent(&table, &ada)).await.unwrap();
    let day = table.patterns().get_usage(ada.user_id, table.clock().now().date()).await.unwrap().unwrap();
    assert_eq!((day.requests, day.cache_read_tokens, day.cache_write_tokens, day.cost_micros), (3, 7, 0, 510));
    // The upsert writes every field, so the item has the current version; its index key is the total amount.
    assert_eq!(table.patterns().top_users_by_cost(day.date, None).await.unwrap().items[0].cost_micros, 510);
    assert_eq!(the_day(&table).await.to_dynamodb_json()["Item"]["GSI1SK"], json!({ "N": "510" }));
    assert_eq!(the_day(&table).await.version(), Some(2));
}

#[tokio::test(flavor = "multi_thread")]
async fn writes_of_an_older_program_during_a_deployment_lose_nothing() {
    let (table, ada) = scene().await;
    table.patterns().add_usage(spent(&table, &ada)).await.unwrap();
    // The older program writes the fields that it knows, and keeps the others.
    table.raw().change("daily_usage", |_| true, |day| drop(day.insert("v".to_owned(), json!({ "N": "1" })))).await;
    let day = table.patterns().get_usage(ada.user_id, table.clock().now().date()).await.unwrap().unwrap();
    assert_eq!(day.cache_read_tokens, 7);
    assert!(table.patterns().upgrade_item(&the_day(&table).await).await.unwrap());
    let day = table.patterns().get_usage(ada.user_id, table.clock().now().date()).await.unwrap().unwrap();
    assert_eq!(day.cache_read_tokens, 7);
}

#[tokio::test(flavor = "multi_thread")]
async fn verify_upgrades_an_older_item() {
    let (table, _) = scene().await;
    let mut found = Vec::new();
    let fix = model::Verify { fix: true, look_again_after: std::time::Duration::ZERO, ..model::Verify::default() };
    let tell = |progress| {
        if let model::Progress::Found(finding, outcome) = progress {
            found.push((finding.kind, outcome.word()));
        }
    };
    let verified = table.maintenance().verify(fix, tell).await.unwrap();
    assert_eq!(found, [(FindingKind::OlderVersion, "repaired")]);
    assert_eq!(verified.unsettled, 0);
    let day = the_day(&table).await.to_dynamodb_json();
    let number = |name: &str| day["Item"][name]["N"].as_str().map(ToOwned::to_owned);
    let expected = [("v", "2"), ("cache_read_tokens", "0"), ("cache_write_tokens", "0"), ("cost_micros", "500")];
    for (name, value) in expected {
        assert_eq!(number(name).as_deref(), Some(value), "{name}");
    }
    assert_eq!(day["Item"]["GSI1SK"], json!({ "N": "500" }));
    let today = table.clock().now().date();
    assert_eq!(table.patterns().top_users_by_cost(today, None).await.unwrap().items[0].cost_micros, 500);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upgrade_keeps_concurrent_writes() {
    let (table, ada) = scene().await;
    let seen = the_day(&table).await;
    // A write that keeps the version: an older program's ADD.
    let raise = |day: &mut serde_json::Map<String, Value>| drop(day.insert("requests".to_owned(), json!({ "N": "3" })));
    table.raw().change("daily_usage", |_| true, raise).await;
    assert!(table.patterns().upgrade_item(&seen).await.unwrap());
    let day = table.patterns().get_usage(ada.user_id, table.clock().now().date()).await.unwrap().unwrap();
    assert_eq!(day.requests, 3);
    // The item is upgraded already.
    assert!(!table.patterns().upgrade_item(&seen).await.unwrap());
    assert!(!table.patterns().upgrade_item(&the_day(&table).await).await.unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_item_of_a_newer_version_is_refused_with_advice() {
    let (table, ada) = scene().await;
    table.raw().change("daily_usage", |_| true, |day| drop(day.insert("v".to_owned(), json!({ "N": "3" })))).await;
    let read = table.patterns().get_usage(ada.user_id, table.clock().now().date()).await;
    let Err(StoreError::Corrupt { reason, .. }) = read else { panic!("it is refused") };
    assert!(reason.contains("deploy the newer one"), "{reason}");
}
