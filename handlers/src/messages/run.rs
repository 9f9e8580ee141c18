//! The run of a stored question: asks the model, and settles the question whatever happens.

use std::panic::AssertUnwindSafe;
use std::time::Instant;

use futures::FutureExt as _;
use model::{FailQuestionError, Idempotency, Message, NewAnswer, ReplyState, Store};

use crate::ai::{Deltas, Telling};
use crate::bedrock::Usage;
use crate::error::{ApiError, ApiResult, ErrorCode};
use crate::http::trace;
use crate::limits::{SETTLING, STORING};
use crate::messages::ask::Context;
use crate::messages::fit::fitted;
use crate::messages::once::Outcome;
use crate::review::prompt::Prompt;
use crate::state::Ctx;

/// A stored question, and all that it takes to answer it.
pub(super) struct Run {
    pub(super) ctx: Ctx,
    pub(super) context: Context,
    pub(super) prompt: Prompt,
    pub(super) question: Message,
    /// This run's hold on the question, if the client gave it an id.
    pub(super) held: Option<Idempotency>,
    pub(super) deadline: Instant,
    pub(super) deltas: Option<Deltas>,
}

impl Run {
    /// Answers the question in a task of its own, which is waited for until the deadline. A client that hangs up does not end
    /// the task, and neither does the deadline: what could not be stored by then is tried for [`SETTLING`].
    pub(super) async fn outcome(self) -> ApiResult<Outcome> {
        let (id, until) = (self.question.id().to_string(), self.deadline.max(Instant::now()) + STORING);
        let run = tokio::spawn(trace::carried(self.settle()));
        match tokio::time::timeout_at(until.into(), run).await {
            Ok(Ok(outcome)) => outcome,
            Ok(Err(stopped)) => Err(ApiError::internal(stopped).with("message_id", id)),
            Err(_) => Err(ApiError::new(ErrorCode::DatabaseError).with("message_id", id)),
        }
    }

    async fn settle(mut self) -> ApiResult<Outcome> {
        let deltas = self.deltas.take();
        match caught(self.answer(deltas)).await {
            // Another run settles it.
            Err(error) if error.code() == ErrorCode::RequestInProgress => Err(error),
            Err(error) => {
                let store = self.ctx.store.until(Instant::now() + SETTLING);
                note_failure(&store, &self.question, self.held.as_ref(), error.code()).await;
                Err(error.with("message_id", self.question.id().to_string()))
            }
            outcome => outcome,
        }
    }

    /// Asks the model and stores its answer. The stream of pieces ends when the last one is sent, not when all is stored.
    async fn answer(&self, deltas: Option<Deltas>) -> ApiResult<Outcome> {
        let (user_id, text, mut telling) = (self.question.user_id, self.context.text(), deltas.map(Telling::new));
        let analysis = self.ctx.review(user_id, &self.prompt, text, self.deadline, telling.as_mut()).await?;
        let usage = analysis.usage;
        let told = telling.as_ref().map(Telling::text).unwrap_or_default();
        let answer = fitted(self.context.answer(analysis), &self.question, told);
        if let Some(mut telling) = telling {
            telling.rest(&answer.content);
        }
        self.store(answer, usage).await
    }

    /// Stores the answer. One that cannot be stored was paid for all the same.
    async fn store(&self, answer: NewAnswer, usage: Usage) -> ApiResult<Outcome> {
        let (store, question) = (self.ctx.store.until(Instant::now() + SETTLING), &self.question);
        let content = answer.content.clone();
        let stored = match &self.held {
            Some(held) => store.answer_once(question, answer, held).await,
            None => store.answer(question, answer).await,
        };
        let error = match stored {
            Ok(answer) => return Ok(self.answered(answer)),
            Err(error) => error,
        };
        // The table may have stored it, with its cost, and not have been heard.
        let store = self.ctx.store.until(Instant::now() + SETTLING);
        match store.answer_of_run(question, self.held.as_ref(), &content).await {
            Ok(Some(answer)) => return Ok(self.answered(answer)),
            Ok(None) => self.ctx.pay(question.user_id, usage, self.deadline).await,
            Err(unread) => {
                let cost_micros = usage.cost_micros;
                tracing::error!(error = %unread, cost_micros, "A cost may not be in the user's day");
            }
        }
        Err(error.into())
    }

    fn answered(&self, answer: Message) -> Outcome {
        let question = self.question.clone();
        let message = Message { reply_state: Some(ReplyState::Answered), reply_error: None, ..question };
        Outcome { message, answer: Some(answer), is_repeated: false }
    }
}

/// Settles a question in a task of its own whose storing failed: it may be there all the same.
pub(super) fn settle_unsure(store: &Store, question: Message, record: Option<Idempotency>) {
    let store = store.until(Instant::now() + SETTLING);
    tokio::spawn(trace::carried(async move {
        match store.is_stored(&question).await {
            Ok(true) => note_failure(&store, &question, record.as_ref(), ErrorCode::DatabaseError).await,
            Ok(false) => {}
            Err(error) => tracing::warn!(%error, "a question may stay pending"),
        }
    }));
}

/// Notes on the question why it has no answer, and lets it go.
async fn note_failure(store: &Store, question: &Message, held: Option<&Idempotency>, code: ErrorCode) {
    let let_go = async {
        match held {
            Some(held) => store.let_go(held).await,
            None => Ok(()),
        }
    };
    let (noted, let_go) = futures::join!(store.fail(question, code.as_str()), let_go);
    if let Err(FailQuestionError::Store(error)) = noted {
        tracing::warn!(%error, "a question stays pending");
    }
    if let Err(error) = let_go {
        tracing::warn!(%error, "a question is held until its lease passes");
    }
}

/// A panic as a fault of ours, so that the question is settled after it, too.
async fn caught<T>(run: impl Future<Output = ApiResult<T>>) -> ApiResult<T> {
    let run = AssertUnwindSafe(run).catch_unwind().await;
    run.unwrap_or_else(|_| Err(ApiError::internal("the run of a question panicked")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_panic_is_an_error_of_the_run() {
        let panics = async { panic!("this panic is part of a test") };
        let caught: ApiResult<()> = caught(panics).await;
        assert_eq!(caught.expect_err("it panicked").code(), ErrorCode::InternalError);
    }
}
