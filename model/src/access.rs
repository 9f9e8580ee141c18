//! Whose a thing is: another's is forbidden, and nobody's is not found.

use crate::placed::owned;
use crate::{Message, MessageId, Session, SessionId, Store, StoreError, Thread, ThreadId, UserId};

/// A thing is not the caller's to use.
#[derive(Debug, thiserror::Error)]
pub enum AccessError {
    /// There is no such thing.
    #[error("there is no such thing")]
    NotFound,
    /// There is, and it is somebody else's.
    #[error("it belongs to somebody else")]
    Forbidden,
    /// The table could not be asked.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Store {
    /// The head of the caller's session.
    ///
    /// # Errors
    /// When it is another's, or there is none.
    pub async fn own_session(&self, caller: UserId, session_id: SessionId) -> Result<Session, AccessError> {
        match self.get_session(caller, session_id).await? {
            Some(head) => Ok(head),
            None => Err(self.why_not_mine(caller, session_id).await?),
        }
    }

    /// The caller's thread, wherever its lines are.
    ///
    /// # Errors
    /// When it is another's, or there is none.
    pub async fn own_thread(&self, caller: UserId, id: ThreadId) -> Result<Thread, AccessError> {
        owned(self.get_thread(id.session_id, id.thread).await?, caller)
    }

    /// A message of the caller's thread; nothing when the thread has no such message, or it has expired.
    ///
    /// # Errors
    /// When the thread is another's, or there is none.
    pub async fn own_message(&self, caller: UserId, id: MessageId) -> Result<Option<Message>, AccessError> {
        let ThreadId { session_id, thread } = id.thread_id;
        let found = self.get_thread_and_message(session_id, thread, id.seq).await?;
        owned(found.thread, caller)?;
        Ok(found.message.map(|message| message.told_at(self.clock().now())))
    }

    /// Why a session whose head is not among the caller's cannot be used. Reads the code, which says whose it is: a
    /// cost that only a caller of somebody else's or no session causes.
    pub(crate) async fn why_not_mine(&self, caller: UserId, session_id: SessionId) -> Result<AccessError, StoreError> {
        let owner = self.get_code(session_id).await?.map(|code| code.user_id);
        Ok(if owner.is_some_and(|owner| owner != caller) { AccessError::Forbidden } else { AccessError::NotFound })
    }
}
