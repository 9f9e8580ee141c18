//! `codesensei keys`: makes the secrets of a deployment, and rotates them without signing users out.

use clap::{Args, Subcommand};
use model::{Clock, Timestamp};
use serde::de::DeserializeOwned;

use crate::Failure;
use crate::output::print;

pub(crate) mod check;
pub mod error;
pub(crate) mod origin;
pub(crate) mod pair;
pub(crate) mod phases;
pub mod place;
mod show;
#[cfg(test)]
mod tests;

use error::KeysError;
use handlers::secrets::{PublicKeys, Seed, SigningKey};
use phases::{Found, Plan};
use place::{Name, Place, Stored, Where};
use show::Status;

/// What is done with the keys.
#[derive(Clone, Debug, Args)]
#[command(after_help = PHASES, subcommand_required = true, arg_required_else_help = true)]
pub struct Keys {
    #[command(subcommand)]
    action: Action,
}

const PHASES: &str = "\
A deployment has three secrets: signing-key (tokens are signed with it), public-keys (tokens are
checked with them) and seed (cursors and fences are derived from it, and it holds the origin
secret). They are made once, before the first deployment:

  codesensei keys new --secrets codesensei-prod/

Rotating the signing key takes three phases and signs no user out:

  1. codesensei keys add --secrets codesensei-prod/
     Makes the next key. Every function can check its tokens; the old key still signs.
  2. codesensei keys promote --secrets codesensei-prod/       two minutes later or more
     The next key signs. Tokens of the old one stay good.
  3. codesensei keys drop --secrets codesensei-prod/          seven days later or more
     The last token of the old key has expired. The old key is forgotten.

  codesensei keys show --secrets codesensei-prod/             state and next step

If others may have the signing key: `add`, `promote --now`, `drop --force`, then deploy with a
changed setting of the functions, which replaces their processes. This signs out all users.

CloudFront sends the origin secret with each request, and the API refuses requests without it.
Rotating it takes two phases:

  1. codesensei keys rotate-origin --secrets codesensei-prod/
     Makes the next value; both are accepted. Deploy with the new SeedVersionId, which is printed:
     CloudFormation reads the seed only when this parameter changes.
  2. codesensei keys rotate-origin --settle --secrets codesensei-prod/
     Only the new value is accepted. Deploy with the SeedVersionId that is printed then.

Each command can be run again after an interruption. With --dir FOLDER in place of --secrets the
keys are in files that only their owner can read. No command prints a private key or the seed.

Exit code 0: done, or there was nothing to do. 1: refused, or failed. 2: a wrong option.";

#[derive(Clone, Debug, Subcommand)]
enum Action {
    /// Make the three secrets of a new deployment. Fails if any of the three exists.
    New {
        /// Make only those that do not exist: after a `new` that was interrupted.
        #[arg(long)]
        missing: bool,
        #[command(flatten)]
        place: Where,
    },
    /// Show which key signs, which are retired and the next step. Never a private key or the seed.
    Show {
        /// As one JSON object.
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        place: Where,
    },
    /// Phase 1: make the next key, so that every function can check its tokens.
    Add {
        #[command(flatten)]
        place: Where,
    },
    /// Phase 2: sign with the next key. Refused for two minutes after `add`.
    Promote {
        /// Also within these two minutes. Functions that do not know the key yet refuse its tokens for up to a minute.
        #[arg(long)]
        now: bool,
        #[command(flatten)]
        place: Where,
    },
    /// Phase 3: forget retired keys. Refused until the last token that they signed has expired, seven days after `promote`.
    Drop {
        /// Also before that. Signs out the users whose sign-in a dropped key signed, and says who they are.
        #[arg(long)]
        force: bool,
        #[command(flatten)]
        place: Where,
    },
    /// Rotate the origin secret, which CloudFront sends to the API. The one before stays accepted until `--settle`.
    RotateOrigin {
        /// Accept only the new value: once CloudFront sends it.
        #[arg(long)]
        settle: bool,
        #[command(flatten)]
        place: Where,
    },
}

/// What a command says.
#[derive(Debug, Default, PartialEq, Eq)]
struct Said {
    /// What was asked for.
    stdout: String,
    /// What was done.
    stderr: Vec<String>,
}

/// Does it.
///
/// # Errors
/// With what is wrong and what to do about it.
pub async fn run(keys: Keys) -> Result<(), Failure> {
    let said = act(&keys.action, &Clock::system()).await?;
    for line in said.stderr {
        eprintln!("{line}");
    }
    Ok(print(said.stdout.as_bytes())?)
}

/// How the secrets are changed.
#[derive(Clone, Copy, Debug)]
enum Change {
    New { missing: bool },
    Add,
    Promote { at_once: bool },
    Drop { force: bool },
    RotateOrigin { settle: bool },
}

async fn act(action: &Action, clock: &Clock) -> Result<Said, KeysError> {
    let (place, change) = match action {
        Action::Show { json, place } => return show(place, *json, clock.now()).await,
        Action::New { missing, place } => (place, Change::New { missing: *missing }),
        Action::Add { place } => (place, Change::Add),
        Action::Promote { now, place } => (place, Change::Promote { at_once: *now }),
        Action::Drop { force, place } => (place, Change::Drop { force: *force }),
        Action::RotateOrigin { settle, place } => (place, Change::RotateOrigin { settle: *settle }),
    };
    let (at, is_new) = (place.options(), matches!(change, Change::New { .. }));
    let opened = if is_new { place.open_or_make().await? } else { place.open_to_write().await? };
    let secrets = Secrets::read(&opened).await?;
    let plan = planned(change, &secrets, &opened, clock.now(), &at).map_err(|error| error.at(&opened))?;
    let mut version = None;
    for write in &plan.writes {
        let name = write.name();
        version = match secrets.stored(name) {
            Some(before) => opened.replace(name, before, &write.text()).await?,
            None => opened.create(name, &write.text()).await?,
        };
    }
    let deploy = plan.deploy.map(|deploy| deploy.told(version.as_deref(), &at));
    Ok(Said { stderr: [plan.told, deploy.unwrap_or_default()].concat(), ..Said::default() })
}

