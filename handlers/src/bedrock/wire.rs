//! Between our words and the Converse API's.

use std::time::Duration;

use aws_sdk_bedrockruntime::Client;
use aws_sdk_bedrockruntime::config::Config;
use aws_sdk_bedrockruntime::config::timeout::TimeoutConfig;
use aws_sdk_bedrockruntime::error::BuildError;
use aws_sdk_bedrockruntime::operation::converse::ConverseOutput;
use aws_sdk_bedrockruntime::types::{
    ContentBlock, ConversationRole, ConverseOutput as Content, InferenceConfiguration, Message, SpecificToolChoice,
    SystemContentBlock, TokenUsage, Tool, ToolChoice, ToolConfiguration, ToolInputSchema, ToolSpecification,
};
use aws_smithy_types::{Document, Number};
use serde_json::Value;

use crate::bedrock::Usage;
use crate::bedrock::failure::Failure;
use crate::review::answer::{self, Reply};
use crate::review::prompt::{Prompt, SYSTEM};

/// Without a connection after this long there is none.
const CONNECT: Duration = Duration::from_secs(2);

/// One call of one model.
pub(super) struct Call<'a> {
    pub(super) model_id: &'a str,
    pub(super) prompt: &'a Prompt,
    /// What was wrong with the last answer, if this is a repair.
    pub(super) problem: Option<&'static str>,
    pub(super) max_tokens: i32,
    pub(super) temperature: Option<f32>,
    pub(super) timeout: Duration,
}

/// What came back.
pub(super) struct Received {
    pub(super) stop_reason: String,
    pub(super) usage: Usage,
    tool: Option<(String, Value)>,
    text: String,
}

impl Received {
    pub(super) fn as_reply(&self) -> Reply<'_> {
        Reply {
            stop_reason: &self.stop_reason,
            tool: self.tool.as_ref().map(|(name, input)| (name.as_str(), input)),
            text: Some(&*self.text),
        }
    }
}

impl Call<'_> {
    pub(super) async fn send(&self, client: &Client) -> Result<Received, Failure> {
        let unbuilt = |_: BuildError| Failure::ours("CallNotBuilt");
        let timeouts = TimeoutConfig::builder().connect_timeout(CONNECT).operation_timeout(self.timeout).build();
        let inference = InferenceConfiguration::builder().max_tokens(self.max_tokens);
        let output = client
            .converse()
            .model_id(self.model_id)
            .system(SystemContentBlock::Text(SYSTEM.to_owned()))
            .messages(self.message().map_err(unbuilt)?)
            .inference_config(inference.set_temperature(self.temperature).build())
            .tool_config(forced_tool().map_err(unbuilt)?)
            .customize()
            .config_override(Config::builder().timeout_config(timeouts))
            .send()
            .await?;
        Ok(received(&output))
    }

    /// The prompt as one message of the user. A repair repeats it: the model gets its question whole, and what it
    /// answered first is not part of the conversation.
    fn message(&self) -> Result<Message, BuildError> {
        let repair = self.problem.map(|problem| {
            format!(
                "Your last answer to this could not be read: {problem}. Answer again, shorter if it was cut off, only by \
                 calling the tool {} with every required field.",
                answer::TOOL
            )
        });
        let blocks = self.prompt.blocks.iter().cloned().chain(repair).map(ContentBlock::Text).collect();
        Message::builder().role(ConversationRole::User).set_content(Some(blocks)).build()
    }
}

fn forced_tool() -> Result<ToolConfiguration, BuildError> {
    let tool = ToolSpecification::builder()
        .name(answer::TOOL)
        .description(answer::TOOL_DESCRIPTION)
        .input_schema(ToolInputSchema::Json(document(&answer::schema())))
        .build()?;
    let choice = SpecificToolChoice::builder().name(answer::TOOL).build()?;
    ToolConfiguration::builder().tools(Tool::ToolSpec(tool)).tool_choice(ToolChoice::Tool(choice)).build()
}

fn received(output: &ConverseOutput) -> Received {
    let mut received = Received {
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

fn usage(usage: &TokenUsage) -> Usage {
    let count = |tokens: i32| u32::try_from(tokens).unwrap_or(0);
    Usage {
        input_tokens: count(usage.input_tokens()),
        output_tokens: count(usage.output_tokens()),
        cache_read_tokens: usage.cache_read_input_tokens().map_or(0, count),
        cache_write_tokens: usage.cache_write_input_tokens().map_or(0, count),
        cost_micros: 0,
    }
}

fn document(value: &Value) -> Document {
    match value {
        Value::Null => Document::Null,
        Value::Bool(bool) => Document::Bool(*bool),
        Value::Number(number) => Document::Number(match (number.as_u64(), number.as_i64()) {
            (Some(positive), _) => Number::PosInt(positive),
            (None, Some(negative)) => Number::NegInt(negative),
            (None, None) => Number::Float(number.as_f64().unwrap_or(f64::NAN)),
        }),
        Value::String(text) => Document::String(text.clone()),
        Value::Array(items) => Document::Array(items.iter().map(document).collect()),
        Value::Object(fields) => {
            Document::Object(fields.iter().map(|(name, value)| (name.clone(), document(value))).collect())
        }
    }
}

fn value(document: &Document) -> Value {
    match document {
        Document::Null => Value::Null,
        Document::Bool(bool) => Value::Bool(*bool),
        Document::Number(Number::PosInt(number)) => Value::from(*number),
        Document::Number(Number::NegInt(number)) => Value::from(*number),
        Document::Number(Number::Float(number)) => Value::from(*number),
        Document::String(text) => Value::String(text.clone()),
        Document::Array(items) => items.iter().map(value).collect(),
        Document::Object(fields) => fields.iter().map(|(name, field)| (name.clone(), value(field))).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn any_value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<u64>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            any::<String>().prop_map(Value::from),
        ];
        leaf.prop_recursive(3, 20, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::hash_map(any::<String>(), inner, 0..4).prop_map(|map| map.into_iter().collect()),
            ]
        })
    }

    proptest! {
        #[test]
        fn a_value_survives_the_sdk(json in any_value()) {
            prop_assert_eq!(value(&document(&json)), json);
        }
    }
}
