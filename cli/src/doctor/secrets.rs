//! Checks the secrets of a deployment or the keys of this machine, and reports overdue steps of a rotation.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::Path;
use std::time::Duration;

use model::Timestamp;

use super::finding::{Finding, is_healthy};
use crate::keys::phases::{earliest_drop, next_kid, signing_kid};
use crate::keys::secret_store::Location;
use crate::keys::{LoadedSecrets, key_id};
use handlers::secrets::{PublicKeys, SigningKey};

const CHECK: &str = "secrets";
/// The time after which a next key is overdue for promotion, because the rotation was probably forgotten.
const MAX_WAIT: Duration = Duration::from_hours(7 * 24);
/// The time after which a retired key that could be dropped is overdue.
const MAX_RETENTION: Duration = Duration::from_hours(30 * 24);

/// Loads and checks the secrets.
pub(super) async fn check(location: &Location, now: Timestamp) -> Vec<Finding> {
    let options = location.options();
    let store = match location.open().await {
        Ok(store) => store,
        Err(error) => return vec![Finding::problem(CHECK, format!("{error}."))],
    };
    let secrets = LoadedSecrets::inspect(&store).await;
    let mut problems = secrets.problems(&store, &options);
    let mut active_kid = String::new();
    if let Ok((signing, public, _)) = secrets.require_all(&store, &options)
        && let Ok(kid) = signing_kid(signing)
    {
        problems.extend(overdue_steps(&kid, signing, public, now, &options));
        active_kid = kid;
    }
    if problems.is_empty() {
        return vec![Finding::ok(CHECK, format!("the three secrets are readable and consistent; {active_kid} signs"))];
    }
    problems.into_iter().map(|message| Finding::problem(CHECK, message)).collect()
}

/// Overdue steps of a rotation. `active_kid` is the id of the key that signs.
fn overdue_steps(
    active_kid: &str,
    signing: &SigningKey,
    public: &PublicKeys,
    now: Timestamp,
    options: &str,
) -> Vec<String> {
    // Another check reports an invalid next key.
    let next = next_kid(signing).unwrap_or_default();
    let mut messages = Vec::new();
    let added = next.as_ref().and_then(|kid| public.find(kid)).and_then(|key| key.added_at);
    if let (Some(kid), Some(added)) = (&next, added.filter(|added| now > added.plus(MAX_WAIT))) {
        messages.push(format!(
            "The next key {kid} is waiting since {added}. To make it sign: codesensei keys promote {options}"
        ));
    }
    let is_used = |kid: &String| kid == active_kid || Some(kid) == next.as_ref();
    for key in public.keys.iter().filter(|key| !is_used(&key.kid)) {
        if let Some(from) = key.retired_at.map(earliest_drop).filter(|from| now > from.plus(MAX_RETENTION)) {
            messages.push(format!(
                "The retired key {} is ready to be dropped since {from}. To drop it: codesensei keys drop {options}",
                key.kid
            ));
        }
    }
    messages
}

/// Checks the keys of a developer's machine, which `serve` creates.
pub(super) fn check_local(folder: &Path) -> Vec<Finding> {
    let [key_file, seed_file] = ["signing-key.pem", "secret"].map(|name| folder.join(name));
    let (key, seed) = (fs::read(&key_file), fs::read(&seed_file));
    let is_missing = |read: &io::Result<Vec<u8>>| matches!(read, Err(error) if error.kind() == ErrorKind::NotFound);
    if is_missing(&key) && is_missing(&seed) {
        let message = format!("{} has no keys yet; `codesensei serve` creates them", folder.display());
        return vec![Finding::skipped(CHECK, message)];
    }
    let remove_key = "Remove it: `codesensei serve` creates a new one, and users must sign in again.";
    let remove_seed = "Remove it: `codesensei serve` creates a new one, and open lists restart at their first page.";
    let key = key.map_err(|error| read_problem(&error)).and_then(|key| {
        let text = String::from_utf8(key).map_err(|_| format!("it is not text. {remove_key}"))?;
        key_id::kid(&text).map_err(|error| format!("{error}. {remove_key}"))
    });
    let seed = seed
        .map_err(|error| read_problem(&error))
        .and_then(|seed| if seed.is_empty() { Err(format!("it is empty. {remove_seed}")) } else { Ok(()) });
    let wrong = [(&key_file, key.err()), (&seed_file, seed.err())];
    let message = wrong.into_iter().filter_map(|(file, message)| Some(format!("{}: {}", file.display(), message?)));
    let mut findings: Vec<Finding> = message.map(|message| Finding::problem(CHECK, message)).collect();
    findings.extend([key_file, seed_file].iter().filter_map(|file| readable_by_others(file)));
    if is_healthy(&findings) {
        findings.push(Finding::ok(CHECK, format!("the keys in {} are valid", folder.display())));
    }
    findings.push(Finding::skipped(CHECK, "--secrets codesensei-prod/ checks the secrets of a deployment"));
    findings
}

fn read_problem(error: &io::Error) -> String {
    match error.kind() {
        ErrorKind::NotFound => "it does not exist. `codesensei serve` creates it.".to_owned(),
        _ => format!("{error}. Make it readable for the user who runs `codesensei`."),
    }
}

#[cfg(unix)]
fn readable_by_others(file: &Path) -> Option<Finding> {
    use std::os::unix::fs::PermissionsExt as _;
    let is_open = fs::metadata(file).is_ok_and(|file| file.permissions().mode() & 0o077 != 0);
    let file = file.display();
    is_open.then(|| Finding::problem(CHECK, format!("others can read {file}. Remove their access: chmod 600 {file}")))
}

