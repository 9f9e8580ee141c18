//! The run of a stored question: asks the model, and stores the answer or the failure.

use std::pin::pin;
use std::time::Instant;

use bedrock::Usage;
use futures::future::{Either, select};
use model::limits::{CANCEL_POLL, SETTLING, STORING};
use model::{FailQuestionError, Message, NewAnswer, ReplyState, Store, StoreAnswerError, Watched};
use review::prompt::Prompt;

use crate::ai::{Analysis, ExplanationStream};
use crate::error::{ApiError, ApiResult, ErrorCode, caught};
use crate::http::events::Events;
use crate::http::{metrics, trace};
use crate::messages::context::{Context, Found};
use crate::messages::outcome::Outcome;
use crate::messages::size_limit::fitted;
use crate::state::Ctx;

/// A stored question whose lease this process holds, and everything needed to answer it.
pub(super) struct Run {
    pub(super) ctx: Ctx,
    pub(super) found: Found,
    pub(super) question: Message,
    pub(super) deadline: Instant,
}

impl Run {
    /// Answers the question in a separate task and waits for it until the deadline. Neither a disconnect of the client
    /// nor the deadline ends the task: it retries writes for [`SETTLING`].
    pub(super) async fn outcome(self, events: Option<Events>) -> ApiResult<Outcome> {
        let (id, until) = (self.question.id().to_string(), self.deadline.max(Instant::now()) + STORING);
        let run = tokio::spawn(trace::carried(self.settle(events.map(ExplanationStream::new))));
        match tokio::time::timeout_at(until.into(), run).await {
            Ok(Ok(outcome)) => outcome,
            Ok(Err(stopped)) => Err(ApiError::internal(stopped).with("message_id", id)),
            Err(_) => Err(ApiError::new(ErrorCode::DatabaseError).with("message_id", id)),
        }
    }

    async fn settle(self, mut stream: Option<ExplanationStream>) -> ApiResult<Outcome> {
        let Self { ctx, found, question, deadline } = self;
        let held = HeldQuestion { ctx: &ctx, question: &question, deadline };
        match caught(held.answer(found, stream.as_mut())).await {
            // Another run holds the lease and ends the question.
            Err(error) if error.code() == ErrorCode::RequestInProgress => Err(error),
            Err(error) => {
                release_lease(&ctx.store.until(Instant::now() + SETTLING), &question, error.code()).await;
                Err(error.with("message_id", question.id().to_string()))
            }
            outcome => outcome,
        }
    }
}

/// A run that holds the lease of its question. Its writes are refused after another request has acquired the lease.
struct HeldQuestion<'a> {
    ctx: &'a Ctx,
    question: &'a Message,
    deadline: Instant,
}

