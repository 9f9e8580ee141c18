//! Opening a session: one round trip reads its head and related items, and its code unless the code is cached. AP-38
//! and AP-47.

use crate::access::owned;
use crate::placed::{Opened, missing_anchor, placed};
use crate::session::{READS, of_one_revision, unread_code};
use crate::{
    AccessError, Anchors, ClientRequest, Code, CodeText, Idempotency, IdempotencyKey, Message, MessageKey,
    OpenWithAnchors, OpenWithoutCode, OpenedSession, OpenedThread, PlacedThread, Session, SessionId, StoreError,
    Thread, ThreadId, ThreadKey, Threads, User, UserId, UserKey,
};

/// A thread and its session. The code may still have to be read.
#[derive(Debug)]
pub struct ReadThread {
    thread: PlacedThread,
    head: Session,
    anchors: Anchors,
    text: Option<CodeText>,
    /// The code item, if its text is in chunks. The chunks are read later.
    code: Option<Code>,
    record: Option<Idempotency>,
}

/// Items to read together with a session's head, code and anchors.
#[derive(Clone, Copy, Default)]
pub(crate) struct Related<'a> {
    /// Threads of the session.
    pub(crate) threads: &'a [ThreadKey],
    /// Messages in them.
    pub(crate) messages: &'a [MessageKey],
    /// Users.
    pub(crate) users: &'a [UserKey],
    /// Records of messages with a client's id.
    pub(crate) records: &'a [IdempotencyKey],
}

/// The items that one round trip reads.
struct Batch {
    head: Option<Session>,
    code: Option<Code>,
    /// False when a revision of the code is cached.
    has_read_code: bool,
    anchors: Option<Anchors>,
    threads: Vec<Thread>,
    messages: Vec<Message>,
    users: Vec<User>,
    records: Vec<Idempotency>,
}

/// The items of the caller's session.
struct Found {
    head: Session,
    code: Option<Code>,
    anchors: Option<Anchors>,
    threads: Vec<Thread>,
    messages: Vec<Message>,
    records: Vec<Idempotency>,
}

/// Why a thread was not read for a question.
#[derive(Debug, thiserror::Error)]
pub enum ReadThreadError {
    /// The caller's account was deleted.
    #[error("there is no such user")]
    UserNotFound,
    /// The thread belongs to another user, or does not exist.
    #[error(transparent)]
    Access(#[from] AccessError),
}

impl Threads<'_> {
    /// The caller's thread, and its session with the code. One round trip, unless the code is in chunks, or another
    /// process saved it since this process cached it.
    ///
    /// # Errors
    /// When the thread belongs to another user or does not exist, or its session is being deleted.
    pub async fn open(self, caller: UserId, id: ThreadId) -> Result<OpenedThread, AccessError> {
        let read = self.try_read(caller, id, &[], &[]).await.map_err(|error| match error {
            ReadThreadError::UserNotFound => AccessError::NotFound,
            ReadThreadError::Access(error) => error,
        })?;
        self.load_code(read).await
    }

    /// The caller's thread and its session in one round trip, and the code if no further round trip is needed. Checks
    /// that the caller's account exists: a token stays valid for some minutes after the account is deleted. If the
    /// message has a client's id, the record of that id is read too.
    ///
    /// # Errors
    /// When the account was deleted; and as [`open`](Self::open).
    pub async fn read(
        self,
        caller: UserId,
        id: ThreadId,
        request: Option<ClientRequest>,
    ) -> Result<ReadThread, ReadThreadError> {
        let records: Vec<IdempotencyKey> = request.iter().map(|request| request.key(id)).collect();
        self.try_read(caller, id, &[UserKey { user_id: caller }], &records).await
    }

    async fn try_read(
        self,
        caller: UserId,
        id: ThreadId,
        users: &[UserKey],
        records: &[IdempotencyKey],
    ) -> Result<ReadThread, ReadThreadError> {
        let threads = [ThreadKey { session_id: id.session_id, thread: id.thread }];
        for _ in 0..READS {
            let batch = self
                .batch(caller, id.session_id, Related { threads: &threads, users, records, ..Related::default() })
                .await;
            let batch = batch.map_err(AccessError::from)?;
            if batch.users.len() < users.len() {
                return Err(ReadThreadError::UserNotFound);
            }
            let Some(found) = self.found(caller, id.session_id, &threads, batch).await? else { continue };
            let Found { head, code, anchors, mut threads, mut records, .. } = found;
            let thread = owned(threads.pop(), caller)?;
            let thread = placed(&thread, anchors.as_ref()).map_err(AccessError::from)?;
            let (Some(thread), Some(anchors)) = (thread, anchors) else { continue };
            let (text, code) = match code {
                // Inline code needs no further read.
                Some(code) if code.inline.is_some() => {
                    (self.store.sessions().text_with(&head, Some(code)).await.map_err(AccessError::from)?, None)
                }
                code => (self.store.code_cache().get(&head), code),
            };
            return Ok(ReadThread { thread, head, anchors, text, code, record: records.pop() });
        }
        Err(AccessError::from(missing_anchor("AP-38")).into())
    }

