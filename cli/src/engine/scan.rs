//! A scan of the embedded engine that reads about one page of items.

use dynoxide::actions::scan::{ScanRequest, ScanResponse};
use dynoxide::types::item_size;
use dynoxide::{Database, DynoxideError};

/// The items of the first read.
const FIRST: usize = 16;
/// The largest page of DynamoDB, in bytes.
const PAGE: usize = 1 << 20;

/// Scans. The engine has no index for segments: for each page of a segment, it reads the whole table and sorts it. It
/// runs one request after another, so segments save no time either. So the first segment has all items, in the order of
/// their keys, and the others have none.
pub(super) fn scan(
    database: &Database,
    parse: impl Fn() -> Result<ScanRequest, DynoxideError>,
) -> Result<ScanResponse, DynoxideError> {
    let request = parse()?;
    match (request.segment, request.total_segments) {
        (Some(segment), Some(total)) if segment < total && request.index_name.is_none() => {
            let whole = || Ok(ScanRequest { segment: None, total_segments: None, ..parse()? });
            if segment == 0 { page(database, whole) } else { nothing(database, whole()?) }
        }
        _ => page(database, parse),
    }
}

/// An empty page, or the error of this scan.
fn nothing(database: &Database, request: ScanRequest) -> Result<ScanResponse, DynoxideError> {
    let mut page = database.scan(ScanRequest { limit: Some(1), ..request })?;
    page.items = page.items.map(|_| Vec::new());
    (page.count, page.scanned_count, page.last_evaluated_key) = (0, 0, None);
    Ok(page)
}

/// The engine reads as many items as the limit allows, and then cuts the page at 1 MB. With a limit of 1,000 and items
/// of 400 KB, each page would read 400 MB. So this function reads a few items first. If they fill no page, their size
/// tells how many do.
fn page(
    database: &Database,
    parse: impl Fn() -> Result<ScanRequest, DynoxideError>,
) -> Result<ScanResponse, DynoxideError> {
    let (mut few, request) = (parse()?, parse()?);
    let limit = request.limit.unwrap_or(usize::MAX);
    // With a filter or a projection, the response does not tell the sizes. An index has its own items.
    let tells_sizes = request.filter_expression.is_none()
        && request.projection_expression.is_none()
        && request.scan_filter.is_none()
        && request.attributes_to_get.is_none()
        && request.select.is_none()
        && request.index_name.is_none();
    if limit <= FIRST || !tells_sizes {
        return database.scan(request);
    }
    few.limit = Some(FIRST);
    let page = database.scan(few)?;
    if page.scanned_count < FIRST || page.last_evaluated_key.is_none() {
        return Ok(page);
    }
    database.scan(ScanRequest { limit: Some(limit.min(enough(&page))), ..request })
}

/// The number of items to read for a page, by the sizes of the first items: twice as many as fill it, because sizes
/// differ.
fn enough(first: &ScanResponse) -> usize {
    let bytes: usize = first.items.iter().flatten().map(item_size).sum();
    (2 * FIRST * PAGE).div_ceil(bytes.max(1))
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::prelude::BASE64_STANDARD;
    use serde_json::{Value, json};

    use super::super::operations::{parse, to_json};
    use super::*;

    /// A table with this number of items of this many bytes.
    fn table(items: usize, bytes: usize) -> Database {
        let database = Database::memory().expect("a database");
        let create = json!({
            "TableName": "scanned", "BillingMode": "PAY_PER_REQUEST",
            "AttributeDefinitions": [{ "AttributeName": "PK", "AttributeType": "S" }],
            "KeySchema": [{ "AttributeName": "PK", "KeyType": "HASH" }],
        });
        database.create_table(parse(create.to_string().as_bytes()).expect("valid")).expect("a table");
        let content = BASE64_STANDARD.encode(vec![7; bytes]);
        for number in 0..items {
            let item = json!({ "PK": { "S": number.to_string() }, "b": { "B": content } });
            let put = json!({ "TableName": "scanned", "Item": item }).to_string();
            database.put_item(parse(put.as_bytes()).expect("valid")).expect("an item");
        }
        database
    }

    fn scanned(database: &Database, request: &Value) -> Value {
        let page = scan(database, || parse(request.to_string().as_bytes())).expect("a page");
        serde_json::from_str(&to_json(&page).expect("JSON")).expect("JSON")
    }

    fn plainly_scanned(database: &Database, request: &Value) -> Value {
        let page = database.scan(parse(request.to_string().as_bytes()).expect("valid")).expect("a page");
        serde_json::from_str(&to_json(&page).expect("JSON")).expect("JSON")
    }

    #[test]
    fn twice_as_many_items_are_read_as_fill_a_page() {
        let first = json!({ "TableName": "scanned", "Limit": FIRST }).to_string();
        for (bytes, expected) in [(1_000, 2_080..=2_097), (60_000, 34..=35)] {
            let page = table(FIRST, bytes).scan(parse(first.as_bytes()).expect("valid")).expect("a page");
            assert!(expected.contains(&enough(&page)), "{bytes}: {}", enough(&page));
        }
    }

    #[test]
    fn each_item_is_in_one_segment_and_a_wrong_segment_is_refused() {
        let database = table(20, 10);
        for (segment, items) in [(0, 20), (1, 0), (7, 0)] {
            let request = json!({ "TableName": "scanned", "Segment": segment, "TotalSegments": 8 });
            let page = scanned(&database, &request);
            assert_eq!((&page["Count"], page["Items"].as_array().map(Vec::len)), (&items.into(), Some(items)));
            assert!(page["LastEvaluatedKey"].is_null(), "{page}");
        }
        let wrong = json!({ "TableName": "scanned", "Segment": 8, "TotalSegments": 8 }).to_string();
        scan(&database, || parse(wrong.as_bytes())).expect_err("there is no such segment");
        let absent = json!({ "TableName": "absent", "Segment": 1, "TotalSegments": 8 }).to_string();
        scan(&database, || parse(absent.as_bytes())).expect_err("there is no such table");
    }

    #[test]
    fn the_pages_are_those_of_the_engine() {
        for (items, bytes) in [(3, 10), (16, 10), (17, 10), (40, 60_000), (24, 200_000)] {
            let database = table(items, bytes);
            for extra in [json!({}), json!({ "Limit": 16 }), json!({ "Limit": 17 }), json!({ "Limit": 1000 })] {
                let mut request = json!({ "TableName": "scanned", "ReturnConsumedCapacity": "TOTAL" });
                request.as_object_mut().expect("an object").extend(extra.as_object().expect("an object").clone());
                let mut count = 0;
                loop {
                    let page = scanned(&database, &request);
                    assert_eq!(page, plainly_scanned(&database, &request), "{items} of {bytes}: {request}");
                    count += page["Items"].as_array().map_or(0, Vec::len);
                    if page["LastEvaluatedKey"].is_null() {
                        break;
                    }
                    request["ExclusiveStartKey"] = page["LastEvaluatedKey"].clone();
                }
                assert_eq!(count, items);
            }
        }
    }
}
