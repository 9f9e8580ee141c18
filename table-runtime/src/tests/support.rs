//! Shared parts of the tests: an engine, a table, an entity and its patterns.

use std::net::SocketAddr;

use modyne::expr::KeyCondition;
use modyne::keys::{FullKey, GlobalSecondaryIndexDefinition, IndexKey, SecondaryIndexDefinition};
use modyne::model::Query;
use modyne::{Entity, EntityDef, EntityTypeNameRef};
use serde::{Deserialize, Serialize};

use super::proxy::Proxy;
use crate::CorruptItem;
use crate::condition::Condition;
use crate::item::{FromItem, Item, decode_entity, encode_entity};
use crate::key::{Primary, padded};
use crate::registry::{Cost, Operation, Pattern};
use crate::{Clock, CursorKey, Ids, KeyAttributes, Timestamp};
use crate::{Design, Endpoint, Protection, Table, TableConfig};

/// A pattern of the tests, which has only an id.
pub(crate) const fn pattern(id: &'static str, operation: Operation) -> Pattern {
    let cost = Cost { fixture: "", requests: 0.0, rcu: 0.0, wcu: 0.0 };
    Pattern {
        id,
        name: "tend",
        title: "",
        operation,
        entities: &["plant"],
        fields: &[],
        index: None,
        arguments: &[],
        cost,
        tool: true,
        callers: &[],
        page: None,
        shards: None,
        first: None,
        first_max: None,
        total: &[],
        actions: &[],
        partiql: &[],
        example: "",
        doc: "",
    }
}

pub(super) static GET: Pattern = pattern("T-01", Operation::Get);
pub(super) static LIST: Pattern = pattern("T-02", Operation::Query);
pub(super) static PUT: Pattern = pattern("T-03", Operation::Put);
pub(super) static UPDATE: Pattern = pattern("T-04", Operation::Update);
pub(super) static DELETE: Pattern = pattern("T-05", Operation::Delete);
pub(super) static TRANSACT: Pattern = pattern("T-06", Operation::Transact);
pub(super) static BATCH: Pattern = pattern("T-07", Operation::Batch);

/// The entity of the tests.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Plant {
    pub(super) garden: String,
    pub(super) number: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) height: Option<i64>,
    pub(super) leaves: u32,
    pub(super) note: String,
}

/// The index by height. It contains only plants with a height.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct ByHeight {
    #[serde(rename = "GSI1PK")]
    hash: String,
    #[serde(rename = "GSI1SK")]
    range: i64,
}

impl IndexKey for ByHeight {
    const INDEX_DEFINITION: SecondaryIndexDefinition =
        SecondaryIndexDefinition::Global(GlobalSecondaryIndexDefinition {
            index_name: "GSI1",
            hash_key: "GSI1PK",
            range_key: Some("GSI1SK"),
        });
}

impl EntityDef for Plant {
    const ENTITY_TYPE: &'static EntityTypeNameRef = EntityTypeNameRef::from_static("plant");
}

impl Entity for Plant {
    type KeyInput<'a> = (&'a str, u32);
    type Table = Table;
    type IndexKeys = Option<ByHeight>;

    fn primary_key((garden, number): (&str, u32)) -> Primary {
        key(garden, number)
    }

    fn full_key(&self) -> FullKey<Primary, Option<ByHeight>> {
        let index = self.height.map(|range| ByHeight { hash: height_partition(&self.garden), range });
        FullKey { primary: key(&self.garden, self.number), indexes: index }
    }
}

impl FromItem for Plant {
    fn from_item(item: Item) -> Result<Self, CorruptItem> {
        decode_entity(item, "plant", 1)
    }
}

impl Plant {
    pub(super) fn new(garden: &str, number: u32) -> Self {
        Self { garden: garden.to_owned(), number, height: None, leaves: 0, note: String::new() }
    }

    pub(super) fn item(&self) -> Item {
        encode_entity(self, 1)
    }
}

pub(super) fn key(garden: &str, number: u32) -> Primary {
    Primary { hash: partition(garden), range: format!("PLANT#{}", padded(number, 4)) }
}

pub(super) fn partition(garden: &str) -> String {
    format!("GARDEN#{garden}")
}

pub(super) fn height_partition(garden: &str) -> String {
    format!("HEIGHTS#{garden}")
}

pub(super) fn plants_of(garden: &str) -> Query<Primary> {
    Query::new(KeyCondition::in_partition(partition(garden)).begins_with("PLANT#"))
}

pub(super) fn by_height(garden: &str) -> Query<ByHeight> {
    Query::new(KeyCondition::in_partition(height_partition(garden)))
}

pub(super) fn is_new() -> Condition {
    Condition::new("attribute_not_exists(#pk)").name("#pk", "PK")
}

pub(super) fn exists() -> Condition {
    Condition::new("attribute_exists(#pk)").name("#pk", "PK")
}

