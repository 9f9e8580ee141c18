//! Direct access to the table, past the model: for items that must be absent, and for the size of items.
//!
//! The product never scans, but a test that nothing is left behind has to. So this module speaks DynamoDB's JSON over
//! HTTP itself. Engines check at most the form of a signature.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use serde_json::{Map, Value, json};

/// All attributes that identify and describe an item, without the large ones.
const OUTLINE: &str =
    "PK, SK, et, v, revision, n, chunk_count, session_id, seq, hits, #state, session_count, thread_count";

/// The limit for one response of an engine. After it, the engine counts as stopped, and the test fails instead of
/// waiting.
const LONGEST_ANSWER: Duration = Duration::from_mins(1);
/// How long a request is retried while the engine fails.
const PATIENCE: Duration = Duration::from_mins(1);

/// A table, accessed directly.
#[derive(Clone, Debug)]
pub struct RawTable {
    endpoint: String,
    table: String,
    http: reqwest::Client,
}

/// One item, in DynamoDB's JSON: `{"PK": {"S": "…"}, …}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RawItem(pub Map<String, Value>);

impl RawTable {
    /// The table of this name at this endpoint.
    #[must_use]
    pub fn at(endpoint: &str, table: &str) -> Self {
        // A proxy of the environment is not used: the engine is on this machine.
        let http = reqwest::Client::builder().no_proxy().timeout(LONGEST_ANSWER).build();
        Self {
            endpoint: endpoint.to_owned(),
            table: table.to_owned(),
            http: http.expect("a client without TLS always builds"),
        }
    }

    /// Every item with all attributes.
    pub async fn items(&self) -> Vec<RawItem> {
        self.scan(json!({})).await
    }

    /// Every item without its large attributes.
    pub async fn outline(&self) -> Vec<RawItem> {
        let names = json!({ "#state": "state" });
        self.scan(json!({ "ProjectionExpression": OUTLINE, "ExpressionAttributeNames": names })).await
    }

    /// The number of items of each entity.
    pub async fn census(&self) -> BTreeMap<String, usize> {
        let mut census = BTreeMap::new();
        for item in self.outline().await {
            *census.entry(item.kind().to_owned()).or_default() += 1;
        }
        census
    }

    /// The items of one entity without their large attributes.
    pub async fn all(&self, kind: &str) -> Vec<RawItem> {
        let mut items = self.outline().await;
        items.retain(|item| item.kind() == kind);
        items
    }

    /// The items of these keys that exist, with all attributes. At most 100 keys, each once.
    pub async fn get_all(&self, keys: &[Value]) -> Vec<RawItem> {
        let asked = json!({ &self.table: { "Keys": keys, "ConsistentRead": true } });
        let mut answer = self.send("BatchGetItem", &json!({ "RequestItems": asked })).await;
        assert_eq!(answer["UnprocessedKeys"], json!({}), "the engine returns every item");
        let Value::Array(items) = answer["Responses"][&self.table].take() else { panic!("a batch without items") };
        items.into_iter().map(RawItem::from).collect()
    }

    /// Writes an item that no version of the model would write.
    pub async fn put(&self, item: Value) {
        self.ask("PutItem", json!({ "Item": item })).await;
    }

    /// Writes up to 25 items that no version of the model would write.
    pub async fn put_all(&self, items: impl IntoIterator<Item = Value>) {
        let puts: Vec<Value> = items.into_iter().map(|item| json!({ "PutRequest": { "Item": item } })).collect();
        let table = self.table.clone();
        let answer = self.send("BatchWriteItem", &json!({ "RequestItems": { table: puts } })).await;
        assert_eq!(answer["UnprocessedItems"], json!({}), "the engine accepts every item");
    }

    /// Changes one item by an `UpdateItem` request.
    pub async fn update(&self, request: Value) {
        self.ask("UpdateItem", request).await;
    }

    /// The entries of an index.
    pub async fn entries(&self, index: &str) -> Vec<RawItem> {
        self.scan(json!({ "IndexName": index, "ConsistentRead": false })).await
    }

    /// Creates the table from a definition, which may differ from the current one.
    pub async fn create_table(&self, definition: Value) {
        self.ask("CreateTable", definition).await;
    }

    /// Removes an item, past the model.
    pub async fn remove(&self, item: &RawItem) {
        self.ask("DeleteItem", json!({ "Key": { "PK": item.0["PK"], "SK": item.0["SK"] } })).await;
    }

    /// Changes the first matching item of an entity, past the model.
    pub async fn change(
        &self,
        kind: &str,
        pick: impl Fn(&RawItem) -> bool,
        change: impl FnOnce(&mut Map<String, Value>),
    ) {
        let mut item = self.one(kind, pick).await;
        change(&mut item.0);
        self.put(Value::Object(item.0)).await;
    }

    /// The first matching item of an entity, with all attributes.
    pub async fn one(&self, kind: &str, pick: impl Fn(&RawItem) -> bool) -> RawItem {
        let items = self.items().await;
        items.into_iter().find(|item| item.kind() == kind && pick(item)).expect("a matching item exists")
    }

    /// Deletes the table with all its items.
    pub async fn delete_table(&self) {
        self.ask("DeleteTable", json!({})).await;
    }

