//! The commands on files: each phase, refusals, and interruptions.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::time::Duration;

use model::{Clock, Timestamp};
use tempfile::{TempDir, tempdir};

mod folders;
mod origin;
mod problems;

use super::error::KeysError;
use super::phases::{self, DISCOVERY_LAG, SIGNING_LAG};
use super::plan::{ParsedSecrets, Plan, Write};
use super::secret_store::Location;
use super::{Action, CommandOutput, execute, key_id};
use crate::aws::Account;
use handlers::secrets::{PublicKeys, Seed, SigningKey};

const DAY: Duration = Duration::from_hours(24);

/// A folder of keys, and a clock.
struct Keys {
    folder: TempDir,
    clock: Clock,
}

impl Keys {
    /// An empty folder.
    fn none() -> Self {
        let now: Timestamp = "2026-11-29T10:00:00Z".parse().expect("a time");
        Self { folder: tempdir().expect("a folder"), clock: Clock::fixed(now) }
    }

    /// With the keys of a new deployment.
    async fn new() -> Self {
        let keys = Self::none();
        keys.execute(|location| Action::New { missing: false, location }).await.expect("new keys");
        keys
    }

    fn location(&self) -> Location {
        Location { dir: Some(self.folder.path().to_owned()), secrets: None, account: Account::default() }
    }

    async fn execute(&self, action: impl FnOnce(Location) -> Action) -> Result<CommandOutput, KeysError> {
        execute(&action(self.location()), &self.clock).await
    }

    async fn add(&self) -> Result<CommandOutput, KeysError> {
        self.execute(|location| Action::Add { location }).await
    }

    async fn promote(&self) -> Result<CommandOutput, KeysError> {
        self.execute(|location| Action::Promote { now: false, location }).await
    }

    async fn drop(&self, force: bool) -> Result<CommandOutput, KeysError> {
        self.execute(|location| Action::Drop { force, location }).await
    }

    async fn rotate(&self, settle: bool) -> Result<CommandOutput, KeysError> {
        self.execute(|location| Action::RotateOrigin { settle, location }).await
    }

    async fn status(&self) -> String {
        self.execute(|location| Action::Show { json: false, location }).await.expect("a status").stdout
    }

    fn file<T: serde::de::DeserializeOwned>(&self, name: &str) -> T {
        serde_json::from_slice(&fs::read(self.folder.path().join(name)).expect(name)).expect(name)
    }

    fn signing(&self) -> SigningKey {
        self.file("signing-key.json")
    }

    fn public(&self) -> PublicKeys {
        self.file("public-keys.json")
    }

    fn seed(&self) -> Seed {
        self.file("seed.json")
    }

    fn found(&self) -> ParsedSecrets {
        ParsedSecrets { signing: Some(self.signing()), public: Some(self.public()), seed: Some(self.seed()) }
    }

    /// Makes the first writes of a plan, as if the command was interrupted after them.
    fn write(&self, plan: &Plan, first: usize) {
        for write in &plan.writes[..first] {
            let file = format!("{}.json", write.name().as_str());
            fs::write(self.folder.path().join(file), write.text()).expect("a file");
        }
    }

    fn kids(&self) -> BTreeSet<String> {
        self.public().keys.into_iter().map(|key| key.kid).collect()
    }
}

fn kid(private: &str) -> String {
    key_id::kid(private).expect("a key")
}

fn file_names(folder: &Path) -> BTreeSet<String> {
    let entries = fs::read_dir(folder).expect("a folder");
    entries.map(|entry| entry.expect("a file").file_name().into_string().expect("UTF-8")).collect()
}

