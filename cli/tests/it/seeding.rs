//! `codesensei seed` as its users see it: what it prints, a second run, and Ctrl-C.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use tempfile::tempdir;
use tokio::process::Command;

use crate::process::{Server, codesensei, ended};

fn seed(folder: &Path, more: &[&str]) -> Command {
    codesensei(&[&["seed", "--data-dir", folder.to_str().unwrap()], more].concat())
}

/// What does not change from folder to folder, and from run to run.
fn lasting(stdout: &str, folder: &Path) -> String {
    stdout.replace(folder.to_str().unwrap(), "FOLDER")
}

#[tokio::test]
async fn help_says_what_is_loaded_and_how_to_go_on() {
    let end = ended(codesensei(&["seed", "--help"])).await;
    assert_eq!(end.code, Some(0));
    insta::assert_snapshot!(end.stdout);
}

#[tokio::test]
async fn the_people_are_loaded_once_and_serve_finds_them() {
    let folder = tempdir().unwrap();
    let first = ended(seed(folder.path(), &[])).await;
    assert_eq!(first.code, Some(0), "{}", first.stderr);
    insta::assert_snapshot!(lasting(&first.stdout, folder.path()));
    let second = ended(seed(folder.path(), &[])).await;
    assert!(second.stdout.starts_with("Nothing to write: "), "{}", second.stdout);
    let server = Server::start(folder.path()).await;
    let cookies = server.sign_in().await;
    assert_eq!(server.filenames(&cookies).await, ["rate_limiter.py", "inventory.rs"]);
}

#[tokio::test]
async fn a_running_server_is_seeded_through() {
    let folder = tempdir().unwrap();
    let server = Server::start(folder.path()).await;
    let end = ended(seed(folder.path(), &["--users", "3"])).await;
    assert_eq!(end.code, Some(0), "{}", end.stderr);
    assert!(end.stdout.contains("through the codesensei that runs its engine"), "{}", end.stdout);
    drop(server);
}

/// How much is in a folder.
#[cfg(unix)]
fn bytes(folder: &Path) -> u64 {
    let files = std::fs::read_dir(folder).unwrap();
    files.filter_map(|file| file.ok()?.metadata().ok()).map(|file| file.len()).sum()
}

#[cfg(unix)]
#[tokio::test]
async fn after_ctrl_c_the_same_command_goes_on() {
    let (folder, whole) = (tempdir().unwrap(), tempdir().unwrap());
    let crowd = ["--users", "150", "--concurrency", "4"];
    // Slow enough that it is not done when it is stopped.
    let mut slow = seed(folder.path(), &[&crowd[..], &["--wcu-per-second", "2000"]].concat());
    let child = slow.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    while bytes(folder.path()) < 1_000_000 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let kill = Command::new("kill").args(["-INT", &child.id().unwrap().to_string()]).status().await.unwrap();
    assert!(kill.success());
    let first = child.wait_with_output().await.unwrap();
    let stderr = String::from_utf8(first.stderr).unwrap();
    assert_eq!(first.status.code(), Some(130), "{stderr}");
    assert!(stderr.contains("finishing the accounts at hand"), "{stderr}");
    assert!(stderr.contains("of 150 accounts written; give the same command again"), "{stderr}");
    let second = ended(seed(folder.path(), &crowd)).await;
    assert_eq!(second.code, Some(0), "{}", second.stderr);
    assert!(second.stdout.contains("were there already"), "{}", second.stdout);
    let uninterrupted = ended(seed(whole.path(), &crowd)).await;
    let written = |stdout: &[u8]| -> u64 {
        let text = String::from_utf8(stdout.to_vec()).unwrap();
        let line = text.lines().find_map(|line| line.trim().strip_prefix("together").map(str::to_owned));
        line.map_or(0, |line| line.trim().replace(',', "").parse().unwrap())
    };
    let parts = written(&first.stdout) + written(second.stdout.as_bytes());
    assert_eq!(parts, written(uninterrupted.stdout.as_bytes()), "nothing is written twice, and nothing is missing");
}

#[tokio::test]
async fn a_wrong_figure_is_named_with_what_is_right() {
    for (arguments, says) in [
        (&["--users", "0"][..], "1..=1000000"),
        (&["--users", "5", "--sessions-per-user", "many"], "an average is a number from 0 to 500"),
        (&["--sessions-per-user", "5"], "--users <COUNT>"),
        (&["--store", "aws", "--region", "eu-central-1"], "pass --yes"),
    ] {
        let end = ended(codesensei(&[&["seed"], arguments].concat())).await;
        assert_ne!(end.code, Some(0));
        assert!(end.stderr.contains(says), "{arguments:?}: {}", end.stderr);
    }
}

#[cfg(unix)]
#[tokio::test]
async fn ctrl_c_and_the_request_to_terminate_stop_the_load_of_the_people_too() {
    for signal in ["-INT", "-TERM"] {
        let folder = tempdir().unwrap();
        let child = seed(folder.path(), &[]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        // The first of six people is being loaded.
        while bytes(folder.path()) < 300_000 {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        let kill = Command::new("kill").args([signal, &child.id().unwrap().to_string()]).status().await.unwrap();
        assert!(kill.success());
        let first = child.wait_with_output().await.unwrap();
        let stderr = String::from_utf8(first.stderr).unwrap();
        assert_eq!(first.status.code(), Some(130), "{stderr}");
        assert!(stderr.contains("finishing the accounts at hand"), "{stderr}");
        assert!(stderr.contains(" of 6 accounts written; give the same command again"), "{stderr}");
        let second = ended(seed(folder.path(), &[])).await;
        assert_eq!(second.code, Some(0), "{}", second.stderr);
        assert!(second.stdout.contains("Written to the table"), "{}", second.stdout);
        let verify = ["verify", "--look-again-after", "0", "--data-dir", folder.path().to_str().unwrap()];
        let sound = ended(codesensei(&verify)).await;
        assert_eq!((sound.code, sound.stdout.as_str()), (Some(0), ""), "{}", sound.stderr);
    }
}
