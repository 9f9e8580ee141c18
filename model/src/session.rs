//! Sessions: creating them up to the limit, and opening them with their code. AP-20 to AP-25.

use uuid::Uuid;

use crate::code_storage::{StageError, Staged};
use crate::creation::CreationRequest;
use crate::limits::{INLINE_MAX, SESSIONS_PER_USER};
use crate::retry::retry;
use crate::{
    AccessError, Code, CodeText, CodeTooLarge, CreateSession, CreateSessionError, Created, Creation,
    DeleteSessionError, Filename, Language, NewSession, OpenSession, RevisionId, Session, SessionId, SessionRequired,
    SessionVersion, Sessions, StoreError, UserId,
};

/// Maximum reads of head, code and chunks when saves happen in between.
pub(crate) const READS: u32 = 3;
/// Maximum tries when another request changes the session first.
pub(crate) const MAX_ATTEMPTS: u32 = 20;

/// Why a session was not created.
#[derive(Debug, thiserror::Error)]
pub enum NewSessionError {
    /// The code is longer than 5 MiB.
    #[error(transparent)]
    TooLarge(#[from] CodeTooLarge),
    /// The user has the maximum number of sessions.
    #[error("the user has {SESSIONS_PER_USER} sessions already")]
    LimitExceeded,
    /// The user was deleted meanwhile.
    #[error("there is no such user")]
    UserNotFound,
    /// The client's id was used for a file with other contents.
    #[error("the client's id was used for another file")]
    OtherContents,
    /// The session that the client's id created was deleted.
    #[error("the session was deleted")]
    Gone,
    /// The table did not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A session with its code.
#[derive(Clone, PartialEq)]
pub struct OpenedSession {
    /// All attributes except the code.
    pub head: Session,
    /// The code of exactly this head.
    pub text: CodeText,
}

impl std::fmt::Debug for OpenedSession {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OpenedSession").field("head", &self.head).field("text", &format_args!("<redacted>")).finish()
    }
}

impl Session {
    /// The effective language: the one that the user set, else the detected one.
    #[must_use]
    pub fn language(&self) -> Language {
        self.language_override.unwrap_or(self.language_detected)
    }
}

impl Sessions<'_> {
    /// Creates a session with the first version of its code. With the client's own id, a repeated request gets the
    /// session that the first one created.
    ///
    /// # Errors
    /// When the code is too large, or the user has the maximum number of sessions; and when the client's id was used
    /// for a file with other contents, or its session was deleted.
    pub async fn create(
        self,
        owner: UserId,
        client_id: Option<Uuid>,
        new: NewSession,
    ) -> Result<Created<Session>, NewSessionError> {
        let request = client_id.map(|client_id| CreationRequest::of_session(owner, client_id, &new));
        if new.text.len() > INLINE_MAX
            && let Some(created) = self.before_chunks(owner, request).await?
        {
            return Ok(created);
        }
        self.put(owner, new, request).await
    }

    /// The session of an earlier request with the same client id, or the error of the transaction: it checks record,
    /// user and cap too, but only after the chunks were written, which can cost thousands of units.
    async fn before_chunks(
        self,
        owner: UserId,
        request: Option<CreationRequest>,
    ) -> Result<Option<Created<Session>>, NewSessionError> {
        let (user, record) = futures::try_join!(self.store.patterns.get_user(owner), self.record_of(request))?;
        if let Some((request, record)) = request.zip(record) {
            return self.created_before(&record, request).await.map(Some);
        }
        let error = match user {
            None => NewSessionError::UserNotFound,
            Some(user) if user.session_count >= SESSIONS_PER_USER => NewSessionError::LimitExceeded,
            Some(_) => return Ok(None),
        };
        // The earlier request may have created the last session between the two reads.
        match request.zip(self.record_of(request).await?) {
            Some((request, record)) => self.created_before(&record, request).await.map(Some),
            None => Err(error),
        }
    }

    async fn record_of(self, request: Option<CreationRequest>) -> Result<Option<Creation>, StoreError> {
        match request {
            Some(request) => self.store.patterns.get_creation(request.key_digest).await,
            None => Ok(None),
        }
    }

    async fn put(
        self,
        owner: UserId,
        new: NewSession,
        request: Option<CreationRequest>,
    ) -> Result<Created<Session>, NewSessionError> {
        let now = self.store.clock().now();
        let session_id: SessionId = self.store.ids().next(now);
        let language_detected = detect(&new.filename, &new.text);
        let staged = self.stage_code(owner, session_id, new.text).await?;
        let required = SessionRequired {
            user_id: owner,
            session_id,
            filename: new.filename,
            language_detected,
            version_number: SessionVersion::new(1),
            revision: staged.code.revision,
            code_bytes: staged.code.size,
            chunk_count: staged.code.chunk_count,
            thread_count: 0,
            thread_changes: 0,
            settings_changes: 0,
            created_at: now,
            updated_at: now,
            last_modified_by: owner,
        };
        let session = Session { language_override: new.language_override, ..required.into() };
        let record = request.map(|request| request.record(owner, session_id, None, now));
        let committed = self.commit(&session, &staged, record.as_ref()).await;
        let Err(error) = committed else { return Ok(Created::new(session)) };
        self.unstage(&staged, &error).await;
        if let (CreateSessionError::RequestKnown, Some(request)) = (&error, request)
            && let Some(record) = self.store.patterns.get_creation(request.key_digest).await?
        {
            return self.created_before(&record, request).await;
        }
        Err(error.into())
    }

