//! Clients that stop in the middle of a request: the server disconnects them, and can always shut down.

#![cfg(unix)]

use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::process::{Server, codesensei};

/// Much longer than the timeouts in these tests, and shorter than the defaults.
const PROMPTLY: Duration = Duration::from_secs(15);

const HALF_A_HEAD: &str = "POST /auth/login HTTP/1.1\r\nHost: localhost\r\nContent-Ty";
const HALF_A_BODY: &str = "POST /auth/login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{\"user";

async fn start_server(arguments: &[&str]) -> Server {
    Server::run(codesensei(&[&["--port", "0", "--store", "memory"], arguments].concat())).await
}

async fn connect_and_send(server: &Server, text: &str) -> TcpStream {
    let mut stream = TcpStream::connect(server.address()).await.unwrap();
    stream.write_all(text.as_bytes()).await.unwrap();
    stream
}

/// Reads until the server closes the connection.
async fn until_closed(stream: &mut TcpStream) -> String {
    let mut answer = Vec::new();
    // A reset also closes the connection.
    let _ = timeout(PROMPTLY, stream.read_to_end(&mut answer)).await.expect("the server closes it");
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test]
async fn a_client_that_does_not_read_its_answer_is_disconnected() {
    let server = start_server(&["--client-timeout", "1"]).await;
    let cookies = server.sign_in().await;
    // Larger than all buffers between two programs.
    let file = serde_json::json!({ "filename": "a.txt", "code_content": "\u{1}".repeat(5 * 1024 * 1024) });
    let create = reqwest::Client::new().post(format!("{}/sessions", server.url)).header("cookie", &cookies);
    let created: serde_json::Value = create.json(&file).send().await.unwrap().json().await.unwrap();
    let session = created["session"]["session_id"].as_str().unwrap();
    let ask = format!("GET /sessions/{session} HTTP/1.1\r\nHost: localhost\r\nCookie: {cookies}\r\n\r\n");
    let mut silent = connect_and_send(&server, &ask).await;
    let mut eager = connect_and_send(&server, &ask.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n")).await;
    let whole = until_closed(&mut eager).await.len();
    assert!(whole > 30 * 1024 * 1024, "{whole}");
    tokio::time::sleep(Duration::from_secs(3)).await;
    let taken = until_closed(&mut silent).await.len();
    assert!(taken < whole, "the server kept all {taken} bytes");
}

#[tokio::test]
async fn half_sent_heads_and_idle_connections_are_closed_after_the_timeout() {
    let server = start_server(&["--client-timeout", "1"]).await;
    let mut streams = Vec::new();
    for _ in 0..300 {
        streams.push(connect_and_send(&server, HALF_A_HEAD).await);
    }
    for _ in 0..25 {
        streams.push(connect_and_send(&server, "").await);
        // These connections are kept alive after a complete request.
        streams.push(connect_and_send(&server, "GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n").await);
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
    let server = start_server(&["--client-timeout", "1"]).await;
    let mut stream = connect_and_send(&server, HALF_A_BODY).await;
    let answer = until_closed(&mut stream).await;
    assert!(answer.starts_with("HTTP/1.1 400 ") && answer.contains("The body ended early."), "{answer}");
}

#[tokio::test]
async fn a_half_sent_body_does_not_outlive_the_shutdown_timeout() {
    let server = start_server(&["--shutdown-timeout", "1"]).await;
    let mut stream = connect_and_send(&server, HALF_A_BODY).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    let began = Instant::now();
    server.interrupt().await;
    assert_eq!(server.wait_for_exit().await, (Some(0), String::new()));
    assert!(began.elapsed() < PROMPTLY, "{:?}", began.elapsed());
    until_closed(&mut stream).await;
}

#[tokio::test]
async fn a_second_interruption_ends_the_server_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().to_str().unwrap();
    let server = Server::run(codesensei(&["--port", "0", "--data-dir", data, "--shutdown-timeout", "600"])).await;
    let _stream = connect_and_send(&server, HALF_A_BODY).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    let began = Instant::now();
    server.interrupt().await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    server.interrupt().await;
    assert_eq!(server.wait_for_exit().await, (Some(130), String::new()));
    assert!(began.elapsed() < PROMPTLY, "{:?}", began.elapsed());
    assert!(!folder.path().join("engine").exists(), "the folder is released");
}

#[tokio::test]
async fn an_idle_connection_does_not_delay_the_shutdown() {
    let server = start_server(&["--shutdown-timeout", "600"]).await;
    let _idle = connect_and_send(&server, "").await;
    let _half = connect_and_send(&server, HALF_A_HEAD).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    let began = Instant::now();
    server.interrupt().await;
    assert_eq!(server.wait_for_exit().await, (Some(0), String::new()));
    assert!(began.elapsed() < PROMPTLY, "{:?}", began.elapsed());
}
