//! Changes the code of a loaded session: saves and applied patches.

use model::{
    AccessError, ApplyError, Change, Message, MessageId, MessageKey, PatchStatus, SaveCode, SaveCodeError,
    SessionVersion, Store, Thread, ThreadId,
};

use super::{SessionProgress, StepResult};
use crate::seed::SeedError;
use crate::seed::plan::Event;

impl SessionProgress {
    /// Records the new version of the code.
    fn set_version(&mut self, version: SessionVersion) -> StepResult {
        self.version = version;
        StepResult::Written
    }
}

/// Saves code over the expected version.
pub(super) async fn save(
    store: &Store,
    progress: &mut SessionProgress,
    event: &Event,
    text: &str,
) -> Result<StepResult, SeedError> {
    if progress.version > event.version {
        return Ok(StepResult::Exists);
    }
    let save = SaveCode {
        session_id: progress.session_id,
        expected_version_number: event.version,
        text: Some(text.to_owned()),
        language_override: Change::Keep,
    };
    match store.sessions().save(progress.user_id, save).await {
        Ok(saved) => Ok(progress.set_version(saved.head.version_number)),
        Err(SaveCodeError::Access(AccessError::Store(error))) => Err(error.into()),
        Err(_) => Ok(StepResult::Changed),
    }
}

/// Applies the patch of the answer with this number.
pub(super) async fn apply(
    store: &Store,
    progress: &mut SessionProgress,
    thread: &Thread,
    event: &Event,
    seq: u32,
) -> Result<StepResult, SeedError> {
    let thread_id = ThreadId { session_id: thread.session_id, thread: thread.thread };
    let answer = store
        .maintenance()
        .find_message(MessageKey { session_id: thread.session_id, thread: thread.thread, seq })
        .await?;
    let is_applied = |answer: &Message| answer.patch_status == Some(PatchStatus::Applied);
    if answer.as_ref().is_some_and(is_applied) {
        return Ok(StepResult::Exists);
    }
    let id = MessageId { thread_id, seq };
    match store.sessions().apply_patch(progress.user_id, id, event.version).await {
        Ok(applied) => Ok(progress.set_version(applied.saved.head.version_number)),
        Err(ApplyError::Save(SaveCodeError::Access(AccessError::Store(error)))) => Err(error.into()),
        Err(_) => Ok(StepResult::Changed),
    }
}
