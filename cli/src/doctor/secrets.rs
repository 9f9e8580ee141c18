//! Whether the secrets of a deployment, or this machine's own keys, fit together, and whether a rotation was forgotten.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::Path;
use std::time::Duration;

use model::Timestamp;

use super::finding::{Finding, is_well};
use crate::keys::phases::{droppable, next_kid, signing_kid};
use crate::keys::place::Where;
use crate::keys::{Secrets, pair};
use handlers::secrets::{PublicKeys, SigningKey};

const CHECK: &str = "secrets";
/// How long a next key may wait to be promoted: after that the rotation was probably forgotten.
const WAITING: Duration = Duration::from_hours(7 * 24);
/// How long a retired key may stay after it could be dropped.
const OVERDUE: Duration = Duration::from_hours(30 * 24);

/// Reads them and looks at them.
pub(super) async fn check(place: &Where, now: Timestamp) -> Vec<Finding> {
    let at = place.options();
    let opened = match place.open().await {
        Ok(opened) => opened,
        Err(error) => return vec![Finding::problem(CHECK, format!("{error}."))],
    };
    let secrets = Secrets::examined(&opened).await;
    let mut problems = secrets.problems(&opened, &at);
    let mut signs = String::new();
    if let Ok((signing, public, _)) = secrets.all(&opened, &at)
        && let Ok(kid) = signing_kid(signing)
    {
        problems.extend(ages(&kid, signing, public, now, &at));
        signs = kid;
    }
    if problems.is_empty() {
        return vec![Finding::ok(CHECK, format!("the three secrets can be read and fit together; {signs} signs"))];
    }
    problems.into_iter().map(|told| Finding::problem(CHECK, told)).collect()
}

/// Rotations that were begun and not ended. `signs` is the name of the key that signs.
fn ages(signs: &str, signing: &SigningKey, public: &PublicKeys, now: Timestamp, at: &str) -> Vec<String> {
    // A next key that cannot be used is a problem of its own.
    let next = next_kid(signing).unwrap_or_default();
    let mut told = Vec::new();
    let added = next.as_ref().and_then(|kid| public.find(kid)).and_then(|key| key.added_at);
    if let (Some(kid), Some(added)) = (&next, added.filter(|added| now > added.plus(WAITING))) {
        told.push(format!("The next key {kid} has waited since {added}. Make it sign: codesensei keys promote {at}"));
    }
    let is_used = |kid: &String| kid == signs || Some(kid) == next.as_ref();
    for key in public.keys.iter().filter(|key| !is_used(&key.kid)) {
        if let Some(from) = key.retired_at.map(droppable).filter(|from| now > from.plus(OVERDUE)) {
            told.push(format!("The retired key {} could be dropped since {from}: codesensei keys drop {at}", key.kid));
        }
    }
    told
}

/// The keys of a developer's machine, which `serve` makes.
pub(super) fn local(folder: &Path) -> Vec<Finding> {
    let [key_file, seed_file] = ["signing-key.pem", "secret"].map(|name| folder.join(name));
    let (key, seed) = (fs::read(&key_file), fs::read(&seed_file));
    let is_missing = |read: &io::Result<Vec<u8>>| matches!(read, Err(error) if error.kind() == ErrorKind::NotFound);
    if is_missing(&key) && is_missing(&seed) {
        let told = format!("{} has no keys yet; `codesensei` makes them when it serves", folder.display());
        return vec![Finding::skipped(CHECK, told)];
    }
    let signed_out = "Remove it, and `codesensei` makes a new one; users sign in again.";
    let begun_anew = "Remove it, and `codesensei` makes a new one; pages of lists that are open then begin anew.";
    let key = key.map_err(|error| unread(&error)).and_then(|key| {
        let text = String::from_utf8(key).map_err(|_| format!("not text. {signed_out}"))?;
        pair::kid(&text).map_err(|error| format!("{error}. {signed_out}"))
    });
    let seed = seed
        .map_err(|error| unread(&error))
        .and_then(|seed| if seed.is_empty() { Err(format!("it is empty. {begun_anew}")) } else { Ok(()) });
    let wrong = [(&key_file, key.err()), (&seed_file, seed.err())];
    let told = wrong.into_iter().filter_map(|(file, told)| Some(format!("{}: {}", file.display(), told?)));
    let mut findings: Vec<Finding> = told.map(|told| Finding::problem(CHECK, told)).collect();
    findings.extend([key_file, seed_file].iter().filter_map(|file| open_to_others(file)));
    if is_well(&findings) {
        findings.push(Finding::ok(CHECK, format!("the keys in {} can be used", folder.display())));
    }
    findings.push(Finding::skipped(CHECK, "those of a deployment; --secrets codesensei-prod/ checks them"));
    findings
}

fn unread(error: &io::Error) -> String {
    match error.kind() {
        ErrorKind::NotFound => "it does not exist. `codesensei` makes it when it serves.".to_owned(),
        _ => format!("{error}. Make it readable for the user that runs `codesensei`."),
    }
}

