//! The routers on Lambda: settings from the environment, secrets from Secrets Manager, logs as JSON.

use std::sync::Arc;

use aws_config::BehaviorVersion;
use axum::middleware::from_fn_with_state;
use futures::FutureExt as _;
use lambda_http::lambda_runtime::{self, LambdaEvent, service_fn};
use lambda_http::{Error, tower::ServiceExt as _};
use model::{Clock, CursorKey, Digest, Endpoint, Ids, Store, TableConfig};
use serde_json::{Value, json};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::auth::device::DeviceKey;
use crate::auth::keyring::KeyRing;
use crate::auth::keys::TokenKeys;
use crate::auth::password::{COST, Hasher};
use crate::auth::token::Tokens;
use crate::http::cookie::CookieNames;
use crate::http::metrics::Metrics;
use crate::http::trace::Details;
use crate::logging;
use crate::messages::Waiting;
use crate::rates::RateLimits;
use crate::secrets::Seed;
use crate::state::App;
use crate::sweep;

pub mod aws;
mod gateway;
mod program;
mod report;
mod secrets;
pub mod settings;

pub use program::Program;
pub use report::report;

use gateway::Origin;
use secrets::Secrets;
use settings::{Settings, Variables};

/// Serves a program's routes until Lambda ends the process.
///
/// # Errors
/// When a setting is missing or wrong; its name is in the message.
pub async fn serve(program: &Program) -> Result<(), Error> {
    log();
    let settings = Settings::read(program, &Variables::own())?;
    let sdk = aws_config::load_defaults(BehaviorVersion::latest()).await;
    let secrets = Secrets::connect(&sdk);
    let (seed, keys) = Box::pin(secrets.all(&settings)).await?;
    let origin = origin(&seed, &secrets, &settings);
    let app = application(program, settings, &seed, keys, secrets).await?;
    let routes = program.router(&app).layer(from_fn_with_state(origin, gateway::set_viewer_address));
    let routes = routes.map_request(gateway::strip_prefixes);
    if program.streams {
        lambda_http::run_with_streaming_response(routes.map_response(gateway::single_valued)).await
    } else {
        lambda_http::run(routes.map_request(gateway::uncompressed)).await
    }
}

/// Runs the sweep for each event of the schedule.
///
/// # Errors
/// When a setting is missing or wrong; its name is in the message.
pub async fn sweep() -> Result<(), Error> {
    log();
    let store = store_without_cursors(settings::table(&Variables::own())?).await;
    let metrics = Metrics::to(std::io::stdout());
    lambda_runtime::run(service_fn(move |event: LambdaEvent<Value>| {
        let (store, metrics) = (store.clone(), metrics.clone());
        async move {
            let within = sweep::time_left(event.context.deadline, store.clock());
            let swept = sweep::run(&store, &metrics, within).await?;
            Ok::<_, Error>(json!({ "done": swept.done, "left": swept.left() }))
        }
    }))
    .await
}

/// Logs one JSON object per line.
fn log() {
    let lines = tracing_subscriber::fmt::layer().json().with_current_span(false);
    tracing_subscriber::registry().with(logging::wanted()).with(logging::shown()).with(lines).init();
}

async fn application(
    program: &Program,
    settings: Settings,
    seed: &Seed,
    keys: TokenKeys,
    secrets: Secrets,
) -> Result<App, Error> {
    let store = store(settings.table.clone(), seed.seed.as_bytes()).await;
    let store = store.with_message_ttl(settings.message_ttl).with_code_cache(settings.code_cache_mib);
    let reviewer = match (program.connect, settings.reviewer.clone()) {
        (Some(connect), Some(config)) => Some(Arc::new(connect(config).await)),
        _ => None,
    };
    let (origin, cors, ai_daily_cap) = (settings.origin.clone(), settings.cors.clone(), settings.ai_daily_cap);
    let keys = KeyRing::readable(keys, secrets.key_source(settings), store.clock().now());
    Ok(App {
        waiting: Waiting::default(),
        store,
        tokens: Arc::new(Tokens::new(keys, origin.clone(), origin)),
        // The page's origin is HTTPS (see `CorsPolicy::production`) and, because of `SameSite=Strict`, of this site.
        cookies: CookieNames::Host,
        devices: DeviceKey::from_secret(seed.seed.as_bytes()),
        hasher: Hasher::new(COST)?,
        reviewer,
        fence_key: Digest::of(format!("fence{}", seed.seed)).as_bytes().as_slice().into(),
        cors,
        rate_limits: RateLimits::Enforced,
        ai_daily_cap,
        metrics: Metrics::to(std::io::stdout()).of(program.name),
        error_details: Details::Omitted,
    })
}

/// The secrets of CloudFront, with a source that reloads them.
fn origin(seed: &Seed, secrets: &Secrets, settings: &Settings) -> Arc<Origin> {
    let (secrets, id) = (secrets.clone(), settings.seed_secret.clone());
    let source = move || {
        let (secrets, id) = (secrets.clone(), id.clone());
        async move { Ok(digests(&secrets.seed(&id).await?)) }.boxed()
    };
    Origin::new(digests(seed), Box::new(source), Clock::system())
}

/// The digests of the accepted secrets.
fn digests(seed: &Seed) -> Vec<Digest> {
    [&seed.origin, &seed.origin_before].map(Digest::of).into()
}

/// For programs without cursors: they use a random key and read no secret.
async fn store_without_cursors(table: String) -> Store {
    store(table, Ids::random().token().as_bytes()).await
}

async fn store(table: String, seed: &[u8]) -> Store {
    Store::connect(TableConfig {
        table,
        endpoint: Endpoint::aws(),
        cursor_key: CursorKey::from_secret(seed),
        clock: Clock::system(),
        ids: Ids::random(),
    })
    .await
}
