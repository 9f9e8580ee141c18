//! A question as a request of the Converse API.

use std::time::Duration;

use aws_sdk_bedrockruntime::error::BuildError;
use aws_sdk_bedrockruntime::types::{
    CachePointBlock, CachePointType, ContentBlock, ConversationRole, GuardrailConverseContentBlock,
    GuardrailConverseTextBlock, InferenceConfiguration, JsonSchemaDefinition, Message, OutputConfig, OutputFormat,
    OutputFormatStructure, OutputFormatType, ServiceTier, ServiceTierType, SpecificToolChoice, SystemContentBlock,
    Tool, ToolChoice, ToolConfiguration, ToolInputSchema, ToolSpecification,
};

use crate::config::{Guardrail, OutputMode, ReviewerConfig};
use crate::document::document;
use crate::model::{Feature, Model};
use review::answer::{self, Form};
use review::prompt::{Prompt, SYSTEM};

/// How the model shall answer: with the tool, or with JSON if it has no tool.
const BY_TOOL: &str = "Answer only by calling the tool review_answer.";
const BY_JSON: &str = "Answer only with the JSON object of the form that you are given.";

/// The parameters of one call of one model.
pub(super) struct Call<'a> {
    pub(super) form: Form,
    pub(super) prompt: &'a Prompt,
    /// The problem of the last answer, if this call repairs it.
    problem: Option<&'static str>,
    strict: bool,
    forced: bool,
    cached: bool,
    temperature: Option<f32>,
    max_tokens: i32,
    tier: Option<crate::config::ServiceTier>,
    /// The longest pause between two events of a stream.
    pub(super) idle_timeout: Duration,
    pub(super) guardrail: Option<&'a Guardrail>,
}

impl<'a> Call<'a> {
    /// The call for this model, without the features that the model does not support.
    pub(super) fn new(
        config: &'a ReviewerConfig,
        model: &Model,
        prompt: &'a Prompt,
        problem: Option<&'static str>,
    ) -> Self {
        let by_schema = config.output_mode == OutputMode::JsonSchema && model.supports(Feature::JsonSchema);
        let strict = config.output_mode == OutputMode::ToolStrict && model.supports(Feature::StrictTool);
        let cached = config.cache_from.is_some_and(|least| prefix_tokens(prompt) >= least)
            && model.caches()
            && model.supports(Feature::CachePoints);
        Self {
            form: if by_schema { Form::Json } else { Form::Tool },
            prompt,
            problem,
            strict,
            forced: model.supports(Feature::ForcedTool),
            cached,
            temperature: config.temperature.filter(|_| model.supports(Feature::Temperature)),
            max_tokens: config.max_tokens,
            tier: config.service_tier.filter(|_| model.supports(Feature::ServiceTier)),
            idle_timeout: config.between_events,
            guardrail: config.guardrail.as_ref(),
        }
    }

    /// Whether the call uses the feature, so that it could be sent without it.
    pub(super) fn uses(&self, feature: Feature) -> bool {
        match feature {
            Feature::Temperature => self.temperature.is_some(),
            Feature::ForcedTool => self.form == Form::Tool && self.forced,
            Feature::StrictTool => self.form == Form::Tool && self.strict,
            Feature::JsonSchema => self.form == Form::Json,
            Feature::CachePoints => self.cached,
            Feature::ServiceTier => self.tier.is_some(),
        }
    }

    /// The instructions, which are the same for all users, and a cache point after them.
    pub(super) fn system(&self) -> Result<Vec<SystemContentBlock>, BuildError> {
        let text = match self.form {
            Form::Tool => SYSTEM.to_owned(),
            Form::Json => SYSTEM.replace(BY_TOOL, BY_JSON),
        };
        let mut blocks = vec![SystemContentBlock::Text(text)];
        if self.cached {
            blocks.push(SystemContentBlock::CachePoint(cache_point()?));
        }
        Ok(blocks)
    }

