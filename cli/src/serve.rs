//! `codesensei serve`: serves the page and the API on localhost until it is interrupted.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};
use handlers::http::metrics::Metrics;
use handlers::rates::RateLimits;
use model::{DEFAULT_CODE_CACHE_MIB, MessageTtl, Store};
use tokio::net::TcpListener;

use crate::connections::{self, Shutdown, Timeouts};
use crate::error::OpenError;
use crate::interruption::interruptions;
use crate::output;
use crate::seed::{self, SeedError};
use crate::site;
use crate::store_choice::StoreChoice;
use crate::target::INTERRUPTED;

mod startup;

use startup::LocalServer;

/// The interval and the time limit of the sweep. On AWS a schedule runs it.
const SWEEP_INTERVAL: Duration = Duration::from_mins(1);

/// The options of `serve`.
#[derive(Clone, Debug, Args)]
pub struct Serve {
    /// The port on 127.0.0.1; 0 for any free port.
    #[arg(long, env = "CODESENSEI_PORT", default_value_t = 8080)]
    pub port: u16,
    /// The location of the table: `embedded` (a file), `memory`, the URL of a DynamoDB endpoint, or `aws`.
    #[arg(long, env = "CODESENSEI_STORE", default_value = "embedded", value_name = "STORE")]
    pub store: StoreChoice,
    /// The table's name. The table is created if it does not exist, except on AWS.
    #[arg(long, env = "CODESENSEI_TABLE", default_value = "codesensei", value_parser = crate::store_choice::table_name)]
    pub table: String,
    /// The folder for the embedded engine's file and this machine's keys.
    #[arg(long, env = "CODESENSEI_DATA_DIR", default_value = ".codesensei", value_name = "FOLDER")]
    pub data_dir: PathBuf,
    /// The maximum number of questions per user and day. Without it, only the limit per minute applies.
    #[arg(long, env = "CODESENSEI_AI_DAILY_CAP", value_name = "QUESTIONS")]
    pub ai_daily_cap: Option<NonZeroU32>,
    /// The number of days after which new messages expire, from 1 to 36500; 0 for never. Stored messages keep their
    /// expiry.
    #[arg(long, env = "CODESENSEI_MESSAGE_TTL_DAYS", default_value = "0", value_name = "DAYS")]
    pub message_ttl_days: MessageTtl,
    /// The size of the code cache in memory, in MiB; 0 disables it.
    #[arg(long, env = "CODESENSEI_CODE_CACHE_MIB", default_value_t = DEFAULT_CODE_CACHE_MIB, value_name = "MIB")]
    pub code_cache_mib: u16,
    /// Whether to enforce the rate limits, as on AWS.
    #[arg(long, env = "CODESENSEI_RATE_LIMITS", default_value = "on", value_name = "SWITCH")]
    pub rate_limits: Switch,
    /// The time that a client may be silent: before a request, within its head or body, and while it receives the
    /// answer. Then its connection is closed.
    #[arg(long, env = "CODESENSEI_CLIENT_TIMEOUT", default_value = "30", value_name = "SECONDS", value_parser = seconds::<3_600>)]
    pub client_timeout: Duration,
    /// The time to wait for running requests after Ctrl-C. A second Ctrl-C ends them at once.
    #[arg(long, env = "CODESENSEI_SHUTDOWN_TIMEOUT", default_value = "30", value_name = "SECONDS", value_parser = seconds::<3_600>)]
    pub shutdown_timeout: Duration,
    /// The lifetime of an access token, from 1 to 900. Deployments use 900; a smaller value shows what a page does when
    /// its token expires. An expired token is accepted for five more seconds, because clocks may differ.
    #[arg(long, env = "CODESENSEI_ACCESS_TOKEN_LIFETIME", default_value = "900", value_name = "SECONDS", value_parser = seconds::<900>)]
    pub access_token_lifetime: Duration,
    /// The delay of the rule-based reviewer before each part of a streamed answer, in milliseconds up to 1000. With
    /// about 20, a person can watch an answer being written and stop it. No effect if another endpoint or Amazon
    /// Bedrock answers.
    #[arg(long, env = "CODESENSEI_REVIEWER_PACE", default_value = "0", value_name = "MS", value_parser = pace)]
    pub reviewer_pace: Duration,
}

fn seconds<const MAX: u64>(text: &str) -> Result<Duration, String> {
    let seconds = text.parse().ok().filter(|seconds| (1..=MAX).contains(seconds));
    seconds.map(Duration::from_secs).ok_or_else(|| format!("expected a whole number of seconds from 1 to {MAX}"))
}

