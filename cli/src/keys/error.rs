//! The errors of `keys`. Their messages never contain a key.

use std::io;

use handlers::auth::keys::InvalidKey;
use handlers::secrets::ORIGIN_CHARS;
use model::Timestamp;

/// A command on keys failed.
#[derive(Debug, thiserror::Error)]
pub enum KeysError {
    /// A file or the folder cannot be used.
    #[error("cannot use {file}: {source}")]
    File {
        /// The file.
        file: String,
        /// The error of the operating system.
        source: io::Error,
    },
    /// Another command has locked the folder.
    #[error("another `codesensei keys` is changing {folder}; wait until it ends, and run this command again")]
    InUse {
        /// The folder.
        folder: String,
    },
    /// Secrets Manager refused the request, or was not reached.
    #[error(
        "cannot {action} the secret {secret}: {reason}; check --region, --profile and your permissions, and run the \
         command again"
    )]
    Manager {
        /// The requested action.
        action: &'static str,
        /// The name of the secret.
        secret: String,
        /// The answer of the service, or the reason for no answer.
        reason: String,
        /// Whether the service answered.
        answered: bool,
    },
    /// Another command changed the secret after this command read it.
    #[error(
        "another command changed {secret} at the same time; check it with `codesensei keys show`, and run this \
         command again"
    )]
    Changed {
        /// The name of the secret.
        secret: String,
    },
    /// The secret is malformed. The message of serde is dropped, because it can contain the secret.
    #[error("{secret} is malformed; restore an earlier version of it")]
    Unreadable {
        /// The name of the secret.
        secret: String,
    },
    /// A key in the secret is invalid.
    #[error("{secret}: {source}; restore an earlier version of it")]
    Key {
        /// The name of the secret.
        secret: String,
        /// The reason.
        source: InvalidKey,
    },
    /// There are several problems.
    #[error("{} problems with the secrets:\n  {}", .0.len(), .0.join("\n  "))]
    Several(Vec<String>),
    /// No key could be generated.
    #[error("cannot generate a key: {0}")]
    Generate(#[from] io::Error),
    /// The folder of existing keys does not exist.
    #[error("{folder} is not a folder; create it with all three secrets with `codesensei keys new {options}`")]
    NoFolder {
        /// The folder.
        folder: String,
        /// The options that select the location.
        options: String,
    },
    /// Another user of this machine could replace a key.
    #[error("the group or others can write to the folder {folder}; run `chmod go-w` on it, and check its content")]
    OpenFolder {
        /// The folder.
        folder: String,
    },
    /// Some or all of the secrets are missing.
    #[error(
        "{} not exist; create {} with `codesensei keys new {options}{}`",
        verb(.missing, "does", "do"), if *.all { "all three" } else { "the missing ones" }, if *.all { "" } else { " --missing" }
    )]
    Missing {
        /// The missing secrets.
        missing: Vec<String>,
        /// Whether all three are missing.
        all: bool,
        /// The options that select the location.
        options: String,
    },
    /// `new` found existing secrets.
    #[error(
        "{} already and {} not changed; to rotate the signing key, run `codesensei keys add {options}`; to complete \
         an interrupted `keys new`, add --missing",
        verb(.existing, "exists", "exist"), if .existing.len() == 1 { "was" } else { "were" }
    )]
    AlreadyExists {
        /// The existing secrets.
        existing: Vec<String>,
        /// The options that select the location.
        options: String,
    },
    /// `promote` found no next key.
    #[error("there is no next key to promote; create one with `codesensei keys add {options}`")]
    NoNextKey {
        /// The options that select the location.
        options: String,
    },
    /// `promote` came before all processes have read the next key.
    #[error(
        "the next key was added at {added}, and running functions may not have read it yet; promote it from {from} \
         on, or now with --now"
    )]
    TooEarlyToPromote {
        /// The time at which it was added.
        added: Timestamp,
        /// The earliest time for the command.
        from: Timestamp,
    },
    /// `promote` found that the next key is not published.
    #[error("the next key's public half is not in public-keys; add it with `codesensei keys add {options}`")]
    NextKeyNotPublished {
        /// The options that select the location.
        options: String,
    },
    /// `drop` came while tokens of the key may be in use.
    #[error(
        "the key {kid} was retired at {retired}, and refresh tokens that it signed may be valid until {from}; drop it \
         then, or now with --force, which signs out the users whose tokens it signed"
    )]
    TooEarlyToDrop {
        /// The id of the key.
        kid: String,
        /// The time at which it was retired.
        retired: Timestamp,
        /// The earliest time for the command.
        from: Timestamp,
    },
    /// `rotate-origin` came before the last rotation ended.
    #[error(
        "the last rotation of the origin secret is not settled: deploy its version (SeedVersionId in \
         infra/samconfig.toml), then run `codesensei keys rotate-origin --settle \
         {options}`; with another new value now, the API would refuse a \
         CloudFront that still sends the first one"
    )]
    NotSettled {
        /// The options that select the location.
        options: String,
    },
    /// `rotate-origin --settle` found a value that the programs refuse.
    #[error(
        "the origin secret has fewer than {ORIGIN_CHARS} characters, so it cannot be the only one; create another \
         with `codesensei keys rotate-origin {options}`"
    )]
    ShortOrigin {
        /// The options that select the location.
        options: String,
    },
}

impl KeysError {
    /// Whether the service was not reached: then requests for the other secrets would fail too.
    pub(crate) const fn is_unreached(&self) -> bool {
        matches!(self, Self::Manager { answered: false, .. })
    }
}

fn verb(names: &[String], one: &str, several: &str) -> String {
    format!("{} {}", names.join(" and "), if names.len() == 1 { one } else { several })
}
