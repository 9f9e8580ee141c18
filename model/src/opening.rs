//! Opening a session: its head with what else is needed in one round trip, and its code, which may be in memory. AP-38 and
//! AP-47.

use crate::placed::{Opened, owned, placed, unplaced};
use crate::session::{READS, whole};
use crate::{
    AccessError, Anchors, Code, CodeText, Message, MessageKey, OpenWithAnchors, OpenWithoutCode, OpenedSession,
    OpenedThread, PlacedThread, Session, SessionId, Store, StoreError, Thread, ThreadId, ThreadKey, UserId,
};

/// A thread and its session, whose code may still have to be read.
#[derive(Debug)]
pub struct ReadThread {
    thread: PlacedThread,
    head: Session,
    anchors: Anchors,
    text: Option<CodeText>,
    /// Of code in chunks, which is read later.
    code: Option<Code>,
}

/// What one round trip finds.
struct Found {
    head: Session,
    /// Not read when some revision is in memory.
    code: Option<Code>,
    anchors: Option<Anchors>,
    threads: Vec<Thread>,
    messages: Vec<Message>,
}

impl Store {
    /// The caller's thread, and its session with the code, in one round trip unless the code is in chunks, or was saved elsewhere
    /// since this process read it.
    ///
    /// # Errors
    /// When the thread is another's, or there is none, or its session is being deleted.
    pub async fn open_thread(&self, caller: UserId, id: ThreadId) -> Result<OpenedThread, AccessError> {
        let read = self.read_thread(caller, id).await?;
        self.with_code(read).await
    }

    /// The caller's thread and its session in one round trip, and the code unless that would take another.
    ///
    /// # Errors
    /// As [`open_thread`](Self::open_thread).
    pub async fn read_thread(&self, caller: UserId, id: ThreadId) -> Result<ReadThread, AccessError> {
        let key = ThreadKey { session_id: id.session_id, thread: id.thread };
        for _ in 0..READS {
            let Some(found) = self.find_with(caller, id.session_id, &[key.clone()], &[]).await? else { continue };
            let Found { head, code, anchors, mut threads, .. } = found;
            let thread = owned(threads.pop(), caller)?;
            let (Some(thread), Some(anchors)) = (placed(&thread, anchors.as_ref()), anchors) else { continue };
            return Ok(match code {
                // Nothing more is read for it.
                Some(code) if code.inline.is_some() => {
                    let text = self.text_with(&head, Some(code)).await?;
                    ReadThread { thread, head, anchors, text, code: None }
                }
                code => {
                    let text = self.code_cache().get(&head);
                    ReadThread { thread, head, anchors, text, code }
                }
            });
        }
        Err(unplaced("AP-38").into())
    }

    /// The thread with the code of its session, which is read if it was not.
    ///
    /// # Errors
    /// As [`open_thread`](Self::open_thread).
    pub async fn with_code(&self, mut read: ReadThread) -> Result<OpenedThread, AccessError> {
        for _ in 0..READS {
            let ReadThread { thread, head, anchors, text, code } = read;
            let text = match text {
                Some(text) => Some(text),
                None => self.text_with(&head, code).await?,
            };
            if let Some(text) = text {
                return Ok(OpenedThread { thread, session: OpenedSession { head, text }, anchors });
            }
            // A save was met half-way.
            read = self.read_thread(head.user_id, thread.id()).await?;
        }
        Err(StoreError::Contended { pattern: "AP-38" }.into())
    }

    /// Head, code and anchors of the caller's session, and these threads and messages, as far as they are there.
    pub(crate) async fn open_with(
        &self,
        caller: UserId,
        session_id: SessionId,
        threads: &[ThreadKey],
        messages: &[MessageKey],
    ) -> Result<Opened, AccessError> {
        for _ in 0..READS {
            if let Some(found) = self.find_with(caller, session_id, threads, messages).await?
                && let Some(text) = self.text_with(&found.head, found.code).await?
            {
                let Found { head, anchors, threads, messages, .. } = found;
                return Ok(Opened { session: OpenedSession { head, text }, anchors, threads, messages });
            }
        }
        Err(StoreError::Contended { pattern: "AP-38" }.into())
    }

    /// The same in one round trip, with the code only if this process has not read it before. Nothing when a save or a delete
    /// was met half-way.
    async fn find_with(
        &self,
        caller: UserId,
        session_id: SessionId,
        threads: &[ThreadKey],
        messages: &[MessageKey],
    ) -> Result<Option<Found>, AccessError> {
        if self.code_cache().has(session_id) {
            let found = self.open_without_code(caller, session_id, threads, messages).await?;
            let OpenWithoutCode { head, anchors, threads, messages } = found;
            return match head {
                Some(head) => Ok(Some(Found { head, code: None, anchors, threads, messages })),
                None => Err(self.why_not_mine(caller, session_id).await?),
            };
        }
        let found = self.open_with_anchors(caller, session_id, threads, messages).await?;
        let OpenWithAnchors { head, code, anchors, threads, messages } = found;
        let whole = whole(head, code, caller)?;
        Ok(whole.map(|(head, code)| Found { head, code: Some(code), anchors, threads, messages }))
    }
}
