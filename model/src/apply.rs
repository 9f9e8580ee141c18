//! Applying the patch of an answer: the code, the threads and the answer change together, and no code travels. AP-24.

use crate::opening::Beside;
use crate::placed::{Opened, placed};
use crate::retry::retry;
use crate::save::{Base, SaveCode};
use crate::session::TRIES;
use crate::{
    AccessError, AppliedAnswer, Change, Message, MessageId, MessageKey, OpenedSession, Patch, PatchStatus,
    PlacedThread, Reanchor, SaveCodeError, SaveSessionError, Saved, Sessions, StoreError, ThreadId, ThreadKey, UserId,
};

/// What a patch is applied to.
#[derive(Clone, Copy)]
pub struct Target<'a> {
    /// The code as it is.
    pub text: &'a str,
    /// Its version.
    pub version_number: u32,
    /// The thread as it is, whose answer the patch belongs to.
    pub thread: &'a PlacedThread,
}

/// The lines that a patch replaces in the code that it is applied to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PatchedLines {
    /// The first line, from 1.
    pub start_line: u32,
    /// The last line, included.
    pub end_line: u32,
}

/// A patch that was applied, by this request or an earlier one.
#[derive(Clone, Debug)]
pub struct Applied {
    /// The answer as it is now. It says which version the patch made.
    pub answer: Message,
    /// The lines that the patch replaced.
    pub lines: PatchedLines,
    /// The session and its threads as they are now.
    pub saved: Saved,
}

