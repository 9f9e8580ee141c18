//! Idempotent creation: a record under the client's own id names the session or thread that was created. AP-131.

use uuid::Uuid;

use crate::limits::CLIENT_ID_REMEMBERED;
use crate::{Creation, Digest, Filename, Language, NewThread, SessionId, ThreadUuid, Timestamp, UserId};

/// A file to review.
#[derive(Debug)]
pub struct NewSession {
    /// The name shown in the list.
    pub filename: Filename,
    /// The language that the user set.
    pub language_override: Option<Language>,
    /// The code.
    pub text: String,
}

/// A session or a thread, and whether an earlier request with the same client id created it.
#[derive(Clone, Debug, PartialEq)]
pub struct Created<T> {
    /// The session or thread as it is now.
    pub item: T,
    /// Whether an earlier request created it.
    pub is_repeated: bool,
}

/// A client's own id for a session or thread, with a digest of its contents.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CreationRequest {
    pub(crate) key_digest: Digest,
    fingerprint: Digest,
}

impl<T> Created<T> {
    pub(crate) const fn new(item: T) -> Self {
        Self { item, is_repeated: false }
    }

    pub(crate) const fn repeated(item: T) -> Self {
        Self { item, is_repeated: true }
    }
}

impl CreationRequest {
    pub(crate) fn of_session(owner: UserId, client_id: Uuid, new: &NewSession) -> Self {
        let language = new.language_override.map_or("", crate::Language::name);
        let contents = format!("{}\n{language}\n{}", new.filename.as_str(), Digest::of(&new.text));
        let key = format!("session\n{owner}\n{client_id}");
        Self { key_digest: Digest::of(key), fingerprint: Digest::of(contents) }
    }

    pub(crate) fn of_thread(owner: UserId, session_id: SessionId, client_id: Uuid, new: &NewThread) -> Self {
        let NewThread { kind, start_line, end_line, selected_text } = new;
        let contents = format!("{}\n{start_line}\n{end_line}\n{selected_text}", kind.as_str());
        let key = format!("thread\n{owner}\n{session_id}\n{client_id}");
        Self { key_digest: Digest::of(key), fingerprint: Digest::of(contents) }
    }

    /// The record, which the transaction stores with the new item.
    pub(crate) fn record(
        self,
        user_id: UserId,
        session_id: SessionId,
        thread: Option<ThreadUuid>,
        now: Timestamp,
    ) -> Creation {
        let Self { key_digest, fingerprint } = self;
        Creation {
            key_digest,
            user_id,
            fingerprint,
            session_id,
            thread,
            expires_at: now.plus(CLIENT_ID_REMEMBERED).expiry(),
        }
    }

    /// Whether the record belongs to a request with the same contents.
    pub(crate) fn matches(self, record: &Creation) -> bool {
        record.fingerprint == self.fingerprint
    }
}
