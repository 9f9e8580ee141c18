//! Settings of a session: its name and language. AP-25.

use crate::retry::retry;
use crate::session::{MAX_ATTEMPTS, detect};
use crate::{
    AccessError, ChangeSessionSettings, ChangeSessionSettingsError, Filename, Language, Session, SessionId, Sessions,
    StoreError, UserId,
};

/// A change of an optional value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Change<T> {
    /// Keeps the value.
    #[default]
    Keep,
    /// Removes the value.
    Clear,
    /// Sets the value.
    Set(T),
}

impl<T> Change<T> {
    /// The value after the change.
    pub fn onto(self, old: Option<T>) -> Option<T> {
        match self {
            Self::Keep => old,
            Self::Clear => None,
            Self::Set(new) => Some(new),
        }
    }

    /// Converts the value of the change.
    ///
    /// # Errors
    /// Those of `make`.
    pub fn try_map<U, E>(self, make: impl FnOnce(T) -> Result<U, E>) -> Result<Change<U>, E> {
        Ok(match self {
            Self::Keep => Change::Keep,
            Self::Clear => Change::Clear,
            Self::Set(value) => Change::Set(make(value)?),
        })
    }
}

/// Settings to change.
#[derive(Clone, Debug)]
pub struct NewSettings {
    /// The new name; the old one is kept when absent.
    pub filename: Option<Filename>,
    /// The language that the user set.
    pub language_override: Change<Language>,
}

impl Sessions<'_> {
    /// Changes name and language of the caller's session. Concurrent changes and saves are preserved.
    ///
    /// # Errors
    /// When the session belongs to another user, or does not exist.
    pub async fn change_settings(
        self,
        caller: UserId,
        session_id: SessionId,
        new: &NewSettings,
    ) -> Result<Session, AccessError> {
        let mut head = self.get(caller, session_id).await?;
        retry!(MAX_ATTEMPTS, "AP-25", {
            match self.try_settings(&head, new).await? {
                UpdateOutcome::Done(head) => return Ok(Some(*head)),
                UpdateOutcome::Changed(current) => head = *current,
                UpdateOutcome::Elsewhere => head = self.get(caller, session_id).await?,
            }
            Ok(None)
        })
    }

    /// Changes the settings of a head if it has not changed since it was read. Unchanged settings cause no write.
    pub(crate) async fn try_settings(self, head: &Session, new: &NewSettings) -> Result<UpdateOutcome, StoreError> {
        let filename = new.filename.as_ref().unwrap_or(&head.filename);
        let language_override = new.language_override.onto(head.language_override);
        if *filename == head.filename && language_override == head.language_override {
            return Ok(UpdateOutcome::Done(Box::new(head.clone())));
        }
        let Some(language_detected) = self.detect_renamed(head, filename).await? else {
            return Ok(UpdateOutcome::Elsewhere);
        };
        let changed = self.store.patterns.change_session_settings(ChangeSessionSettings {
            user_id: head.user_id,
            session_id: head.session_id,
            seen_version: head.version_number,
            seen_settings_changes: head.settings_changes,
            filename,
            language_detected,
            language_override,
            now: self.store.clock().now(),
        });
        match changed.await {
            Ok(head) => Ok(UpdateOutcome::Done(Box::new(head))),
            Err(ChangeSessionSettingsError::SessionChanged { current }) => Ok(UpdateOutcome::Changed(current)),
            Err(ChangeSessionSettingsError::SessionNotFound) => Ok(UpdateOutcome::Elsewhere),
            Err(ChangeSessionSettingsError::Store(error)) => Err(error),
        }
    }

    /// The language of the code under another name; `None` when the session has changed. The code is read only when the
    /// new name alone does not determine the language. If neither name says anything about the language, the language
    /// that was detected by the shebang line is kept.
    async fn detect_renamed(self, head: &Session, filename: &Filename) -> Result<Option<Language>, StoreError> {
        if let Some(language) = Language::of_name(filename.as_str()) {
            return Ok(Some(language));
        }
        let old = head.filename.as_str();
        let is_told_by_text = [old, filename.as_str()].into_iter().any(Language::is_told_by_text);
        if Language::of_name(old).is_none() && !is_told_by_text {
            return Ok(Some(head.language_detected));
        }
        Ok(self.text_of(head).await?.map(|text| detect(filename, &text)))
    }
}

/// The outcome of one try to change the settings.
pub(crate) enum UpdateOutcome {
    /// The settings are as requested.
    Done(Box<Session>),
    /// Another request changed the session first. This is its current head.
    Changed(Box<Session>),
    /// The session was saved or deleted. The caller reads the head again.
    Elsewhere,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_keeps_clears_or_sets() {
        assert_eq!(Change::Keep.onto(Some(1)), Some(1));
        assert_eq!(Change::Clear.onto(Some(1)), None);
        assert_eq!(Change::Set(2).onto(Some(1)), Some(2));
        assert_eq!(Change::Set(2).onto(None), Some(2));
        assert_eq!(Change::Set("2").try_map(str::parse::<u8>), Ok(Change::Set(2)));
        assert!(Change::Set("x").try_map(str::parse::<u8>).is_err());
        assert_eq!(Change::<&str>::Clear.try_map(str::parse::<u8>), Ok(Change::Clear));
    }
}
