//! The attempts of one question: which failures are retried, on which model, and when to give up.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use crate::failure::{Failure, FailureKind};
use crate::model::Model;
use crate::request::Call;
use crate::response::Received;
use crate::send::CallError;
use crate::stream::Sink;
use crate::{AiError, Reviewed, Reviewer, Usage};
use review::answer::{self, Answer, Malformed};
use review::markdown::cleaned;
use review::prompt::Prompt;

/// The number of attempts before the model counts as unavailable. Calls that were rejected at once, for a parameter or
/// for the prompt's length, do not count, because no model ran.
const MAX_ATTEMPTS: u32 = 3;
/// With less time than this left, a retry would be cut off and billed.
const MIN_TIME_FOR_RETRY: Duration = Duration::from_secs(8);
/// The longest wait before the second attempt; doubled before the third.
const FIRST_BACKOFF: Duration = Duration::from_millis(250);
/// How long to wait for a busy model that does not say so itself. An estimate: Bedrock counts requests and tokens by
/// the minute.
const DEFAULT_RETRY_AFTER: Duration = Duration::from_secs(10);

/// The attempts to answer one question.
pub(super) struct Attempts<'a> {
    reviewer: &'a Reviewer,
    prompt: &'a Prompt,
    /// The prompt to send if the first one is too long. Taken when it is used.
    smaller: Option<&'a Prompt>,
    is_smaller: bool,
    deadline: Instant,
    /// The index of the model to call.
    model_index: usize,
    /// The number of failed attempts that count.
    tries: u32,
    /// The kinds of failures that were retried already; each is retried once.
    repeated: Vec<FailureKind>,
    usage: Usage,
}

