//! The model for NoSQL Workbench: its required format, and sample items that the product can read.

use std::collections::BTreeSet;

use model::{
    Anchors, Code, CodeChunk, Creation, DailyUsage, EmailClaim, Idempotency, Message, RateWindow, RefreshFamily,
    Session, SweepJob, Thread, User, UsernameClaim,
};
use serde_json::{Value, json};
use tests::{RawItem, TestTable};

use super::numbers;

fn table() -> Value {
    let mut model: Value = serde_json::from_str(include_str!("../../../../schema/generated/workbench.json")).unwrap();
    assert_eq!(model["ModelMetadata"]["AWSService"], "Amazon DynamoDB");
    assert_eq!(model["ModelMetadata"]["Version"], "3.0");
    assert_eq!(model["ModelName"], "codesensei");
    model["DataModel"][0].take()
}

fn facets(table: &Value) -> Vec<(String, Vec<RawItem>)> {
    let items = |facet: &Value| facet["TableData"].as_array().unwrap().iter().cloned().map(RawItem::from).collect();
    let facets = table["TableFacets"].as_array().unwrap().iter();
    facets.map(|facet| (facet["FacetName"].as_str().unwrap().to_owned(), items(facet))).collect()
}

#[test]
fn every_attribute_of_a_facet_and_its_items_is_declared_with_its_type() {
    let table = table();
    let of_keys = ["PartitionKey", "SortKey"].map(|key| &table["KeyAttributes"][key]);
    let others = table["NonKeyAttributes"].as_array().unwrap();
    let declared = |attribute: &Value| {
        (
            attribute["AttributeName"].as_str().unwrap().to_owned(),
            attribute["AttributeType"].as_str().unwrap().to_owned(),
        )
    };
    let types: BTreeSet<(String, String)> = of_keys.into_iter().chain(others).map(declared).collect();
    let names: BTreeSet<&String> = types.iter().map(|(name, _)| name).collect();
    assert_eq!(names.len(), types.len(), "an attribute is declared once");
    for facet in table["TableFacets"].as_array().unwrap() {
        for name in facet["NonKeyAttributes"].as_array().unwrap() {
            assert!(names.contains(&name.as_str().unwrap().to_owned()), "{name}");
        }
    }
    for (facet, items) in facets(&table) {
        assert!(!items.is_empty(), "{facet} shows nothing");
        for (name, value) in items.iter().flat_map(|item| &item.0) {
            let letter = value.as_object().unwrap().keys().next().unwrap();
            assert!(types.contains(&(name.clone(), letter.clone())), "{facet}: {name} is {letter}");
        }
    }
}

#[test]
fn the_keys_and_indexes_are_those_of_the_table() {
    let (table, created) = (table(), include_str!("../../../../schema/generated/create-table.json"));
    let created: Value = serde_json::from_str(created).unwrap();
    let keys = |model: &Value| {
        let name = |key: &str| model["KeyAttributes"][key]["AttributeName"].clone();
        json!([name("PartitionKey"), name("SortKey")])
    };
    let schema = |table: &Value| -> Value {
        table["KeySchema"].as_array().unwrap().iter().map(|key| key["AttributeName"].clone()).collect()
    };
    assert_eq!(keys(&table), schema(&created));
    let (index, wanted) = (&table["GlobalSecondaryIndexes"][0], &created["GlobalSecondaryIndexes"][0]);
    assert_eq!(keys(index), schema(wanted));
    for word in ["IndexName", "Projection"] {
        assert_eq!(index[word], wanted[word]);
    }
}

/// Whether the model reads the item as this entity, and would store it under the same key.
macro_rules! reads {
    ($item:expr, $($kind:literal => $entity:ty),* $(,)?) => {
        match $item.kind() {
            $($kind => serde_json::from_value::<$entity>($item.plain(numbers)).map(drop),)*
            other => panic!("no entity is called {other}"),
        }
    };
}

fn read(item: &RawItem) -> Result<(), serde_json::Error> {
    reads!(item,
        "anchors" => Anchors, "code" => Code, "code_chunk" => CodeChunk, "creation" => Creation, "daily_usage" => DailyUsage, "email_claim" => EmailClaim,
        "idempotency" => Idempotency, "message" => Message, "rate_window" => RateWindow,
        "refresh_family" => RefreshFamily, "session" => Session, "sweep_job" => SweepJob, "thread" => Thread,
        "user" => User, "username_claim" => UsernameClaim,
    )
}

#[test]
fn sample_items_decode_as_their_entity_and_have_unique_keys() {
    let mut keys = BTreeSet::new();
    for (facet, items) in facets(&table()) {
        for item in items {
            assert_eq!(item.kind(), facet);
            read(&item).unwrap_or_else(|error| panic!("{facet}: {error}"));
            assert!(keys.insert((item.pk().to_owned(), item.sk().to_owned())), "{facet}: a key occurs twice");
        }
    }
}

#[tokio::test]
async fn the_patterns_find_the_loaded_samples() {
    let store = TestTable::new().await;
    for (_, items) in facets(&table()) {
        for item in items {
            store.raw().put(Value::Object(item.0)).await;
        }
    }
    let key = "ada".parse::<model::Username>().unwrap().key();
    let ada = store.patterns().find_username_claim(&key).await.unwrap().expect("Ada is in the samples").user_id;
    let user = store.patterns().get_user(ada).await.unwrap().unwrap();
    let claims = store.patterns().check_claims(ada, user.email.digest(), &key).await.unwrap();
    assert_eq!(claims.email_claim.unwrap().user_id, ada);
    let sessions = store.patterns().list_sessions(ada, model::PageRequest::default()).await.unwrap().items;
    let read = store.sessions().open(ada, sessions[0].session_id).await.unwrap();
    assert!(read.text.contains("class RateLimiter"));
    let threads = store.threads_of(&sessions[0]).await;
    let lines: Vec<&str> = read.text.lines().collect();
    assert_eq!(lines[threads[0].anchor.start_line as usize - 1], threads[0].selected_text);
    let messages = store.patterns().last_messages(threads[0].session_id, threads[0].thread).await.unwrap();
    let patch = messages[0].patch.as_ref().expect("the newest is an answer with a patch");
    assert_eq!(lines[patch.start_line as usize - 1], patch.original);
    let top = store.patterns().top_users_by_cost("2026-11-23".parse().unwrap(), None).await.unwrap().items;
    assert_eq!(top.iter().map(|row| row.cost_micros).collect::<Vec<_>>(), [37_469, 8_700]);
}
