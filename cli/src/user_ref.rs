//! A reference to a user, by id or by username.

use std::str::FromStr;

use model::{InvalidUsername, Store, StoreError, UserId, UsernameKey};

/// A user on the command line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UserRef {
    /// By id.
    Id(UserId),
    /// By username, as `@name`.
    Name(UsernameKey),
}

/// The text does not name a user.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidUserRef {
    /// It is neither an id nor a username.
    #[error("expected a user id such as 01a05c06-6c80-72e7-b616-dd449d76a152, or a username such as @ada")]
    Malformed,
    /// It is a username without an @.
    #[error("expected a user id such as 01a05c06-6c80-72e7-b616-dd449d76a152; for a username, write @{0}")]
    MissingAt(String),
    /// The text after the @ is not a valid username.
    #[error("{name} is not a valid username: {reason}")]
    Name {
        /// The text.
        name: String,
        /// The reason.
        reason: InvalidUsername,
    },
}

/// The user was not found.
#[derive(Debug, thiserror::Error)]
pub enum UserRefError {
    /// No account has the username.
    #[error("the user @{name} was not found; if the claim on the username is missing, pass the id: `--user ID`")]
    NotFound {
        /// The username in lower case.
        name: String,
    },
    /// The table does not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl FromStr for UserRef {
    type Err = InvalidUserRef;

    fn from_str(text: &str) -> Result<Self, InvalidUserRef> {
        match text.strip_prefix('@') {
            Some(name) => {
                name.parse().map(Self::Name).map_err(|reason| InvalidUserRef::Name { name: text.to_owned(), reason })
            }
            None => text.parse().map(Self::Id).map_err(|_| match text.parse::<UsernameKey>() {
                Ok(_) => InvalidUserRef::MissingAt(text.to_owned()),
                Err(_) => InvalidUserRef::Malformed,
            }),
        }
    }
}

impl UserRef {
    /// The user's id. AP-02 looks up a username.
    ///
    /// # Errors
    /// If no account has the username, or the table does not answer.
    pub async fn id(&self, store: &Store) -> Result<UserId, UserRefError> {
        match self {
            Self::Id(user_id) => Ok(*user_id),
            Self::Name(key) => match store.accounts().username_claim(key).await? {
                Some(claim) => Ok(claim.user_id),
                None => Err(UserRefError::NotFound { name: key.as_str().to_owned() }),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_is_an_id_or_a_username_after_an_at_sign() {
        let id = "01a05c06-6c80-72e7-b616-dd449d76a152";
        assert_eq!(id.parse(), Ok(UserRef::Id(id.parse().expect("an id"))));
        assert_eq!("@Ada".parse(), Ok(UserRef::Name("ada".parse().expect("a name"))));
        for invalid in ["", "a b", "01a05c06-6c80-72e7-b616"] {
            assert_eq!(invalid.parse::<UserRef>(), Err(InvalidUserRef::Malformed), "{invalid}");
        }
    }

    #[test]
    fn a_missing_at_sign_and_an_invalid_username_are_explained() {
        let message = |text: &str| text.parse::<UserRef>().expect_err(text).to_string();
        assert!(message("ada").ends_with("for a username, write @ada"), "{}", message("ada"));
        for name in ["@", "@a b", "@eve_1"] {
            let message = message(name);
            assert!(
                message.starts_with(&format!("{name} is not a valid username: ")) && !message.contains("@ada"),
                "{message}"
            );
        }
    }
}
