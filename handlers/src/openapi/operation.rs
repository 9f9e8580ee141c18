//! One operation: the description of its handler, with parameters, body and errors.

use serde_json::{Value, json};
use utoipa::PartialSchema;

use crate::fields;
use crate::openapi::errors::{RouteProperties, responses};
use crate::openapi::trace_header;
use crate::routes::route::{Access, Route};

/// The method in lower case, and the operation under it.
pub(super) fn describe(route: &Route, tag: &str) -> (String, Value) {
    let mut item = json!(route.item);
    let (method, operation) =
        item.as_object_mut().and_then(|item| item.iter_mut().next()).expect("a route has a method");
    let (method, mut operation) = (method.clone(), operation.take());
    let takes_input = operation.get("requestBody").is_some() || operation.get("parameters").is_some();
    let properties = RouteProperties {
        method: &method,
        path: &route.path,
        access: route.access,
        is_limited: !route.limits.is_empty(),
        takes_input,
    };
    let mut codes = [properties.codes(), route.fails.clone()].concat();
    codes.retain(|code| !route.never.contains(code));

    operation["tags"] = json!([tag]);
    // The name of a handler is a verb, which is not unique across domains.
    let verb = operation["operationId"].as_str().unwrap_or_default();
    operation["operationId"] = format!("{}_{verb}", tag.to_lowercase()).into();
    if route.access == Access::Anyone {
        operation["security"] = json!([]);
    }
    parameters(&mut operation, &route.path);
    body(&mut operation);
    for (status, response) in responses(&codes, &route.limits) {
        operation["responses"][status] = response;
    }
    for response in operation["responses"].as_object_mut().into_iter().flat_map(|all| all.values_mut()) {
        trace_header(response);
    }
    (method, operation)
}

fn schema<T: PartialSchema>() -> Value {
    json!(T::schema())
}

/// Adds the ids of the path before the parameters of the query.
fn parameters(operation: &mut Value, path: &str) {
    let known = [
        ("id", "{id}", schema::<fields::SessionId>()),
        ("thread_id", "{thread_id}", schema::<fields::ThreadId>()),
        ("message_id", "{message_id}", schema::<fields::MessageId>()),
        ("device_id", "{device_id}", schema::<fields::DeviceId>()),
    ];
    let ids = known.into_iter().filter(|(_, place, _)| path.contains(place)).map(|(name, _, schema)| {
        json!({ "name": name, "in": "path", "required": true, "description": schema["description"], "schema": schema })
    });
    let mut all: Vec<Value> = ids.collect();
    if let Some(Value::Array(others)) = operation.get_mut("parameters") {
        all.append(others);
    }
    if !all.is_empty() {
        operation["parameters"] = all.into();
    }
}

/// Adds that a body may be gzipped.
fn body(operation: &mut Value) {
    if operation.get("requestBody").is_some() {
        // Not as a second content type, which documentation pages would show first.
        operation["requestBody"]["description"] = "Also accepted gzipped, as `application/gzip`.".into();
    }
}
