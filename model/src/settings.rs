//! Settings of a session: its name and its language. AP-25.

use crate::retry::retry;
use crate::session::{TRIES, detect};
use crate::{
    AccessError, ChangeSessionSettings, ChangeSessionSettingsError, Filename, Language, Session, SessionId, Sessions,
    StoreError, UserId,
};

/// What becomes of a value that may be absent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Change<T> {
    /// It stays as it is.
    #[default]
    Keep,
    /// It is absent from now on.
    Clear,
    /// It is this from now on.
    Set(T),
}

impl<T> Change<T> {
    /// The value afterwards.
    pub fn onto(self, old: Option<T>) -> Option<T> {
        match self {
            Self::Keep => old,
            Self::Clear => None,
            Self::Set(new) => Some(new),
        }
    }

    /// The change with its value made into another.
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
    /// The name from now on; the old one when absent.
    pub filename: Option<Filename>,
    /// What the user says the language is.
    pub language_override: Change<Language>,
}

impl Sessions<'_> {
    /// Changes name and language of the caller's session. Of others who do at the same time, or save, nothing is undone.
    ///
    /// # Errors
    /// When the session is another's, or there is none.
    pub async fn change_settings(
        self,
        caller: UserId,
        session_id: SessionId,
        new: &NewSettings,
    ) -> Result<Session, AccessError> {
        let mut head = self.get(caller, session_id).await?;
        retry!(TRIES, "AP-25", {
            match self.try_settings(&head, new).await? {
                UpdateOutcome::Done(head) => return Ok(Some(*head)),
                UpdateOutcome::Changed(current) => head = *current,
                UpdateOutcome::Elsewhere => head = self.get(caller, session_id).await?,
            }
            Ok(None)
        })
    }

    /// Changes the settings of a head if it still is as it was read. Settings that it has already are not written.
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

    /// The language that the code has under another name; `None` when the session has moved on. The code is read only
    /// when the new name alone does not tell it, unless neither name tells anything: then what the first line says is known.
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

/// The outcome of one try to change settings.
pub(crate) enum UpdateOutcome {
    /// They are as they should be.
    Done(Box<Session>),
    /// Another request changed the session first; this is its head now.
    Changed(Box<Session>),
    /// The session was saved or deleted; its head is to be read again.
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
