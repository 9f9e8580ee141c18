//! `codesensei doctor` on a machine and on an endpoint, without and with faults.

use std::path::Path;

use bedrock_local::LocalBedrock;
use codesensei::engine::Engine;
use serde_json::Value;
use tempfile::tempdir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::process::Command;

use crate::process::{CommandResult, codesensei, run_to_end};

fn doctor(arguments: &[&str]) -> Command {
    let mut command = codesensei(&["doctor"]);
    command.args(arguments);
    command
}

/// The states and the messages of a check.
fn findings(end: &CommandResult, check: &str) -> (Vec<String>, String) {
    let output: Value = serde_json::from_str(&end.stdout).unwrap_or_else(|_| panic!("{} {}", end.stdout, end.stderr));
    let checks = output["checks"].as_array().unwrap().iter().filter(|found| found["check"] == check);
    let (states, messages): (Vec<String>, Vec<String>) = checks
        .map(|found| (found["state"].as_str().unwrap().to_owned(), found["told"].as_str().unwrap().to_owned()))
        .unzip();
    (states, messages.join("\n"))
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// Answers every request with this date and body.
async fn server(date: &'static str, body: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let length = body.len();
            let answer =
                format!("HTTP/1.1 200 OK\r\n{date}content-length: {length}\r\nconnection: close\r\n\r\n{body}");
            let mut request = [0; 4_096];
            if stream.read(&mut request).await.is_ok_and(|bytes| bytes > 0) {
                stream.write_all(answer.as_bytes()).await.ok();
            }
        }
    });
    url
}

#[tokio::test]
async fn a_machine_with_a_table_has_no_problems() {
    let folder = tempdir().unwrap();
    let data = ["--data-dir", text(folder.path())];
    let created = run_to_end(codesensei(&[&["table", "create"][..], &data].concat())).await;
    assert_eq!(created.code, Some(0), "{}", created.stderr);
    let end = run_to_end(doctor(&data)).await;
    assert_eq!((end.code, end.stderr.as_str()), (Some(0), ""), "{}", end.stdout);
    insta::assert_snapshot!(end.stdout.replace(text(folder.path()), "FOLDER"));
}

#[tokio::test]
async fn a_missing_table_is_a_problem_with_a_remedy() {
    let folder = tempdir().unwrap();
    let end = run_to_end(doctor(&["--json", "--data-dir", text(&folder.path().join("none"))])).await;
    assert_eq!((end.code, end.stderr.as_str()), (Some(1), ""));
    let (states, message) = findings(&end, "table");
    assert!(states == ["problem"] && message.contains("`codesensei table create`"), "{message}");
    assert!(!folder.path().join("none").exists(), "a check creates no files");
}

#[tokio::test]
async fn a_table_at_an_endpoint_is_compared_with_the_schema() {
    let engine = Engine::in_memory().await.unwrap();
    let options = ["--json", "--endpoint-url", engine.url()];
    let end = run_to_end(doctor(&options)).await;
    let (states, message) = findings(&end, "table");
    assert!(
        end.code == Some(1) && states == ["problem"] && message.contains("the table codesensei does not exist"),
        "{message}"
    );
    let made = run_to_end(codesensei(&["table", "create", "--unprotected", "--endpoint-url", engine.url()])).await;
    assert_eq!(made.code, Some(0), "{}", made.stderr);
    let mut command = doctor(&options);
    command.arg("--no-model");
    let end = run_to_end(command).await;
    assert_eq!(end.code, Some(0), "{}", end.stdout);
    assert_eq!(findings(&end, "table").0, ["ok", "skipped", "unknown"], "{}", end.stdout);
    assert_eq!(findings(&end, "clock").0, ["ok"], "{}", end.stdout);
}

