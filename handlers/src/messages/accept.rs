//! Accepts a message: counts it, and stores it once for each id of a client.

use std::time::{Duration, Instant};

use model::limits::{IN_PROGRESS_RETRY, LEASE_MARGIN, REPLAY_PATIENCE, REPLAY_POLL};
use model::{AcquireLease, ClientRequest, Message, MessageId, PostError, RequestStatus, SessionVersion, ThreadId};

use crate::auth::caller::Caller;
use crate::error::{ApiError, ApiResult, ErrorCode};
use crate::messages::context::Found;
use crate::messages::outcome::Outcome;
use crate::messages::run::{Run, release_if_stored};
use crate::messages::waiting::WaitPermit;
use crate::rates::RateLimit;
use crate::state::Ctx;

/// Maximum attempts to store a message. An attempt fails when another request with the same id is faster.
const MAX_STORE_ATTEMPTS: u32 = 5;

/// `None` when another request stored the message or acquired the lease first.
type Attempt = ApiResult<Option<Accepted>>;

/// One request with a message, and the deadline of its answer.
pub(super) struct Request {
    pub(super) ctx: Ctx,
    pub(super) caller: Caller,
    pub(super) thread_id: ThreadId,
    pub(super) deadline: Instant,
}

/// A checked message that is not stored yet.
pub struct Draft {
    pub(super) content: String,
    pub(super) asks: bool,
    pub(super) client: Option<ClientRequest>,
    /// The version of the code that the client shows.
    pub(super) version_number: Option<SessionVersion>,
}

/// A stored message, and the next step.
pub(super) enum Accepted {
    /// No step is left.
    Settled(Box<Outcome>),
    /// This request asks the model.
    Asked(Box<Run>),
    /// Another request asks the model, and this one waits for it.
    Running(Box<Message>, WaitPermit),
}

impl Accepted {
    fn settled(outcome: Outcome) -> Self {
        Self::Settled(Box::new(outcome))
    }
}

impl Request {
    /// Stores the draft, unless an earlier request stored it.
    pub(super) async fn accept(&self, draft: &Draft) -> ApiResult<Accepted> {
        for attempt in 0..MAX_STORE_ATTEMPTS {
            let attempted = match (draft.client, draft.asks) {
                // Each message without an id is a new one.
                (None, true) => self.ask(self.read(None, self.count(true)).await?, draft).await,
                (None, false) => self.note(draft, self.count(false)).await,
                (Some(client), true) => self.ask_once(draft, client, attempt).await,
                (Some(client), false) => self.note_once(draft, client, attempt).await,
            };
            if let Some(accepted) = attempted? {
                return Ok(accepted);
            }
        }
        Err(self.in_progress())
    }

    /// Asks a question again that failed, was cancelled or was abandoned by its run.
    pub(super) async fn accept_again(&self, id: MessageId) -> ApiResult<Accepted> {
        let status = self.ctx.store.messages().status_of(id.key());
        let (found, status) = futures::join!(self.read(None, self.count(true)), status);
        let found = found?;
        let attempted = match status?.for_retry() {
            RequestStatus::Open(question) => self.acquire_lease(found, *question).await?,
            RequestStatus::Done { message, .. } if message.reply_state.is_none() => {
                return Err(ApiError::invalid("message_id", "Only a question can be asked again."));
            }
            status => Some(self.earlier(status).await?),
        };
        attempted.ok_or_else(|| self.in_progress())
    }

    /// Waits for the run of another request, at most [`REPLAY_PATIENCE`].
    pub(super) async fn wait_for_outcome(&self, question: &Message) -> ApiResult<Outcome> {
        let until = self.deadline.min(Instant::now() + REPLAY_PATIENCE);
        while Instant::now() + REPLAY_POLL < until {
            tokio::time::sleep(REPLAY_POLL).await;
            let status = self.ctx.store.messages().status_of(question.id().key()).await?;
            if let Some(outcome) = Outcome::of_another(status)? {
                return Ok(outcome);
            }
        }
        Err(self.being_answered(question))
    }

    /// A question with an id. A repeated request is not counted, because it only reads the stored message. A question
    /// is counted in its first attempt, after the record was read.
    async fn ask_once(&self, draft: &Draft, client: ClientRequest, attempt: u32) -> Attempt {
        let count = || async { if attempt == 0 { self.count(true).await } else { Ok(()) } };
        let found = match self.read(Some(client), async { Ok(()) }).await {
            Ok(found) => found,
            // The rate limit takes precedence over other errors.
            Err(error) => return Err(count().await.err().unwrap_or(error)),
        };
        let status = self.ctx.store.messages().status_by_record(self.caller.user_id, found.record(), client).await?;
        match status {
            RequestStatus::New => {
                count().await?;
                self.ask(found, draft).await
            }
            RequestStatus::Open(question) => {
                count().await?;
                self.acquire_lease(found, *question).await
            }
            status => self.earlier(status).await.map(Some),
        }
    }

