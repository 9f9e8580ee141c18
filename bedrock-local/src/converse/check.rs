//! The checks of a request, like those of the real service.

use axum::http::{HeaderMap, header};

use super::body::Body;
use super::fault::Fault;
use super::{messages, options, settings};

type Check = fn(&Body) -> Result<(), Fault>;

/// Every check of a body, in order.
pub(super) const CHECKS: [Check; 14] = [
    known_keys,
    messages::present,
    messages::alternate,
    messages::blocks_are_whole,
    messages::results_answer_uses,
    settings::system_is_text,
    settings::inference_in_range,
    settings::tools_are_declared,
    settings::cache_points_are_few,
    options::output_is_a_schema,
    options::guardrail_is_named,
    options::tier_is_known,
    settings::metadata_is_short,
    settings::input_fits,
];

const KEYS: [&str; 11] = [
    "additionalModelRequestFields",
    "additionalModelResponseFieldPaths",
    "guardrailConfig",
    "inferenceConfig",
    "messages",
    "outputConfig",
    "performanceConfig",
    "promptVariables",
    "requestMetadata",
    "serviceTier",
    "system",
];

/// Rejects requests that are not signed with `SigV4`. Without the secret, the signature itself cannot be checked.
pub(super) fn signature(headers: &HeaderMap) -> Result<(), Fault> {
    let Some(value) = headers.get(header::AUTHORIZATION) else {
        let message = "Missing Authentication Token";
        return Err(Fault::new(403, "MissingAuthenticationTokenException", message));
    };
    if value.as_bytes().starts_with(b"AWS4-HMAC-SHA256 ") {
        return Ok(());
    }
    let message = "The request must be signed with AWS4-HMAC-SHA256.";
    Err(Fault::new(403, "AccessDeniedException", message))
}

fn known_keys(body: &Body) -> Result<(), Fault> {
    let known = |key: &&String| KEYS.contains(&key.as_str()) || *key == "toolConfig";
    match body.keys().find(|key| !known(key)) {
        Some(key) => Err(Fault::malformed(&format!("extraneous key [{key}] is not permitted"))),
        None => Ok(()),
    }
}
