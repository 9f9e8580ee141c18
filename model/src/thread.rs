//! Threads: opening one on some lines, under the cap. AP-30 to AP-34.

use crate::session::READS;
use crate::{
    AccessError, AnchorStatus, CreateThread, CreateThreadError, OpenedSession, Page, PageRequest, SessionId, Store,
    StoreError, Thread, ThreadKind, ThreadUuid, UserId,
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
}

/// Whether the text at the lines of a new thread is its selected text; `None` when the code has no such lines.
pub type Locate = fn(&str, &NewThread) -> Option<AnchorStatus>;

/// Why a thread was not created.
#[derive(Debug, thiserror::Error)]
pub enum NewThreadError {
    /// It is another's session, or there is none.
    #[error(transparent)]
    Access(#[from] AccessError),
    /// The session has 50 threads already.
    #[error("the session has 50 threads already")]
    LimitExceeded,
    /// The code has no such lines.
    #[error("the code has no such lines")]
    OutsideTheCode,
}

impl From<StoreError> for NewThreadError {
    fn from(error: StoreError) -> Self {
        AccessError::Store(error).into()
    }
}

impl Store {
    /// Opens a thread on lines of the caller's session, as its code is now. A save meanwhile makes it look again.
    ///
    /// # Errors
    /// When the session is another's or gone, has 50 threads, or its code has no such lines.
    pub async fn new_thread(
        &self,
        caller: UserId,
        session_id: SessionId,
        new: NewThread,
        locate: Locate,
    ) -> Result<Thread, NewThreadError> {
        for _ in 0..READS {
            let opened = self.read_session(caller, session_id).await?;
            let status = locate(&opened.text, &new).ok_or(NewThreadError::OutsideTheCode)?;
            let thread = self.unsaved_thread(&opened, &new, status);
            let seen_version = opened.head.version_number;
            match self.create_thread(CreateThread { thread: &thread, seen_version }).await {
                Ok(()) => return Ok(thread),
                Err(CreateThreadError::ThreadLimitExceeded) => return Err(NewThreadError::LimitExceeded),
                Err(CreateThreadError::SessionNotFound) => return Err(AccessError::NotFound.into()),
                Err(CreateThreadError::Store(error)) => return Err(error.into()),
                Err(CreateThreadError::SessionChanged | CreateThreadError::ThreadExists) => {}
            }
        }
        Err(StoreError::Contended { pattern: "AP-30" }.into())
    }

    fn unsaved_thread(&self, opened: &OpenedSession, new: &NewThread, anchor_status: AnchorStatus) -> Thread {
        let now = self.clock().now();
        let thread: ThreadUuid = self.ids().next(now);
        Thread {
            session_id: opened.head.session_id,
            thread,
            user_id: opened.head.user_id,
            kind: new.kind,
            start_line: new.start_line,
            end_line: new.end_line,
            selected_text: new.selected_text.clone(),
            anchor_status,
            anchor_version: opened.head.version_number,
            message_slots: 0,
            created_at: now,
            updated_at: now,
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
        let (head, threads) = futures::join!(self.own_session(caller, session_id), self.list_threads(session_id, page));
        head?;
        Ok(threads?)
    }
}
