//! Why a command on keys was not carried out. Never with a key in it.

use std::io;

use handlers::auth::keys::InvalidKey;
use handlers::secrets::ORIGIN_CHARS;
use model::Timestamp;

use crate::keys::place::{Name, Place};

/// A command on keys was not carried out.
#[derive(Debug, thiserror::Error)]
pub enum KeysError {
    /// A file or the folder.
    #[error("cannot use {file}: {source}")]
    File {
        /// Which.
        file: String,
        /// What the system said.
        source: io::Error,
    },
    /// Another command has the folder.
    #[error("another `codesensei keys` is changing {folder}; wait until it has ended, and run this again")]
    InUse {
        /// The folder.
        folder: String,
    },
    /// Secrets Manager refused, or was not reached.
    #[error(
        "cannot {action} the secret {secret}: {said}; check --region, --profile and that you may do this, and run the command \
         again"
    )]
    Manager {
        /// What was asked for.
        action: &'static str,
        /// Of which secret.
        secret: String,
        /// The answer, or why there is none.
        said: String,
        /// Whether it is an answer.
        answered: bool,
    },
    /// Another command wrote it between our reading and our writing.
    #[error(
        "{secret} was changed by another command meanwhile; look at it with `codesensei keys show`, and run this again"
    )]
    Changed {
        /// Which secret.
        secret: String,
    },
    /// It is no JSON object of its form. Serde repeats what it could not read, so its message is not passed on.
    #[error("{secret} does not have the form of this secret; restore an earlier version of it")]
    Unreadable {
        /// Which secret.
        secret: String,
    },
    /// A key in it cannot be used.
    #[error("{secret}: {source}; restore an earlier version of it")]
    Key {
        /// Which secret.
        secret: String,
        /// What is wrong.
        source: InvalidKey,
    },
    /// More than one thing is wrong.
    #[error("{} problems with the secrets:\n  {}", .0.len(), .0.join("\n  "))]
    Several(Vec<String>),
    /// No key could be made.
    #[error("cannot make a key: {0}")]
    Generate(#[from] io::Error),
    /// A folder other than that of new keys does not exist.
    #[error("{folder} is not a folder; `codesensei keys new {options}` makes it, with all three secrets")]
    NoFolder {
        /// The folder.
        folder: String,
        /// Where.
        options: String,
    },
    /// Another user of this machine could replace a key.
    #[error(
        "the group or others can write to the folder {folder}; close it with `chmod go-w`, and check what is in it"
    )]
    OpenFolder {
        /// The folder.
        folder: String,
    },
    /// There are no secrets, or not all.
    #[error(
        "{} not exist; `codesensei keys new {options}{}` makes {}",
        verb(.missing, "does", "do"), if *.all { "" } else { " --missing" }, if *.all { "all three" } else { "what is missing" }
    )]
    Missing {
        /// Which.
        missing: Vec<String>,
        /// Whether that is all of them.
        all: bool,
        /// Where.
        options: String,
    },
    /// `new` where secrets are.
    #[error(
        "{} already and {} not changed; to rotate the signing key use `codesensei keys add {options}`, to complete a `keys new` that was \
         interrupted add --missing",
        verb(.there, "exists", "exist"), if .there.len() == 1 { "was" } else { "were" }
    )]
    AlreadyThere {
        /// Which.
        there: Vec<String>,
        /// Where.
        options: String,
    },
    /// `promote` without `add`.
    #[error("there is no next key to promote; `codesensei keys add {options}` makes one")]
    NoNextKey {
        /// Where.
        options: String,
    },
    /// `promote` before all processes can know the next key.
    #[error(
        "the next key was added at {added}, and running functions may not know it yet; promote it from {from} on, or now with \
         --now"
    )]
    TooEarlyToPromote {
        /// When it was added.
        added: Timestamp,
        /// When it can be done.
        from: Timestamp,
    },
    /// `promote` of a key that nothing could check.
    #[error("the next key's public half is not in public-keys; `codesensei keys add {options}` puts it there")]
    NextIsUnknown {
        /// Where.
        options: String,
    },
    /// `drop` while tokens of the key may be in use.
    #[error(
        "the key {kid} was retired at {retired}, and refresh tokens that it signed may be good until {from}; drop it then, or \
         now with --force, which signs out everyone whose sign-in it signed"
    )]
    TooEarlyToDrop {
        /// Which.
        kid: String,
        /// When it stopped signing.
        retired: Timestamp,
        /// When it can be done.
        from: Timestamp,
    },
    /// `rotate-origin` before the last rotation has ended.
    #[error(
        "the last rotation of the origin secret is not settled: deploy its version (SeedVersionId in infra/samconfig.toml), then run \
         `codesensei keys rotate-origin --settle {options}`; another value now would shut out a CloudFront that still sends the first one"
    )]
    NotSettled {
        /// Where.
        options: String,
    },
    /// `rotate-origin --settle` on a value that the programs refuse.
    #[error(
        "the origin secret has fewer than {ORIGIN_CHARS} characters, so it cannot be the only one; `codesensei keys rotate-origin {options}` \
         makes another"
    )]
    ShortOrigin {
        /// Where.
        options: String,
    },
}

impl KeysError {
    /// With the secret as it is called in this place.
    pub(crate) fn at(self, place: &Place) -> Self {
        match self {
            Self::Key { secret, source } => {
                let label = Name::ALL.into_iter().find(|name| name.as_str() == secret).map(|name| place.label(name));
                Self::Key { secret: label.unwrap_or(secret), source }
            }
            other => other,
        }
    }

    /// Whether the service was not asked: then it cannot be asked for the other secrets either.
    pub(crate) const fn is_unreached(&self) -> bool {
        matches!(self, Self::Manager { answered: false, .. })
    }
}

fn verb(names: &[String], one: &str, several: &str) -> String {
    format!("{} {}", names.join(" and "), if names.len() == 1 { one } else { several })
}
