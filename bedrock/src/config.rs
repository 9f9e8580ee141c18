//! The operator's settings: models, prices, endpoint, limits.

use std::time::Duration;

use crate::prices::Prices;

/// The default time limit of a request, from its arrival to its answer, including the model's time.
pub const DEFAULT_DEADLINE: Duration = Duration::from_secs(30);
/// The default limit of output tokens.
const MAX_OUTPUT_TOKENS: i32 = 4_000;

/// The configuration of the model.
#[derive(Clone, Debug, PartialEq)]
pub struct ReviewerConfig {
    /// The models or inference profiles. The first usable one is called.
    pub model_ids: Vec<String>,
    /// The temperature. Newer models refuse it.
    pub temperature: Option<f32>,
    /// The limit of output tokens.
    pub max_tokens: i32,
    /// The time limit of a request, from its arrival to its answer.
    pub deadline: Duration,
    /// The region of the models.
    pub region: String,
    /// An endpoint instead of the region's.
    pub endpoint_url: Option<String>,
    /// Sign with made-up credentials, for an endpoint that does not check them.
    pub stand_in_credentials: bool,
    /// The prices of tokens.
    pub prices: Prices,
    /// How the model is made to answer in the required form.
    pub output_mode: OutputMode,
    /// The service tier. `None` is the account's default.
    pub service_tier: Option<ServiceTier>,
    /// The guardrail that checks the user's question.
    pub guardrail: Option<Guardrail>,
    /// The longest pause between two events of a stream. A model that writes sends an event every second.
    pub between_events: Duration,
    /// The number of tokens from which the code is put into the prompt cache. `None` turns the cache off.
    pub cache_from: Option<usize>,
}

/// How the model is made to answer in the required form.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OutputMode {
    /// One tool that the model must call. Every model with tools supports this.
    #[default]
    Tool,
    /// The same tool with an enforced schema. Few models support this. The first call with a new schema may take
    /// minutes, so call the model once after a deployment.
    ToolStrict,
    /// The same schema, enforced for the text. The limits of `ToolStrict` apply.
    JsonSchema,
}

/// A service tier of Bedrock: <https://aws.amazon.com/bedrock/service-tiers>.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ServiceTier {
    /// The standard tier.
    Default,
    /// Cheaper and slower.
    Flex,
    /// More expensive and faster.
    Priority,
    /// Capacity that was bought in advance.
    Reserved,
}

/// A guardrail of the account. It checks only the user's question, because a filter against injected prompts would
/// reject test code and security code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Guardrail {
    /// Its id or its ARN.
    pub id: String,
    /// Its version, or `DRAFT`.
    pub version: String,
}

/// A variable has an invalid value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{variable} must be {expected}")]
pub struct InvalidReviewerConfig {
    /// The name of the variable.
    pub variable: &'static str,
    /// The valid values.
    pub expected: &'static str,
}

/// Some models do not cache a shorter prompt, without an error: their minimum is between 512 and 4,096 tokens.
const CACHE_MIN_TOKENS: usize = 4_096;

/// The variables with which an SDK finds credentials.
const CREDENTIALS: [&str; 5] = [
    "AWS_ACCESS_KEY_ID",
    "AWS_PROFILE",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
];

impl ReviewerConfig {
    /// Reads the variables `BEDROCK_MODEL_IDS` (separated by commas), `BEDROCK_TEMPERATURE`, `BEDROCK_MAX_TOKENS`,
    /// `BEDROCK_ENDPOINT_URL`, `BEDROCK_PRICES`, `BEDROCK_SERVICE_TIER`, `BEDROCK_GUARDRAIL`, `BEDROCK_PROMPT_CACHE`,
    /// `CACHE_MIN_TOKENS`, `AI_OUTPUT_MODE` and `AI_DEADLINE_MS`. All have defaults.
    ///
    /// # Errors
    /// Returns an error if a variable has an invalid value.
    pub fn from_env(get: impl Fn(&str) -> Option<String>) -> Result<Self, InvalidReviewerConfig> {
        let get = |name: &str| get(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty());
        let mut config = Self::default();
        if let Some(ids) = get("BEDROCK_MODEL_IDS") {
            config.model_ids = ids.split(',').map(|id| id.trim().to_owned()).filter(|id| !id.is_empty()).collect();
            require(!config.model_ids.is_empty(), "BEDROCK_MODEL_IDS", "a list of model ids")?;
        }
        if let Some(text) = get("BEDROCK_TEMPERATURE") {
            let temperature = text.parse().ok().filter(|number| (0.0..=1.0).contains(number));
            require(temperature.is_some(), "BEDROCK_TEMPERATURE", "a number from 0 to 1")?;
            config.temperature = temperature;
        }
        if let Some(text) = get("BEDROCK_MAX_TOKENS") {
            config.max_tokens = text.parse().unwrap_or(0);
            require(config.max_tokens > 0, "BEDROCK_MAX_TOKENS", "a positive number")?;
        }
        if let Some(text) = get("AI_DEADLINE_MS") {
            config.deadline = Duration::from_millis(text.parse().unwrap_or(0));
            require(!config.deadline.is_zero(), "AI_DEADLINE_MS", "a positive number of milliseconds")?;
        }
        if let Some(text) = get("BEDROCK_PRICES") {
            let expected = "like `3/15` or `3/15,some.model=15/75`, in dollars for a million tokens in and out";
            let prices = Prices::parse(&text);
            config.prices = prices.ok_or(InvalidReviewerConfig { variable: "BEDROCK_PRICES", expected })?;
        }
        config.read_call_settings(get)?;
        config.region = get("AWS_REGION").or_else(|| get("AWS_DEFAULT_REGION")).unwrap_or(config.region);
        config.endpoint_url = get("BEDROCK_ENDPOINT_URL");
        let local = config.endpoint_url.as_deref().is_some_and(is_local);
        config.stand_in_credentials = local && !CREDENTIALS.iter().any(|name| get(name).is_some());
        Ok(config)
    }

