//! The commands on files: each phase, what is refused, and what an interruption leaves.

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
use super::phases::{self, Found, Plan, STILL_SIGNING, UNKNOWN, Write};
use super::place::Where;
use super::{Action, Said, act, pair};
use crate::aws::Account;
use handlers::secrets::{PublicKeys, Seed, SigningKey};

const DAY: Duration = Duration::from_hours(24);

/// A folder of keys, and what time it is.
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
        keys.act(|place| Action::New { missing: false, place }).await.expect("new keys");
        keys
    }

    fn place(&self) -> Where {
        Where { dir: Some(self.folder.path().to_owned()), secrets: None, account: Account::default() }
    }

    async fn act(&self, action: impl FnOnce(Where) -> Action) -> Result<Said, KeysError> {
        act(&action(self.place()), &self.clock).await
    }

    async fn add(&self) -> Result<Said, KeysError> {
        self.act(|place| Action::Add { place }).await
    }

    async fn promote(&self) -> Result<Said, KeysError> {
        self.act(|place| Action::Promote { now: false, place }).await
    }

    async fn drop(&self, force: bool) -> Result<Said, KeysError> {
        self.act(|place| Action::Drop { force, place }).await
    }

    async fn rotate(&self, settle: bool) -> Result<Said, KeysError> {
        self.act(|place| Action::RotateOrigin { settle, place }).await
    }

    async fn shown(&self) -> String {
        self.act(|place| Action::Show { json: false, place }).await.expect("a status").stdout
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

    fn found(&self) -> Found {
        Found { signing: Some(self.signing()), public: Some(self.public()), seed: Some(self.seed()) }
    }

    /// The first of a plan's writes, as if the command was interrupted after them.
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
    pair::kid(private).expect("a key")
}

fn names(folder: &Path) -> BTreeSet<String> {
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
    assert_eq!(added.signing_key, first.signing_key, "the old key signs on");
    assert!(keys.kids().contains(&next));

    keys.clock.advance(UNKNOWN);
    keys.promote().await.expect("promoted");
    let promoted = keys.signing();
    assert_eq!((kid(&promoted.signing_key), &promoted.next_signing_key), (next.clone(), &None));
    assert_eq!(promoted.promoted_at, Some(keys.clock.now()));
    let old = kid(&first.signing_key);
    assert_eq!(keys.public().find(&old).expect("kept").retired_at, Some(keys.clock.now()));

    keys.clock.advance(7 * DAY + STILL_SIGNING);
    keys.drop(false).await.expect("dropped");
    assert_eq!(keys.kids(), BTreeSet::from([next]));
    assert_eq!(keys.seed(), keys.seed());
}

#[tokio::test]
async fn new_keys_replace_none() {
    let keys = Keys::new().await;
    for gone in [&[][..], &["public-keys.json"], &["public-keys.json", "seed.json"]] {
        for name in gone {
            fs::remove_file(keys.folder.path().join(name)).ok();
        }
        let before = fs::read(keys.folder.path().join("signing-key.json")).expect("a file");
        let error = keys.act(|place| Action::New { missing: false, place }).await.expect_err("refused").to_string();
        assert!(error.contains("signing-key.json") && error.contains("already and w"), "{error}");
        assert!(gone.iter().all(|name| !error.contains(name)), "{error}");
        assert_eq!(before, fs::read(keys.folder.path().join("signing-key.json")).expect("a file"));
    }
}

#[tokio::test]
async fn an_interrupted_new_is_completed_and_keeps_what_is_there() {
    for first in 0..=3 {
        let keys = Keys::none();
        let plan = phases::new(&Found::default(), false, Vec::new(), keys.clock.now(), "").expect("a plan");
        keys.write(&plan, first);
        keys.act(|place| Action::New { missing: true, place }).await.expect("completed");
        if let (1.., Write::Signing(signing)) = (first, &plan.writes[0]) {
            assert_eq!(&keys.signing(), signing);
        }
        assert_eq!(keys.kids(), BTreeSet::from([kid(&keys.signing().signing_key)]), "after {first} writes");
        assert!(keys.seed().seed.len() >= 32 && keys.shown().await.contains("signs"));
    }
}