    async fn scan(&self, how: Value) -> Vec<RawItem> {
        let mut found = Vec::new();
        let mut request = how;
        if request["ConsistentRead"].is_null() {
            request["ConsistentRead"] = true.into();
        }
        loop {
            let mut answer = self.ask("Scan", request.clone()).await;
            let Value::Array(items) = answer["Items"].take() else { panic!("a scan without items: {answer}") };
            found.extend(items.into_iter().map(RawItem::from));
            match answer["LastEvaluatedKey"].take() {
                Value::Null => return found,
                last => request["ExclusiveStartKey"] = last,
            }
        }
    }

    /// Runs a `PartiQL` statement: returns every row, or those of the first page if the statement has a limit.
    pub async fn partiql(&self, mut request: Value) -> Vec<RawItem> {
        let mut rows = Vec::new();
        loop {
            let mut answer = self.send("ExecuteStatement", &request).await;
            let Value::Array(items) = answer["Items"].take() else { panic!("a statement without rows: {answer}") };
            rows.extend(items.into_iter().map(RawItem::from));
            match answer["NextToken"].take() {
                Value::String(next) if request["Limit"].is_null() => request["NextToken"] = next.into(),
                _ => return rows,
            }
        }
    }

    async fn ask(&self, operation: &str, mut request: Value) -> Value {
        request["TableName"] = self.table.as_str().into();
        self.send(operation, &request).await
    }

    async fn send(&self, operation: &str, request: &Value) -> Value {
        let begun = Instant::now();
        let mut answer = self.try_send(operation, request).await;
        // DynamoDB Local fails writes while it adds an index; a program retries them.
        while answer.0.is_server_error() && begun.elapsed() < PATIENCE {
            tokio::time::sleep(Duration::from_millis(50)).await;
            answer = self.try_send(operation, request).await;
        }
        let (status, body) = answer;
        assert!(status.is_success(), "{operation}: {status}: {body}");
        serde_json::from_str(&body).expect("the engine answers in JSON")
    }

    async fn try_send(&self, operation: &str, request: &Value) -> (reqwest::StatusCode, String) {
        let request = self
            .http
            .post(model::without_access_key(&self.endpoint))
            .header("content-type", "application/x-amz-json-1.0")
            .header("x-amz-target", format!("DynamoDB_20120810.{operation}"))
            .header("x-amz-date", "20261123T080000Z")
            .header("authorization", self.authorization())
            .body(request.to_string());
        let answer = request.send().await.expect("the engine answers");
        let status = answer.status();
        (status, answer.text().await.expect("the engine sends the whole response"))
    }

    /// A signature of the right form. DynamoDB Local keeps the tables of each access key and region apart, unless it is
    /// told to share them; so both are those of the store. The embedded engine requires its own key.
    fn authorization(&self) -> String {
        let variable = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
        let key = variable("AWS_SECRET_ACCESS_KEY").and_then(|_| variable("AWS_ACCESS_KEY_ID"));
        let named = model::split_access_key(&self.endpoint).0.map(ToOwned::to_owned);
        let key = named.or(key).unwrap_or_else(|| "local".to_owned());
        let region = variable("AWS_REGION").unwrap_or_else(|| "us-east-1".to_owned());
        let scope = format!("Credential={key}/20261123/{region}/dynamodb/aws4_request");
        format!("AWS4-HMAC-SHA256 {scope}, SignedHeaders=host;x-amz-date;x-amz-target, Signature=0")
    }
}

impl From<Value> for RawItem {
    fn from(item: Value) -> Self {
        let Value::Object(attributes) = item else { panic!("an item is an object, not {item}") };
        Self(attributes)
    }
}

impl RawItem {
    /// The attributes in plain JSON; `bytes` converts binary values.
    #[must_use]
    pub fn plain(&self, bytes: fn(&str) -> Value) -> Value {
        self.0.iter().map(|(name, value)| (name.clone(), plain(value, bytes))).collect()
    }

    /// The entity that the item names.
    #[must_use]
    pub fn kind(&self) -> &str {
        self.text("et").unwrap_or_default()
    }

    /// Its partition key.
    #[must_use]
    pub fn pk(&self) -> &str {
        self.text("PK").expect("every item has a partition key")
    }

    /// Its sort key.
    #[must_use]
    pub fn sk(&self) -> &str {
        self.text("SK").expect("every item has a sort key")
    }

    /// The text of an attribute.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name)?.get("S")?.as_str()
    }

    /// The number of an attribute.
    #[must_use]
    pub fn number(&self, name: &str) -> Option<i64> {
        self.0.get(name)?.get("N")?.as_str()?.parse().ok()
    }
}

fn plain(attribute: &Value, bytes: fn(&str) -> Value) -> Value {
    let (letter, value) = attribute.as_object().and_then(|attribute| attribute.iter().next()).expect("a letter");
    match (letter.as_str(), value) {
        ("N", Value::String(number)) => Value::Number(number.parse().expect("a number")),
        ("B", Value::String(base64)) => bytes(base64),
        ("L", Value::Array(values)) => values.iter().map(|value| plain(value, bytes)).collect(),
        ("M", Value::Object(fields)) => {
            fields.iter().map(|(name, value)| (name.clone(), plain(value, bytes))).collect()
        }
        ("S" | "BOOL", value) => value.clone(),
        _ => panic!("our items have no {letter}"),
    }
}
