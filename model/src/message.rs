//! Messages: a question with room for its answer, the answer with what it cost, and the conversation so far. AP-40 to AP-46.

use crate::store::size::{MAX_ITEM_BYTES, item_bytes};
use crate::{
    AccessError, AddNote, AddNoteError, AnsweredRecord, AskQuestion, AskQuestionError, Confidence, ContextMode,
    FailQuestionError, Idempotency, Message, MessageKey, Patch, PatchStatus, ReplyState, Role, RunState, Store,
    StoreAnswer, StoreAnswerError, StoreError, Thread, ThreadId, Timestamp, UserId,
};

/// Another message may take the number first; then the next one is tried, this often.
const TRIES: u32 = 50;
/// What an answer's item grows by when its patch is applied, and more.
const ROOM_TO_APPLY: usize = 1024;

/// Why a question or note was not stored.
#[derive(Debug, thiserror::Error)]
pub enum PostError {
    /// It is another's thread, or there is none.
    #[error(transparent)]
    Access(#[from] AccessError),
    /// There is no room left: 500 messages, of which a question takes two.
    #[error("the thread has no room for it")]
    LimitExceeded,
    /// The client's id was used before.
    #[error("the client's id was used before")]
    Known,
    /// The table failed, and may have stored the question.
    #[error("the question may have been stored")]
    Unsure {
        /// The question.
        question: Box<Message>,
        /// Its record, if it has one.
        record: Option<Box<Idempotency>>,
        /// How the table failed.
        source: StoreError,
    },
}

impl From<StoreError> for PostError {
    fn from(error: StoreError) -> Self {
        AccessError::Store(error).into()
    }
}

/// What a model said, and what it cost.
#[derive(Clone, Debug, PartialEq)]
pub struct NewAnswer {
    /// The explanation, in Markdown.
    pub content: String,
    /// Whether the model saw the whole file.
    pub context_mode: ContextMode,
    /// The first and the last line of the file that the model saw.
    pub context_lines: (u32, u32),
    /// Whether some of the conversation was too long to be shown to it.
    pub history_truncated: bool,
    /// What the user should know about how the answer came about, a sentence each.
    pub warnings: Vec<String>,
    /// How sure it says it is.
    pub confidence: Option<Confidence>,
    /// Code it suggests.
    pub suggested_code: Option<String>,
    /// An edit that was checked against the code.
    pub patch: Option<Patch>,
    /// How that check went.
    pub patch_status: Option<PatchStatus>,
    /// Why its edit is not shown.
    pub patch_withheld: Option<String>,
    /// Which model it was.
    pub model_id: String,
    /// Tokens sent, without those of the prompt cache.
    pub input_tokens: u32,
    /// Tokens read from the prompt cache.
    pub cache_read_tokens: u32,
    /// Tokens written to the prompt cache.
    pub cache_write_tokens: u32,
    /// Tokens answered.
    pub output_tokens: u32,
    /// Millionths of a US dollar.
    pub cost_micros: i64,
}

impl NewAnswer {
    /// How many bytes the answer to this question has more than an item can hold.
    #[must_use]
    pub fn excess_bytes(&self, question: &Message) -> usize {
        let item = self.clone().message(question, question.created_at).to_item();
        (item_bytes(&item) + ROOM_TO_APPLY).saturating_sub(MAX_ITEM_BYTES)
    }

