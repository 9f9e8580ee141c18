//! `show` with broken secrets reports all problems at once.

use super::*;

async fn refused(keys: &Keys) -> String {
    keys.execute(|location| Action::Show { json: false, location }).await.expect_err("broken secrets").to_string()
}

fn write(keys: &Keys, name: &str, text: &str) {
    fs::write(keys.folder.path().join(name), text).expect("a file");
}

#[tokio::test]
async fn all_broken_secrets_are_reported_at_once() {
    let keys = Keys::new().await;
    write(&keys, "signing-key.json", r#"{"signing_key":"HUNTER2"}"#);
    write(&keys, "public-keys.json", "no JSON");
    write(&keys, "seed.json", r#"{"seed":"HUNTER2","origin":"HUNTER2","origin_before":"HUNTER2"}"#);
    let messages = refused(&keys).await;
    for part in [
        "4 problems",
        "public-keys.json is malformed",
        "signing_key is invalid",
        "The seed has fewer than 32",
        "origin in the secret seed",
    ] {
        assert!(messages.contains(part), "{part} in {messages}");
    }
    assert!(!messages.contains("HUNTER2"), "{messages}");
}

#[tokio::test]
async fn a_missing_secret_does_not_hide_a_problem_of_another() {
    let keys = Keys::new().await;
    write(&keys, "signing-key.json", r#"{"signing_key":"HUNTER2"}"#);
    fs::remove_file(keys.folder.path().join("seed.json")).expect("removed");
    let messages = refused(&keys).await;
    assert!(messages.contains("seed.json does not exist") && messages.contains("signing_key is invalid"), "{messages}");
}

#[tokio::test]
async fn a_command_that_writes_names_all_unreadable_secrets() {
    let keys = Keys::new().await;
    write(&keys, "public-keys.json", "no JSON");
    write(&keys, "seed.json", "{}");
    let messages = keys.add().await.expect_err("unreadable").to_string();
    assert!(
        messages.contains("public-keys.json is malformed") && messages.contains("seed.json is malformed"),
        "{messages}"
    );
}
