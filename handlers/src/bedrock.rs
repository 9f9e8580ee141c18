//! The model: one question in, one checked answer out, within a deadline. The only module that names Bedrock's SDK.

use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use aws_config::{BehaviorVersion, Region};
use aws_sdk_bedrockruntime::Client;
use aws_sdk_bedrockruntime::config::retry::RetryConfig;
use aws_sdk_bedrockruntime::config::{Builder, Credentials};

use crate::error::{ApiError, ErrorCode};
use crate::review::answer::{self, Answer, Malformed};
use crate::review::prompt::Prompt;

mod config;
mod failure;
#[cfg(test)]
mod tests;
mod wire;

pub use config::{InvalidReviewerConfig, Price, Prices, ReviewerConfig};
use failure::{Failure, Kind};
use wire::Call;

/// How often one question may be sent before the model counts as unavailable.
const TRIES: u32 = 3;
/// With less time than this left, another try would only be cut off and paid for.
const WORTH_TRYING: Duration = Duration::from_secs(8);
/// The longest wait before the second try; doubled before the third.
const BACKOFF: Duration = Duration::from_millis(250);

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

    pub(crate) const fn add(&mut self, other: Self) {
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
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AiError {
    /// The deadline came first.
    #[error("the model did not answer in time")]
    Timeout,
    /// The answer could not be read, and asking once more did not help.
    #[error("{malformed}")]
    Malformed {
        /// What is wrong with it, and what of it could be read.
        malformed: Malformed,
        /// What was paid for it nevertheless.
        usage: Usage,
    },
    /// There is no connection to the model.
    #[error("the model cannot be reached")]
    Unreachable,
    /// The model is busy, fails, or may not be used.
    #[error("the model is not available: {code}")]
    Unavailable {
        /// The service's word for it, or ours.
        code: String,
    },
    /// The model says that this is too much text.
    #[error("the prompt is too long for the model")]
    TokenLimitExceeded {
        /// What was paid before it noticed.
        usage: Usage,
    },
}

impl AiError {
    /// What was paid for it.
    #[must_use]
    pub fn usage(&self) -> Usage {
        match self {
            Self::Malformed { usage, .. } | Self::TokenLimitExceeded { usage } => *usage,
            Self::Timeout | Self::Unreachable | Self::Unavailable { .. } => Usage::default(),
        }
    }
}

impl From<AiError> for ApiError {
    fn from(error: AiError) -> Self {
        let code = match &error {
            AiError::Timeout => ErrorCode::AiTimeout,
            AiError::Malformed { .. } => ErrorCode::AiMalformedResponse,
            AiError::Unreachable => ErrorCode::NetworkError,
            AiError::Unavailable { .. } => ErrorCode::BedrockUnavailable,
            AiError::TokenLimitExceeded { .. } => ErrorCode::TokenLimitExceeded,
        };
        let partial = match &error {
            AiError::Malformed { malformed, .. } => malformed.partial.clone(),
            _ => None,
        };
        let api = Self::new(code).caused_by(error);
        match partial {
            Some(text) => api.with("partial_explanation", text),
            None => api,
        }
    }
}

/// A client of the models in the configuration, in their order.
pub struct Reviewer {
    client: Client,
    config: ReviewerConfig,
    models: Vec<Model>,
    /// The first model that was not refused to us.
    first: AtomicUsize,
}

struct Model {
    id: String,
    /// Newer models refuse a temperature; once one did, it gets none.
    takes_temperature: AtomicBool,
}

impl Reviewer {
    /// Makes the client. Nothing is sent yet.
    pub async fn connect(config: ReviewerConfig) -> Self {
        let mut loader = aws_config::defaults(BehaviorVersion::latest()).region(Region::new(config.region.clone()));
        if config.stand_in_credentials {
            loader = loader.credentials_provider(Credentials::new("local", "local", None, None, "local endpoint"));
        }
        let sdk = loader.load().await;
        // The SDK repeats calls that timed out, each of which the model has run: repeating is up to us.
        let mut builder = Builder::from(&sdk).retry_config(RetryConfig::disabled());
        builder.set_endpoint_url(config.endpoint_url.clone());
        let model = |id: &String| Model { id: id.clone(), takes_temperature: AtomicBool::new(true) };
        let models = config.model_ids.iter().map(model).collect();
        Self { client: Client::from_conf(builder.build()), config, models, first: AtomicUsize::new(0) }
    }

    /// How long a request that asks the model may take from its arrival.
    #[must_use]
    pub const fn deadline(&self) -> Duration {
        self.config.deadline
    }

    /// Asks, and asks once more if the answer cannot be read and there is time.
    ///
    /// # Errors
    /// At the deadline at the latest.
    pub async fn ask(&self, prompt: &Prompt, deadline: Instant) -> Result<Reviewed, AiError> {
        let mut usage = Usage::default();
        let first = match self.attempt(prompt, None, deadline, &mut usage).await? {
            Ok(reviewed) => return Ok(reviewed),
            Err(malformed) => malformed,
        };
        if !first.repairable || left(deadline) < WORTH_TRYING {
            return Err(AiError::Malformed { malformed: first, usage });
        }
        tracing::warn!(problem = first.problem, "The model's answer cannot be read, asking once more");
        match self.attempt(prompt, Some(first.problem), deadline, &mut usage).await {
            Ok(Ok(reviewed)) => Ok(reviewed),
            Ok(Err(second)) => {
                let partial = second.partial.or(first.partial);
                Err(AiError::Malformed { malformed: Malformed { partial, ..second }, usage })
            }
            // What the first answer said is worth more than why the second one did not come.
            Err(_) => Err(AiError::Malformed { malformed: first, usage }),
        }
    }

    /// One answer, readable or not.
    async fn attempt(
        &self,
        prompt: &Prompt,
        problem: Option<&'static str>,
        deadline: Instant,
        usage: &mut Usage,
    ) -> Result<Result<Reviewed, Malformed>, AiError> {
        let (model, reply) = match self.send(prompt, problem, deadline).await {
            Ok(sent) => sent,
            Err(failure) if failure.kind == Kind::Garbled => {
                return Ok(Err(Malformed { problem: "it was no JSON", partial: None, repairable: true }));
            }
            Err(failure) => return Err(failure.into()),
        };
        let paid = self.config.prices.of(&model.id).cost(reply.usage);
        tracing::info!(
            model_id = model.id,
            input_tokens = paid.input_tokens,
            output_tokens = paid.output_tokens,
            cache_read_tokens = paid.cache_read_tokens,
            cache_write_tokens = paid.cache_write_tokens,
            cost_micros = paid.cost_micros,
            stop_reason = reply.stop_reason,
            "The model answered"
        );
        usage.add(paid);
        if reply.stop_reason == "model_context_window_exceeded" {
            return Err(AiError::TokenLimitExceeded { usage: *usage });
        }
        let read = answer::accept(&reply.as_reply());
        Ok(read.map(|answer| Reviewed { answer, usage: *usage, model_id: model.id.clone() }))
    }

    /// Sends until something comes back: again when the model is busy, to the next one when it is refused to us.
    async fn send(
        &self,
        prompt: &Prompt,
        problem: Option<&'static str>,
        deadline: Instant,
    ) -> Result<(&Model, wire::Received), Failure> {
        let mut way = Way { at: self.first.load(Ordering::Relaxed), tries: 0 };
        loop {
            let model = self.models.get(way.at).ok_or_else(|| Failure::ours("NoModel"))?;
            let left = left(deadline);
            if left.is_zero() {
                return Err(Failure::timeout());
            }
            let wanted = model.takes_temperature.load(Ordering::Relaxed);
            let call = Call {
                model_id: &model.id,
                prompt,
                problem,
                max_tokens: self.config.max_tokens,
                temperature: self.config.temperature.filter(|_| wanted),
                timeout: left,
            };
            match call.send(&self.client).await {
                Ok(received) => return Ok((model, received)),
                Err(failure) => self.go_on(failure, model, &mut way, deadline).await?,
            }
        }
    }

    /// Prepares the next try, or gives the failure back when there is none.
    async fn go_on(&self, failure: Failure, model: &Model, way: &mut Way, deadline: Instant) -> Result<(), Failure> {
        let (model_id, code) = (model.id.as_str(), failure.code.as_str());
        match failure.kind {
            Kind::Refused => {
                tracing::error!(model_id, code, "The model is refused to us");
                way.at += 1;
                // After the last one the next question starts over: what was refused may have been granted since.
                self.first.store(way.at % self.models.len(), Ordering::Relaxed);
                if way.at < self.models.len() { Ok(()) } else { Err(failure) }
            }
            Kind::Temperature if model.takes_temperature.swap(false, Ordering::Relaxed) => {
                tracing::warn!(model_id, "The model takes no temperature, asking without one");
                Ok(())
            }
            Kind::Busy | Kind::Unreachable => {
                way.tries += 1;
                let wait = jitter(BACKOFF * way.tries);
                if way.tries == TRIES || left(deadline) < WORTH_TRYING + wait {
                    return Err(failure);
                }
                let (tries, wait_ms) = (way.tries, wait.as_millis());
                tracing::warn!(model_id, code, tries, wait_ms, "The model is busy, trying again");
                tokio::time::sleep(wait).await;
                // The last try goes to the next model, if there is one: it has a quota of its own.
                if way.tries + 1 == TRIES && way.at + 1 < self.models.len() {
                    way.at += 1;
                }
                Ok(())
            }
            Kind::Ours | Kind::Temperature => {
                tracing::error!(model_id, code, "The model does not take our call");
                Err(failure)
            }
            Kind::Timeout | Kind::TooLong | Kind::Garbled => Err(failure),
        }
    }
}

/// How far a question has come.
struct Way {
    /// The model that is asked.
    at: usize,
    /// How often a model was busy.
    tries: u32,
}

/// Anything from nothing to all of it, so that clients that were refused together do not come back together.
fn jitter(longest: Duration) -> Duration {
    longest.mul_f64(rand::random_range(0.0..=1.0))
}

fn left(deadline: Instant) -> Duration {
    deadline.saturating_duration_since(Instant::now())
}

impl fmt::Debug for Reviewer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reviewer").field("config", &self.config).finish_non_exhaustive()
    }
}
