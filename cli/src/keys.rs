//! `codesensei keys`: creates the secrets of a deployment, and rotates them without signing users out.

use clap::{Args, Subcommand};
use model::{Clock, Timestamp};
use serde::de::DeserializeOwned;

use crate::Failure;
use crate::output::print;

pub(crate) mod check;
pub mod error;
pub(crate) mod key_id;
pub(crate) mod origin;
pub(crate) mod phases;
pub(crate) mod plan;
pub mod secret_store;
mod show;
#[cfg(test)]
mod tests;

use error::KeysError;
use handlers::secrets::{PublicKeys, Seed, SigningKey};
use plan::{ParsedSecrets, Plan};
use secret_store::{Location, SecretName, SecretStore, StoredSecret};
use show::Status;

/// The options of `keys`.
#[derive(Clone, Debug, Args)]
#[command(after_help = PHASES, subcommand_required = true, arg_required_else_help = true)]
pub struct Keys {
    #[command(subcommand)]
    action: Action,
}

const PHASES: &str = "\
A deployment has three secrets: signing-key signs tokens, public-keys verifies tokens, and seed
contains the origin secret and the secret from which the keys of cursors and fences are derived.
Create them once, before the first deployment:

  codesensei keys new --secrets codesensei-prod/

Rotate the signing key in three phases. This signs out no users:

  1. codesensei keys add --secrets codesensei-prod/
     Creates the next key. All functions can verify its tokens; the old key still signs.
  2. codesensei keys promote --secrets codesensei-prod/       at least two minutes later
     The next key signs. Tokens of the old key stay valid.
  3. codesensei keys drop --secrets codesensei-prod/          at least seven days later
     All tokens of the old key have expired. Removes the old key.

  codesensei keys show --secrets codesensei-prod/             state and next step

If the signing key may be stolen: `add`, `promote --now`, `drop --force`, then deploy with a changed
setting of the functions, which replaces their processes. This signs out all users.

CloudFront sends the origin secret with each request, and the API refuses requests without it.
Rotate it in two phases:

  1. codesensei keys rotate-origin --secrets codesensei-prod/
     Creates the next value; both are accepted. Deploy with the printed SeedVersionId, because
     CloudFormation reads the seed only when this parameter changes.
  2. codesensei keys rotate-origin --settle --secrets codesensei-prod/
     Only the new value is accepted. Deploy with the printed SeedVersionId.

You can repeat each command after an interruption. With --dir FOLDER instead of --secrets, the keys
are in files that only their owner can read. No command prints a private key or the seed.

Exit code 0: done, or nothing to do. 1: refused, or failed. 2: invalid usage.";

#[derive(Clone, Debug, Subcommand)]
enum Action {
    /// Create the three secrets of a new deployment. Fails if any of them exists.
    New {
        /// Create only the missing secrets, after an interrupted `new`.
        #[arg(long)]
        missing: bool,
        #[command(flatten)]
        location: Location,
    },
    /// Show the signing key, the retired keys and the next step. Never shows a private key or the seed.
    Show {
        /// Print one JSON object.
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        location: Location,
    },
    /// Phase 1: create the next key, so that all functions can verify its tokens.
    Add {
        #[command(flatten)]
        location: Location,
    },
    /// Phase 2: sign with the next key. Refused for two minutes after `add`.
    Promote {
        /// Promote within these two minutes too. Functions that have not read the key yet refuse its tokens for up to a
        /// minute.
        #[arg(long)]
        now: bool,
        #[command(flatten)]
        location: Location,
    },
    /// Phase 3: remove retired keys. Refused until all tokens that they signed have expired, seven days after
    /// `promote`.
    Drop {
        /// Remove them before that too. Signs out the users whose tokens a removed key signed, and prints which users
        /// these are.
        #[arg(long)]
        force: bool,
        #[command(flatten)]
        location: Location,
    },
    /// Rotate the origin secret, which CloudFront sends to the API. The previous value stays accepted until `--settle`.
    RotateOrigin {
        /// Accept only the new value, after CloudFront sends it.
        #[arg(long)]
        settle: bool,
        #[command(flatten)]
        location: Location,
    },
}

