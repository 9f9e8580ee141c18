//! Checks of the options of a call: a schema, a guardrail, a service tier.

use serde_json::Value;

use super::body::{Body, tools};
use super::fault::Fault;

/// Keywords that an enforced schema must not contain.
const UNSUPPORTED: [&str; 8] =
    ["exclusiveMaximum", "exclusiveMinimum", "maxItems", "maxLength", "maximum", "minLength", "minimum", "multipleOf"];

/// The schema of a text is JSON in a string; the schema of a strict tool is an object. The same rules apply to both.
pub(super) fn output_is_a_schema(body: &Body) -> Result<(), Fault> {
    for tool in tools(body).iter().filter(|tool| tool["toolSpec"]["strict"] == true) {
        can_be_enforced(&tool["toolSpec"]["inputSchema"]["json"])?;
    }
    let Some(format) = body.get("outputConfig").and_then(|config| config.get("textFormat")) else {
        return Ok(());
    };
    if format["type"] != "json_schema" {
        return Err(Fault::out_of_bounds("outputConfig.textFormat.type", "satisfy enum value set: [json_schema]"));
    }
    let Some(text) = format["structure"]["jsonSchema"]["schema"].as_str() else {
        return Err(Fault::malformed("outputConfig.textFormat.structure.jsonSchema.schema is not a string"));
    };
    match serde_json::from_str::<Value>(text) {
        Ok(schema) if schema.is_object() => can_be_enforced(&schema),
        _ => Err(Fault::invalid("The JSON schema in outputConfig.textFormat is not a JSON object.")),
    }
}

fn can_be_enforced(schema: &Value) -> Result<(), Fault> {
    match schema {
        Value::Object(fields) => {
            if fields.get("type").is_some_and(|kind| kind == "object")
                && fields.get("additionalProperties") != Some(&Value::Bool(false))
            {
                let message = "For 'object' type, 'additionalProperties' must be explicitly set to false.";
                return Err(Fault::invalid(message));
            }
            if let Some(word) = UNSUPPORTED.iter().find(|word| fields.contains_key(**word)) {
                return Err(Fault::invalid(format!("The schema property '{word}' is not supported.")));
            }
            fields.values().try_for_each(can_be_enforced)
        }
        Value::Array(items) => items.iter().try_for_each(can_be_enforced),
        _ => Ok(()),
    }
}

pub(super) fn guardrail_is_named(body: &Body) -> Result<(), Fault> {
    let Some(config) = body.get("guardrailConfig") else {
        return Ok(());
    };
    let filled = |name: &str| config[name].as_str().is_some_and(|text| !text.is_empty());
    if !filled("guardrailIdentifier") {
        return Err(Fault::out_of_bounds("guardrailConfig.guardrailIdentifier", "not be null"));
    }
    let version = config["guardrailVersion"].as_str().unwrap_or_default();
    let numbered = !version.is_empty() && version.bytes().all(|byte| byte.is_ascii_digit());
    if !numbered && version != "DRAFT" {
        let pattern = "satisfy regular expression pattern: (|([1-9][0-9]{0,7})|(DRAFT))";
        return Err(Fault::out_of_bounds("guardrailConfig.guardrailVersion", pattern));
    }
    Ok(())
}

pub(super) fn tier_is_known(body: &Body) -> Result<(), Fault> {
    let Some(tier) = body.get("serviceTier") else {
        return Ok(());
    };
    if matches!(tier["type"].as_str(), Some("default" | "flex" | "priority" | "reserved")) {
        return Ok(());
    }
    Err(Fault::out_of_bounds("serviceTier.type", "satisfy enum value set: [default, flex, priority, reserved]"))
}
