//! `codesensei serve`: the page and the API on localhost until it is interrupted.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use handlers::http::metrics::Metrics;
use handlers::limits::RateLimits;
use model::Store;
use tokio::net::TcpListener;

use crate::connections::{self, End, Patience};
use crate::interruption::interruptions;
use crate::local::{Local, LocalError};
use crate::options::{Serve, StoreChoice};
use crate::output;
use crate::seed::{self, SeedError};
use crate::site;
use crate::target::INTERRUPTED;

/// How often the sweep runs, and how long at most. On AWS a schedule runs it.
const SWEEP_EVERY: Duration = Duration::from_mins(1);

/// Serving ended, or did not begin.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The port cannot be had.
    #[error("cannot listen on port {port}: {source}; choose another with --port, or any free one with --port 0")]
    Listen {
        /// The port.
        port: u16,
        /// What the system said.
        source: io::Error,
    },
    /// The application could not be put together.
    #[error(transparent)]
    Local(#[from] LocalError),
    /// The demo account could not be made.
    #[error("cannot make the demo account: {0}")]
    Seed(SeedError),
    /// The server stopped by itself.
    #[error("the server stopped: {0}")]
    Stopped(io::Error),
}

/// Serves until Ctrl-C.
///
/// # Errors
/// With what is wrong and what to do about it.
pub async fn run(options: Serve) -> Result<(), crate::Failure> {
    serve(options).await.map_err(Into::into)
}

async fn serve(options: Serve) -> Result<(), ServeError> {
    let port = options.port;
    // Before anything is created: a taken port should leave nothing behind.
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await;
    let listener = listener.map_err(|source| ServeError::Listen { port, source })?;
    let address = listener.local_addr().map_err(|source| ServeError::Listen { port, source })?;
    let local = Local::start(&options).await?;
    let demo = options.store != StoreChoice::Aws;
    if demo {
        seed::seed(&local.app).await.map_err(ServeError::Seed)?;
    }
    let interrupted = interruptions().map_err(ServeError::Stopped)?;
    println!("{}", banner(&local, address, demo));
    let sweeper = tokio::spawn(sweep(local.app.store.clone()));
    let patience = Patience { silence: options.client_timeout, shutdown: options.shutdown_timeout };
    let end = connections::serve(listener, site::router(&local.app), patience, interrupted).await;
    sweeper.abort();
    output::end();
    if end == End::AtOnce {
        // The folder is let go, also under commands that use it.
        drop(local);
        std::process::exit(INTERRUPTED.into());
    }
    local.close().await;
    Ok(())
}

/// Also at the start: a server that never runs for a minute sweeps too.
async fn sweep(store: Store) {
    loop {
        if let Err(error) = handlers::sweep::run(&store, &Metrics::default(), SWEEP_EVERY).await {
            tracing::warn!(%error, "the sweep goes on in a minute");
        }
        tokio::time::sleep(SWEEP_EVERY).await;
    }
}

fn banner(local: &Local, address: SocketAddr, demo: bool) -> String {
    // Browsers and curl send Secure cookies to `localhost`, not to an address.
    let url = format!("http://localhost:{}", address.port());
    let mut lines = vec![format!("CodeSensei is at {url}"), "  page      open it in a browser".to_owned()];
    if demo {
        lines.push(format!("  sign in   {} / {}", seed::USERNAME, seed::PASSWORD));
    }
    lines.extend([
        format!("  table     {} ({})", local.app.store.table().name(), local.place),
        format!("  reviewer  {}", local.reviewer),
        format!("  docs      {url}/docs"),
    ]);
    if local.app.rate_limits == RateLimits::Off {
        lines.push("  requests  not limited".to_owned());
    }
    if demo {
        let (name, password) = (seed::USERNAME, seed::PASSWORD);
        lines.push(String::new());
        lines.push("Or without a browser:".to_owned());
        lines.push(format!(
            "  curl -c jar -H 'Content-Type: application/json' -d '{{\"username\":\"{name}\",\"password\":\"{password}\"}}' {url}/auth/login"
        ));
        lines.push(format!("  curl -b jar {url}/sessions"));
        lines.push(format!(
            "  curl -b jar -H 'Content-Type: application/json' -d '{{\"filename\":\"hello.py\",\"code_content\":\"print(1)\"}}' {url}/sessions"
        ));
    }
    lines.push(String::new());
    lines.push("Ctrl-C stops it.".to_owned());
    lines.join("\n")
}
