//! What changes a session's code again: a save by hand, and a patch that is applied.

use model::{
    AccessError, ApplyError, Change, Message, MessageId, MessageKey, PatchStatus, SaveCode, SaveCodeError, Store,
    Thread, ThreadId, place_patch, re_anchor_threads,
};

use super::{Loaded, Place};
use crate::seed::SeedError;
use crate::seed::plan::Event;

/// Saves code over the version it was changed from.
pub(super) async fn save(store: &Store, place: &mut Place, event: &Event, text: &str) -> Result<Loaded, SeedError> {
    if place.version > event.version {
        return Ok(Loaded::There);
    }
    let save = SaveCode {
        session_id: place.session_id,
        expected_version_number: event.version,
        text: Some(text.to_owned()),
        language_override: Change::Keep,
    };
    match store.sessions().save(place.user_id, save, re_anchor_threads).await {
        Ok(saved) => Ok(place.at(saved.head.version_number)),
        Err(SaveCodeError::Access(AccessError::Store(error))) => Err(error.into()),
        Err(_) => Ok(Loaded::Changed),
    }
}

/// Applies the patch of the answer with this number.
pub(super) async fn apply(
    store: &Store,
    place: &mut Place,
    thread: &Thread,
    event: &Event,
    seq: u32,
) -> Result<Loaded, SeedError> {
    let thread_id = ThreadId { session_id: thread.session_id, thread: thread.thread };
    let answer = store
        .maintenance()
        .find_message(MessageKey { session_id: thread.session_id, thread: thread.thread, seq })
        .await?;
    let is_applied = |answer: &Message| answer.patch_status == Some(PatchStatus::Applied);
    if answer.as_ref().is_some_and(is_applied) {
        return Ok(Loaded::There);
    }
    let id = MessageId { thread_id, seq };
    match store.sessions().apply_patch(place.user_id, id, event.version, place_patch, re_anchor_threads).await {
        Ok(applied) => Ok(place.at(applied.saved.head.version_number)),
        Err(ApplyError::Save(SaveCodeError::Access(AccessError::Store(error)))) => Err(error.into()),
        Err(_) => Ok(Loaded::Changed),
    }
}
