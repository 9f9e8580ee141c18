//! Idempotent messages: a record under the client's own id names the message that the first request stored. AP-50.

use uuid::Uuid;

use crate::limits::CLIENT_ID_REMEMBERED;
use crate::{
    Digest, Idempotency, IdempotencyKey, Message, MessageKey, Messages, ReplyState, Role, StoreError, ThreadId,
    Timestamp, UserId,
};

/// A message under the client's own id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClientRequest {
    id: Uuid,
    key_digest: Digest,
    fingerprint: Digest,
}

/// The status of a message that a client sends, perhaps repeatedly.
#[derive(Clone, Debug, PartialEq)]
pub enum RequestStatus {
    /// No message was sent under the id within the last day.
    New,
    /// The message is stored. A question comes with its answer; a cancelled question has none.
    Done {
        /// The stored message.
        message: Box<Message>,
        /// The answer of the model.
        answer: Option<Box<Message>>,
    },
    /// A run holds the question.
    Running(Box<Message>),
    /// The question has no answer, and no run holds it: the model failed, or the run's process ended.
    Open(Box<Message>),
    /// The id was used for another message.
    OtherMessage,
    /// The message has expired, or was deleted with its thread.
    Gone,
}

impl ClientRequest {
    /// A message with this content: a question if it asks, else a note.
    #[must_use]
    pub fn new(id: Uuid, content: &str, asks: bool) -> Self {
        let kind = if asks { "question" } else { "note" };
        let fingerprint = Digest::of(format!("{kind}\n{content}"));
        Self { id, key_digest: Digest::of(id.to_string()), fingerprint }
    }

    /// The client's id.
    #[must_use]
    pub const fn id(&self) -> Uuid {
        self.id
    }

    /// The key of this message's record.
    pub(crate) const fn key(self, id: ThreadId) -> IdempotencyKey {
        IdempotencyKey { session_id: id.session_id, thread: id.thread, key_digest: self.key_digest }
    }

    /// The record, which is stored together with the message.
    #[must_use]
    pub fn record(self, message: &Message) -> Idempotency {
        Idempotency {
            session_id: message.session_id,
            thread: message.thread,
            key_digest: self.key_digest,
            user_id: message.user_id,
            fingerprint: self.fingerprint,
            question_seq: message.seq,
            expires_at: message.created_at.plus(CLIENT_ID_REMEMBERED).expiry(),
        }
    }
}

impl RequestStatus {
    /// The status for a client that requests a retry: a cancelled question is open, too.
    #[must_use]
    pub fn for_retry(self) -> Self {
        match self {
            Self::Done { message, .. } if message.reply_state == Some(ReplyState::Cancelled) => Self::Open(message),
            status => status,
        }
    }

    /// The status of a stored message.
    fn of(message: Option<Message>, next: Option<Message>, now: Timestamp) -> Self {
        let Some(message) = message else { return Self::Gone };
        match message.reply_state {
            Some(ReplyState::Pending) if message.is_held(now) => Self::Running(Box::new(message)),
            Some(ReplyState::Pending | ReplyState::Failed) => Self::Open(Box::new(message)),
            Some(ReplyState::Answered | ReplyState::Cancelled) | None => {
                // A user's message can follow a note. The model's answer follows only its question.
                let answer = next.filter(|next| next.role == Role::Ai);
                Self::Done { message: Box::new(message), answer: answer.map(Box::new) }
            }
        }
    }
}

impl Messages<'_> {
    /// The status of this message of the caller.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn request_status(
        self,
        caller: UserId,
        id: ThreadId,
        request: ClientRequest,
    ) -> Result<RequestStatus, StoreError> {
        let record = self.store.patterns.get_question_record(id.session_id, id.thread, request.key_digest).await?;
        self.status_by_record(caller, record, request).await
    }

    /// The status by a record that has been read.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn status_by_record(
        self,
        caller: UserId,
        record: Option<Idempotency>,
        request: ClientRequest,
    ) -> Result<RequestStatus, StoreError> {
        // A record of another user counts as absent. Reading the thread reports the missing access.
        let Some(record) = record.filter(|record| record.user_id == caller) else { return Ok(RequestStatus::New) };
        if record.fingerprint != request.fingerprint {
            return Ok(RequestStatus::OtherMessage);
        }
        let Idempotency { session_id, thread, question_seq: seq, .. } = record;
        self.status_of(MessageKey { session_id, thread, seq }).await
    }

    /// The status of a stored message.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn status_of(self, key: MessageKey) -> Result<RequestStatus, StoreError> {
        let (message, next) = self.message_and_next(key).await?;
        Ok(RequestStatus::of(message, next, self.store.clock().now()))
    }

    /// A message and the next one. The two reads are not one snapshot: if the first shows an answered question, the
    /// answer is present.
    pub(crate) async fn message_and_next(
        self,
        key: MessageKey,
    ) -> Result<(Option<Message>, Option<Message>), StoreError> {
        let read = |seq| self.store.patterns.get_message(key.session_id, key.thread, seq);
        let after = key.seq.saturating_add(1);
        let (message, mut next) = futures::try_join!(read(key.seq), read(after))?;
        let is_answered = |message: &Message| message.reply_state == Some(ReplyState::Answered);
        if next.is_none() && message.as_ref().is_some_and(is_answered) {
            next = read(after).await?;
        }
        Ok((message, next))
    }
}