#[tokio::test]
async fn invalid_and_misspelt_variables_are_problems() {
    let mut command = doctor(&["--json", "--no-model", "--data-dir", "nowhere"]);
    command
        .env("CODESENSEI_ORIGIN", "http://app.example.com")
        .env("BEDROCK_MODEL_ID", "x")
        .env("BEDROCK_PRICES", "cheap");
    let end = run_to_end(command).await;
    let (states, message) = findings(&end, "configuration");
    assert_eq!((end.code, states.len()), (Some(1), 3), "{message}");
    for part in ["CODESENSEI_ORIGIN must be", "BEDROCK_PRICES must be", "Did you mean BEDROCK_MODEL_IDS?"] {
        assert!(message.contains(part), "{message}");
    }
}

#[tokio::test]
async fn a_wrong_clock_is_a_problem() {
    let url = server("date: Sun, 06 Nov 1994 08:49:37 GMT\r\n", "").await;
    let end = run_to_end(doctor(&["--json", "--no-model", "--endpoint-url", &url])).await;
    let (states, message) = findings(&end, "clock");
    assert!(
        end.code == Some(1) && states == ["problem"] && message.contains("seconds ahead of the clock of http://"),
        "{message}"
    );
    let url = server("", "").await;
    let end = run_to_end(doctor(&["--json", "--no-model", "--endpoint-url", &url])).await;
    assert_eq!(findings(&end, "clock").0, ["unknown"]);
}

#[tokio::test]
async fn an_unreachable_model_is_a_problem() {
    let bedrock = LocalBedrock::start().unwrap();
    let free = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let dead = format!("http://{}", free.local_addr().unwrap());
    drop(free);
    for (url, state, part) in [(&bedrock.url, "ok", "answered: "), (&dead, "problem", "cannot be reached")] {
        let mut command = doctor(&["--json", "--data-dir", "nowhere"]);
        command.env("BEDROCK_ENDPOINT_URL", url).env("BEDROCK_MODEL_IDS", "local.rule-based-reviewer");
        let end = run_to_end(command).await;
        let (states, message) = findings(&end, "model");
        assert!(states == [state] && message.contains(part), "{message}");
        assert!(!end.stdout.contains("<code-"), "a prompt is not shown");
    }
}

/// A site with its API. It refuses requests without the user agent of the doctor.
async fn site(page: &'static str, health: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut request = [0; 4_096];
            let bytes = stream.read(&mut request).await.unwrap_or(0);
            let head = String::from_utf8_lossy(&request[..bytes]).to_lowercase();
            let answer = match head.split(' ').nth(1) {
                _ if !head.contains("\r\nuser-agent: codesensei-doctor\r\n") => "403 Forbidden\r\n\r\n",
                Some("/") => page,
                Some("/api/health") => health,
                _ => "404 Not Found\r\n\r\n",
            };
            stream
                .write_all(format!("HTTP/1.1 {}", answer.replacen("\r\n", "\r\nconnection: close\r\n", 1)).as_bytes())
                .await
                .ok();
        }
    });
    url
}

const PAGE: &str = "200 OK\r\ncontent-type: text/html\r\n\r\n<!doctype html>";
const HEALTH: &str = "200 OK\r\ncontent-type: application/json\r\n\r\n{\"status\":\"ok\",\"version\":\"1\"}";
const ELSEWHERE: &str = "301 Moved\r\nlocation: https://www.example.com/\r\n\r\n";

#[tokio::test]
async fn the_page_and_the_api_of_a_site_are_checked() {
    for (page, health, expected, part) in [
        (PAGE, HEALTH, ["ok", "ok", "unknown"], "is healthy, version 1"),
        (PAGE, PAGE, ["ok", "problem", "unknown"], "/api/health returns a page"),
        ("404 Not Found\r\n\r\n", HEALTH, ["problem", "ok", "unknown"], "/ is not found"),
        (
            ELSEWHERE,
            ELSEWHERE,
            ["problem", "problem", "unknown"],
            "redirects to https://www.example.com/. Pass the final",
        ),
    ] {
        let url = site(page, health).await;
        let end = run_to_end(doctor(&["--json", "--data-dir", "nowhere", "--site", &url])).await;
        let (states, message) = findings(&end, "site");
        assert!(states == expected && message.contains(part), "{message}");
    }
    for wrong in ["app.example.com", "http://app.example.com"] {
        let end = run_to_end(doctor(&["--site", wrong])).await;
        assert!(end.code == Some(2) && end.stderr.contains("https://app.example.com;"), "{}", end.stderr);
    }
}

