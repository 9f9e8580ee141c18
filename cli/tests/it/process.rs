//! Starting the command, and being a client of what it serves.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use reqwest::{StatusCode, header};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};
use tokio::time::timeout;

/// Far more than a start takes; a test that waits for it has failed.
const PATIENCE: Duration = Duration::from_mins(3);

/// The command with nothing of this test's environment but where programs are.
pub(crate) fn codesensei(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_codesensei"));
    command.args(arguments).env_clear().envs(std::env::var_os("PATH").map(|path| ("PATH", path)));
    command.env("CODESENSEI_LOG", "warn").stdin(Stdio::null()).kill_on_drop(true);
    command
}

/// What a command that ended by itself said.
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// Waits until the command ends by itself.
pub(crate) async fn ended(mut command: Command) -> Ended {
    let output = timeout(PATIENCE, command.output()).await.expect("the command ends by itself").unwrap();
    Ended {
        code: output.status.code(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// Sends a request to an engine, past the data layer.
pub(crate) async fn send(url: &str, operation: &str, body: &Value) {
    let (key, url) = model::split_access_key(url);
    let key = key.unwrap_or("test");
    let scope = "20261123/local/dynamodb/aws4_request, SignedHeaders=host, Signature=none";
    let request = reqwest::Client::new()
        .post(url)
        .header("X-Amz-Target", format!("DynamoDB_20120810.{operation}"))
        .header(header::CONTENT_TYPE, "application/x-amz-json-1.0")
        .header(header::AUTHORIZATION, format!("AWS4-HMAC-SHA256 Credential={key}/{scope}"))
        .header("X-Amz-Date", "20261123T090000Z");
    let answer = request.body(body.to_string()).send().await.unwrap();
    let (status, text) = (answer.status(), answer.text().await.unwrap());
    assert!(status.is_success(), "{status} {text}");
}

/// Writes bytes to a socket, and reads what comes until it is closed, or an error. A client that writes all before it reads.
pub(crate) async fn exchanges(address: &str, parts: Vec<std::sync::Arc<[u8]>>) -> String {
    use std::io::{Read as _, Write as _};
    let address = address.to_owned();
    let exchange = move || {
        let mut stream = std::net::TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        for part in parts {
            stream.write_all(&part).unwrap();
        }
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        String::from_utf8_lossy(&answer).into_owned()
    };
    tokio::task::spawn_blocking(exchange).await.unwrap()
}

/// A running server.
pub(crate) struct Server {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
    /// What it printed when it was ready.
    pub(crate) banner: String,
    /// Where it answers.
    pub(crate) url: String,
}

impl Server {
    /// Starts one on any free port, with its data in this folder.
    pub(crate) async fn start(folder: &Path) -> Self {
        Self::run(codesensei(&["--port", "0", "--data-dir", folder.to_str().unwrap()])).await
    }

    /// Starts one and waits for its banner.
    pub(crate) async fn run(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut banner = String::new();
        while !banner.ends_with("Ctrl-C stops it.\n") {
            let line = timeout(PATIENCE, lines.next_line()).await.expect("it starts").unwrap();
            banner += &line.unwrap_or_else(|| panic!("it ended after printing {banner:?}"));
            banner.push('\n');
        }
        let url = banner.split_whitespace().find(|word| word.starts_with("http://")).unwrap().to_owned();
        Self { child, lines, banner, url }
    }

    /// Where it listens, without a scheme.
    pub(crate) fn address(&self) -> String {
        self.url.replace("http://localhost", "127.0.0.1")
    }

    /// Its process.
    pub(crate) fn id(&self) -> u32 {
        self.child.id().expect("it runs")
    }

    /// Ends it as a power cut would, with no time to tidy up.
    pub(crate) async fn kill(mut self) {
        self.child.kill().await.unwrap();
    }

    /// Asks it to end, as a person's Ctrl-C does.
    #[cfg(unix)]
    pub(crate) async fn interrupt(&self) {
        assert!(Command::new("kill").args(["-INT", &self.id().to_string()]).status().await.unwrap().success());
    }

    /// Waits until it ends, and says how and what it printed since the banner.
    pub(crate) async fn ended(mut self) -> (Option<i32>, String) {
        let status = timeout(PATIENCE, self.child.wait()).await.expect("it ends").unwrap();
        let mut printed = String::new();
        while let Some(line) = self.lines.next_line().await.unwrap() {
            printed += &line;
        }
        (status.code(), printed)
    }

    /// Signs in to the demo account, with what the banner says; the cookies to send.
    pub(crate) async fn sign_in(&self) -> String {
        let line = self.banner.lines().find_map(|line| line.trim().strip_prefix("sign in")).expect("it says how");
        let (username, password) = line.trim().split_once(" / ").expect("a name and a password");
        let body = json!({ "username": username, "password": password });
        let response =
            reqwest::Client::new().post(format!("{}/auth/login", self.url)).json(&body).send().await.unwrap();
        assert_eq!(response.status(), StatusCode::OK);
        let cookies = response.headers().get_all(header::SET_COOKIE).iter();
        let pairs = cookies.map(|cookie| cookie.to_str().unwrap().split(';').next().unwrap());
        pairs.collect::<Vec<_>>().join("; ")
    }

    /// The names of the signed-in user's files, newest first.
    pub(crate) async fn filenames(&self, cookies: &str) -> Vec<String> {
        let listing = reqwest::Client::new().get(format!("{}/sessions", self.url)).header(header::COOKIE, cookies);
        let listing: Value = listing.send().await.unwrap().error_for_status().unwrap().json().await.unwrap();
        let sessions = listing["sessions"].as_array().unwrap().iter();
        sessions.map(|session| session["filename"].as_str().unwrap().to_owned()).collect()
    }

    /// Creates a session.
    pub(crate) async fn create(&self, cookies: &str, filename: &str) {
        let file = json!({ "filename": filename, "code_content": "print(1)\n" });
        let create = reqwest::Client::new().post(format!("{}/sessions", self.url)).header(header::COOKIE, cookies);
        assert_eq!(create.json(&file).send().await.unwrap().status(), StatusCode::CREATED);
    }
}
