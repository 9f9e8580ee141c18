//! A question from its thread to its stored answer.

use model::{
    ClientRequest, Idempotency, Message, NewAnswer, OpenedSession, OpenedThread, PlacedThread, ReplyState,
    StoreAnswerError, ThreadId, ThreadKind,
};

use crate::ai::Analysis;
use crate::auth::caller::Caller;
use crate::error::{ApiError, ApiResult, ErrorCode};
use crate::messages::once::{Outcome, Request};
use crate::review::lines::Selection;
use crate::review::prompt::{Prompt, Question, TokenLimitExceeded, Turn};
use crate::state::Ctx;

/// What the model is told beside the question.
pub(super) struct Context {
    thread: PlacedThread,
    session: OpenedSession,
    history: Vec<Message>,
}

/// How often a question may be stored.
pub(super) enum Run {
    /// As often as it is sent.
    Unnamed,
    /// Once: this is what the client calls it.
    Named(ClientRequest),
    /// It is stored already, under this record, and has no answer.
    Again(Idempotency),
}

impl Context {
    /// Reads thread, code and conversation together.
    pub(super) async fn read(ctx: &Ctx, caller: Caller, id: ThreadId) -> ApiResult<Self> {
        let (opened, history) = futures::join!(ctx.store.open_thread(caller.user_id, id), ctx.store.conversation(id));
        let opened = opened.map_err(|error| ApiError::no_access(error, ErrorCode::ThreadNotFound))?;
        let OpenedThread { thread, session, .. } = opened;
        Ok(Self { thread, session, history: history? })
    }

    /// Stores the question, asks the model and stores its answer. Nothing is stored for a question that is too long.
    pub(super) async fn ask(&self, request: &Request, content: &str, run: &Run) -> ApiResult<Outcome> {
        let (ctx, user_id) = (&request.ctx, self.thread.user_id);
        let prompt = self.prompt(ctx, content)?;
        ctx.count_ai_day(user_id).await?;
        let (question, held) = self.question(request, content, run).await?;
        match ctx.review(user_id, &prompt, &self.session.text, request.deadline, request.deltas.as_ref()).await {
            Ok(analysis) => {
                let answer = self.stored(ctx, &question, analysis, held.as_ref()).await?;
                let message = Message { reply_state: Some(ReplyState::Answered), reply_error: None, ..question };
                Ok(Outcome { message, answer: Some(answer), is_repeated: false })
            }
            Err(error) => Err(failed(ctx, &question, held.as_ref(), error).await),
        }
    }

    /// The question, stored now or before, and this run's hold on it if it has a name.
    async fn question(&self, request: &Request, content: &str, run: &Run) -> ApiResult<(Message, Option<Idempotency>)> {
        let (store, lease) = (&request.ctx.store, request.lease());
        match run {
            Run::Unnamed => Ok((store.ask(&self.thread, content).await?, None)),
            Run::Named(client) => Ok(store.ask_once(&self.thread, content, *client, lease).await?),
            Run::Again(open) => {
                let taken = store.take_over(open, lease).await?.ok_or(ErrorCode::RequestInProgress)?;
                Ok((taken.0, Some(taken.1)))
            }
        }
    }

    /// Stores the answer. One that cannot be stored was paid for all the same.
    async fn stored(
        &self,
        ctx: &Ctx,
        question: &Message,
        analysis: Analysis,
        held: Option<&Idempotency>,
    ) -> ApiResult<Message> {
        let (usage, answer) = (analysis.usage, self.answer(analysis));
        let stored = match held {
            Some(held) => ctx.store.answer_once(question, answer, held).await,
            None => ctx.store.answer(question, answer).await,
        };
        if stored.is_err() {
            ctx.pay(question.user_id, usage).await;
        }
        Ok(stored?)
    }

    fn prompt(&self, ctx: &Ctx, content: &str) -> Result<Prompt, TokenLimitExceeded> {
        let (head, thread) = (&self.session.head, &self.thread);
        let selection = (thread.kind == ThreadKind::Block).then_some(Selection {
            start_line: thread.anchor.start_line,
            end_line: thread.anchor.end_line,
            text: &thread.selected_text,
        });
        let history: Vec<Turn<'_>> =
            self.history.iter().map(|message| Turn { role: message.role, text: &message.content }).collect();
        let question = Question {
            language: head.language().name(),
            filename: head.filename.as_str(),
            code: &self.session.text,
            selection,
            history: &history,
            text: content,
        };
        Prompt::build(&ctx.app.fence(head.session_id, head.version_number), &question)
    }

    /// The answer as it is stored.
    fn answer(&self, analysis: Analysis) -> NewAnswer {
        let base_version = self.session.head.version_number;
        let anchor_line = (self.thread.kind == ThreadKind::Block).then_some(self.thread.anchor.start_line);
        NewAnswer {
            content: analysis.explanation,
            context_mode: analysis.context_mode,
            context_lines: analysis.context_lines,
            history_truncated: analysis.history_truncated,
            warnings: analysis.warnings,
            confidence: analysis.confidence,
            suggested_code: analysis.suggested_code,
            patch: analysis.patch.map(|patch| patch.based_on(base_version, anchor_line)),
            patch_status: analysis.patch_status,
            patch_withheld: analysis.patch_withheld,
            model_id: analysis.model_id,
            input_tokens: analysis.usage.input_tokens,
            cache_read_tokens: analysis.usage.cache_read_tokens,
            cache_write_tokens: analysis.usage.cache_write_tokens,
            output_tokens: analysis.usage.output_tokens,
            cost_micros: analysis.usage.cost_micros,
        }
    }
}

/// Notes on the question why it has no answer, lets it go, and names it in the error. Should that fail too, the question
/// stays pending, and the model's error is still the one to tell.
async fn failed(ctx: &Ctx, question: &Message, held: Option<&Idempotency>, error: ApiError) -> ApiError {
    let let_go = async {
        match held {
            Some(held) => ctx.store.let_go(held).await,
            None => Ok(()),
        }
    };
    let (noted, let_go) = futures::join!(ctx.store.fail(question, error.code().as_str()), let_go);
    if let Err(unnoted) = noted {
        tracing::warn!(error = %unnoted, "a question stays pending");
    }
    if let Err(still_held) = let_go {
        tracing::warn!(error = %still_held, "a question is held until its lease passes");
    }
    error.with("message_id", question.id().to_string())
}

impl From<TokenLimitExceeded> for ApiError {
    fn from(_: TokenLimitExceeded) -> Self {
        ErrorCode::TokenLimitExceeded.into()
    }
}

impl From<StoreAnswerError> for ApiError {
    fn from(error: StoreAnswerError) -> Self {
        match error {
            // Its thread was deleted while the model thought.
            StoreAnswerError::QuestionGone => ErrorCode::ThreadNotFound.into(),
            StoreAnswerError::AnswerExists | StoreAnswerError::LeaseLost => ErrorCode::RequestInProgress.into(),
            StoreAnswerError::Store(error) => error.into(),
        }
    }
}
