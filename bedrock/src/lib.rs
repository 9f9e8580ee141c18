//! Bedrock: one prompt in, one readable answer out, within a deadline. The only crate that names Bedrock's SDK.
//!
//! It speaks Converse, repeats a call where that can help, and knows what tokens cost. It never stores anything, checks
//! no patch, and knows nothing of HTTP routes, of users or of the table: a failure is an [`AiError`], and what a client
//! is told of it is decided in `handlers`.
//!
//! Start with [`Reviewer`], then `retry.rs`, the loop around one question; `failure.rs` says what each failed call
//! means, `request.rs` and `response.rs` what a call and its answer look like.

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

/// Tokens that were paid for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// Sent, without what came from the cache.
    pub input_tokens: u32,
    /// Answered.
    pub output_tokens: u32,
    /// Sent, but found in the cache.
    pub cache_read_tokens: u32,
    /// Sent and put into the cache.
    pub cache_write_tokens: u32,
    /// What all of that costs, in micro-dollars.
    pub cost_micros: i64,
}

impl Usage {
    /// All tokens together.
    #[must_use]
    pub const fn total_tokens(&self) -> u32 {
        self.input_tokens + self.output_tokens + self.cache_read_tokens + self.cache_write_tokens
    }

    /// All tokens that were sent, however they were paid for.
    #[must_use]
    pub const fn sent_tokens(&self) -> u32 {
        self.input_tokens + self.cache_read_tokens + self.cache_write_tokens
    }

    /// Adds what another call took.
    pub const fn add(&mut self, other: Self) {
        self.input_tokens += other.input_tokens;
        self.output_tokens += other.output_tokens;
        self.cache_read_tokens += other.cache_read_tokens;
        self.cache_write_tokens += other.cache_write_tokens;
        self.cost_micros += other.cost_micros;
    }
}

/// An answer, and what it took.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reviewed {
    /// What the model says.
    pub answer: Answer,
    /// What was paid for it, an unreadable first answer included.
    pub usage: Usage,
    /// Which model gave it.
    pub model_id: String,
    /// Whether it was given the smaller prompt, since the first was too long for it.
    pub smaller: bool,
}

/// A client of the models in the configuration, in their order.
pub struct Reviewer {
    client: Client,
    config: ReviewerConfig,
    models: Vec<Model>,
    /// The first model that was not refused to us.
    first: AtomicUsize,
}

impl Reviewer {
    /// Makes the client. Nothing is sent yet.
    pub async fn connect(config: ReviewerConfig) -> Self {
        let loader = aws_config::defaults(BehaviorVersion::latest()).region(Region::new(config.region.clone()));
        let sdk = loader.load().await;
        Self::connect_with(config, &sdk)
    }

    /// The same with the credentials of this configuration, in the region of the reviewer's.
    #[must_use]
    pub fn connect_with(config: ReviewerConfig, sdk: &SdkConfig) -> Self {
        // The SDK repeats calls that timed out, each of which the model has run: repeating is up to us.
        let mut builder = Builder::from(sdk).retry_config(RetryConfig::disabled());
        builder = builder.region(Region::new(config.region.clone()));
        builder.set_endpoint_url(config.endpoint_url.clone());
        if config.stand_in_credentials {
            builder = builder.credentials_provider(Credentials::new("local", "local", None, None, "local endpoint"));
        }
        let models = config.model_ids.iter().map(|id| Model::new(id)).collect();
        Self { client: Client::from_conf(builder.build()), config, models, first: AtomicUsize::new(0) }
    }

    /// What a question has used that was dropped before the model said so: the prompt's estimated tokens, and four characters of
    /// what it wrote a token, as the specification (3.5) estimates, at the price of the model that is asked first.
    #[must_use]
    pub fn estimated(&self, prompt: &Prompt, written_chars: usize) -> Usage {
        let tokens = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        let (input_tokens, output_tokens) = (tokens(prompt.estimated_tokens), tokens(written_chars.div_ceil(4)));
        let used = Usage { input_tokens, output_tokens, ..Usage::default() };
        let model = self.models.get(self.first.load(Ordering::Relaxed)).map_or("", |model| &model.id);
        self.config.prices.of(model).cost(used)
    }

    /// How long a request that asks the model may take from its arrival.
    #[must_use]
    pub const fn deadline(&self) -> Duration {
        self.config.deadline
    }

    /// Asks and waits for the whole answer: again when the model is busy, the next one when it is refused to us, once more when
    /// the answer cannot be read, and with the smaller prompt when the first is too long, as long as there is time.
    ///
    /// # Errors
    /// At the deadline at the latest.
    pub async fn ask(&self, prompt: &Prompt, smaller: Option<&Prompt>, deadline: Instant) -> Result<Reviewed, AiError> {
        Attempts::new(self, prompt, smaller, deadline).answer(None).await
    }

    /// As [`ask`](Self::ask), and passes the explanation on to the sink while it is written: the pieces together are the
    /// explanation of the answer. Once something was passed on nothing is asked again.
    ///
    /// # Errors
    /// At the deadline at the latest, and when nothing comes for ten seconds. A stream that breaks off is an error, with
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
