//! The lease of a question: the right of one run to answer it. AP-42, AP-43, AP-46, AP-53 and AP-55.
//!
//! One run at a time holds a question, until `lease_until`. Each run has a different `lease_until`, which identifies
//! the run. The writes of a run are conditional on its lease.

use std::time::{Duration, Instant};

use crate::limits::{CANCEL_POLL, SETTLING};
use crate::{
    FailQuestion, FailQuestionError, Message, Messages, NewAnswer, ReplyState, Role, Store, StoreAnswer,
    StoreAnswerError, StoreError, TakeOverQuestion, TakeOverQuestionError, Timestamp,
};

/// The lease of a question, as it was when the question was stored or its lease was acquired.
#[derive(Clone, Copy, Debug)]
pub struct Lease<'a> {
    store: &'a Store,
    question: &'a Message,
}

/// The result of acquiring the lease of an open question.
#[derive(Debug)]
pub enum AcquireLease {
    /// This run holds the question.
    Acquired(Box<Message>),
    /// Another run acquired the lease first.
    Lost,
    /// The question has expired, or was deleted.
    Gone,
}

/// A question and its answer, stored by the run that holds the lease.
#[derive(Debug)]
pub struct Settled {
    /// The question, which is answered.
    pub question: Message,
    /// Its answer.
    pub answer: Message,
}

/// Why the answer of a run is not stored.
#[derive(Debug, thiserror::Error)]
pub enum SettleError {
    /// The question was cancelled, or another run holds it.
    #[error("the run holds the question no more")]
    Lost,
    /// The answer is not stored.
    #[error("the answer is not stored")]
    NotStored(#[source] StoreAnswerError),
    /// The answer may be stored: the table neither confirmed the write nor answered the read after it.
    #[error("the answer may have been stored")]
    Unsure {
        /// The error of the write.
        source: StoreAnswerError,
        /// The error of the read.
        unread: StoreError,
    },
}

/// The state of a question for its run.
enum Watched {
    /// The run holds the question.
    Held,
    /// The question was cancelled, or another run holds it.
    Lost,
    /// The question is not found: it was deleted, or it is new and the eventually consistent read does not include it
    /// yet.
    Absent,
}

impl<'a> Messages<'a> {
    /// The lease of a question as this version of the question has it. The table refuses its writes after another
    /// request has acquired the lease.
    #[must_use]
    pub const fn lease(self, question: &'a Message) -> Lease<'a> {
        Lease { store: self.store, question }
    }

    /// Acquires the lease of an open question, so that this run holds it. Each run has a different lease.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn acquire_lease(self, open: &Message, length: Duration) -> Result<AcquireLease, StoreError> {
        let now = self.store.clock().now();
        // The new lease ends later than the last one, so that it is unique.
        let after_the_last = open.lease_until.map(|until| until.plus(Duration::from_millis(1)));
        let lease_until = after_the_last.map_or(now.plus(length), |after| after.max(now.plus(length)));
        let taken = self.store.patterns.take_over_question(TakeOverQuestion {
            session_id: open.session_id,
            thread: open.thread,
            seq: open.seq,
            now,
            lease_until: Some(lease_until),
        });
        match taken.await {
            Ok(question) => {
                self.show_state(&question, ReplyState::Pending, question.lease_until).await;
                Ok(AcquireLease::Acquired(Box::new(question)))
            }
            Err(TakeOverQuestionError::QuestionGone) => Ok(AcquireLease::Gone),
            Err(TakeOverQuestionError::StillRunning) => Ok(AcquireLease::Lost),
            Err(TakeOverQuestionError::Store(error)) => Err(error),
        }
    }
}

impl<'a> Lease<'a> {
    /// The question that the run holds.
    #[must_use]
    pub const fn question(self) -> &'a Message {
        self.question
    }

    /// Returns when this run has lost the lease, or when the question was deleted with its thread. Reads the question
    /// every [`CANCEL_POLL`].
    pub async fn lost(self) {
        let mut is_seen = false;
        loop {
            tokio::time::sleep(CANCEL_POLL).await;
            match self.watch().await {
                Ok(Watched::Held) => is_seen = true,
                Ok(Watched::Absent) if !is_seen => {}
                Ok(Watched::Lost | Watched::Absent) => return,
                Err(error) => tracing::debug!(%error, "The state of a question could not be read"),
            }
        }
    }

    /// Whether this run still holds its question, by an eventually consistent read.
    async fn watch(self) -> Result<Watched, StoreError> {
        let question = self.question;
        let stored = self.store.patterns.watch_question(question.session_id, question.thread, question.seq).await?;
        let Some(stored) = stored else { return Ok(Watched::Absent) };
        Ok(if is_held(question, &stored) { Watched::Held } else { Watched::Lost })
    }

