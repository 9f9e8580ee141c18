//! What each command writes, in which order. Nothing is read or written here.
//!
//! **Invariant:** between any two writes, and after a command that was interrupted, each key that may sign has its public half among the
//! public keys, and no key whose tokens may be in use is missing there. So public keys are always written before the signing key.

use std::time::Duration;

use handlers::auth::key_pair;
use handlers::auth::keys::InvalidKey;
use handlers::limits::REFRESH_TOKEN_LIFE;
use model::Timestamp;
use serde_json::Map;

use crate::keys::error::KeysError;
use crate::keys::origin::Deploy;
use crate::keys::pair;
use crate::keys::place::Name;
use handlers::secrets::{PublicKey, PublicKeys, Seed, SigningKey};

/// How long functions may not know a key that was added. They read the public keys again at a name that they do not know, at most
/// once a minute.
pub(crate) const UNKNOWN: Duration = Duration::from_mins(2);
/// How long functions may sign with a key that was retired: they read theirs again when it is older than ten minutes. The eleventh
/// is for the write itself, and for clocks that differ.
pub(crate) const STILL_SIGNING: Duration = Duration::from_mins(11);

/// The secrets that exist.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) signing: Option<SigningKey>,
    pub(crate) public: Option<PublicKeys>,
    pub(crate) seed: Option<Seed>,
}

/// A secret to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Write {
    Signing(SigningKey),
    Public(PublicKeys),
    Seed(Seed),
}

impl Write {
    pub(crate) const fn name(&self) -> Name {
        match self {
            Self::Signing(_) => Name::SigningKey,
            Self::Public(_) => Name::PublicKeys,
            Self::Seed(_) => Name::Seed,
        }
    }

    /// As it is stored.
    pub(crate) fn text(&self) -> String {
        let text = match self {
            Self::Signing(signing) => serde_json::to_string(signing),
            Self::Public(public) => serde_json::to_string(public),
            Self::Seed(seed) => serde_json::to_string(seed),
        };
        text.expect("texts and times are always JSON")
    }
}

/// What is to be written, one after the other, and what is said when it has been.
#[derive(Debug, Default)]
pub(crate) struct Plan {
    pub(crate) writes: Vec<Write>,
    pub(crate) told: Vec<String>,
    /// What a deployment has to be told, after the writes.
    pub(crate) deploy: Option<Deploy>,
}

/// When a key that was retired then can be dropped.
pub(crate) fn droppable(retired: Timestamp) -> Timestamp {
    retired.plus(REFRESH_TOKEN_LIFE).plus(STILL_SIGNING)
}

/// The name of the key that signs.
pub(crate) fn signing_kid(signing: &SigningKey) -> Result<String, KeysError> {
    pair::kid(&signing.signing_key).map_err(unusable)
}

/// The name of the key that signs next.
pub(crate) fn next_kid(signing: &SigningKey) -> Result<Option<String>, KeysError> {
    let kid = signing.next_signing_key.as_deref().map(pair::kid).transpose();
    kid.map_err(unusable)
}

/// Without the place, which [`KeysError::at`] adds.
fn unusable(source: InvalidKey) -> KeysError {
    KeysError::Key { secret: Name::SigningKey.as_str().to_owned(), source }
}

/// A private key as the public keys have it.
fn entry(private: &str, now: Timestamp) -> Result<PublicKey, KeysError> {
    let (kid, pem) = (pair::kid(private).map_err(unusable)?, key_pair::public_half(private).map_err(unusable)?);
    Ok(PublicKey { kid, pem, added_at: Some(now), retired_at: None, other: Map::new() })
}

/// Adds the public halves that are missing. Says which.
fn complete(public: &mut PublicKeys, signing: &SigningKey, now: Timestamp) -> Result<Vec<String>, KeysError> {
    let mut added = Vec::new();
    for private in std::iter::once(&signing.signing_key).chain(&signing.next_signing_key) {
        let entry = entry(private, now)?;
        if public.find(&entry.kid).is_none() {
            added.push(entry.kid.clone());
            public.keys.push(entry);
        }
    }
    Ok(added)
}

