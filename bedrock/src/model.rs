//! A model, and the parameters that it refused.

use std::sync::atomic::{AtomicU8, Ordering};

/// A parameter that some models do not support.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Feature {
    /// The temperature. Newer models choose their own.
    Temperature,
    /// A forced call of the tool. Without it, only the prompt asks for the call.
    ForcedTool,
    /// A tool whose schema is enforced.
    StrictTool,
    /// A schema for the text. Without it, the answer comes through the tool.
    JsonSchema,
    /// Marks of the prompt's end that the service caches.
    CachePoints,
    /// A service tier other than the account's.
    ServiceTier,
}

/// The names of each feature in the service's messages. More specific names come first, because a message about the
/// cache may also name a tool.
const NAMES: [(Feature, &[&str]); 6] = [
    (Feature::Temperature, &["temperature"]),
    (Feature::CachePoints, &["cachepoint", "cache_point", "cache point", "cache_control", "prompt caching"]),
    (Feature::JsonSchema, &["outputconfig", "output_config", "output_format", "textformat", "structured output"]),
    (Feature::StrictTool, &["strict"]),
    (Feature::ServiceTier, &["servicetier", "service_tier", "service tier"]),
    (Feature::ForcedTool, &["toolchoice", "tool_choice", "tool choice"]),
];

impl Feature {
    /// The feature that an error message names.
    pub(super) fn named_in(message: &str) -> Option<Self> {
        let message = message.to_lowercase();
        let named = |names: &[&str]| names.iter().any(|name| message.contains(name));
        NAMES.iter().find(|(_, names)| named(names)).map(|(feature, _)| *feature)
    }

    const fn bit(self) -> u8 {
        1 << self as u8
    }
}

/// A model of the configuration.
pub(super) struct Model {
    pub(super) id: String,
    /// One bit for each refused feature, until the process ends.
    unsupported: AtomicU8,
}

impl Model {
    pub(super) fn new(id: &str) -> Self {
        Self { id: id.to_owned(), unsupported: AtomicU8::new(0) }
    }

    /// Whether the model has not refused this feature so far.
    pub(super) fn supports(&self, feature: Feature) -> bool {
        self.unsupported.load(Ordering::Relaxed) & feature.bit() == 0
    }

    /// Remembers that the model refused a feature.
    pub(super) fn mark_unsupported(&self, feature: Feature) {
        self.unsupported.fetch_or(feature.bit(), Ordering::Relaxed);
    }

    /// Whether the model's family caches prompts: Claude since 3.5, and Nova. Other models get no cache point, because
    /// some ignore it silently.
    pub(super) fn caches(&self) -> bool {
        let older = ["claude-3-haiku", "claude-3-sonnet", "claude-3-opus", "claude-instant", "claude-v2"];
        let family = ["anthropic.claude", "amazon.nova"].iter().any(|family| self.id.contains(family));
        family && !older.iter().any(|old| self.id.contains(old))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_message_names_its_feature() {
        for (message, feature) in [
            ("`temperature` is deprecated for this model.", Some(Feature::Temperature)),
            ("toolConfig.toolChoice.tool is not supported by this model", Some(Feature::ForcedTool)),
            ("Thinking may not be enabled when tool_choice forces tool use", Some(Feature::ForcedTool)),
            ("This model doesn't support the strict field of toolConfig.tools.0", Some(Feature::StrictTool)),
            ("outputConfig: this model does not support structured outputs", Some(Feature::JsonSchema)),
            ("extraneous key [cachePoint] is not permitted", Some(Feature::CachePoints)),
            ("The model does not support prompt caching in toolConfig", Some(Feature::CachePoints)),
            ("The service tier flex is not available for this model", Some(Feature::ServiceTier)),
            ("messages: roles must alternate", None),
        ] {
            assert_eq!(Feature::named_in(message), feature, "{message}");
        }
    }

    #[test]
    fn a_refusal_is_remembered_for_that_feature_only() {
        let model = Model::new("a");
        model.mark_unsupported(Feature::StrictTool);
        for (feature, _) in NAMES {
            assert_eq!(model.supports(feature), feature != Feature::StrictTool, "{feature:?}");
        }
    }

    #[test]
    fn only_families_that_cache_prompts_are_given_cache_points() {
        for (id, caches) in [
            ("us.anthropic.claude-sonnet-4-6", true),
            ("global.anthropic.claude-haiku-4-5-20251001-v1:0", true),
            ("amazon.nova-pro-v1:0", true),
            ("anthropic.claude-3-haiku-20240307-v1:0", false),
            ("meta.llama3-70b-instruct-v1:0", false),
            ("local.rule-based-reviewer", false),
        ] {
            assert_eq!(Model::new(id).caches(), caches, "{id}");
        }
    }
}
