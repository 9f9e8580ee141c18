//! A valid request, reduced to the parts on which the answer depends.

use serde_json::Value;

use crate::cache::{Cache, Cached};

use super::body::{CHARACTERS_PER_TOKEN, block_characters, cached_prefix, characters, list, message_text};
use super::check::CHECKS;
use super::fault::Fault;
use super::settings;

/// The form of the answer.
#[derive(Debug)]
pub(super) enum Form {
    /// Through the tool of this name.
    Tool(String),
    /// As the text of a JSON object.
    Json,
    /// As prose.
    Prose,
}

/// A valid request.
#[derive(Debug)]
pub(super) struct Request {
    pub(super) form: Form,
    pub(super) max_tokens: Option<usize>,
    /// The length of all input, in characters.
    pub(super) input: usize,
    /// The tokens that the prompt cache read and wrote.
    pub(super) cached: Cached,
    /// The texts of the user's messages, the last one first.
    user_texts: Vec<String>,
}

impl Request {
    pub(super) fn read(model_id: &str, body: Option<&Value>, cache: &Cache) -> Result<Self, Fault> {
        let Some(body) = body.and_then(Value::as_object) else {
            return Err(Fault::malformed("the body is not a JSON object"));
        };
        for check in CHECKS {
            check(body)?;
        }
        settings::temperature_is_supported(model_id, body)?;
        let tools = body.get("toolConfig");
        let in_tools = tools.map_or(0, |tools| tools.to_string().len());
        let asked_for_json =
            body.get("outputConfig").is_some_and(|config| config["textFormat"]["type"] == "json_schema");
        let form = match tools.and_then(tool_name) {
            Some(name) => Form::Tool(name),
            None if asked_for_json => Form::Json,
            None => Form::Prose,
        };
        let max_tokens = body
            .get("inferenceConfig")
            .and_then(|config| config["maxTokens"].as_u64())
            .map(|tokens| usize::try_from(tokens).unwrap_or(usize::MAX));
        let messages = list(body.get("messages")).iter().rev();
        let from_user = messages.filter(|message| message["role"] == "user");
        let prefix = cached_prefix(body);
        let prefix_characters: usize = prefix.iter().map(|part| block_characters(part)).sum();
        let cached = match prefix_characters {
            0 => Cached::default(),
            text => cache.look_up(model_id, &prefix, (text + in_tools) / CHARACTERS_PER_TOKEN),
        };
        let input = characters(body) + in_tools;
        Ok(Self { form, max_tokens, input, cached, user_texts: from_user.map(message_text).collect() })
    }

    /// The texts of the user's messages, the last one first.
    pub(super) fn user_texts(&self) -> &[String] {
        &self.user_texts
    }
}

/// The name of the tool for the answer: the forced tool, or the first one.
fn tool_name(config: &Value) -> Option<String> {
    let forced = config["toolChoice"]["tool"]["name"].as_str();
    let mut declared = list(config.get("tools")).iter();
    let first = declared.find_map(|tool| tool["toolSpec"]["name"].as_str());
    forced.or(first).map(str::to_owned)
}
