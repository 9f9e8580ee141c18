//! Placed threads: each thread with its anchor. The anchors of all threads of a session are in one item. AP-31, AP-35
//! to AP-37.

use std::ops::Deref;

use crate::access::owned;
use crate::limits::THREADS_PER_SESSION;
use crate::retry::retry;
use crate::session::READS;
use crate::{
    AccessError, AnchorStatus, Anchors, ListThreadsItem, Message, OpenedSession, Page, PageRequest, Session, SessionId,
    SessionVersion, Sessions, StoreError, Thread, ThreadAnchor, ThreadId, ThreadUuid, Threads, Timestamp, UserId,
};

/// The lines of a thread.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Anchor {
    /// First line, from 1.
    pub start_line: u32,
    /// Last line, included.
    pub end_line: u32,
    /// Whether the text at these lines is still the selected text.
    pub status: AnchorStatus,
}

/// A thread, and its current position.
#[derive(Clone, Debug, PartialEq)]
pub struct PlacedThread {
    /// The thread as it is stored.
    pub item: Thread,
    /// Its position.
    pub anchor: Anchor,
    /// The session's version in which the anchor last changed.
    pub anchor_version: SessionVersion,
    /// When a save last changed the anchor, if one did.
    pub moved_at: Option<Timestamp>,
}

/// A thread with its position, and its session with the code.
#[derive(Clone, Debug, PartialEq)]
pub struct OpenedThread {
    /// The thread with its position.
    pub thread: PlacedThread,
    /// Its session, with the code.
    pub session: OpenedSession,
    /// The item that the anchor is in.
    pub(crate) anchors: Anchors,
}

/// The result of one round trip for a session: head, code and anchors, and the requested threads and messages.
pub(crate) struct Opened {
    pub(crate) session: OpenedSession,
    pub(crate) anchors: Option<Anchors>,
    pub(crate) threads: Vec<Thread>,
    pub(crate) messages: Vec<Message>,
}

impl Deref for PlacedThread {
    type Target = Thread;

    fn deref(&self) -> &Thread {
        &self.item
    }
}

impl PlacedThread {
    /// The entry in the anchors' item.
    pub(crate) fn entry(&self) -> ThreadAnchor {
        let Anchor { start_line, end_line, status } = self.anchor;
        let Thread { thread, moves, .. } = self.item;
        let (version, moved_at) = (self.anchor_version, self.moved_at);
        ThreadAnchor { thread, start_line, end_line, status, version, moves, moved_at }
    }

    /// The same thread at its position in this version, which is saved now.
    pub(crate) fn at(&self, anchor: Anchor, version: SessionVersion, now: Timestamp) -> Self {
        if self.anchor == anchor {
            return self.clone();
        }
        Self { item: self.item.clone(), anchor, anchor_version: version, moved_at: Some(now) }
    }

    /// The time of the last change of its messages, its selection or its position.
    #[must_use]
    pub fn changed_at(&self) -> Timestamp {
        self.moved_at.map_or(self.item.updated_at, |moved_at| moved_at.max(self.item.updated_at))
    }
}

impl Anchors {
    /// The anchors' item of a session without threads.
    pub(crate) fn none_of(head: &Session) -> Self {
        Self { session_id: head.session_id, user_id: head.user_id, changes: 0, threads: Vec::new() }
    }

    /// The entry of a thread.
    pub(crate) fn entry(&self, thread: ThreadUuid) -> Option<&ThreadAnchor> {
        self.threads.iter().find(|entry| entry.thread == thread)
    }

    /// The entries with this one: it replaces the entry of the same thread, or is appended.
    pub(crate) fn with(&self, entry: ThreadAnchor) -> Vec<ThreadAnchor> {
        let mut threads = self.threads.clone();
        match threads.iter_mut().find(|old| old.thread == entry.thread) {
            Some(old) => *old = entry,
            None => threads.push(entry),
        }
        threads
    }

    /// The entries of all threads except this one.
    pub(crate) fn without(&self, thread: ThreadUuid) -> Vec<ThreadAnchor> {
        self.threads.iter().filter(|entry| entry.thread != thread).cloned().collect()
    }
}

impl From<&ThreadAnchor> for Anchor {
    fn from(entry: &ThreadAnchor) -> Self {
        Self { start_line: entry.start_line, end_line: entry.end_line, status: entry.status }
    }
}

/// The thread with its anchor; `None` when the two are from different states, or one of them is missing.
///
/// # Errors
/// When the selected text cannot be decompressed.
pub(crate) fn placed(thread: &Thread, anchors: Option<&Anchors>) -> Result<Option<PlacedThread>, StoreError> {
    let Some(entry) = entry_of(thread, anchors) else { return Ok(None) };
    let item = thread.clone().unpacked()?;
    let (anchor_version, moved_at) = (entry.version, entry.moved_at);
    Ok(Some(PlacedThread { item, anchor: entry.into(), anchor_version, moved_at }))
}

