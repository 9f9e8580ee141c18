//! Bedrock: one prompt in, one readable answer out, within a deadline. The only crate that names Bedrock's SDK.
//!
//! It speaks Converse, retries failed calls where that can help, and knows the prices of tokens. It stores nothing,
//! checks no patch, and knows no HTTP routes, users or table. A failure is an [`AiError`]; `handlers` turns it into a
//! response.
//!
//! Start with [`Reviewer`], then read `retry.rs`, the loop around one question. `failure.rs` classifies failed calls;
//! `request.rs` and `response.rs` define the form of a call and of its answer.

use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_bedrockruntime::Client;
use aws_sdk_bedrockruntime::config::retry::RetryConfig;
use aws_sdk_bedrockruntime::config::{Builder, Credentials};

use review::answer::Answer;
use review::prompt::Prompt;

mod config;
mod document;
mod error;
mod failure;
mod model;
mod prices;
mod request;
mod response;
mod retry;
mod send;
mod stream;
#[cfg(test)]
mod tests;

pub use config::{DEFAULT_DEADLINE, Guardrail, InvalidReviewerConfig, OutputMode, ReviewerConfig, ServiceTier};
pub use error::AiError;
use model::Model;
pub use prices::{Price, Prices};
use retry::Attempts;

/// The tokens that a call used, and their cost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// Input tokens, without those read from the cache.
    pub input_tokens: u32,
    /// Output tokens.
    pub output_tokens: u32,
    /// Input tokens read from the cache.
    pub cache_read_tokens: u32,
    /// Input tokens written to the cache.
    pub cache_write_tokens: u32,
    /// The cost of all these tokens, in micro-dollars.
    pub cost_micros: i64,
}

impl Usage {
    /// The number of all tokens, or the largest number if they are more: a service may report any numbers.
    #[must_use]
    pub const fn total_tokens(&self) -> u32 {
        self.sent_tokens().saturating_add(self.output_tokens)
    }

    /// The number of all input tokens, cached or not, or the largest number if they are more.
    #[must_use]
    pub const fn sent_tokens(&self) -> u32 {
        self.input_tokens.saturating_add(self.cache_read_tokens).saturating_add(self.cache_write_tokens)
    }

    /// Adds the usage of another call.
    pub const fn add(&mut self, other: Self) {
        self.input_tokens = self.input_tokens.saturating_add(other.input_tokens);
        self.output_tokens = self.output_tokens.saturating_add(other.output_tokens);
        self.cache_read_tokens = self.cache_read_tokens.saturating_add(other.cache_read_tokens);
        self.cache_write_tokens = self.cache_write_tokens.saturating_add(other.cache_write_tokens);
        self.cost_micros = self.cost_micros.saturating_add(other.cost_micros);
    }
}

/// An answer and its cost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reviewed {
    /// The model's answer.
    pub answer: Answer,
    /// The usage of all calls for this answer, including an unreadable first answer.
    pub usage: Usage,
    /// The model that answered.
    pub model_id: String,
    /// Whether the model got the smaller prompt, because the first one was too long for it.
    pub smaller: bool,
}

/// A client of the models in the configuration, in their order.
pub struct Reviewer {
    client: Client,
    config: ReviewerConfig,
    models: Vec<Model>,
    /// The first model that did not refuse access.
    first: AtomicUsize,
}

impl Reviewer {
    /// Creates the client. It sends nothing yet.
    pub async fn connect(config: ReviewerConfig) -> Self {
        let loader = aws_config::defaults(BehaviorVersion::latest()).region(Region::new(config.region.clone()));
        let sdk = loader.load().await;
        Self::connect_with(config, &sdk)
    }

    /// Like [`connect`](Self::connect), with the credentials of this SDK configuration, and the region of `config`.
    #[must_use]
    pub fn connect_with(config: ReviewerConfig, sdk: &SdkConfig) -> Self {
        // The SDK would retry calls that timed out, although the model has run each of them. So this crate does the
        // retries.
        let mut builder = Builder::from(sdk).retry_config(RetryConfig::disabled());
        builder = builder.region(Region::new(config.region.clone()));
        builder.set_endpoint_url(config.endpoint_url.clone());
        if config.stand_in_credentials {
            builder = builder.credentials_provider(Credentials::new("local", "local", None, None, "local endpoint"));
        }
        let models = config.model_ids.iter().map(|id| Model::new(id)).collect();
        Self { client: Client::from_conf(builder.build()), config, models, first: AtomicUsize::new(0) }
    }

    /// Estimates the usage of a question that was cancelled before the model reported it: the prompt's estimated
    /// tokens, and one token for every four characters of output (specification, 3.5), at the price of the first usable
    /// model.
    #[must_use]
    pub fn estimated(&self, prompt: &Prompt, written_chars: usize) -> Usage {
        let tokens = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        let (input_tokens, output_tokens) = (tokens(prompt.estimated_tokens), tokens(written_chars.div_ceil(4)));
        let used = Usage { input_tokens, output_tokens, ..Usage::default() };
        let model = self.models.get(self.first.load(Ordering::Relaxed)).map_or("", |model| &model.id);
        self.config.prices.of(model).cost(used)
    }

    /// The time limit of a request that asks the model, from its arrival.
    #[must_use]
    pub const fn deadline(&self) -> Duration {
        self.config.deadline
    }

    /// Asks and waits for the whole answer. While there is time, it retries when the model is busy, uses the next model
    /// when one refuses access, asks once more when the answer is malformed, and sends the smaller prompt when the
    /// first is too long.
    ///
    /// # Errors
    /// Returns an error at the deadline at the latest.
    pub async fn ask(&self, prompt: &Prompt, smaller: Option<&Prompt>, deadline: Instant) -> Result<Reviewed, AiError> {
        Attempts::new(self, prompt, smaller, deadline).answer(None).await
    }

    /// Like [`ask`](Self::ask), but passes the explanation to the sink while the model writes it. The pieces together
    /// are the answer's explanation. After the first piece, nothing is retried.
    ///
    /// Returns an error at the deadline at the latest, and after ten seconds without an event. A stream that ends early
    /// is an error, with the text passed so far as the partial explanation.
    /// what was passed on of it as the partial explanation.
    pub async fn ask_streaming(
        &self,
        prompt: &Prompt,
        smaller: Option<&Prompt>,
        deadline: Instant,
        sink: &mut (dyn FnMut(&str) + Send),
    ) -> Result<Reviewed, AiError> {
        Attempts::new(self, prompt, smaller, deadline).answer(Some(sink)).await
    }
}

impl fmt::Debug for Reviewer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reviewer").field("config", &self.config).finish_non_exhaustive()
    }
}
