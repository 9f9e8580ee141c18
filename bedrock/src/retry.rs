//! The attempts of one question: which failures are retried, on which model, and when to give up.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use crate::failure::{Failure, Kind};
use crate::model::Model;
use crate::request::Call;
use crate::response::Received;
use crate::send::Unsent;
use crate::stream::Sink;
use crate::{AiError, Reviewed, Reviewer, Usage};
use review::answer::{self, Answer, Malformed};
use review::markdown::cleaned;
use review::prompt::Prompt;

/// How often one question may be sent before the model counts as unavailable. What was refused at once, for a parameter
/// or its length, does not count: no model ran.
const TRIES: u32 = 3;
/// With less time than this left, another try would only be cut off and paid for.
const WORTH_TRYING: Duration = Duration::from_secs(8);
/// The longest wait before the second try; doubled before the third.
const BACKOFF: Duration = Duration::from_millis(250);
/// How long a busy model is said to stay busy if it does not say so itself. An estimate: Bedrock counts requests and tokens by
/// the minute, and a few seconds later others have left room.
const STAYS_BUSY: Duration = Duration::from_secs(10);

/// The attempts to answer one question.
pub(super) struct Attempts<'a> {
    reviewer: &'a Reviewer,
    prompt: &'a Prompt,
    /// What is sent instead when the prompt is too long, until it is.
    smaller: Option<&'a Prompt>,
    is_smaller: bool,
    deadline: Instant,
    /// The model that is asked.
    at: usize,
    /// How often the answer did not come, whatever the reason.
    tries: u32,
    /// What is tried once more, but only once.
    repeated: Vec<Kind>,
    usage: Usage,
}

/// What a reply turned out to be.
enum Read {
    Answer(Answer),
    Malformed(Malformed),
    TooLong,
}

impl<'a> Attempts<'a> {
    pub(super) fn new(
        reviewer: &'a Reviewer,
        prompt: &'a Prompt,
        smaller: Option<&'a Prompt>,
        deadline: Instant,
    ) -> Self {
        let at = reviewer.first.load(Ordering::Relaxed);
        let (repeated, usage) = (Vec::new(), Usage::default());
        Self { reviewer, prompt, smaller, is_smaller: false, deadline, at, tries: 0, repeated, usage }
    }

    /// Asks until there is an answer or no point in asking. With a sink, what is written is passed on.
    pub(super) async fn answer(mut self, mut sink: Option<Sink<'_>>) -> Result<Reviewed, AiError> {
        let mut first: Option<Malformed> = None;
        loop {
            let Some(model) = self.reviewer.models.get(self.at) else {
                return Err(self.failed(Failure::ours("NoModel"), first));
            };
            let mut begun = false;
            let problem = first.as_ref().map(|malformed| malformed.problem);
            let call = Call::new(&self.reviewer.config, model, self.prompt, problem);
            let failure = match self.send(&call, model, &mut sink, &mut begun).await {
                Ok(received) => match self.read(model, &received) {
                    Read::Answer(answer) => return Ok(self.reviewed(answer, model)),
                    Read::TooLong => Failure::new(Kind::TooLong, "ContextWindowExceeded"),
                    Read::Malformed(malformed) => {
                        if begun || !self.is_worth_repairing(&malformed, first.as_ref()) {
                            return Err(self.malformed(malformed, first));
                        }
                        tracing::warn!(
                            problem = malformed.problem,
                            "The model's answer cannot be read, asking once more"
                        );
                        first = Some(malformed);
                        continue;
                    }
                },
                Err(Unsent { failure, passed_on: Some(text) }) => return Err(self.broke_off(&failure, &text)),
                Err(Unsent { failure, passed_on: None }) => failure,
            };
            if let Err(failure) = self.next_attempt(failure, model, &call).await {
                return Err(self.failed(failure, first));
            }
        }
    }

    async fn send(
        &self,
        call: &Call<'_>,
        model: &Model,
        sink: &mut Option<Sink<'_>>,
        begun: &mut bool,
    ) -> Result<Received, Unsent> {
        if self.left().is_zero() {
            return Err(Failure::timeout().into());
        }
        let (client, id) = (&self.reviewer.client, &*model.id);
        let sent = match sink {
            None => call.converse(client, id, self.deadline).await.map_err(Unsent::from),
            Some(sink) => {
                let mut noting = |text: &str| {
                    *begun = true;
                    sink(text);
                };
                call.stream(client, id, self.deadline, &mut noting).await
            }
        };
        match sent {
            // No JSON came: the same as an answer that cannot be read.
            Err(Unsent { failure, passed_on: None }) if failure.kind == Kind::Garbled => {
                Ok(Received::nothing(call.form))
            }
            sent => sent,
        }
    }

    fn read(&mut self, model: &Model, received: &Received) -> Read {
        let paid = self.reviewer.config.prices.of(&model.id).cost(received.usage);
        self.usage.add(paid);
        tracing::info!(
            model_id = model.id,
            input_tokens = paid.input_tokens,
            output_tokens = paid.output_tokens,
            cache_read_tokens = paid.cache_read_tokens,
            cache_write_tokens = paid.cache_write_tokens,
            cost_micros = paid.cost_micros,
            stop_reason = received.stop_reason,
            "The model answered"
        );
        if received.stop_reason == "model_context_window_exceeded" {
            return Read::TooLong;
        }
        match answer::accept(&received.as_reply()) {
            Ok(answer) => Read::Answer(answer),
            Err(malformed) => Read::Malformed(malformed),
        }
    }