/// The anchor of the thread, if it is from the same state as the thread.
pub(crate) fn entry_of<'a>(thread: &Thread, anchors: Option<&'a Anchors>) -> Option<&'a ThreadAnchor> {
    anchors?.entry(thread.thread).filter(|entry| entry.moves == thread.moves)
}

fn all_placed(threads: &[Thread], anchors: Option<&Anchors>) -> Result<Option<Vec<PlacedThread>>, StoreError> {
    threads.iter().map(|thread| placed(thread, anchors)).collect()
}

/// The error after repeated reads in which a thread and its anchor never matched: a thread has no anchor.
pub(crate) fn missing_anchor(pattern: &'static str) -> StoreError {
    let reason = "a thread has no anchor of its own; `codesensei verify --fix` makes one".to_owned();
    StoreError::Corrupt { pattern, entity: "anchors", reason }
}

/// Whether no later save moved these threads, which were read after the head.
pub(crate) fn are_of(head: &Session, threads: &[PlacedThread]) -> bool {
    threads.iter().all(|thread| thread.anchor_version <= head.version_number)
}

impl Threads<'_> {
    /// All threads of a session, oldest first, and the item of their anchors.
    pub(crate) async fn list_placed(
        self,
        session_id: SessionId,
    ) -> Result<(Vec<PlacedThread>, Option<Anchors>), StoreError> {
        for _ in 0..READS {
            let (mut threads, mut anchors) = (Vec::new(), None);
            for item in self.store.patterns.list_threads(session_id).await? {
                match item {
                    ListThreadsItem::Anchors(found) => anchors = Some(found),
                    ListThreadsItem::Thread(thread) => threads.push(thread.as_of(self.store.clock().now())),
                }
            }
            if let Some(threads) = all_placed(&threads, anchors.as_ref())? {
                return Ok((threads, anchors));
            }
        }
        Err(missing_anchor("AP-31"))
    }

    /// The threads of the caller's session, oldest first.
    ///
    /// # Errors
    /// When the session belongs to another user, or does not exist.
    pub async fn list(
        self,
        caller: UserId,
        session_id: SessionId,
        page: PageRequest<'_>,
    ) -> Result<Page<PlacedThread>, AccessError> {
        let head = self.store.sessions().get(caller, session_id);
        if page.cursor.is_none() && page.limit.is_none_or(|limit| limit >= THREADS_PER_SESSION) {
            let (head, threads) = futures::join!(head, self.list_placed(session_id));
            head?;
            return Ok(Page { items: threads?.0, cursor: None });
        }
        let (head, threads) = futures::join!(head, self.placed_page(session_id, page));
        head?;
        Ok(threads?)
    }

    /// A page of threads, with their anchors.
    async fn placed_page(self, session_id: SessionId, page: PageRequest<'_>) -> Result<Page<PlacedThread>, StoreError> {
        for _ in 0..READS {
            let threads = self.store.patterns.list_threads_page(session_id, page);
            let (threads, anchors) = futures::try_join!(threads, self.store.patterns.get_anchors(session_id))?;
            let now = self.store.clock().now();
            let threads_now: Vec<Thread> = threads.items.into_iter().map(|thread| thread.as_of(now)).collect();
            if let Some(items) = all_placed(&threads_now, anchors.as_ref())? {
                return Ok(Page { items, cursor: threads.cursor });
            }
        }
        Err(missing_anchor("AP-35"))
    }

    /// The caller's thread with its position.
    ///
    /// # Errors
    /// When it belongs to another user, or does not exist.
    pub async fn get_placed(self, caller: UserId, id: ThreadId) -> Result<PlacedThread, AccessError> {
        for _ in 0..READS {
            let found = self.store.patterns.get_thread_and_anchors(id.session_id, id.thread).await?;
            let thread = owned(found.thread, caller)?.as_of(self.store.clock().now());
            if let Some(placed) = placed(&thread, found.anchors.as_ref())? {
                return Ok(placed);
            }
        }
        Err(missing_anchor("AP-37").into())
    }
}

impl Sessions<'_> {
    /// The caller's session with its code and its threads. One round trip, unless another request changes either during
    /// the read.
    ///
    /// # Errors
    /// When the session belongs to another user, or does not exist.
    pub async fn open_with_threads(
        self,
        caller: UserId,
        session_id: SessionId,
    ) -> Result<(OpenedSession, Vec<PlacedThread>), AccessError> {
        let (opened, placed) =
            futures::join!(self.open(caller, session_id), self.store.threads().list_placed(session_id));
        let (mut opened, (threads, anchors)) = (opened?, placed?);
        // The head counts every write of the anchors: equal counts mean the same state.
        if anchors.map_or(0, |anchors| anchors.changes) == opened.head.thread_changes {
            return Ok((opened, threads));
        }
        let threads = retry!(READS, "AP-31", {
            // This is read after the head, so it is not older than the head.
            let (threads, _) = self.store.threads().list_placed(session_id).await?;
            if are_of(&opened.head, &threads) {
                return Ok(Some(threads));
            }
            opened = self.open(caller, session_id).await?;
            Ok::<_, AccessError>(None)
        })?;
        Ok((opened, threads))
    }
}