#[cfg(unix)]
#[tokio::test]
async fn a_variable_that_is_not_utf_8_is_a_problem() {
    use std::os::unix::ffi::OsStrExt as _;
    let mut command = doctor(&["--json", "--no-model", "--data-dir", "nowhere"]);
    let bytes = std::ffi::OsStr::from_bytes(b"\xff");
    command.env("BEDROCK_PRICES", bytes).env("UNRELATED", bytes);
    let end = run_to_end(command).await;
    let (states, message) = findings(&end, "configuration");
    assert!(states == ["problem"] && message.starts_with("BEDROCK_PRICES is not UTF-8"), "{message}");
}

#[tokio::test]
async fn unreadable_secrets_and_topics_are_problems() {
    let arn = "arn:aws:sns:us-east-1:123456789012:alarms";
    let mut command = doctor(&["--json", "--data-dir", "nowhere", "--secrets", "x/", "--topic", arn]);
    let dead = "http://127.0.0.1:9";
    command
        .env("AWS_ENDPOINT_URL_SECRETS_MANAGER", dead)
        .env("AWS_ENDPOINT_URL_SNS", dead)
        .env("AWS_REGION", "us-east-1");
    command.env("AWS_ACCESS_KEY_ID", "local").env("AWS_SECRET_ACCESS_KEY", "local");
    let end = run_to_end(command).await;
    let (states, message) = findings(&end, "secrets");
    assert!(states == ["problem"] && message.contains("cannot read the secret x/signing-key"), "{message}");
    let (states, message) = findings(&end, "alarm topic");
    assert!(states == ["problem"] && message.contains("cannot be read"), "{message}");
}

#[tokio::test]
async fn an_unreadable_answer_is_reported_only_by_its_status() {
    let arn = "arn:aws:sns:us-east-1:123456789012:alarms";
    let url = server("", r#"{"SecretString":"HUNTER2""#).await;
    let mut command = doctor(&["--json", "--data-dir", "nowhere", "--secrets", "x/", "--topic", arn]);
    command.env("AWS_ENDPOINT_URL_SECRETS_MANAGER", &url).env("AWS_ENDPOINT_URL_SNS", &url);
    command.env("AWS_REGION", "us-east-1").env("AWS_ACCESS_KEY_ID", "local").env("AWS_SECRET_ACCESS_KEY", "local");
    let end = run_to_end(command).await;
    for check in ["secrets", "alarm topic"] {
        let (states, message) = findings(&end, check);
        let assert_error = message.contains("HTTP 200, with an unreadable answer");
        assert!(states.iter().all(|state| state == "problem") && assert_error, "{message}");
    }
    assert!(!end.stdout.contains("HUNTER2"), "{}", end.stdout);
}

#[cfg(unix)]
#[tokio::test]
async fn an_invalid_local_key_is_a_problem_and_is_not_shown() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempdir().unwrap();
    let key = folder.path().join("signing-key.pem");
    std::fs::write(&key, "-----BEGIN HUNTER2-----").unwrap();
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o644)).unwrap();
    let end = run_to_end(doctor(&["--json", "--data-dir", text(folder.path())])).await;
    let (states, message) = findings(&end, "secrets");
    assert!(states == ["problem", "problem", "problem", "skipped"], "{message}");
    assert!(message.contains("secret: it does not exist"), "{message}");
    assert!(
        message.contains("not an RSA key") && message.contains("chmod 600") && !end.stdout.contains("HUNTER2"),
        "{message}"
    );
}
