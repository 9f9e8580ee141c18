//! A user, by their id or by their name.

use std::str::FromStr;

use model::{InvalidUsername, Store, StoreError, UserId, UsernameKey};

/// A user as a command line names them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Who {
    /// By their id.
    Id(UserId),
    /// As `@name`.
    Named(UsernameKey),
}

/// The text names no user.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidWho {
    /// It is neither an id nor a name.
    #[error("a user is an id such as 01a05c06-6c80-72e7-b616-dd449d76a152, or a name such as @ada")]
    Word,
    /// It would be a name.
    #[error("write @{0} for the user of this name; without @ it is an id such as 01a05c06-6c80-72e7-b616-dd449d76a152")]
    NoAt(String),
    /// After the @ stands what no user can be called.
    #[error("no user can be called {name}: {reason}")]
    Name {
        /// What was typed.
        name: String,
        /// What is wrong with it.
        reason: InvalidUsername,
    },
}

/// The user was not found.
#[derive(Debug, thiserror::Error)]
pub enum WhoError {
    /// No account has the name.
    #[error("there is no user @{name}, or the claim on the name is missing: name the user by id then, `--user ID`")]
    NotFound {
        /// The name in lower case.
        name: String,
    },
    /// The table does not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl FromStr for Who {
    type Err = InvalidWho;

    fn from_str(text: &str) -> Result<Self, InvalidWho> {
        match text.strip_prefix('@') {
            Some(name) => {
                name.parse().map(Self::Named).map_err(|reason| InvalidWho::Name { name: text.to_owned(), reason })
            }
            None => text.parse().map(Self::Id).map_err(|_| match text.parse::<UsernameKey>() {
                Ok(_) => InvalidWho::NoAt(text.to_owned()),
                Err(_) => InvalidWho::Word,
            }),
        }
    }
}

impl Who {
    /// The id. A name is looked up by AP-02.
    ///
    /// # Errors
    /// When no account has the name, or the table does not answer.
    pub async fn id(&self, store: &Store) -> Result<UserId, WhoError> {
        match self {
            Self::Id(user_id) => Ok(*user_id),
            Self::Named(key) => match store.accounts().username_claim(key).await? {
                Some(claim) => Ok(claim.user_id),
                None => Err(WhoError::NotFound { name: key.as_str().to_owned() }),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_is_an_id_or_a_name_after_an_at_sign() {
        let id = "01a05c06-6c80-72e7-b616-dd449d76a152";
        assert_eq!(id.parse(), Ok(Who::Id(id.parse().expect("an id"))));
        assert_eq!("@Ada".parse(), Ok(Who::Named("ada".parse().expect("a name"))));
        for wrong in ["", "a b", "01a05c06-6c80-72e7-b616"] {
            assert_eq!(wrong.parse::<Who>(), Err(InvalidWho::Word), "{wrong}");
        }
    }

    #[test]
    fn a_forgotten_at_sign_and_an_impossible_name_are_told() {
        let told = |text: &str| text.parse::<Who>().expect_err(text).to_string();
        assert!(told("ada").starts_with("write @ada for the user of this name"), "{}", told("ada"));
        for name in ["@", "@a b", "@eve_1"] {
            let told = told(name);
            assert!(told.starts_with(&format!("no user can be called {name}: ")) && !told.contains("@ada"), "{told}");
        }
    }
}
