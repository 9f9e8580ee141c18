//! A new index on a live table: a table of the earlier definition gets the index and its entries, while an older and a
//! newer program write.
//!
//! A separate program, so that no other test uses the engine meanwhile: DynamoDB Local 3.3.1 sometimes never finishes
//! adding an index while other tables are written to, and then answers no request for that table.

#![expect(clippy::unwrap_used, reason = "a helper's unwrap fails the test that calls it")]

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::{Duration, Instant};

use model::{AddUsage, Date, Finding, FindingKind, IndexProgress, Progress, Store, TableError, User, Verified, Verify};
use serde_json::{Value, json};
use tests::{Proxy, RawTable, TestTable, without_indexes};
use tokio::sync::Mutex;
use tokio::task::JoinHandle;

/// The tests run one after another, for the same reason.
static TURN: Mutex<()> = Mutex::const_new(());

/// The number of days that are stored before the index exists. The variable sets another number, for instance 25000.
const STORED: u32 = 250;
const VARIABLE: &str = "CODESENSEI_TEST_ITEMS";
const USERS: u32 = 25;
/// The cost of each stored day.
const COST: i64 = 500;
/// The time that an engine may take to add the index, and may fail writes meanwhile.
const PATIENCE: Duration = Duration::from_mins(2);

/// A day as the first version wrote it: in no index.
fn a_day(user: &User, date: Date) -> Value {
    let (number, text) = (|number: i64| json!({ "N": number.to_string() }), |text: String| json!({ "S": text }));
    json!({
        "PK": text(format!("USER#{}", user.user_id)), "SK": text(format!("USAGE#{date}")),
        "et": { "S": "daily_usage" }, "v": number(1),
        "user_id": text(user.user_id.to_string()), "date": text(date.to_string()),
        "requests": number(2), "input_tokens": number(30), "output_tokens": number(40), "cost_micros": number(COST),
    })
}

/// A table of the earlier definition, with its items.
struct Scene {
    table: TestTable,
    users: Vec<User>,
    days: u32,
}

impl Scene {
    async fn new(stored: u32) -> Self {
        let table = TestTable::with_earlier_definition(without_indexes).await;
        let mut users = Vec::new();
        for number in 0..USERS {
            users.push(table.user(&format!("user{number}")).await);
        }
        let scene = Self { table, users, days: stored / USERS };
        for user in &scene.users {
            let days: Vec<Value> = (0..scene.days).map(|day| a_day(user, scene.day(day))).collect();
            for batch in days.chunks(25) {
                scene.table.raw().put_all(batch.iter().cloned()).await;
            }
        }
        scene
    }

    fn day(&self, number: u32) -> Date {
        self.table.clock().now().date().days_before(number)
    }

