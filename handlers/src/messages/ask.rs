//! A question: what it is asked with, and how it is stored.

use model::{
    AccessError, ClientRequest, Idempotency, Message, NewAnswer, OpenedSession, OpenedThread, PlacedThread, PostError,
    ReadThread, ReadThreadError, StoreAnswerError, TakeOver, ThreadKind,
};

use crate::ai::Analysis;
use crate::error::{ApiError, ApiResult, ErrorCode};
use crate::messages::once::{Outcome, Request};
use crate::messages::run::{Run, settle_unsure};
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
pub(super) enum Asking {
    /// As often as it is sent.
    Unnamed,
    /// Once: this is what the client calls it.
    Named(ClientRequest),
    /// It is stored already, under this record, and has no answer.
    Again(Idempotency),
}

/// What one round trip finds for a question.
pub(super) struct Found {
    read: ReadThread,
    history: Vec<Message>,
}

impl Found {
    /// Reads thread, code and conversation, and the record of the client's id if there is one, all together, while the request is
    /// counted. Code in chunks is not read yet: it costs too much for a request that is refused.
    pub(super) async fn read(
        request: &Request,
        client: Option<ClientRequest>,
        counted: impl Future<Output = ApiResult<()>>,
    ) -> ApiResult<Self> {
        let (store, id) = (&request.ctx.store, request.thread_id);
        let (counted, read, history) =
            futures::join!(counted, store.read_thread(request.caller.user_id, id, client), store.conversation(id));
        // A client that asks too often is told nothing else.
        counted?;
        let read = read.map_err(|error| match error {
            ReadThreadError::UserNotFound => ErrorCode::Unauthorized.into(),
            ReadThreadError::Access(error) => absent(error),
        })?;
        Ok(Self { read, history: history? })
    }

    /// The record of the client's id.
    pub(super) fn record(&self) -> Option<Idempotency> {
        self.read.record().cloned()
    }

    /// All that the model is told, with the code, which is read now if it is in chunks.
    pub(super) async fn context(self, ctx: &Ctx) -> ApiResult<Context> {
        let OpenedThread { thread, session, .. } = ctx.store.with_code(self.read).await.map_err(absent)?;
        Ok(Context { thread, session, history: self.history })
    }
}

fn absent(error: AccessError) -> ApiError {
    ApiError::no_access(error, ErrorCode::ThreadNotFound)
}

impl Context {
    /// Stores the question, asks the model and stores its answer. Nothing is stored for a question that is too long.
    pub(super) async fn ask(self, request: &Request, content: &str, asking: &Asking) -> ApiResult<Outcome> {
        let ctx = request.ctx.clone();
        let prompt = self.prompt(&ctx, content)?;
        ctx.count_ai_day(self.thread.user_id).await?;
        let (question, held) = self.question(request, content, asking).await?;
        let (deadline, deltas) = (request.deadline, request.deltas.clone());
        Run { ctx, context: self, prompt, question, held, deadline, deltas }.outcome().await
    }

    /// The code.
    pub(super) fn text(&self) -> &str {
        &self.session.text
    }

    /// The question, stored now or before, and this run's hold on it if it has a name.
    async fn question(
        &self,
        request: &Request,
        content: &str,
        asking: &Asking,
    ) -> ApiResult<(Message, Option<Idempotency>)> {
        let (store, lease) = (&request.ctx.store, request.lease());
        let asked = match asking {
            Asking::Unnamed => store.ask(&self.thread, content).await.map(|question| (question, None)),
            Asking::Named(client) => store.ask_once(&self.thread, content, *client, lease).await,
            Asking::Again(open) => {
                return match store.take_over(open, lease).await? {
                    TakeOver::Ours(question, record) => Ok((*question, Some(*record))),
                    TakeOver::Lost => Err(ErrorCode::RequestInProgress.into()),
                    TakeOver::Gone => Err(ErrorCode::MessageNotFound.into()),
                };
            }
        };
        asked.map_err(|error| match error {
            PostError::Unsure { question, record, source } => {
                settle_unsure(store, *question, record.map(|record| *record));
                source.into()
            }
            error => error.into(),
        })
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
    pub(super) fn answer(&self, analysis: Analysis) -> NewAnswer {
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
            // The account was deleted while the model thought.
            StoreAnswerError::UserNotFound => ErrorCode::Unauthorized.into(),
            StoreAnswerError::AnswerExists | StoreAnswerError::LeaseLost => ErrorCode::RequestInProgress.into(),
            StoreAnswerError::Store(error) => error.into(),
        }
    }
}
