//! Compares the requests of both sides: the layer's cost is a fair figure only if the bare SDK sends the same request.

use std::collections::BTreeMap;

use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use crate::pairs::{Pair, Scene};

/// Panics if the requests of the two sides differ in more than their values, the names of their placeholders, and the
/// order of their expressions' parts.
pub(crate) async fn check(scene: &Scene, engine: &str, pair: Pair) {
    let mut requests = Vec::new();
    for is_layer in [true, false] {
        let mut prepared = scene.prepare(pair, 1).await;
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("it is bound");
        let forwarded = tokio::spawn(forward(listener, engine.replace("http://", "")));
        scene.through(&format!("http://{address}")).await.call(pair, is_layer, &mut prepared, 0).await;
        let sent = forwarded.await.expect("it forwards");
        let head = sent.windows(4).position(|bytes| bytes == b"\r\n\r\n").expect("a request");
        let body: Value = serde_json::from_slice(&sent[head + 4..]).expect("JSON");
        requests.push(shape("", &body, &placeholders(&body)));
    }
    assert_eq!(requests[0], requests[1], "{}: the layer and the bare SDK send different requests", pair.name());
}

/// Forwards one connection, and returns the bytes of its requests.
async fn forward(listener: TcpListener, engine: String) -> Vec<u8> {
    let (mut client, _) = listener.accept().await.expect("a connection");
    let mut engine = TcpStream::connect(engine).await.expect("it listens");
    let (mut sent, mut up, mut down) = (Vec::new(), vec![0; 1 << 16], vec![0; 1 << 16]);
    loop {
        tokio::select! {
            read = client.read(&mut up) => match read {
                Ok(read @ 1..) => {
                    sent.extend_from_slice(&up[..read]);
                    engine.write_all(&up[..read]).await.expect("the engine reads");
                }
                _ => return sent,
            },
            read = engine.read(&mut down) => match read {
                Ok(read @ 1..) => client.write_all(&down[..read]).await.expect("the client reads"),
                _ => return sent,
            },
        }
    }
}

/// The meaning of each placeholder, also of those in the parts of a transaction.
fn placeholders(body: &Value) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    match body {
        Value::Object(fields) => {
            for (name, value) in fields {
                match (name.as_str(), value.as_object()) {
                    ("ExpressionAttributeNames", Some(names)) => {
                        found.extend(names.iter().map(|(name, means)| (name.clone(), means.to_string())));
                    }
                    ("ExpressionAttributeValues", Some(values)) => {
                        found.extend(values.keys().map(|name| (name.clone(), ":".to_owned())));
                    }
                    _ => found.extend(placeholders(value)),
                }
            }
        }
        Value::Array(values) => found.extend(values.iter().flat_map(placeholders)),
        _ => {}
    }
    found
}

/// The request without its values: expressions as their sorted words, with attributes instead of placeholders.
fn shape(name: &str, value: &Value, meaning: &BTreeMap<String, String>) -> Value {
    match value {
        Value::Object(fields) => {
            let kept = fields.iter().filter(|(name, _)| !name.starts_with("ExpressionAttribute"));
            Value::Object(kept.map(|(name, value)| (name.clone(), shape(name, value, meaning))).collect())
        }
        Value::Array(values) => values.iter().map(|value| shape(name, value, meaning)).collect(),
        Value::String(text) if name.ends_with("Expression") => {
            let words = text.split([' ', ',', '(', ')']).filter(|word| !word.is_empty());
            let mut words: Vec<&str> = words.map(|word| meaning.get(word).map_or(word, String::as_str)).collect();
            words.sort_unstable();
            words.into_iter().collect()
        }
        // Options of the request, such as `ReturnValues`; other texts are values of this call.
        Value::String(text) if name.starts_with("Return") => Value::String(text.clone()),
        Value::String(_) => Value::String(String::new()),
        other => other.clone(),
    }
}