    fn is_worth_repairing(&self, malformed: &Malformed, first: Option<&Malformed>) -> bool {
        malformed.repairable && first.is_none() && self.left() >= WORTH_TRYING
    }

    /// Prepares the next attempt, or gives the failure back when there is none.
    async fn next_attempt(&mut self, failure: Failure, model: &Model, call: &Call<'_>) -> Result<(), Failure> {
        match failure.kind {
            Kind::Refused => self.next_model(failure, model),
            Kind::Feature(feature) if call.uses(feature) => {
                tracing::warn!(
                    model_id = model.id,
                    ?feature,
                    "The model does not take this, asking without it from now on"
                );
                model.refuse(feature);
                Ok(())
            }
            Kind::TooLong => match self.smaller.take() {
                Some(smaller) => {
                    tracing::warn!(model_id = model.id, "The prompt is too long, asking with less of the file");
                    (self.prompt, self.is_smaller) = (smaller, true);
                    Ok(())
                }
                None => Err(failure),
            },
            Kind::Busy | Kind::Unreachable => self.back_off(failure, model).await,
            Kind::Model | Kind::Cut if !self.repeated.contains(&failure.kind) => {
                self.repeated.push(failure.kind);
                self.back_off(failure, model).await
            }
            Kind::Ours | Kind::Feature(_) => {
                tracing::error!(model_id = model.id, code = failure.code, "The model does not take our call");
                Err(failure)
            }
            Kind::Model | Kind::Cut | Kind::Unfinished | Kind::Timeout | Kind::Garbled => Err(failure),
        }
    }

    fn next_model(&mut self, failure: Failure, model: &Model) -> Result<(), Failure> {
        let models = self.reviewer.models.len();
        tracing::error!(model_id = model.id, code = failure.code, "The model is refused to us");
        self.at += 1;
        // After the last one the next question starts over: what was refused may have been granted since.
        self.reviewer.first.store(self.at % models, Ordering::Relaxed);
        if self.at < models { Ok(()) } else { Err(failure) }
    }

    async fn back_off(&mut self, failure: Failure, model: &Model) -> Result<(), Failure> {
        self.tries += 1;
        let wait = jitter(BACKOFF * self.tries).max(failure.retry_after.unwrap_or_default());
        if self.tries == TRIES || self.left() < WORTH_TRYING.saturating_add(wait) {
            return Err(failure);
        }
        let (tries, wait_ms) = (self.tries, wait.as_millis());
        tracing::warn!(model_id = model.id, code = failure.code, tries, wait_ms, "The model failed, trying again");
        tokio::time::sleep(wait).await;
        // The last try goes to the next model, if there is one: it has a quota of its own.
        if self.tries + 1 == TRIES && self.at + 1 < self.reviewer.models.len() {
            self.at += 1;
        }
        Ok(())
    }

    fn left(&self) -> Duration {
        self.deadline.saturating_duration_since(Instant::now())
    }

    fn reviewed(self, answer: Answer, model: &Model) -> Reviewed {
        Reviewed { answer, usage: self.usage, model_id: model.id.clone(), smaller: self.is_smaller }
    }

    fn malformed(self, malformed: Malformed, first: Option<Malformed>) -> AiError {
        let partial = malformed.partial.or(first.and_then(|first| first.partial));
        AiError::Malformed { malformed: Malformed { partial, ..malformed }, usage: self.usage }
    }

    /// A stream that ended before its answer did, after some of it was passed on.
    fn broke_off(self, failure: &Failure, passed_on: &str) -> AiError {
        tracing::warn!(code = failure.code, "The answer broke off");
        if failure.kind == Kind::Timeout {
            return AiError::Timeout;
        }
        let malformed = Malformed { problem: "it broke off", partial: Some(cleaned(passed_on)), repairable: false };
        AiError::Malformed { malformed, usage: self.usage }
    }

    fn failed(self, failure: Failure, first: Option<Malformed>) -> AiError {
        let usage = self.usage;
        // What the first answer said is worth more than why the second one did not come.
        if let Some(malformed) = first {
            return AiError::Malformed { malformed, usage };
        }
        let code = failure.code;
        match failure.kind {
            Kind::Timeout => AiError::Timeout,
            Kind::TooLong => AiError::TokenLimitExceeded { usage },
            Kind::Unreachable => AiError::Unreachable,
            Kind::Ours | Kind::Feature(_) => AiError::Refused { code },
            Kind::Unfinished | Kind::Garbled => {
                let malformed = Malformed { problem: "it broke off", partial: None, repairable: false };
                AiError::Malformed { malformed, usage }
            }
            Kind::Busy => AiError::Unavailable { code, retry_after: Some(failure.retry_after.unwrap_or(STAYS_BUSY)) },
            Kind::Refused | Kind::Model | Kind::Cut => AiError::Unavailable { code, retry_after: failure.retry_after },
        }
    }
}

/// Anything from nothing to all of it, so that clients that were refused together do not come back together.
fn jitter(longest: Duration) -> Duration {
    longest.mul_f64(rand::random_range(0.0..=1.0))
}
