//! `codesensei keys`: makes the secrets of a deployment, and exchanges them without signing users out.

use clap::{Args, Subcommand};
use model::{Clock, Timestamp};
use serde::de::DeserializeOwned;

use crate::Failure;
use crate::output::print;

pub(crate) mod check;
pub mod error;
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
checked with them) and seed (cursors and fences are derived from it, and it holds the value by which
the API knows its CloudFront). They are made once, before the first deployment:

  codesensei keys new --secrets codesensei-prod/

The signing key is exchanged in three phases, and no user is signed out:

  1. codesensei keys add --secrets codesensei-prod/
     Makes the next key. Every function can check its tokens; the old key still signs.
  2. codesensei keys promote --secrets codesensei-prod/       two minutes later or more
     The next key signs. Tokens of the old one stay good.
  3. codesensei keys drop --secrets codesensei-prod/          seven days later or more
     The last token of the old key has expired. The old key is forgotten.

  codesensei keys show --secrets codesensei-prod/             how far it is, and what comes next

If others may have the signing key: `add`, `promote --now`, `drop --force`, then deploy. This signs
out all users.

The value by which the API knows its CloudFront is exchanged in two phases:

  1. codesensei keys rotate-origin --secrets codesensei-prod/
     Makes the next value, and both are accepted. Deploy, so that CloudFront sends the next one.
  2. codesensei keys rotate-origin --settle --secrets codesensei-prod/
     Only the new value is accepted. Deploy again.

Each command can be run again after an interruption. With --dir FOLDER in place of --secrets the
keys are in files that only their owner can read. No command prints a private key or the seed.

Exit code 0: done, or there was nothing to do. 1: refused, or failed. 2: a wrong option.";

#[derive(Clone, Debug, Subcommand)]
enum Action {
    /// Make the three secrets of a new deployment. Refused where one of them is.
    New {
        /// Make only those that are not there: after a `new` that was interrupted.
        #[arg(long)]
        missing: bool,
        #[command(flatten)]
        place: Where,
    },
    /// Show which key signs, which are retired and what comes next. Never a private key or the seed.
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
        /// Also before that. Signs out the users whose sign-in a dropped key signed; says who that is.
        #[arg(long)]
        force: bool,
        #[command(flatten)]
        place: Where,
    },
    /// Exchange the value by which the API knows its site. The one before stays accepted until `--settle`.
    RotateOrigin {
        /// Accept only the new value: once the site sends it.
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

async fn act(action: &Action, clock: &Clock) -> Result<Said, KeysError> {
    let place = match action {
        Action::Show { json, place } => return show(place, *json, clock.now()).await,
        Action::New { place, .. }
        | Action::Add { place }
        | Action::Promote { place, .. }
        | Action::Drop { place, .. }
        | Action::RotateOrigin { place, .. } => place,
    };
    let opened = place.open_to_write().await?;
    let secrets = Secrets::read(&opened).await?;
    let plan = planned(action, &secrets, &opened, clock.now(), &place.options())?;
    for write in &plan.writes {
        let name = write.name();
        match secrets.stored(name) {
            Some(before) => opened.replace(name, before, &write.text()).await?,
            None => opened.create(name, &write.text()).await?,
        }
    }
    Ok(Said { stderr: plan.told, ..Said::default() })
}

fn planned(action: &Action, secrets: &Secrets, place: &Place, now: Timestamp, at: &str) -> Result<Plan, KeysError> {
    if let Action::New { missing, .. } = action {
        return phases::new(&secrets.found, *missing, secrets.there(place), now, at);
    }
    let (signing, public, seed) = secrets.all(place, at)?;
    match action {
        Action::Promote { now: at_once, .. } => phases::promote(signing, public, *at_once, now, at),
        Action::Drop { force, .. } => phases::drop(signing, public, *force, now),
        Action::RotateOrigin { settle, .. } => phases::rotate_origin(seed, *settle, at),
        Action::Add { .. } | Action::New { .. } | Action::Show { .. } => phases::add(signing, public, now, at),
    }
}

async fn show(place: &Where, json: bool, now: Timestamp) -> Result<Said, KeysError> {
    let (opened, at) = (place.open().await?, place.options());
    let secrets = Secrets::read(&opened).await?;
    let (signing, public, seed) = secrets.all(&opened, &at)?;
    let status = Status::of(signing, public, seed, now, &at)?;
    Ok(Said { stdout: if json { status.json() } else { status.table() }, ..Said::default() })
}

/// The secrets as they were read.
pub(crate) struct Secrets {
    pub(crate) found: Found,
    stored: Vec<(Name, Option<Stored>)>,
}

impl Secrets {
    /// Reads all three.
    ///
    /// # Errors
    /// When one cannot be read, or does not have its form.
    pub(crate) async fn read(place: &Place) -> Result<Self, KeysError> {
        let mut secrets = Self { found: Found::default(), stored: Vec::new() };
        for name in Name::ALL {
            let stored = place.read(name).await?;
            if let Some(Stored { text, .. }) = &stored {
                let secret = place.label(name);
                match name {
                    Name::SigningKey => secrets.found.signing = Some(parsed(text, secret)?),
                    Name::PublicKeys => secrets.found.public = Some(parsed(text, secret)?),
                    Name::Seed => secrets.found.seed = Some(parsed(text, secret)?),
                }
            }
            secrets.stored.push((name, stored));
        }
        Ok(secrets)
    }

    fn stored(&self, wanted: Name) -> Option<&Stored> {
        self.stored.iter().find(|(name, _)| *name == wanted).and_then(|(_, stored)| stored.as_ref())
    }

    fn labels(&self, place: &Place, are_there: bool) -> Vec<String> {
        let wanted = self.stored.iter().filter(|(_, stored)| stored.is_some() == are_there);
        wanted.map(|(name, _)| place.label(*name)).collect()
    }

    fn there(&self, place: &Place) -> Vec<String> {
        self.labels(place, true)
    }

    /// All three, which have to be there.
    pub(crate) fn all(&self, place: &Place, at: &str) -> Result<(&SigningKey, &PublicKeys, &Seed), KeysError> {
        match &self.found {
            Found { signing: Some(signing), public: Some(public), seed: Some(seed) } => Ok((signing, public, seed)),
            found => {
                let (missing, all) = (self.labels(place, false), *found == Found::default());
                Err(KeysError::Missing { missing, all, options: at.to_owned() })
            }
        }
    }
}

fn parsed<T: DeserializeOwned>(text: &str, secret: String) -> Result<T, KeysError> {
    serde_json::from_str(text).map_err(|_| KeysError::Unreadable { secret })
}
