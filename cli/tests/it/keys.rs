//! `codesensei keys` on files: from the first key to the end of a rotation.

use std::path::Path;

use serde_json::Value;
use tempfile::tempdir;

use crate::process::{CommandResult, codesensei, run_to_end};

async fn keys(folder: &Path, arguments: &[&str]) -> CommandResult {
    let mut command = codesensei(&["keys"]);
    command.args(arguments).arg("--dir").arg(folder);
    run_to_end(command).await
}

async fn states(folder: &Path) -> Vec<String> {
    let end = keys(folder, &["show", "--json"]).await;
    let output: Value = serde_json::from_str(&end.stdout).unwrap();
    let keys = output["keys"].as_array().unwrap().iter();
    keys.map(|key| key["state"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn keys_are_created_rotated_and_shown() {
    let folder = tempdir().unwrap();
    let folder = folder.path();
    let end = keys(folder, &["new"]).await;
    assert_eq!((end.code, end.stdout.as_str()), (Some(0), ""), "{}", end.stderr);
    assert!(end.stderr.starts_with("Wrote signing-key, public-keys, seed. The key "), "{}", end.stderr);
    let again = keys(folder, &["new"]).await;
    assert!(again.code == Some(1) && again.stderr.contains("exist already and were not changed"), "{}", again.stderr);
    assert_eq!(keys(folder, &["add"]).await.code, Some(0));
    assert_eq!(states(folder).await, ["signs", "next"]);
    let early = keys(folder, &["promote"]).await;
    assert!(early.code == Some(1) && early.stderr.contains("or now with --now"), "{}", early.stderr);
    assert_eq!(keys(folder, &["promote", "--now"]).await.code, Some(0));
    assert_eq!(states(folder).await, ["retired", "signs"]);
    let early = keys(folder, &["drop"]).await;
    assert!(early.code == Some(1) && early.stderr.contains("was retired at 20"), "{}", early.stderr);
    let forced = keys(folder, &["drop", "--force"]).await;
    assert!(forced.code == Some(0) && forced.stderr.contains("signs out users"), "{}", forced.stderr);
    assert_eq!(states(folder).await, ["signs"]);
    let end = keys(folder, &["show"]).await;
    assert!(end.stdout.starts_with("key ") && end.stdout.contains("Origin secret: one value\n"), "{}", end.stdout);
    assert!(end.stdout.contains(&format!("codesensei keys add --dir {}", folder.display())), "{}", end.stdout);
}

#[tokio::test]
async fn exactly_one_location_of_the_keys_is_required() {
    let end = run_to_end(codesensei(&["keys", "show"])).await;
    assert!(end.code == Some(2) && end.stderr.contains("--dir <FOLDER>|--secrets <PREFIX>"), "{}", end.stderr);
    let end = run_to_end(codesensei(&["keys", "show", "--dir", "x", "--secrets", "y/"])).await;
    assert!(end.code == Some(2) && end.stderr.contains("cannot be used with"), "{}", end.stderr);
    let end = run_to_end(codesensei(&["keys", "show", "--dir", "x", "--region", "us-east-1"])).await;
    assert!(end.code == Some(2) && end.stderr.contains("cannot be used with"), "{}", end.stderr);
    let end = run_to_end(codesensei(&["keys", "show", "--secrets", "codesensei-prod"])).await;
    assert!(end.code == Some(2) && end.stderr.contains("such as codesensei-prod/"), "{}", end.stderr);
}

#[tokio::test]
async fn an_unreachable_service_is_reported_without_debug_output() {
    let mut command = codesensei(&["keys", "show", "--secrets", "x/", "--endpoint-url", "http://127.0.0.1:9"]);
    command.args(["--region", "us-east-1"]).env("AWS_ACCESS_KEY_ID", "local").env("AWS_SECRET_ACCESS_KEY", "local");
    let end = run_to_end(command).await;
    assert_eq!((end.code, end.stdout.as_str()), (Some(1), ""));
    assert!(end.stderr.starts_with("codesensei: cannot read the secret x/signing-key: "), "{}", end.stderr);
    assert!(!end.stderr.contains('{') && end.stderr.contains("check --region"), "{}", end.stderr);
}

#[tokio::test]
async fn help_describes_the_three_phases() {
    let end = run_to_end(codesensei(&["keys", "--help"])).await;
    assert_eq!(end.code, Some(0));
    insta::assert_snapshot!(end.stdout);
}
