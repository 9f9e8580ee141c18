//! Threads: creating them on selected lines up to the limit, moving and deleting them. AP-30, AP-33 and AP-34.

use uuid::Uuid;

use crate::access::owned;
use crate::creation::CreationRequest;
use crate::from_review::selection_status;
use crate::limits::THREADS_PER_SESSION;
use crate::message::is_held;
use crate::placed::missing_anchor;
use crate::retry::retry;
use crate::session;
use crate::{
    AccessError, Anchor, AnchorStatus, CreateThread, CreateThreadError, Created, DeleteThread, DeleteThreadError,
    Message, MoveThread, MoveThreadError, NewThread, OpenedSession, OpenedThread, PlacedThread, RemainingAnchors,
    ReplyState, SelectionTooLong, Session, SessionId, SessionKey, StoreError, SweepJob, SweepKind, Thread, ThreadId,
    ThreadKind, ThreadRequired, ThreadUuid, Threads, Timestamp, UserId,
};

/// Why a thread was not created.
#[derive(Debug, thiserror::Error)]
pub enum NewThreadError {
    /// The session belongs to another user, or does not exist.
    #[error(transparent)]
    Access(#[from] AccessError),
    /// The session has the maximum number of threads.
    #[error("the session has {THREADS_PER_SESSION} threads already")]
    LimitExceeded,
    /// The code does not have these lines.
    #[error("the code has no such lines")]
    OutsideTheCode,
    /// The client's id was used for another selection.
    #[error("the client's id was used for another selection")]
    OtherContents,
    /// The thread that the client's id created was deleted.
    #[error("the thread was deleted")]
    Gone,
    /// The selected text is too long.
    #[error(transparent)]
    TooLong(#[from] SelectionTooLong),
}

impl From<StoreError> for NewThreadError {
    fn from(error: StoreError) -> Self {
        AccessError::Store(error).into()
    }
}

/// Why a thread was not moved.
#[derive(Debug, thiserror::Error)]
pub enum MoveError {
    /// The thread belongs to another user, or does not exist.
    #[error(transparent)]
    Access(#[from] AccessError),
    /// The code does not have these lines.
    #[error("the code has no such lines")]
    OutsideTheCode,
    /// The selected text is too long.
    #[error(transparent)]
    TooLong(#[from] SelectionTooLong),
}

impl From<StoreError> for MoveError {
    fn from(error: StoreError) -> Self {
        AccessError::Store(error).into()
    }
}

impl Thread {
    /// A thread of this session and user, without messages.
    #[must_use]
    pub fn new(
        (session_id, thread, user_id): (SessionId, ThreadUuid, UserId),
        kind: ThreadKind,
        selected_text: String,
        now: Timestamp,
    ) -> Self {
        ThreadRequired {
            session_id,
            thread,
            user_id,
            kind,
            selected_text,
            moves: 0,
            message_slots: 0,
            created_at: now,
            updated_at: now,
        }
        .into()
    }

    /// Makes the message the last one of the thread. The caller stores both together.
    pub fn says(&mut self, message: &Message) {
        self.updated_at = message.created_at;
        self.message_count = Some(self.message_count.unwrap_or_default().saturating_add(1));
        self.last_seq = Some(message.seq);
        self.last_role = Some(message.role);
        self.last_excerpt = Some(message.excerpt());
        self.last_at = Some(message.created_at);
        self.last_state = message.reply_state;
        self.last_lease_until = message.lease_until;
    }

    /// The thread as of this time. If its last message is a pending question whose lease has ended, the state is shown
    /// as failed, although the item does not say so.
    #[must_use]
    pub fn as_of(self, now: Timestamp) -> Self {
        if self.last_state != Some(ReplyState::Pending) || is_held(self.last_state, self.last_lease_until, now) {
            return self;
        }
        Self { last_state: Some(ReplyState::Failed), ..self }
    }
}

/// Maximum tries when another request creates, moves or deletes a thread of the session first.
const MAX_ATTEMPTS: u32 = 100;

impl Threads<'_> {
    /// Creates a thread on lines of the caller's session, in its current code. Retried when the session is saved
    /// meanwhile. With the client's own id, a repeated request gets the thread that the first one created.
    ///
    /// # Errors
    /// When the session belongs to another user, does not exist or is full, or its code does not have these lines; and
    /// when the client's id was used for another selection, or its thread was deleted.
    pub async fn create(
        self,
        caller: UserId,
        session_id: SessionId,
        client_id: Option<Uuid>,
        new: NewThread,
    ) -> Result<Created<PlacedThread>, NewThreadError> {
        let request = client_id.map(|client_id| CreationRequest::of_thread(caller, session_id, client_id, &new));
        retry!(session::MAX_ATTEMPTS, "AP-30", {
            let OpenedSession { head, text } = self.store.sessions().open(caller, session_id).await?;
            // The code may have lost these lines since the first request, so the record is checked before the error is
            // returned.
            let wrong = |error| async { self.created_before(request).await?.ok_or(error).map(Some) };
            let new = match new.kept_in(&text) {
                Ok(new) => new,
                Err(error) => return wrong(error.into()).await,
            };
            let Some(status) = selection_status(&text, &new) else {
                return wrong(NewThreadError::OutsideTheCode).await;
            };
            // The transaction checks the cap too, but a refused transaction is billed.
            if head.thread_count >= THREADS_PER_SESSION {
                return wrong(NewThreadError::LimitExceeded).await;
            }
            let thread = self.unsaved(&head, &new, status);
            let record =
                request.map(|request| request.record(caller, session_id, Some(thread.thread), thread.created_at));
            let (item, opened, seen_version) = (thread.item.clone().packed(), [thread.entry()], head.version_number);
            let input = CreateThread { record: record.as_ref(), thread: &item, opened: &opened, seen_version };
            match self.store.patterns.create_thread(input).await {
                Ok(()) => Ok(Some(Created::new(thread))),
                Err(CreateThreadError::RequestKnown) => self.created_before(request).await,
                Err(CreateThreadError::ThreadLimitExceeded) => Err(NewThreadError::LimitExceeded),
                Err(CreateThreadError::SessionNotFound) => Err(AccessError::NotFound.into()),
                Err(CreateThreadError::Store(error)) => Err(error.into()),
                Err(CreateThreadError::SessionChanged | CreateThreadError::ThreadExists) => Ok(None),
            }
        })
    }

    /// The thread that an earlier request with the same client id created, if any.
    async fn created_before(
        self,
        request: Option<CreationRequest>,
    ) -> Result<Option<Created<PlacedThread>>, NewThreadError> {
        let Some(request) = request else { return Ok(None) };
        let Some(record) = self.store.patterns.get_creation(request.key_digest).await? else { return Ok(None) };
        if !request.matches(&record) {
            return Err(NewThreadError::OtherContents);
        }
        let thread = record.thread.ok_or(NewThreadError::Gone)?;
        match self.get_placed(record.user_id, ThreadId { session_id: record.session_id, thread }).await {
            Ok(thread) => Ok(Some(Created::repeated(thread))),
            Err(AccessError::NotFound) => Err(NewThreadError::Gone),
            Err(error) => Err(error.into()),
        }
    }

    fn unsaved(self, head: &Session, new: &NewThread, status: AnchorStatus) -> PlacedThread {
        let now = self.store.clock().now();
        let thread: ThreadUuid = self.store.ids().next(now);
        let place = (head.session_id, thread, head.user_id);
        let item = Thread::new(place, new.kind, new.selected_text.clone(), now);
        PlacedThread { item, anchor: new.anchor(status), anchor_version: head.version_number, moved_at: None }
    }

    /// Moves a thread to other lines of its session, in its current code, or to another selection. Retried when the
    /// session is saved meanwhile.
    ///
    /// # Errors
    /// When the thread does not exist, or its session's code does not have these lines.
    pub async fn move_to(self, mut opened: OpenedThread, to: NewThread) -> Result<PlacedThread, MoveError> {
        retry!(session::MAX_ATTEMPTS, "AP-33", {
            let to = to.kept_in(&opened.session.text)?;
            let status = selection_status(&opened.session.text, &to).ok_or(MoveError::OutsideTheCode)?;
            let moved = self.put_moved(&opened, &to, status).await?;
            if moved.is_none() {
                let thread = &opened.thread;
                opened = self.open(thread.user_id, thread.id()).await?;
            }
            Ok(moved)
        })
    }

    /// Stores the new position of a thread; `None` when its session was saved meanwhile.
    async fn put_moved(
        self,
        opened: &OpenedThread,
        to: &NewThread,
        status: AnchorStatus,
    ) -> Result<Option<PlacedThread>, MoveError> {
        let OpenedThread { thread, session, anchors } = opened;
        let (mut anchors, seen_version) = (anchors.clone(), session.head.version_number);
        retry!(MAX_ATTEMPTS, "AP-33", {
            let now = self.store.clock().now();
            // If another request moved the thread meanwhile, the last move wins.
            let entry = anchors.entry(thread.thread).ok_or(AccessError::NotFound)?;
            let moved = PlacedThread {
                item: Thread {
                    kind: to.kind,
                    selected_text: to.selected_text.clone(),
                    moves: entry.moves.saturating_add(1),
                    updated_at: now,
                    ..thread.item.clone()
                },
                anchor: to.anchor(status),
                anchor_version: seen_version,
                moved_at: None,
            };
            let stored = moved.item.clone().packed();
            let threads = anchors.with(moved.entry());
            let stored = self.store.patterns.move_thread(MoveThread {
                session_id: moved.session_id,
                thread: moved.thread,
                user_id: moved.user_id,
                kind: moved.kind,
                selected_text: &stored.selected_text,
                selected_gzip: stored.selected_gzip.as_deref(),
                moves: moved.moves,
                threads: &threads,
                seen_changes: anchors.changes,
                seen_version,
                now,
            });
            match stored.await {
                Ok(()) => Ok(Some(Some(moved))),
                Err(MoveThreadError::AnchorsMoved { current }) => {
                    anchors = *current;
                    Ok(None)
                }
                Err(MoveThreadError::ThreadNotFound | MoveThreadError::SessionNotFound) => {
                    Err(AccessError::NotFound.into())
                }
                Err(MoveThreadError::AnchorsLost) => Err(missing_anchor("AP-33").into()),
                Err(MoveThreadError::SessionChanged) => Ok(Some(None)),
                Err(MoveThreadError::Store(error)) => Err(error.into()),
            }
        })
    }

    /// Deletes the caller's thread, decrements the session's thread counter, and removes the thread's contents as far
    /// as time allows. The sweep completes it.
    ///
    /// # Errors
    /// When it belongs to another user, or does not exist.
    pub async fn delete(self, caller: UserId, id: ThreadId) -> Result<(), AccessError> {
        let now = self.store.clock().now();
        let mut counts = true;
        retry!(MAX_ATTEMPTS, "AP-34", {
            let found = self.store.patterns.get_thread_and_anchors(id.session_id, id.thread).await?;
            let thread = owned(found.thread, caller)?;
            let job = SweepJob {
                session_id: Some(id.session_id),
                thread: Some(id.thread),
                ..SweepJob::new(SweepKind::Thread, id.thread.to_string(), thread.user_id, now)
            };
            let remaining = found.anchors.as_ref().map(|anchors| anchors.without(id.thread));
            let anchors = found.anchors.as_ref().zip(remaining.as_ref()).map(|(anchors, threads)| RemainingAnchors {
                session_id: id.session_id,
                threads,
                seen_changes: anchors.changes,
            });
            let head = SessionKey { user_id: thread.user_id, session_id: id.session_id };
            let (counted, uncounted) = if counts { (Some(&head), None) } else { (None, Some(&head)) };
            let (session_id, thread) = (id.session_id, id.thread);
            match self
                .store
                .patterns
                .delete_thread(DeleteThread { counted, uncounted, anchors, job: &job, session_id, thread })
                .await
            {
                Ok(()) => {
                    self.store.maintenance().sweep_now(Some(&job)).await;
                    Ok(Some(()))
                }
                Err(DeleteThreadError::ThreadNotFound | DeleteThreadError::SessionNotFound) => {
                    Err(AccessError::NotFound)
                }
                Err(DeleteThreadError::SlotNotReturned) => {
                    tracing::warn!(
                        "a thread is deleted without its slot: the counter is at zero, or the session is gone"
                    );
                    counts = false;
                    Ok(None)
                }
                Err(DeleteThreadError::AnchorsMoved) => Ok(None),
                Err(DeleteThreadError::JobExists) => Err(StoreError::Contended { pattern: "AP-34" }.into()),
                Err(DeleteThreadError::Store(error)) => Err(error.into()),
            }
        })
    }
}

impl NewThread {
    /// The anchor for its lines, with the result of comparing their text.
    fn anchor(&self, status: AnchorStatus) -> Anchor {
        Anchor { start_line: self.start_line, end_line: self.end_line, status }
    }
}
