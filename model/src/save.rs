//! Saving code: the version check, the threads' new anchors, and the replaced chunks. AP-24.

use crate::code_storage::{StageError, Staged, replaced_chunks};
use crate::from_review::re_anchor_threads;
use crate::placed::are_of;
use crate::retry::retry;
use crate::session::{MAX_ATTEMPTS, READS, detect, of_one_revision, unread_code};
use crate::settings::UpdateOutcome;
use crate::{
    AccessError, Anchor, Anchors, AppliedAnswer, Change, Code, CodeText, CodeTooLarge, Digest, Language, MovedAnchors,
    NewSettings, OpenSession, OpenedSession, PlacedThread, SaveSession, SaveSessionError, Session, SessionId,
    SessionVersion, Sessions, StoreError, SweepJob, SweepKind, ThreadAnchor, ThreadKind, Timestamp, UserId,
};

/// New code to save over the version that the client edited.
///
/// A version has a type of its own, so that a count of something else is not taken for it:
///
/// ```
/// use model::{Change, SaveCode, Session};
///
/// fn save_over(head: &Session, text: String) -> SaveCode {
///     let (session_id, expected_version_number) = (head.session_id, head.version_number);
///     SaveCode { session_id, expected_version_number, text: Some(text), language_override: Change::Keep }
/// }
/// ```
///
/// ```compile_fail,E0308
/// use model::{Change, SaveCode, Session};
///
/// fn save_over(head: &Session, text: String) -> SaveCode {
///     let (session_id, expected_version_number) = (head.session_id, head.thread_count);
///     SaveCode { session_id, expected_version_number, text: Some(text), language_override: Change::Keep }
/// }
/// ```
#[derive(Clone)]
pub struct SaveCode {
    /// The session.
    pub session_id: SessionId,
    /// The version that the client edited.
    pub expected_version_number: SessionVersion,
    /// The complete new code. If absent, code and version are unchanged.
    pub text: Option<String>,
    /// The language that the user set.
    pub language_override: Change<Language>,
}

/// The result of a save.
#[derive(Clone, Debug)]
pub struct Saved {
    /// The current head.
    pub head: Session,
    /// All threads, at their current positions.
    pub threads: Vec<PlacedThread>,
}