#[cfg(not(unix))]
const fn readable_by_others(_: &Path) -> Option<Finding> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::Account;
    use crate::doctor::finding::State;
    use crate::keys::phases::{self, DISCOVERY_LAG};
    use crate::keys::plan::{ParsedSecrets, Write};
    use crate::keys::secret_store::Location;
    use handlers::auth::key_pair;

    fn location(folder: &Path) -> Location {
        Location { dir: Some(folder.to_owned()), secrets: None, account: Account::default() }
    }

    fn store(folder: &Path, writes: &[Write]) -> (SigningKey, PublicKeys) {
        let mut found = (None, None);
        for write in writes {
            fs::write(folder.join(format!("{}.json", write.name().as_str())), write.text()).expect("a file");
            match write {
                Write::Signing(signing) => found.0 = Some(signing.clone()),
                Write::Public(public) => found.1 = Some(public.clone()),
                Write::Seed(_) => {}
            }
        }
        (found.0.expect("a signing key"), found.1.expect("public keys"))
    }

    fn new(folder: &Path) -> (SigningKey, PublicKeys) {
        let plan = phases::new(&ParsedSecrets::default(), false, Vec::new(), Timestamp::EPOCH, "").expect("keys");
        store(folder, &plan.writes)
    }

    async fn message(folder: &Path, now: Timestamp) -> (State, String) {
        let found = check(&location(folder), now).await;
        let message: Vec<&str> = found.iter().map(|finding| &*finding.message).collect();
        (found[0].state, message.join("\n"))
    }

    #[tokio::test]
    async fn consistent_secrets_are_ok_and_missing_ones_are_a_problem() {
        let folder = tempfile::tempdir().expect("a folder");
        let (state, text) = message(folder.path(), Timestamp::EPOCH).await;
        assert!(state == State::Problem && text.contains("codesensei keys new"), "{text}");
        new(folder.path());
        let (state, text) = message(folder.path(), Timestamp::EPOCH).await;
        assert!(state == State::Ok && text.contains("signs"), "{text}");
    }

    #[tokio::test]
    async fn a_signing_key_without_its_public_half_is_a_problem() {
        let folder = tempfile::tempdir().expect("a folder");
        new(folder.path());
        let (signing_key, other) = (key_pair::generate().expect("a key"), serde_json::Map::new());
        let other = SigningKey { signing_key, next_signing_key: None, promoted_at: None, other };
        fs::write(folder.path().join("signing-key.json"), Write::Signing(other).text()).expect("a file");
        let (state, text) = message(folder.path(), Timestamp::EPOCH).await;
        assert!(state == State::Problem && text.contains("is not in public-keys"), "{text}");
        assert!(!text.contains("PRIVATE"), "{text}");
    }

    #[tokio::test]
    async fn overdue_steps_of_a_rotation_are_problems() {
        let folder = tempfile::tempdir().expect("a folder");
        let (signing, public) = new(folder.path());
        let added = phases::add(&signing, &public, Timestamp::EPOCH, "").expect("added");
        let (signing, public) = store(folder.path(), &added.writes);
        assert_eq!(message(folder.path(), Timestamp::EPOCH.plus(MAX_WAIT)).await.0, State::Ok);
        let late = Timestamp::EPOCH.plus(MAX_WAIT).plus(DISCOVERY_LAG);
        let (state, text) = message(folder.path(), late).await;
        assert!(state == State::Problem && text.contains("keys promote --dir"), "{text}");
        let promoted = phases::promote(&signing, &public, false, late, "").expect("promoted");
        store(folder.path(), &promoted.writes);
        let due = earliest_drop(late);
        assert_eq!(message(folder.path(), due).await.0, State::Ok, "the drop is not overdue yet");
        let (state, text) = message(folder.path(), due.plus(MAX_RETENTION).plus(DISCOVERY_LAG)).await;
        assert!(state == State::Problem && text.contains("keys drop --dir"), "{text}");
    }

    #[test]
    fn missing_keys_are_skipped_and_invalid_keys_are_problems() {
        let folder = tempfile::tempdir().expect("a folder");
        let states =
            || check_local(folder.path()).into_iter().map(|found| (found.state, found.message)).collect::<Vec<_>>();
        assert_eq!(states()[0].0, State::Skipped);
        let secrets = crate::local_keys::LocalKeys::in_folder(folder.path()).expect("keys");
        assert_eq!(states()[0].0, State::Ok);
        let (key, seed) = (folder.path().join("signing-key.pem"), folder.path().join("secret"));
        for (file, bytes, message) in [
            (&seed, Some(&b""[..]), "it is empty"),
            (&seed, None, "secret: it does not exist"),
            (&key, None, "signing-key.pem: it does not exist"),
            (&key, Some(b""), "not an RSA key"),
            (&key, Some(b"\xff"), "not text"),
        ] {
            crate::private_files::write(&key, secrets.signing_key.as_bytes()).expect("a key");
            crate::private_files::write(&seed, &secrets.seed).expect("a seed");
            match bytes {
                Some(bytes) => fs::write(file, bytes).expect("written"),
                None => fs::remove_file(file).expect("removed"),
            }
            let found = states();
            assert!(found[0].0 == State::Problem && found[0].1.contains(message), "{found:?}");
        }
        fs::remove_file(&key).ok();
        fs::create_dir(&key).expect("a folder in its place");
        assert!(states()[0].0 == State::Problem, "a file that cannot be read: {:?}", states());
    }
}