#[tokio::test]
async fn a_key_is_rotated_in_three_phases() {
    let keys = Keys::new().await;
    let first = keys.signing();
    assert_eq!((keys.kids().len(), first.promoted_at), (1, Some(keys.clock.now())));

    keys.add().await.expect("added");
    let added = keys.signing();
    let next = kid(&added.next_signing_key.clone().expect("a next key"));
    assert_eq!(added.signing_key, first.signing_key, "the old key still signs");
    assert!(keys.kids().contains(&next));

    keys.clock.advance(DISCOVERY_LAG);
    keys.promote().await.expect("promoted");
    let promoted = keys.signing();
    assert_eq!((kid(&promoted.signing_key), &promoted.next_signing_key), (next.clone(), &None));
    assert_eq!(promoted.promoted_at, Some(keys.clock.now()));
    let old = kid(&first.signing_key);
    assert_eq!(keys.public().find(&old).expect("kept").retired_at, Some(keys.clock.now()));

    keys.clock.advance(7 * DAY + SIGNING_LAG);
    keys.drop(false).await.expect("dropped");
    assert_eq!(keys.kids(), BTreeSet::from([next]));
    assert_eq!(keys.seed(), keys.seed());
}

#[tokio::test]
async fn new_does_not_replace_existing_keys() {
    let keys = Keys::new().await;
    for missing in [&[][..], &["public-keys.json"], &["public-keys.json", "seed.json"]] {
        for name in missing {
            fs::remove_file(keys.folder.path().join(name)).ok();
        }
        let before = fs::read(keys.folder.path().join("signing-key.json")).expect("a file");
        let error =
            keys.execute(|location| Action::New { missing: false, location }).await.expect_err("refused").to_string();
        assert!(error.contains("signing-key.json") && error.contains("already and w"), "{error}");
        assert!(missing.iter().all(|name| !error.contains(name)), "{error}");
        assert_eq!(before, fs::read(keys.folder.path().join("signing-key.json")).expect("a file"));
    }
}

#[tokio::test]
async fn an_interrupted_new_is_completed_and_keeps_existing_secrets() {
    for first in 0..=3 {
        let keys = Keys::none();
        let plan = phases::new(&ParsedSecrets::default(), false, Vec::new(), keys.clock.now(), "").expect("a plan");
        keys.write(&plan, first);
        keys.execute(|location| Action::New { missing: true, location }).await.expect("completed");
        if let (1.., Write::Signing(signing)) = (first, &plan.writes[0]) {
            assert_eq!(&keys.signing(), signing);
        }
        assert_eq!(keys.kids(), BTreeSet::from([kid(&keys.signing().signing_key)]), "after {first} writes");
        assert!(keys.seed().seed.len() >= 32 && keys.status().await.contains("signs"));
    }
}

#[tokio::test]
async fn a_lost_signing_key_is_replaced_and_its_tokens_stay_valid() {
    let keys = Keys::new().await;
    let lost = kid(&keys.signing().signing_key);
    fs::remove_file(keys.folder.path().join("signing-key.json")).expect("removed");
    keys.execute(|location| Action::New { missing: true, location }).await.expect("completed");
    let now = kid(&keys.signing().signing_key);
    assert_eq!(keys.kids(), BTreeSet::from([lost.clone(), now]));
    assert!(keys.public().find(&lost).expect("kept").retired_at.is_some());
}

#[tokio::test]
async fn an_interrupted_add_can_be_repeated() {
    for first in 0..=2 {
        let keys = Keys::new().await;
        let plan = phases::add(&keys.signing(), &keys.public(), keys.clock.now(), "").expect("a plan");
        keys.write(&plan, first);
        let own = kid(&keys.signing().signing_key);
        assert!(keys.kids().contains(&own), "the key that signs is known after {first} writes");
        keys.add().await.expect("added");
        let next = kid(&keys.signing().next_signing_key.expect("a next key"));
        assert!(keys.kids().is_superset(&BTreeSet::from([own.clone(), next.clone()])));
        let strays: Vec<_> = keys.public().keys.into_iter().filter(|key| key.retired_at.is_some()).collect();
        assert_eq!(strays.len(), usize::from(first == 1), "an unused public half is retired");
        assert!(strays.iter().all(|key| key.kid != own && key.kid != next));
    }
}

