//! The writes of each command, in their order. This file reads and writes nothing.
//!
//! **Invariant:** between any two writes, and after an interrupted command, the public keys contain the public half of
//! each key that may sign and of each key whose tokens may be in use. So the public keys are always written before the
//! signing key.

use std::time::Duration;

use handlers::auth::key_pair;
use handlers::auth::keys::InvalidKey;
use model::Timestamp;
use model::limits::REFRESH_TOKEN_LIFE;
use serde_json::Map;

use crate::keys::error::KeysError;
use crate::keys::key_id;
use crate::keys::plan::{ParsedSecrets, Plan, Write};
use crate::keys::secret_store::SecretName;
use handlers::secrets::{PublicKey, PublicKeys, Seed, SigningKey};

/// The maximum time until functions find an added key. They read the public keys again when a token has an unknown key
/// id, at most once a minute.
pub(crate) const DISCOVERY_LAG: Duration = Duration::from_mins(2);
/// The maximum time for which functions may sign with a retired key: they read the signing key again after ten minutes.
/// The eleventh minute covers the write itself and clocks that differ.
pub(crate) const SIGNING_LAG: Duration = Duration::from_mins(11);

/// The earliest time at which a key that was retired at `retired` can be dropped.
pub(crate) fn earliest_drop(retired: Timestamp) -> Timestamp {
    retired.plus(REFRESH_TOKEN_LIFE).plus(SIGNING_LAG)
}

/// The id of the key that signs.
pub(crate) fn signing_kid(signing: &SigningKey) -> Result<String, KeysError> {
    key_id::kid(&signing.signing_key).map_err(key_error)
}

/// The id of the next key.
pub(crate) fn next_kid(signing: &SigningKey) -> Result<Option<String>, KeysError> {
    let kid = signing.next_signing_key.as_deref().map(key_id::kid).transpose();
    kid.map_err(key_error)
}

/// An error without the name of the secret in its store, which `SecretStore::with_label` adds.
fn key_error(source: InvalidKey) -> KeysError {
    KeysError::Key { secret: SecretName::SigningKey.as_str().to_owned(), source }
}

/// The entry of a private key in the public keys.
fn public_entry(private_key: &str, now: Timestamp) -> Result<PublicKey, KeysError> {
    let (kid, pem) =
        (key_id::kid(private_key).map_err(key_error)?, key_pair::public_half(private_key).map_err(key_error)?);
    Ok(PublicKey { kid, pem, added_at: Some(now), retired_at: None, other: Map::new() })
}

/// Adds missing public halves. Returns their ids.
fn add_missing(public: &mut PublicKeys, signing: &SigningKey, now: Timestamp) -> Result<Vec<String>, KeysError> {
    let mut added = Vec::new();
    for private_key in std::iter::once(&signing.signing_key).chain(&signing.next_signing_key) {
        let public_entry = public_entry(private_key, now)?;
        if public.find(&public_entry.kid).is_none() {
            added.push(public_entry.kid.clone());
            public.keys.push(public_entry);
        }
    }
    Ok(added)
}

/// Retires unused keys, which an interrupted command left behind. They are kept as long as other retired keys, although
/// they probably never signed a token.
fn retire_strays(public: &mut PublicKeys, in_use: &[&str], now: Timestamp) {
    for key in public.keys.iter_mut().filter(|key| !in_use.contains(&&*key.kid)) {
        key.retired_at.get_or_insert(now);
    }
}

/// `new`: creates all three secrets, or with `missing` the missing ones.
pub(crate) fn new(
    found: &ParsedSecrets,
    missing: bool,
    existing: Vec<String>,
    now: Timestamp,
    options: &str,
) -> Result<Plan, KeysError> {
    if !existing.is_empty() && !missing {
        return Err(KeysError::AlreadyExists { existing, options: options.to_owned() });
    }
    let mut writes = Vec::new();
    let signing = if let Some(signing) = &found.signing {
        signing.clone()
    } else {
        let signing_key = key_pair::generate()?;
        SigningKey { signing_key, next_signing_key: None, promoted_at: Some(now), other: Map::new() }
    };
    let mut public = found.public.clone().unwrap_or_default();
    let added = add_missing(&mut public, &signing, now)?;
    if found.signing.is_none() {
        // The previous signing key is lost, but its tokens stay valid.
        retire_strays(&mut public, &[&signing_kid(&signing)?], now);
    }
    let is_new = found.public.is_none();
    // In a new location the signing key comes first, because the public keys can be created from it. Existing public
    // keys are updated before the signing key.
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
        let origin = key_id::random_text();
        let (seed, other) = (key_id::random_text(), Map::new());
        writes.push(Write::Seed(Seed { seed, origin_before: origin.clone(), origin, other }));
    }
    let made: Vec<&str> = writes.iter().map(|write| write.name().as_str()).collect();
    let messages = if made.is_empty() {
        vec!["All three secrets exist. Nothing was changed.".to_owned()]
    } else {
        vec![format!("Wrote {}. The key {} signs.", made.join(", "), signing_kid(&signing)?)]
    };
    Ok(Plan { writes, messages, deploy: None })
}