/// The output of a command.
#[derive(Debug, Default, PartialEq, Eq)]
struct CommandOutput {
    /// The requested data.
    stdout: String,
    /// Messages about what was done.
    stderr: Vec<String>,
}

/// Runs the command.
///
/// # Errors
/// States the problem and its remedy.
pub async fn run(keys: Keys) -> Result<(), Failure> {
    let output = execute(&keys.action, &Clock::system()).await?;
    for line in output.stderr {
        eprintln!("{line}");
    }
    Ok(print(output.stdout.as_bytes())?)
}

/// A change of the secrets.
#[derive(Clone, Copy, Debug)]
enum Change {
    New { missing: bool },
    Add,
    Promote { at_once: bool },
    Drop { force: bool },
    RotateOrigin { settle: bool },
}

async fn execute(action: &Action, clock: &Clock) -> Result<CommandOutput, KeysError> {
    let (location, change) = match action {
        Action::Show { json, location } => return show(location, *json, clock.now()).await,
        Action::New { missing, location } => (location, Change::New { missing: *missing }),
        Action::Add { location } => (location, Change::Add),
        Action::Promote { now, location } => (location, Change::Promote { at_once: *now }),
        Action::Drop { force, location } => (location, Change::Drop { force: *force }),
        Action::RotateOrigin { settle, location } => (location, Change::RotateOrigin { settle: *settle }),
    };
    let (options, is_new) = (location.options(), matches!(change, Change::New { .. }));
    let store = if is_new { location.open_or_create().await? } else { location.open_to_write().await? };
    let secrets = LoadedSecrets::load(&store).await?;
    let plan = plan_change(change, &secrets, &store, clock.now(), &options).map_err(|error| store.with_label(error))?;
    let mut version = None;
    for write in &plan.writes {
        let name = write.name();
        version = match secrets.find(name) {
            Some(before) => store.replace(name, before, &write.text()).await?,
            None => store.create(name, &write.text()).await?,
        };
    }
    let deploy = plan.deploy.map(|deploy| deploy.messages(version.as_deref(), &options));
    Ok(CommandOutput { stderr: [plan.messages, deploy.unwrap_or_default()].concat(), ..CommandOutput::default() })
}

fn plan_change(
    change: Change,
    secrets: &LoadedSecrets,
    store: &SecretStore,
    now: Timestamp,
    options: &str,
) -> Result<Plan, KeysError> {
    let all = || secrets.require_all(store, options);
    match change {
        Change::New { missing } => phases::new(&secrets.parsed, missing, secrets.labels(store, true), now, options),
        Change::Add => all().and_then(|(signing, public, _)| phases::add(signing, public, now, options)),
        Change::Promote { at_once } => {
            all().and_then(|(signing, public, _)| phases::promote(signing, public, at_once, now, options))
        }
        Change::Drop { force } => all().and_then(|(signing, public, _)| phases::drop(signing, public, force, now)),
        Change::RotateOrigin { settle } => all().and_then(|(_, _, seed)| origin::rotate(seed, settle, options)),
    }
}

async fn show(location: &Location, json: bool, now: Timestamp) -> Result<CommandOutput, KeysError> {
    let (store, options) = (location.open().await?, location.options());
    let mut secrets = LoadedSecrets::inspect(&store).await;
    let status = secrets.require_all(&store, &options).and_then(|(signing, public, seed)| {
        Status::of(signing, public, seed, now, &options).map_err(|error| store.with_label(error))
    });
    match status {
        Ok(status) => {
            Ok(CommandOutput { stdout: if json { status.json() } else { status.table() }, ..CommandOutput::default() })
        }
        Err(error) => Err(match secrets.problems(&store, &options) {
            problems if problems.len() > 1 => KeysError::Several(problems),
            _ => secrets.errors.pop().unwrap_or(error),
        }),
    }
}

