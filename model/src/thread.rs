//! Threads: opening one on some lines, under the cap. AP-30 to AP-34.

use crate::{
    AccessError, AnchorStatus, CreateThread, CreateThreadError, Page, PageRequest, SessionId, Store, StoreError,
    Thread, ThreadKind, ThreadUuid, UserId,
};

/// Lines to talk about.
#[derive(Clone)]
pub struct NewThread {
    /// On some lines, or on the whole file.
    pub kind: ThreadKind,
    /// First line, from 1.
    pub start_line: u32,
    /// Last line, included.
    pub end_line: u32,
    /// The lines as they were selected.
    pub selected_text: String,
    /// Whether the text there is the selected text.
    pub anchor_status: AnchorStatus,
    /// The session's version that was looked at.
    pub anchor_version: u32,
}

/// Why a thread was not created.
#[derive(Debug, thiserror::Error)]
pub enum NewThreadError {
    /// It is another's session, or there is none.
    #[error(transparent)]
    Access(#[from] AccessError),
    /// The session has 50 threads already.
    #[error("the session has 50 threads already")]
    LimitExceeded,
}

impl Store {
    /// Opens a thread in the caller's session.
    ///
    /// # Errors
    /// When the session is another's or gone, or has 50 threads.
    pub async fn new_thread(
        &self,
        caller: UserId,
        session_id: SessionId,
        new: NewThread,
    ) -> Result<Thread, NewThreadError> {
        let now = self.clock().now();
        let uuid: ThreadUuid = self.ids().next(now);
        let thread = Thread {
            session_id,
            thread: uuid,
            user_id: caller,
            kind: new.kind,
            start_line: new.start_line,
            end_line: new.end_line,
            selected_text: new.selected_text,
            anchor_status: new.anchor_status,
            anchor_version: new.anchor_version,
            message_slots: 0,
            created_at: now,
            updated_at: now,
        };
        match self.create_thread(CreateThread { thread: &thread }).await {
            Ok(()) => Ok(thread),
            Err(CreateThreadError::ThreadLimitExceeded) => Err(NewThreadError::LimitExceeded),
            Err(CreateThreadError::SessionNotFound) => {
                Err(self.why_not_mine(caller, session_id).await.map_err(AccessError::Store)?.into())
            }
            Err(CreateThreadError::ThreadExists) => Err(AccessError::Store(contended()).into()),
            Err(CreateThreadError::Store(error)) => Err(AccessError::Store(error).into()),
        }
    }

    /// The threads of the caller's session, oldest first.
    ///
    /// # Errors
    /// When the session is another's or there is none.
    pub async fn session_threads(
        &self,
        caller: UserId,
        session_id: SessionId,
        page: PageRequest<'_>,
    ) -> Result<Page<Thread>, AccessError> {
        let (head, threads) =
            futures::join!(self.own_session(caller, session_id), self.list_threads(session_id, page));
        head?;
        Ok(threads?)
    }
}

/// A new id is taken already, which no two sources of ids do.
fn contended() -> StoreError {
    StoreError::Contended { pattern: "AP-30" }
}
