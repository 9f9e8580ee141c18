//! A model's response, buffered or streamed.

use aws_sdk_bedrockruntime::operation::converse::ConverseOutput;
use aws_sdk_bedrockruntime::types::{ContentBlock, ConverseOutput as Content, TokenUsage};
use serde_json::Value;

use crate::Usage;
use crate::document::value;
use review::answer::{Form, Reply};

/// The stop reason that stands for a response that is not JSON.
const MALFORMED_OUTPUT: &str = "malformed_model_output";

/// A model's response.
pub(super) struct Received {
    pub(super) form: Form,
    pub(super) stop_reason: String,
    pub(super) usage: Usage,
    pub(super) tool: Option<(String, Value)>,
    pub(super) text: String,
}

impl Received {
    pub(super) fn as_reply(&self) -> Reply<'_> {
        Reply {
            form: self.form,
            stop_reason: &self.stop_reason,
            tool: self.tool.as_ref().map(|(name, input)| (name.as_str(), input)),
            text: Some(&*self.text),
        }
    }

    /// Stands for a response that is not JSON.
    pub(super) fn unreadable(form: Form) -> Self {
        Self {
            form,
            stop_reason: MALFORMED_OUTPUT.to_owned(),
            usage: Usage::default(),
            tool: None,
            text: String::new(),
        }
    }

    /// Reads the response of a call without a stream.
    pub(super) fn whole(output: &ConverseOutput, form: Form) -> Self {
        let mut received = Self {
            form,
            stop_reason: output.stop_reason().as_str().to_owned(),
            usage: output.usage().map(usage).unwrap_or_default(),
            tool: None,
            text: String::new(),
        };
        let blocks = match output.output() {
            Some(Content::Message(message)) => message.content(),
            _ => &[],
        };
        for block in blocks {
            match block {
                ContentBlock::ToolUse(tool) if received.tool.is_none() => {
                    received.tool = Some((tool.name().to_owned(), value(tool.input())));
                }
                ContentBlock::Text(text) => received.text.push_str(text),
                _ => {}
            }
        }
        received
    }
}

/// Reads the number of tokens. Their cost is not known here.
pub(super) fn usage(usage: &TokenUsage) -> Usage {
    let count = |tokens: i32| u32::try_from(tokens).unwrap_or(0);
    Usage {
        input_tokens: count(usage.input_tokens()),
        output_tokens: count(usage.output_tokens()),
        cache_read_tokens: usage.cache_read_input_tokens().map_or(0, count),
        cache_write_tokens: usage.cache_write_input_tokens().map_or(0, count),
        cost_micros: 0,
    }
}
