//! A model, and what it turned out not to take.

use std::sync::atomic::{AtomicU8, Ordering};

/// A parameter that some models refuse.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Feature {
    /// Newer models choose their own.
    Temperature,
    /// Being made to call a tool. Without it the model is only told to.
    ForcedTool,
    /// A tool whose schema is kept word by word.
    StrictTool,
    /// A schema for the text. Without it the answer comes through the tool.
    JsonSchema,
    /// Marks of what is to be cached.
    CachePoints,
    /// Another service tier than the account's.
    ServiceTier,
}

/// How the service's messages call each feature, the more telling words first: a message about the cache may well name a
/// tool too.
const NAMES: [(Feature, &[&str]); 6] = [
    (Feature::Temperature, &["temperature"]),
    (Feature::CachePoints, &["cachepoint", "cache_point", "cache point", "cache_control", "prompt caching"]),
    (Feature::JsonSchema, &["outputconfig", "output_config", "output_format", "textformat", "structured output"]),
    (Feature::StrictTool, &["strict"]),
    (Feature::ServiceTier, &["servicetier", "service_tier", "service tier"]),
    (Feature::ForcedTool, &["toolchoice", "tool_choice", "tool choice"]),
];

impl Feature {
    /// The feature that a refusal names.
    pub(super) fn named_in(message: &str) -> Option<Self> {
        let message = message.to_lowercase();
        let named = |names: &[&str]| names.iter().any(|name| message.contains(name));
        NAMES.iter().find(|(_, names)| named(names)).map(|(feature, _)| *feature)
    }

    const fn bit(self) -> u8 {
        1 << self as u8
    }
}

/// A model that can be asked.
pub(super) struct Model {
    pub(super) id: String,
    /// One bit for each feature that it refused, for as long as this process lives.
    refused: AtomicU8,
}

impl Model {
    pub(super) fn new(id: &str) -> Self {
        Self { id: id.to_owned(), refused: AtomicU8::new(0) }
    }

    /// Whether it has not refused this yet.
    pub(super) fn takes(&self, feature: Feature) -> bool {
        self.refused.load(Ordering::Relaxed) & feature.bit() == 0
    }

    /// Notes a refusal.
    pub(super) fn refuse(&self, feature: Feature) {
        self.refused.fetch_or(feature.bit(), Ordering::Relaxed);
    }

    /// Whether it belongs to a family that caches prompts: Claude since 3.5 and Nova. Others are not tried, since not
    /// every one says so when it is given a cache point.
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
    fn a_refusal_names_its_feature() {
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
    fn what_one_model_refused_is_remembered_of_that_feature_alone() {
        let model = Model::new("a");
        model.refuse(Feature::StrictTool);
        for (feature, _) in NAMES {
            assert_eq!(model.takes(feature), feature != Feature::StrictTool, "{feature:?}");
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