    /// The thread with the code of its session. Reads the code if it has not been read.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub async fn load_code(self, read: ReadThread) -> Result<OpenedThread, AccessError> {
        let ReadThread { thread, head, anchors, text, code, .. } = read;
        let text = match text {
            Some(text) => Some(text),
            None => self.store.sessions().text_with(&head, code).await?,
        };
        match text {
            Some(text) => Ok(OpenedThread { thread, session: OpenedSession { head, text }, anchors }),
            // A save happened between the two reads.
            None => self.reopen(&thread).await,
        }
    }

    async fn reopen(self, thread: &PlacedThread) -> Result<OpenedThread, AccessError> {
        let ThreadId { session_id, thread: id } = thread.id();
        let threads = [ThreadKey { session_id, thread: id }];
        let related = Related { threads: &threads, ..Related::default() };
        for _ in 0..READS {
            let opened = self.open_with(thread.user_id, session_id, related).await?;
            let Opened { session, anchors, mut threads, .. } = opened;
            let thread = owned(threads.pop(), thread.user_id)?;
            if let (Some(thread), Some(anchors)) = (placed(&thread, anchors.as_ref())?, anchors) {
                return Ok(OpenedThread { thread, session, anchors });
            }
        }
        Err(missing_anchor("AP-38").into())
    }

    /// Head, code and anchors of the caller's session, and these threads and messages, as far as they exist.
    pub(crate) async fn open_with(
        self,
        caller: UserId,
        session_id: SessionId,
        related: Related<'_>,
    ) -> Result<Opened, AccessError> {
        let mut seen = Vec::new();
        for _ in 0..READS {
            let batch = self.batch(caller, session_id, related).await?;
            let Some(found) = self.found(caller, session_id, related.threads, batch).await? else { continue };
            let Found { head, code, anchors, threads, messages, .. } = found;
            seen.push(head.revision);
            if let Some(text) = self.store.sessions().text_with(&head, code).await? {
                return Ok(Opened { session: OpenedSession { head, text }, anchors, threads, messages });
            }
        }
        Err(unread_code("AP-38", &seen).into())
    }

    /// The same in one round trip. The code is read only if it is not cached.
    async fn batch(self, caller: UserId, session_id: SessionId, related: Related<'_>) -> Result<Batch, StoreError> {
        let Related { threads, messages, users, records } = related;
        if self.store.code_cache().has(session_id) {
            let read =
                self.store.patterns.open_without_code(caller, session_id, threads, messages, users, records).await?;
            let OpenWithoutCode { head, anchors, threads, messages, users, records } = read;
            return Ok(Batch { head, code: None, has_read_code: false, anchors, threads, messages, users, records });
        }
        let read = self.store.patterns.open_with_anchors(caller, session_id, threads, messages, users, records).await?;
        let OpenWithAnchors { head, code, anchors, threads, messages, users, records } = read;
        Ok(Batch { head, code, has_read_code: true, anchors, threads, messages, users, records })
    }

    /// The items, if the session is the caller's. `None` when a save or a delete happened during the read.
    async fn found(
        self,
        caller: UserId,
        session_id: SessionId,
        wanted: &[ThreadKey],
        batch: Batch,
    ) -> Result<Option<Found>, AccessError> {
        let Batch { head, code, has_read_code, anchors, threads, messages, records, .. } = batch;
        // An absent thread is not found, also in the session of another user: every route says so.
        let has_threads = threads.len() == wanted.len();
        let refused = |error| if has_threads { error } else { AccessError::NotFound };
        let (head, code) = if has_read_code {
            let Some((head, code)) = of_one_revision(head, code, caller).map_err(refused)? else { return Ok(None) };
            (head, Some(code))
        } else {
            match head {
                Some(head) => (head, None),
                None if !has_threads => return Err(AccessError::NotFound),
                None => return Err(self.store.sessions().access_error(caller, session_id).await?),
            }
        };
        // An answer whose patch created a later version than the head's.
        if messages.iter().any(|message| message.applied_version > Some(head.version_number)) {
            return Ok(None);
        }
        Ok(Some(Found { head, code, anchors, threads, messages, records }))
    }
}

impl ReadThread {
    /// The thread.
    #[must_use]
    pub const fn thread(&self) -> &PlacedThread {
        &self.thread
    }

    /// The head of its session.
    #[must_use]
    pub const fn head(&self) -> &Session {
        &self.head
    }

    /// The record of the client's id, if it was read and exists.
    #[must_use]
    pub const fn record(&self) -> Option<&Idempotency> {
        self.record.as_ref()
    }
}
