//! `codesensei seed`: its output, a second run, and Ctrl-C.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use tempfile::tempdir;
use tokio::process::Command;

use crate::process::{Server, codesensei, run_to_end};

fn seed(folder: &Path, more: &[&str]) -> Command {
    codesensei(&[&["seed", "--data-dir", folder.to_str().unwrap()], more].concat())
}

/// The output without the path of the folder, which differs in each run.
fn without_folder(stdout: &str, folder: &Path) -> String {
    stdout.replace(folder.to_str().unwrap(), "FOLDER")
}

#[tokio::test]
async fn help_describes_the_data_and_how_to_continue() {
    let end = run_to_end(codesensei(&["seed", "--help"])).await;
    assert_eq!(end.code, Some(0));
    insta::assert_snapshot!(end.stdout);
}

#[tokio::test]
async fn people_are_loaded_once_and_served() {
    let folder = tempdir().unwrap();
    let first = run_to_end(seed(folder.path(), &[])).await;
    assert_eq!(first.code, Some(0), "{}", first.stderr);
    insta::assert_snapshot!(without_folder(&first.stdout, folder.path()));
    let second = run_to_end(seed(folder.path(), &[])).await;
    assert!(second.stdout.starts_with("Nothing to write: "), "{}", second.stdout);
    let server = Server::start(folder.path()).await;
    let cookies = server.sign_in().await;
    assert_eq!(server.filenames(&cookies).await, ["rate_limiter.py", "inventory.rs"]);
}

#[tokio::test]
async fn seed_works_through_a_running_server() {
    let folder = tempdir().unwrap();
    let server = Server::start(folder.path()).await;
    let end = run_to_end(seed(folder.path(), &["--users", "3"])).await;
    assert_eq!(end.code, Some(0), "{}", end.stderr);
    assert!(end.stdout.contains("through the process that runs its engine"), "{}", end.stdout);
    drop(server);
}

/// The size of the files in a folder.
#[cfg(unix)]
fn bytes(folder: &Path) -> u64 {
    let files = std::fs::read_dir(folder).unwrap();
    files.filter_map(|file| file.ok()?.metadata().ok()).map(|file| file.len()).sum()
}

#[cfg(unix)]
#[tokio::test]
async fn after_ctrl_c_the_same_command_continues() {
    let (folder, whole) = (tempdir().unwrap(), tempdir().unwrap());
    let crowd = ["--users", "150", "--concurrency", "4"];
    // Slow enough that the signal comes before the end.
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
    assert!(stderr.contains("completing the current accounts"), "{stderr}");
    assert!(stderr.contains("of 150 accounts written; run the same command to continue"), "{stderr}");
    let second = run_to_end(seed(folder.path(), &crowd)).await;
    assert_eq!(second.code, Some(0), "{}", second.stderr);
    assert!(second.stdout.contains("already existed"), "{}", second.stdout);
    let uninterrupted = run_to_end(seed(whole.path(), &crowd)).await;
    let written = |stdout: &[u8]| -> u64 {
        let text = String::from_utf8(stdout.to_vec()).unwrap();
        let line = text.lines().find_map(|line| line.trim().strip_prefix("total").map(str::to_owned));
        line.map_or(0, |line| line.trim().replace(',', "").parse().unwrap())
    };
    let parts = written(&first.stdout) + written(second.stdout.as_bytes());
    assert_eq!(parts, written(uninterrupted.stdout.as_bytes()), "no item is written twice, and none is missing");
}

#[tokio::test]
async fn an_invalid_figure_is_refused_with_the_valid_range() {
    for (arguments, expected) in [
        (&["--users", "0"][..], "1..=1000000"),
        (&["--users", "5", "--sessions-per-user", "many"], "expected a number from 0 to 500"),
        (&["--sessions-per-user", "5"], "--users <COUNT>"),
        (&["--store", "aws", "--region", "eu-central-1"], "pass --yes"),
    ] {
        let end = run_to_end(codesensei(&[&["seed"], arguments].concat())).await;
        assert_ne!(end.code, Some(0));
        assert!(end.stderr.contains(expected), "{arguments:?}: {}", end.stderr);
    }
}

#[cfg(unix)]
#[tokio::test]
async fn ctrl_c_and_sigterm_stop_the_load_of_people() {
    for signal in ["-INT", "-TERM"] {
        let folder = tempdir().unwrap();
        let child = seed(folder.path(), &[]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        // Waits until the load writes the first of six people.
        while bytes(folder.path()) < 300_000 {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        let kill = Command::new("kill").args([signal, &child.id().unwrap().to_string()]).status().await.unwrap();
        assert!(kill.success());
        let first = child.wait_with_output().await.unwrap();
        let stderr = String::from_utf8(first.stderr).unwrap();
        assert_eq!(first.status.code(), Some(130), "{stderr}");
        assert!(stderr.contains("completing the current accounts"), "{stderr}");
        assert!(stderr.contains(" of 6 accounts written; run the same command to continue"), "{stderr}");
        let second = run_to_end(seed(folder.path(), &[])).await;
        assert_eq!(second.code, Some(0), "{}", second.stderr);
        assert!(second.stdout.contains("Written to the table"), "{}", second.stdout);
        let verify = ["verify", "--look-again-after", "0", "--data-dir", folder.path().to_str().unwrap()];
        let sound = run_to_end(codesensei(&verify)).await;
        assert_eq!((sound.code, sound.stdout.as_str()), (Some(0), ""), "{}", sound.stderr);
    }
}