/// A response, read as an answer.
enum ReadResponse {
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
        let model_index = reviewer.first.load(Ordering::Relaxed);
        let (repeated, usage) = (Vec::new(), Usage::default());
        Self { reviewer, prompt, smaller, is_smaller: false, deadline, model_index, tries: 0, repeated, usage }
    }

    /// Asks until there is an answer or a retry is pointless. A sink gets the explanation while the model writes it.
    pub(super) async fn answer(mut self, mut sink: Option<Sink<'_>>) -> Result<Reviewed, AiError> {
        let mut first: Option<Malformed> = None;
        loop {
            let Some(model) = self.reviewer.models.get(self.model_index) else {
                return Err(self.failed(Failure::invalid_call("NoModel"), first));
            };
            let mut has_output = false;
            let problem = first.as_ref().map(|malformed| malformed.problem);
            let call = Call::new(&self.reviewer.config, model, self.prompt, problem);
            let failure = match self.send(&call, model, &mut sink, &mut has_output).await {
                Ok(received) => match self.read(model, &received) {
                    ReadResponse::Answer(answer) => return Ok(self.reviewed(answer, model)),
                    ReadResponse::TooLong => Failure::new(FailureKind::TooLong, "ContextWindowExceeded"),
                    ReadResponse::Malformed(malformed) => {
                        if has_output || !self.is_worth_repairing(&malformed, first.as_ref()) {
                            return Err(self.malformed(malformed, first));
                        }
                        tracing::warn!(problem = malformed.problem, "The model's answer is malformed; retrying once");
                        first = Some(malformed);
                        continue;
                    }
                },
                Err(CallError { failure, passed_on: Some(text) }) => return Err(self.ended_early(&failure, &text)),
                Err(CallError { failure, passed_on: None }) => failure,
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
        has_output: &mut bool,
    ) -> Result<Received, CallError> {
        if self.time_left().is_zero() {
            return Err(Failure::timeout().into());
        }
        let (client, id) = (&self.reviewer.client, &*model.id);
        let sent = match sink {
            None => call.converse(client, id, self.deadline).await.map_err(CallError::from),
            Some(sink) => {
                let mut forward = |text: &str| {
                    *has_output = true;
                    sink(text);
                };
                call.stream(client, id, self.deadline, &mut forward).await
            }
        };
        match sent {
            // A response that is not JSON is treated as a malformed answer.
            Err(CallError { failure, passed_on: None }) if failure.kind == FailureKind::NotJson => {
                Ok(Received::unreadable(call.form))
            }
            sent => sent,
        }
    }

    fn read(&mut self, model: &Model, received: &Received) -> ReadResponse {
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
            return ReadResponse::TooLong;
        }
        match answer::accept(&received.as_reply()) {
            Ok(answer) => ReadResponse::Answer(answer),
            Err(malformed) => ReadResponse::Malformed(malformed),
        }
    }

    fn is_worth_repairing(&self, malformed: &Malformed, first: Option<&Malformed>) -> bool {
        malformed.repairable && first.is_none() && self.time_left() >= MIN_TIME_FOR_RETRY
    }

    /// Prepares the next attempt, or returns the failure if there is none.
    async fn next_attempt(&mut self, failure: Failure, model: &Model, call: &Call<'_>) -> Result<(), Failure> {
        match failure.kind {
            FailureKind::Refused => self.next_model(failure, model),
            FailureKind::Unsupported(feature) if call.uses(feature) => {
                tracing::warn!(
                    model_id = model.id,
                    ?feature,
                    "The model does not support this parameter; leaving it out from now on"
                );
                model.mark_unsupported(feature);
                Ok(())
            }
            FailureKind::TooLong => match self.smaller.take() {
                Some(smaller) => {
                    tracing::warn!(model_id = model.id, "The prompt is too long; retrying with a part of the file");
                    (self.prompt, self.is_smaller) = (smaller, true);
                    Ok(())
                }
                None => Err(failure),
            },
            FailureKind::Busy | FailureKind::Unreachable => self.back_off(failure, model).await,
            FailureKind::ModelFailed | FailureKind::Disconnected if !self.repeated.contains(&failure.kind) => {
                self.repeated.push(failure.kind);
                self.back_off(failure, model).await
            }
            FailureKind::InvalidCall | FailureKind::Unsupported(_) => {
                tracing::error!(model_id = model.id, code = failure.code, "The model rejected the call");
                Err(failure)
            }
            FailureKind::ModelFailed
            | FailureKind::Disconnected
            | FailureKind::Unfinished
            | FailureKind::Timeout
            | FailureKind::NotJson => Err(failure),
        }
    }

    fn next_model(&mut self, failure: Failure, model: &Model) -> Result<(), Failure> {
        let models = self.reviewer.models.len();
        tracing::error!(model_id = model.id, code = failure.code, "The model refused access");
        self.model_index += 1;
        // After the last model, the next question starts again with the first: access may have been granted since.
        self.reviewer.first.store(self.model_index % models, Ordering::Relaxed);
        if self.model_index < models { Ok(()) } else { Err(failure) }
    }

    async fn back_off(&mut self, failure: Failure, model: &Model) -> Result<(), Failure> {
        self.tries += 1;
        let wait = jitter(FIRST_BACKOFF * self.tries).max(failure.retry_after.unwrap_or_default());
        if self.tries == MAX_ATTEMPTS || self.time_left() < MIN_TIME_FOR_RETRY.saturating_add(wait) {
            return Err(failure);
        }
        let (tries, wait_ms) = (self.tries, wait.as_millis());
        tracing::warn!(
            model_id = model.id,
            code = failure.code,
            tries,
            wait_ms,
            "The call of the model failed; retrying"
        );
        tokio::time::sleep(wait).await;
        // The last attempt goes to the next model, if there is one, because each model has a quota of its own.
        if self.tries + 1 == MAX_ATTEMPTS && self.model_index + 1 < self.reviewer.models.len() {
            self.model_index += 1;
        }
        Ok(())
    }

    fn time_left(&self) -> Duration {
        self.deadline.saturating_duration_since(Instant::now())
    }

    fn reviewed(self, answer: Answer, model: &Model) -> Reviewed {
        Reviewed { answer, usage: self.usage, model_id: model.id.clone(), smaller: self.is_smaller }
    }

    fn malformed(self, malformed: Malformed, first: Option<Malformed>) -> AiError {
        let partial = malformed.partial.or(first.and_then(|first| first.partial));
        AiError::Malformed { malformed: Malformed { partial, ..malformed }, usage: self.usage }
    }

    /// The error of a stream that ended early, after the sink got a part of the answer.
    fn ended_early(self, failure: &Failure, passed_on: &str) -> AiError {
        tracing::warn!(code = failure.code, "The stream ended before the answer was complete");
        if failure.kind == FailureKind::Timeout {
            return AiError::Timeout;
        }
        let malformed = Malformed { problem: "it ended early", partial: Some(cleaned(passed_on)), repairable: false };
        AiError::Malformed { malformed, usage: self.usage }
    }

    fn failed(self, failure: Failure, first: Option<Malformed>) -> AiError {
        let usage = self.usage;
        // The first answer's text is more useful than the reason why the retry failed.
        if let Some(malformed) = first {
            return AiError::Malformed { malformed, usage };
        }
        let code = failure.code;
        match failure.kind {
            FailureKind::Timeout => AiError::Timeout,
            FailureKind::TooLong => AiError::TokenLimitExceeded { usage },
            FailureKind::Unreachable => AiError::Unreachable,
            FailureKind::InvalidCall | FailureKind::Unsupported(_) => AiError::Refused { code },
            FailureKind::Unfinished | FailureKind::NotJson => {
                let malformed = Malformed { problem: "it ended early", partial: None, repairable: false };
                AiError::Malformed { malformed, usage }
            }
            FailureKind::Busy => {
                AiError::Unavailable { code, retry_after: Some(failure.retry_after.unwrap_or(DEFAULT_RETRY_AFTER)) }
            }
            FailureKind::Refused | FailureKind::ModelFailed | FailureKind::Disconnected => {
                AiError::Unavailable { code, retry_after: failure.retry_after }
            }
        }
    }
}

/// A random wait up to `longest`, so that clients that failed together do not retry together.
fn jitter(longest: Duration) -> Duration {
    longest.mul_f64(rand::random_range(0.0..=1.0))
}
