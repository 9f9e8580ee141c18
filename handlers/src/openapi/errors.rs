//! The errors of a route: derives them from its properties, and describes them.

use std::borrow::Cow;
use std::collections::BTreeMap;

use axum::http::header;
use serde_json::{Map, Value, json};
use utoipa::openapi::{Ref, RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use crate::error::ErrorCode;
use crate::fields;
use crate::openapi::shapes::reference;
use crate::openapi::trace_header;
use crate::rates::RateLimit;
use crate::routes::route::Access;

/// The envelope of an error where it is not a response of its own: in a stream.
pub(crate) struct Failure;

impl PartialSchema for Failure {
    fn schema() -> RefOr<Schema> {
        Ref::from_schema_name(Self::name()).into()
    }
}

impl ToSchema for Failure {
    fn name() -> Cow<'static, str> {
        "Error".into()
    }
}

/// The properties of a route from which its errors are derived.
pub(super) struct RouteProperties<'a> {
    /// In lower case.
    pub(super) method: &'a str,
    pub(super) path: &'a str,
    pub(super) access: Access,
    pub(super) is_limited: bool,
    /// Whether it has a body or a query.
    pub(super) takes_input: bool,
}

impl RouteProperties<'_> {
    fn changes_data(&self) -> bool {
        self.method != "get"
    }

    /// The derived codes.
    pub(super) fn codes(&self) -> Vec<ErrorCode> {
        let names_session = self.path.contains("{id}");
        let names_thread = self.path.contains("{thread_id}");
        let names_anything = names_session || names_thread;
        let rules: [(bool, &[ErrorCode]); 10] = [
            (true, &[ErrorCode::DatabaseError, ErrorCode::InternalError]),
            (self.access == Access::AccessToken, &[ErrorCode::Unauthorized, ErrorCode::TokenExpired]),
            (self.is_limited, &[ErrorCode::RateLimitExceeded]),
            // The protection against forged requests checks origin and content type of all routes.
            (self.changes_data(), &[ErrorCode::Forbidden, ErrorCode::InvalidInput]),
            (self.takes_input || names_anything, &[ErrorCode::InvalidInput]),
            (names_anything, &[ErrorCode::Forbidden]),
            (names_session, &[ErrorCode::SessionNotFound]),
            (names_thread, &[ErrorCode::ThreadNotFound]),
            (self.path.contains("{message_id}"), &[ErrorCode::MessageNotFound]),
            (self.path.contains("{device_id}"), &[ErrorCode::DeviceNotFound]),
        ];
        rules.into_iter().filter(|(holds, _)| *holds).flat_map(|(_, codes)| codes).copied().collect()
    }
}

/// The responses for these codes, one for each status. The response 429 lists the limits.
pub(super) fn responses(codes: &[ErrorCode], limits: &[RateLimit]) -> Map<String, Value> {
    let mut by_status = BTreeMap::<u16, Vec<ErrorCode>>::new();
    for code in ErrorCode::ALL.iter().filter(|code| codes.contains(code)) {
        by_status.entry(code.status().as_u16()).or_default().push(*code);
    }
    let described = |(status, codes): (u16, Vec<ErrorCode>)| {
        let mut response = response(&codes);
        if codes.contains(&ErrorCode::RateLimitExceeded) {
            let sentences: Vec<String> =
                limits.iter().flat_map(RateLimit::sentences).map(|limit| format!("- {limit}")).collect();
            let about = response["description"].as_str().unwrap_or_default();
            response["description"] = format!("{about}\n\n{}", sentences.join("\n")).into();
        }
        (status.to_string(), response)
    };
    by_status.into_iter().map(described).collect()
}

fn response(codes: &[ErrorCode]) -> Value {
    let meanings: Vec<String> = codes.iter().map(|code| format!("`{}`: {}", code.as_str(), code.meaning())).collect();
    let examples: Map<String, Value> =
        codes.iter().map(|code| (code.as_str().to_owned(), json!({ "value": example(*code) }))).collect();
    let mut response = json!({
        "description": meanings.join("\n\n"),
        "content": { "application/json": { "schema": schema(codes), "examples": examples } },
    });
    let retry_after = match codes {
        [ErrorCode::RateLimitExceeded, ..] => Some("Seconds until the next request is accepted."),
        codes if codes.contains(&ErrorCode::RequestInProgress) => {
            Some("Of `REQUEST_IN_PROGRESS`: seconds until the next try.")
        }
        codes if codes.contains(&ErrorCode::BedrockUnavailable) => Some(
            "Of `DATABASE_ERROR`: seconds until the next try. Of `BEDROCK_UNAVAILABLE`: seconds until the model may \
                 be available, if it is busy: its own value or an estimate.",
        ),
        codes if codes.contains(&ErrorCode::DatabaseError) => Some("Seconds until the next try."),
        _ => None,
    };
    if let Some(description) = retry_after {
        let seconds = json!({ "type": "integer", "minimum": 1 });
        response["headers"][header::RETRY_AFTER.as_str()] = json!({ "description": description, "schema": seconds });
    }
    response
}