/// Retires keys that neither sign nor are about to: an interrupted command left them. They are kept for as long as others, though
/// it is likely that they never signed.
fn retire_strays(public: &mut PublicKeys, used: &[&str], now: Timestamp) {
    for key in public.keys.iter_mut().filter(|key| !used.contains(&&*key.kid)) {
        key.retired_at.get_or_insert(now);
    }
}

/// `new`: all three secrets, or with `missing` those that do not exist.
pub(crate) fn new(
    found: &Found,
    missing: bool,
    there: Vec<String>,
    now: Timestamp,
    at: &str,
) -> Result<Plan, KeysError> {
    if !there.is_empty() && !missing {
        return Err(KeysError::AlreadyThere { there, options: at.to_owned() });
    }
    let mut writes = Vec::new();
    let signing = if let Some(signing) = &found.signing {
        signing.clone()
    } else {
        let signing_key = key_pair::generate()?;
        SigningKey { signing_key, next_signing_key: None, promoted_at: Some(now), other: Map::new() }
    };
    let mut public = found.public.clone().unwrap_or_default();
    let added = complete(&mut public, &signing, now)?;
    if found.signing.is_none() {
        // What signed before is lost, and its tokens are as good as they were.
        retire_strays(&mut public, &[&signing_kid(&signing)?], now);
    }
    let is_new = found.public.is_none();
    // A new folder begins with the signing key: what is missing then can be made from it. Where there are public keys, they come first.
    if is_new && found.signing.is_none() {
        writes.push(Write::Signing(signing.clone()));
    }
    if is_new || !added.is_empty() {
        writes.push(Write::Public(public));
    }
    if !is_new && found.signing.is_none() {
        writes.push(Write::Signing(signing.clone()));
    }
    if found.seed.is_none() {
        let origin = pair::random_text();
        let (seed, other) = (pair::random_text(), Map::new());
        writes.push(Write::Seed(Seed { seed, origin_before: origin.clone(), origin, other }));
    }
    let made: Vec<&str> = writes.iter().map(|write| write.name().as_str()).collect();
    let told = if made.is_empty() {
        vec!["All three secrets exist. Nothing was changed.".to_owned()]
    } else {
        vec![format!("Wrote {}. The key {} signs.", made.join(", "), signing_kid(&signing)?)]
    };
    Ok(Plan { writes, told, deploy: None })
}

/// `add`: the next key. Its public half is written first. Interrupted after that, the private half is lost and the public half a stray,
/// which the next `add` retires.
pub(crate) fn add(signing: &SigningKey, public: &PublicKeys, now: Timestamp, at: &str) -> Result<Plan, KeysError> {
    let mut plan = Plan::default();
    let mut public = public.clone();
    let added = complete(&mut public, signing, now)?;
    plan.told.extend(added.iter().map(|kid| format!("The public half of {kid} was missing and was added again.")));
    let own = signing_kid(signing)?;
    if let Some(next) = next_kid(signing)? {
        if !added.is_empty() {
            plan.writes.push(Write::Public(public));
        }
        plan.told.push(format!(
            "A next key exists already: {next}. No other was made. To make it sign: codesensei keys promote {at}"
        ));
        return Ok(plan);
    }
    retire_strays(&mut public, &[&own], now);
    let private = key_pair::generate()?;
    let entry = entry(&private, now)?;
    plan.told.push(format!("Added the key {}. It does not sign yet; {own} does.", entry.kid));
    let from = now.plus(UNKNOWN);
    plan.told.push(format!("Every function knows it by {from}. Then run: codesensei keys promote {at}"));
    public.keys.push(entry);
    plan.writes.push(Write::Public(public));
    plan.writes.push(Write::Signing(SigningKey { next_signing_key: Some(private), ..signing.clone() }));
    Ok(plan)
}

