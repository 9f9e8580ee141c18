//! `codesensei export`: interruptions.

#![cfg(unix)]

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use tempfile::tempdir;
use tokio::process::Command;

use crate::process::{codesensei, run_to_end};

fn on(folder: &Path, arguments: &[&str]) -> Command {
    codesensei(&[arguments, &["--data-dir", folder.to_str().unwrap()]].concat())
}

/// Whether an export has started in this folder.
fn is_begun(out: &Path) -> bool {
    let exports = std::fs::read_dir(out.join("AWSDynamoDB")).into_iter().flatten();
    exports.filter_map(Result::ok).any(|export| export.path().join("unfinished/plan.json").exists())
}

#[tokio::test]
async fn an_interrupted_export_stops_without_a_panic_and_can_continue() {
    let data = tempdir().unwrap();
    let end = run_to_end(on(data.path(), &["seed", "--users", "60"])).await;
    assert_eq!(end.code, Some(0), "{}", end.stderr);
    for signal in ["-INT", "-TERM"] {
        let out = tempdir().unwrap();
        let export = ["export", "--out", out.path().to_str().unwrap()];
        // At this rate, the export takes longer than a minute.
        let mut slow = on(data.path(), &[&export[..], &["--rcu-per-second", "1"]].concat());
        let child = slow.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        while !is_begun(out.path()) {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        let kill = Command::new("kill").args([signal, &child.id().unwrap().to_string()]).status().await.unwrap();
        assert!(kill.success());
        let stopped = child.wait_with_output().await.unwrap();
        let stderr = String::from_utf8(stopped.stderr).unwrap();
        assert_eq!((stopped.status.code(), stopped.stdout.as_slice()), (Some(130), &b""[..]), "{stderr}");
        assert!(stderr.contains("Stopped. Run the same command to continue."), "{stderr}");
        assert!(!stderr.contains("panicked"), "{stderr}");
        let whole = run_to_end(on(data.path(), &export)).await;
        assert_eq!(whole.code, Some(0), "{}", whole.stderr);
        assert!(whole.stderr.contains("Continuing ") && whole.stdout.contains("AWSDynamoDB"), "{}", whole.stderr);
    }
}