    async fn commit(
        self,
        session: &Session,
        staged: &Staged,
        record: Option<&Creation>,
    ) -> Result<(), CreateSessionError> {
        let job = staged.job.as_ref().map(crate::SweepJob::key);
        self.store
            .patterns
            .create_session(CreateSession { record, session, code: &staged.code, staged: job.as_ref() })
            .await
    }

    /// The session that an earlier request with the same client id created.
    async fn created_before(
        self,
        record: &Creation,
        request: CreationRequest,
    ) -> Result<Created<Session>, NewSessionError> {
        if !request.matches(record) {
            return Err(NewSessionError::OtherContents);
        }
        let head = self.store.patterns.get_session(record.user_id, record.session_id).await?;
        head.map(Created::repeated).ok_or(NewSessionError::Gone)
    }

    /// Removes staged chunks at once if the commit was refused. If the commit failed, it may have succeeded, so the job
    /// decides later.
    async fn unstage(self, staged: &Staged, error: &CreateSessionError) {
        if !matches!(error, CreateSessionError::Store(_)) {
            self.store.maintenance().discard(staged.job.as_ref()).await;
        }
    }

    /// Deletes the caller's session, decrements the user's session counter, and removes the session's contents as far
    /// as time allows. The sweep completes it.
    ///
    /// # Errors
    /// When it belongs to another user, or does not exist.
    pub async fn delete(self, caller: UserId, session_id: SessionId) -> Result<(), AccessError> {
        retry!(MAX_ATTEMPTS, "AP-26", {
            let head = self.get(caller, session_id).await?;
            match self.store.maintenance().detach(&head, true).await {
                Ok(job) => {
                    self.store.maintenance().sweep_now(Some(&job)).await;
                    Ok(Some(()))
                }
                Err(DeleteSessionError::SessionNotFound) => Err(AccessError::NotFound),
                Err(
                    DeleteSessionError::SessionChanged
                    | DeleteSessionError::JobExists
                    | DeleteSessionError::SlotNotReturned,
                ) => Ok(None),
                Err(DeleteSessionError::Store(error)) => Err(error.into()),
            }
        })
    }

    /// The caller's session with its code. One round trip, unless the code is in chunks, or another process saved it
    /// since this process cached it.
    ///
    /// # Errors
    /// When it belongs to another user, or does not exist.
    pub async fn open(self, caller: UserId, session_id: SessionId) -> Result<OpenedSession, AccessError> {
        let mut seen = Vec::new();
        for _ in 0..READS {
            let head = if self.store.code_cache().has(session_id) {
                Some((self.get(caller, session_id).await?, None))
            } else {
                let OpenSession { head, code } = self.store.patterns.open_session(caller, session_id).await?;
                of_one_revision(head, code, caller)?.map(|(head, code)| (head, Some(code)))
            };
            let Some((head, code)) = head else { continue };
            seen.push(head.revision);
            if let Some(text) = self.text_with(&head, code).await? {
                return Ok(OpenedSession { head, text });
            }
        }
        Err(unread_code("AP-22", &seen).into())
    }
}

/// The error when the code of a session was not read in [`READS`] tries: a save happened each time, or the code of the
/// head's revision is missing.
pub(crate) fn unread_code(pattern: &'static str, seen: &[RevisionId]) -> StoreError {
    if seen.len() < READS as usize || seen.iter().any(|revision| revision != &seen[0]) {
        return StoreError::Contended { pattern };
    }
    let reason = "a chunk of the code that the head names is missing; `codesensei verify` says which".to_owned();
    StoreError::Corrupt { pattern, entity: "code_chunk", reason }
}

/// Head and code of one revision. `None` when a save or a delete happened between the two reads.
pub(crate) fn of_one_revision(
    head: Option<Session>,
    code: Option<Code>,
    caller: UserId,
) -> Result<Option<(Session, Code)>, AccessError> {
    match (head, code) {
        (None, None) => Err(AccessError::NotFound),
        (None, Some(code)) if code.user_id != caller => Err(AccessError::Forbidden),
        (Some(head), Some(code)) if head.revision == code.revision => Ok(Some((head, code))),
        _ => Ok(None),
    }
}

/// Detects the language by file name and text.
pub(crate) fn detect(filename: &Filename, text: &str) -> Language {
    Language::detect(filename.as_str(), text)
}

impl From<StageError> for NewSessionError {
    fn from(error: StageError) -> Self {
        match error {
            StageError::TooLarge(error) => error.into(),
            StageError::Store(error) => error.into(),
        }
    }
}

impl From<CreateSessionError> for NewSessionError {
    fn from(error: CreateSessionError) -> Self {
        match error {
            CreateSessionError::SessionLimitExceeded => Self::LimitExceeded,
            CreateSessionError::UserNotFound => Self::UserNotFound,
            CreateSessionError::Store(error) => error.into(),
            // A new request can succeed: the id was taken, staging took longer than allowed, or the record was removed
            // after it had refused the creation.
            CreateSessionError::SessionExists
            | CreateSessionError::StagingExpired
            | CreateSessionError::RequestKnown => StoreError::Contended { pattern: "AP-20" }.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Ids, Timestamp};

    #[test]
    fn code_that_is_missing_in_every_try_is_damaged_and_else_it_was_saved_meanwhile() {
        let ids = Ids::seeded(1);
        let one: RevisionId = ids.next(Timestamp::EPOCH);
        let all = vec![one; READS as usize];
        let is_damaged = |seen: &[RevisionId]| matches!(unread_code("AP-22", seen), StoreError::Corrupt { .. });
        assert!(is_damaged(&all));
        assert!(!is_damaged(&all[1..]), "a try found no head");
        assert!(!is_damaged(&[&all[1..], &[ids.next(Timestamp::EPOCH)]].concat()), "a save happened");
    }
}
