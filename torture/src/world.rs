//! The world of one scenario: a server with its own table, the proxies before store and model, and the losses found.

use std::fmt;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::client::{Answer, Http, Person, outline};
use crate::error::TortureError;
use crate::plan::{Mix, Plan};
use crate::proxy::{Planted, Proxy};
use crate::report::ScenarioReport;
use crate::secrets::Secrets;
use crate::server::{Server, ServerOptions, run_tool};
use crate::table::{Table, parts};

/// What a run needs from its caller.
#[derive(Clone, Debug)]
pub struct Setup {
    /// The program `codesensei`, which serves, verifies and sweeps.
    pub program: PathBuf,
    /// The URL of a DynamoDB endpoint on this machine: `http://KEY@127.0.0.1:PORT`.
    pub store: String,
    /// The URL of a model on this machine.
    pub model: String,
    /// An empty folder for keys and output of the servers.
    pub folder: PathBuf,
}

/// The world of one scenario.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) name: &'static str,
    pub(crate) seed: u64,
    pub(crate) store: Proxy,
    pub(crate) model: Proxy,
    pub(crate) table: Table,
    pub(crate) server: Arc<Server>,
    pub(crate) http: Http,
    pub(crate) secrets: Arc<Secrets>,
    setup: Setup,
    table_name: String,
    losses: Mutex<Vec<String>>,
    figures: Mutex<Vec<(String, String)>>,
    tries: AtomicU64,
    began: Instant,
}

/// The options of a world.
#[derive(Clone, Copy, Debug)]
pub(crate) struct WorldOptions {
    /// Whether the rate limits are enforced.
    pub(crate) limits: bool,
    /// The deadline of a question.
    pub(crate) deadline: Duration,
}

impl Default for WorldOptions {
    fn default() -> Self {
        Self { limits: false, deadline: Duration::from_secs(20) }
    }
}

/// The parts of a run that its scenarios share.
#[derive(Clone, Debug)]
pub(crate) struct Shared {
    pub(crate) setup: Setup,
    pub(crate) seed: u64,
    pub(crate) planted: Option<Planted>,
    pub(crate) http: Http,
    pub(crate) secrets: Arc<Secrets>,
}

impl World {
    /// Starts the proxies and a server on a new table.
    pub(crate) async fn start(
        shared: &Shared,
        name: &'static str,
        options: WorldOptions,
    ) -> Result<Self, TortureError> {
        let Shared { setup, seed, planted, http, secrets } = shared.clone();
        let began = Instant::now();
        let (key, upstream) = parts(&setup.store);
        let store = Proxy::before(&upstream, Plan::new(seed, 1), planted).await?;
        let model = Proxy::before(&parts(&setup.model).1, Plan::new(seed, 2), None).await?;
        let table_name = format!("torture-{name}-{:08x}", rand::random::<u32>());
        let server = Server::start(ServerOptions {
            program: setup.program.clone(),
            store: format!("http://{key}@{}", store.address()),
            table: table_name.clone(),
            model: format!("http://{}", model.address()),
            folder: setup.folder.clone(),
            limits: options.limits,
            deadline: options.deadline,
        });
        let server = Arc::new(server.await?);
        store.quiet_for(Duration::from_millis(50)).await;
        Ok(Self {
            name,
            seed,
            table: Table::new(&http, &setup.store, &table_name),
            store,
            model,
            server,
            http,
            secrets,
            setup,
            table_name,
            losses: Mutex::default(),
            figures: Mutex::default(),
            tries: AtomicU64::new(0),
            began,
        })
    }

    /// A person with an account.
    pub(crate) async fn person(&self) -> Result<Person, TortureError> {
        let person = Person::new(&self.http, &self.server, &self.secrets);
        prepared("a sign-up", person.sign_up().await)?;
        Ok(person)
    }

    /// Kills the server and starts it again, without faults meanwhile.
    pub(crate) async fn restart(&self) -> Result<(), TortureError> {
        self.server.kill().await?;
        for proxy in [&self.store, &self.model] {
            proxy.settled().await;
            proxy.thaw();
        }
        self.server.start_again().await?;
        Ok(())
    }