    /// Reads the settings of a call other than the model.
    fn read_call_settings(&mut self, get: impl Fn(&str) -> Option<String>) -> Result<(), InvalidReviewerConfig> {
        if let Some(text) = get("AI_OUTPUT_MODE") {
            let modes = [OutputMode::Tool, OutputMode::ToolStrict, OutputMode::JsonSchema];
            let found = modes.into_iter().find(|mode| mode.as_str() == text);
            let expected = "tool, tool_strict or json_schema";
            self.output_mode = found.ok_or(InvalidReviewerConfig { variable: "AI_OUTPUT_MODE", expected })?;
        }
        if let Some(text) = get("BEDROCK_SERVICE_TIER") {
            let tiers = [ServiceTier::Default, ServiceTier::Flex, ServiceTier::Priority, ServiceTier::Reserved];
            self.service_tier = tiers.into_iter().find(|tier| tier.as_str() == text);
            let expected = "default, flex, priority or reserved";
            require(self.service_tier.is_some(), "BEDROCK_SERVICE_TIER", expected)?;
        }
        if let Some(text) = get("BEDROCK_GUARDRAIL") {
            self.guardrail = Guardrail::parse(&text);
            require(self.guardrail.is_some(), "BEDROCK_GUARDRAIL", "like `id:1` or `id:DRAFT`")?;
        }
        if let Some(text) = get("CACHE_MIN_TOKENS") {
            self.cache_from = text.parse().ok();
            require(self.cache_from.is_some(), "CACHE_MIN_TOKENS", "a number of tokens")?;
        }
        let cached = get("BEDROCK_PROMPT_CACHE");
        let cached = cached.as_deref().unwrap_or("on");
        require(matches!(cached, "on" | "off"), "BEDROCK_PROMPT_CACHE", "on or off")?;
        self.cache_from = self.cache_from.filter(|_| cached == "on");
        Ok(())
    }
}

impl OutputMode {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Tool => "tool",
            Self::ToolStrict => "tool_strict",
            Self::JsonSchema => "json_schema",
        }
    }
}

impl ServiceTier {
    /// Bedrock's name of the tier.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::Flex => "flex",
            Self::Priority => "priority",
            Self::Reserved => "reserved",
        }
    }
}

impl Guardrail {
    fn parse(text: &str) -> Option<Self> {
        // An ARN contains colons itself.
        let (id, version) = text.rsplit_once(':')?;
        let numbered = !version.is_empty() && version.len() <= 8 && version.bytes().all(|b| b.is_ascii_digit());
        let good = !id.is_empty() && !id.contains(char::is_whitespace) && (numbered || version == "DRAFT");
        good.then(|| Self { id: id.to_owned(), version: version.to_owned() })
    }
}

impl Default for ReviewerConfig {
    fn default() -> Self {
        let ids = ["us.anthropic.claude-sonnet-4-6", "us.anthropic.claude-sonnet-4-5-20250929-v1:0"];
        Self {
            model_ids: ids.map(str::to_owned).to_vec(),
            temperature: None,
            max_tokens: MAX_OUTPUT_TOKENS,
            deadline: DEFAULT_DEADLINE,
            region: "us-east-1".to_owned(),
            endpoint_url: None,
            stand_in_credentials: false,
            prices: Prices::default(),
            output_mode: OutputMode::default(),
            service_tier: None,
            guardrail: None,
            between_events: Duration::from_secs(10),
            cache_from: Some(CACHE_MIN_TOKENS),
        }
    }
}

fn require(met: bool, variable: &'static str, expected: &'static str) -> Result<(), InvalidReviewerConfig> {
    if met { Ok(()) } else { Err(InvalidReviewerConfig { variable, expected }) }
}

