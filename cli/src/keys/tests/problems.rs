//! `show` of secrets that are broken: everything that is wrong is told at once.

use super::*;

async fn refused(keys: &Keys) -> String {
    keys.act(|place| Action::Show { json: false, place }).await.expect_err("broken secrets").to_string()
}

fn write(keys: &Keys, name: &str, text: &str) {
    fs::write(keys.folder.path().join(name), text).expect("a file");
}

#[tokio::test]
async fn every_broken_secret_is_named_at_once() {
    let keys = Keys::new().await;
    write(&keys, "signing-key.json", r#"{"signing_key":"HUNTER2"}"#);
    write(&keys, "public-keys.json", "no JSON");
    write(&keys, "seed.json", r#"{"seed":"HUNTER2","origin":"HUNTER2","origin_before":"HUNTER2"}"#);
    let told = refused(&keys).await;
    for part in [
        "4 problems",
        "public-keys.json does not have the form",
        "signing_key cannot be used",
        "The seed has fewer than 32",
        "origin in the secret seed",
    ] {
        assert!(told.contains(part), "{part} in {told}");
    }
    assert!(!told.contains("HUNTER2"), "{told}");
}

#[tokio::test]
async fn a_missing_secret_does_not_hide_what_is_wrong_with_another() {
    let keys = Keys::new().await;
    write(&keys, "signing-key.json", r#"{"signing_key":"HUNTER2"}"#);
    fs::remove_file(keys.folder.path().join("seed.json")).expect("removed");
    let told = refused(&keys).await;
    assert!(told.contains("seed.json does not exist") && told.contains("signing_key cannot be used"), "{told}");
}

#[tokio::test]
async fn a_command_that_writes_names_every_secret_that_it_cannot_read() {
    let keys = Keys::new().await;
    write(&keys, "public-keys.json", "no JSON");
    write(&keys, "seed.json", "{}");
    let told = keys.add().await.expect_err("unreadable").to_string();
    assert!(told.contains("public-keys.json does not") && told.contains("seed.json does not"), "{told}");
}
