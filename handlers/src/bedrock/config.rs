//! What the operator decides: which models, what they cost, where they are, how long they may take.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::bedrock::Usage;
use crate::limits::{AI_DEADLINE, MAX_OUTPUT_TOKENS};

/// Everything about the model that is configuration.
#[derive(Clone, Debug, PartialEq)]
pub struct ReviewerConfig {
    /// The models or inference profiles to ask, the first one that can be used.
    pub model_ids: Vec<String>,
    /// Newer models refuse one.
    pub temperature: Option<f32>,
    /// The most a model may write.
    pub max_tokens: i32,
    /// From a request's arrival to its answer.
    pub deadline: Duration,
    /// Where the models are.
    pub region: String,
    /// An endpoint other than the region's.
    pub endpoint_url: Option<String>,
    /// Sign with made-up credentials, for an endpoint that does not check them.
    pub stand_in_credentials: bool,
    /// What tokens cost.
    pub prices: Prices,
}

/// A variable does not hold what it should. Names the variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{variable} must be {expected}")]
pub struct InvalidReviewerConfig {
    /// Which variable.
    pub variable: &'static str,
    /// What it should hold.
    pub expected: &'static str,
}

/// Where a function finds its credentials; with none of these set there are none.
const CREDENTIALS: [&str; 5] = [
    "AWS_ACCESS_KEY_ID",
    "AWS_PROFILE",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
];

impl ReviewerConfig {
    /// Reads the variables `BEDROCK_MODEL_IDS` (by commas), `BEDROCK_TEMPERATURE`, `BEDROCK_MAX_TOKENS`,
    /// `BEDROCK_ENDPOINT_URL`, `BEDROCK_PRICES` and `AI_DEADLINE_MS`. All have defaults.
    ///
    /// # Errors
    /// When one is set to something else than it should.
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
        config.region = get("AWS_REGION").or_else(|| get("AWS_DEFAULT_REGION")).unwrap_or(config.region);
        config.endpoint_url = get("BEDROCK_ENDPOINT_URL");
        let local = config.endpoint_url.as_deref().is_some_and(is_local);
        config.stand_in_credentials = local && !CREDENTIALS.iter().any(|name| get(name).is_some());
        Ok(config)
    }
}

impl Default for ReviewerConfig {
    fn default() -> Self {
        let ids = ["us.anthropic.claude-sonnet-4-6", "us.anthropic.claude-sonnet-4-5-20250929-v1:0"];
        Self {
            model_ids: ids.map(str::to_owned).to_vec(),
            temperature: None,
            max_tokens: MAX_OUTPUT_TOKENS,
            deadline: AI_DEADLINE,
            region: "us-east-1".to_owned(),
            endpoint_url: None,
            stand_in_credentials: false,
            prices: Prices::default(),
        }
    }
}

fn require(met: bool, variable: &'static str, expected: &'static str) -> Result<(), InvalidReviewerConfig> {
    if met { Ok(()) } else { Err(InvalidReviewerConfig { variable, expected }) }
}

/// Whether the endpoint is on this machine.
fn is_local(url: &str) -> bool {
    let authority = url.parse::<axum::http::Uri>().ok().and_then(|uri| uri.host().map(str::to_owned));
    matches!(authority.as_deref(), Some("localhost" | "127.0.0.1" | "[::1]"))
}

/// What a model's tokens cost, in micro-dollars for a million of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Price {
    /// Sent.
    pub input: u64,
    /// Answered.
    pub output: u64,
}

impl Price {
    /// The usage with its cost, rounded up. A token read from the cache costs a tenth of a sent one, one written to it
    /// a quarter more.
    pub(super) fn cost(self, usage: Usage) -> Usage {
        let weighed = [(usage.input_tokens, 100), (usage.cache_read_tokens, 10), (usage.cache_write_tokens, 125)];
        let sent: u64 = weighed.into_iter().map(|(tokens, weight)| u64::from(tokens) * weight).sum();
        let hundredths = sent * self.input + u64::from(usage.output_tokens) * 100 * self.output;
        let cost_micros = i64::try_from(hundredths.div_ceil(100_000_000)).unwrap_or(i64::MAX);
        Usage { cost_micros, ..usage }
    }
}

/// What tokens cost, by model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prices {
    default: Price,
    models: BTreeMap<String, Price>,
}

impl Default for Prices {
    fn default() -> Self {
        Self { default: Price { input: 3_000_000, output: 15_000_000 }, models: BTreeMap::new() }
    }
}

impl Prices {
    /// The price of this model.
    #[must_use]
    pub fn of(&self, model_id: &str) -> Price {
        self.models.get(model_id).copied().unwrap_or(self.default)
    }

    fn parse(text: &str) -> Option<Self> {
        let mut prices = Self::default();
        for part in text.split(',') {
            let (model, price) = part.rsplit_once('=').map_or((None, part), |(model, price)| (Some(model), price));
            let (input, output) = price.split_once('/')?;
            let price = Price { input: micros(input)?, output: micros(output)? };
            match model {
                Some(model) => drop(prices.models.insert(model.trim().to_owned(), price)),
                None => prices.default = price,
            }
        }
        Some(prices)
    }
}

/// Dollars with up to six decimals as micro-dollars.
fn micros(dollars: &str) -> Option<u64> {
    let (whole, decimals) = dollars.trim().split_once('.').unwrap_or((dollars.trim(), ""));
    let digits = |text: &str| text.len() <= 6 && text.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || !digits(whole) || !digits(decimals) {
        return None;
    }
    format!("{whole}{decimals:0<6}").parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(variables: &[(&str, &str)]) -> Result<ReviewerConfig, InvalidReviewerConfig> {
        let get = |name: &str| variables.iter().find(|(n, _)| *n == name).map(|(_, value)| (*value).to_owned());
        ReviewerConfig::from_env(get)
    }

    #[test]
    fn without_variables_there_are_defaults_and_real_credentials() {
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
    fn a_wrong_value_names_its_variable() {
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
        ] {
            let error = config(&[(variable, value)]).expect_err(value);
            assert_eq!(error.variable, variable);
        }
    }

    #[test]
    fn only_an_endpoint_on_this_machine_gets_stand_in_credentials_and_only_without_real_ones() {
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

    #[test]
    fn a_million_tokens_cost_what_the_price_says_and_part_of_a_micro_dollar_counts() {
        let price = Prices::default().of("any");
        let used = |input_tokens, output_tokens, cache_read_tokens, cache_write_tokens| {
            let usage =
                Usage { input_tokens, output_tokens, cache_read_tokens, cache_write_tokens, ..Usage::default() };
            price.cost(usage).cost_micros
        };
        assert_eq!(used(1_000_000, 0, 0, 0), 3_000_000);
        assert_eq!(used(0, 1_000_000, 0, 0), 15_000_000);
        assert_eq!(used(0, 0, 1_000_000, 0), 300_000);
        assert_eq!(used(0, 0, 0, 1_000_000), 3_750_000);
        assert_eq!(used(0, 0, 1, 0), 1);
        assert_eq!(used(0, 0, 0, 0), 0);
    }
}
