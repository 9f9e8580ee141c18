//! Questions and notes: storing a question with room for its answer, and cancelling it. AP-40, AP-41, AP-54 and AP-56.
//! `lease.rs` has the writes of the run that answers it.

use std::time::Duration;

use crate::limits::MESSAGES_PER_THREAD;
use crate::retry::retry;
use crate::{
    AccessError, AddNote, AddNoteError, AskQuestion, AskQuestionError, CancelQuestionError, ClientRequest, Idempotency,
    LastState, Message, MessageId, MessageKey, MessageRequired, Messages, ReplyState, Role, ShowLastState,
    ShowLastStateError, StoreError, Thread, Timestamp, UserId,
};

/// Maximum tries when another message takes the next number first.
const MAX_ATTEMPTS: u32 = 50;

/// Why a question or note was not stored.
#[derive(Debug, thiserror::Error)]
pub enum PostError {
    /// The thread belongs to another user, or does not exist.
    #[error(transparent)]
    Access(#[from] AccessError),
    /// The thread is full. A question needs two slots: for itself and for its answer.
    #[error("the thread has no room for it")]
    LimitExceeded,
    /// The client's id is already used.
    #[error("the client's id was used before")]
    Known,
    /// The table failed, and may have stored the question.
    #[error("the question may have been stored")]
    Unsure {
        /// The question.
        question: Box<Message>,
        /// The error of the table.
        source: StoreError,
    },
}

impl From<StoreError> for PostError {
    fn from(error: StoreError) -> Self {
        AccessError::Store(error).into()
    }
}

/// The result of storing a message with the next number of its thread.
#[derive(Debug)]
pub enum Posted {
    /// It is stored.
    Stored(Box<Message>),
    /// Another message has the number. This is the current thread.
    NumberTaken(Box<Thread>),
}

impl Posted {
    /// The message; `None` if the number was taken, and the next try uses the current thread.
    fn or_refresh(self, seen: &mut Box<Thread>) -> Option<Message> {
        match self {
            Self::Stored(message) => Some(*message),
            Self::NumberTaken(current) => {
                *seen = current;
                None
            }
        }
    }
}

/// Why a question was not cancelled.
#[derive(Debug, thiserror::Error)]
pub enum CancelError {
    /// The message belongs to another user, or does not exist.
    #[error(transparent)]
    Access(#[from] AccessError),
    /// The message is a note or an answer.
    #[error("it is not a question")]
    NoQuestion,
}

impl Messages<'_> {
    /// Stores a question in the thread, with room for its answer. This run holds it for the duration of the lease.
    ///
    /// # Errors
    /// When the thread does not exist any more, has no room, or the client's id is already used.
    pub async fn ask(
        self,
        thread: &Thread,
        content: &str,
        client: Option<ClientRequest>,
        lease: Duration,
    ) -> Result<Message, PostError> {
        let mut seen = Box::new(thread.clone());
        retry!(MAX_ATTEMPTS, "AP-40", Ok(self.ask_next(&seen, content, client, lease).await?.or_refresh(&mut seen)))
    }

    /// Stores a question with the next number of the thread as it was read. Reports when another message has taken that
    /// number.
    ///
    /// # Errors
    /// As [`ask`](Self::ask).
    pub async fn ask_next(
        self,
        seen: &Thread,
        content: &str,
        client: Option<ClientRequest>,
        lease: Duration,
    ) -> Result<Posted, PostError> {
        has_room(seen, 2)?;
        let (message, expiry) = self.next_message(seen, content, client);
        let lease_until = Some(message.created_at.plus(lease));
        let question = Message { reply_state: Some(ReplyState::Pending), lease_until, ..message };
        let record = client.map(|client| client.record(&question));
        let excerpt = question.excerpt();
        let asked = self.store.patterns.ask_question(AskQuestion {
            question: &question,
            record: record.as_ref(),
            seen_slots: seen.message_slots,
            last_role: Some(Role::User),
            last_excerpt: Some(&excerpt),
            last_state: question.reply_state,
            expire_from: seen.messages_expire_from.or(expiry),
            expire_until: expiry.or(seen.messages_expire_until),
        });
        match asked.await {
            Ok(()) => Ok(Posted::Stored(Box::new(question))),
            Err(AskQuestionError::SlotTaken { current }) => Ok(Posted::NumberTaken(current)),
            Err(AskQuestionError::MessageLimitExceeded) => Err(PostError::LimitExceeded),
            Err(AskQuestionError::ThreadNotFound | AskQuestionError::SessionNotFound) => {
                Err(AccessError::NotFound.into())
            }
            Err(AskQuestionError::Store(source)) => Err(PostError::Unsure { question: Box::new(question), source }),
            Err(AskQuestionError::RequestKnown) => Err(PostError::Known),
            Err(AskQuestionError::MessageExists) => Err(contended("AP-40")),
        }
    }