impl HeldQuestion<'_> {
    async fn answer(&self, found: Found, mut stream: Option<&mut ExplanationStream>) -> ApiResult<Outcome> {
        let (ctx, question) = (self.ctx, self.question);
        let context = found.context(ctx, question).await?;
        let prompt = context.prompt(ctx, &question.content)?;
        let Some(analysis) = self.ask_model(&context, &prompt, stream.as_deref_mut()).await else {
            let written = stream.map_or(0, |stream| stream.written_chars());
            let usage = ctx.app.reviewer()?.estimated(&prompt, written);
            trace::spent(usage);
            return self.outcome_elsewhere(usage).await;
        };
        let analysis = analysis?;
        let usage = analysis.usage;
        let sent = stream.as_deref().map(ExplanationStream::sent).unwrap_or_default();
        let answer = fitted(context.answer(analysis), question, sent);
        if let Some(stream) = stream {
            stream.finish(&answer.content);
        }
        self.store(answer, usage).await
    }

    /// The analysis; `None` if the run lost its lease meanwhile. Then the stream of the model is dropped.
    async fn ask_model(
        &self,
        context: &Context,
        prompt: &Prompt,
        stream: Option<&mut ExplanationStream>,
    ) -> Option<ApiResult<Analysis>> {
        let review = self.ctx.review(self.question.user_id, prompt, context.text(), self.deadline, stream);
        match select(pin!(review), pin!(self.lost())).await {
            Either::Left((analysis, _)) => Some(analysis),
            Either::Right(_) => None,
        }
    }

    /// Returns when this run has lost its lease, or when the question was deleted with its thread.
    async fn lost(&self) {
        let mut is_seen = false;
        loop {
            tokio::time::sleep(CANCEL_POLL).await;
            match self.ctx.store.messages().watch(self.question).await {
                Ok(Watched::Held) => is_seen = true,
                Ok(Watched::Absent) if !is_seen => {}
                Ok(Watched::Lost | Watched::Absent) => return,
                Err(error) => tracing::debug!(%error, "The state of a question could not be read"),
            }
        }
    }

    /// The outcome of a question whose lease this run lost. Adds the cost of the model to the usage of the user's day.
    async fn outcome_elsewhere(&self, usage: Usage) -> ApiResult<Outcome> {
        self.ctx.pay(self.question.user_id, usage, self.deadline).await;
        let stored = self.ctx.store.messages().get_with_answer(self.question).await?;
        let (message, answer) = stored.ok_or(ErrorCode::ThreadNotFound)?;
        match message.reply_state {
            Some(ReplyState::Cancelled) => Ok(Outcome::alone(message)),
            Some(ReplyState::Answered) => Ok(Outcome::repeated(message, answer.map(Box::new))),
            _ => Err(ErrorCode::RequestInProgress.into()),
        }
    }

    /// Stores the answer. If that fails, adds its cost to the usage of the user's day.
    async fn store(&self, answer: NewAnswer, usage: Usage) -> ApiResult<Outcome> {
        let store = self.ctx.store.until(Instant::now() + SETTLING);
        let error = match store.messages().store_answer(self.question, answer).await {
            Ok(answer) => {
                let question = self.question.clone();
                let message = Message { reply_state: Some(ReplyState::Answered), reply_error: None, ..question };
                return Ok(Outcome { message, answer: Some(answer), is_repeated: false });
            }
            Err(error) => error,
        };
        // The write may have succeeded although its response was lost. The lease shows whether the answer is this
        // run's.
        let store = self.ctx.store.until(Instant::now() + SETTLING);
        match store.messages().get_with_answer(self.question).await {
            Ok(Some((message, Some(answer)))) if message.lease_until == self.question.lease_until => {
                return Ok(Outcome { message, answer: Some(answer), is_repeated: false });
            }
            Ok(_) if matches!(error, StoreAnswerError::LeaseLost) => return self.outcome_elsewhere(usage).await,
            Ok(_) => {
                self.report_unstored(&error);
                self.ctx.pay(self.question.user_id, usage, self.deadline).await;
            }
            Err(unread) => {
                self.report_unstored(&error);
                let cost_micros = usage.cost_micros;
                tracing::error!(error = %unread, cost_micros, "A cost may be missing from the user's usage");
            }
        }
        Err(error.into())
    }

    /// Counts a paid answer that is not stored, for the alarm. A deleted question does not count.
    fn report_unstored(&self, error: &StoreAnswerError) {
        if !matches!(error, StoreAnswerError::Store(_)) {
            return;
        }
        let (metrics, now) = (&self.ctx.app.metrics, self.ctx.store.clock().now());
        metrics.write_line(&metrics::not_stored(now, &self.question.id().to_string()));
    }
}

/// Releases a question in a separate task after its write failed, if the write succeeded after all.
pub(super) fn release_if_stored(store: &Store, question: Message) {
    let store = store.until(Instant::now() + SETTLING);
    tokio::spawn(trace::carried(async move {
        match store.messages().is_stored(&question).await {
            Ok(true) => release_lease(&store, &question, ErrorCode::DatabaseError).await,
            Ok(false) => {}
            Err(error) => tracing::warn!(%error, "A question could not be released before its lease expires"),
        }
    }));
}

/// Stores the failure of a question, which releases the lease: the next request can ask it again.
async fn release_lease(store: &Store, question: &Message, code: ErrorCode) {
    if let Err(FailQuestionError::Store(error)) = store.messages().release_lease(question, code.as_str()).await {
        tracing::warn!(%error, "A question could not be released before its lease expires");
    }
}
