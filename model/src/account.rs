//! Who someone is: user names, e-mail addresses and password hashes, normalised once and here.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use review::hidden::has_hidden;
use serde::{Serialize, Serializer};
use unicode_normalization::UnicodeNormalization as _;

use crate::limits::{EMAIL_BYTES, USERNAME_MAX_CHARS, USERNAME_MIN_CHARS};
use crate::{Digest, KeyPart};
use table_runtime::serde_as_text;

/// A name to sign in with and to be shown: ASCII letters and digits, kept as typed. Two names that differ
/// only in case are the same [key](Username::key).
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Username(String);

/// The text is no user name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a username has {USERNAME_MIN_CHARS} to {USERNAME_MAX_CHARS} letters and digits without accents")]
pub struct InvalidUsername;

impl Username {
    /// The name as it was typed.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What makes the name unique: its lower-case form.
    #[must_use]
    pub fn key(&self) -> UsernameKey {
        UsernameKey(self.0.to_ascii_lowercase())
    }
}

impl FromStr for Username {
    type Err = InvalidUsername;

    fn from_str(text: &str) -> Result<Self, InvalidUsername> {
        let sized = (USERNAME_MIN_CHARS..=USERNAME_MAX_CHARS).contains(&text.len());
        if sized && text.bytes().all(|b| b.is_ascii_alphanumeric()) {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidUsername)
        }
    }
}

/// The lower-case form of a [`Username`]: two names with one key cannot both be taken.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct UsernameKey(String);

impl UsernameKey {
    /// The lower-case text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for UsernameKey {
    type Err = InvalidUsername;

    /// Takes a user name in any case.
    fn from_str(text: &str) -> Result<Self, InvalidUsername> {
        text.parse::<Username>().map(|name| name.key())
    }
}

/// An e-mail address, trimmed and otherwise as typed. Personal: it does not print, not even by `{}`.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Email(String);

/// The text is no e-mail address we can use. Does not repeat the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an e-mail address looks like name@example.com and has at most {EMAIL_BYTES} bytes")]
pub struct InvalidEmail;

impl Email {
    /// The address as it was typed, for the answer to its owner. Never for a log.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What makes the address unique: the digest of its lower-case NFC form. Dots and `+` count: folding them is the
    /// mail provider's business, and providers differ.
    #[must_use]
    pub fn digest(&self) -> Digest {
        Digest::of(self.0.to_lowercase().nfc().collect::<String>())
    }
}

impl FromStr for Email {
    type Err = InvalidEmail;

    fn from_str(text: &str) -> Result<Self, InvalidEmail> {
        let text = text.trim();
        let (local, domain) = text.split_once('@').ok_or(InvalidEmail)?;
        if text.len() <= EMAIL_BYTES && is_local_part(local) && is_domain(domain) {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidEmail)
        }
    }
}

/// Letters of any script and the punctuation that mail servers take without quotes.
fn is_local_part(local: &str) -> bool {
    let allowed = |c: char| {
        if c.is_ascii() { c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(c) } else { !c.is_whitespace() }
    };
    let dots = local.starts_with('.') || local.ends_with('.') || local.contains("..");
    (1..=64).contains(&local.len()) && local.chars().all(allowed) && !dots && !has_hidden(local)
}

/// Two or more labels of ASCII letters, digits and inner hyphens, the last not a number. A domain in another script
/// is written in its `xn--` form, in which look-alike letters cannot pass for each other.
fn is_domain(domain: &str) -> bool {
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let named = domain.rsplit_once('.').is_some_and(|(_, top)| !top.bytes().all(|b| b.is_ascii_digit()));
    named && domain.split('.').all(is_label)
}

impl fmt::Debug for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Email(<redacted>)")
    }
}

/// A bcrypt hash in its modular form, `$2b$10$` and 53 characters. Nothing else fits, so a password in plain text
/// cannot be stored by mistake. Does not print.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHash(String);

/// The text is no bcrypt hash. Does not repeat the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a bcrypt hash")]
pub struct InvalidPasswordHash;

impl PasswordHash {
    /// The hash, for verifying a password against it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for PasswordHash {
    type Err = InvalidPasswordHash;

    fn from_str(text: &str) -> Result<Self, InvalidPasswordHash> {
        let well_formed = match text.as_bytes() {
            [b'$', b'2', b'a' | b'b' | b'x' | b'y', b'$', cost1, cost2, b'$', rest @ ..] => {
                cost1.is_ascii_digit()
                    && cost2.is_ascii_digit()
                    && rest.len() == 53
                    && rest.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'/'))
            }
            _ => false,
        };
        if well_formed { Ok(Self(text.to_owned())) } else { Err(InvalidPasswordHash) }
    }
}

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordHash(<redacted>)")
    }
}

macro_rules! shown_as_typed {
    ($($type:ident),+) => {$(
        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({})", stringify!($type), self.0)
            }
        }

        impl KeyPart for $type {
            fn key_part(&self) -> Cow<'_, str> {
                self.0.key_part()
            }
        }
    )+};
}
shown_as_typed!(Username, UsernameKey);
serde_as_text!(Username, UsernameKey);

/// Serde for the types without `Display`, which a log line could use by accident.
macro_rules! serde_unprintable {
    ($($type:ident),+) => {$(
        impl Serialize for $type {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = Cow::<'de, str>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    )+};
}
serde_unprintable!(Email, PasswordHash);

#[cfg(test)]
mod tests;