#[tokio::test]
async fn a_second_add_keeps_the_next_key() {
    let keys = Keys::new().await;
    keys.add().await.expect("added");
    let before = keys.found();
    let output = keys.add().await.expect("nothing to do");
    assert!(output.stderr.join("\n").contains("already exists. No other key was created."), "{output:?}");
    assert_eq!(keys.found(), before);
}

#[tokio::test]
async fn an_interrupted_promote_can_be_repeated() {
    for first in 0..=2 {
        let keys = Keys::new().await;
        keys.add().await.expect("added");
        keys.clock.advance(DISCOVERY_LAG);
        let (old, next) = (keys.signing().signing_key, keys.signing().next_signing_key.expect("a next key"));
        let plan = phases::promote(&keys.signing(), &keys.public(), false, keys.clock.now(), "").expect("a plan");
        keys.write(&plan, first);
        assert!(keys.kids().contains(&kid(&keys.signing().signing_key)), "after {first} writes");
        assert_eq!(keys.status().await.contains("marked as retired"), first == 1);
        // The key that signs is never dropped, even much later.
        keys.clock.advance(30 * DAY);
        if first < 2 {
            keys.drop(true).await.expect("nothing to drop");
            keys.promote().await.expect("promoted");
            assert_eq!(keys.public().find(&kid(&old)).expect("kept").retired_at, Some(keys.clock.now()));
        } else {
            assert!(matches!(keys.promote().await, Err(KeysError::NoNextKey { .. })));
        }
        assert_eq!(keys.signing().signing_key, next);
        assert_eq!(keys.kids(), BTreeSet::from([kid(&old), kid(&next)]));
    }
}

#[tokio::test]
async fn a_next_key_is_promoted_after_two_minutes_or_with_now() {
    let keys = Keys::new().await;
    assert!(matches!(keys.promote().await, Err(KeysError::NoNextKey { .. })));
    keys.add().await.expect("added");
    keys.clock.advance(Duration::from_secs(119));
    let error = keys.promote().await.expect_err("too early").to_string();
    assert!(error.contains("promote it from 2026-11-29T10:02:00.000Z on, or now with --now"), "{error}");
    keys.execute(|location| Action::Promote { now: true, location }).await.expect("at once");
}

#[tokio::test]
async fn promote_refuses_a_next_key_without_its_public_half_until_add() {
    let keys = Keys::new().await;
    keys.add().await.expect("added");
    let public = PublicKeys::default();
    fs::write(keys.folder.path().join("public-keys.json"), serde_json::to_vec(&public).expect("JSON")).expect("a file");
    assert!(matches!(keys.promote().await, Err(KeysError::NextKeyNotPublished { .. })));
    let status = keys.status().await;
    assert!(status.contains("is not in public-keys") && status.contains("keys add"), "{status}");
    keys.add().await.expect("mended");
    assert_eq!(keys.kids().len(), 2);
    keys.clock.advance(DISCOVERY_LAG);
    keys.promote().await.expect("promoted");
}

#[tokio::test]
async fn a_retired_key_is_kept_until_its_tokens_expire() {
    let keys = Keys::new().await;
    assert_eq!(keys.drop(false).await.expect("nothing").stderr, ["There is no retired key. Nothing was changed."]);
    keys.add().await.expect("added");
    keys.clock.advance(DISCOVERY_LAG);
    keys.promote().await.expect("promoted");
    keys.clock.advance(7 * DAY + Duration::from_mins(10));
    let error = keys.drop(false).await.expect_err("too early").to_string();
    assert!(error.contains("valid until 2026-12-06T10:13:00.000Z") && error.contains("--force"), "{error}");
    assert_eq!(keys.kids().len(), 2);
    let output = keys.drop(true).await.expect("forced").stderr.join("\n");
    assert!(output.contains("signs out users who signed in before 2026-11-29T10:13:00.000Z"), "{output}");
    assert!(output.contains("until their processes are replaced"), "{output}");
    assert_eq!(keys.kids().len(), 1);
}

