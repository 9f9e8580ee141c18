//! Applying the patch of an answer: code, threads and answer change in one transaction, and the client sends no code.
//! AP-24.

use review::patch::Withheld;

use crate::opening::Related;
use crate::placed::{Opened, are_of, placed};
use crate::retry::retry;
use crate::save::{Base, SaveCode};
use crate::session::MAX_ATTEMPTS;
use crate::{
    AccessError, AppliedAnswer, Change, Message, MessageId, MessageKey, OpenedSession, Patch, PatchStatus,
    PlacedThread, SaveCodeError, SaveSessionError, Saved, SessionVersion, Sessions, StoreError, ThreadId, ThreadKey,
    ThreadKind, UserId,
};

/// The lines that a patch replaces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PatchedLines {
    /// The first line, from 1.
    pub start_line: u32,
    /// The last line, included.
    pub end_line: u32,
}

/// An applied patch, applied by this request or an earlier one.
#[derive(Clone, Debug)]
pub struct Applied {
    /// The answer as it is now, with the version that the patch created.
    pub answer: Message,
    /// The lines that the patch replaced.
    pub lines: PatchedLines,
    /// The session and its threads as they are now.
    pub saved: Saved,
}

/// Why a patch was not applied.
#[derive(Debug, thiserror::Error)]
pub enum ApplyError {
    /// The thread does not exist any more.
    #[error("there is no such thread")]
    ThreadNotFound,
    /// The thread has no such message.
    #[error("there is no such message")]
    MessageNotFound,
    /// The message has no patch.
    #[error("the message has no patch")]
    NoPatch,
    /// The patch does not fit the current code.
    #[error("the patch does not fit any more")]
    Unfit(Withheld),
    /// The code could not be saved.
    #[error(transparent)]
    Save(#[from] SaveCodeError),
}

impl From<StoreError> for ApplyError {
    fn from(error: StoreError) -> Self {
        SaveCodeError::from(error).into()
    }
}

impl From<AccessError> for ApplyError {
    fn from(error: AccessError) -> Self {
        SaveCodeError::from(error).into()
    }
}

/// An answer with a patch, and its session, from one read.
pub struct Proposal {
    caller: UserId,
    id: MessageId,
    opened: Opened,
}

impl Sessions<'_> {
    /// Applies the patch of the caller's answer to the code if the code is still at the expected version. A patch that
    /// is already applied is not applied again: the result has the version that it created.
    ///
    /// # Errors
    /// When there is no patch, the patch does not fit, or another request saved the code.
    pub async fn apply_patch(
        self,
        caller: UserId,
        id: MessageId,
        expected_version_number: SessionVersion,
    ) -> Result<Applied, ApplyError> {
        let proposal = self.read_proposal(caller, id).await?;
        self.apply_proposal(proposal, expected_version_number).await
    }

    /// Reads the caller's answer, and its session with code and anchors.
    ///
    /// # Errors
    /// When the session belongs to another user, or does not exist.
    pub async fn read_proposal(self, caller: UserId, id: MessageId) -> Result<Proposal, AccessError> {
        let ThreadId { session_id, thread } = id.thread_id;
        let (key, message) = (ThreadKey { session_id, thread }, MessageKey { session_id, thread, seq: id.seq });
        let related = Related { threads: &[key], messages: &[message], ..Related::default() };
        let opened = self.store.threads().open_with(caller, session_id, related).await?;
        Ok(Proposal { caller, id, opened })
    }

    /// Applies the patch of an answer that has been read; see [`apply_patch`](Self::apply_patch).
    ///
    /// # Errors
    /// As [`apply_patch`](Self::apply_patch).
    pub async fn apply_proposal(
        self,
        proposal: Proposal,
        expected_version_number: SessionVersion,
    ) -> Result<Applied, ApplyError> {
        let (caller, id, mut proposal) = (proposal.caller, proposal.id, Some(proposal));
        retry!(MAX_ATTEMPTS, "AP-24", {
            let read = match proposal.take() {
                Some(read) => read,
                None => self.read_proposal(caller, id).await?,
            };
            let (answer, base) = self.answer_and_base(read).await?;
            let patch = answer.patch.as_ref().ok_or(ApplyError::NoPatch)?;
            if answer.patch_status == Some(PatchStatus::Applied) {
                let is_of_one_version = are_of(&base.head, &base.threads);
                return Ok(is_of_one_version.then(|| Applied::earlier(answer, base)));
            }
            if base.head.version_number != expected_version_number {
                return Err(SaveCodeError::VersionConflict(Box::new(base.opened())).into());
            }
            let thread = base.threads.iter().find(|thread| thread.thread == id.thread_id.thread);
            let thread = thread.ok_or(ApplyError::ThreadNotFound)?;
            let (lines, text) = place(patch, &base, thread).map_err(ApplyError::Unfit)?;
            let saved = self.save_applied(&base, &answer, lines, text).await?;
            Ok(saved.map(|saved| {
                let answer = Message {
                    patch_status: Some(PatchStatus::Applied),
                    applied_version: Some(saved.head.version_number),
                    applied_start_line: Some(lines.start_line),
                    applied_end_line: Some(lines.end_line),
                    ..answer
                };
                Applied { answer, lines, saved }
            }))
        })
    }

