//! The table behind the proxy: reads and changes items directly, to count them and to let time pass.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use http::{Request, header};
use http_body_util::Full;
use hyper::body::Bytes;
use serde_json::{Map, Value, json};

use crate::client::Http;
use crate::error::TortureError;

/// How far times are moved back: further than every grace of the product.
const LONG_AGO: Duration = Duration::from_hours(2);

/// A table of an engine without faults.
#[derive(Debug)]
pub(crate) struct Table {
    http: Http,
    host: String,
    key: String,
    name: String,
}

impl Table {
    pub(crate) fn new(http: &Http, store: &str, name: &str) -> Self {
        let (key, host) = parts(store);
        Self { http: http.clone(), host, key, name: name.to_owned() }
    }

    /// Every item.
    pub(crate) async fn items(&self) -> Result<Vec<Value>, TortureError> {
        let (mut items, mut start) = (Vec::new(), Value::Null);
        loop {
            let mut body = json!({ "TableName": self.name, "ConsistentRead": true });
            if !start.is_null() {
                body["ExclusiveStartKey"] = start;
            }
            let mut page = self.ask("Scan", &body).await?;
            if let Some(Value::Array(found)) = page.get_mut("Items").map(Value::take) {
                items.extend(found);
            }
            start = page["LastEvaluatedKey"].take();
            if start.is_null() {
                return Ok(items);
            }
        }
    }

    /// The items of an entity.
    pub(crate) async fn items_of(&self, entity: &str) -> Result<Vec<Value>, TortureError> {
        Ok(self.items().await?.into_iter().filter(|item| item["et"]["S"] == *entity).collect())
    }

    /// Moves the due times of waiting sweep jobs into the past, as if their grace were over.
    pub(crate) async fn age_sweep_jobs(&self) -> Result<u64, TortureError> {
        let now = now();
        let mut aged = 0;
        for mut job in self.items_of("sweep_job").await? {
            let due = number(&job["due"]);
            if due <= now {
                continue;
            }
            let key = json!({ "PK": job["PK"], "SK": job["SK"] });
            let past = now - i64::try_from(LONG_AGO.as_millis()).unwrap_or_default();
            // The due time is the first part of the sort key.
            let sk = text(&job["SK"]);
            let rest = sk.split_once('#').map(|(_, rest)| rest).unwrap_or_default().to_owned();
            let width = sk.len() - rest.len() - 1;
            job["due"] = json!({ "N": past.to_string() });
            job["SK"] = json!({ "S": format!("{past:0width$}#{rest}") });
            self.ask("PutItem", &json!({ "TableName": self.name, "Item": job })).await?;
            self.ask("DeleteItem", &json!({ "TableName": self.name, "Key": key })).await?;
            aged += 1;
        }
        Ok(aged)
    }

    /// Makes every sign-in expire in an hour, so that its next refresh rotates the token.
    pub(crate) async fn age_sign_ins(&self) -> Result<(), TortureError> {
        let soon = now() / 1_000 + 3_600;
        for family in self.items_of("refresh_family").await? {
            let body = json!({
                "TableName": self.name,
                "Key": { "PK": family["PK"], "SK": family["SK"] },
                "UpdateExpression": "SET expires_at = :soon",
                "ExpressionAttributeValues": { ":soon": { "N": soon.to_string() } },
            });
            self.ask("UpdateItem", &body).await?;
        }
        Ok(())
    }

    async fn ask(&self, operation: &str, body: &Value) -> Result<Value, TortureError> {
        let scope = "20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0";
        let request = Request::post(format!("http://{}/", self.host))
            .header("x-amz-target", format!("DynamoDB_20120810.{operation}"))
            .header(header::CONTENT_TYPE, "application/x-amz-json-1.0")
            .header(header::AUTHORIZATION, format!("AWS4-HMAC-SHA256 Credential={}/{scope}", self.key))
            .body(Full::new(Bytes::from(body.to_string())));
        let request = request.map_err(|error| TortureError::Store(error.to_string()))?;
        let failed = |what: String| TortureError::Store(format!("{operation}: {what}"));
        let (parts, body) = self.http.send(request).await.ok_or_else(|| failed("no answer".to_owned()))?;
        let value: Value = serde_json::from_slice(&body).unwrap_or_default();
        if parts.status.is_success() { Ok(value) } else { Err(failed(value["__type"].to_string())) }
    }
}

/// The access key and `host:port` of a URL such as `http://KEY@127.0.0.1:8000`.
pub(crate) fn parts(url: &str) -> (String, String) {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest).trim_end_matches('/');
    match rest.rsplit_once('@') {
        Some((key, host)) => (key.to_owned(), host.to_owned()),
        None => ("LOCAL".to_owned(), rest.to_owned()),
    }
}

/// The milliseconds since 1970.
#[expect(clippy::disallowed_methods, reason = "the server under test is another process with the system's clock")]
fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
    i64::try_from(since).unwrap_or(i64::MAX)
}

/// The number of an attribute.
pub(crate) fn number(attribute: &Value) -> i64 {
    attribute["N"].as_str().and_then(|number| number.parse().ok()).unwrap_or_default()
}

/// The text of an attribute.
pub(crate) fn text(attribute: &Value) -> String {
    attribute["S"].as_str().unwrap_or_default().to_owned()
}

/// Whether a text is in some attribute of the item, keys included.
pub(crate) fn mentions(item: &Value, text: &str) -> bool {
    let values = item.as_object().map(Map::values).into_iter().flatten();
    values.into_iter().any(|value| value["S"].as_str().is_some_and(|value| value.contains(text)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_access_key_of_a_url_is_optional() {
        assert_eq!(parts("http://KEY@127.0.0.1:80/"), ("KEY".to_owned(), "127.0.0.1:80".to_owned()));
        assert_eq!(parts("http://127.0.0.1:8000"), ("LOCAL".to_owned(), "127.0.0.1:8000".to_owned()));
    }
}