    /// Stores a note. The model does not answer notes.
    ///
    /// # Errors
    /// As [`ask`](Self::ask).
    pub async fn add_note(
        self,
        thread: &Thread,
        content: &str,
        client: Option<ClientRequest>,
    ) -> Result<Message, PostError> {
        let mut seen = Box::new(thread.clone());
        retry!(MAX_ATTEMPTS, "AP-41", Ok(self.add_note_next(&seen, content, client).await?.or_refresh(&mut seen)))
    }

    /// Stores a note with the next number of the thread as it was read. Reports when another message has taken that
    /// number.
    ///
    /// # Errors
    /// As [`ask`](Self::ask).
    pub async fn add_note_next(
        self,
        seen: &Thread,
        content: &str,
        client: Option<ClientRequest>,
    ) -> Result<Posted, PostError> {
        has_room(seen, 1)?;
        let (note, expiry) = self.next_message(seen, content, client);
        let record: Option<Idempotency> = client.map(|client| client.record(&note));
        let excerpt = note.excerpt();
        let added = self.store.patterns.add_note(AddNote {
            note: &note,
            record: record.as_ref(),
            seen_slots: seen.message_slots,
            last_role: Some(Role::User),
            last_excerpt: Some(&excerpt),
            expire_from: seen.messages_expire_from.or(expiry),
            expire_until: expiry.or(seen.messages_expire_until),
        });
        match added.await {
            Ok(()) => Ok(Posted::Stored(Box::new(note))),
            Err(AddNoteError::SlotTaken { current }) => Ok(Posted::NumberTaken(current)),
            Err(AddNoteError::MessageLimitExceeded) => Err(PostError::LimitExceeded),
            Err(AddNoteError::ThreadNotFound | AddNoteError::SessionNotFound) => Err(AccessError::NotFound.into()),
            Err(AddNoteError::Store(error)) => Err(error.into()),
            Err(AddNoteError::RequestKnown) => Err(PostError::Known),
            Err(AddNoteError::MessageExists) => Err(contended("AP-41")),
        }
    }

    /// The next message of the thread, and its expiry.
    fn next_message(
        self,
        thread: &Thread,
        content: &str,
        client: Option<ClientRequest>,
    ) -> (Message, Option<Timestamp>) {
        let now = self.store.clock().now();
        let expiry = self.store.message_ttl.expiry_in(thread, now);
        let required = MessageRequired {
            session_id: thread.session_id,
            thread: thread.thread,
            seq: thread.message_slots.saturating_add(1),
            user_id: thread.user_id,
            role: Role::User,
            content: content.to_owned(),
            created_at: now,
        };
        let client_message_id = client.map(|client| client.id().to_string());
        (Message { client_message_id, expires_at: expiry.map(Timestamp::expiry), ..required.into() }, expiry)
    }

    /// Cancels the caller's question and returns its new state. An answered, failed or cancelled question is unchanged.
    ///
    /// # Errors
    /// When the message belongs to another user, does not exist, or is not a question.
    pub async fn cancel(self, caller: UserId, id: MessageId) -> Result<Message, CancelError> {
        let MessageKey { session_id, thread, seq } = id.key();
        let cancelled = match self.store.patterns.cancel_question(session_id, thread, seq, caller).await {
            Ok(cancelled) => cancelled,
            Err(CancelQuestionError::NotPending { current }) if current.reply_state.is_some() => return Ok(*current),
            Err(CancelQuestionError::NotPending { .. }) => return Err(CancelError::NoQuestion),
            Err(CancelQuestionError::QuestionNotFound) => return Err(AccessError::NotFound.into()),
            Err(CancelQuestionError::NotYours) => return Err(AccessError::Forbidden.into()),
            Err(CancelQuestionError::Store(error)) => return Err(AccessError::Store(error).into()),
        };
        self.show_state(&cancelled, ReplyState::Cancelled, None).await;
        Ok(cancelled)
    }

    /// Stores the state of the last message in the row of its thread. Failures are only logged, because the question
    /// has the state too.
    pub(crate) async fn show_state(self, question: &Message, state: LastState, lease_until: Option<Timestamp>) {
        let shown = self.store.patterns.show_last_state(ShowLastState {
            session_id: question.session_id,
            thread: question.thread,
            seq: question.seq,
            last_state: Some(state),
            last_lease_until: lease_until,
        });
        if let Err(ShowLastStateError::Store(error)) = shown.await {
            tracing::warn!(%error, "a thread's row does not show what became of its last message");
        }
    }
}

/// Refuses a message that needs more slots than the thread has left. The transaction checks this too, but a refused
/// transaction is billed. Slots are never returned, so a thread without room stays so.
const fn has_room(thread: &Thread, slots: u32) -> Result<(), PostError> {
    if thread.message_slots.saturating_add(slots) > MESSAGES_PER_THREAD {
        Err(PostError::LimitExceeded)
    } else {
        Ok(())
    }
}

/// The error when other requests took every number that was tried.
fn contended(pattern: &'static str) -> PostError {
    StoreError::Contended { pattern }.into()
}