    /// A note with an id; see [`ask_once`](Self::ask_once).
    async fn note_once(&self, draft: &Draft, client: ClientRequest, attempt: u32) -> Attempt {
        let status = self.ctx.store.messages().request_status(self.caller.user_id, self.thread_id, client).await?;
        if status != RequestStatus::New {
            return self.earlier(status).await.map(Some);
        }
        let count = async { if attempt == 0 { self.count(false).await } else { Ok(()) } };
        self.note(draft, count).await
    }

    /// The result of an earlier request with the same id.
    async fn earlier(&self, status: RequestStatus) -> ApiResult<Accepted> {
        match status {
            RequestStatus::Done { message, answer } => Ok(Accepted::settled(Outcome::repeated(*message, answer))),
            RequestStatus::Running(question) => self.wait_for_running(question),
            RequestStatus::OtherMessage => {
                Err(ApiError::invalid("client_message_id", "This id was used for another message."))
            }
            RequestStatus::Gone | RequestStatus::New | RequestStatus::Open(_) => {
                // The thread was deleted, or only the message expired.
                self.thread().await?;
                Err(ErrorCode::MessageNotFound.into())
            }
        }
    }

    async fn ask(&self, found: Found, draft: &Draft) -> Attempt {
        let ctx = &self.ctx;
        let found = found.of_version(ctx, draft.version_number).await?;
        ctx.count_ai_day(self.caller.user_id).await?;
        let asked = ctx.store.messages().ask(found.thread(), &draft.content, draft.client, self.lease()).await;
        match asked {
            Ok(question) => Ok(Some(self.run(found, question))),
            Err(PostError::Known) => Ok(None),
            Err(PostError::Unsure { question, source }) => {
                release_if_stored(&ctx.store, *question);
                Err(source.into())
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Acquires the lease of an open question, so that this request runs it.
    async fn acquire_lease(&self, found: Found, open: Message) -> Attempt {
        self.ctx.count_ai_day(self.caller.user_id).await?;
        match self.ctx.store.messages().acquire_lease(&open, self.lease()).await? {
            AcquireLease::Acquired(question) => Ok(Some(self.run(found, *question))),
            AcquireLease::Lost => Ok(None),
            AcquireLease::Gone => Err(ErrorCode::MessageNotFound.into()),
        }
    }

    /// Stores a note. The thread is read while the request is counted; the rate limit takes precedence over its error.
    async fn note(&self, draft: &Draft, counted: impl Future<Output = ApiResult<()>>) -> Attempt {
        let (counted, thread) = futures::join!(counted, self.thread());
        counted?;
        let thread = thread?;
        match self.ctx.store.messages().add_note(&thread, &draft.content, draft.client).await {
            Ok(note) => Ok(Some(Accepted::settled(Outcome::alone(note)))),
            Err(PostError::Known) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    async fn read(
        &self,
        client: Option<ClientRequest>,
        counted: impl Future<Output = ApiResult<()>>,
    ) -> ApiResult<Found> {
        let who = (self.caller.user_id, self.thread_id);
        Box::pin(Found::read(&self.ctx.store, who, client, counted)).await
    }

    fn run(&self, found: Found, question: Message) -> Accepted {
        Accepted::Asked(Box::new(Run { ctx: self.ctx.clone(), found, question, deadline: self.deadline }))
    }

    fn wait_for_running(&self, question: Box<Message>) -> ApiResult<Accepted> {
        let permit = self.ctx.app.waiting.try_acquire(question.id()).ok_or_else(|| self.being_answered(&question))?;
        Ok(Accepted::Running(question, permit))
    }

    fn being_answered(&self, question: &Message) -> ApiError {
        self.in_progress().with("message_id", question.id().to_string())
    }

    fn in_progress(&self) -> ApiError {
        let now = self.ctx.store.clock().now();
        ApiError::new(ErrorCode::RequestInProgress).retry_at(now.plus(IN_PROGRESS_RETRY), now)
    }

    /// The length of the lease. It exceeds the longest run, so that two runs never ask the same question.
    fn lease(&self) -> Duration {
        self.deadline.saturating_duration_since(Instant::now()) + LEASE_MARGIN
    }

    async fn count(&self, asks: bool) -> ApiResult<()> {
        let limit = if asks { RateLimit::QUESTION } else { RateLimit::NOTE };
        self.ctx.count(limit, &self.caller.user_id.to_string()).await
    }

    async fn thread(&self) -> ApiResult<model::Thread> {
        let thread = self.ctx.store.threads().get(self.caller.user_id, self.thread_id).await;
        thread.map_err(|error| ApiError::no_access(error, ErrorCode::ThreadNotFound))
    }
}