    /// The answer, and the state that the save starts from. The commit is conditional on a state that is read before
    /// the other threads: the head's count of thread changes, or the thread's own anchor where it is the only thread.
    async fn answer_and_base(self, proposal: Proposal) -> Result<(Message, Base), ApplyError> {
        let Opened { session, anchors, threads, mut messages } = proposal.opened;
        let OpenedSession { head, text: old_text } = session;
        let own = threads.first().ok_or(ApplyError::ThreadNotFound)?;
        let only = placed(own, anchors.as_ref())?.filter(|_| head.thread_count == 1);
        let base = if let Some(own) = only {
            Base { head, threads: vec![own], anchors, checks_anchors: true, old_text }
        } else {
            let (threads, anchors) = self.store.threads().list_placed(head.session_id).await?;
            Base { head, threads, anchors, checks_anchors: false, old_text }
        };
        let answer = messages.pop().ok_or(ApplyError::MessageNotFound)?;
        Ok((answer, base))
    }

    /// Saves the code that the patch creates. `None` when the session has changed since it was read, perhaps by the
    /// same patch.
    async fn save_applied(
        self,
        base: &Base,
        answer: &Message,
        lines: PatchedLines,
        text: String,
    ) -> Result<Option<Saved>, ApplyError> {
        let (session_id, version) = (base.head.session_id, base.head.version_number);
        let moved = self.moved_threads(base, &text).await?;
        let staged = self.stage_code(base.head.user_id, session_id, text.clone()).await.map_err(SaveCodeError::from)?;
        let applied = AppliedAnswer {
            session_id,
            thread: answer.thread,
            seq: answer.seq,
            applied_version: Some(version.next()),
            start_line: Some(lines.start_line),
            end_line: Some(lines.end_line),
        };
        let save = SaveCode {
            session_id,
            expected_version_number: version,
            text: Some(text.clone()),
            language_override: Change::Keep,
        };
        match self.commit_save(base, &save, &text, &staged, &moved, Some(applied)).await {
            Ok(saved) => Ok(Some(saved)),
            Err(
                SaveSessionError::ThreadsChanged
                | SaveSessionError::SettingsChanged
                | SaveSessionError::VersionConflict { .. }
                | SaveSessionError::PatchTaken,
            ) => {
                self.store.maintenance().discard(staged.job.as_ref()).await;
                Ok(None)
            }
            Err(error) => Err(self.save_refused(base.head.user_id, &save, &staged, error).await.into()),
        }
    }
}

/// The lines that the patch replaces, and the resulting code.
fn place(patch: &Patch, base: &Base, thread: &PlacedThread) -> Result<(PatchedLines, String), Withheld> {
    let anchor = (thread.kind == ThreadKind::Block).then_some(thread.anchor);
    let placed = patch.locate(base.head.version_number, anchor, &base.old_text)?;
    let text = placed.apply(&base.old_text)?;
    Ok((PatchedLines { start_line: placed.start_line, end_line: placed.end_line }, text))
}

impl Applied {
    /// The result of an earlier request. Older answers have no stored lines: for them these are the lines of the patch.
    fn earlier(answer: Message, base: Base) -> Self {
        let (start, end) = answer.patch.as_ref().map_or((1, 1), |patch| (patch.start_line, patch.end_line));
        let lines = PatchedLines {
            start_line: answer.applied_start_line.unwrap_or(start),
            end_line: answer.applied_end_line.unwrap_or(end),
        };
        let Base { head, threads, .. } = base;
        Self { answer, lines, saved: Saved { head, threads } }
    }
}