    /// The prompt as one user message. The code comes first, with a cache point after it, because all questions about
    /// this version of a session begin with it. A repair repeats the whole prompt; the first answer is not part of the
    /// conversation.
    pub(super) fn message(&self) -> Result<Message, BuildError> {
        let mut content = Vec::with_capacity(self.prompt.blocks.len() + 2);
        let last = self.prompt.blocks.len().saturating_sub(1);
        for (at, block) in self.prompt.blocks.iter().enumerate() {
            content.push(if at == last && self.guardrail.is_some() {
                let guarded = GuardrailConverseTextBlock::builder().text(block).build()?;
                ContentBlock::GuardContent(GuardrailConverseContentBlock::Text(guarded))
            } else {
                ContentBlock::Text(block.clone())
            });
            if at == 0 && self.cached {
                content.push(ContentBlock::CachePoint(cache_point()?));
            }
        }
        content.extend(self.problem.map(|problem| ContentBlock::Text(self.repair(problem))));
        Message::builder().role(ConversationRole::User).set_content(Some(content)).build()
    }

    fn repair(&self, problem: &str) -> String {
        let how = match self.form {
            Form::Tool => "by calling the tool review_answer with every required field",
            Form::Json => "with the JSON object, with every required field",
        };
        format!(
            "Your last answer to this could not be read: {problem}. Answer again, shorter if it was cut off, only {how}."
        )
    }

    pub(super) fn inference(&self) -> InferenceConfiguration {
        let config = InferenceConfiguration::builder().max_tokens(self.max_tokens);
        config.set_temperature(self.temperature).build()
    }

    pub(super) fn tools(&self) -> Result<Option<ToolConfiguration>, BuildError> {
        if self.form != Form::Tool {
            return Ok(None);
        }
        let tool = ToolSpecification::builder()
            .name(answer::TOOL)
            .description(answer::TOOL_DESCRIPTION)
            .input_schema(ToolInputSchema::Json(document(&answer::schema())))
            .set_strict(self.strict.then_some(true))
            .build()?;
        let choice = SpecificToolChoice::builder().name(answer::TOOL).build()?;
        let choice = self.forced.then_some(ToolChoice::Tool(choice));
        ToolConfiguration::builder().tools(Tool::ToolSpec(tool)).set_tool_choice(choice).build().map(Some)
    }

    pub(super) fn output(&self) -> Result<Option<OutputConfig>, BuildError> {
        if self.form != Form::Json {
            return Ok(None);
        }
        let schema = JsonSchemaDefinition::builder().name(answer::TOOL).schema(answer::schema().to_string()).build()?;
        let format = OutputFormat::builder()
            .r#type(OutputFormatType::JsonSchema)
            .structure(OutputFormatStructure::JsonSchema(schema))
            .build()?;
        Ok(Some(OutputConfig::builder().text_format(format).build()))
    }

    pub(super) fn tier(&self) -> Result<Option<ServiceTier>, BuildError> {
        let tier = self.tier.map(|tier| ServiceTier::builder().r#type(ServiceTierType::from(tier.as_str())).build());
        tier.transpose()
    }
}

/// The estimated tokens of the instructions and the code, which would be cached.
fn prefix_tokens(prompt: &Prompt) -> usize {
    let code = prompt.blocks.first().map_or(0, |code| code.chars().count());
    (SYSTEM.chars().count() + code) / 4
}

fn cache_point() -> Result<CachePointBlock, BuildError> {
    CachePointBlock::builder().r#type(CachePointType::Default).build()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_instructions_name_the_tool_in_one_replaceable_sentence() {
        assert_eq!(SYSTEM.matches(BY_TOOL).count(), 1);
        assert!(BY_TOOL.contains(answer::TOOL) && !SYSTEM.replace(BY_TOOL, BY_JSON).contains(answer::TOOL));
    }
}
