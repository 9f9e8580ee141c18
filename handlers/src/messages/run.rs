//! The run of a stored question: asks the model, and stores the answer or the failure.

use std::pin::pin;
use std::time::Instant;

use bedrock::Usage;
use futures::future::{Either, select};
use model::limits::{SETTLING, STORING};
use model::{
    FailQuestionError, Lease, Message, NewAnswer, ReplyState, SettleError, Settled, Store, StoreAnswerError, StoreError,
};
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
        let held = HeldQuestion { ctx: &ctx, lease: ctx.store.messages().lease(&question), deadline };
        match caught(held.answer(found, stream.as_mut())).await {
            // Another run holds the lease and ends the question.
            Err(error) if error.code() == ErrorCode::RequestInProgress => Err(error),
            Err(error) => {
                let store = ctx.store.until(Instant::now() + SETTLING);
                if let Err(FailQuestionError::Store(error)) =
                    store.messages().lease(&question).release(error.code().as_str()).await
                {
                    not_released(&error);
                }
                Err(error.with("message_id", question.id().to_string()))
            }
            outcome => outcome,
        }
    }
}

/// The run of a question whose lease it holds.
struct HeldQuestion<'a> {
    ctx: &'a Ctx,
    lease: Lease<'a>,
    deadline: Instant,
}

impl HeldQuestion<'_> {
    async fn answer(&self, found: Found, mut stream: Option<&mut ExplanationStream>) -> ApiResult<Outcome> {
        let (ctx, question) = (self.ctx, self.lease.question());
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
        let user_id = self.lease.question().user_id;
        let review = self.ctx.review(user_id, prompt, context.text(), self.deadline, stream);
        match select(pin!(review), pin!(self.lease.lost())).await {
            Either::Left((analysis, _)) => Some(analysis),
            Either::Right(_) => None,
        }
    }

    /// The outcome of a question whose lease this run lost. Adds the cost of the model to the usage of the user's day.
    async fn outcome_elsewhere(&self, usage: Usage) -> ApiResult<Outcome> {
        self.pay(usage).await;
        let (message, answer) = self.lease.read_back().await?.ok_or(ErrorCode::ThreadNotFound)?;
        match message.reply_state {
            Some(ReplyState::Cancelled) => Ok(Outcome::alone(message)),
            Some(ReplyState::Answered) => Ok(Outcome::repeated(message, answer.map(Box::new))),
            _ => Err(ErrorCode::RequestInProgress.into()),
        }
    }

    /// Stores the answer. If that fails, adds its cost to the usage of the user's day.
    async fn store(&self, answer: NewAnswer, usage: Usage) -> ApiResult<Outcome> {
        match self.lease.settle(answer).await {
            Ok(Settled { question, answer }) => {
                Ok(Outcome { message: question, answer: Some(answer), is_repeated: false })
            }
            Err(SettleError::Lost) => self.outcome_elsewhere(usage).await,
            Err(SettleError::NotStored(error)) => {
                self.report_unstored(&error);
                self.pay(usage).await;
                Err(error.into())
            }
            Err(SettleError::Unsure { source, unread }) => {
                self.report_unstored(&source);
                let cost_micros = usage.cost_micros;
                tracing::error!(error = %unread, cost_micros, "A cost may be missing from the user's usage");
                Err(source.into())
            }
        }
    }

    async fn pay(&self, usage: Usage) {
        self.ctx.pay(self.lease.question().user_id, usage, self.deadline).await;
    }

    /// Counts a paid answer that is not stored, for the alarm. A deleted question does not count.
    fn report_unstored(&self, error: &StoreAnswerError) {
        if !matches!(error, StoreAnswerError::Store(_)) {
            return;
        }
        let (metrics, now) = (&self.ctx.app.metrics, self.ctx.store.clock().now());
        metrics.write_line(&metrics::not_stored(now, &self.lease.question().id().to_string()));
    }
}

/// Releases a question in a separate task after its write failed, if the write succeeded after all.
pub(super) fn release_if_stored(store: &Store, question: Message) {
    let store = store.until(Instant::now() + SETTLING);
    tokio::spawn(trace::carried(async move {
        let code = ErrorCode::DatabaseError.as_str();
        if let Err(error) = store.messages().lease(&question).release_if_stored(code).await {
            not_released(&error);
        }
    }));
}

fn not_released(error: &StoreError) {
    tracing::warn!(%error, "A question could not be released before its lease expires");
}
