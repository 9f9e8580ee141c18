//! The OpenAPI document: it describes every route and no other, and is well-formed.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use axum::body::Body;
use axum::http::Request;
use handlers::openapi::document;
use handlers::rates::RateLimit;
use serde_json::{Value, json};
use tests::app::contract::operations;
use tests::{JsonSchema, TestApp};

/// Every operation in one line, with its responses.
fn outline() -> String {
    let mut lines = String::new();
    for operation in operations() {
        let described = &document()["paths"][&operation.path][operation.method.to_lowercase()];
        let summary = described["summary"].as_str().expect("an operation has a summary");
        writeln!(lines, "{} {}: {summary}", operation.method, operation.path).unwrap();
        for (status, answer) in &operation.answers {
            writeln!(lines, "    {status} {}", answer.codes.join(" ")).unwrap();
        }
    }
    lines.replace(" \n", "\n")
}

/// Every object under this key, at any depth.
fn all<'d>(json: &'d Value, name: &str, found: &mut Vec<&'d Value>) {
    match json {
        Value::Array(items) => items.iter().for_each(|item| all(item, name, found)),
        Value::Object(fields) => {
            found.extend(fields.get(name));
            fields.values().for_each(|field| all(field, name, found));
        }
        _ => {}
    }
}

#[test]
fn the_document_lists_these_operations_and_answers() {
    insta::assert_snapshot!("operations", outline().trim_end());
}

#[tokio::test]
async fn the_document_is_served_unchanged_without_a_sign_in() {
    let app = TestApp::new().await;
    let answer = app.stranger().gets("/openapi.json").await;
    assert_eq!(answer.headers["content-type"], "application/json");
    assert_eq!(answer.bill, []);
    assert_eq!(&answer.is(200), document());
}

#[tokio::test]
async fn exactly_the_documented_methods_are_routed() {
    let app = TestApp::new().await;
    let stranger = app.stranger();
    let paths: BTreeSet<&str> = operations().iter().map(|operation| operation.path.as_str()).collect();
    for path in paths {
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE"] {
            let request = Request::builder().method(method).uri(path.replace(['{', '}'], "_"));
            let answer = stranger.sends(request, Body::empty()).await;
            let is_told = operations().iter().any(|operation| operation.path == path && operation.method == method);
            assert_eq!(answer.json["error"]["code"] != "METHOD_NOT_ALLOWED", is_told, "{method} {path}");
            assert_ne!(answer.json["error"]["code"], "NOT_FOUND", "{method} {path}");
        }
    }
}

#[test]
fn every_reference_resolves_and_every_component_is_used() {
    let mut references = Vec::new();
    all(document(), "$ref", &mut references);
    let references: BTreeSet<&str> = references.into_iter().filter_map(Value::as_str).collect();
    for reference in &references {
        let pointer = reference.strip_prefix('#').expect("a reference within the document");
        assert!(document().pointer(pointer).is_some(), "{reference}");
    }
    for name in document()["components"]["schemas"].as_object().unwrap().keys() {
        assert!(references.contains(&*format!("#/components/schemas/{name}")), "no example of {name}");
    }
}

#[test]
fn operation_ids_are_unique_and_usable_by_generated_clients() {
    let mut ids = Vec::new();
    all(&document()["paths"], "operationId", &mut ids);
    let distinct: BTreeSet<&str> = ids.iter().filter_map(|id| id.as_str()).collect();
    assert_eq!((distinct.len(), ids.len()), (operations().len(), operations().len()), "{distinct:?}");
    for id in distinct {
        assert!(id.chars().all(|c| c.is_ascii_lowercase() || c == '_'), "{id}");
    }
}

#[test]
fn every_rate_limit_is_documented_at_its_routes() {
    let mut told = BTreeSet::new();
    for operation in operations() {
        let answer = &document()["paths"][&operation.path][operation.method.to_lowercase()]["responses"]["429"];
        let Some(about) = answer["description"].as_str() else { continue };
        let limits: Vec<&str> = about.lines().filter(|line| line.starts_with("- `")).collect();
        assert!(!limits.is_empty(), "{} {}", operation.method, operation.path);
        told.extend(limits);
    }
    for limit in RateLimit::ALL.iter().flat_map(RateLimit::sentences) {
        assert!(told.contains(&*format!("- {limit}")), "{limit}");
    }
}

#[test]
fn etag_and_retry_after_headers_are_documented() {
    let paths = &document()["paths"];
    let open = &paths["/sessions/{id}"]["get"];
    for status in ["200", "304"] {
        assert!(open["responses"][status]["headers"]["etag"].is_object(), "{status}");
    }
    assert!(open["parameters"].as_array().unwrap().iter().any(|parameter| parameter["name"] == "if-none-match"));
    for path in ["/threads/{thread_id}/messages", "/threads/{thread_id}/messages/{message_id}/retry"] {
        for status in ["409", "429", "503"] {
            assert!(paths[path]["post"]["responses"][status]["headers"]["retry-after"].is_object(), "{path} {status}");
        }
    }
}

