//! Checks of the conversation: roles, blocks, tool results.

use serde_json::Value;

use super::body::{Body, list};
use super::fault::Fault;

const BLOCKS: [&str; 14] = [
    "audio",
    "cachePoint",
    "citationsContent",
    "document",
    "guardContent",
    "image",
    "reasoningContent",
    "searchResult",
    "text",
    "toolAddition",
    "toolRemoval",
    "toolResult",
    "toolUse",
    "video",
];

fn role(message: &Value) -> &str {
    message["role"].as_str().unwrap_or("")
}

pub(super) fn present(body: &Body) -> Result<(), Fault> {
    let messages = body.get("messages");
    if messages.is_some_and(|messages| !messages.is_array()) {
        return Err(Fault::malformed("messages is not an array"));
    }
    if list(messages).is_empty() {
        return Err(Fault::invalid(
            "The messages field is empty. A conversation must have at least one message; add one and try again.",
        ));
    }
    Ok(())
}

pub(super) fn alternate(body: &Body) -> Result<(), Fault> {
    let messages = list(body.get("messages"));
    if messages.iter().any(|message| !matches!(role(message), "user" | "assistant")) {
        return Err(Fault::malformed("a message's role is neither user nor assistant"));
    }
    if messages.first().is_some_and(|first| role(first) != "user") {
        return Err(Fault::invalid(
            "A conversation must start with a user message. Try again with a conversation that starts with a user \
             message.",
        ));
    }
    if messages.windows(2).any(|pair| role(&pair[0]) == role(&pair[1])) {
        return Err(Fault::invalid(
            "A conversation must alternate between user and assistant roles. Make sure the conversation alternates \
             between user and assistant roles and try again.",
        ));
    }
    Ok(())
}

pub(super) fn blocks_are_whole(body: &Body) -> Result<(), Fault> {
    for (at, message) in list(body.get("messages")).iter().enumerate() {
        let content = list(message.get("content"));
        if content.is_empty() {
            return Err(Fault::invalid(format!(
                "The content field in the Message object at messages.{at} is empty. Add a ContentBlock object to the \
                 content field and try again."
            )));
        }
        for (place, block) in content.iter().enumerate() {
            block_is_whole(block, &format!("messages.{at}.content.{place}"))?;
        }
    }
    Ok(())
}

fn block_is_whole(block: &Value, path: &str) -> Result<(), Fault> {
    let only_key = block.as_object().filter(|fields| fields.len() == 1).and_then(|fields| fields.keys().next());
    let Some(kind) = only_key.filter(|key| BLOCKS.contains(&key.as_str())) else {
        return Err(Fault::malformed(&format!("{path} is not exactly one known content block")));
    };
    match kind.as_str() {
        "text" => text_is_filled(&block["text"], path)?,
        "guardContent" => text_is_filled(&block["guardContent"]["text"]["text"], path)?,
        _ => {}
    }
    Ok(())
}

pub(super) fn text_is_filled(text: &Value, path: &str) -> Result<(), Fault> {
    match text.as_str() {
        None => Err(Fault::malformed(&format!("{path}.text is not a string"))),
        Some(text) if text.trim().is_empty() => Err(Fault::invalid(format!(
            "The text field in the ContentBlock object at {path} is blank. Add text to the text field, and try again."
        ))),
        Some(_) => Ok(()),
    }
}

/// Each tool result must belong to a tool use in the previous message, and the request must declare tools if it has
/// either.
pub(super) fn results_answer_uses(body: &Body) -> Result<(), Fault> {
    let messages = list(body.get("messages"));
    let ids = |message: &Value, kind: &str| -> Vec<String> {
        let blocks = list(message.get("content")).iter();
        let ids = blocks.filter_map(|block| block[kind]["toolUseId"].as_str().map(str::to_owned));
        ids.collect()
    };
    for (at, message) in messages.iter().enumerate() {
        let results = ids(message, "toolResult");
        let uses = ids(message, "toolUse");
        let without_tools = results.is_empty() && uses.is_empty();
        if !without_tools && !body.contains_key("toolConfig") {
            return Err(Fault::invalid(
                "The toolConfig field must be defined when using toolUse and toolResult content blocks.",
            ));
        }
        let asked = at.checked_sub(1).map(|before| ids(&messages[before], "toolUse")).unwrap_or_default();
        if results.iter().any(|result| !asked.contains(result)) || results.len() > asked.len() {
            return Err(Fault::invalid(format!(
                "The toolResult blocks at messages.{at}.content do not match the toolUse blocks of the previous turn."
            )));
        }
        let unanswered = asked.iter().any(|id| !results.contains(id));
        if unanswered {
            return Err(Fault::invalid(format!(
                "Expected toolResult blocks at messages.{at}.content for every toolUse block of the previous turn."
            )));
        }
    }
    Ok(())
}