/// Why code was not saved.
#[derive(Debug, thiserror::Error)]
pub enum SaveCodeError {
    /// The session belongs to another user, or does not exist.
    #[error(transparent)]
    Access(#[from] AccessError),
    /// The session is at another version. Contains its current state.
    #[error("another request saved the session since it was read")]
    VersionConflict(Box<OpenedSession>),
    /// The code is longer than 5 MiB.
    #[error(transparent)]
    TooLarge(#[from] CodeTooLarge),
}

impl SaveCode {
    /// Whether this save created the version of this head and code.
    fn created(&self, head: &Session, code: &Code) -> bool {
        let is_next = self.expected_version_number.checked_next() == Some(head.version_number);
        let is_code = self.text.as_ref().is_some_and(|text| code.sha256 == Digest::of(text));
        is_next && is_code && self.language_override.onto(head.language_override) == head.language_override
    }
}

impl From<StoreError> for SaveCodeError {
    fn from(error: StoreError) -> Self {
        AccessError::Store(error).into()
    }
}

impl From<StageError> for SaveCodeError {
    fn from(error: StageError) -> Self {
        match error {
            StageError::TooLarge(error) => error.into(),
            StageError::Store(error) => error.into(),
        }
    }
}

impl Sessions<'_> {
    /// Saves code if the session is still at the expected version, and moves its threads with their lines, in one
    /// transaction. It is retried when another request creates, moves or deletes a thread, or renames the session. If a
    /// client repeats a save because the response was lost, the result is that of the first save.
    ///
    /// # Errors
    /// When the session is at another version, belongs to another user or does not exist, or the code is too large.
    pub async fn save(self, caller: UserId, save: SaveCode) -> Result<Saved, SaveCodeError> {
        let head = self.get(caller, save.session_id).await?;
        self.save_over(head, save).await
    }

    /// Like [`save`](Self::save), for a session whose head has been read.
    ///
    /// # Errors
    /// As [`save`](Self::save).
    pub async fn save_over(self, head: Session, save: SaveCode) -> Result<Saved, SaveCodeError> {
        let Some(text) = &save.text else { return self.save_language(head, &save).await };
        let (caller, mut head, mut staged) = (head.user_id, Some(head), None::<Staged>);
        let saved = retry!(MAX_ATTEMPTS, "AP-24", {
            let Some(base) = self.base(caller, head.take(), &save).await? else {
                return self.saved_earlier_or_conflict(caller, &save).await.map(Some);
            };
            if self.is_saved(&base, text).await? {
                return self.save_unchanged_code(base, &save).await.map(Some);
            }
            let moved = self.moved_threads(&base, text).await?;
            let ready = match staged.take() {
                Some(ready) => ready,
                None => self.stage_code(caller, save.session_id, text.clone()).await?,
            };
            match self.commit_save(&base, &save, text, &ready, &moved, None).await {
                Ok(saved) => Ok(Some(saved)),
                Err(SaveSessionError::ThreadsChanged | SaveSessionError::SettingsChanged) => {
                    staged = Some(ready);
                    Ok(None)
                }
                Err(SaveSessionError::VersionConflict { .. }) => {
                    staged = Some(ready);
                    self.saved_earlier_or_conflict(caller, &save).await.map(Some)
                }
                Err(error) => Err(self.save_refused(caller, &save, &ready, error).await),
            }
        });
        // Staged code that no commit refers to.
        self.store.maintenance().discard(staged.and_then(|staged| staged.job).as_ref()).await;
        saved
    }

    /// Whether the text equals the stored code. The stored code is read only if it has the same size. Damaged code
    /// never equals the text, so a save replaces it.
    async fn is_saved(self, base: &Base, text: &str) -> Result<bool, StoreError> {
        if base.head.code_bytes as usize != text.len() {
            return Ok(false);
        }
        if base.old_text.len() == text.len() {
            return Ok(*base.old_text == *text);
        }
        match self.text_of(&base.head).await {
            Ok(stored) => Ok(stored.is_some_and(|stored| *stored == *text)),
            Err(StoreError::Corrupt { .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Saves text that equals the stored code: no new version, and a write only if the language changes.
    async fn save_unchanged_code(self, base: Base, save: &SaveCode) -> Result<Saved, SaveCodeError> {
        let Base { head, threads, .. } = base;
        if save.language_override.onto(head.language_override) == head.language_override {
            return Ok(Saved { head, threads });
        }
        self.save_language(head, save).await
    }

    /// Changes only the language that the user set.
    async fn save_language(self, head: Session, save: &SaveCode) -> Result<Saved, SaveCodeError> {
        let new = NewSettings { filename: None, language_override: save.language_override };
        let (caller, mut head) = (head.user_id, Some(head));
        retry!(MAX_ATTEMPTS, "AP-25", {
            let Some(Base { head, threads, .. }) = self.base(caller, head.take(), save).await? else {
                return self.saved_earlier_or_conflict(caller, save).await.map(Some);
            };
            match self.try_settings(&head, &new).await? {
                UpdateOutcome::Done(head) => Ok(Some(Saved { head: *head, threads })),
                UpdateOutcome::Changed(_) | UpdateOutcome::Elsewhere => Ok(None),
            }
        })
    }

    /// The state that the save starts from; `None` when the session is at another version. The head is read first, then
    /// the threads and the old code. The commit is conditional on the head's count of thread changes, so the threads
    /// must not be older than the head.
    async fn base(self, caller: UserId, head: Option<Session>, save: &SaveCode) -> Result<Option<Base>, AccessError> {
        let head = match head {
            Some(head) => head,
            None => self.get(caller, save.session_id).await?,
        };
        if head.version_number != save.expected_version_number {
            return Ok(None);
        }
        if head.thread_count == 0 {
            let (threads, old_text) = (Vec::new(), CodeText::default());
            return Ok(Some(Base { head, threads, anchors: None, checks_anchors: false, old_text }));
        }
        let old_text =
            async { if save.text.is_some() { self.text_of(&head).await } else { Ok(Some(CodeText::default())) } };
        let placed = self.store.threads().list_placed(save.session_id);
        let ((threads, anchors), old_text) = futures::try_join!(placed, old_text)?;
        // A save of the same code commits nothing, so no condition would refuse threads of a later version.
        if !are_of(&head, &threads) {
            return Ok(None);
        }
        Ok(old_text.map(|old_text| Base { head, threads, anchors, checks_anchors: false, old_text }))
    }

    /// The result of a save whose expected version is not the current one: the session, if this same save created the
    /// current version and its response was lost; else a version conflict with the current state.
    async fn saved_earlier_or_conflict(self, caller: UserId, save: &SaveCode) -> Result<Saved, SaveCodeError> {
        let mut seen = Vec::new();
        for _ in 0..READS {
            let OpenSession { head, code } = self.store.patterns.open_session(caller, save.session_id).await?;
            let Some((head, code)) = of_one_revision(head, code, caller)? else { continue };
            seen.push(head.revision);
            if save.created(&head, &code) {
                let threads = self.store.threads().list_placed(save.session_id).await?.0;
                if are_of(&head, &threads) {
                    return Ok(Saved { head, threads });
                }
                continue;
            }
            if let Some(text) = self.text_with(&head, Some(code)).await? {
                return Err(SaveCodeError::VersionConflict(Box::new(OpenedSession { head, text })));
            }
        }
        Err(unread_code("AP-22", &seen).into())
    }

    async fn conflict(self, caller: UserId, session_id: SessionId) -> SaveCodeError {
        match self.open(caller, session_id).await {
            Ok(current) => SaveCodeError::VersionConflict(Box::new(current)),
            Err(error) => error.into(),
        }
    }

    /// The anchors of the threads in the new code, in the same order.
    pub(crate) async fn moved_threads(self, base: &Base, text: &str) -> Result<Vec<Anchor>, StoreError> {
        if base.old_text.is_empty() && !base.threads.iter().any(|thread| thread.kind == ThreadKind::Block) {
            return Ok(base.threads.iter().map(|thread| thread.anchor).collect());
        }
        let (old, new, threads) = (base.old_text.clone(), text.to_owned(), base.threads.clone());
        let find = move || re_anchor_threads(&old, &new, &threads);
        Ok(tokio::task::spawn_blocking(find).await.expect("finding anchors does not panic and is not cancelled"))
    }

    pub(crate) async fn commit_save(
        self,
        base: &Base,
        save: &SaveCode,
        text: &str,
        staged: &Staged,
        anchors: &[Anchor],
        answer: Option<AppliedAnswer>,
    ) -> Result<Saved, SaveSessionError> {
        let now = self.store.clock().now();
        let (head, code) = (&base.head, &staged.code);
        let version = head.version_number.next();
        let threads = base.moved(anchors, now);
        let entries: Vec<ThreadAnchor> = threads.iter().map(PlacedThread::entry).collect();
        let are_written = base.checks_anchors || threads != base.threads;
        let anchors = base.anchors.as_ref().filter(|_| are_written).map(|seen| MovedAnchors {
            session_id: head.session_id,
            threads: &entries,
            seen_changes: seen.changes,
        });
        let anchor_changes = u32::from(anchors.is_some());
        let job = SweepJob::new(SweepKind::Replaced, head.revision.to_string(), head.user_id, now);
        let replaced = replaced_chunks(head, job);
        let staged_key = staged.job.as_ref().map(SweepJob::key);
        let language_detected = detect(&head.filename, text);
        let language_override = save.language_override.onto(head.language_override);
        self.store
            .patterns
            .save_session(SaveSession {
                code,
                anchors,
                staged: staged_key.as_ref(),
                replaced: replaced.as_ref(),
                answer,
                user_id: head.user_id,
                session_id: head.session_id,
                expected_version_number: save.expected_version_number,
                seen_thread_changes: head.thread_changes,
                seen_settings_changes: head.settings_changes,
                language_detected,
                language_override,
                now,
                saved_by: head.user_id,
                anchor_changes,
            })
            .await?;
        self.store.code_cache().keep(head.session_id, code.revision, &text.into());
        self.store.maintenance().sweep_now(replaced.as_ref()).await;
        let head = Session {
            version_number: version,
            thread_changes: head.thread_changes.saturating_add(anchor_changes),
            revision: code.revision,
            code_bytes: code.size,
            chunk_count: code.chunk_count,
            language_detected,
            language_override,
            updated_at: now,
            ..head.clone()
        };
        Ok(Saved { head, threads })
    }

    pub(crate) async fn save_refused(
        self,
        caller: UserId,
        save: &SaveCode,
        staged: &Staged,
        error: SaveSessionError,
    ) -> SaveCodeError {
        if !matches!(error, SaveSessionError::Store(_)) {
            self.store.maintenance().discard(staged.job.as_ref()).await;
        }
        match error {
            // The transaction may have succeeded. The job of the staged chunks checks that later.
            SaveSessionError::Store(error) => error.into(),
            SaveSessionError::SessionNotFound => match self.access_error(caller, save.session_id).await {
                Ok(error) => error.into(),
                Err(error) => error.into(),
            },
            SaveSessionError::VersionConflict { .. } => self.conflict(caller, save.session_id).await,
            SaveSessionError::ThreadsChanged
            | SaveSessionError::SettingsChanged
            | SaveSessionError::StagingExpired
            | SaveSessionError::JobExists
            | SaveSessionError::PatchTaken => StoreError::Contended { pattern: "AP-24" }.into(),
        }
    }
}

/// The state that a save starts from.
pub(crate) struct Base {
    pub(crate) head: Session,
    pub(crate) threads: Vec<PlacedThread>,
    /// The item of the anchors, if there are threads.
    pub(crate) anchors: Option<Anchors>,
    /// Whether the anchors were read before the head, or the order is not known. Then the commit always writes them, on
    /// condition that they are unchanged: the head's count of thread changes does not cover an older read.
    pub(crate) checks_anchors: bool,
    /// The code, if the save needs it.
    pub(crate) old_text: CodeText,
}

impl Base {
    /// The session for a reader, if the code was read.
    pub(crate) fn opened(self) -> OpenedSession {
        OpenedSession { head: self.head, text: self.old_text }
    }

    /// The threads at their positions in the next version.
    fn moved(&self, anchors: &[Anchor], now: Timestamp) -> Vec<PlacedThread> {
        let version = self.head.version_number.next();
        self.threads.iter().zip(anchors).map(|(thread, anchor)| thread.at(*anchor, version, now)).collect()
    }
}