pub(super) fn has_leaves(leaves: u32) -> Condition {
    Condition::new("#leaves = :leaves").name("#leaves", "leaves").value(":leaves", leaves)
}

/// Like the product's table, but the index projects all attributes.
pub(super) const DEFINITION: &str = r#"{
    "TableName": "by default",
    "AttributeDefinitions": [
        { "AttributeName": "PK", "AttributeType": "S" },
        { "AttributeName": "SK", "AttributeType": "S" },
        { "AttributeName": "GSI1PK", "AttributeType": "S" },
        { "AttributeName": "GSI1SK", "AttributeType": "N" }
    ],
    "KeySchema": [
        { "AttributeName": "PK", "KeyType": "HASH" },
        { "AttributeName": "SK", "KeyType": "RANGE" }
    ],
    "GlobalSecondaryIndexes": [{
        "IndexName": "GSI1",
        "KeySchema": [
            { "AttributeName": "GSI1PK", "KeyType": "HASH" },
            { "AttributeName": "GSI1SK", "KeyType": "RANGE" }
        ],
        "Projection": { "ProjectionType": "ALL" }
    }],
    "BillingMode": "PAY_PER_REQUEST",
    "DeletionProtectionEnabled": true
}"#;

pub(super) const EXPIRY: &str = r#"{
    "TableName": "by default",
    "TimeToLiveSpecification": { "AttributeName": "expires_at", "Enabled": true }
}"#;

const RECOVERY: &str = r#"{
    "TableName": "by default",
    "PointInTimeRecoverySpecification": { "PointInTimeRecoveryEnabled": true }
}"#;

/// The design of the tests: plants have no counters, no history and no index keys.
pub(crate) static DESIGN: Design = Design {
    name: "garden",
    create_table: DEFINITION,
    time_to_live: EXPIRY,
    continuous_backups: RECOVERY,
    key_attributes: KeyAttributes::new("PK", "SK"),
    index_attributes: &["GSI1PK", "GSI1SK"],
    versions_of: |_| None,
    write_version_of: |_| None,
    counters_of: |_| &[],
    index_keys_of: |_| &[],
    keys_of: |_| Ok(Item::new()),
};

const ENGINE: &str = "CODESENSEI_TEST_STORE";

/// Whether the tests run on the embedded engine.
pub(super) fn is_embedded() -> bool {
    std::env::var_os(ENGINE).is_none()
}

/// The address of an engine: a new one for each test, or the one that `CODESENSEI_TEST_STORE` names by its URL.
pub(super) async fn engine() -> SocketAddr {
    if let Ok(url) = std::env::var(ENGINE) {
        let address = url.trim_start_matches("http://").trim_end_matches('/').to_owned();
        let mut addresses = tokio::net::lookup_host(address).await.expect("the URL names a host and a port");
        return addresses.next().expect("the host has an address");
    }
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("a bound socket has an address");
    let database = dynoxide::Database::memory().expect("a database in memory");
    tokio::spawn(dynoxide::server::serve_on(listener, database));
    address
}

/// A store whose engine does not answer. No program listens at port 9.
pub(crate) async fn unreachable() -> Table {
    store_at(SocketAddr::from(([127, 0, 0, 1], 9))).await
}

/// A store at this address. Its table, with a unique name, does not exist yet.
pub(super) async fn store_at(address: SocketAddr) -> Table {
    let ids = Ids::random();
    let now = Timestamp::from_millis(1_800_000_000_000).expect("a time of this century");
    let config = TableConfig {
        table: format!("garden-{}", ids.token()),
        endpoint: Endpoint::url(format!("http://{address}")),
        cursor_key: CursorKey::from_secret("a secret of the tests"),
        clock: Clock::fixed(now),
        ids,
    };
    Table::connect(config, &DESIGN).await
}

pub(super) async fn create(store: &Table, protection: Protection) -> bool {
    let created = store.create_as_defined(DEFINITION, EXPIRY, protection).await;
    created.expect("the engine creates tables")
}

/// A store with an empty table on a new engine.
pub(crate) async fn garden() -> Table {
    let store = store_at(engine().await).await;
    assert!(create(&store, Protection::Off).await);
    store
}

/// Puts these plants, without conditions.
pub(super) async fn plant(store: &Table, plants: &[Plant]) {
    for plant in plants {
        let put = store.call(&PUT).put(plant.item(), None).await.expect("the engine answers");
        put.expect("there is no condition");
    }
}

pub(super) async fn find(store: &Table, garden: &str, number: u32) -> Option<Plant> {
    store.call(&GET).get(key(garden, number), true).await.expect("the engine answers")
}

/// A store behind a proxy, and the proxy.
pub(super) async fn broken_garden() -> (Table, Proxy) {
    let proxy = Proxy::before(engine().await).await;
    let store = store_at(proxy.address).await;
    assert!(create(&store, Protection::Off).await);
    proxy.requests();
    (store, proxy)
}
