//! Creating, describing and deleting the table.

use super::support::*;
use crate::{Protection, StoreError, TableError, defined_table};

#[tokio::test]
async fn creating_or_deleting_a_table_twice_is_no_error() {
    let store = store_at(engine().await).await;
    let missing = store.ping().await.expect_err("there is no table yet");
    assert!(matches!(&missing, StoreError::TableMissing { table } if table == store.name()), "{missing:?}");
    assert!(create(&store, Protection::Off).await);
    assert!(!create(&store, Protection::Off).await);
    store.ping().await.expect("the table answers");
    plant(&store, &[Plant::new("a", 1)]).await;
    store.delete().await.expect("it is not protected");
    store.delete().await.expect("what is gone is gone");
    assert!(matches!(store.ping().await, Err(StoreError::TableMissing { .. })));
}

#[tokio::test]
async fn items_expire_by_the_given_attribute() {
    let store = garden().await;
    let described = modyne::Table::client(&store).describe_time_to_live().table_name(store.name()).send().await;
    let ttl = described.expect("the engine answers").time_to_live_description.expect("it is on");
    assert_eq!(ttl.attribute_name(), Some("expires_at"));
}

#[tokio::test]
async fn a_protected_table_is_not_deleted() {
    let store = store_at(engine().await).await;
    assert!(create(&store, Protection::AsDefined).await);
    let error = store.delete().await.expect_err("the definition protects it");
    assert!(matches!(error, TableError::Failed { operation: "DeleteTable", .. }), "{error:?}");
}

#[tokio::test]
async fn the_generated_definition_creates_a_table() {
    let store = store_at(engine().await).await;
    assert!(store.create_if_absent(Protection::Off).await.expect("it is what CreateTable takes"));
    assert!(!store.create_if_absent(Protection::Off).await.expect("it is there"));
    store.ping().await.expect("the table answers");
}

#[tokio::test]
async fn a_definition_with_unknown_words_is_rejected() {
    let store = store_at(engine().await).await;
    let unknown = DEFINITION.replace("BillingMode", "BillingMood");
    for (definition, expiry) in [("{}", EXPIRY), ("nonsense", EXPIRY), (&unknown, EXPIRY), (DEFINITION, "{}")] {
        let error = store.create_as_defined(definition, expiry, Protection::Off).await;
        assert!(matches!(error, Err(TableError::Definition(_))), "{definition}");
    }
}

#[tokio::test]
async fn a_table_created_from_the_definition_has_no_differences() {
    let store = store_at(engine().await).await;
    assert!(store.create_if_absent(Protection::AsDefined).await.expect("it is what CreateTable takes"));
    let live = store.describe().await.expect("it is there");
    assert_eq!(live.status, "ACTIVE");
    assert_eq!(live.differences(&defined_table(&DESIGN).expect("a definition")), []);
}

#[tokio::test]
async fn every_difference_of_a_live_table_is_found() {
    let store = store_at(engine().await).await;
    // A numeric sort key, no projected fields in the index, no TTL, no protection.
    let definition = DEFINITION
        .replacen(r#""SK", "AttributeType": "S""#, r#""SK", "AttributeType": "N""#, 1)
        .replace(r#""ProjectionType": "ALL""#, r#""ProjectionType": "KEYS_ONLY""#);
    let expiry = EXPIRY.replace("true", "false");
    store.create_as_defined(&definition, &expiry, Protection::Off).await.expect("another table");
    let live = store.describe().await.expect("it is there");
    let differences = live.differences(&defined_table(&DESIGN).expect("a definition"));
    let differences: Vec<String> =
        differences.iter().map(|(fact, defined, live)| format!("{fact}: {defined} -> {live}")).collect();
    assert_eq!(
        differences,
        [
            "deletion_protection: on -> off",
            "index.GSI1.projection: ALL -> KEYS_ONLY",
            "key.SK: RANGE S -> RANGE N",
            "time_to_live: expires_at -> off",
        ]
    );
}

#[tokio::test]
async fn a_missing_table_cannot_be_described() {
    let store = store_at(engine().await).await;
    let error = store.describe().await.expect_err("there is none");
    assert!(matches!(&error, TableError::Missing { table } if table == store.name()), "{error:?}");
}