/// `promote`: the next key signs. The old one is marked as retired first. Interrupted after that, it signs on; `promote` again
/// corrects the mark, and `drop` leaves what signs alone.
pub(crate) fn promote(
    signing: &SigningKey,
    public: &PublicKeys,
    at_once: bool,
    now: Timestamp,
    at: &str,
) -> Result<Plan, KeysError> {
    let no_next = || KeysError::NoNextKey { options: at.to_owned() };
    let (next, private) = (next_kid(signing)?.ok_or_else(no_next)?, signing.next_signing_key.clone());
    let unknown = || KeysError::NextIsUnknown { options: at.to_owned() };
    let added = public.find(&next).ok_or_else(unknown)?.added_at.unwrap_or(Timestamp::EPOCH);
    let from = added.plus(UNKNOWN);
    if now < from && !at_once {
        return Err(KeysError::TooEarlyToPromote { added, from });
    }
    let mut public = public.clone();
    complete(&mut public, signing, now)?;
    let old = signing_kid(signing)?;
    for key in &mut public.keys {
        if key.kid == old {
            key.retired_at = Some(now);
        } else if key.kid == next {
            key.retired_at = None;
        }
    }
    let promoted = SigningKey {
        signing_key: private.ok_or_else(no_next)?,
        next_signing_key: None,
        promoted_at: Some(now),
        ..signing.clone()
    };
    let told = vec![
        format!("The key {next} signs. Functions that hold the old one read the new one within ten minutes."),
        format!(
            "The key {old} is retired: its tokens stay good. From {} on: codesensei keys drop {at}",
            droppable(now)
        ),
    ];
    Ok(Plan { writes: vec![Write::Public(public), Write::Signing(promoted)], told, deploy: None })
}

/// `drop`: retired keys whose tokens have all expired, or with force all retired keys.
pub(crate) fn drop(signing: &SigningKey, public: &PublicKeys, force: bool, now: Timestamp) -> Result<Plan, KeysError> {
    let used = [Some(signing_kid(signing)?), next_kid(signing)?];
    let retired: Vec<(&PublicKey, Timestamp)> = public
        .keys
        .iter()
        .filter(|key| !used.iter().flatten().any(|kid| *kid == key.kid))
        .filter_map(|key| Some((key, key.retired_at?)))
        .collect();
    let Some((first, since)) = retired.iter().min_by_key(|(_, since)| *since) else {
        return Ok(Plan { told: vec!["There is no retired key. Nothing was changed.".to_owned()], ..Plan::default() });
    };
    let is_due = |since: Timestamp| now >= droppable(since);
    if !force && !is_due(*since) {
        let (kid, retired, from) = (first.kid.clone(), *since, droppable(*since));
        return Err(KeysError::TooEarlyToDrop { kid, retired, from });
    }
    let (gone, kept): (Vec<_>, Vec<_>) = retired.into_iter().partition(|(_, since)| force || is_due(*since));
    let mut told = Vec::new();
    for (key, since) in &gone {
        told.push(format!("Dropped the key {}, which was retired at {since}.", key.kid));
        if !is_due(*since) {
            told.push(format!(
                "  This signs out users who signed in before {} and whose sign-in was not renewed after that.",
                since.plus(STILL_SIGNING)
            ));
        }
    }
    if force {
        // Whether due or not: a token that was made with a stolen key expires when its maker says.
        told.push(
            "Running functions accept the tokens of a dropped key until their processes are replaced: deploy with a changed setting of \
             the functions (docs/runbook.md, Key rotation). A deployment that changes nothing replaces none."
                .to_owned(),
        );
    }
    told.extend(kept.iter().map(|(key, since)| format!("Kept the key {} until {}.", key.kid, droppable(*since))));
    let is_gone = |key: &PublicKey| gone.iter().any(|(dropped, _)| dropped.kid == key.kid);
    let keys = public.keys.iter().filter(|key| !is_gone(key)).cloned().collect();
    let writes = vec![Write::Public(PublicKeys { keys, other: public.other.clone() })];
    Ok(Plan { writes, told, deploy: None })
}