    pub(crate) fn loses(&self, loss: impl Into<String>) {
        self.losses.lock().unwrap_or_else(PoisonError::into_inner).push(loss.into());
    }

    /// The number of losses so far.
    pub(crate) fn losses(&self) -> usize {
        self.losses.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    pub(crate) fn measures(&self, name: impl Into<String>, value: impl fmt::Display) {
        let figure = (name.into(), value.to_string());
        self.figures.lock().unwrap_or_else(PoisonError::into_inner).push(figure);
    }

    pub(crate) fn tries(&self, count: u64) {
        self.tries.fetch_add(count, Ordering::Relaxed);
    }

    /// Runs `codesensei verify` on the table, without faults. Each finding is a loss.
    pub(crate) async fn verify(&self) -> Result<(), TortureError> {
        let words = ["verify", "--format", "jsonl", "--look-again-after", "300"];
        let (is_consistent, printed) =
            run_tool(&self.setup.program, &self.setup.store, &self.table_name, &words).await?;
        if is_consistent {
            return Ok(());
        }
        let findings = printed.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        let findings: Vec<String> =
            findings.map(|finding| format!("verify finds {}: {}", finding["kind"], finding["detail"])).collect();
        if findings.is_empty() {
            return Err(TortureError::Store(format!("codesensei verify failed: {}", printed.trim())));
        }
        for finding in findings {
            self.loses(finding);
        }
        Ok(())
    }

    /// Lets the grace of waiting sweep jobs pass and sweeps. A job that remains is a loss.
    pub(crate) async fn sweep(&self) -> Result<(), TortureError> {
        self.table.age_sweep_jobs().await?;
        let words = ["sweep", "--within", "60"];
        let (is_clean, printed) = run_tool(&self.setup.program, &self.setup.store, &self.table_name, &words).await?;
        if !is_clean || !printed.contains("No jobs remain") {
            self.loses(format!("sweep jobs remain: {}", printed.trim()));
        }
        Ok(())
    }

    /// Ends the faults, verifies the table, stops the server and sums up.
    pub(crate) async fn finish(self) -> Result<ScenarioReport, TortureError> {
        self.store.set_mix(Mix::none());
        self.model.set_mix(Mix::none());
        self.store.quiet_for(Duration::from_millis(100)).await;
        self.verify().await?;
        self.server.kill().await?;
        let mut faults = self.store.tally().take();
        for (name, count) in self.model.tally().take() {
            *faults.entry(name).or_default() += count;
        }
        if self.server.starts() > 1 {
            faults.insert("kill", u64::from(self.server.starts() - 1));
        }
        Ok(ScenarioReport {
            scenario: self.name,
            tries: self.tries.into_inner(),
            faults,
            losses: self.losses.into_inner().unwrap_or_else(PoisonError::into_inner),
            figures: self.figures.into_inner().unwrap_or_else(PoisonError::into_inner),
            took: self.began.elapsed(),
        })
    }
}

/// The answer of a step without faults, which must succeed.
pub(crate) fn prepared(step: &'static str, answer: Option<Answer>) -> Result<Answer, TortureError> {
    match answer {
        Some(answer) if answer.is_success() => Ok(answer),
        answer => Err(TortureError::Preparation { step, answer: outline(answer.as_ref()) }),
    }
}

/// A text of an answer, such as an id.
pub(crate) fn text_at(answer: &Answer, pointer: &str) -> String {
    answer.body.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// Creates a session with this code. Returns its id.
pub(crate) async fn create_session(person: &Person, filename: &str, code: &str) -> Result<String, TortureError> {
    let form = json!({ "filename": filename, "code_content": code });
    let answer = prepared("a new session", person.post("/sessions", form).await)?;
    Ok(text_at(&answer, "/session/session_id"))
}

/// Creates a thread on the first line. Returns its id.
pub(crate) async fn create_thread(person: &Person, session: &str, line: &str) -> Result<String, TortureError> {
    let form = json!({ "type": "block", "start_line": 1, "end_line": 1, "selected_text": line });
    let answer = prepared("a new thread", person.post(&format!("/sessions/{session}/threads"), form).await)?;
    Ok(text_at(&answer, "/thread/thread_id"))
}