/// Why a patch was not applied.
#[derive(Debug, thiserror::Error)]
pub enum ApplyError<E> {
    /// There is no such thread any more.
    #[error("there is no such thread")]
    ThreadNotFound,
    /// There is no such message in it.
    #[error("there is no such message")]
    MessageNotFound,
    /// The message brings no patch.
    #[error("the message has no patch")]
    NoPatch,
    /// It does not fit the code as it is now.
    #[error("the patch does not fit any more")]
    Unfit(E),
    /// The code could not be saved.
    #[error(transparent)]
    Save(#[from] SaveCodeError),
}

impl<E> From<StoreError> for ApplyError<E> {
    fn from(error: StoreError) -> Self {
        SaveCodeError::from(error).into()
    }
}

impl<E> From<AccessError> for ApplyError<E> {
    fn from(error: AccessError) -> Self {
        SaveCodeError::from(error).into()
    }
}

/// An answer with a patch, and the session that it is for, as one read found them.
pub struct Proposal {
    caller: UserId,
    id: MessageId,
    opened: Opened,
}

impl Sessions<'_> {
    /// Applies the patch of the caller's answer to the code, if that is still at the expected version. `place` finds the
    /// lines that it replaces, and gives them with the code that it makes. A patch that is applied already is left alone, and
    /// answered with the version that it made.
    ///
    /// # Errors
    /// When there is nothing to apply, it does not fit, or another request saved the code.
    pub async fn apply_patch<E>(
        self,
        caller: UserId,
        id: MessageId,
        expected_version_number: u32,
        place: impl Fn(&Patch, Target<'_>) -> Result<(PatchedLines, String), E>,
        reanchor: Reanchor,
    ) -> Result<Applied, ApplyError<E>> {
        let proposal = self.read_proposal(caller, id).await?;
        self.apply_proposal(proposal, expected_version_number, place, reanchor).await
    }

    /// Reads the caller's answer, and its session with code and anchors.
    ///
    /// # Errors
    /// When the session is another's, or there is none.
    pub async fn read_proposal(self, caller: UserId, id: MessageId) -> Result<Proposal, AccessError> {
        let ThreadId { session_id, thread } = id.thread_id;
        let (key, message) = (ThreadKey { session_id, thread }, MessageKey { session_id, thread, seq: id.seq });
        let beside = Beside { threads: &[key], messages: &[message], ..Beside::default() };
        let opened = self.store.threads().open_with(caller, session_id, beside).await?;
        Ok(Proposal { caller, id, opened })
    }

    /// Applies the patch of an answer that has been read; see [`apply_patch`](Self::apply_patch).
    ///
    /// # Errors
    /// As [`apply_patch`](Self::apply_patch).
    pub async fn apply_proposal<E>(
        self,
        proposal: Proposal,
        expected_version_number: u32,
        place: impl Fn(&Patch, Target<'_>) -> Result<(PatchedLines, String), E>,
        reanchor: Reanchor,
    ) -> Result<Applied, ApplyError<E>> {
        let (caller, id, mut proposal) = (proposal.caller, proposal.id, Some(proposal));
        retry!(TRIES, "AP-24", {
            let read = match proposal.take() {
                Some(read) => read,
                None => self.read_proposal(caller, id).await?,
            };
            let (answer, base) = self.answer_and_base(read).await?;
            let patch = answer.patch.as_ref().ok_or(ApplyError::NoPatch)?;
            if answer.patch_status == Some(PatchStatus::Applied) {
                return Ok(Some(Applied::before(answer, base)));
            }
            if base.head.version_number != expected_version_number {
                return Err(SaveCodeError::VersionConflict(Box::new(base.opened())).into());
            }
            let thread = base.threads.iter().find(|thread| thread.thread == id.thread_id.thread);
            let thread = thread.ok_or(ApplyError::ThreadNotFound)?;
            let target = Target { text: &base.old_text, version_number: expected_version_number, thread };
            let (lines, text) = place(patch, target).map_err(ApplyError::Unfit)?;
            let saved = self.save_applied(&base, &answer, lines, text, reanchor).await?;
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

    /// The answer, and what the save starts from. What the commit is held to was read first: the thread changes that the head
    /// counts, before the other threads; or, where the thread is the only one, its own anchor.
    async fn answer_and_base<E>(self, proposal: Proposal) -> Result<(Message, Base), ApplyError<E>> {
        let Opened { session, anchors, threads, mut messages } = proposal.opened;
        let OpenedSession { head, text: old_text } = session;
        let own = threads.first().ok_or(ApplyError::ThreadNotFound)?;
        let only = placed(own, anchors.as_ref())?.filter(|_| head.thread_count == 1);
        let base = if let Some(own) = only {
            Base { head, threads: vec![own], anchors, holds_to_anchors: true, old_text }
        } else {
            let (threads, anchors) = self.store.threads().list_placed(head.session_id).await?;
            Base { head, threads, anchors, holds_to_anchors: false, old_text }
        };
        let answer = messages.pop().ok_or(ApplyError::MessageNotFound)?;
        Ok((answer, base))
    }

    /// Saves the code that the patch makes; nothing when the session changed since it was read, perhaps by this very patch.
    async fn save_applied<E>(
        self,
        base: &Base,
        answer: &Message,
        lines: PatchedLines,
        text: String,
        reanchor: Reanchor,
    ) -> Result<Option<Saved>, ApplyError<E>> {
        let (session_id, version) = (base.head.session_id, base.head.version_number);
        let moved = self.moved_threads(base, &text, reanchor).await?;
        let staged = self.stage_code(base.head.user_id, session_id, text.clone()).await.map_err(SaveCodeError::from)?;
        let applied = AppliedAnswer {
            session_id,
            thread: answer.thread,
            seq: answer.seq,
            applied_version: Some(version.saturating_add(1)),
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

impl Applied {
    /// What an earlier request applied. The lines are stored with the answer; before they were, they are those of the patch.
    fn before(answer: Message, base: Base) -> Self {
        let (start, end) = answer.patch.as_ref().map_or((1, 1), |patch| (patch.start_line, patch.end_line));
        let lines = PatchedLines {
            start_line: answer.applied_start_line.unwrap_or(start),
            end_line: answer.applied_end_line.unwrap_or(end),
        };
        let Base { head, threads, .. } = base;
        Self { answer, lines, saved: Saved { head, threads } }
    }
}
