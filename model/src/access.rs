//! Access checks: another user's items are forbidden, and absent items are not found.

use crate::{
    Message, MessageId, Messages, Session, SessionId, Sessions, StoreError, Thread, ThreadId, Threads, UserId,
};

/// Why the caller cannot use a session, thread or message.
#[derive(Debug, thiserror::Error)]
pub enum AccessError {
    /// It does not exist.
    #[error("not found")]
    NotFound,
    /// It belongs to another user.
    #[error("it belongs to another user")]
    Forbidden,
    /// The table did not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Sessions<'_> {
    /// The head of the caller's session.
    ///
    /// # Errors
    /// When it belongs to another user, or does not exist.
    pub async fn get(self, caller: UserId, session_id: SessionId) -> Result<Session, AccessError> {
        match self.store.patterns.get_session(caller, session_id).await? {
            Some(head) => Ok(head),
            None => Err(self.access_error(caller, session_id).await?),
        }
    }

    /// Why the caller cannot use a session that is not their own: it belongs to another user, or does not exist. This
    /// reads the code item, which names the owner. Only such requests pay for that read.
    pub(crate) async fn access_error(self, caller: UserId, session_id: SessionId) -> Result<AccessError, StoreError> {
        let owner = self.store.patterns.get_code(session_id).await?.map(|code| code.user_id);
        Ok(if owner.is_some_and(|owner| owner != caller) { AccessError::Forbidden } else { AccessError::NotFound })
    }
}

impl Threads<'_> {
    /// The caller's thread, without its anchor.
    ///
    /// # Errors
    /// When it belongs to another user, or does not exist.
    pub async fn get(self, caller: UserId, id: ThreadId) -> Result<Thread, AccessError> {
        owned(self.store.patterns.get_thread(id.session_id, id.thread).await?, caller)
    }
}

impl Messages<'_> {
    /// A message of the caller's thread; `None` when the thread has no such message, or the message has expired.
    ///
    /// # Errors
    /// When the thread belongs to another user, or does not exist.
    pub async fn get(self, caller: UserId, id: MessageId) -> Result<Option<Message>, AccessError> {
        let ThreadId { session_id, thread } = id.thread_id;
        let found = self.store.patterns.get_thread_and_message(session_id, thread, id.seq).await?;
        owned(found.thread, caller)?;
        Ok(found.message.map(|message| message.as_of(self.store.clock().now())))
    }
}

/// The thread, if it belongs to the caller.
pub(crate) fn owned(thread: Option<Thread>, caller: UserId) -> Result<Thread, AccessError> {
    match thread {
        Some(thread) if thread.user_id == caller => Ok(thread),
        Some(_) => Err(AccessError::Forbidden),
        None => Err(AccessError::NotFound),
    }
}