/// The schema of errors with these codes: references for codes with own fields, and one schema for the others.
fn schema(codes: &[ErrorCode]) -> Value {
    let names: Vec<&str> = codes.iter().filter(|code| own_schema(**code).is_none()).map(|code| code.as_str()).collect();
    let mut all: Vec<Value> = codes.iter().filter_map(|code| own_schema(*code)).map(reference).collect();
    if !names.is_empty() {
        let error = json!({ "required": ["code"], "properties": { "code": { "enum": names } } });
        let error = json!({ "allOf": [reference("ErrorBody"), error] });
        all.push(json!({ "type": "object", "required": ["error"], "properties": { "error": error } }));
    }
    match all.pop() {
        Some(only) if all.is_empty() => only,
        last => json!({ "oneOf": all.into_iter().chain(last).collect::<Vec<_>>() }),
    }
}

/// The schema of a code whose errors have own fields.
const fn own_schema(code: ErrorCode) -> Option<&'static str> {
    match code {
        ErrorCode::RateLimitExceeded => Some("RateLimitError"),
        ErrorCode::InternalError => Some("InternalError"),
        ErrorCode::VersionConflict => Some("VersionConflictError"),
        _ => None,
    }
}

/// The schemas of errors.
pub(super) fn schemas() -> Vec<(&'static str, Value)> {
    let own = ErrorCode::ALL.iter().filter_map(|code| Some((*code, own_schema(*code)?)));
    let mut any = error_schema();
    let body = any["properties"]["error"].take();
    any["properties"]["error"] = reference("ErrorBody");
    let own = own.map(|(code, name)| {
        let mut schema = error_schema();
        schema["description"] = code.meaning().into();
        let error = &mut schema["properties"]["error"];
        error["properties"]["code"] = json!({ "type": "string", "enum": [code.as_str()] });
        let required = ["code", "message"].iter().chain(always_with(code));
        error["required"] = required.copied().collect::<Vec<_>>().into();
        (name, schema)
    });
    [("Error", any), ("ErrorBody", body)].into_iter().chain(own).collect()
}

/// The responses of unmatched requests.
pub(super) fn unmatched_responses() -> Value {
    let mut all = json!({});
    for (name, code) in [("NotFound", ErrorCode::NotFound), ("MethodNotAllowed", ErrorCode::MethodNotAllowed)] {
        all[name] = response(&[code]);
        all[name]["content"]["application/json"]["schema"] = reference("Error");
        trace_header(&mut all[name]);
    }
    all
}

/// The fields that errors with this code always have.
fn always_with(code: ErrorCode) -> &'static [&'static str] {
    match code {
        ErrorCode::RateLimitExceeded => &["retry_after", "limit"],
        ErrorCode::InternalError => &["trace_id"],
        ErrorCode::VersionConflict => &["current_version", "current_code"],
        _ => &[],
    }
}

fn example(code: ErrorCode) -> Value {
    let mut error = json!({ "code": code.as_str(), "message": code.message() });
    let schema = error_schema();
    for name in always_with(code) {
        error[name] = schema["properties"]["error"]["properties"][name]["examples"][0].clone();
    }
    json!({ "error": error })
}

/// The envelope of every error.
fn error_schema() -> Value {
    let text = |about: &str, example: &str| json!({ "type": "string", "description": about, "examples": [example] });
    json!({
        "type": "object",
        "description": "The form of all errors.",
        "required": ["error"],
        "properties": { "error": {
            "type": "object",
            "required": ["code", "message"],
            "properties": {
                "code": reference("ErrorCode"),
                "message": text("A message for users.", &fields::Username::error_message()),
                "field": text("The first of `fields`: a wrong field of the request.", "username"),
                "fields": {
                    "type": "array",
                    "description": "All wrong fields of the request, each once.",
                    "minItems": 1,
                    "items": {
                        "type": "object",
                        "required": ["field", "message"],
                        "properties": {
                            "field": text("The field.", "username"),
                            "message": text("The error of the field.", &fields::Username::error_message()),
                        },
                    },
                },
                "trace_id": text("Of `INTERNAL_ERROR`: quote it when you report the error.", "6f1c9a0e5b7d4f32"),
                "details": {
                    "type": "object",
                    "description": "Only on a developer's machine: the logged cause.",
                    "examples": [{ "cause": "the table does not answer" }],
                },
                "retry_after": fields::time().description(Some(
                    "The time of the next try, of `RATE_LIMIT_EXCEEDED`, `REQUEST_IN_PROGRESS`, and of `BEDROCK_UNAVAILABLE` if \
                     the model is busy."
                )).build(),
                "limit": text(
                    "Of `RATE_LIMIT_EXCEEDED`: the limit that was reached. Each route lists its own under 429; \
                     `ai-day` is all questions to the model in a day, where the operator caps them.",
                    "ai"
                ),
                "current_version": fields::VersionNumber::schema(),
                "current_code": text("Of `VERSION_CONFLICT`: the current code.", "fn main() {}\n"),
                "message_id": fields::MessageId::schema(),
                "partial_explanation": text("Of `AI_MALFORMED_RESPONSE`: the readable part.", "It should be"),
            },
        } },
    })
}
