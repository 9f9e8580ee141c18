//! Applying the patch of an answer: the code, the threads and the answer change together, and no code travels. AP-24.

use crate::opening::Beside;
use crate::placed::{Opened, placed};
use crate::save::{Base, SaveCode};
use crate::session::TRIES;
use crate::{
    AccessError, AppliedAnswer, Change, Message, MessageId, MessageKey, OpenedSession, Patch, PatchStatus,
    PlacedThread, Reanchor, SaveCodeError, SaveSessionError, Saved, Store, StoreError, ThreadId, ThreadKey, UserId,
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

/// A patch that was applied.
#[derive(Clone, Debug)]
pub struct Applied<P> {
    /// The answer as it is now.
    pub answer: Message,
    /// The patch, where it was applied.
    pub patch: P,
    /// What the save left.
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
    /// It is applied already.
    #[error("the patch was applied already")]
    AppliedBefore {
        /// The version that this made, if it is known.
        version_number: Option<u32>,
    },
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

impl Store {
    /// Applies the patch of the caller's answer to the code, if that is still at the expected version. `place` finds where
    /// it belongs, and gives the patch as it fits there with the code that it makes.
    ///
    /// # Errors
    /// When there is nothing to apply, it does not fit, or the code was saved by somebody else.
    pub async fn apply_patch<P, E>(
        &self,
        caller: UserId,
        id: MessageId,
        expected_version_number: u32,
        place: impl Fn(&Patch, Target<'_>) -> Result<(P, String), E>,
        reanchor: Reanchor,
    ) -> Result<Applied<P>, ApplyError<E>> {
        let proposal = self.read_proposal(caller, id).await?;
        self.apply_proposal(proposal, expected_version_number, place, reanchor).await
    }

    /// Reads the caller's answer, and its session with code and anchors.
    ///
    /// # Errors
    /// When the session is another's, or there is none.
    pub async fn read_proposal(&self, caller: UserId, id: MessageId) -> Result<Proposal, AccessError> {
        let ThreadId { session_id, thread } = id.thread_id;
        let (key, message) = (ThreadKey { session_id, thread }, MessageKey { session_id, thread, seq: id.seq });
        let beside = Beside { threads: &[key], messages: &[message], ..Beside::default() };
        let opened = self.open_with(caller, session_id, beside).await?;
        Ok(Proposal { caller, id, opened })
    }

    /// Applies the patch of an answer that has been read; see [`apply_patch`](Self::apply_patch).
    ///
    /// # Errors
    /// As [`apply_patch`](Self::apply_patch).
    pub async fn apply_proposal<P, E>(
        &self,
        proposal: Proposal,
        expected_version_number: u32,
        place: impl Fn(&Patch, Target<'_>) -> Result<(P, String), E>,
        reanchor: Reanchor,
    ) -> Result<Applied<P>, ApplyError<E>> {
        let (caller, id, mut proposal) = (proposal.caller, proposal.id, Some(proposal));
        for _ in 0..TRIES {
            let read = match proposal.take() {
                Some(read) => read,
                None => self.read_proposal(caller, id).await?,
            };
            let (answer, base) = self.answer_and_base(read).await?;
            let patch = answer.open_patch()?;
            if base.head.version_number != expected_version_number {
                return Err(SaveCodeError::VersionConflict(Box::new(base.opened())).into());
            }
            let thread = base.threads.iter().find(|thread| thread.thread == id.thread_id.thread);
            let thread = thread.ok_or(ApplyError::ThreadNotFound)?;
            let target = Target { text: &base.old_text, version_number: expected_version_number, thread };
            let (patch, text) = place(patch, target).map_err(ApplyError::Unfit)?;
            if let Some(saved) = self.save_applied(&base, &answer, text, reanchor).await? {
                let applied_version = Some(saved.head.version_number);
                let answer = Message { patch_status: Some(PatchStatus::Applied), applied_version, ..answer };
                return Ok(Applied { answer, patch, saved });
            }
        }
        Err(StoreError::Contended { pattern: "AP-24" }.into())
    }

    /// The answer, and what the save starts from. What the commit is held to was read first: the thread changes that the head
    /// counts, before the other threads; or, where the thread is the only one, its own anchor.
    async fn answer_and_base<E>(&self, proposal: Proposal) -> Result<(Message, Base), ApplyError<E>> {
        let Opened { session, anchors, threads, mut messages } = proposal.opened;
        let OpenedSession { head, text: old_text } = session;
        let own = threads.first().ok_or(ApplyError::ThreadNotFound)?;
        let only = placed(own, anchors.as_ref()).filter(|_| head.thread_count == 1);
        let base = if let Some(own) = only {
            Base { head, threads: vec![own], anchors, holds_to_anchors: true, old_text }
        } else {
            let (threads, anchors) = self.placed_threads(head.session_id).await?;
            Base { head, threads, anchors, holds_to_anchors: false, old_text }
        };
        let answer = messages.pop().ok_or(ApplyError::MessageNotFound)?;
        Ok((answer, base))
    }

    /// Saves the code that the patch makes; nothing when a thread or the name changed since they were read.
    async fn save_applied<E>(
        &self,
        base: &Base,
        answer: &Message,
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
        };
        let save = SaveCode {
            session_id,
            expected_version_number: version,
            text: Some(text.clone()),
            language_override: Change::Keep,
        };
        match self.commit_save(base, &save, &text, &staged, &moved, Some(applied)).await {
            Ok(saved) => Ok(Some(saved)),
            Err(SaveSessionError::ThreadsChanged | SaveSessionError::SettingsChanged) => {
                self.discard(staged.job.as_ref()).await;
                Ok(None)
            }
            Err(SaveSessionError::PatchTaken) => {
                self.discard(staged.job.as_ref()).await;
                Err(ApplyError::AppliedBefore { version_number: None })
            }
            Err(error) => Err(self.save_refused(base.head.user_id, &save, &staged, error).await.into()),
        }
    }
}

impl Message {
    /// The patch that can still be applied.
    fn open_patch<E>(&self) -> Result<&Patch, ApplyError<E>> {
        let patch = self.patch.as_ref().ok_or(ApplyError::NoPatch)?;
        if self.patch_status == Some(PatchStatus::Applied) {
            return Err(ApplyError::AppliedBefore { version_number: self.applied_version });
        }
        Ok(patch)
    }
}