fn planned(change: Change, secrets: &Secrets, place: &Place, now: Timestamp, at: &str) -> Result<Plan, KeysError> {
    let all = || secrets.all(place, at);
    match change {
        Change::New { missing } => phases::new(&secrets.found, missing, secrets.labels(place, true), now, at),
        Change::Add => all().and_then(|(signing, public, _)| phases::add(signing, public, now, at)),
        Change::Promote { at_once } => {
            all().and_then(|(signing, public, _)| phases::promote(signing, public, at_once, now, at))
        }
        Change::Drop { force } => all().and_then(|(signing, public, _)| phases::drop(signing, public, force, now)),
        Change::RotateOrigin { settle } => all().and_then(|(_, _, seed)| origin::rotate(seed, settle, at)),
    }
}

async fn show(place: &Where, json: bool, now: Timestamp) -> Result<Said, KeysError> {
    let (opened, at) = (place.open().await?, place.options());
    let mut secrets = Secrets::examined(&opened).await;
    let status = secrets.all(&opened, &at).and_then(|(signing, public, seed)| {
        Status::of(signing, public, seed, now, &at).map_err(|error| error.at(&opened))
    });
    match status {
        Ok(status) => Ok(Said { stdout: if json { status.json() } else { status.table() }, ..Said::default() }),
        Err(error) => Err(match secrets.problems(&opened, &at) {
            problems if problems.len() > 1 => KeysError::Several(problems),
            _ => secrets.errors.pop().unwrap_or(error),
        }),
    }
}

/// The secrets as they were read.
pub(crate) struct Secrets {
    pub(crate) found: Found,
    stored: Vec<(Name, Option<Stored>)>,
    /// Of those that could not be read, or do not have their form.
    errors: Vec<KeysError>,
}

impl Secrets {
    /// Reads all three.
    ///
    /// # Errors
    /// When one cannot be read, or does not have its form.
    async fn read(place: &Place) -> Result<Self, KeysError> {
        let mut secrets = Self::examined(place).await;
        match secrets.errors.len() {
            0 => Ok(secrets),
            1 => Err(secrets.errors.remove(0)),
            _ => Err(KeysError::Several(secrets.errors.iter().map(|error| format!("{error}.")).collect())),
        }
    }

    /// Reads those that can be read.
    pub(crate) async fn examined(place: &Place) -> Self {
        let mut secrets = Self { found: Found::default(), stored: Vec::new(), errors: Vec::new() };
        for name in Name::ALL {
            match place.read(name).await {
                Ok(stored) => secrets.take(name, stored, place),
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

    fn take(&mut self, name: Name, stored: Option<Stored>, place: &Place) {
        if let Some(Stored { text, .. }) = &stored {
            let secret = place.label(name);
            let taken = match name {
                Name::SigningKey => parsed(text, secret).map(|signing| self.found.signing = Some(signing)),
                Name::PublicKeys => parsed(text, secret).map(|public| self.found.public = Some(public)),
                Name::Seed => parsed(text, secret).map(|seed| self.found.seed = Some(seed)),
            };
            self.errors.extend(taken.err());
        }
        self.stored.push((name, stored));
    }

    fn stored(&self, wanted: Name) -> Option<&Stored> {
        self.stored.iter().find(|(name, _)| *name == wanted).and_then(|(_, stored)| stored.as_ref())
    }

    fn labels(&self, place: &Place, exist: bool) -> Vec<String> {
        let wanted = self.stored.iter().filter(|(_, stored)| stored.is_some() == exist);
        wanted.map(|(name, _)| place.label(*name)).collect()
    }

    /// All three, which have to exist.
    ///
    /// # Errors
    /// With those that are missing.
    pub(crate) fn all(&self, place: &Place, at: &str) -> Result<(&SigningKey, &PublicKeys, &Seed), KeysError> {
        if let Found { signing: Some(signing), public: Some(public), seed: Some(seed) } = &self.found {
            return Ok((signing, public, seed));
        }
        let missing = self.labels(place, false);
        let all = missing.len() == Name::ALL.len();
        Err(KeysError::Missing { missing, all, options: at.to_owned() })
    }

    /// Everything that is wrong: secrets that cannot be read, missing ones, and what does not fit together.
    pub(crate) fn problems(&self, place: &Place, at: &str) -> Vec<String> {
        let mut problems: Vec<String> = self.errors.iter().map(|error| format!("{error}.")).collect();
        if self.stored.iter().any(|(_, stored)| stored.is_none()) {
            problems.extend(self.all(place, at).err().map(|error| format!("{error}.")));
        }
        problems.extend(check::problems(&self.found, at));
        problems
    }
}

fn parsed<T: DeserializeOwned>(text: &str, secret: String) -> Result<T, KeysError> {
    serde_json::from_str(text).map_err(|_| KeysError::Unreadable { secret })
}