    fn message(self, question: &Message, now: Timestamp) -> Message {
        Message {
            seq: question.seq.saturating_add(1),
            role: Role::Ai,
            content: self.content,
            created_at: now,
            reply_state: None,
            reply_error: None,
            context_mode: Some(self.context_mode),
            context_first_line: Some(self.context_lines.0),
            context_last_line: Some(self.context_lines.1),
            history_truncated: self.history_truncated.then_some(true),
            warnings: Some(self.warnings).filter(|warnings| !warnings.is_empty()),
            confidence: self.confidence,
            suggested_code: self.suggested_code,
            patch: self.patch,
            patch_status: self.patch_status,
            patch_withheld: self.patch_withheld,
            model_id: Some(self.model_id),
            input_tokens: Some(self.input_tokens),
            cache_read_tokens: Some(self.cache_read_tokens).filter(|tokens| *tokens > 0),
            cache_write_tokens: Some(self.cache_write_tokens).filter(|tokens| *tokens > 0),
            output_tokens: Some(self.output_tokens),
            ..question.clone()
        }
    }
}

impl Message {
    /// A message that says this and nothing else.
    #[must_use]
    pub const fn new(key: MessageKey, user_id: UserId, role: Role, content: String, created_at: Timestamp) -> Self {
        let MessageKey { session_id, thread, seq } = key;
        Self {
            session_id,
            thread,
            seq,
            user_id,
            role,
            content,
            created_at,
            reply_state: None,
            reply_error: None,
            context_mode: None,
            context_first_line: None,
            context_last_line: None,
            history_truncated: None,
            warnings: None,
            confidence: None,
            suggested_code: None,
            patch: None,
            patch_status: None,
            applied_version: None,
            applied_start_line: None,
            applied_end_line: None,
            patch_withheld: None,
            model_id: None,
            input_tokens: None,
            cache_read_tokens: None,
            cache_write_tokens: None,
            output_tokens: None,
            expires_at: None,
        }
    }
}

impl Store {
    /// Stores a question in the thread, with room for its answer.
    ///
    /// # Errors
    /// When there is no such thread any more, or no room in it.
    pub async fn ask(&self, thread: &Thread, content: &str) -> Result<Message, PostError> {
        Ok(self.put_question(thread, content, |_| None).await?.0)
    }

    /// Stores a question, and the record that is made for it.
    pub(crate) async fn put_question(
        &self,
        thread: &Thread,
        content: &str,
        record: impl Fn(&Message) -> Option<Idempotency>,
    ) -> Result<(Message, Option<Idempotency>), PostError> {
        let mut seen = thread.clone();
        for _ in 0..TRIES {
            let (question, expiry) = self.message(&seen, content, Some(ReplyState::Pending));
            let record = record(&question);
            let asked = self.ask_question(AskQuestion {
                question: &question,
                record: record.as_ref(),
                seen_slots: seen.message_slots,
                expire_from: seen.messages_expire_from.or(expiry),
                expire_until: expiry.or(seen.messages_expire_until),
            });
            match asked.await {
                Ok(()) => return Ok((question, record)),
                Err(AskQuestionError::SlotTaken { current }) => seen = *current,
                Err(AskQuestionError::MessageLimitExceeded) => return Err(PostError::LimitExceeded),
                Err(AskQuestionError::ThreadNotFound) => return Err(AccessError::NotFound.into()),
                Err(AskQuestionError::Store(source)) => {
                    return Err(PostError::Unsure {
                        question: Box::new(question),
                        record: record.map(Box::new),
                        source,
                    });
                }
                Err(AskQuestionError::RequestKnown) => return Err(PostError::Known),
                Err(AskQuestionError::MessageExists) => break,
            }
        }
        Err(StoreError::Contended { pattern: "AP-40" }.into())
    }

    /// Stores a note, which nobody answers.
    ///
    /// # Errors
    /// When there is no such thread any more, or no room in it.
    pub async fn note(&self, thread: &Thread, content: &str) -> Result<Message, PostError> {
        self.put_note(thread, content, |_| None).await
    }

    /// Stores a note, and the record that is made for it.
    pub(crate) async fn put_note(
        &self,
        thread: &Thread,
        content: &str,
        record: impl Fn(&Message) -> Option<Idempotency>,
    ) -> Result<Message, PostError> {
        let mut seen = thread.clone();
        for _ in 0..TRIES {
            let (note, expiry) = self.message(&seen, content, None);
            let record = record(&note);
            let added = self.add_note(AddNote {
                note: &note,
                record: record.as_ref(),
                seen_slots: seen.message_slots,
                expire_from: seen.messages_expire_from.or(expiry),
                expire_until: expiry.or(seen.messages_expire_until),
            });
            match added.await {
                Ok(()) => return Ok(note),
                Err(AddNoteError::SlotTaken { current }) => seen = *current,
                Err(AddNoteError::MessageLimitExceeded) => return Err(PostError::LimitExceeded),
                Err(AddNoteError::ThreadNotFound) => return Err(AccessError::NotFound.into()),
                Err(AddNoteError::Store(error)) => return Err(error.into()),
                Err(AddNoteError::RequestKnown) => return Err(PostError::Known),
                Err(AddNoteError::MessageExists) => break,
            }
        }
        Err(StoreError::Contended { pattern: "AP-41" }.into())
    }

