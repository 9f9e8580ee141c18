//! Creating, describing and deleting the table.

use super::proxy::{Fault, Proxy};
use super::support::*;
use crate::definition::RecoverySpecification;
use crate::{Protection, StoreError, Table, TableError, defined_table};

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

/// A store without a table behind a proxy, and the proxy.
async fn bare_ground() -> (Table, Proxy) {
    let proxy = Proxy::before(engine().await).await;
    (store_at(proxy.address).await, proxy)
}

/// Whether the error names this operation, which the engine refused.
fn is_of<T>(operation: &str, result: &Result<T, TableError>) -> bool {
    matches!(result, Err(TableError::Failed { operation: failed, .. }) if *failed == operation)
}

const DENIED: Fault = Fault::Answer(400, "AccessDeniedException");

#[tokio::test]
async fn a_refused_request_is_named() {
    let (store, proxy) = bare_ground().await;
    proxy.plan([DENIED]);
    assert!(is_of("CreateTable", &store.create_if_absent(Protection::Off).await));
    proxy.plan([DENIED]);
    assert!(is_of("UpdateContinuousBackups", &store.recover_by(&RecoverySpecification { enabled: true }).await));
    assert!(create(&store, Protection::Off).await);
    proxy.plan([DENIED]);
    assert!(is_of("DeleteTable", &store.delete().await));
    proxy.plan([Fault::Pass, DENIED]);
    assert!(is_of("DescribeTable", &store.delete().await));
}

#[tokio::test]
async fn a_table_that_is_created_with_its_protection_gets_backups() {
    let (store, proxy) = bare_ground().await;
    let asks_for_backups = || proxy.requests().iter().any(|body| body.contains("PointInTimeRecovery"));
    for (protection, is_created, expected) in
        [(Protection::AsDefined, true, true), (Protection::AsDefined, false, false)]
    {
        assert_eq!(create(&store, protection).await, is_created);
        assert_eq!(asks_for_backups(), expected);
    }
    let (store, proxy) = bare_ground().await;
    assert!(create(&store, Protection::Off).await);
    assert!(!proxy.requests().iter().any(|body| body.contains("PointInTimeRecovery")));
}

#[tokio::test]
async fn a_failed_look_at_a_new_table_is_repeated() {
    let (store, proxy) = bare_ground().await;
    proxy.plan([Fault::Pass, Fault::Answer(500, "InternalServerError")]);
    assert!(create(&store, Protection::Off).await);
}

#[tokio::test]
async fn a_missing_table_cannot_be_described() {
    let store = store_at(engine().await).await;
    let error = store.describe().await.expect_err("there is none");
    assert!(matches!(&error, TableError::Missing { table } if table == store.name()), "{error:?}");
}
