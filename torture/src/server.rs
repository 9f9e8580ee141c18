//! The server under test: a child process that is killed for real, and the other commands of the same program.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use tokio::process::{Child, Command};
use tokio::sync::{Mutex, watch};
use tokio::time::{Instant, sleep};

/// How long a server may take to start. A debug build on a busy machine takes seconds.
const STARTS_WITHIN: Duration = Duration::from_mins(1);
/// The line of the server's output with its address.
const BANNER: &str = "CodeSensei is at http://localhost:";
/// Variables that would configure the server or its AWS client.
const SETTINGS: [&str; 5] = ["CODESENSEI_", "AWS_", "BEDROCK_", "AI_", "CACHE_"];

/// The options of a server under test.
#[derive(Clone, Debug)]
pub(crate) struct ServerOptions {
    /// The program `codesensei`.
    pub(crate) program: PathBuf,
    /// The URL of the table, through the proxy.
    pub(crate) store: String,
    /// The table's name.
    pub(crate) table: String,
    /// The URL of the model, through the proxy.
    pub(crate) model: String,
    /// The folder for its keys and its output.
    pub(crate) folder: PathBuf,
    /// Whether the rate limits are enforced.
    pub(crate) limits: bool,
    /// The deadline of a question.
    pub(crate) deadline: Duration,
}

/// A server under test. It can be killed and started again, with the same keys and another port.
#[derive(Debug)]
pub(crate) struct Server {
    options: ServerOptions,
    child: Mutex<Option<Child>>,
    port: watch::Sender<u16>,
    starts: AtomicU32,
}

impl Server {
    /// Starts a server.
    pub(crate) async fn start(options: ServerOptions) -> io::Result<Self> {
        let server = Self { options, child: Mutex::new(None), port: watch::Sender::new(0), starts: AtomicU32::new(0) };
        server.start_again().await?;
        Ok(server)
    }

    /// Kills the process with SIGKILL and waits for its end.
    pub(crate) async fn kill(&self) -> io::Result<()> {
        match self.child.lock().await.take() {
            Some(mut child) => child.kill().await,
            None => Ok(()),
        }
    }

    /// Starts the process again after a kill.
    pub(crate) async fn start_again(&self) -> io::Result<()> {
        let mut child = self.child.lock().await;
        let number = self.starts.fetch_add(1, Ordering::SeqCst) + 1;
        let output = self.options.folder.join(format!("server-{}-{number}.log", self.options.table));
        let file = File::create(&output)?;
        let started = self.command().stdout(Stdio::from(file.try_clone()?)).stderr(Stdio::from(file)).spawn()?;
        let started = child.insert(started);
        let until = Instant::now() + STARTS_WITHIN;
        loop {
            if let Some(port) = port_in(&output)? {
                self.port.send_replace(port);
                return Ok(());
            }
            if started.try_wait()?.is_some() || Instant::now() > until {
                let said = fs::read_to_string(&output).unwrap_or_default();
                return Err(io::Error::other(format!("the server did not start: {}", said.trim())));
            }
            sleep(Duration::from_millis(5)).await;
        }
    }

    fn command(&self) -> Command {
        let ServerOptions { store, table, model, folder, limits, deadline, .. } = &self.options;
        let mut command = tool(&self.options.program);
        command
            .args(["serve", "--port", "0", "--store", store, "--table", table])
            .args(["--rate-limits", if *limits { "on" } else { "off" }])
            .arg("--data-dir")
            .arg(folder.join(table))
            .env("BEDROCK_ENDPOINT_URL", model)
            .env("BEDROCK_MODEL_IDS", "local.rule-based-reviewer")
            .env("AI_DEADLINE_MS", deadline.as_millis().to_string());
        command
    }

    /// The number of starts.
    pub(crate) fn starts(&self) -> u32 {
        self.starts.load(Ordering::SeqCst)
    }

    /// The authority of the running server.
    pub(crate) fn authority(&self) -> String {
        format!("127.0.0.1:{}", *self.port.borrow())
    }
}

fn port_in(output: &Path) -> io::Result<Option<u16>> {
    let text = fs::read_to_string(output)?;
    let line = text.lines().find_map(|line| line.strip_prefix(BANNER));
    // The line may be incomplete.
    let is_complete = text.contains("Ctrl-C stops it");
    Ok(line.filter(|_| is_complete).and_then(|port| port.trim().parse().ok()))
}

/// A command of the program without the settings of this process. It ends with this process.
fn tool(program: &Path) -> Command {
    let mut command = Command::new(program);
    for (name, _) in std::env::vars_os() {
        if SETTINGS.iter().any(|prefix| name.to_string_lossy().starts_with(prefix)) {
            command.env_remove(name);
        }
    }
    command.stdin(Stdio::null()).kill_on_drop(true);
    command
}

/// Runs a command of the program on a table, and returns whether it succeeded and what it printed.
pub(crate) async fn run_tool(program: &Path, store: &str, table: &str, words: &[&str]) -> io::Result<(bool, String)> {
    let output = tool(program).args(words).args(["--store", store, "--table", table]).output().await?;
    let printed = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
    Ok((output.status.success(), printed))
}
