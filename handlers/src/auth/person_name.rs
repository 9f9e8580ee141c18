//! The display name of a person.

use std::fmt;
use std::str::FromStr;

use review::hidden::has_hidden;

use model::limits::NAME_CHARS;

/// The name of a person: 1 to 100 characters, without hidden characters, trimmed. `Debug` does not print it.
#[derive(Clone, PartialEq, Eq)]
pub struct PersonName(String);

/// An invalid name. The message does not repeat it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("A name has 1 to {NAME_CHARS} characters, none of them hidden.")]
pub struct InvalidName;

impl PersonName {
    /// The name, for its owner. It must not be logged.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name, to be stored.
    #[must_use]
    pub fn into_string(self) -> String {
        self.0
    }
}

impl FromStr for PersonName {
    type Err = InvalidName;

    fn from_str(text: &str) -> Result<Self, InvalidName> {
        let name = text.trim();
        let sized = (1..=NAME_CHARS).contains(&name.chars().count());
        if sized && !has_hidden(name) { Ok(Self(name.to_owned())) } else { Err(InvalidName) }
    }
}

impl fmt::Debug for PersonName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PersonName(<redacted>)")
    }
}
