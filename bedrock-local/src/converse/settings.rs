//! Checks of the rest of a request: system text, inference settings, tools, cache points, sizes.

use serde_json::Value;

use super::body::{Body, characters, list, message_blocks, tools};
use super::fault::Fault;
use super::messages::text_is_filled;

const MAX_CACHE_POINTS: usize = 4;
const MAX_CHARACTERS: usize = 800_000;
const MAX_METADATA: usize = 16;
const MAX_METADATA_CHARACTERS: usize = 256;
const MAX_STOP_SEQUENCES: usize = 2_500;

pub(super) fn system_is_text(body: &Body) -> Result<(), Fault> {
    for (at, block) in list(body.get("system")).iter().enumerate() {
        match block.as_object().and_then(|fields| fields.keys().next()) {
            Some(kind) if kind == "text" => {
                text_is_filled(&block["text"], &format!("system.{at}"))?;
            }
            Some(kind) if kind == "cachePoint" || kind == "guardContent" => {}
            _ => {
                return Err(Fault::malformed(&format!("system.{at} is not a known content block")));
            }
        }
    }
    Ok(())
}

pub(super) fn inference_in_range(body: &Body) -> Result<(), Fault> {
    let Some(config) = body.get("inferenceConfig") else {
        return Ok(());
    };
    let Some(fields) = config.as_object() else {
        return Err(Fault::malformed("inferenceConfig is not an object"));
    };
    for (key, value) in fields {
        let path = format!("inferenceConfig.{key}");
        match key.as_str() {
            "maxTokens" if value.as_i64().is_none_or(|tokens| tokens < 1) => {
                return Err(Fault::out_of_bounds(&path, "have value greater than or equal to 1"));
            }
            "temperature" | "topP" if !is_share(value) => {
                return Err(Fault::out_of_bounds(&path, "have value between 0 and 1"));
            }
            "stopSequences" if list(Some(value)).len() > MAX_STOP_SEQUENCES => {
                let constraint = format!("have length less than or equal to {MAX_STOP_SEQUENCES}");
                return Err(Fault::out_of_bounds(&path, &constraint));
            }
            "maxTokens" | "temperature" | "topP" | "stopSequences" => {}
            other => {
                return Err(Fault::malformed(&format!("extraneous key [{other}] is not permitted")));
            }
        }
    }
    Ok(())
}

/// Models that choose their own temperature, by a part of their ids.
const WITHOUT_TEMPERATURE: [&str; 3] = ["claude-opus-4-7", "claude-opus-4-8", "claude-opus-5"];

pub(super) fn temperature_is_supported(model_id: &str, body: &Body) -> Result<(), Fault> {
    let given = body.get("inferenceConfig").is_some_and(|config| config.get("temperature").is_some());
    if given && WITHOUT_TEMPERATURE.iter().any(|model| model_id.contains(model)) {
        return Err(Fault::invalid("`temperature` is deprecated for this model."));
    }
    Ok(())
}

fn is_share(value: &Value) -> bool {
    value.as_f64().is_some_and(|number| (0.0..=1.0).contains(&number))
}

pub(super) fn tools_are_declared(body: &Body) -> Result<(), Fault> {
    let Some(config) = body.get("toolConfig") else {
        return Ok(());
    };
    let tools = list(config.get("tools"));
    if tools.is_empty() {
        return Err(Fault::out_of_bounds("toolConfig.tools", "have length greater than or equal to 1"));
    }
    for (at, tool) in tools.iter().enumerate() {
        let special = tool.get("cachePoint").is_some() || tool.get("systemTool").is_some();
        let spec = &tool["toolSpec"];
        let whole = spec["name"].is_string() && spec["inputSchema"]["json"].is_object();
        if !special && !whole {
            let message = format!("toolConfig.tools.{at} has no toolSpec with a name and an inputSchema.json");
            return Err(Fault::malformed(&message));
        }
    }
    let Some(choice) = config.get("toolChoice") else {
        return Ok(());
    };
    let forced = &choice["tool"]["name"];
    let known = choice.get("auto").is_some() || choice.get("any").is_some() || forced.is_string();
    if !known {
        return Err(Fault::malformed("toolConfig.toolChoice is none of auto, any and tool"));
    }
    let declared = tools.iter().any(|tool| tool["toolSpec"]["name"] == *forced);
    if forced.is_string() && !declared {
        return Err(Fault::invalid("The tool named in toolConfig.toolChoice is not one of toolConfig.tools."));
    }
    Ok(())
}

pub(super) fn cache_points_are_few(body: &Body) -> Result<(), Fault> {
    let all = message_blocks(body).chain(list(body.get("system"))).chain(tools(body));
    let points: Vec<&Value> = all.filter_map(|block| block.get("cachePoint")).collect();
    if points.len() > MAX_CACHE_POINTS {
        return Err(Fault::invalid(format!(
            "A request may have at most {MAX_CACHE_POINTS} cache points, and this one has {}.",
            points.len()
        )));
    }
    let known = |point: &&Value| {
        let ttl = point["ttl"].as_str();
        point["type"] == "default" && matches!(ttl, None | Some("5m" | "1h"))
    };
    if !points.iter().all(known) {
        return Err(Fault::malformed("a cachePoint is not of type default, or its ttl is neither 5m nor 1h"));
    }
    Ok(())
}

pub(super) fn metadata_is_short(body: &Body) -> Result<(), Fault> {
    let Some(metadata) = body.get("requestMetadata") else {
        return Ok(());
    };
    let short = |text: &str| text.chars().count() <= MAX_METADATA_CHARACTERS;
    let fits = metadata.as_object().is_some_and(|entries| {
        entries.len() <= MAX_METADATA
            && entries.iter().all(|(key, value)| short(key) && value.as_str().is_some_and(short))
    });
    if fits { Ok(()) } else { Err(Fault::out_of_bounds("requestMetadata", "be a map of at most 16 short texts")) }
}

pub(super) fn input_fits(body: &Body) -> Result<(), Fault> {
    if characters(body) > MAX_CHARACTERS {
        return Err(Fault::invalid("Input is too long for requested model."));
    }
    Ok(())
}
