//! Batches that the service processes in part: the rest is not sent to it, and is named as unprocessed in the answer.

use serde_json::{Value, json};

use crate::wire::{Request, Response};

/// A batch that was split.
pub(super) struct Split {
    /// The request with the first items only.
    pub(super) sent: Request,
    /// The rest, in the form of an answer.
    rest: Value,
    /// The name of the rest in the answer.
    name: &'static str,
}

impl Split {
    /// The second half of the batch stays unprocessed. `None` if it has only one item: the service processes at least
    /// one, or refuses the request.
    pub(super) fn of(request: &Request) -> Option<Self> {
        let mut body: Value = serde_json::from_slice(request.body()).ok()?;
        let mut rest = json!({});
        let tables = body.get_mut("RequestItems")?.as_object_mut()?;
        for (table, asked) in tables.iter_mut() {
            let is_read = asked.get("Keys").is_some();
            let items = if is_read { asked.get_mut("Keys")? } else { &mut *asked }.as_array_mut()?;
            let kept = items.len().div_ceil(2);
            let left: Vec<Value> = items.drain(kept..).collect();
            if left.is_empty() {
                continue;
            }
            rest[table] = if is_read {
                let mut settings = asked.clone();
                settings["Keys"] = Value::from(left);
                settings
            } else {
                Value::from(left)
            };
        }
        if rest.as_object()?.is_empty() {
            return None;
        }
        let name = if request.operation == "BatchGetItem" { "UnprocessedKeys" } else { "UnprocessedItems" };
        Some(Self { sent: request.with_body(body.to_string().as_bytes()), rest, name })
    }

    /// The answer to the whole batch.
    pub(super) fn answer(self, response: &Response) -> Response {
        let Ok(mut body) = serde_json::from_slice::<Value>(response.body()) else { return response.clone() };
        if response.status != 200 {
            return response.clone();
        }
        body[self.name] = self.rest;
        response.with_body(body.to_string().as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::Reader;

    async fn request(operation: &str, body: Value) -> Request {
        let body = body.to_string();
        let length = body.len();
        let target = format!("x-amz-target: DynamoDB_20120810.{operation}");
        let bytes = format!("POST / HTTP/1.1\r\n{target}\r\ncontent-length: {length}\r\n\r\n{body}");
        Reader::new(bytes.as_bytes()).request().await.expect("readable").expect("a request")
    }

    async fn response(body: Value) -> Response {
        let body = body.to_string();
        let bytes = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{body}", body.len());
        Reader::new(bytes.as_bytes()).response().await.expect("readable").expect("a response")
    }

    fn json(bytes: &[u8]) -> Value {
        serde_json::from_slice(bytes).expect("JSON")
    }

    #[tokio::test]
    async fn keys_of_a_read_are_either_asked_or_unprocessed() {
        let asked = json!({ "RequestItems": { "t": { "ConsistentRead": true, "Keys": [1, 2, 3] } } });
        let split = Split::of(&request("BatchGetItem", asked).await).expect("three keys");
        assert_eq!(json(split.sent.body())["RequestItems"]["t"], json!({ "ConsistentRead": true, "Keys": [1, 2] }));
        let answer = split.answer(&response(json!({ "Responses": { "t": [] } })).await);
        assert_eq!(json(answer.body())["UnprocessedKeys"], json!({ "t": { "ConsistentRead": true, "Keys": [3] } }));
    }

    #[tokio::test]
    async fn items_of_a_write_are_either_written_or_unprocessed() {
        let asked = json!({ "RequestItems": { "t": [{ "a": 1 }, { "b": 2 }] } });
        let split = Split::of(&request("BatchWriteItem", asked).await).expect("two items");
        assert_eq!(json(split.sent.body())["RequestItems"]["t"], json!([{ "a": 1 }]));
        let answer = split.answer(&response(json!({})).await);
        assert_eq!(json(answer.body())["UnprocessedItems"], json!({ "t": [{ "b": 2 }] }));
    }

    #[tokio::test]
    async fn a_batch_of_one_item_is_not_split() {
        let asked = json!({ "RequestItems": { "t": { "Keys": [1] } } });
        assert!(Split::of(&request("BatchGetItem", asked).await).is_none());
    }
}
