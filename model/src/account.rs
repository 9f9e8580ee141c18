//! Identity: user names, e-mail addresses and password hashes, normalised in one place.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use review::hidden::has_hidden;
use serde::{Serialize, Serializer};
use unicode_normalization::UnicodeNormalization as _;

use crate::limits::{EMAIL_BYTES, USERNAME_MAX_CHARS, USERNAME_MIN_CHARS};
use crate::{Digest, KeyPart};
use table_runtime::serde_as_text;

/// The name that a user signs in with and that is displayed: ASCII letters and digits, in the case that was typed. Two
/// names that differ only in case have the same [key](Username::key).
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Username(String);

/// The text is not a valid user name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a username has {USERNAME_MIN_CHARS} to {USERNAME_MAX_CHARS} letters and digits without accents")]
pub struct InvalidUsername;

impl Username {
    /// The name in the case that was typed.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The unique form of the name: lower case.
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

/// The lower-case form of a [`Username`]. Each key belongs to at most one user.
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

    /// Accepts a user name in any case.
    fn from_str(text: &str) -> Result<Self, InvalidUsername> {
        text.parse::<Username>().map(|name| name.key())
    }
}

/// An e-mail address, trimmed and otherwise as typed. It is personal, so it has no `Display`, and `Debug` hides it.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Email(String);

/// The text is not an e-mail address that is accepted. The error does not repeat the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an e-mail address looks like name@example.com and has at most {EMAIL_BYTES} bytes")]
pub struct InvalidEmail;

impl Email {
    /// The address as typed, for responses to its owner. Never log it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The unique form of the address: the digest of its lower-case NFC form. Dots and `+` are significant, because
    /// mail providers treat them differently.
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

/// Whether this is a valid local part: letters of any script, and the punctuation that mail servers accept without
/// quotes.
fn is_local_part(local: &str) -> bool {
    let allowed = |c: char| {
        if c.is_ascii() { c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(c) } else { !c.is_whitespace() }
    };
    let dots = local.starts_with('.') || local.ends_with('.') || local.contains("..");
    (1..=64).contains(&local.len()) && local.chars().all(allowed) && !dots && !has_hidden(local)
}

/// Whether the domain has two or more labels of ASCII letters, digits and inner hyphens, and the last label is not a
/// number. Domains in other scripts must be in `xn--` form, so that look-alike letters are visible.
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

/// A bcrypt hash in its modular form: `$2b$10$` and 53 characters. Any other text is refused, so a plain-text password
/// cannot be stored by mistake. `Debug` hides it.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHash(String);

/// The text is not a bcrypt hash. The error does not repeat the text.
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

/// Implements Serde for the types without `Display`. They have none so that a log line cannot print them by accident.
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