#[tokio::test]
async fn a_lost_signing_key_is_replaced_and_its_tokens_stay_good() {
    let keys = Keys::new().await;
    let lost = kid(&keys.signing().signing_key);
    fs::remove_file(keys.folder.path().join("signing-key.json")).expect("removed");
    keys.act(|place| Action::New { missing: true, place }).await.expect("completed");
    let now = kid(&keys.signing().signing_key);
    assert_eq!(keys.kids(), BTreeSet::from([lost.clone(), now]));
    assert!(keys.public().find(&lost).expect("kept").retired_at.is_some());
}

#[tokio::test]
async fn an_interrupted_add_is_run_again() {
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
    let said = keys.add().await.expect("nothing to do");
    assert!(said.stderr.join("\n").contains("A next key exists already"), "{said:?}");
    assert_eq!(keys.found(), before);
}

#[tokio::test]
async fn an_interrupted_promote_is_run_again() {
    for first in 0..=2 {
        let keys = Keys::new().await;
        keys.add().await.expect("added");
        keys.clock.advance(UNKNOWN);
        let (old, next) = (keys.signing().signing_key, keys.signing().next_signing_key.expect("a next key"));
        let plan = phases::promote(&keys.signing(), &keys.public(), false, keys.clock.now(), "").expect("a plan");
        keys.write(&plan, first);
        assert!(keys.kids().contains(&kid(&keys.signing().signing_key)), "after {first} writes");
        assert_eq!(keys.shown().await.contains("marked as retired"), first == 1);
        // However late: what signs is not dropped.
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
async fn a_next_key_is_promoted_after_two_minutes_or_when_told_so() {
    let keys = Keys::new().await;
    assert!(matches!(keys.promote().await, Err(KeysError::NoNextKey { .. })));
    keys.add().await.expect("added");
    keys.clock.advance(Duration::from_secs(119));
    let error = keys.promote().await.expect_err("too early").to_string();
    assert!(error.contains("promote it from 2026-11-29T10:02:00.000Z on, or now with --now"), "{error}");
    keys.act(|place| Action::Promote { now: true, place }).await.expect("at once");
}

#[tokio::test]
async fn a_next_key_without_its_public_half_is_not_promoted_until_add_has_mended_it() {
    let keys = Keys::new().await;
    keys.add().await.expect("added");
    let public = PublicKeys::default();
    fs::write(keys.folder.path().join("public-keys.json"), serde_json::to_vec(&public).expect("JSON")).expect("a file");
    assert!(matches!(keys.promote().await, Err(KeysError::NextIsUnknown { .. })));
    let shown = keys.shown().await;
    assert!(shown.contains("is not in public-keys") && shown.contains("keys add"), "{shown}");
    keys.add().await.expect("mended");
    assert_eq!(keys.kids().len(), 2);
    keys.clock.advance(UNKNOWN);
    keys.promote().await.expect("promoted");
}

#[tokio::test]
async fn a_retired_key_is_kept_while_its_tokens_live() {
    let keys = Keys::new().await;
    assert_eq!(keys.drop(false).await.expect("nothing").stderr, ["There is no retired key. Nothing was changed."]);
    keys.add().await.expect("added");
    keys.clock.advance(UNKNOWN);
    keys.promote().await.expect("promoted");
    keys.clock.advance(7 * DAY + Duration::from_mins(10));
    let error = keys.drop(false).await.expect_err("too early").to_string();
    assert!(error.contains("good until 2026-12-06T10:13:00.000Z") && error.contains("--force"), "{error}");
    assert_eq!(keys.kids().len(), 2);
    let said = keys.drop(true).await.expect("forced").stderr.join("\n");
    assert!(said.contains("signs out users who signed in before 2026-11-29T10:13:00.000Z"), "{said}");
    assert!(said.contains("until their processes are replaced"), "{said}");
    assert_eq!(keys.kids().len(), 1);
}

#[tokio::test]
async fn of_two_retired_keys_only_the_due_one_is_dropped() {
    let keys = Keys::new().await;
    let mut retired = Vec::new();
    for _ in 0..2 {
        retired.push(kid(&keys.signing().signing_key));
        keys.add().await.expect("added");
        keys.clock.advance(5 * DAY);
        keys.promote().await.expect("promoted");
    }
    keys.clock.advance(3 * DAY);
    let said = keys.drop(false).await.expect("dropped").stderr.join("\n");
    assert!(said.contains(&format!("Kept the key {}", retired[1])), "{said}");
    assert!(!keys.kids().contains(&retired[0]) && keys.kids().contains(&retired[1]));
}

#[tokio::test]
async fn only_the_owner_reads_the_files_and_no_draft_is_left() {
    let keys = Keys::new().await;
    keys.add().await.expect("added");
    let files = ["lock", "public-keys.json", "seed.json", "signing-key.json"].map(str::to_owned);
    assert_eq!(names(keys.folder.path()), BTreeSet::from(files.clone()));
    #[cfg(unix)]
    for name in files {
        use std::os::unix::fs::PermissionsExt as _;
        let path = keys.folder.path().join(name);
        assert_eq!(fs::metadata(&path).expect("a file").permissions().mode() & 0o077, 0, "{}", path.display());
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).expect("opened to others");
        keys.shown().await;
        if path.extension().is_some() {
            assert_eq!(fs::metadata(&path).expect("a file").permissions().mode() & 0o077, 0, "closed again");
        }
    }
}

#[tokio::test]
async fn a_command_is_refused_while_another_changes_the_folder() {
    let keys = Keys::new().await;
    let held = keys.place().open_to_write().await.expect("the folder");
    assert!(matches!(keys.add().await, Err(KeysError::InUse { .. })));
    assert!(keys.shown().await.contains("signs"), "reading is possible");
    std::mem::drop(held);
    keys.add().await.expect("added");
}

#[tokio::test]
async fn nothing_that_is_said_holds_a_secret() {
    let keys = Keys::new().await;
    let mut said = vec![format!("{:?}", keys.add().await), format!("{:?}", keys.promote().await)];
    said.push(keys.shown().await);
    said.push(keys.act(|place| Action::Show { json: true, place }).await.expect("a status").stdout);
    said.push(format!("{:?}", keys.rotate(false).await));
    let said = said.join("\n");
    let seed = keys.seed();
    for secret in ["PRIVATE", "BEGIN", &*seed.seed, &*seed.origin, &*seed.origin_before] {
        assert!(!said.contains(secret), "{said}");
    }
}

#[tokio::test]
async fn a_file_of_another_form_is_named_and_not_repeated() {
    let keys = Keys::new().await;
    fs::write(keys.folder.path().join("signing-key.json"), r#"{"signing_key":["HUNTER2"]}"#).expect("a file");
    let error = keys.add().await.expect_err("refused");
    assert!(error.to_string().contains("signing-key.json does not have the form"), "{error}");
    assert!(!format!("{error:?}").contains("HUNTER2"));
    fs::write(keys.folder.path().join("signing-key.json"), r#"{"signing_key":"HUNTER2"}"#).expect("a file");
    let error = keys.add().await.expect_err("refused");
    let file = keys.folder.path().join("signing-key.json");
    assert!(error.to_string().starts_with(&format!("{}: not an RSA key", file.display())), "{error}");
    assert!(!format!("{error:?}").contains("HUNTER2"));
}

#[tokio::test]
async fn commands_on_an_empty_folder_say_how_to_begin() {
    let keys = Keys::none();
    let error = keys.add().await.expect_err("no keys").to_string();
    assert!(
        error.contains("do not exist; `codesensei keys new --dir ") && error.ends_with("makes all three"),
        "{error}"
    );
    keys.act(|place| Action::New { missing: false, place }).await.expect("new keys");
    fs::remove_file(keys.folder.path().join("seed.json")).expect("removed");
    let error = keys.rotate(false).await.expect_err("no seed").to_string();
    assert!(
        error.contains("seed.json does not exist; ") && error.contains("--missing` makes what is missing"),
        "{error}"
    );
}
