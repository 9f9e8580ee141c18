//! The origin secret: rotation, settling, and values that are too short.

use super::*;
use crate::keys::plan::Deploy;

fn value(letter: &str) -> String {
    letter.repeat(43)
}

impl Keys {
    fn write_seed(&self, origin: &str, origin_before: &str) {
        let (origin, origin_before) = (origin.to_owned(), origin_before.to_owned());
        let seed = Seed { origin, origin_before, ..self.seed() };
        fs::write(self.folder.path().join("seed.json"), serde_json::to_vec(&seed).expect("JSON")).expect("a file");
    }
}

#[tokio::test]
async fn the_origin_secret_is_rotated_with_both_values_accepted() {
    let keys = Keys::new().await;
    let before = keys.seed();
    assert_eq!(before.origin, before.origin_before);
    keys.rotate(false).await.expect("rotated");
    let both = keys.seed();
    assert!(both.origin != before.origin && both.origin_before == before.origin && both.seed == before.seed);
    assert!(matches!(keys.rotate(false).await, Err(KeysError::NotSettled { .. })));
    assert_eq!(keys.seed(), both);
    keys.rotate(true).await.expect("settled");
    assert_eq!((keys.seed().origin, keys.seed().origin_before), (both.origin.clone(), both.origin));
    let again = keys.rotate(true).await.expect("nothing to do").stderr;
    assert_eq!(again, ["Only one origin secret is accepted. Nothing was changed."]);
}

#[test]
fn a_rotation_reports_the_parameter_and_the_version_to_deploy() {
    for deploy in [Deploy::Both, Deploy::Settled, Deploy::Replaced] {
        let messages = deploy.messages(Some("0f9c-1"), "--secrets x/").join("\n");
        assert!(
            messages.contains("\"SeedVersionId=0f9c-1\"") && messages.contains("infra/samconfig.toml"),
            "{messages}"
        );
        assert!(messages.contains("only when this parameter changes"), "{messages}");
        assert_eq!(messages.contains("keys rotate-origin --settle --secrets x/"), deploy == Deploy::Both, "{messages}");
        let in_a_folder = deploy.messages(None, "--dir keys").join("\n");
        assert!(in_a_folder.contains("store seed.json in Secrets Manager"), "{in_a_folder}");
    }
}

#[tokio::test]
async fn a_short_origin_secret_is_replaced_and_never_settled() {
    let (long, other) = (value("a"), value("b"));
    for (origin, before, kept) in [
        ("", "", None),
        ("short", "short", None),
        ("short", &*long, Some(&long)),
        ("", &*other, Some(&other)),
        ("short", "shorter", None),
    ] {
        let keys = Keys::new().await;
        keys.write_seed(origin, before);
        let status = keys.status().await;
        assert!(status.contains("origin in the secret seed has fewer than 32"), "{status}");
        assert!(status.contains("Run `codesensei keys rotate-origin --dir"), "{status}");
        let error = keys.rotate(true).await.expect_err("not on a short value");
        assert!(matches!(error, KeysError::ShortOrigin { .. }), "{error}");
        assert_eq!(keys.seed().origin, origin, "nothing is changed");

        keys.rotate(false).await.expect("rotated as advised");
        let seed = keys.seed();
        assert!(seed.origin.len() == 43 && seed.origin_before == *kept.unwrap_or(&seed.origin));
        keys.rotate(true).await.expect("settled");
        assert!(!keys.status().await.contains("Problem"), "{}", keys.status().await);
    }
}

#[tokio::test]
async fn settling_removes_a_short_previous_value() {
    let keys = Keys::new().await;
    keys.write_seed(&value("a"), "short");
    let status = keys.status().await;
    assert!(status.contains("Run `codesensei keys rotate-origin --settle --dir"), "{status}");
    keys.rotate(true).await.expect("settled as advised");
    assert_eq!((keys.seed().origin, keys.seed().origin_before), (value("a"), value("a")));
}

#[tokio::test]
async fn unknown_fields_survive_all_phases() {
    let keys = Keys::new().await;
    for name in ["signing-key.json", "public-keys.json", "seed.json"] {
        let mut secret: serde_json::Value = keys.file(name);
        secret["note"] = name.into();
        if let Some(key) = secret.pointer_mut("/keys/0") {
            key["alg"] = "RS256".into();
        }
        fs::write(keys.folder.path().join(name), secret.to_string()).expect("a file");
    }
    let first = kid(&keys.signing().signing_key);
    keys.add().await.expect("added");
    keys.clock.advance(DISCOVERY_LAG);
    keys.promote().await.expect("promoted");
    assert_eq!(keys.public().find(&first).expect("the first key").other["alg"], "RS256");
    keys.drop(true).await.expect("dropped");
    keys.rotate(false).await.expect("rotated");
    keys.rotate(true).await.expect("settled");
    for name in ["signing-key.json", "public-keys.json", "seed.json"] {
        assert_eq!(keys.file::<serde_json::Value>(name)["note"], name);
    }
}
