//! The contract: the OpenAPI document's description of each response, and the check of a response against it.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::sync::LazyLock;

use axum::http::{HeaderMap, header};
use flate2::read::MultiGzDecoder;
use handlers::openapi::document;
use serde_json::{Value, json};

use crate::JsonSchema;

/// An operation of the document.
#[derive(Debug)]
pub struct Operation {
    /// `GET`.
    pub method: String,
    /// The path with its parameters: `/sessions/{id}`.
    pub path: String,
    /// The heading of the document under which it is.
    pub group: String,
    /// The responses by status.
    pub answers: BTreeMap<u16, Answer>,
    /// Whether the operation requires a sign-in.
    pub is_protected: bool,
}

/// The document's description of the responses with one status.
#[derive(Debug)]
pub struct Answer {
    /// For an error: its possible codes.
    pub codes: Vec<String>,
    /// The schema of the body. Absent if there is no body.
    body: Option<JsonSchema>,
}

/// Every operation of the document, read once.
#[must_use]
pub fn operations() -> &'static [Operation] {
    static OPERATIONS: LazyLock<Vec<Operation>> = LazyLock::new(|| {
        let paths = document()["paths"].as_object().expect("the document has paths").iter();
        let operations = paths.flat_map(|(path, item)| {
            let methods = item.as_object().expect("a path has methods").iter();
            methods.map(move |(method, operation)| Operation::read(method, path, operation))
        });
        operations.collect()
    });
    &OPERATIONS
}

/// The operation that a request such as `GET /sessions/7` calls.
#[must_use]
pub fn operation_of(method: &str, path: &str) -> Option<&'static Operation> {
    operations().iter().find(|operation| operation.method == method && operation.is_at(path))
}

impl Operation {
    /// `GET /sessions/{id}`.
    #[must_use]
    pub fn route(&self) -> String {
        format!("{} {}", self.method, self.path)
    }

    fn read(method: &str, path: &str, operation: &Value) -> Self {
        let responses = operation["responses"].as_object().expect("an operation has responses").iter();
        let answers = responses.map(|(status, response)| (status.parse().expect("a status"), Answer::read(response)));
        let is_protected = operation.get("security").is_none();
        let group = operation["tags"][0].as_str().expect("an operation has a heading").to_owned();
        Self { method: method.to_uppercase(), path: path.to_owned(), group, answers: answers.collect(), is_protected }
    }

    /// Every error code that the operation declares.
    pub fn codes(&self) -> impl Iterator<Item = &str> {
        self.answers.values().flat_map(|answer| &answer.codes).map(String::as_str)
    }

    /// Whether a request to this path calls this operation, if the method matches.
    fn is_at(&self, path: &str) -> bool {
        let (own, asked) = (self.path.split('/'), path.split('/'));
        let fits = |(own, asked): (&str, &str)| own == asked || (own.starts_with('{') && !asked.is_empty());
        own.clone().count() == asked.clone().count() && own.zip(asked).all(fits)
    }
}

impl Answer {
    fn read(response: &Value) -> Self {
        let content = response.get("content").map(|content| &content["application/json"]["schema"]);
        Self { codes: content.map(codes_of).unwrap_or_default(), body: content.map(validator) }
    }
}

/// The error codes that a schema describes: one, or the union of several.
fn codes_of(schema: &Value) -> Vec<String> {
    if let Some(kinds) = schema["oneOf"].as_array() {
        return kinds.iter().flat_map(codes_of).collect();
    }
    let named = schema["$ref"].as_str().and_then(|path| document().pointer(path.trim_start_matches('#')));
    let error = &named.unwrap_or(schema)["properties"]["error"];
    let own = error.get("allOf").map_or(error, |parts| &parts[1]);
    let codes = own["properties"]["code"]["enum"].as_array();
    codes.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// A validator that also refuses fields that the document does not describe. The document allows additional fields, so
/// that a response can get new ones; but each field must be documented.
fn validator(schema: &Value) -> JsonSchema {
    let mut schema = json!({ "allOf": [schema], "components": document()["components"] });
    close(&mut schema);
    JsonSchema::new(&schema)
}

fn close(schema: &mut Value) {
    match schema {
        Value::Array(items) => items.iter_mut().for_each(close),
        Value::Object(fields) => {
            fields.values_mut().for_each(close);
            if fields.get("type").is_some_and(|kind| kind == "object") && fields.contains_key("properties") {
                fields.insert("additionalProperties".to_owned(), false.into());
            }
        }
        _ => {}
    }
}

/// Compares a response with the document.
///
/// # Panics
/// If the response differs from the document.
pub(super) fn check(method: &str, path: &str, status: u16, headers: &HeaderMap, body: &[u8]) {
    // The document describes only these methods.
    if matches!(method, "OPTIONS" | "HEAD") || (path == "/openapi.json" && method == "GET") {
        return;
    }
    let what = format!("{method} {path} {status}");
    let at_path: Vec<&Operation> = operations().iter().filter(|operation| operation.is_at(path)).collect();
    let Some(operation) = at_path.iter().find(|operation| operation.method == method) else {
        let status_of_none = if at_path.is_empty() { 404 } else { 405 };
        assert_eq!(status, status_of_none, "{what}: the route is not in the OpenAPI document");
        return;
    };
    let route = operation.route();
    let answer = operation.answers.get(&status);
    let answer = answer.unwrap_or_else(|| panic!("{what}: {route} has no answer {status} in the OpenAPI document"));
    let Some(validator) = &answer.body else {
        assert!(body.is_empty(), "{what}: {route} has a body that is not in the OpenAPI document");
        return;
    };
    assert_eq!(headers[header::CONTENT_TYPE], "application/json", "{what}");
    let json: Value = serde_json::from_slice(&inflated(headers, body)).expect("JSON");
    if status >= 400 {
        let code = json["error"]["code"].as_str().unwrap_or_default();
        assert!(
            answer.codes.iter().any(|documented| documented == code),
            "{what}: {route} has no error {code} in the OpenAPI document; declare it in handlers/src/routes.rs"
        );
    }
    let misfits = validator.mismatches(&json);
    assert!(misfits.is_empty(), "{what}: not as {route} is in the OpenAPI document:\n{}", misfits.join("\n"));
}

/// Compares an event of a stream with the document, which names the schema of each.
///
/// # Panics
/// If the event differs from the document.
pub fn check_event(route: &str, event: &str, data: &Value) {
    let (method, path) = route.split_once(' ').expect("a method and a path");
    let stream = &document()["paths"][path][method.to_lowercase()]["responses"]["200"]["content"]["text/event-stream"];
    let told = json!({ "event": event, "data": data });
    let misfits = validator(&stream["schema"]).mismatches(&told);
    assert!(
        misfits.is_empty(),
        "the event {event} is not as {route} is in the OpenAPI document:\n{}",
        misfits.join("\n")
    );
}

fn inflated(headers: &HeaderMap, body: &[u8]) -> Vec<u8> {
    if headers.get(header::CONTENT_ENCODING).is_none_or(|encoding| encoding != "gzip") {
        return body.to_vec();
    }
    let mut inflated = Vec::new();
    MultiGzDecoder::new(body).read_to_end(&mut inflated).expect("gzip");
    inflated
}
