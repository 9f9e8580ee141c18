//! A message under the client's own id: stored, asked and paid for once, however often it is sent.

use std::time::{Duration, Instant};

use model::{ClientRequest, Idempotency, Message, Standing, ThreadId};
use uuid::Uuid;

use crate::ai::Deltas;
use crate::auth::caller::Caller;
use crate::error::{ApiError, ApiResult, ErrorCode};
use crate::limits::{LEASE_MARGIN, REPLAY_PATIENCE, REPLAY_POLL, RateLimit};
use crate::messages::ask::{Asking, Found};
use crate::messages::post::NewMessage;
use crate::state::Ctx;

/// How often another request with the same id may be faster.
const TRIES: u32 = 5;

/// One request with a message, and how long it may take.
pub(super) struct Request {
    pub(super) ctx: Ctx,
    pub(super) caller: Caller,
    pub(super) thread_id: ThreadId,
    pub(super) deadline: Instant,
    /// Where the explanation goes while it is written, if the client wants it.
    pub(super) deltas: Option<Deltas>,
}

/// What is stored now: by this request, or by an earlier one with the same id.
pub(super) struct Outcome {
    pub(super) message: Message,
    pub(super) answer: Option<Message>,
    pub(super) is_repeated: bool,
}

/// Whose turn it is with a message that has an id.
enum Turn {
    /// Nobody's any more: here is what is stored.
    Over(Box<Outcome>),
    /// This request's, with the record of a question that was asked before and has no answer.
    Ours(Option<Idempotency>),
}

impl Request {
    /// Stores the message, and asks if it is a question.
    pub(super) async fn run(&self, new: &NewMessage) -> ApiResult<Outcome> {
        match new.client_message_id {
            Some(client_id) => self.once(&new.content, new.ask, client_id).await,
            None => self.each_time(&new.content, new.ask).await,
        }
    }

    /// A message without an id is another one each time.
    async fn each_time(&self, content: &str, asks: bool) -> ApiResult<Outcome> {
        if asks {
            let found = Found::read(self, None, self.count(true)).await?;
            return found.context(&self.ctx).await?.ask(self, content, &Asking::Unnamed).await;
        }
        self.count(false).await?;
        let thread = self.thread().await?;
        let note = self.ctx.store.note(&thread, content).await?;
        Ok(Outcome { message: note, answer: None, is_repeated: false })
    }

    /// A message with an id. What is stored is not counted: sending it again costs no more than finding it.
    async fn once(&self, content: &str, asks: bool, client_id: Uuid) -> ApiResult<Outcome> {
        let client = ClientRequest::new(&client_id.to_string(), content, asks);
        for attempt in 0..TRIES {
            let is_first = attempt == 0;
            let outcome = if asks {
                self.ask_once(content, client, is_first).await
            } else {
                self.note_once(content, client, is_first).await
            };
            if let Some(outcome) = outcome? {
                return Ok(outcome);
            }
        }
        Err(ErrorCode::RequestInProgress.into())
    }

    /// Asks a question unless it has its answer. Nothing when another request with this id was faster: what became of it? The first
    /// attempt is counted, once it is known that there is something to ask.
    async fn ask_once(&self, content: &str, client: ClientRequest, is_first: bool) -> ApiResult<Option<Outcome>> {
        let count = || async { if is_first { self.count(true).await } else { Ok(()) } };
        let found = match Found::read(self, Some(client), async { Ok(()) }).await {
            Ok(found) => found,
            // A client that asks too often is told nothing else.
            Err(error) => return Err(count().await.err().unwrap_or(error)),
        };
        let standing = self.ctx.store.standing_in(self.caller.user_id, found.record(), client).await?;
        let asking = match self.turn(client, standing).await? {
            Turn::Over(outcome) => return Ok(Some(*outcome)),
            Turn::Ours(open) => open.map_or(Asking::Named(client), Asking::Again),
        };
        count().await?;
        unless_another(found.context(&self.ctx).await?.ask(self, content, &asking).await)
    }

    /// Stores a note unless it is stored; see [`ask_once`](Self::ask_once).
    async fn note_once(&self, content: &str, client: ClientRequest, is_first: bool) -> ApiResult<Option<Outcome>> {
        let standing = self.ctx.store.standing(self.caller.user_id, self.thread_id, client).await?;
        if let Turn::Over(outcome) = self.turn(client, standing).await? {
            return Ok(Some(*outcome));
        }
        if is_first {
            self.count(false).await?;
        }
        let thread = self.thread().await?;
        let note = self.ctx.store.note_once(&thread, content, client).await;
        let outcome = note.map(|note| Outcome { message: note, answer: None, is_repeated: false });
        unless_another(outcome.map_err(ApiError::from))
    }

    /// Waits while another request is at the message, for as long as a person would.
    async fn turn(&self, client: ClientRequest, mut standing: Standing) -> ApiResult<Turn> {
        let until = self.deadline.min(Instant::now() + REPLAY_PATIENCE);
        loop {
            match standing {
                Standing::New => return Ok(Turn::Ours(None)),
                Standing::Open(record) => return Ok(Turn::Ours(Some(record))),
                Standing::Done { message, answer } => {
                    let answer = answer.map(|answer| *answer);
                    let outcome = Outcome { message: *message, answer, is_repeated: true };
                    return Ok(Turn::Over(Box::new(outcome)));
                }
                Standing::Gone => {
                    // With its thread, or alone because it expired.
                    self.thread().await?;
                    return Err(ErrorCode::MessageNotFound.into());
                }
                Standing::OtherMessage => {
                    return Err(ApiError::invalid("client_message_id", "This id was used for another message."));
                }
                Standing::Running if Instant::now() + REPLAY_POLL >= until => {
                    return Err(ErrorCode::RequestInProgress.into());
                }
                Standing::Running => tokio::time::sleep(REPLAY_POLL).await,
            }
            standing = self.ctx.store.standing(self.caller.user_id, self.thread_id, client).await?;
        }
    }

    /// How long a run holds its question: longer than it can take, so that two never ask the same one.
    pub(super) fn lease(&self) -> Duration {
        self.deadline.saturating_duration_since(Instant::now()) + LEASE_MARGIN
    }

    async fn count(&self, asks: bool) -> ApiResult<()> {
        let limit = if asks { RateLimit::QUESTION } else { RateLimit::NOTE };
        self.ctx.count(limit, &self.caller.user_id.to_string()).await
    }

    async fn thread(&self) -> ApiResult<model::Thread> {
        let thread = self.ctx.store.own_thread(self.caller.user_id, self.thread_id).await;
        thread.map_err(|error| ApiError::no_access(error, ErrorCode::ThreadNotFound))
    }
}

/// Nothing when another request stored the message, or took the question over.
fn unless_another(outcome: ApiResult<Outcome>) -> ApiResult<Option<Outcome>> {
    match outcome {
        Err(error) if error.code() == ErrorCode::RequestInProgress => Ok(None),
        outcome => outcome.map(Some),
    }
}