/// Whether the endpoint is on this machine.
fn is_local(url: &str) -> bool {
    let authority = url.parse::<http::Uri>().ok().and_then(|uri| uri.host().map(str::to_owned));
    matches!(authority.as_deref(), Some("localhost" | "127.0.0.1" | "[::1]"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prices::Price;

    fn config(variables: &[(&str, &str)]) -> Result<ReviewerConfig, InvalidReviewerConfig> {
        let get = |name: &str| variables.iter().find(|(n, _)| *n == name).map(|(_, value)| (*value).to_owned());
        ReviewerConfig::from_env(get)
    }

    #[test]
    fn without_variables_the_defaults_apply() {
        let config = config(&[("BEDROCK_TEMPERATURE", " ")]).expect("defaults");
        assert_eq!(config, ReviewerConfig::default());
        assert_eq!((config.temperature, config.max_tokens, config.deadline.as_secs()), (None, 4_000, 30));
    }

    #[test]
    fn every_variable_is_read() {
        let config = config(&[
            ("BEDROCK_MODEL_IDS", "a, b:0,"),
            ("BEDROCK_TEMPERATURE", "0.7"),
            ("BEDROCK_MAX_TOKENS", "100"),
            ("AI_DEADLINE_MS", "26000"),
            ("BEDROCK_PRICES", "1/2.5, b:0 = 0.25/1.000001"),
            ("AWS_REGION", "eu-west-1"),
            ("BEDROCK_ENDPOINT_URL", "http://localhost:9000"),
        ])
        .expect("good values");
        assert_eq!((config.model_ids.join("|"), config.temperature), ("a|b:0".to_owned(), Some(0.7)));
        assert_eq!((config.max_tokens, config.deadline.as_millis(), &*config.region), (100, 26_000, "eu-west-1"));
        assert_eq!(config.prices.of("a"), Price { input: 1_000_000, output: 2_500_000 });
        assert_eq!(config.prices.of("b:0"), Price { input: 250_000, output: 1_000_001 });
    }

    #[test]
    fn the_variables_of_a_call_are_read() {
        let config = config(&[
            ("AI_OUTPUT_MODE", "json_schema"),
            ("BEDROCK_SERVICE_TIER", "flex"),
            ("BEDROCK_GUARDRAIL", "arn:aws:bedrock:us-east-1:123456789012:guardrail/abc:DRAFT"),
            ("CACHE_MIN_TOKENS", "1024"),
        ])
        .expect("good values");
        assert_eq!((config.output_mode, config.service_tier), (OutputMode::JsonSchema, Some(ServiceTier::Flex)));
        let guardrail = config.guardrail.expect("a guardrail");
        assert_eq!(guardrail.id, "arn:aws:bedrock:us-east-1:123456789012:guardrail/abc");
        assert_eq!((&*guardrail.version, config.cache_from), ("DRAFT", Some(1_024)));
    }

    #[test]
    fn the_prompt_cache_can_be_turned_off() {
        let off = config(&[("BEDROCK_PROMPT_CACHE", "off"), ("CACHE_MIN_TOKENS", "1024")]).expect("good values");
        assert_eq!(off.cache_from, None);
        assert_eq!(config(&[]).expect("defaults").cache_from, Some(4_096));
    }

    #[test]
    fn the_error_of_an_invalid_value_names_its_variable() {
        for (variable, value) in [
            ("BEDROCK_MODEL_IDS", ","),
            ("BEDROCK_TEMPERATURE", "hot"),
            ("BEDROCK_TEMPERATURE", "1.5"),
            ("BEDROCK_TEMPERATURE", "NaN"),
            ("BEDROCK_MAX_TOKENS", "0"),
            ("AI_DEADLINE_MS", "-1"),
            ("BEDROCK_PRICES", "3"),
            ("BEDROCK_PRICES", "3/x"),
            ("BEDROCK_PRICES", "3/1.0000001"),
            ("BEDROCK_PRICES", "3/15,"),
            ("AI_OUTPUT_MODE", "prose"),
            ("BEDROCK_SERVICE_TIER", "express"),
            ("BEDROCK_GUARDRAIL", "abc"),
            ("BEDROCK_GUARDRAIL", "abc:latest"),
            ("BEDROCK_GUARDRAIL", ":1"),
            ("BEDROCK_PROMPT_CACHE", "yes"),
            ("CACHE_MIN_TOKENS", "few"),
        ] {
            let error = config(&[(variable, value)]).expect_err(value);
            assert_eq!(error.variable, variable);
        }
    }

    #[test]
    fn made_up_credentials_are_only_for_local_endpoints_without_real_ones() {
        for (url, stand_in) in [
            ("http://localhost:1", true),
            ("http://127.0.0.1:1/x", true),
            ("http://[::1]:1", true),
            ("https://localhost.evil.example", false),
            ("http://localhost@evil.example", false),
            ("https://bedrock.example", false),
        ] {
            let endpoint = ("BEDROCK_ENDPOINT_URL", url);
            assert_eq!(config(&[endpoint]).expect("good").stand_in_credentials, stand_in, "{url}");
            let real = config(&[endpoint, ("AWS_PROFILE", "x")]).expect("good");
            assert!(!real.stand_in_credentials, "{url}");
        }
    }
}