/// The secrets as they were loaded.
pub(crate) struct LoadedSecrets {
    pub(crate) parsed: ParsedSecrets,
    stored: Vec<(SecretName, Option<StoredSecret>)>,
    /// Errors of secrets that are unreadable or malformed.
    errors: Vec<KeysError>,
}

impl LoadedSecrets {
    /// Loads all three secrets.
    ///
    /// # Errors
    /// If one is unreadable or malformed.
    async fn load(store: &SecretStore) -> Result<Self, KeysError> {
        let mut secrets = Self::inspect(store).await;
        match secrets.errors.len() {
            0 => Ok(secrets),
            1 => Err(secrets.errors.remove(0)),
            _ => Err(KeysError::Several(secrets.errors.iter().map(|error| format!("{error}.")).collect())),
        }
    }

    /// Loads the readable secrets and keeps the errors of the others.
    pub(crate) async fn inspect(store: &SecretStore) -> Self {
        let mut secrets = Self { parsed: ParsedSecrets::default(), stored: Vec::new(), errors: Vec::new() };
        for name in SecretName::ALL {
            match store.read(name).await {
                Ok(stored) => secrets.parse_secret(name, stored, store),
                Err(error) => {
                    let is_unreached = error.is_unreached();
                    secrets.errors.push(error);
                    if is_unreached {
                        break;
                    }
                }
            }
        }
        secrets
    }

    fn parse_secret(&mut self, name: SecretName, stored: Option<StoredSecret>, store: &SecretStore) {
        if let Some(StoredSecret { text, .. }) = &stored {
            let secret = store.label(name);
            let result = match name {
                SecretName::SigningKey => parse(text, secret).map(|signing| self.parsed.signing = Some(signing)),
                SecretName::PublicKeys => parse(text, secret).map(|public| self.parsed.public = Some(public)),
                SecretName::Seed => parse(text, secret).map(|seed| self.parsed.seed = Some(seed)),
            };
            self.errors.extend(result.err());
        }
        self.stored.push((name, stored));
    }

    fn find(&self, requested: SecretName) -> Option<&StoredSecret> {
        self.stored.iter().find(|(name, _)| *name == requested).and_then(|(_, stored)| stored.as_ref())
    }

    fn labels(&self, store: &SecretStore, exist: bool) -> Vec<String> {
        let secrets = self.stored.iter().filter(|(_, stored)| stored.is_some() == exist);
        secrets.map(|(name, _)| store.label(*name)).collect()
    }

    /// All three secrets.
    ///
    /// # Errors
    /// If one is missing.
    pub(crate) fn require_all(
        &self,
        store: &SecretStore,
        options: &str,
    ) -> Result<(&SigningKey, &PublicKeys, &Seed), KeysError> {
        if let ParsedSecrets { signing: Some(signing), public: Some(public), seed: Some(seed) } = &self.parsed {
            return Ok((signing, public, seed));
        }
        let missing = self.labels(store, false);
        let all = missing.len() == SecretName::ALL.len();
        Err(KeysError::Missing { missing, all, options: options.to_owned() })
    }

    /// All problems: unreadable secrets, missing secrets, and inconsistencies between them.
    pub(crate) fn problems(&self, store: &SecretStore, options: &str) -> Vec<String> {
        let mut problems: Vec<String> = self.errors.iter().map(|error| format!("{error}.")).collect();
        if self.stored.iter().any(|(_, stored)| stored.is_none()) {
            problems.extend(self.require_all(store, options).err().map(|error| format!("{error}.")));
        }
        problems.extend(check::problems(&self.parsed, options));
        problems
    }
}

fn parse<T: DeserializeOwned>(text: &str, secret: String) -> Result<T, KeysError> {
    serde_json::from_str(text).map_err(|_| KeysError::Unreadable { secret })
}
