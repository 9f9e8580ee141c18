//! The context of a question: the code, the thread's lines and the conversation.

use model::{
    AccessError, ClientRequest, Idempotency, Message, NewAnswer, OpenedSession, OpenedThread, Patch, PlacedThread,
    ReadThread, ReadThreadError, SaveCodeError, SessionVersion, Store, StoreAnswerError, ThreadId, ThreadKind, UserId,
};
use review::prompt::{Prompt, Question, TokenLimitExceeded, Turn};
use review::selection::Selection;

use crate::ai::Analysis;
use crate::error::{ApiError, ApiResult, ErrorCode};
use crate::state::Ctx;

/// The context of a question, from which its prompt is built.
pub(super) struct Context {
    thread: PlacedThread,
    session: OpenedSession,
    history: Vec<Message>,
}

/// The items of one round trip, before the code of large files is read.
pub(super) struct Found {
    read: ReadThread,
    history: Vec<Message>,
}

impl Found {
    /// Reads thread, code, conversation and the record of the client's id in parallel, while the request is counted.
    /// Code in chunks is not read yet: it would cost too much for a request that may be refused.
    pub(super) async fn read(
        store: &Store,
        (caller, id): (UserId, ThreadId),
        client: Option<ClientRequest>,
        counted: impl Future<Output = ApiResult<()>>,
    ) -> ApiResult<Self> {
        let (counted, read, history) =
            futures::join!(counted, store.threads().read(caller, id, client), store.messages().conversation(id));
        // The rate limit takes precedence over other errors.
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

    /// The thread.
    pub(super) fn thread(&self) -> &PlacedThread {
        self.read.thread()
    }

    /// Checks that the code has the version that the client shows. Otherwise 409 with the current code.
    pub(super) async fn of_version(self, ctx: &Ctx, seen: Option<SessionVersion>) -> ApiResult<Self> {
        if seen.is_none_or(|seen| seen == self.read.head().version_number) {
            return Ok(self);
        }
        let session = ctx.store.threads().load_code(self.read).await.map_err(absent)?.session;
        Err(SaveCodeError::VersionConflict(Box::new(session)).into())
    }

    /// The context of this question. Reads code that is stored in chunks.
    pub(super) async fn context(self, ctx: &Ctx, question: &Message) -> ApiResult<Context> {
        let OpenedThread { thread, session, .. } = ctx.store.threads().load_code(self.read).await.map_err(absent)?;
        let mut history = self.history;
        // A question that is asked again does not see later messages.
        history.retain(|message| message.seq < question.seq);
        Ok(Context { thread, session, history })
    }
}

fn absent(error: AccessError) -> ApiError {
    ApiError::no_access(error, ErrorCode::ThreadNotFound)
}

impl Context {
    /// The code.
    pub(super) fn text(&self) -> &str {
        &self.session.text
    }

    /// The prompt. `TOKEN_LIMIT_EXCEEDED` when it does not fit the model.
    pub(super) fn prompt(&self, ctx: &Ctx, content: &str) -> Result<Prompt, TokenLimitExceeded> {
        let (head, thread) = (&self.session.head, &self.thread);
        let selection = (thread.kind == ThreadKind::Block).then_some(Selection {
            start_line: thread.anchor.start_line,
            end_line: thread.anchor.end_line,
            text: &thread.selected_text,
        });
        let history: Vec<Turn<'_>> =
            self.history.iter().map(|message| Turn { role: message.role.into(), text: &message.content }).collect();
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

    /// The item of the answer.
    pub(super) fn answer(&self, analysis: Analysis) -> NewAnswer {
        let base_version = self.session.head.version_number;
        let anchor_line = (self.thread.kind == ThreadKind::Block).then_some(self.thread.anchor.start_line);
        NewAnswer {
            content: analysis.explanation,
            context_mode: analysis.context_mode.into(),
            context_lines: analysis.context_lines,
            history_truncated: analysis.history_truncated,
            warnings: analysis.warnings,
            confidence: analysis.confidence.map(Into::into),
            suggested_code: analysis.suggested_code,
            patch: analysis.patch.map(|patch| Patch::based_on(patch, base_version, anchor_line)),
            patch_status: analysis.patch_status.map(Into::into),
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
            // The thread was deleted while the model ran.
            StoreAnswerError::QuestionGone | StoreAnswerError::ThreadNotFound => ErrorCode::ThreadNotFound.into(),
            // The account was deleted while the model ran.
            StoreAnswerError::UserNotFound => ErrorCode::Unauthorized.into(),
            StoreAnswerError::AnswerExists | StoreAnswerError::LeaseLost => ErrorCode::RequestInProgress.into(),
            StoreAnswerError::Store(error) => error.into(),
        }
    }
}
