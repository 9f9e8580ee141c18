//! Starts the program, and sends requests to it.

use std::ffi::OsString;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use reqwest::{StatusCode, header};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};
use tokio::time::timeout;

/// A generous time limit for a start or an end.
const TIMEOUT: Duration = Duration::from_mins(3);

/// The variables that a program under test has too: the search path, and those of the tools that watch it
/// (`scripts/coverage`, `cargo xtask mutants`).
const KEPT: [&str; 4] = ["PATH", "LLVM_PROFILE_FILE", "MUTANT", "MUTANTS_REACHED"];

/// The kept variables of this process.
pub(crate) fn kept_variables() -> impl Iterator<Item = (&'static str, OsString)> {
    KEPT.into_iter().filter_map(|name| Some((name, std::env::var_os(name)?)))
}

/// The program with an empty environment except the kept variables.
pub(crate) fn codesensei(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_codesensei"));
    command.args(arguments).env_clear().envs(kept_variables());
    command.env("CODESENSEI_LOG", "warn").stdin(Stdio::null()).kill_on_drop(true);
    command
}

/// The exit code and the output of a command.
pub(crate) struct CommandResult {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// Runs the command until it ends by itself.
pub(crate) async fn run_to_end(mut command: Command) -> CommandResult {
    let output = timeout(TIMEOUT, command.output()).await.expect("the command ends by itself").unwrap();
    CommandResult {
        code: output.status.code(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// Sends a request to an engine directly, without the data layer.
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

/// Writes all bytes to a socket, then reads until the server closes it.
pub(crate) async fn exchanges(address: &str, parts: Vec<std::sync::Arc<[u8]>>) -> String {
    use std::io::{Read as _, Write as _};
    let address = address.to_owned();
    let exchange = move || {
        let mut stream = std::net::TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(TIMEOUT)).unwrap();
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
    /// The output at its start.
    pub(crate) banner: String,
    /// The URL of the server.
    pub(crate) url: String,
}

impl Server {
    /// Starts a server on any free port, with its data in this folder.
    pub(crate) async fn start(folder: &Path) -> Self {
        Self::run(codesensei(&["--port", "0", "--data-dir", folder.to_str().unwrap()])).await
    }

    /// Starts a server and waits for its banner.
    pub(crate) async fn run(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut banner = String::new();
        while !banner.ends_with("Ctrl-C stops it.\n") {
            let line = timeout(TIMEOUT, lines.next_line()).await.expect("it starts").unwrap();
            banner += &line.unwrap_or_else(|| panic!("it ended after printing {banner:?}"));
            banner.push('\n');
        }
        let url = banner.split_whitespace().find(|word| word.starts_with("http://")).unwrap().to_owned();
        Self { child, lines, banner, url }
    }

    /// The address of the server, without a scheme.
    pub(crate) fn address(&self) -> String {
        self.url.replace("http://localhost", "127.0.0.1")
    }

    /// The process id.
    pub(crate) fn id(&self) -> u32 {
        self.child.id().expect("it runs")
    }

    /// Kills the server, as a crash would.
    pub(crate) async fn kill(mut self) {
        self.child.kill().await.unwrap();
    }

    /// Sends the signal of Ctrl-C.
    #[cfg(unix)]
    pub(crate) async fn interrupt(&self) {
        assert!(Command::new("kill").args(["-INT", &self.id().to_string()]).status().await.unwrap().success());
    }

    /// Waits until the server prints this text as an error message. Its command must pipe the standard error.
    #[cfg(unix)]
    pub(crate) async fn wait_for_message(&mut self, text: &str) {
        let mut messages = BufReader::new(self.child.stderr.as_mut().expect("the standard error is piped")).lines();
        loop {
            let line = timeout(TIMEOUT, messages.next_line()).await.expect("a message").unwrap();
            if line.expect("a message before the end").contains(text) {
                break;
            }
        }
    }

    /// Waits until the server ends. Returns its exit code and its output since the banner.
    pub(crate) async fn wait_for_exit(mut self) -> (Option<i32>, String) {
        let status = timeout(TIMEOUT, self.child.wait()).await.expect("it ends").unwrap();
        let mut printed = String::new();
        while let Some(line) = self.lines.next_line().await.unwrap() {
            printed += &line;
        }
        (status.code(), printed)
    }

    /// Signs in to the demo account with the credentials of the banner. Returns the cookies.
    pub(crate) async fn sign_in(&self) -> String {
        let line = self
            .banner
            .lines()
            .find_map(|line| line.trim().strip_prefix("sign in"))
            .expect("credentials in the banner");
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
