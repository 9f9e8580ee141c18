//! Runs the curl scripts of the README.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::path::Path;

use serde_json::Value;
use tempfile::tempdir;
use tokio::process::Command;

use crate::process::{Server, codesensei, run_to_end};

const PAGE: &str = include_str!("../../../docs/api.md");

/// The script of a section, for the server at this address.
fn script(heading: &str, url: &str) -> String {
    let section = PAGE.split(&format!("## {heading}\n")).nth(1).expect("the page has the section");
    let block = section.split("```sh\n").nth(1).and_then(|rest| rest.split("```").next());
    let script = block.expect("the section has a script");
    assert!(script.contains("http://localhost:8080"), "{script}");
    script.replace("http://localhost:8080", url)
}

/// The operations in the server's OpenAPI document.
async fn operations(server: &Server) -> BTreeSet<String> {
    let document = reqwest::get(format!("{}/openapi.json", server.url)).await.unwrap();
    let document: Value = document.json().await.unwrap();
    let paths = document["paths"].as_object().unwrap().iter();
    let operations = paths.flat_map(|(path, item)| {
        item.as_object().unwrap().keys().map(move |method| format!("{} {path}", method.to_uppercase()))
    });
    operations.collect()
}

/// The operations that succeeded, according to the log.
fn answered(log: &str, operations: &BTreeSet<String>) -> BTreeSet<String> {
    let is_in_the_log =
        |operation: &&String| ["200", "201"].iter().any(|status| log.contains(&format!("{operation} {status}")));
    operations.iter().filter(is_in_the_log).cloned().collect()
}

/// Runs the script of a section against a server with seeded data and a log in this folder. Creates the file `newest`
/// before, if given, as the commands of the banner do. Returns `None` without curl: other tests cover the routes.
async fn run(heading: &str, folder: &Path, newest: Option<&str>) -> Option<(Server, String)> {
    let data = folder.join("data");
    let data = ["--data-dir", data.to_str().unwrap()];
    let seeded = run_to_end(codesensei(&[&["seed"][..], &data].concat())).await;
    assert_eq!(seeded.code, Some(0), "{}", seeded.stderr);
    let mut command = codesensei(&[&["--port", "0"][..], &data].concat());
    let log = File::create(folder.join("log")).unwrap();
    command.env("CODESENSEI_LOG", "info").env("NO_COLOR", "1").stderr(log);
    let server = Server::run(command).await;
    if let Some(filename) = newest {
        server.create(&server.sign_in().await, filename).await;
    }
    let script = script(heading, &server.url);
    let run = Command::new("sh").args(["-euc", &script]).current_dir(folder).output().await.unwrap();
    let (printed, complaints) = (String::from_utf8(run.stdout).unwrap(), String::from_utf8(run.stderr).unwrap());
    if run.status.code() == Some(127) {
        return None;
    }
    assert!(run.status.success(), "{script}\n{printed}\n{complaints}");
    Some((server, printed))
}

#[tokio::test]
async fn the_script_of_the_readme_uses_every_route() {
    let folder = tempdir().unwrap();
    let Some((server, printed)) = run("Every route with curl", folder.path(), None).await else { return };
    assert!(printed.contains("values is None"), "the answer has a patch: {printed}");
    let operations = operations(&server).await;
    server.kill().await;
    let log = fs::read_to_string(folder.path().join("log")).unwrap();
    assert_eq!(answered(&log, &operations), operations, "{log}");
}

#[tokio::test]
async fn the_conversation_of_the_readme_applies_a_patch_and_moves_a_thread() {
    let folder = tempdir().unwrap();
    let Some((_server, printed)) = run("A conversation with curl", folder.path(), Some("hello.py")).await else {
        return;
    };
    let [.., streamed, repeated, applied, _saved, thread] = printed.split("\n{").collect::<Vec<_>>()[..] else {
        panic!("{printed}")
    };
    assert!(streamed.contains("event: delta") && streamed.contains("event: done"), "{printed}");
    assert!(repeated.contains("if best is None"), "{printed}");
    assert!(applied.contains("\"patch_status\":\"applied\",\"applied_version\":2"), "{printed}");
    assert!(thread.contains("\"start_line\":35,\"end_line\":35"), "{printed}");
}
