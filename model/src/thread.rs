//! Threads: opening one on some lines, under the cap, moving it and deleting it. AP-30 to AP-34.

use crate::session::TRIES;
use crate::{
    AccessError, AnchorStatus, CreateThread, CreateThreadError, DeleteThread, DeleteThreadError, MoveThread,
    MoveThreadError, OpenedSession, Page, PageRequest, SessionId, Store, StoreError, SweepJob, SweepKind, Thread,
    ThreadId, ThreadKind, ThreadUuid, UserId,
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

/// Whether the text at the lines of a thread is its selected text; `None` when the code has no such lines.
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

/// Why a thread was not moved.
#[derive(Debug, thiserror::Error)]
pub enum MoveError {
    /// It is another's thread, or there is none.
    #[error(transparent)]
    Access(#[from] AccessError),
    /// The code has no such lines.
    #[error("the code has no such lines")]
    OutsideTheCode,
}

impl From<StoreError> for MoveError {
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
        for _ in 0..TRIES {
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
            messages_expire_from: None,
            messages_expire_until: None,
            created_at: now,
            updated_at: now,
        }
    }

    /// The caller's thread, and its session with the code, in one round trip unless the code is in chunks.
    ///
    /// # Errors
    /// When the thread is another's, or there is none, or its session is being deleted.
    pub async fn thread_and_code(&self, caller: UserId, id: ThreadId) -> Result<(Thread, OpenedSession), AccessError> {
        let (thread, opened) = futures::join!(self.own_thread(caller, id), self.read_session(caller, id.session_id));
        Ok((thread?, opened?))
    }

    /// Moves a thread to other lines of its session, as its code is now, or to another selection. A save meanwhile makes
    /// it look again.
    ///
    /// # Errors
    /// When the thread is gone, or its session's code has no such lines.
    pub async fn move_to(
        &self,
        thread: &Thread,
        mut opened: OpenedSession,
        to: NewThread,
        locate: Locate,
    ) -> Result<Thread, MoveError> {
        for _ in 0..TRIES {
            let anchor_status = locate(&opened.text, &to).ok_or(MoveError::OutsideTheCode)?;
            let (seen_version, now) = (opened.head.version_number, self.clock().now());
            let moved = self.move_thread(MoveThread {
                session_id: thread.session_id,
                thread: thread.thread,
                user_id: thread.user_id,
                kind: to.kind,
                start_line: to.start_line,
                end_line: to.end_line,
                selected_text: &to.selected_text,
                anchor_status,
                seen_version,
                now,
            });
            match moved.await {
                Ok(()) => {
                    let NewThread { kind, start_line, end_line, selected_text } = to;
                    let anchor = Thread { kind, start_line, end_line, selected_text, ..thread.clone() };
                    return Ok(Thread { anchor_status, anchor_version: seen_version, updated_at: now, ..anchor });
                }
                Err(MoveThreadError::ThreadNotFound | MoveThreadError::SessionNotFound) => {
                    return Err(AccessError::NotFound.into());
                }
                Err(MoveThreadError::SessionChanged) => {
                    opened = self.read_session(thread.user_id, thread.session_id).await?;
                }
                Err(MoveThreadError::Store(error)) => return Err(error.into()),
            }
        }
        Err(StoreError::Contended { pattern: "AP-33" }.into())
    }

    /// Deletes the caller's thread, gives its slot back, and removes what is left of it as far as it can.
    ///
    /// # Errors
    /// When it is another's, or there is none.
    pub async fn remove_thread(&self, caller: UserId, id: ThreadId) -> Result<(), AccessError> {
        let thread = self.own_thread(caller, id).await?;
        let now = self.clock().now();
        let job = SweepJob {
            session_id: Some(id.session_id),
            thread: Some(id.thread),
            ..SweepJob::new(SweepKind::Thread, id.thread.to_string(), thread.user_id, now)
        };
        let input = DeleteThread { job: &job, session_id: id.session_id, thread: id.thread, user_id: thread.user_id };
        match self.delete_thread(input).await {
            Ok(()) => {
                self.sweep_now(Some(&job)).await;
                Ok(())
            }
            Err(DeleteThreadError::ThreadNotFound | DeleteThreadError::SessionNotFound) => Err(AccessError::NotFound),
            Err(DeleteThreadError::JobExists) => Err(StoreError::Contended { pattern: "AP-34" }.into()),
            Err(DeleteThreadError::Store(error)) => Err(error.into()),
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