/// `add`: creates the next key. Its public half is written first. After an interruption between the writes, the private
/// half is lost, and the next `add` retires the unused public half.
pub(crate) fn add(signing: &SigningKey, public: &PublicKeys, now: Timestamp, options: &str) -> Result<Plan, KeysError> {
    let mut plan = Plan::default();
    let mut public = public.clone();
    let added = add_missing(&mut public, signing, now)?;
    plan.messages.extend(added.iter().map(|kid| format!("The public half of {kid} was missing and was added again.")));
    let own = signing_kid(signing)?;
    if let Some(next) = next_kid(signing)? {
        if !added.is_empty() {
            plan.writes.push(Write::Public(public));
        }
        plan.messages.push(format!(
            "The next key {next} already exists. No other key was created. To make it sign: codesensei keys promote \
             {options}"
        ));
        return Ok(plan);
    }
    retire_strays(&mut public, &[&own], now);
    let private_key = key_pair::generate()?;
    let public_entry = public_entry(&private_key, now)?;
    plan.messages.push(format!("Added the key {}. It does not sign yet; {own} does.", public_entry.kid));
    let from = now.plus(DISCOVERY_LAG);
    plan.messages.push(format!("All functions have read it by {from}. Then run: codesensei keys promote {options}"));
    public.keys.push(public_entry);
    plan.writes.push(Write::Public(public));
    plan.writes.push(Write::Signing(SigningKey { next_signing_key: Some(private_key), ..signing.clone() }));
    Ok(plan)
}

/// `promote`: makes the next key sign. The old key is marked as retired first. After an interruption between the
/// writes, the old key still signs; `promote` corrects the time of its retirement, and `drop` never removes a key that
/// signs.
pub(crate) fn promote(
    signing: &SigningKey,
    public: &PublicKeys,
    at_once: bool,
    now: Timestamp,
    options: &str,
) -> Result<Plan, KeysError> {
    let no_next = || KeysError::NoNextKey { options: options.to_owned() };
    let (next, private_key) = (next_kid(signing)?.ok_or_else(no_next)?, signing.next_signing_key.clone());
    let unknown = || KeysError::NextKeyNotPublished { options: options.to_owned() };
    let added = public.find(&next).ok_or_else(unknown)?.added_at.unwrap_or(Timestamp::EPOCH);
    let from = added.plus(DISCOVERY_LAG);
    if now < from && !at_once {
        return Err(KeysError::TooEarlyToPromote { added, from });
    }
    let mut public = public.clone();
    add_missing(&mut public, signing, now)?;
    let old = signing_kid(signing)?;
    for key in &mut public.keys {
        if key.kid == old {
            key.retired_at = Some(now);
        } else if key.kid == next {
            key.retired_at = None;
        }
    }
    let promoted = SigningKey {
        signing_key: private_key.ok_or_else(no_next)?,
        next_signing_key: None,
        promoted_at: Some(now),
        ..signing.clone()
    };
    let messages = vec![
        format!("The key {next} signs. Functions replace the old key within ten minutes."),
        format!(
            "The key {old} is retired. Its tokens stay valid. From {} on: codesensei keys drop {options}",
            earliest_drop(now)
        ),
    ];
    Ok(Plan { writes: vec![Write::Public(public), Write::Signing(promoted)], messages, deploy: None })
}

/// `drop`: removes retired keys whose tokens have all expired, or with `force` all retired keys.
pub(crate) fn drop(signing: &SigningKey, public: &PublicKeys, force: bool, now: Timestamp) -> Result<Plan, KeysError> {
    let in_use = [Some(signing_kid(signing)?), next_kid(signing)?];
    let retired: Vec<(&PublicKey, Timestamp)> = public
        .keys
        .iter()
        .filter(|key| !in_use.iter().flatten().any(|kid| *kid == key.kid))
        .filter_map(|key| Some((key, key.retired_at?)))
        .collect();
    let Some((first, since)) = retired.iter().min_by_key(|(_, since)| *since) else {
        return Ok(Plan {
            messages: vec!["There is no retired key. Nothing was changed.".to_owned()],
            ..Plan::default()
        });
    };
    let is_due = |since: Timestamp| now >= earliest_drop(since);
    if !force && !is_due(*since) {
        let (kid, retired, from) = (first.kid.clone(), *since, earliest_drop(*since));
        return Err(KeysError::TooEarlyToDrop { kid, retired, from });
    }
    let (dropped, kept): (Vec<_>, Vec<_>) = retired.into_iter().partition(|(_, since)| force || is_due(*since));
    let mut messages = Vec::new();
    for (key, since) in &dropped {
        messages.push(format!("Dropped the key {}, which was retired at {since}.", key.kid));
        if !is_due(*since) {
            messages.push(format!(
                "  This signs out users who signed in before {} and whose sign-in was not renewed after that.",
                since.plus(SIGNING_LAG)
            ));
        }
    }
    if force {
        // Also for due keys: the owner of a stolen key can issue tokens with any expiry.
        messages.push(
            "Running functions accept the tokens of a dropped key until their processes are replaced: deploy with a \
             changed setting of the functions (docs/runbook.md, Key rotation). A deployment that changes nothing \
             replaces none."
                .to_owned(),
        );
    }
    messages
        .extend(kept.iter().map(|(key, since)| format!("Kept the key {} until {}.", key.kid, earliest_drop(*since))));
    let is_gone = |key: &PublicKey| dropped.iter().any(|(entry, _)| entry.kid == key.kid);
    let keys = public.keys.iter().filter(|key| !is_gone(key)).cloned().collect();
    let writes = vec![Write::Public(PublicKeys { keys, other: public.other.clone() })];
    Ok(Plan { writes, messages, deploy: None })
}