fn pace(text: &str) -> Result<Duration, String> {
    let millis = text.parse().ok().filter(|millis| (0..=1_000).contains(millis));
    millis.map(Duration::from_millis).ok_or_else(|| "expected a whole number of milliseconds from 0 to 1000".to_owned())
}

/// Whether the rate limits are enforced.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Switch {
    /// Enforce the limits, as deployed.
    On,
    /// Do not limit requests, for tools that send more requests than a person does.
    Off,
}

/// The server could not start, or stopped with an error.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The port is not available.
    #[error(
        "cannot listen on port {port}: {source}; choose another port with --port, or use --port 0 for any free port"
    )]
    Listen {
        /// The port.
        port: u16,
        /// The error of the operating system.
        source: io::Error,
    },
    /// The application could not be started.
    #[error(transparent)]
    LocalServer(#[from] OpenError),
    /// The demo account could not be created.
    #[error("cannot create the demo account: {0}")]
    Seed(SeedError),
    /// The server stopped with an error.
    #[error("the server stopped: {0}")]
    Stopped(io::Error),
}

/// Serves until Ctrl-C.
///
/// # Errors
/// States the problem and its remedy.
pub async fn run(options: Serve) -> Result<(), crate::Failure> {
    serve(options).await.map_err(Into::into)
}

async fn serve(options: Serve) -> Result<(), ServeError> {
    let port = options.port;
    // The port comes first, so that a port in use leaves no files behind.
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await;
    let listener = listener.map_err(|source| ServeError::Listen { port, source })?;
    let address = listener.local_addr().map_err(|source| ServeError::Listen { port, source })?;
    let local = LocalServer::start(&options).await?;
    let has_demo = options.store != StoreChoice::Aws;
    if has_demo {
        seed::seed(&local.app).await.map_err(ServeError::Seed)?;
    }
    let interrupted = interruptions().map_err(ServeError::Stopped)?;
    println!("{}", banner(&local, address, has_demo));
    let sweeper = tokio::spawn(sweep(local.app.store.clone()));
    let timeouts = Timeouts { idle: options.client_timeout, shutdown: options.shutdown_timeout };
    let end = connections::serve(listener, site::router(&local.app), timeouts, interrupted).await;
    sweeper.abort();
    output::close_stdout();
    if end == Shutdown::Forced {
        // Releases the folder, even if other commands still use its engine.
        drop(local);
        std::process::exit(INTERRUPTED.into());
    }
    local.close().await;
    Ok(())
}

/// Sweeps at the start too, so that a server that always stops within a minute sweeps as well.
async fn sweep(store: Store) {
    loop {
        if let Err(error) = handlers::sweep::run(&store, &Metrics::default(), SWEEP_INTERVAL).await {
            tracing::warn!(%error, "the sweep failed and runs again in a minute");
        }
        tokio::time::sleep(SWEEP_INTERVAL).await;
    }
}

fn banner(local: &LocalServer, address: SocketAddr, has_demo: bool) -> String {
    // Browsers and curl send Secure cookies to `localhost`, not to an address.
    let url = format!("http://localhost:{}", address.port());
    let mut lines = vec![format!("CodeSensei is at {url}"), "  page      open it in a browser".to_owned()];
    if has_demo {
        lines.push(format!("  sign in   {} / {}", seed::USERNAME, seed::PASSWORD));
    }
    lines.extend([
        format!("  table     {} ({})", local.app.store.table().name(), local.location),
        format!("  reviewer  {}", local.reviewer),
        format!("  docs      {url}/docs"),
    ]);
    if local.app.rate_limits == RateLimits::Off {
        lines.push("  requests  not limited".to_owned());
    }
    if has_demo {
        let (name, password) = (seed::USERNAME, seed::PASSWORD);
        lines.push(String::new());
        lines.push("Or without a browser:".to_owned());
        lines.push(format!(
            "  curl -c jar -H 'Content-Type: application/json' -d \
             '{{\"username\":\"{name}\",\"password\":\"{password}\"}}' {url}/auth/login"
        ));
        lines.push(format!("  curl -b jar {url}/sessions"));
        lines.push(format!(
            "  curl -b jar -H 'Content-Type: application/json' -d \
             '{{\"filename\":\"hello.py\",\"code_content\":\"print(1)\"}}' {url}/sessions"
        ));
    }
    lines.push(String::new());
    lines.push("Ctrl-C stops it.".to_owned());
    lines.join("\n")
}