#[cfg(unix)]
fn open_to_others(file: &Path) -> Option<Finding> {
    use std::os::unix::fs::PermissionsExt as _;
    let is_open = fs::metadata(file).is_ok_and(|file| file.permissions().mode() & 0o077 != 0);
    let file = file.display();
    is_open.then(|| Finding::problem(CHECK, format!("others can read {file}. Close it: chmod 600 {file}")))
}

#[cfg(not(unix))]
const fn open_to_others(_: &Path) -> Option<Finding> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::Account;
    use crate::doctor::finding::State;
    use crate::keys::phases::{self, Found, UNKNOWN, Write};
    use crate::keys::place::Where;
    use handlers::auth::key_pair;

    fn place(folder: &Path) -> Where {
        Where { dir: Some(folder.to_owned()), secrets: None, account: Account::default() }
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
        let plan = phases::new(&Found::default(), false, Vec::new(), Timestamp::EPOCH, "").expect("keys");
        store(folder, &plan.writes)
    }

    async fn told(folder: &Path, now: Timestamp) -> (State, String) {
        let found = check(&place(folder), now).await;
        let told: Vec<&str> = found.iter().map(|finding| &*finding.told).collect();
        (found[0].state, told.join("\n"))
    }

    #[tokio::test]
    async fn good_secrets_are_well_and_missing_ones_are_not() {
        let folder = tempfile::tempdir().expect("a folder");
        let (state, said) = told(folder.path(), Timestamp::EPOCH).await;
        assert!(state == State::Problem && said.contains("codesensei keys new"), "{said}");
        new(folder.path());
        let (state, said) = told(folder.path(), Timestamp::EPOCH).await;
        assert!(state == State::Ok && said.contains("signs"), "{said}");
    }

    #[tokio::test]
    async fn a_signing_key_without_its_public_half_is_a_problem() {
        let folder = tempfile::tempdir().expect("a folder");
        new(folder.path());
        let (signing_key, other) = (key_pair::generate().expect("a key"), serde_json::Map::new());
        let other = SigningKey { signing_key, next_signing_key: None, promoted_at: None, other };
        fs::write(folder.path().join("signing-key.json"), Write::Signing(other).text()).expect("a file");
        let (state, said) = told(folder.path(), Timestamp::EPOCH).await;
        assert!(state == State::Problem && said.contains("is not in public-keys"), "{said}");
        assert!(!said.contains("PRIVATE"), "{said}");
    }

    #[tokio::test]
    async fn forgotten_phases_of_a_rotation_are_problems() {
        let folder = tempfile::tempdir().expect("a folder");
        let (signing, public) = new(folder.path());
        let added = phases::add(&signing, &public, Timestamp::EPOCH, "").expect("added");
        let (signing, public) = store(folder.path(), &added.writes);
        assert_eq!(told(folder.path(), Timestamp::EPOCH.plus(WAITING)).await.0, State::Ok);
        let late = Timestamp::EPOCH.plus(WAITING).plus(UNKNOWN);
        let (state, said) = told(folder.path(), late).await;
        assert!(state == State::Problem && said.contains("keys promote --dir"), "{said}");
        let promoted = phases::promote(&signing, &public, false, late, "").expect("promoted");
        store(folder.path(), &promoted.writes);
        let due = droppable(late);
        assert_eq!(told(folder.path(), due).await.0, State::Ok, "there is time to drop it");
        let (state, said) = told(folder.path(), due.plus(OVERDUE).plus(UNKNOWN)).await;
        assert!(state == State::Problem && said.contains("keys drop --dir"), "{said}");
    }

    #[test]
    fn a_machine_without_keys_is_skipped_and_a_broken_file_is_not() {
        let folder = tempfile::tempdir().expect("a folder");
        let states = || local(folder.path()).into_iter().map(|found| (found.state, found.told)).collect::<Vec<_>>();
        assert_eq!(states()[0].0, State::Skipped);
        let secrets = crate::secrets::Secrets::in_folder(folder.path()).expect("keys");
        assert_eq!(states()[0].0, State::Ok);
        let (key, seed) = (folder.path().join("signing-key.pem"), folder.path().join("secret"));
        for (file, bytes, told) in [
            (&seed, Some(&b""[..]), "it is empty"),
            (&seed, None, "secret: it does not exist"),
            (&key, None, "signing-key.pem: it does not exist"),
            (&key, Some(b""), "not an RSA key"),
            (&key, Some(b"\xff"), "not text"),
        ] {
            crate::private::write(&key, secrets.signing_key.as_bytes()).expect("a key");
            crate::private::write(&seed, &secrets.seed).expect("a seed");
            match bytes {
                Some(bytes) => fs::write(file, bytes).expect("written"),
                None => fs::remove_file(file).expect("removed"),
            }
            let found = states();
            assert!(found[0].0 == State::Problem && found[0].1.contains(told), "{found:?}");
        }
        fs::remove_file(&key).ok();
        fs::create_dir(&key).expect("a folder in its place");
        assert!(states()[0].0 == State::Problem, "a file that cannot be read: {:?}", states());
    }
}
