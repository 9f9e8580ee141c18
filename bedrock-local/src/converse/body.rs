//! The JSON body of a request: its lists, its texts, and its size in characters.

use serde_json::{Map, Value};

/// The number of characters that count as one token.
pub(super) const CHARACTERS_PER_TOKEN: usize = 4;

/// A request's body.
pub(super) type Body = Map<String, Value>;

/// The entries of an array, or none if the value is not an array.
pub(super) fn list(value: Option<&Value>) -> &[Value] {
    value.and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// The content blocks of all messages, in order.
pub(super) fn message_blocks(body: &Body) -> impl Iterator<Item = &Value> {
    list(body.get("messages")).iter().flat_map(|message| list(message.get("content")))
}

/// The declared tools.
pub(super) fn tools(body: &Body) -> &[Value] {
    list(body.get("toolConfig").and_then(|config| config.get("tools")))
}

/// The number of characters in the messages and the system text, including tool results.
pub(super) fn characters(body: &Body) -> usize {
    message_blocks(body).chain(list(body.get("system"))).map(block_characters).sum()
}

/// The number of characters in one content block.
pub(super) fn block_characters(block: &Value) -> usize {
    let count = |text: &Value| text.as_str().map_or(0, |text| text.chars().count());
    let guarded = count(&block["guardContent"]["text"]["text"]);
    let results = list(block["toolResult"].get("content"));
    let in_results: usize = results.iter().map(|part| count(&part["text"])).sum();
    count(&block["text"]) + guarded + in_results
}

/// The parts before the last cache point, in the order in which the service caches them: tools, system text, messages.
pub(super) fn cached_prefix(body: &Body) -> Vec<&Value> {
    let tools = body.get("toolConfig").into_iter();
    let parts: Vec<&Value> = tools.chain(list(body.get("system"))).chain(message_blocks(body)).collect();
    let end = parts.iter().rposition(|part| part.get("cachePoint").is_some()).unwrap_or(0);
    parts[..end].to_vec()
}

/// The texts of a message, each on lines of its own.
pub(super) fn message_text(message: &Value) -> String {
    let blocks = list(message.get("content")).iter();
    let texts = blocks.filter_map(|block| {
        let plain = block["text"].as_str();
        plain.or_else(|| block["guardContent"]["text"]["text"].as_str())
    });
    texts.collect::<Vec<_>>().join("\n")
}