#[tokio::test]
async fn drop_removes_only_retired_keys_that_are_due() {
    let keys = Keys::new().await;
    let mut retired = Vec::new();
    for _ in 0..2 {
        retired.push(kid(&keys.signing().signing_key));
        keys.add().await.expect("added");
        keys.clock.advance(5 * DAY);
        keys.promote().await.expect("promoted");
    }
    keys.clock.advance(3 * DAY);
    let output = keys.drop(false).await.expect("dropped").stderr.join("\n");
    assert!(output.contains(&format!("Kept the key {}", retired[1])), "{output}");
    assert!(!keys.kids().contains(&retired[0]) && keys.kids().contains(&retired[1]));
}

#[tokio::test]
async fn only_the_owner_reads_the_files_and_no_drafts_remain() {
    let keys = Keys::new().await;
    keys.add().await.expect("added");
    let files = ["lock", "public-keys.json", "seed.json", "signing-key.json"].map(str::to_owned);
    assert_eq!(file_names(keys.folder.path()), BTreeSet::from(files.clone()));
    #[cfg(unix)]
    for name in files {
        use std::os::unix::fs::PermissionsExt as _;
        let path = keys.folder.path().join(name);
        assert_eq!(fs::metadata(&path).expect("a file").permissions().mode() & 0o077, 0, "{}", path.display());
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).expect("opened to others");
        keys.status().await;
        if path.extension().is_some() {
            assert_eq!(fs::metadata(&path).expect("a file").permissions().mode() & 0o077, 0, "closed again");
        }
    }
}

#[tokio::test]
async fn a_command_is_refused_while_another_one_locks_the_folder() {
    let keys = Keys::new().await;
    let locked = keys.location().open_to_write().await.expect("the folder");
    assert!(matches!(keys.add().await, Err(KeysError::InUse { .. })));
    assert!(keys.status().await.contains("signs"), "reading is possible");
    std::mem::drop(locked);
    keys.add().await.expect("added");
}

#[tokio::test]
async fn the_output_contains_no_secret() {
    let keys = Keys::new().await;
    let mut output = vec![format!("{:?}", keys.add().await), format!("{:?}", keys.promote().await)];
    output.push(keys.status().await);
    output.push(keys.execute(|location| Action::Show { json: true, location }).await.expect("a status").stdout);
    output.push(format!("{:?}", keys.rotate(false).await));
    let output = output.join("\n");
    let seed = keys.seed();
    for secret in ["PRIVATE", "BEGIN", &*seed.seed, &*seed.origin, &*seed.origin_before] {
        assert!(!output.contains(secret), "{output}");
    }
}

#[tokio::test]
async fn a_malformed_file_is_named_and_not_repeated() {
    let keys = Keys::new().await;
    fs::write(keys.folder.path().join("signing-key.json"), r#"{"signing_key":["HUNTER2"]}"#).expect("a file");
    let error = keys.add().await.expect_err("refused");
    assert!(error.to_string().contains("signing-key.json is malformed"), "{error}");
    assert!(!format!("{error:?}").contains("HUNTER2"));
    fs::write(keys.folder.path().join("signing-key.json"), r#"{"signing_key":"HUNTER2"}"#).expect("a file");
    let error = keys.add().await.expect_err("refused");
    let file = keys.folder.path().join("signing-key.json");
    assert!(error.to_string().starts_with(&format!("{}: not an RSA key", file.display())), "{error}");
    assert!(!format!("{error:?}").contains("HUNTER2"));
}

#[tokio::test]
async fn commands_on_an_empty_folder_suggest_new() {
    let keys = Keys::none();
    let error = keys.add().await.expect_err("no keys").to_string();
    assert!(
        error.contains("do not exist; create all three with `codesensei keys new --dir ") && error.ends_with('`'),
        "{error}"
    );
    keys.execute(|location| Action::New { missing: false, location }).await.expect("new keys");
    fs::remove_file(keys.folder.path().join("seed.json")).expect("removed");
    let error = keys.rotate(false).await.expect_err("no seed").to_string();
    assert!(
        error.contains("seed.json does not exist; create the missing ones with ") && error.ends_with(" --missing`"),
        "{error}"
    );
}
