//! The OpenAPI document, generated from the routes.

use std::sync::LazyLock;

use serde_json::{Map, Value, json};

use crate::http::cookie::ACCESS_TOKEN;
use crate::http::trace::TRACE_ID;
use crate::routes;

pub(crate) mod errors;
mod inline;
mod operation;
mod shapes;

const ABOUT: &str = "\
Inline AI code review. A *session* is a file, a *thread* is a conversation on some of its lines, and a *message* is a \
question, a note or an answer, which may have a patch.

Signing up or in sets three cookies: an access token, a refresh token, and a device cookie that identifies the \
browser. On sites with HTTPS their names begin with `__Host-`. The access token is valid for 15 minutes. After \
`TOKEN_EXPIRED`, refresh it with `POST /auth/refresh`.

Request bodies have `Content-Type: application/json`; a large file can be sent as gzipped JSON with \
`application/gzip`. Responses are gzipped for clients that accept it. Lists have pages: send the `cursor` of a page to \
get the next one.

A page of another origin sends its cookies with `credentials: \"include\"`, and can read `ETag`, `Retry-After` and \
`X-Trace-Id`. A deployed API allows its configured origin; `codesensei serve` allows `http://localhost:5173` and \
`http://localhost:3000`. Requests from other origins that change data get `FORBIDDEN`.";

/// The document of the whole API. Programs serve its copy in `handlers/openapi.json`, which `codesensei openapi`
/// writes: generating it would link all domains into a program.
#[must_use]
pub fn document() -> &'static Value {
    static DOCUMENT: LazyLock<Value> = LazyLock::new(assemble);
    &DOCUMENT
}

fn assemble() -> Value {
    let (mut paths, mut schemas, mut tags) = (json!({}), Map::new(), Vec::new());
    for group in routes::groups() {
        tags.push(json!({ "name": group.name, "description": group.about }));
        for route in group.routes {
            for (name, schema) in &route.schemas {
                schemas.insert(name.clone(), json!(schema));
            }
            let (method, operation) = operation::describe(&route, group.name);
            paths[&route.path][method] = operation;
        }
    }
    for (name, schema) in errors::schemas() {
        schemas.insert(name.to_owned(), schema);
    }
    inline::fields(&mut schemas, &paths);
    shapes::shape(&mut schemas);
    for operation in paths.as_object().into_iter().flat_map(|paths| paths.values()) {
        for method in ["put", "patch"] {
            let body = &operation[method]["requestBody"]["content"]["application/json"]["schema"]["$ref"];
            if let Some(form) = body.as_str().and_then(|path| path.rsplit('/').next()) {
                shapes::require_one_field(&mut schemas, form);
            }
        }
    }
    let about = "Set by signing up and in; valid for 15 minutes.";
    let cookie = json!({ "type": "apiKey", "in": "cookie", "name": ACCESS_TOKEN, "description": about });
    json!({
        "openapi": "3.1.0",
        "info": { "title": "CodeSensei", "version": env!("CARGO_PKG_VERSION"), "description": ABOUT },
        "servers": [{ "url": "/", "description": "The server of this document." }],
        "tags": tags,
        "security": [{ ACCESS_TOKEN: [] }],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "responses": errors::unmatched_responses(),
            "headers": { "TraceId": {
                "description": "The id of the request in the service's log.",
                "schema": { "type": "string" },
            } },
            "securitySchemes": { ACCESS_TOKEN: cookie },
        },
    })
}

/// Adds the header with the trace id, which all responses have.
fn trace_header(response: &mut Value) {
    response["headers"][TRACE_ID.as_str()] = json!({ "$ref": "#/components/headers/TraceId" });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_committed_document_is_current() {
        let copy: Value = serde_json::from_str(crate::document::COPY).expect("handlers/openapi.json is JSON");
        assert!(copy == *document(), "run `cargo run -- openapi > handlers/openapi.json` and commit the result");
    }
}
