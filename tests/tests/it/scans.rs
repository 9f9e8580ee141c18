//! The scan of maintenance: the whole table, each item once, for any number of segments and interruptions, for tools
//! only.

use std::collections::BTreeSet;

use model::registry::Operation;
use model::{PATTERNS, ScanPosition, StoredItem};
use serde_json::json;
use tests::TestTable;

async fn segment(table: &TestTable, segment: u32, of: u32) -> Vec<StoredItem> {
    let (mut items, mut start) = (Vec::new(), None);
    loop {
        let page = table.patterns().scan_segment(segment, of, start).await.expect("the table answers");
        items.extend(page.items);
        match page.next {
            // Stored on disk, and read by another process.
            Some(next) => start = Some(kept(&next)),
            None => return items,
        }
    }
}

fn kept(position: &ScanPosition) -> ScanPosition {
    serde_json::from_str(&serde_json::to_string(position).expect("a position can be serialized"))
        .expect("a position can be read back")
}

/// More than one page of a megabyte, of several entities.
async fn filled() -> TestTable {
    let table = TestTable::new().await;
    let ada = table.user("ada").await;
    let session = table.session(&ada, "main.rs", &tests::texts::noise(1_000_000, 1)).await;
    let thread = table.thread(&session, 1, 1).await;
    for _ in 0..3 {
        table.session(&ada, "main.rs", &tests::texts::noise(300_000, 2)).await;
    }
    table.question(&thread, "why?").await;
    table
}

#[tokio::test(flavor = "multi_thread")]
async fn every_item_is_in_exactly_one_segment_for_any_number_of_segments() {
    let table = filled().await;
    let raw = table.raw().items().await;
    for of in [1, 2, 7] {
        let mut found = Vec::new();
        for number in 0..of {
            found.extend(segment(&table, number, of).await);
        }
        assert_eq!(found.len(), raw.len(), "{of} segments");
        let keys: BTreeSet<_> = found.iter().map(|item| (item.pk(), item.sk())).collect();
        assert_eq!(keys.len(), raw.len(), "{of} segments");
        for item in &found {
            let raw = raw.iter().find(|raw| raw.pk() == item.pk() && raw.sk() == item.sk()).expect("it is there");
            assert_eq!(item.to_dynamodb_json(), json!({ "Item": raw.0 }));
            assert_eq!(item.entity(), Some(raw.kind()));
            assert_eq!(item.size(), tests::capacity::size(raw));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_segment_out_of_range_is_refused() {
    let table = TestTable::new().await;
    for (segment, of) in [(0, 0), (2, 2), (0, 1_000_001)] {
        assert!(table.patterns().scan_segment(segment, of, None).await.is_err(), "{segment} of {of}");
    }
}

#[test]
fn no_lambda_function_may_scan() {
    let scans: Vec<_> = PATTERNS.iter().filter(|pattern| pattern.operation == Operation::Scan).collect();
    assert_eq!(scans.iter().map(|pattern| pattern.id).collect::<Vec<_>>(), ["AP-96"]);
    assert!(scans.iter().all(|pattern| pattern.callers.is_empty() && pattern.tool));
}
