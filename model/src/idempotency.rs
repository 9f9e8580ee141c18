//! Messages that a client can send again: the record under its own id says what became of the first. AP-50 to AP-52.

use std::time::Duration;

use crate::{
    AnsweredRecord, Digest, GiveQuestionUpError, Idempotency, IdempotencyKey, Message, NewAnswer, PostError, Role,
    RunState, Store, StoreAnswerError, StoreError, TakeOverQuestion, TakeOverQuestionError, Thread, ThreadId, UserId,
};

/// How long a client's id is remembered.
const REMEMBERED: Duration = Duration::from_hours(24);

/// A message under the client's own id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClientRequest {
    key_digest: Digest,
    fingerprint: Digest,
}

/// What became of a message that a client has an id for.
#[derive(Clone, Debug, PartialEq)]
pub enum Standing {
    /// It was not sent in the last day.
    New,
    /// It is stored, with its answer if it is a question.
    Done {
        /// What was sent.
        message: Box<Message>,
        /// What the model said.
        answer: Option<Box<Message>>,
    },
    /// Another request is at it.
    Running,
    /// It has no answer, and nobody is at it: the model failed, or whoever asked it came to an end.
    Open(Idempotency),
    /// The id was used for another message.
    OtherMessage,
    /// Its message has expired, or was deleted with its thread.
    Gone,
}

/// The result of taking an open question over.
#[derive(Debug)]
pub enum TakeOver {
    /// This run holds the question.
    Ours(Box<Message>, Box<Idempotency>),
    /// Another run was faster.
    Lost,
    /// The question has expired, or was deleted.
    Gone,
}

impl ClientRequest {
    /// The message with this content, asked or noted.
    #[must_use]
    pub fn new(client_message_id: &str, content: &str, asks: bool) -> Self {
        let kind = if asks { "question" } else { "note" };
        Self { key_digest: Digest::of(client_message_id), fingerprint: Digest::of(format!("{kind}\n{content}")) }
    }

    /// Where the record of this message is.
    pub(crate) const fn key(self, id: ThreadId) -> IdempotencyKey {
        IdempotencyKey { session_id: id.session_id, thread: id.thread, key_digest: self.key_digest }
    }

    /// The record of a message that is stored with it.
    pub(crate) fn record(self, message: &Message, state: RunState, lease: Duration) -> Idempotency {
        Idempotency {
            session_id: message.session_id,
            thread: message.thread,
            key_digest: self.key_digest,
            user_id: message.user_id,
            fingerprint: self.fingerprint,
            state,
            question_seq: message.seq,
            lease_until: message.created_at.plus(lease),
            expires_at: message.created_at.plus(REMEMBERED).expiry(),
        }
    }
}

impl Store {
    /// What became of this message of the caller's.
    ///
    /// # Errors
    /// When the table cannot be asked.
    pub async fn standing(&self, caller: UserId, id: ThreadId, request: ClientRequest) -> Result<Standing, StoreError> {
        let record = self.get_question_record(id.session_id, id.thread, request.key_digest).await?;
        self.standing_in(caller, record, request).await
    }

    /// The same by the record that was read.
    ///
    /// # Errors
    /// When the table cannot be asked.
    pub async fn standing_in(
        &self,
        caller: UserId,
        record: Option<Idempotency>,
        request: ClientRequest,
    ) -> Result<Standing, StoreError> {
        // To whom it is not theirs, it does not exist: that the thread is another's they are told where it is read.
        let Some(record) = record.filter(|record| record.user_id == caller) else { return Ok(Standing::New) };
        if record.fingerprint != request.fingerprint {
            return Ok(Standing::OtherMessage);
        }
        match record.state {
            RunState::Done => self.done(&record).await,
            RunState::Running if record.lease_until >= self.clock().now() => Ok(Standing::Running),
            RunState::Running | RunState::Failed => Ok(Standing::Open(record)),
        }
    }

    /// The message and the answer of a record that is done. What was swept with its thread is not there any more.
    async fn done(&self, record: &Idempotency) -> Result<Standing, StoreError> {
        let read = |seq| self.get_message(record.session_id, record.thread, seq);
        let (message, next) =
            futures::try_join!(read(record.question_seq), read(record.question_seq.saturating_add(1)))?;
        let Some(message) = message else { return Ok(Standing::Gone) };
        // After a note there can be anything.
        let answer = next.filter(|next| message.reply_state.is_some() && next.role == Role::Ai).map(Box::new);
        Ok(Standing::Done { message: Box::new(message), answer })
    }

    /// Stores a question with its record, which this run holds for as long as the lease.
    ///
    /// # Errors
    /// When there is no such thread any more, no room in it, or the client's id was used before.
    pub async fn ask_once(
        &self,
        thread: &Thread,
        content: &str,
        request: ClientRequest,
        lease: Duration,
    ) -> Result<(Message, Option<Idempotency>), PostError> {
        self.put_question(thread, content, |question| Some(request.record(question, RunState::Running, lease))).await
    }

    /// Stores a note with its record.
    ///
    /// # Errors
    /// As [`ask_once`](Self::ask_once).
    pub async fn note_once(
        &self,
        thread: &Thread,
        content: &str,
        request: ClientRequest,
    ) -> Result<Message, PostError> {
        self.put_note(thread, content, |note| Some(request.record(note, RunState::Done, Duration::ZERO))).await
    }

    /// Takes an open question over, with a lease of this run's own.
    ///
    /// # Errors
    /// When the table cannot be asked.
    pub async fn take_over(&self, open: &Idempotency, lease: Duration) -> Result<TakeOver, StoreError> {
        let now = self.clock().now();
        let taken = self.take_over_question(TakeOverQuestion {
            session_id: open.session_id,
            thread: open.thread,
            key_digest: open.key_digest,
            now,
            lease_until: now.plus(lease),
        });
        let question = self.get_message(open.session_id, open.thread, open.question_seq);
        let (taken, question) = futures::join!(taken, question);
        match taken {
            Ok(record) => Ok(match question? {
                Some(question) => TakeOver::Ours(Box::new(question), Box::new(record)),
                None => TakeOver::Gone,
            }),
            Err(TakeOverQuestionError::RecordGone | TakeOverQuestionError::StillRunning { .. }) => Ok(TakeOver::Lost),
            Err(TakeOverQuestionError::Store(error)) => Err(error),
        }
    }

    /// Stores the answer to a question that this run holds; see [`answer`](Self::answer).
    ///
    /// # Errors
    /// When the question is gone or has its answer already, or another run has taken it over.
    pub async fn answer_once(
        &self,
        question: &Message,
        new: NewAnswer,
        held: &Idempotency,
    ) -> Result<Message, StoreAnswerError> {
        let record = AnsweredRecord {
            session_id: held.session_id,
            thread: held.thread,
            key_digest: held.key_digest,
            held_until: held.lease_until,
        };
        self.put_answer(question, new, Some(record)).await
    }

    /// Lets go of a question whose answer failed: the next try may take it over at once. If it cannot be let go, or was
    /// taken over, that is no error: the lease passes.
    ///
    /// # Errors
    /// When the table cannot be asked.
    pub async fn let_go(&self, held: &Idempotency) -> Result<(), StoreError> {
        match self.give_question_up(held.session_id, held.thread, held.key_digest, held.lease_until).await {
            Ok(()) | Err(GiveQuestionUpError::RecordGone | GiveQuestionUpError::LeaseLost) => Ok(()),
            Err(GiveQuestionUpError::Store(error)) => Err(error),
        }
    }
}
