//! Why a command on keys was not carried out. Never with a key in it.

use std::io;

use handlers::auth::keys::InvalidKey;
use model::Timestamp;

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
        /// The answer.
        said: String,
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
        secret: &'static str,
        /// What is wrong.
        source: InvalidKey,
    },
    /// No key could be made.
    #[error("cannot make a key: {0}")]
    Generate(#[from] io::Error),
    /// There are no secrets, or not all.
    #[error("{} not there; `codesensei keys new {options}{}` makes {}", are(.missing), if *.all { "" } else { " --missing" }, if *.all { "all three" } else { "what is missing" })]
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
        "{} there already, and left as it is; to exchange the signing key use `codesensei keys add {options}`, to complete a \
         `keys new` that was interrupted add --missing",
        are(.there)
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
        "the last rotation of the origin secret is not settled: deploy, then run `codesensei keys rotate-origin --settle {options}`; \
         a further value now would shut out a CloudFront that still sends the first one"
    )]
    NotSettled {
        /// Where.
        options: String,
    },
}

fn are(names: &[String]) -> String {
    format!("{} {}", names.join(" and "), if names.len() == 1 { "is" } else { "are" })
}