#[test]
fn every_example_matches_its_schema() {
    let components = &document()["components"];
    let mut schemas = Vec::new();
    all(document(), "schema", &mut schemas);
    all(document(), "properties", &mut schemas);
    let mut shown = 0;
    for found in schemas {
        let nested = found.as_object().into_iter().flat_map(|fields| fields.values());
        for schema in nested.chain([found]) {
            let Some(examples) = schema.get("examples").and_then(Value::as_array) else { continue };
            let validator = JsonSchema::new(&json!({ "allOf": [schema], "components": components }));
            for example in examples {
                assert!(validator.is_valid(example), "{example} is no {schema}");
                shown += 1;
            }
        }
    }
    assert!(shown > 50, "only {shown} examples");
}

#[test]
fn every_error_has_a_valid_example() {
    let mut media = Vec::new();
    all(&document()["paths"], "application/json", &mut media);
    let mut shown = 0;
    for media in media {
        let Some(examples) = media.get("examples").and_then(Value::as_object) else { continue };
        let schema = json!({ "allOf": [media["schema"]], "components": document()["components"] });
        let validator = JsonSchema::new(&schema);
        for (code, example) in examples {
            assert_eq!(example["value"]["error"]["code"], **code);
            assert!(validator.is_valid(&example["value"]), "{example}");
            shown += 1;
        }
    }
    let declared: usize =
        operations().iter().flat_map(|operation| operation.answers.values()).map(|answer| answer.codes.len()).sum();
    assert_eq!(shown, declared);
}

/// A validator of the schema of this name.
fn validator_of(name: &str) -> JsonSchema {
    let schema = json!({ "$ref": format!("#/components/schemas/{name}"), "components": document()["components"] });
    JsonSchema::new(&schema)
}

#[tokio::test]
async fn requests_without_a_route_are_answered_as_documented() {
    let stranger = TestApp::new().await.stranger();
    let not_found = stranger.gets("/nowhere").await.refused(404, "NOT_FOUND");
    let not_allowed = stranger.deletes("/health").await.refused(405, "METHOD_NOT_ALLOWED");
    for (name, error) in [("NotFound", not_found), ("MethodNotAllowed", not_allowed)] {
        let media = &document()["components"]["responses"][name]["content"]["application/json"];
        let schema = json!({ "allOf": [media["schema"]], "components": document()["components"] });
        let validator = JsonSchema::new(&schema);
        assert!(validator.is_valid(&json!({ "error": error })), "{name}");
        for example in media["examples"].as_object().unwrap().values() {
            assert!(validator.is_valid(&example["value"]), "{example}");
        }
    }
}

#[test]
fn error_codes_and_languages_are_each_defined_in_one_schema() {
    for (name, one, least) in [("ErrorCode", "VERSION_CONFLICT", 30), ("Language", "Rust", 20)] {
        let mut lists = Vec::new();
        all(document(), "enum", &mut lists);
        let long = lists.iter().filter(|list| list.as_array().is_some_and(|list| list.len() >= least));
        let naming = long.filter(|list| list.as_array().unwrap().contains(&one.into()));
        assert_eq!(naming.count(), 1, "{name} is listed once");
        assert!(validator_of(name).is_valid(&json!(one)) && !validator_of(name).is_valid(&json!("Klingon")));
    }
    let reply_error = &document()["components"]["schemas"]["UserMessage"]["properties"]["reply_error"];
    assert_eq!(reply_error["$ref"], "#/components/schemas/ErrorCode");
}

#[test]
fn errors_require_their_extra_fields() {
    let now = "2026-11-23T08:00:42.000Z";
    for (name, code, own) in [
        ("VersionConflictError", "VERSION_CONFLICT", json!({ "current_version": 2, "current_code": "" })),
        ("RateLimitError", "RATE_LIMIT_EXCEEDED", json!({ "retry_after": now, "limit": "ai" })),
        ("InternalError", "INTERNAL_ERROR", json!({ "trace_id": "6f1c" })),
    ] {
        let mut error = own.clone();
        error["code"] = code.into();
        error["message"] = "A sentence.".into();
        assert!(validator_of(name).is_valid(&json!({ "error": error })), "{name}");
        for field in own.as_object().unwrap().keys() {
            let mut lacking = error.clone();
            lacking.as_object_mut().unwrap().remove(field);
            assert!(!validator_of(name).is_valid(&json!({ "error": lacking })), "{name} without {field}");
        }
    }
}

#[test]
fn unions_name_a_schema_for_each_value_of_their_discriminator() {
    let schemas = &document()["components"]["schemas"];
    for (name, discriminator, values) in [
        ("Message", "role", ["user", "ai"]),
        ("Thread", "type", ["block", "file"]),
        ("NewThread", "type", ["block", "file"]),
    ] {
        assert_eq!(schemas[name]["discriminator"]["propertyName"], discriminator);
        for value in values {
            let target = schemas[name]["discriminator"]["mapping"][value].as_str().unwrap();
            let member = document().pointer(target.trim_start_matches('#')).unwrap();
            assert_eq!(member["properties"][discriminator]["enum"], json!([value]));
            assert!(member["required"].as_array().unwrap().contains(&discriminator.into()));
        }
    }
    assert!(schemas["Session"]["properties"].get("code_content").is_none());
    assert!(schemas["SessionWithCode"]["required"].as_array().unwrap().contains(&"code_content".into()));
}

#[test]
fn forms_with_only_optional_fields_require_one() {
    for form in ["Metadata", "Anchor"] {
        assert!(!validator_of(form).is_valid(&json!({})), "{form}");
    }
    assert!(validator_of("Metadata").is_valid(&json!({ "filename": "a.rs" })));
}
