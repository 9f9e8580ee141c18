//! The log of `codesensei`: readable lines, and no secrets at any level.

use std::fs::{self, File};

use reqwest::{Client, StatusCode};
use serde_json::{Value, json};
use tempfile::tempdir;

use crate::process::{Server, codesensei};

/// A unique text, to find it in the log.
fn secret(what: &str) -> String {
    format!("zq{what}zq1843")
}

/// Signs up, reviews a file, analyzes other code, and sends invalid requests. Returns the secrets of these requests.
async fn use_the_product(server: &Server) -> Vec<String> {
    let client = Client::builder().cookie_store(true).build().unwrap();
    let post = async |path: &str, body: Value| {
        let answer = client.post(format!("{}{path}", server.url)).json(&body).send().await.unwrap();
        let status = answer.status();
        let cookies: Vec<String> = answer.cookies().map(|cookie| cookie.value().to_owned()).collect();
        (status, cookies, answer.json::<Value>().await.unwrap())
    };
    let (username, password) = (secret("User"), format!("A-{}", secret("password")));
    let form = json!({
        "name": secret("name"), "email": format!("{}@example.com", secret("mail")),
        "username": username, "password": password, "confirm_password": password,
    });
    let (status, mut secrets, _) = post("/auth/signup", form).await;
    assert_eq!(status, StatusCode::CREATED);
    let wrong = json!({ "username": username, "password": secret("wrong") });
    assert_eq!(post("/auth/login", wrong).await.0, StatusCode::UNAUTHORIZED);
    let file =
        json!({ "filename": format!("{}.py", secret("file")), "code_content": format!("x = '{}'\n", secret("code")) });
    let (status, _, created) = post("/sessions", file.clone()).await;
    assert_eq!(status, StatusCode::CREATED, "{created}");
    let session = created["session"]["session_id"].as_str().unwrap();
    let (_, _, opened) = post(&format!("/sessions/{session}/threads"), json!({ "type": "file" })).await;
    let thread = opened["thread"]["thread_id"].as_str().unwrap();
    let question = json!({ "content": secret("question") });
    assert_eq!(post(&format!("/threads/{thread}/messages"), question).await.0, StatusCode::CREATED);
    let mut asked = file;
    asked["question"] = secret("question").into();
    assert_eq!(post("/ai/analyze", asked).await.0, StatusCode::OK);
    assert_eq!(post("/sessions", json!([secret("body")])).await.0, StatusCode::BAD_REQUEST);
    secrets.extend(["zq1843", "$2b$", "Local rule-based", "eyJ"].map(str::to_owned));
    secrets
}

#[tokio::test]
async fn the_most_detailed_log_has_the_requests_and_no_secrets() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("log");
    for level in
        ["trace", "trace,hyper=trace,aws_smithy_runtime=trace,aws_sdk_dynamodb=trace,modyne=trace,dynoxide=trace"]
    {
        let mut command = codesensei(&["serve", "--port", "0", "--store", "memory"]);
        command.env("CODESENSEI_LOG", level).stderr(File::create(&path).unwrap());
        let server = Server::run(command).await;
        let secrets = use_the_product(&server).await;
        server.kill().await;
        let log = fs::read_to_string(&path).unwrap();
        for secret in &secrets {
            let line = log.lines().find(|line| line.to_lowercase().contains(&secret.to_lowercase()));
            assert_eq!(line, None, "{secret} is in the log");
        }
        for text in
            ["POST /ai/analyze 200", "POST /auth/login 401", "AP-66", "INVALID_CREDENTIALS", " DEBUG ", " INFO "]
        {
            assert!(log.contains(text), "the log lacks {text}");
        }
        let fine = log.lines().filter(|line| line.contains(" DEBUG ") || line.contains(" TRACE "));
        let others: Vec<_> = fine
            .filter(|line| {
                !["model::", "table_runtime::", "handlers::", "bedrock_local::"].iter().any(|ours| line.contains(ours))
            })
            .collect();
        assert_eq!(others, Vec::<&str>::new(), "other crates log only warnings and errors");
        assert!(
            !log.contains("CloudWatchMetrics") && log.lines().all(|line| !line.starts_with('{')),
            "the log has no JSON metrics"
        );
    }
}

#[cfg(unix)]
#[tokio::test]
async fn metrics_are_not_printed_outside_lambda() {
    let server = Server::run(codesensei(&["--port", "0", "--store", "memory"])).await;
    let answer = reqwest::get(format!("{}/health", server.url)).await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    let id = server.id().to_string();
    assert!(tokio::process::Command::new("kill").args(["-TERM", &id]).status().await.unwrap().success());
    assert_eq!(server.wait_for_exit().await, (Some(0), String::new()));
}