    /// Writes day after day until it is stopped, each time with the same cost. Returns the total cost.
    fn writer(&self, program: Program, stop: &Arc<AtomicBool>) -> JoinHandle<i64> {
        let users: Vec<User> = self.users.clone();
        let days: Vec<Date> = (0..self.days).map(|day| self.day(day)).collect();
        let (stop, spent) = (Arc::clone(stop), AtomicI64::new(0));
        tokio::spawn(async move {
            for turn in (0..).step_by(7) {
                if stop.load(Ordering::Relaxed) {
                    break;
                }
                let (user, date) = (&users[turn % users.len()], days[turn % days.len()]);
                program.spend(user, date).await;
                spent.fetch_add(10, Ordering::Relaxed);
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            spent.into_inner()
        })
    }

    async fn verified(&self, fix: bool) -> (Verified, BTreeMap<&'static str, u64>) {
        let mut found = BTreeMap::new();
        let how = Verify { fix, look_again_after: Duration::from_millis(50), ..Verify::default() };
        let tell = |progress| {
            if let Progress::Found(finding, outcome) = progress {
                let (finding, _): (Finding, _) = (finding, outcome);
                *found.entry(finding.kind.word()).or_default() += 1;
            }
        };
        (self.table.maintenance().verify(how, tell).await.unwrap(), found)
    }

    /// The amount of each day, from the table and from the index.
    async fn amounts(&self) -> (BTreeMap<(String, String), i64>, BTreeMap<(String, String), i64>) {
        let mut items = self.table.raw().items().await;
        items.retain(|item| item.kind() == "daily_usage");
        let key = |item: &tests::RawItem| (item.pk().to_owned(), item.sk().to_owned());
        let stored = items.iter().map(|item| (key(item), item.number("cost_micros").unwrap())).collect();
        let mut entries = self.table.raw().entries("GSI1").await;
        entries.retain(|entry| entry.sk().starts_with("USAGE#"));
        let sorted = entries.iter().map(|entry| (key(entry), entry.number("GSI1SK").unwrap())).collect();
        (stored, sorted)
    }
}

/// The version of the writing program.
enum Program {
    /// The current version: it writes the keys of the index.
    Newer(Box<Store>),
    /// The earlier version: it knows neither the index nor the second version of the item.
    Older(RawTable),
}

impl Program {
    async fn spend(&self, user: &User, date: Date) {
        match self {
            Self::Newer(store) => {
                let user_id = user.user_id;
                let (input_tokens, output_tokens, cost_micros) = (1, 1, 10);
                let usage = AddUsage {
                    user_id,
                    date,
                    input_tokens,
                    cache_read_tokens: 1,
                    cache_write_tokens: 0,
                    output_tokens,
                    cost_micros,
                };
                // DynamoDB Local sometimes answers 500 while it adds an index.
                let patient = store.until(Instant::now() + PATIENCE);
                patient.patterns().add_usage(usage).await.unwrap();
            }
            Self::Older(raw) => {
                let key = json!({
                    "PK": { "S": format!("USER#{}", user.user_id) }, "SK": { "S": format!("USAGE#{date}") },
                });
                raw.update(json!({
                    "Key": key,
                    "UpdateExpression": "SET v = :v ADD requests :one, input_tokens :one, output_tokens :one, cost_micros :cost",
                    "ExpressionAttributeValues": { ":v": { "N": "1" }, ":one": { "N": "1" }, ":cost": { "N": "10" } },
                }))
                .await;
            }
        }
    }
}

fn stored() -> u32 {
    std::env::var(VARIABLE).map_or(STORED, |count| count.parse().expect("a number of items"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_live_table_gets_an_index_and_its_entries_during_writes() {
    let _turn = TURN.lock().await;
    let scene = Scene::new(stored()).await;
    let (older_ends, newer_ends) = (Arc::default(), Arc::default());
    let older = scene.writer(Program::Older(scene.table.raw().clone()), &older_ends);
    let newer: Vec<_> =
        (0..2).map(|_| scene.writer(Program::Newer(Box::new(scene.table.store().clone())), &newer_ends)).collect();

    let begun = Instant::now();
    let mut told = Vec::new();
    let update = scene.table.table().add_missing_indexes(|progress| told.push(progress));
    let update = tokio::time::timeout(PATIENCE, update).await.expect("the engine adds the index").unwrap();
    assert_eq!((update.added.as_slice(), update.unknown.len()), (&["GSI1".to_owned()][..], 0));
    let index = "GSI1".to_owned();
    assert_eq!(told.first(), Some(&IndexProgress::Asked { index: index.clone() }));
    assert_eq!(told.last(), Some(&IndexProgress::Ready { index }));
    let updated = begun.elapsed();

    // The older program is replaced everywhere, and then the index is filled.
    older_ends.store(true, Ordering::Relaxed);
    let mut spent = older.await.unwrap();
    let (verified, found) = scene.verified(true).await;
    assert_eq!(verified.unsettled, 0, "{found:?}");
    assert!(found[FindingKind::OlderVersion.word()] > 0, "{found:?}");
    let filled = begun.elapsed();

    newer_ends.store(true, Ordering::Relaxed);
    for writer in newer {
        spent += writer.await.unwrap();
    }
    let (verified, found) = scene.verified(false).await;
    assert_eq!(verified.findings, 0, "{found:?}");
    let (stored, sorted) = scene.amounts().await;
    assert_eq!(stored, sorted);
    let count = i64::from(USERS * scene.days);
    assert_eq!(i64::try_from(stored.len()).unwrap(), count);
    assert_eq!(stored.values().sum::<i64>(), COST * count + spent, "no concurrent write is lost");
    println!("{count} items: the index after {updated:?}, all items in it after {filled:?}, {spent} micros meanwhile");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_update_survives_failed_requests() {
    let _turn = TURN.lock().await;
    let table = TestTable::with_earlier_definition(without_indexes).await;
    let proxy = Proxy::before(table.endpoint()).await;
    // The first DescribeTable succeeds, then three responses are lost; UpdateTable is executed and its response is
    // lost.
    proxy.lose_answers("DescribeTable", 1, 3);
    proxy.lose_answers("UpdateTable", 0, 1);
    let update = table.store_through(&proxy.url()).await.table().add_missing_indexes(|_| {}).await.unwrap();
    assert_eq!(update.added, ["GSI1"]);
    assert_eq!(table.store().table().missing_indexes().await.unwrap(), [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_update_waits_while_the_service_refuses_another_index() {
    let _turn = TURN.lock().await;
    let table = TestTable::with_earlier_definition(without_indexes).await;
    let proxy = Proxy::before(table.endpoint()).await;
    proxy.refuse("UpdateTable", "LimitExceededException", 2);
    let mut told = Vec::new();
    let store = table.store_through(&proxy.url()).await;
    let update = store.table().add_missing_indexes(|progress| told.push(progress)).await.unwrap();
    let index = "GSI1".to_owned();
    assert_eq!(update.added, std::slice::from_ref(&index));
    let asked = [IndexProgress::Asked { index: index.clone() }, IndexProgress::Waiting { index: index.clone() }];
    assert_eq!((&told[..2], told.last()), (&asked[..], Some(&IndexProgress::Ready { index })));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_with_every_index_is_not_changed() {
    let _turn = TURN.lock().await;
    let table = TestTable::new().await;
    let update =
        table.table().add_missing_indexes(|progress| panic!("no progress is reported: {progress:?}")).await.unwrap();
    assert_eq!(update, model::TableUpdate::default());
    let absent = table.store_without_table().await;
    assert!(matches!(absent.table().add_missing_indexes(|_| ()).await, Err(TableError::Missing { .. })));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_index_with_other_fields_is_refused_with_the_difference() {
    let _turn = TURN.lock().await;
    let of_another_index = |definition: &mut Value| {
        definition["GlobalSecondaryIndexes"][0]["Projection"] = json!({ "ProjectionType": "ALL" });
    };
    let table = TestTable::with_earlier_definition(of_another_index).await;
    let refused = table.table().add_missing_indexes(|_| ()).await.unwrap_err().to_string();
    assert!(refused.contains("another index.GSI1.projection: it is ALL, and the schema says INCLUDE"), "{refused}");
    assert!(refused.contains("a live index does not change"), "{refused}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_with_other_keys_is_not_changed() {
    let _turn = TURN.lock().await;
    let of_another_program = |definition: &mut Value| {
        without_indexes(definition);
        definition["AttributeDefinitions"] = json!([{ "AttributeName": "id", "AttributeType": "N" }]);
        definition["KeySchema"] = json!([{ "AttributeName": "id", "KeyType": "HASH" }]);
    };
    let table = TestTable::with_earlier_definition(of_another_program).await;
    let refused =
        table.table().add_missing_indexes(|progress| panic!("no request is sent: {progress:?}")).await.unwrap_err();
    assert!(refused.to_string().contains("so it is no table of this schema"), "{refused}");
    assert!(table.table().missing_indexes().await.unwrap().contains(&"GSI1".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_index_that_is_not_in_the_schema_is_reported_and_kept() {
    let _turn = TURN.lock().await;
    let with_another = |definition: &mut Value| {
        let mut other = definition["GlobalSecondaryIndexes"][0].clone();
        other["IndexName"] = "OLD".into();
        definition["GlobalSecondaryIndexes"].as_array_mut().unwrap().push(other);
    };
    let table = TestTable::with_earlier_definition(with_another).await;
    let update = table.table().add_missing_indexes(|_| ()).await.unwrap();
    assert_eq!((update.added.len(), update.unknown), (0, vec!["OLD".to_owned()]));
}