    /// The next message of the thread, and when it expires.
    fn message(&self, thread: &Thread, content: &str, reply_state: Option<ReplyState>) -> (Message, Option<Timestamp>) {
        let now = self.clock().now();
        let expiry = self.message_ttl.expiry_in(thread, now);
        let key = MessageKey {
            session_id: thread.session_id,
            thread: thread.thread,
            seq: thread.message_slots.saturating_add(1),
        };
        let message = Message::new(key, thread.user_id, Role::User, content.to_owned(), now);
        let message = Message { reply_state, expires_at: expiry.map(Timestamp::expiry), ..message };
        (message, expiry)
    }

    /// Stores the answer to a question, marks the question answered and adds the cost to the user's day, all or nothing.
    ///
    /// # Errors
    /// When the question is gone or has its answer already.
    pub async fn answer(&self, question: &Message, new: NewAnswer) -> Result<Message, StoreAnswerError> {
        self.put_answer(question, new, None).await
    }

    /// Stores an answer, and ends the run whose record this is.
    pub(crate) async fn put_answer(
        &self,
        question: &Message,
        new: NewAnswer,
        record: Option<AnsweredRecord>,
    ) -> Result<Message, StoreAnswerError> {
        let now = self.clock().now();
        let NewAnswer { input_tokens, cache_read_tokens, cache_write_tokens, output_tokens, cost_micros, .. } = new;
        let answer = new.message(question, now);
        let input = StoreAnswer {
            answer: &answer,
            record,
            question_seq: question.seq,
            date: now.date(),
            input_tokens: input_tokens.into(),
            cache_read_tokens: cache_read_tokens.into(),
            cache_write_tokens: cache_write_tokens.into(),
            output_tokens: output_tokens.into(),
            cost_micros,
        };
        self.store_answer(input).await?;
        Ok(answer)
    }

    /// The answer to a question, if this run has stored it: for a run that was not told. A record says whose answer it is, since
    /// each run has its own lease; without one, the answer has to say what this run's says.
    ///
    /// # Errors
    /// When the table cannot be asked.
    pub async fn answer_of_run(
        &self,
        question: &Message,
        held: Option<&Idempotency>,
        content: &str,
    ) -> Result<Option<Message>, StoreError> {
        let (session_id, thread) = (question.session_id, question.thread);
        if let Some(held) = held {
            let record = self.get_question_record(session_id, thread, held.key_digest).await?;
            let is_ours =
                |record: &Idempotency| record.state == RunState::Done && record.lease_until == held.lease_until;
            if !record.as_ref().is_some_and(is_ours) {
                return Ok(None);
            }
        }
        let answer = self.get_message(session_id, thread, question.seq.saturating_add(1)).await?;
        Ok(answer.filter(|answer| answer.role == Role::Ai && (held.is_some() || answer.content == content)))
    }

    /// Says on a question why it has no answer. Asking it again stays possible.
    ///
    /// # Errors
    /// When the question is gone or has its answer already.
    pub async fn fail(&self, question: &Message, error_code: &str) -> Result<(), FailQuestionError> {
        self.fail_question(question.session_id, question.thread, question.seq, Some(error_code)).await
    }

    /// Whether a question is stored whose storing failed, and waits for its answer. Its number may be another message's.
    ///
    /// # Errors
    /// When the table cannot be asked.
    pub async fn is_stored(&self, question: &Message) -> Result<bool, StoreError> {
        let stored = self.get_message(question.session_id, question.thread, question.seq).await?;
        Ok(stored.as_ref() == Some(question))
    }

    /// The conversation so far, oldest first: of the last eleven messages those that are no open or failed questions. Ten are
    /// for the model; one more says that there are older ones.
    ///
    /// # Errors
    /// When the table cannot be asked.
    pub async fn conversation(&self, id: ThreadId) -> Result<Vec<Message>, StoreError> {
        let mut last = self.last_messages(id.session_id, id.thread).await?;
        let now = self.clock().now();
        last.retain(|message| message.reply_state.is_none_or(|state| state == ReplyState::Answered));
        last.retain(|message| !message.has_expired(now));
        last.reverse();
        Ok(last)
    }

    /// The caller's thread, and a page of its messages.
    ///
    /// # Errors
    /// When the thread is another's or there is none.
    pub async fn thread_messages(
        &self,
        caller: UserId,
        id: ThreadId,
        order: crate::Order,
        page: crate::PageRequest<'_>,
    ) -> Result<(Thread, crate::Page<Message>), AccessError> {
        let (thread, messages) =
            futures::join!(self.own_thread(caller, id), self.list_messages(id.session_id, id.thread, order, page));
        Ok((thread?, messages?))
    }
}