    /// Stores the answer, and repeats the write for [`SETTLING`]. After an error it reads the question, because the
    /// write may have succeeded although its response was lost.
    ///
    /// # Errors
    /// When the answer is not stored, or the table does not answer.
    pub async fn settle(self, new: NewAnswer) -> Result<Settled, SettleError> {
        let question = self.question;
        let store = self.settling();
        let error = match store.messages().lease(question).store_answer(new).await {
            Ok(answer) => {
                let (reply_state, question) = (Some(ReplyState::Answered), question.clone());
                return Ok(Settled { question: Message { reply_state, reply_error: None, ..question }, answer });
            }
            Err(error) => error,
        };
        let store = self.settling();
        match store.messages().lease(question).read_back().await {
            // The lease shows whether the answer is this run's.
            Ok(Some((stored, Some(answer)))) if stored.lease_until == question.lease_until => {
                Ok(Settled { question: stored, answer })
            }
            Ok(_) if matches!(error, StoreAnswerError::LeaseLost) => Err(SettleError::Lost),
            Ok(_) => Err(SettleError::NotStored(error)),
            Err(unread) => Err(SettleError::Unsure { source: error, unread }),
        }
    }

    /// The store, whose calls are repeated for [`SETTLING`].
    fn settling(self) -> Store {
        self.store.until(Instant::now() + SETTLING)
    }

    /// Stores the answer to the question, marks the question answered and adds the cost to the user's day, in one
    /// transaction.
    ///
    /// # Errors
    /// When the question does not exist any more, or this run does not hold it any more.
    pub async fn store_answer(self, new: NewAnswer) -> Result<Message, StoreAnswerError> {
        let (question, now) = (self.question, self.store.clock().now());
        let NewAnswer { input_tokens, cache_read_tokens, cache_write_tokens, output_tokens, cost_micros, .. } = new;
        let answer = new.message(question, now);
        let input = StoreAnswer {
            answer: &answer,
            question_seq: question.seq,
            held_until: self.end(),
            last_role: Some(Role::Ai),
            last_excerpt: Some(&answer.excerpt()),
            date: now.date(),
            input_tokens: input_tokens.into(),
            cache_read_tokens: cache_read_tokens.into(),
            cache_write_tokens: cache_write_tokens.into(),
            output_tokens: output_tokens.into(),
            cost_micros,
        };
        self.store.patterns.store_answer(input).await?;
        Ok(answer)
    }

    /// The question as it is stored now, with its answer. For a run whose write had an unknown result, or was refused.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn read_back(self) -> Result<Option<(Message, Option<Message>)>, StoreError> {
        let (stored, next) = self.store.messages().message_and_next(self.question.id().key()).await?;
        // A user's message can follow a note. The model's answer follows only its question.
        let answer = next.filter(|next| next.role == Role::Ai);
        Ok(stored.map(|stored| (stored.as_of(self.store.clock().now()), answer)))
    }

    /// Releases the lease, and stores the error code. The next request can ask the question again.
    ///
    /// # Errors
    /// When the question does not exist any more, or this run does not hold it any more.
    pub async fn release(self, error_code: &str) -> Result<(), FailQuestionError> {
        let question = self.question;
        self.store
            .patterns
            .fail_question(FailQuestion {
                session_id: question.session_id,
                thread: question.thread,
                seq: question.seq,
                reply_error: Some(error_code),
                held_until: self.end(),
            })
            .await?;
        self.store.messages().show_state(question, ReplyState::Failed, None).await;
        Ok(())
    }

    /// Releases the lease of a question whose write failed, if the write succeeded after all: then the question waits
    /// for an answer. Another message may have its number.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn release_if_stored(self, error_code: &str) -> Result<(), StoreError> {
        let Message { session_id, thread, seq, .. } = *self.question;
        if self.store.patterns.get_message(session_id, thread, seq).await?.as_ref() != Some(self.question) {
            return Ok(());
        }
        match self.release(error_code).await {
            Err(FailQuestionError::Store(error)) => Err(error),
            // A question that is gone or that another run holds needs no release.
            _ => Ok(()),
        }
    }

    /// The end of the lease; 1970 for a question without a lease.
    const fn end(self) -> Timestamp {
        match self.question.lease_until {
            Some(until) => until,
            None => Timestamp::EPOCH,
        }
    }
}

/// Whether a run still holds its question, by a stored state that may be older than the run.
fn is_held(question: &Message, stored: &Message) -> bool {
    let is_older = stored.lease_until < question.lease_until;
    is_older || stored.reply_state == Some(ReplyState::Pending) && stored.lease_until == question.lease_until
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Ids, MessageRequired};

    #[test]
    fn a_run_holds_its_question_while_it_is_pending_under_its_lease_or_an_older_one() {
        let (ids, now) = (Ids::seeded(1), Timestamp::EPOCH);
        let required = MessageRequired {
            session_id: ids.next(now),
            thread: ids.next(now),
            seq: 1,
            user_id: ids.next(now),
            role: Role::User,
            content: String::new(),
            created_at: now,
        };
        let with = |reply_state, seconds: Option<u64>| {
            let lease_until = seconds.map(|seconds| now.plus(Duration::from_secs(seconds)));
            Message { reply_state: Some(reply_state), lease_until, ..required.clone().into() }
        };
        let question = with(ReplyState::Pending, Some(100));
        for (reply_state, seconds, expected) in [
            (ReplyState::Pending, Some(100), true),
            (ReplyState::Answered, Some(100), false),
            (ReplyState::Cancelled, Some(100), false),
            (ReplyState::Failed, None, true),
            (ReplyState::Failed, Some(50), true),
            (ReplyState::Pending, Some(50), true),
            (ReplyState::Pending, Some(150), false),
            (ReplyState::Failed, Some(150), false),
        ] {
            assert_eq!(is_held(&question, &with(reply_state, seconds)), expected, "{reply_state:?} {seconds:?}");
        }
    }
}
