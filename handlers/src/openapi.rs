//! The OpenAPI document, made from the routes: what each says of itself, and what follows from what it is.

use std::sync::LazyLock;

use serde_json::{Map, Value, json};

use crate::http::cookie::ACCESS_TOKEN;
use crate::http::trace::TRACE_ID;
use crate::routes;

mod errors;
mod inline;
mod operation;
mod shapes;

pub(crate) use errors::Failure;

const ABOUT: &str = "\
Inline AI code review: a *session* is a file, a *thread* a conversation on some of its lines, and a *message* a question with \
an answer that explains, and often brings a patch.

Signing up or in sets cookies, which every other request carries by itself: an access token, a refresh token, and one by which the \
browser is known to the account. Where the site is served over HTTPS their names begin with `__Host-`. The access token is good for \
15 minutes; `TOKEN_EXPIRED` says that it has to be refreshed, at `POST /auth/refresh`.

Bodies say `Content-Type: application/json`; a large file can be sent as gzipped JSON under \
`application/gzip`. Answers are gzipped for clients that accept it. Lists come in pages: `cursor` of one asks for the next.

A page that calls from another origin sends its cookies (`credentials: \"include\"`), and can read `ETag`, `Retry-After` and \
`X-Trace-Id`. A deployed API takes the one origin that it is configured with; `codesensei serve` takes \
`http://localhost:5173` and `http://localhost:3000`. Other pages get `FORBIDDEN` for whatever changes something.";

/// The document as the routes of this program say it, of the whole API. What is served is its copy in `handlers/openapi.json`,
/// which `codesensei openapi` writes: a function that made it anew would be linked with every domain.
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
                shapes::says_something(&mut schemas, form);
            }
        }
    }
    let about = "Set by signing up and in; good for 15 minutes.";
    let cookie = json!({ "type": "apiKey", "in": "cookie", "name": ACCESS_TOKEN, "description": about });
    json!({
        "openapi": "3.1.0",
        "info": { "title": "CodeSensei", "version": env!("CARGO_PKG_VERSION"), "description": ABOUT },
        "servers": [{ "url": "/", "description": "Where this document comes from." }],
        "tags": tags,
        "security": [{ ACCESS_TOKEN: [] }],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "responses": errors::of_no_route(),
            "headers": { "TraceId": {
                "description": "Names the request in the service's log.",
                "schema": { "type": "string" },
            } },
            "securitySchemes": { ACCESS_TOKEN: cookie },
        },
    })
}

/// The trace id, which every answer has.
fn trace_header(response: &mut Value) {
    response["headers"][TRACE_ID.as_str()] = json!({ "$ref": "#/components/headers/TraceId" });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_copy_in_the_repository_is_what_the_routes_say() {
        let copy: Value = serde_json::from_str(crate::document::COPY).expect("handlers/openapi.json is JSON");
        assert!(copy == *document(), "run `cargo run -- openapi > handlers/openapi.json` and commit the result");
    }
}
