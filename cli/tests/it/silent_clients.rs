//! Clients that begin something and do not go on: the server is rid of them after a while, and can always be ended.

#![cfg(unix)]

use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::process::{Server, codesensei};

/// Much longer than any wait that is asked for here, and shorter than the defaults.
const SOON: Duration = Duration::from_secs(15);

const HALF_A_HEAD: &str = "POST /auth/login HTTP/1.1\r\nHost: localhost\r\nContent-Ty";
const HALF_A_BODY: &str = "POST /auth/login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{\"user";

async fn serving(arguments: &[&str]) -> Server {
    Server::run(codesensei(&[&["--port", "0", "--store", "memory"], arguments].concat())).await
}

async fn begins(server: &Server, text: &str) -> TcpStream {
    let mut stream = TcpStream::connect(server.address()).await.unwrap();
    stream.write_all(text.as_bytes()).await.unwrap();
    stream
}

/// What comes until the server closes the connection.
async fn until_closed(stream: &mut TcpStream) -> String {
    let mut answer = Vec::new();
    // A reset closes it too.
    let _ = timeout(SOON, stream.read_to_end(&mut answer)).await.expect("the server closes it");
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test]
async fn a_client_that_takes_nothing_of_its_answer_is_not_kept() {
    let server = serving(&["--client-timeout", "1"]).await;
    let cookies = server.sign_in().await;
    // Longer than all that lies between two programs.
    let file = serde_json::json!({ "filename": "a.txt", "code_content": "\u{1}".repeat(5 * 1024 * 1024) });
    let create = reqwest::Client::new().post(format!("{}/sessions", server.url)).header("cookie", &cookies);
    let created: serde_json::Value = create.json(&file).send().await.unwrap().json().await.unwrap();
    let session = created["session"]["session_id"].as_str().unwrap();
    let ask = format!("GET /sessions/{session} HTTP/1.1\r\nHost: localhost\r\nCookie: {cookies}\r\n\r\n");
    let mut silent = begins(&server, &ask).await;
    let mut eager = begins(&server, &ask.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n")).await;
    let whole = until_closed(&mut eager).await.len();
    assert!(whole > 30 * 1024 * 1024, "{whole}");
    tokio::time::sleep(Duration::from_secs(3)).await;
    let taken = until_closed(&mut silent).await.len();
    assert!(taken < whole, "all {taken} bytes were kept for it");
}

#[tokio::test]
async fn half_sent_heads_and_idle_connections_are_closed_after_the_timeout() {
    let server = serving(&["--client-timeout", "1"]).await;
    let mut streams = Vec::new();
    for _ in 0..300 {
        streams.push(begins(&server, HALF_A_HEAD).await);
    }
    for _ in 0..25 {
        streams.push(begins(&server, "").await);
        // These are kept alive after a whole request.
        streams.push(begins(&server, "GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n").await);
    }
    for stream in &mut streams {
        until_closed(stream).await;
    }
    let health = reqwest::get(format!("{}/health", server.url)).await.unwrap();
    assert_eq!(health.status(), 200);
    let health: serde_json::Value = health.json().await.unwrap();
    assert_eq!(
        (health["service"].as_str(), health["version"].as_str()),
        (Some("codesensei"), Some(env!("CARGO_PKG_VERSION")))
    );
}

#[tokio::test]
async fn a_half_sent_body_is_answered_and_closed_after_the_timeout() {
    let server = serving(&["--client-timeout", "1"]).await;
    let mut stream = begins(&server, HALF_A_BODY).await;
    let answer = until_closed(&mut stream).await;
    assert!(answer.starts_with("HTTP/1.1 400 ") && answer.contains("The body ended early."), "{answer}");
}

#[tokio::test]
async fn a_half_sent_body_does_not_outlive_the_shutdown_timeout() {
    let server = serving(&["--shutdown-timeout", "1"]).await;
    let mut stream = begins(&server, HALF_A_BODY).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    let began = Instant::now();
    server.interrupt().await;
    assert_eq!(server.ended().await, (Some(0), String::new()));
    assert!(began.elapsed() < SOON, "{:?}", began.elapsed());
    until_closed(&mut stream).await;
}

#[tokio::test]
async fn a_second_interruption_ends_the_server_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().to_str().unwrap();
    let server = Server::run(codesensei(&["--port", "0", "--data-dir", data, "--shutdown-timeout", "600"])).await;
    let _stream = begins(&server, HALF_A_BODY).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    let began = Instant::now();
    server.interrupt().await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    server.interrupt().await;
    assert_eq!(server.ended().await, (Some(130), String::new()));
    assert!(began.elapsed() < SOON, "{:?}", began.elapsed());
    assert!(!folder.path().join("engine").exists(), "the folder is let go");
}

#[tokio::test]
async fn an_idle_connection_does_not_keep_the_server_from_ending() {
    let server = serving(&["--shutdown-timeout", "600"]).await;
    let _idle = begins(&server, "").await;
    let _half = begins(&server, HALF_A_HEAD).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    let began = Instant::now();
    server.interrupt().await;
    assert_eq!(server.ended().await, (Some(0), String::new()));
    assert!(began.elapsed() < SOON, "{:?}", began.elapsed());
}
