//! The README's walk through the API, run as it stands there.

use std::collections::BTreeSet;
use std::fs::{self, File};

use serde_json::Value;
use tempfile::tempdir;
use tokio::process::Command;

use crate::process::{Server, codesensei};

const README: &str = include_str!("../../../README.md");

/// The script, which asks the server at this address.
fn script(url: &str) -> String {
    let section = README.split("### Every route with curl").nth(1).expect("the README has the section");
    let block = section.split("```sh\n").nth(1).and_then(|rest| rest.split("```").next());
    let script = block.expect("the section has a script");
    assert!(script.contains("http://localhost:8080"), "{script}");
    script.replace("http://localhost:8080", url)
}

/// The operations of the server's own document.
async fn operations(server: &Server) -> BTreeSet<String> {
    let document = reqwest::get(format!("{}/openapi.json", server.url)).await.unwrap();
    let document: Value = document.json().await.unwrap();
    let paths = document["paths"].as_object().unwrap().iter();
    let operations = paths.flat_map(|(path, item)| {
        item.as_object().unwrap().keys().map(move |method| format!("{} {path}", method.to_uppercase()))
    });
    operations.collect()
}

/// Those that were answered well, by the log.
fn answered(log: &str, operations: &BTreeSet<String>) -> BTreeSet<String> {
    let is_in_the_log =
        |operation: &&String| ["200", "201"].iter().any(|status| log.contains(&format!("{operation} {status}")));
    operations.iter().filter(is_in_the_log).cloned().collect()
}

#[tokio::test]
async fn its_script_walks_through_every_route() {
    let folder = tempdir().unwrap();
    let log = folder.path().join("log");
    let mut command = codesensei(&["--port", "0", "--store", "memory"]);
    command.env("CODESENSEI_LOG", "info").env("NO_COLOR", "1").stderr(File::create(&log).unwrap());
    let server = Server::run(command).await;
    let script = script(&server.url);
    let run = Command::new("sh").args(["-euc", &script]).current_dir(folder.path()).output().await.unwrap();
    let (printed, complaints) = (String::from_utf8(run.stdout).unwrap(), String::from_utf8(run.stderr).unwrap());
    if run.status.code() == Some(127) {
        // There is no curl on this machine; the routes are tested elsewhere.
        return;
    }
    assert!(run.status.success(), "{script}\n{printed}\n{complaints}");
    assert!(printed.contains("values is None"), "the model brings a patch: {printed}");
    let operations = operations(&server).await;
    server.kill().await;
    let log = fs::read_to_string(&log).unwrap();
    assert_eq!(answered(&log, &operations), operations, "{log}");
}
