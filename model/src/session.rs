//! Sessions: creating them under the cap, and opening them with their code. AP-20 to AP-25.

use crate::code_storage::{StageError, Staged};
use crate::{
    AccessError, Code, CodeText, CodeTooLarge, CreateSession, CreateSessionError, DeleteSessionError, Filename,
    Language, OpenSession, Session, SessionId, Store, StoreError, UserId,
};

/// Head, code and chunks are read again this often when a save is met half-way.
pub(crate) const READS: u32 = 3;
/// What somebody else changed first is looked at again and tried again this often.
pub(crate) const TRIES: u32 = 20;

/// A file to review.
#[derive(Debug)]
pub struct NewSession {
    /// The name shown in the list.
    pub filename: Filename,
    /// What the user says the language is.
    pub language_override: Option<Language>,
    /// The code.
    pub text: String,
}

/// Why a session was not created.
#[derive(Debug, thiserror::Error)]
pub enum NewSessionError {
    /// The code is longer than 5 MiB.
    #[error(transparent)]
    TooLarge(#[from] CodeTooLarge),
    /// The user has 100 sessions already.
    #[error("the user has 100 sessions already")]
    LimitExceeded,
    /// The user was deleted meanwhile.
    #[error("there is no such user")]
    UserNotFound,
    /// The table could not be asked.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A session with its code.
#[derive(Clone, PartialEq)]
pub struct OpenedSession {
    /// Everything but the code.
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
    /// The language it counts as: what the user says, else what was detected.
    #[must_use]
    pub fn language(&self) -> Language {
        self.language_override.unwrap_or(self.language_detected)
    }
}

impl Store {
    /// Creates a session with its first version of the code.
    ///
    /// # Errors
    /// When the code is too large or the user has 100 sessions.
    pub async fn new_session(&self, owner: UserId, new: NewSession) -> Result<Session, NewSessionError> {
        let now = self.clock().now();
        let session_id: SessionId = self.ids().next(now);
        let language_detected = detect(&new.filename, &new.text);
        let staged = self.stage_code(owner, session_id, new.text).await?;
        let session = Session {
            user_id: owner,
            session_id,
            filename: new.filename,
            language_detected,
            language_override: new.language_override,
            version_number: 1,
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
        match self.commit_session(&session, &staged).await {
            Ok(()) => Ok(session),
            Err(error) => {
                self.unstage(&staged, &error).await;
                Err(error.into())
            }
        }
    }

    async fn commit_session(&self, session: &Session, staged: &Staged) -> Result<(), CreateSessionError> {
        let job = staged.job.as_ref().map(crate::SweepJob::key);
        self.create_session(CreateSession { session, code: &staged.code, staged: job.as_ref() }).await
    }

    /// Removes what was staged at once when the commit was refused. When it merely failed it may have happened, and
    /// the job decides later.
    async fn unstage(&self, staged: &Staged, error: &CreateSessionError) {
        if !matches!(error, CreateSessionError::Store(_)) {
            self.discard(staged.job.as_ref()).await;
        }
    }

    /// Deletes the caller's session, gives its slot back, and removes what is left of it as far as it can.
    ///
    /// # Errors
    /// When it is another's, or there is none.
    pub async fn remove_session(&self, caller: UserId, session_id: SessionId) -> Result<(), AccessError> {
        for _ in 0..TRIES {
            let head = self.own_session(caller, session_id).await?;
            match self.detach(&head, true).await {
                Ok(job) => {
                    self.sweep_now(Some(&job)).await;
                    return Ok(());
                }
                Err(DeleteSessionError::SessionNotFound) => return Err(AccessError::NotFound),
                Err(DeleteSessionError::SessionChanged | DeleteSessionError::JobExists) => {}
                Err(DeleteSessionError::Store(error)) => return Err(error.into()),
            }
        }
        Err(StoreError::Contended { pattern: "AP-26" }.into())
    }

    /// The caller's session with its code, in one round trip unless the code is in chunks, or was saved elsewhere since this
    /// process read it.
    ///
    /// # Errors
    /// When it is another's, or there is none.
    pub async fn read_session(&self, caller: UserId, session_id: SessionId) -> Result<OpenedSession, AccessError> {
        for _ in 0..READS {
            let head = if self.code_cache().has(session_id) {
                Some((self.own_session(caller, session_id).await?, None))
            } else {
                let OpenSession { head, code } = self.open_session(caller, session_id).await?;
                whole(head, code, caller)?.map(|(head, code)| (head, Some(code)))
            };
            if let Some((head, code)) = head
                && let Some(text) = self.text_with(&head, code).await?
            {
                return Ok(OpenedSession { head, text });
            }
        }
        Err(StoreError::Contended { pattern: "AP-22" }.into())
    }
}

/// Head and code of one revision. Nothing when a save or a delete was met half-way: the two items are read one after the
/// other.
pub(crate) fn whole(
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

/// The language that the filename and the first line tell.
pub(crate) fn detect(filename: &Filename, text: &str) -> Language {
    Language::detect(filename.as_str(), text.lines().next().unwrap_or_default())
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
            // A new id is taken, or a quarter of an hour went by: trying again is all there is to do.
            CreateSessionError::SessionExists | CreateSessionError::StagingExpired => {
                StoreError::Contended { pattern: "AP-20" }.into()
            }
        }
    }
}
